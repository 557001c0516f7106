"""What a network's posts become, whichever network they come from; and how a network says where they are.

`Post` is the record of the contract: `Post.as_json` gives exactly its fields, absent where a network told nothing.
`Post.as_stored` keeps more (a title, a poster picture, when it was edited), and `Post.from_stored` reads that back.
A network's file fills in a `Feed`: how a source is asked for, and a function that translates an `Answer` to a `Page`.
Nothing here opens a connection or knows a network.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from core.errors import BadReply

if TYPE_CHECKING:
    from networks._named import Named

MediaType = Literal["image", "video", "audio"]
# How a network says when a limit ends; see networks/limits.py, which reads them.
Dialect = Literal["none", "epoch", "seconds", "iso", "meta", "standard"]
# What a translator may stumble over in a reply that is not as documented.
STUMBLES = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


@dataclass(frozen=True)
class Author:
    """Who wrote a post. ``url`` is the profile's page, ``avatar`` a picture's address. Absent is empty."""

    name: str = ""
    handle: str = ""
    url: str = ""
    avatar: str = ""


@dataclass(frozen=True)
class Media:
    """A picture, film or sound of a post. Sizes in pixels, 0 where not known.

    ``poster`` is a still picture of a film. ``embed`` marks one whose ``url`` is a page or a playlist, not a file
    that a browser could show by itself.
    """

    type: MediaType
    url: str
    width: int = 0
    height: int = 0
    alt: str = ""
    poster: str = ""
    embed: bool = False


@dataclass(frozen=True)
class Link:
    """The card of a page that a post points to."""

    url: str
    title: str = ""
    description: str = ""
    image: str = ""


@dataclass(frozen=True)
class Option:
    """One answer of a poll; ``votes`` is None where the network hides them."""

    title: str = ""
    votes: int | None = None


@dataclass(frozen=True)
class Poll:
    """A poll under a post. ``closes`` is a time as `Post.time`."""

    options: tuple[Option, ...]
    votes: int | None = None
    voters: int | None = None
    multiple: bool = False
    closed: bool = False
    closes: str = ""


@dataclass(frozen=True)
class Post:
    """One post. ``time`` is ISO 8601 in UTC and ends in Z; ``text`` is plain; ``html`` has been through the
    sanitiser.

    ``repost`` is the post that this one passes on, ``quote`` the one that it talks about. ``sensitive`` is None where
    the network does not say. ``lang`` is a BCP 47 tag. ``counts`` has whole numbers under ``likes``, ``reposts``,
    ``replies``, ``quotes``, ``views`` and ``downloads``.

    Kept, and not in the contract's form: ``title`` (of an article, a film, a release), ``warning`` (the words in
    front of sensitive content), ``edited``, ``reply_to`` (the address or id of what it answers), ``pinned``,
    ``tags``, and ``private``: its author asks that it be shown only to people who are logged in at the network.
    """

    id: str
    url: str = ""
    time: str = ""
    author: Author | None = None
    text: str = ""
    html: str = ""
    media: tuple[Media, ...] = ()
    network: str = ""
    lang: str = ""
    sensitive: bool | None = None
    link: Link | None = None
    poll: Poll | None = None
    quote: Post | None = None
    repost: Post | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    title: str = ""
    warning: str = ""
    edited: str = ""
    reply_to: str = ""
    pinned: bool = False
    private: bool = False
    tags: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the contract's form. A title and a warning stand in front of the text: nothing else holds them."""
        heads = [head for head in (self.warning, self.title) if head and not self.text.startswith(head)]
        shown = {
            "text": "\n\n".join([*heads, self.text] if self.text else heads),
            "html": "".join(f"<p><strong>{_escaped(head)}</strong></p>" for head in heads) + self.html,
            "author": self.author and _present(self.author),
            "media": [_only(_present(one), MEDIA_FIELDS) for one in self.media],
            "link": self.link and _present(self.link),
            "poll": self.poll and _poll(self.poll),
            "quote": self.quote and self.quote.as_json(),
            "repost": self.repost and self.repost.as_json(),
            "counts": dict(self.counts),
        }
        plain = {name: getattr(self, name) for name in POST_FIELDS}
        return {name: value for name, value in (plain | shown).items() if value not in ("", None, [], {})}

    def as_stored(self) -> dict[str, Any]:
        """Return everything, as JSON can hold it; `from_stored` reads it back."""
        stored = _present(self)
        for name in ("author", "link", "poll"):
            if name in stored:
                stored[name] = _present(stored[name])
        if self.poll:
            stored["poll"]["options"] = [_present(option) for option in self.poll.options]
        for name in ("quote", "repost"):
            if name in stored:
                stored[name] = stored[name].as_stored()
        lists = {"media": [_present(one) for one in self.media], "tags": list(self.tags), "counts": dict(self.counts)}
        return stored | {name: value for name, value in lists.items() if value}

    @classmethod
    def from_stored(cls, stored: Mapping[str, Any]) -> Post:
        """Read what `as_stored` wrote; names that are unknown by now are left out."""
        kept = {f.name: stored[f.name] for f in fields(cls) if f.name in stored}
        for name, kind in (("author", Author), ("link", Link)):
            if name in kept:
                kept[name] = _built(kind, kept[name])
        if "poll" in kept:
            options = tuple(_built(Option, option) for option in kept["poll"].get("options", ()))
            kept["poll"] = _built(Poll, {**kept["poll"], "options": options})
        for name in ("quote", "repost"):
            if name in kept:
                kept[name] = cls.from_stored(kept[name])
        kept["media"] = tuple(_built(Media, one) for one in kept.get("media", ()))
        return cls(**{"id": "", **kept, "tags": tuple(kept.get("tags", ()))})


def guarded(post: Post) -> Post:
    """Return a post with nothing in it that is not for strangers: whatever a network tells beside its own words.

    A quoted post that is private is left out, and who passes on a private one does so in private.
    """
    quote = guarded(post.quote) if post.quote and not post.quote.private else None
    repost = guarded(post.repost) if post.repost else None
    private = post.private or bool(repost and repost.private)
    return post if (quote, repost, private) == (post.quote, post.repost, post.private) else replace(
        post, quote=quote, repost=repost, private=private
    )  # fmt: skip


# The contract's names, in its order.
POST_FIELDS = (
    "id", "url", "time", "author", "text", "html", "media", "network", "lang", "sensitive", "link", "poll", "quote",
    "repost", "counts",
)  # fmt: skip
MEDIA_FIELDS = ("type", "url", "width", "height", "alt")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _present(record: Any) -> dict[str, Any]:
    """Return a record's own fields that say something; False says something only where None would be another."""
    found = {f.name: getattr(record, f.name) for f in fields(record)}
    return {
        name: value
        for name, value in found.items()
        if not (
            value is None or value in ("", (), {}) or (value == 0 and name not in ("sensitive", "votes", "voters"))
        )
    }


def _only(values: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: values[name] for name in names if name in values}


def _poll(poll: Poll) -> dict[str, Any]:
    options = [_present(option) for option in poll.options]
    return {**_present(poll), "options": options, "multiple": poll.multiple, "closed": poll.closed}


def _built(kind: Any, values: Mapping[str, Any]) -> Any:
    known = {f.name for f in fields(kind)}
    return kind(**{name: value for name, value in values.items() if name in known})


@dataclass(frozen=True)
class Page:
    """One page of a feed: what it is called, its posts as the network ordered them, and where it goes on.

    ``next`` is the next page's address, without any token, or empty. ``author`` is whose feed it is, where that is
    told. ``skipped`` counts the items that could not be read. ``again`` is how long the network asks to be left
    alone. ``hub`` and ``topic`` are the feed's WebSub hub and its own address (https://www.w3.org/TR/websub/).
    ``gone`` are the ids of posts that the reply says were deleted. ``feed`` is set where the answer was a plain page:
    the address of the feed that it announces. ``partial`` says that something could not be asked for (`More`).
    """

    title: str = ""
    posts: tuple[Post, ...] = ()
    next: str = ""
    author: Author | None = None
    skipped: int = 0
    again: timedelta | None = None
    hub: str = ""
    topic: str = ""
    gone: tuple[str, ...] = ()
    feed: str = ""
    partial: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return ``{"title", "posts", "next"}``; a title or a next page that is not there is null."""
        return {
            "title": self.title or None,
            "posts": [post.as_json() for post in self.posts],
            "next": self.next or None,
        }


@dataclass(frozen=True)
class Policy:
    """What a network allows with its posts; data, enforced by the store's reaper and by the renderer.

    ``max_age`` is how long a post may be kept without being asked for again; None is as long as wanted. It holds for
    pictures too.
    ``delete_within`` is how soon a deleted post must go here too. ``media`` says whether pictures may be kept in the
    media proxy's store (``keep``), only passed on (``pass``), or only linked (``link``); ``media_age`` how long a
    picture's address lives. ``json`` says whether posts may be in data forms (JSON, RSS, …) open to strangers.
    ``chrome`` names what a drawn post must carry: ``author`` ``link`` ``logo`` ``time`` ``text`` (unchanged)
    ``edited`` ``own-actions`` (no other network's buttons on it). ``own_only`` marks networks that let an account's
    posts be shown by its owner alone. ``caution`` is what the network's terms ask of whoever runs this server, beyond
    what a program can see to: it is told when a feed is made. ``source`` is the page that says so, ``read`` the day
    it was read.
    """

    max_age: timedelta | None = None
    delete_within: timedelta | None = None
    media: Literal["keep", "pass", "link"] = "keep"
    media_age: timedelta | None = None
    json: bool = True
    chrome: tuple[str, ...] = ("author", "link")
    own_only: bool = False
    caution: str = ""
    source: str = ""
    read: date | None = None

    @property
    def hold(self) -> timedelta | None:
        """How long pictures may be kept in the media proxy: zero is not at all, None as any other."""
        return self.max_age if self.media == "keep" else timedelta()


@dataclass(frozen=True)
class Price:
    """What a network charges for reading, in US dollars: ``post`` for each, ``own`` for each of the account that owns
    the application. ``source`` is the page that says so, ``read`` the day it was read."""

    post: Decimal
    own: Decimal
    source: str
    read: date


@dataclass(frozen=True)
class RateState:
    """What a network said about its limits in one answer.

    ``limit`` and ``remaining`` are requests (or percent, with Meta), None where not told; ``reset`` is when the
    window ends; ``blocked_until`` is set where no request may be made before. ``poll`` is the least time between two
    requests that the network asks for.
    """

    limit: int | None = None
    remaining: int | None = None
    reset: datetime | None = None
    blocked_until: datetime | None = None
    poll: timedelta | None = None


@dataclass(frozen=True)
class Answer:
    """A network's answer to a `Request`: header names in lower case. A recorded one may have the body alone."""

    body: bytes
    url: str = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    """What to ask. Where ``then`` is set the answer is a look-up, and ``then`` makes the next request from it."""

    url: str
    method: Literal["GET", "POST"] = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    then: Callable[[Answer], Request] | None = None


@dataclass(frozen=True)
class More:
    """What a list only names, and is asked for after it.

    ``ask`` makes the request from the list's answer, None where nothing is missing, and ``after`` one more from that
    one's answer. ``add`` gives the list's page with what was found, from the list's answer and those that came, one
    at least. Where asking fails the page stays as it is. Only who has a credential asks for more.
    """

    ask: Callable[[Answer], Request | None]
    add: Callable[[Page, Answer, Sequence[Answer]], Page]
    after: Callable[[Answer], Request | None] | None = None


def plainly(url: str) -> Request:
    """Ask for an address with GET: how most feeds go on."""
    return Request(url)


@dataclass(frozen=True)
class Feed:
    """How a network's posts are read.

    ``translate`` makes a `Page` of an `Answer`, or raises a `core.errors.Problem`. ``ask`` makes the first request
    for a source as people write it (``@me@example.social``), or raises `core.errors.Invalid`; ``ask_with`` makes
    another first request for those who have what ``access`` says, where that is ``optional``; ``resume`` makes one
    for `Page.next`; ``more`` asks for what a page only names, ``who`` for the author of a post that says only where
    that is (`Page.author` of the answer counts), ``named`` for what posts only name. ``source`` tells people what to
    write. ``access`` says what is needed: nothing, an account connected by its owner with ``scopes``, or a key of the
    operator's, which goes into the query as ``key_parameter``; a token goes into the Authorization header.
    ``optional`` marks access that is not needed, but gives more or raises the limits. ``headers`` go with every
    request. ``limits`` is the dialect of its rate-limit headers. ``size`` is how many posts a page may have. ``cost``
    marks networks that bill each post read, ``price`` says how much; ``count_parameter`` is what asks them for fewer
    than ``size``, and ``least`` how many they give at the least.
    """

    translate: Callable[[Answer], Page]
    ask: Callable[[str], Request]
    source: str
    resume: Callable[[str], Request] = plainly
    ask_with: Callable[[str], Request] | None = None
    access: Literal["none", "account", "key"] = "none"
    optional: bool = False
    scopes: tuple[str, ...] = ()
    key_parameter: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    limits: Dialect = "none"
    size: int = 0
    cost: bool = False
    price: Price | None = None
    count_parameter: str = ""
    least: int = 1
    more: tuple[More, ...] = ()
    who: Callable[[Post], Request | None] | None = None
    named: Named | None = None

    def read(self, body: bytes, url: str, headers: Mapping[str, str] | None = None, status: int = 200) -> Page:
        """Translate an answer; whatever is wrong with it is a `core.errors.Problem`, mostly `BadReply`."""
        known = {name.lower(): value for name, value in (headers or {}).items()}
        try:
            page = self.translate(Answer(body, url, status, known))
        except STUMBLES as exc:
            raise BadReply("The network's answer is not of the form it documents.", code="bad_reply") from exc
        return replace(page, posts=tuple(guarded(post) for post in page.posts if post.id))
