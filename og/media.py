"""Other people's pictures from our own address: fetched once through the guard, made small, kept for a while.

    path = media.address("https://example.org/photo.jpg", 640)
    media.describe("https://example.org/photo.jpg").at(640)   # (640, 427): the room to keep for it

A visitor's browser asks us, and whoever has the picture learns nothing of the visitor. What is kept: of each picture
what it is (a day, then for six more while it is looked at anew), each width that was asked for, and for an hour its
own bytes, from which the next width is made. Where a network allows less, less is kept, or nothing at all
(`og.media_service.passing`). See docs/media.md.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import PIL

from core.cache_fetch import Cache
from core.errors import BadReply, FetchFailed, HostBusy, NotFound, Problem, ReplyTooLarge, TooSlow, Unreachable
from core.http import Http, Reply
from core.patience import Upstreams
from og.media_service.address import Addresses, Asked
from og.media_service.passing import Passed, Passing
from og.pictures.pixels import Small, fitted, measured, small
from og.pictures.workbench import Workbench

if TYPE_CHECKING:
    from core.services import Services

# Camo's and Discord's figure: https://github.com/atmos/camo#readme (CAMO_LENGTH_LIMIT)
MAX_BYTES = 5_000_000
# Seconds for fetching; with a place at the workbench and the work itself it stays under ten. go-camo takes 4:
# https://github.com/cactus/go-camo#readme
DEADLINE = 5.0
# What we can read. SVG is not asked for, and refused where it comes. AVIF is read, but dear to decode: not asked for.
ACCEPT = "image/webp,image/png,image/jpeg,image/gif,image/*;q=0.5"
HOUR, DAY = 3600.0, 86400.0
# A picture is looked at anew after a day; while its server does not answer, the old one is shown for six more.
FRESH, STALE = DAY, 6 * DAY
# A width is made again after a month at the latest, from whatever the picture is then.
MADE = 30 * DAY
# The bytes as they came: the other widths of a page's picture are asked for within minutes, or not for long.
ORIGINAL = HOUR
# For how long a picture that cannot be had is not asked for again: where it is gone or no picture, and where its
# server is in trouble.
GONE, TROUBLE = 600.0, 60.0
# Part of a picture's name: one made another way, or by another Pillow, is another picture.
RECIPE = f"1-{PIL.__version__}"


@dataclass(frozen=True)
class Picture:
    """A picture to send. ``etag`` names these bytes; ``stale`` says that a newer one may be on its way."""

    webp: bytes
    etag: str
    stale: bool


@dataclass(frozen=True)
class Described:
    """A picture's size in pixels, its average colour as #rrggbb, and whether something can be seen through it."""

    width: int
    height: int
    colour: str
    transparent: bool = False

    def at(self, width: int) -> tuple[int, int]:
        """Return the size that its address at a width has."""
        return fitted(self.width, self.height, width)


@dataclass(frozen=True)
class _Facts:
    """What is kept of a picture beside its bytes. ``name`` is a digest of them, "" where the picture is gone."""

    name: str = ""
    width: int = 0
    height: int = 0
    colour: str = ""
    transparent: bool = False
    etag: str = ""
    modified: str = ""


class Media:
    """The proxy. One for the process, shared by its threads."""

    def __init__(
        self,
        http: Http,
        cache: Cache,
        addresses: Addresses,
        bench: Workbench | None = None,
        patience: Upstreams | None = None,
    ) -> None:
        self._http = http
        self._cache = cache
        self._addresses = addresses
        self._bench = bench or Workbench()
        self._passing = Passing(self._untouched, patience)

    def address(
        self,
        url: str,
        width: int,
        *,
        expires: datetime | None = None,
        hold: timedelta | None = None,
        owner: str = "",
    ) -> str:
        """Return our path for a picture at one of `address.WIDTHS`; put the base address before it elsewhere.

        ``hold`` is how long it may be kept, None as any other, zero not at all; ``owner`` is told where the picture's
        own address has expired. Raises AddressRefused for an address that would never be fetched.
        """
        return self._addresses.write(url, width, expires, hold=hold, owner=owner)

    def asked(self, signature: str, width: str, key: str) -> Asked:
        """Return what the parts of such a path ask for; raise NotFound or NotAllowed where we never made it."""
        return self._addresses.read(signature, width, key)

    def picture(self, url: str, width: int, hold: timedelta | None = None) -> Picture:
        """Return a picture at a width. Raises NotFound, FetchFailed, or Busy where we are short of threads."""
        most = hold.total_seconds() if hold else MADE
        facts, stale = self._facts(url, width, most)
        name = f"{facts.name}-{width}-{RECIPE}"
        made = self._cache.fetch(
            _made_key(name), lambda: self._make(url, facts, width, most).webp, fresh=min(MADE, most), negative=_held
        )
        return Picture(made.value, name, stale)

    def passed(self, url: str) -> Passed:
        """Return a picture as it came, of which nothing is kept. Raises as `picture` does."""
        return self._passing.picture(url, lambda problem: min(_held(problem), TROUBLE))

    def describe(self, url: str, hold: timedelta | None = None) -> Described:
        """Return what a picture is like, fetching it where that is not known. Raises as `picture` does."""
        return _described(self._facts(url, 0, hold.total_seconds() if hold else MADE)[0])

    def known(self, url: str) -> Described | None:
        """Return what a picture is like where that is known, and None where one would have to fetch it."""
        kept = self._cache.peek(_facts_key(url))
        facts = _Facts(**kept) if kept else _Facts()
        return _described(facts) if facts.name else None

    def forget(self, url: str) -> None:
        """Forget a picture, as when the post it was in is deleted. What was made of it cannot be found any more."""
        self._cache.delete(_facts_key(url))
        self._passing.forget(url)

    def _facts(self, url: str, width: int, most: float = MADE) -> tuple[_Facts, bool]:
        """Return what is known of a picture, and whether that is stale. One that is fetched is made at this width.

        ``most`` are the seconds for which anything of it may be kept.
        """
        key, fresh = _facts_key(url), min(FRESH, most)
        stale = min(STALE, most - fresh)
        found = self._cache.fetch(key, lambda: self._look(url, width, most), fresh=fresh, stale=stale, negative=_held)
        facts = _Facts(**found.value)
        if facts.name:
            return facts, found.stale
        if found.age > GONE:
            self._cache.delete(key)
        raise _gone()

    def _look(self, url: str, width: int, most: float) -> dict[str, Any]:
        """Fetch a picture if it changed, and say what it is; keep its bytes, and this width of it."""
        old = _Facts(**(self._cache.peek(_facts_key(url)) or {}))
        try:
            reply = self._fetch(url, old)
        except NotFound:
            if old.name:
                return asdict(_Facts())  # it was there and is not any more: that is news, not an error
            raise
        if reply.status == 304:
            return asdict(old)
        made = small(reply.body, width or 48, self._bench)
        facts = _facts_of(reply, made)
        self._cache.set(_original_key(facts.name), reply.body, ORIGINAL)
        if width:
            self._cache.set(_made_key(f"{facts.name}-{width}-{RECIPE}"), made.webp, min(MADE, most))
        return asdict(facts)

    def _make(self, url: str, facts: _Facts, width: int, most: float) -> Small:
        """Make a width from the bytes that are kept, else fetch them again."""
        original = self._cache.get(_original_key(facts.name))
        if original is not None:
            return small(original, width, self._bench)
        reply = self._fetch(url, _Facts())
        made = small(reply.body, width, self._bench)
        now = _facts_of(reply, made)
        self._cache.set(_original_key(now.name), reply.body, ORIGINAL)
        if now.name != facts.name:  # it has changed since we looked
            fresh = min(FRESH, most)
            self._cache.set(_facts_key(url), asdict(now), fresh, stale=min(STALE, most - fresh))
        return made

    def _untouched(self, url: str) -> bytes:
        """Fetch a picture that is passed on; raise BadReply for what is none, or too large for a browser."""
        data = self._fetch(url, _Facts()).body
        measured(data)
        return data

    def _fetch(self, url: str, old: _Facts) -> Reply:
        """Ask for a picture, or with what is known of it whether it changed."""
        reply = self._http.get(
            url, accept=ACCEPT, max_bytes=MAX_BYTES, deadline=DEADLINE, etag=old.etag, last_modified=old.modified
        )
        if reply.status == 200 or (reply.status == 304 and old.name):
            return reply
        if reply.status in (404, 410):
            raise _gone()
        if 400 <= reply.status < 500 and reply.status not in (408, 425, 429):
            raise BadReply("The picture's server does not give it to us.", code="picture_refused")
        raise FetchFailed(f"The picture's server answered with status {reply.status}.")


def media_of(services: Services) -> Media:
    """Return the proxy of an application."""
    from og.media_service.store import shelf

    settings = services.settings
    cache = shelf(settings.data / "media", settings.media_bytes, services.upstreams)
    addresses = Addresses(services.vault, services.http.guard, own=(settings.base_url,))
    return Media(services.http, cache, addresses, patience=services.upstreams)


def _facts_of(reply: Reply, made: Small) -> _Facts:
    name = hashlib.sha256(reply.body).hexdigest()[:32]
    etag, modified = (reply.headers.get(field, "")[:256] for field in ("etag", "last-modified"))
    return _Facts(name, made.width, made.height, made.colour, made.transparent, etag, modified)


def _described(facts: _Facts) -> Described:
    return Described(facts.width, facts.height, facts.colour, facts.transparent)


def _held(problem: Problem) -> float:
    """Return for how many seconds a picture that could not be had is not asked for again."""
    if isinstance(problem, TooSlow | Unreachable | HostBusy):
        return TROUBLE
    return GONE if isinstance(problem, NotFound | BadReply | ReplyTooLarge) or problem.status == 400 else TROUBLE


def _gone() -> NotFound:
    return NotFound("There is no such picture any more.", code="picture_gone")


def _facts_key(url: str) -> str:
    return f"facts 1 {url}"


def _original_key(name: str) -> str:
    return f"original {name}"


def _made_key(name: str) -> str:
    return f"made {name}"
