"""What the checker looks at besides a page: its preview pictures' first bytes, and its site's robots.txt.

    around = Around.of(preview, url, http, until)
    around.pictures["https://example.org/a.png"].width, around.closed_to

All at once, a few at a time, and never beyond the moment ``until``. What cannot be had costs only what it would have
told. It is asked for anew each time: who checks a page has just changed something.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from core.errors import AddressRefused, BadReply, FetchFailed, ReplyTooLarge, TooManyRedirects, Unreachable
from og.checker.rules.parts import Known
from og.reader.addresses import absolute
from og.reader.dimensions import dimensions
from og.reader.robots_txt import allowed, fetched, path_of, rules_for

if TYPE_CHECKING:
    from core.http import Http, Reply
    from og.record import Preview

# Pictures of a page that are looked at: Discord's gallery shows four, the others one.
MOST_PICTURES = 6
# Requests at a time, so that one check takes no host's, nor our own, every connection.
TOGETHER = 4
# Seconds for each.
SECONDS = 4.0
# Bytes of a picture that are read: just above the smallest limit of a platform (WhatsApp's 600 KB), for servers that
# do not say how large their file is.
PICTURE_BYTES = 640_000
ACCEPT = "image/*,*/*;q=0.5"
_KEYS = ("og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src")
# Readers whose owners document that they keep to robots.txt, and their names there, read 2026-11-22:
# https://developer.x.com/en/docs/x-for-websites/cards/guides/getting-started (URL Crawling & Caching),
# https://developers.facebook.com/docs/sharing/webmasters/web-crawlers/,
# https://help.pinterest.com/en/business/article/pinterest-crawler,
# https://developers.google.com/search/docs/crawling-indexing/robots/intro
OBEYING: Mapping[str, str] = MappingProxyType(
    {
        "x": "twitterbot",
        "facebook": "facebookexternalhit",
        "threads": "facebookexternalhit",
        "pinterest": "pinterestbot",
        "google": "googlebot",
    }
)


@dataclass(frozen=True)
class Around:
    """What is known of a page besides its bytes.

    ``pictures`` by full address; ``closed_to`` the platforms that robots.txt keeps from the page; ``headers`` and
    ``hops`` as its server sent them.
    """

    pictures: Mapping[str, Known] = field(default_factory=lambda: MappingProxyType({}))
    closed_to: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    hops: tuple[str, ...] = ()

    @classmethod
    def of(cls, preview: Preview, url: str, http: Http, until: float) -> Around:
        """Look at a page's pictures and robots.txt, until a moment of `time.monotonic`."""
        with ThreadPoolExecutor(TOGETHER, thread_name_prefix="hb-check") as pool:
            closed = pool.submit(_closed_to, url, http, until)
            urls = pictures_of(preview, url)
            found = zip(urls, pool.map(lambda picture: _known(picture, http, until), urls), strict=True)
            known = {picture: facts for picture, facts in found if facts is not None}
            return cls(MappingProxyType(known), closed.result())


def pictures_of(preview: Preview, url: str) -> list[str]:
    """Return the addresses of a page's preview pictures: those that the reader chose, then all that tags name."""
    named = (absolute(value, url) for key in _KEYS for value in preview.vocabulary.get(key, ()))
    chosen = [image.url for image in preview.images]
    return [address for address in dict.fromkeys([*chosen[:4], *named, *chosen]) if address][:MOST_PICTURES]


def _left(until: float) -> float:
    return min(SECONDS, until - time.monotonic())


def _known(url: str, http: Http, until: float) -> Known | None:
    """Return what a picture's first bytes say; None where nobody can know."""
    seconds = _left(until)
    if seconds <= 0:
        return None
    try:
        reply = http.get(url, accept=ACCEPT, max_bytes=PICTURE_BYTES, truncate=True, deadline=seconds)
    except AddressRefused:
        return None  # a rule of its own says that it is private
    except (Unreachable, TooManyRedirects, ReplyTooLarge, BadReply) as problem:
        return Known(problem=problem.message)
    except FetchFailed:
        return None  # late, or we ask that host too often: others may have it
    return _facts(reply)


def _facts(reply: Reply) -> Known:
    size = dimensions(reply.body)
    if not 200 <= reply.status < 300 or size is None:
        return Known(type=_kind(reply), bytes=_bytes(reply), status=reply.status)
    return Known(size.width, size.height, size.type, _bytes(reply), reply.status)


def _kind(reply: Reply) -> str:
    """Return the media type of what is no picture that we can measure."""
    start = reply.body[:1000].lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "text/html"
    if start.startswith((b"<svg", b"<?xml")) and b"<svg" in start:
        return "image/svg+xml"
    return reply.media_type


def _bytes(reply: Reply) -> int:
    """Return a file's size: as it came, or where it was not read to its end as its server says."""
    said = reply.headers.get("content-length", "")
    if reply.truncated and said.isascii() and said.isdecimal() and "content-encoding" not in reply.headers:
        return max(len(reply.body), min(int(said[:12]), 10**11))
    return len(reply.body)


def _closed_to(url: str, http: Http, until: float) -> tuple[str, ...]:
    """Return the platforms that robots.txt keeps from a page."""
    parts, seconds = urlsplit(url), _left(until)
    if not parts.netloc or seconds <= 0:
        return ()
    try:
        data = fetched(f"{parts.scheme}://{parts.netloc}/robots.txt", http, seconds)
    except FetchFailed:
        return ()
    return tuple(_refused(data, path_of(url)))


def _refused(data: bytes, path: str) -> Iterable[str]:
    for platform, token in OBEYING.items():
        if not allowed(rules_for(data, token), path):
            yield platform
