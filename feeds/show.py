"""What a template needs to draw a feed: one plain dictionary, `Shown`, with nothing left to look up.

    shown(services, feed_id, count=20, cursor="", lang="") -> Shown

It never raises for what networks do; it raises NotFound for an unknown feed and Invalid for a wrong cursor or count.

    id, title      the feed's id and name
    version        grows whenever posts came, changed or went: `/api/v1/feeds/<id>/events` tells of it
    posts          as below, pinned ones first on the first page, then the newest first
    next           the cursor of the next page, or None
    stale          some source could not be read lately: the posts are the last good ones
    waiting        nothing has been read yet: more will come by itself
    sample         made-up posts, to be marked as a sample

A post (`ShownPost`):

    id, url, time  as in the contract; ``time`` is ISO 8601 in UTC or ""; ``key`` is short and fit for an HTML id
    network        {key, name, colour, path}: ``colour`` six hex digits, ``path`` the mark's path data on 24 x 24
    author         {name, handle, url, avatar} or None; ``avatar`` a Picture or None
    title, warning, text, html
                   ``html`` has been through the sanitiser and is marked safe by the template; the rest is plain text.
                   ``warning`` stands in front of what is hidden until it is clicked
    lang           BCP 47, "" where not known or the page's own; let the direction be found (dir="auto")
    media          {type, url, picture, alt, embed}: ``picture`` a Picture or None (then only link to ``url``);
                   of films and sounds the picture is the still, and ``url`` what plays after a click: a file, or with
                   ``embed`` a page or a playlist
    link           {url, title, description, site, picture} or None
    poll           {options: [{title, votes, percent}], votes, voters, multiple, closed, closes} or None
    quote, repost  a post of the same form, or None; a repost has its own author, time and address, the rest is inside
    counts         {likes, reposts, replies, quotes, views, downloads}, only what is known
    edited         ISO 8601 or ""
    pinned         by the feed's owner
    sensitive      True: blur the media and fold the text until it is clicked
    chrome         what must stand on it (`networks.records.Policy.chrome`): "author" "link" "logo" "time" "text"
                   "edited" "own-actions"; "own-actions" means no other network's button or mark on this post

A Picture is {src, srcset, width, height, colour}: addresses of our media proxy; sizes in pixels of what ``src``
gives, 0 where not known yet; ``colour`` (#rrggbb or "") is what stands in until it is there. Where a network's policy
forbids that we pass its pictures on there is none; where it forbids that we keep them, their addresses say so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypedDict
from urllib.parse import urlsplit

from core.errors import Problem
from networks.icons import icon
from networks.parts import Network
from networks.records import Author, Link, Media, Poll, Post

if TYPE_CHECKING:
    from core.services import Services
    from feeds.feed import Entry

# Widths of the proxy's ladder (og.media_service.address.WIDTHS), each also at twice the density where there is one.
AVATAR, PICTURE, THUMB = 48, 640, 320


class Picture(TypedDict):
    """A picture from our media proxy."""

    src: str
    srcset: str
    width: int
    height: int
    colour: str


class ShownNetwork(TypedDict):
    """Which network a post is from."""

    key: str
    name: str
    colour: str
    path: str


class ShownAuthor(TypedDict):
    """Who wrote a post."""

    name: str
    handle: str
    url: str
    avatar: Picture | None


class ShownMedia(TypedDict):
    """A picture, film or sound."""

    type: str
    url: str
    picture: Picture | None
    alt: str
    embed: bool


class ShownLink(TypedDict):
    """The card of a page."""

    url: str
    title: str
    description: str
    site: str
    picture: Picture | None


class ShownOption(TypedDict):
    """One answer of a poll; ``percent`` of all votes, None where they are hidden."""

    title: str
    votes: int | None
    percent: int | None


class ShownPoll(TypedDict):
    """A poll."""

    options: list[ShownOption]
    votes: int | None
    voters: int | None
    multiple: bool
    closed: bool
    closes: str


class ShownPost(TypedDict):
    """A post."""

    id: str
    key: str
    url: str
    time: str
    edited: str
    network: ShownNetwork
    author: ShownAuthor | None
    title: str
    warning: str
    text: str
    html: str
    lang: str
    media: list[ShownMedia]
    link: ShownLink | None
    poll: ShownPoll | None
    quote: ShownPost | None
    repost: ShownPost | None
    counts: dict[str, int]
    pinned: bool
    sensitive: bool
    chrome: list[str]


class Shown(TypedDict):
    """A feed."""

    id: str
    title: str
    version: int
    posts: list[ShownPost]
    next: str | None
    stale: bool
    waiting: bool
    sample: bool


def shown(services: Services, feed_id: str, count: int = 20, cursor: str = "", lang: str = "") -> Shown:
    """Return what a template needs of one page of a feed, on a page in the language ``lang``.

    Raises NotFound and Invalid. Where nothing is stored yet, the sources are asked at once, within a few seconds.
    """
    page = services.feeds.read(feed_id, count=count, cursor=cursor)
    maker = _Maker(services, blur=page.feed.options.sensitive == "blur", lang=lang)
    return {
        "id": page.feed.id,
        "title": page.feed.name,
        "version": page.feed.version,
        "posts": [maker.entry(entry) for entry in page.entries],
        "next": page.next,
        "stale": page.stale,
        "waiting": page.waiting,
        "sample": page.feed.sample,
    }


def shown_post(
    services: Services, post: Post, lang: str = "", *, source: str = "", expires: datetime | None = None
) -> ShownPost:
    """Return what a template needs of a post that stands in no feed; its id is its key.

    ``source`` is the source that it was read from, if any; ``expires`` when its pictures' addresses end.
    """
    return _Maker(services, blur=True, lang=lang, expires=expires).post(post, post.id, source)


def still_of(network: Network, post: Post) -> str:
    """Return the address of the picture that stands for a post where only one does; "" without one.

    Neither where the network lets its posts be in no data form, nor its pictures be kept and so made smaller, nor
    where the author put something in front of it.
    """
    told, policy = post.repost or post, network.policy
    if not policy.json or policy.media != "keep" or told.sensitive or told.warning or post.sensitive or post.warning:
        return ""
    link = (told.link.image,) if told.link else ()
    return next(filter(None, (*map(_still, told.media), *link)), "")


def _still(one: Media) -> str:
    return one.url if one.type == "image" and not one.embed else one.poster


def shown_author(services: Services, author: Author, network: str) -> ShownAuthor:
    """Return what a template needs of somebody; ``network`` is whose policy says whether there is a picture."""
    maker = _Maker(services, blur=True, lang="")
    return maker.author(author, _pictures_of(services.networks[network]))


@dataclass(frozen=True)
class _Pictures:
    """How pictures of a post may be shown: for how long they may be kept (`networks.records.Policy.hold`), and which
    source is asked for new addresses, where a network's expire."""

    hold: timedelta | None
    owner: str


def _pictures_of(network: Network, source: str = "") -> _Pictures | None:
    policy = network.policy
    return None if policy.media == "link" else _Pictures(policy.hold, source if policy.media_age else "")


class _Maker:
    """Makes the dictionaries of posts."""

    def __init__(self, services: Services, *, blur: bool, lang: str, expires: datetime | None = None) -> None:
        self._media = services.media
        self._base = services.settings.base_url
        self._networks = services.networks
        self._blur, self._lang = blur, lang.lower()
        self._expires = expires

    def entry(self, entry: Entry) -> ShownPost:
        made = self.post(entry.post, f"{entry.id:x}", entry.source)
        made["pinned"] = entry.pinned
        return made

    def post(self, post: Post, key: str, source: str = "") -> ShownPost:
        network: Network = self._networks[post.network]
        pictures = _pictures_of(network, source)
        return {
            "id": post.id,
            "key": key,
            "url": post.url,
            "time": post.time,
            "edited": post.edited,
            "network": _network(network),
            "author": self.author(post.author, pictures) if post.author else None,
            "title": post.title,
            "warning": post.warning,
            "text": post.text,
            "html": post.html,
            "lang": "" if post.lang.lower() == self._lang else post.lang,
            "media": [self._one(one, pictures) for one in post.media],
            "link": self._link(post.link, pictures) if post.link else None,
            "poll": _poll(post.poll) if post.poll else None,
            "quote": self._inner(post.quote, post.network, key + "q", source),
            "repost": self._inner(post.repost, post.network, key + "r", source),
            "counts": dict(post.counts),
            "pinned": False,
            "sensitive": self._blur and bool(post.sensitive),
            "chrome": list(network.policy.chrome),
        }

    def _inner(self, post: Post | None, network: str, key: str, source: str) -> ShownPost | None:
        if post is None:
            return None
        return self.post(post if post.network in self._networks else replace(post, network=network), key, source)

    def author(self, author: Author, pictures: _Pictures | None) -> ShownAuthor:
        avatar = self._picture(author.avatar, AVATAR, pictures)
        return {"name": author.name, "handle": author.handle, "url": author.url, "avatar": avatar}

    def _one(self, one: Media, pictures: _Pictures | None) -> ShownMedia:
        picture = self._picture(_still(one), PICTURE, pictures, (one.width, one.height))
        return {"type": one.type, "url": one.url, "picture": picture, "alt": one.alt, "embed": one.embed}

    def _link(self, link: Link, pictures: _Pictures | None) -> ShownLink:
        return {
            "url": link.url,
            "title": link.title,
            "description": link.description,
            "site": urlsplit(link.url).netloc.removeprefix("www."),
            "picture": self._picture(link.image, THUMB, pictures),
        }

    def _picture(self, url: str, width: int, how: _Pictures | None, told: tuple[int, int] = (0, 0)) -> Picture | None:
        """Return a picture's addresses; None without one, where it may not be shown, or would never be fetched.

        One that may not be kept is not made smaller either, so that there is one address of it.
        """
        if not url or how is None:
            return None
        if url.startswith(f"{self._base}/"):  # drawn by us: it needs no proxy
            return {"src": url, "srcset": "", **_sized(_fitted(told, width)), "colour": ""}
        kept = how.hold is None or bool(how.hold)
        found = self._media.known(url) if kept else None
        size = (found.width, found.height) if found else told
        try:
            src, twice = (
                self._base + self._media.address(url, w, expires=self._expires, hold=how.hold, owner=how.owner)
                for w in (width, width * 2)
            )
        except Problem:
            return None
        return {
            "src": src,
            "srcset": f"{twice} 2x" if kept and (not all(size) or size[0] > width) else "",
            **_sized(_fitted(size, width)),
            "colour": "" if not found or found.transparent else found.colour,
        }


class _Size(TypedDict):
    width: int
    height: int


def _sized(size: tuple[int, int]) -> _Size:
    return {"width": size[0], "height": size[1]}


def _fitted(size: tuple[int, int], width: int) -> tuple[int, int]:
    from og.pictures.pixels import fitted

    return fitted(*size, width) if all(size) else (0, 0)


def _network(network: Network) -> ShownNetwork:
    return {"key": network.key, "name": network.name, "colour": network.colour, "path": icon(network)}


def _poll(poll: Poll) -> ShownPoll:
    known = [option.votes for option in poll.options if option.votes is not None]
    options: list[ShownOption] = [
        {"title": option.title, "votes": option.votes, "percent": _percent(option.votes, known)}
        for option in poll.options
    ]
    told: dict[str, Any] = {name: getattr(poll, name) for name in ("votes", "voters", "multiple", "closed", "closes")}
    return {"options": options, **told}  # type: ignore[typeddict-item]  # the five names above


def _percent(votes: int | None, known: Iterable[int]) -> int | None:
    return None if votes is None else round(100 * votes / (sum(known) or 1))
