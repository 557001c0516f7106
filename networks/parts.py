"""What a network can be made of. A network is a value; a part that is None is a thing it cannot do.

A network file declares and translates. Everything that *does* something with these values lives once,
elsewhere: addresses are filled in by `networks/intents.py`, text is counted by `networks/counting.py`,
fediverse servers are asked by `networks/servers.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

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
    ``window`` is the size in CSS pixels the network's page wants. ``until`` is the day it died and ``farewell`` the
    sentence that says so. ``phone`` marks a scheme that only an app on a phone answers.
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
        """Whether a plain link to the network works, with no question and no action of ours before it."""
        return bool(self.url) and self.action is None and not self.dead


@dataclass(frozen=True)
class Follow:
    """How an account there is followed.

    ``url`` is the profile's address with ``{account}``, and ``{server}`` where the network has many.
    ``account`` is a pattern the whole account must match, after a leading @ is taken off; groups named ``account``
    and ``server`` fill the address. ``remote`` marks networks where the visitor follows from a server of their own.
    """

    url: str
    account: str = r"(?P<account>[\w.\-]{1,100})"
    remote: bool = False

    def address(self, account: str) -> str | None:
        """Return the profile's address, or None where the account is not of this network's form."""
        found = re.fullmatch(self.account, account.strip().removeprefix("@"))
        return self.url.format(**found.groupdict(default="")) if found else None


@dataclass(frozen=True)
class Network:
    """Everything about one network. ``colour`` is its brand colour, six hex digits; ``hosts`` belong to it."""

    key: str
    name: str
    colour: str
    hosts: tuple[str, ...] = ()
    share: Share | None = None
    follow: Follow | None = None
    docs: str = ""

    @property
    def dead(self) -> bool:
        """Whether the network has closed."""
        return bool(self.share and self.share.dead)
