"""What a network can be made of. A network is a value; a part that is None is a thing it cannot do.

A network file declares and translates. Everything that *does* something with these values lives once,
elsewhere: addresses are filled in by `networks/intents.py`, text is counted by `networks/counting.py`,
fediverse servers are asked by `networks/servers.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal
from urllib.parse import urlsplit

from networks._post_addresses import PostAddress
from networks.conversations import Replies
from networks.oauth import Login
from networks.records import Answer, Feed, Page, Policy, Post, Request
from networks.webhooks import Webhook

# How a network counts its text: by grapheme clusters (UAX 29), by code points, or weighted as X does
# (https://docs.x.com/fundamentals/counting-characters, read 2026-08).
Count = Literal["graphemes", "points", "weighted"]

# What happens where no plain address exists, or before it: see Share.action.
Action = Literal["server", "copy", "qr", "print", "native"]


@dataclass(frozen=True)
class Share:
    """How a page is shared there.

    ``url`` is an address with placeholders, each filled percent-encoded (spaces as %20):
    ``{url}`` the page · ``{text}`` the words, cut to fit · ``{post}`` words, hashtags and page in one text ·
    ``{tags}`` hashtags by commas · ``{hashtag}`` the first with its # · ``{via}`` the account ·
    ``{image}`` a picture's address · ``{server}`` the host the visitor chose.
    A parameter that ends up empty is left out.

    ``action`` says what a script does instead of opening ``url``: ``server`` asks which server first,
    ``copy``, ``qr``, ``print``, ``native`` do that. Without a script the hop page does it.
    ``limit`` is the room for the whole text, 0 for none stated; ``link`` is what the page's address takes of it:
    None its own length, a number a fixed one, 0 nothing (it travels in a parameter of its own).
    ``hashtags`` says whether tags and the account go in the text, in parameters of their own, or nowhere.
    ``window`` is the size in CSS pixels the network's page wants. ``image`` marks a network that is of little use
    without a picture. ``phone`` marks a scheme that only an app on a phone answers: elsewhere the hop page offers the
    link to copy. ``since`` is the day it opened, ``until`` the day it died, ``farewell`` the sentence that says so.
    ``fallback`` marks a network without an intent of its own: the native sheet where there is one, else copy.
    """

    url: str = ""
    action: Action | None = None
    limit: int = 0
    count: Count = "graphemes"
    link: int | None = 0
    hashtags: Literal["", "text", "param"] = ""
    window: tuple[int, int] = (600, 600)
    image: bool = False
    phone: bool = False
    fallback: bool = False
    since: date | None = None
    until: date | None = None
    farewell: str = ""

    @property
    def dead(self) -> bool:
        """Whether the network has closed."""
        return self.until is not None

    @property
    def direct(self) -> bool:
        """Whether a plain link works for everybody, with no question and no action of ours before it."""
        return bool(self.url) and self.action is None and not self.phone and not self.dead


@dataclass(frozen=True)
class Follow:
    """How an account there is followed.

    ``url`` is the profile's address with ``{account}``, ``{server}`` where the network has many, and ``{kind}`` where
    it keeps people, pages and groups apart. ``account`` is a pattern (ASCII) the whole account must match, after a
    leading @ is taken off; its groups of those names fill the address, and ``kind`` stands in where that group is
    empty. What the pattern lets through goes into the address as it is, so it must let nothing break out of it.
    ``remote`` marks networks where the visitor follows from a server of their own.
    """

    url: str
    account: str = r"(?P<account>\w[\w.\-]{0,99})"
    remote: bool = False
    kind: str = ""

    def address(self, account: str) -> str | None:
        """Return the profile's address, or None where the account is not of this network's form."""
        found = re.fullmatch(self.account, account.strip().removeprefix("@"), re.ASCII)
        if not found:
            return None
        groups = {name: value or "" for name, value in found.groupdict().items()}
        return self.url.format(**{**groups, "kind": groups.get("kind") or self.kind})


@dataclass(frozen=True)
class PostCard:
    """How one post of the network is read, for a card that shows the post itself.

    ``find`` says which post an address names, None for any other address. ``example`` is such an address, for people
    and tests. ``ask`` makes the request for that one post; without it a post is shown only where a feed of the same
    site has it. ``translate`` makes a `Page` with the one post, by default as for the feed; it drops a post that is
    not the one asked for. ``ask_with`` makes another request for sites that have connected an account. ``who`` asks
    for the author of a post whose answer says only where the author is; `Page.author` of that answer counts.
    """

    find: Callable[[str], PostAddress | None]
    example: str
    ask: Callable[[PostAddress], Request] | None = None
    translate: Callable[[Answer, PostAddress], Page] | None = None
    ask_with: Callable[[PostAddress], Request] | None = None
    who: Callable[[Post], Request | None] | None = None


@dataclass(frozen=True)
class Network:
    """Everything about one network.

    ``colour`` is its brand colour, six hex digits; ``hosts`` and all names below them belong to it. ``icon`` is the
    path data of a mark drawn on 24 x 24; empty for built-in networks, whose marks are files in `static/icons`.
    ``docs`` is the platform's own page, or the standard's.
    """

    key: str
    name: str
    colour: str
    hosts: tuple[str, ...] = ()
    share: Share | None = None
    follow: Follow | None = None
    login: Login | None = None
    feed: Feed | None = None
    webhook: Webhook | None = None
    replies: Replies | None = None
    policy: Policy = Policy()
    card: PostCard | None = None
    docs: str = ""
    icon: str = ""

    def owns(self, host: str) -> bool:
        """Whether a host name is this network's, or below one of its names."""
        host = host.lower().rstrip(".")
        return any(host == own or host.endswith("." + own) for own in self.hosts)

    def account(self, given: str) -> str | None:
        """Return an account as this network writes it, for its name or its full address; None where it is neither."""
        names = (given.strip(), *self._names_in(given.strip()))
        return next((name for name in names if self.follow and self.follow.address(name)), None)

    def profile(self, given: str) -> str | None:
        """Return an account's address, for its name there or its full address; None where it is neither."""
        account = self.account(given)
        return self.follow.address(account) if self.follow and account else None

    def _names_in(self, address: str) -> tuple[str, ...]:
        """Return what may be the account in a full address of this network, best first."""
        try:
            parts = urlsplit(address)
        except ValueError:
            return ()
        host, path = parts.netloc.lower(), parts.path.strip("/")
        if parts.scheme not in ("http", "https") or "@" in host:
            return ()
        if self.follow and self.follow.remote:
            return (f"{path}@{host}",) if path.startswith("@") else ()
        return (f"{path}?{parts.query}", path) if self.owns(host) else ()

    @property
    def dead(self) -> bool:
        """Whether the network has closed."""
        return bool(self.share and self.share.dead)
