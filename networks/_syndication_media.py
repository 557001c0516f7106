"""The pictures, films and sounds of an entry: enclosures, Media RSS, iTunes, and those inside its HTML.

https://www.rssboard.org/media-rss and https://podcasters.apple.com/support/823-podcast-requirements (read 2026-11).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from networks._pictures import kind_of, no_picture, unique, within
from networks._walk import ident, records, size, stored, web
from networks.records import Media

# The widest picture, and the highest film, that a post needs where a feed has the same in several sizes.
WIDEST, HIGHEST = 2000, 1080
_GROUP, _CONTENT = b"<media:group", b"<media:content"


def media_of(entry: Any, html: list[str], base: str, inner: str, page: str) -> list[Media]:
    """Return an entry's media. ``base`` and ``inner`` are what addresses beside and inside of its HTML are meant
    against, ``page`` is the entry's own."""
    thumbs = [_thumb(one, base) for one in records(stored(entry, "media_thumbnail"))]
    still = web(stored(stored(entry, "image"), "href") or _bare_picture(entry), base)
    posters = [one for one in [Media("image", still), *thumbs] if one.url and not no_picture(one.url)]
    poster = posters[0].url if posters else ""
    files = [_enclosure(one, base, poster) for one in records(stored(entry, "links"))]
    sent = ((_content(one, base, poster, page), one) for one in records(stored(entry, "media_content")))
    files += _one_size([(made, one) for made, one in sent if made])
    files += [_source(one, base) for one in records(stored(entry, "content"))]
    found = [one for one in files if one]
    if player := _player(entry, base, posters[:1], found):
        return unique([player, *found])  # its still is in the words too
    found += next((shown for one in html if (shown := within(one, inner))), [])
    return unique(found or posters[:1])


def grouped(body: bytes) -> bytes:
    """Return a document in which files of Media RSS say in which ``media:group`` they stand: each is one thing in
    several forms, and feedparser does not tell.
    """
    parts = body.split(_GROUP)
    for number, part in enumerate(parts[1:], 1):
        inner, end, rest = part.partition(b"</media:group")
        parts[number] = inner.replace(_CONTENT, b'%s group="%d"' % (_CONTENT, number)) + end + rest
    return _GROUP.join(parts)


def _player(entry: Any, base: str, still: list[Media], files: list[Media]) -> Media | None:
    """Return the film of an entry that names a player for it and no file."""
    url = web(stored(stored(entry, "media_player"), "url"), base)
    if not url or any(one.type == "video" for one in files):
        return None
    shown = still[0] if still else Media("image", "")
    return Media("video", url, shown.width, shown.height, poster=shown.url, embed=True)


def _bare_picture(entry: Any) -> Any:
    """Return the address that an RSS item's ``image`` has; feedparser calls the page of Atom's people the same."""
    people = (*records(stored(entry, "authors")), *records(stored(entry, "contributors")))
    found = stored(entry, "href")
    return None if found in [stored(one, "href") for one in (*people, stored(entry, "author_detail"))] else found


def _thumb(one: Mapping[str, Any], base: str) -> Media:
    return Media("image", web(stored(one, "url"), base), size(stored(one, "width")), size(stored(one, "height")))


def _enclosure(link: Mapping[str, Any], base: str, poster: str) -> Media | None:
    url, mime = web(stored(link, "href"), base), ident(stored(link, "type"))
    kind = kind_of(mime, url) if stored(link, "rel") == "enclosure" else None
    if not url or kind is None or no_picture(url):
        return None
    return Media(kind, url, poster=poster if kind != "image" and poster != url else "", embed=_is_list(url, mime))


def _content(one: Mapping[str, Any], base: str, poster: str, page: str) -> Media | None:
    url, mime = web(stored(one, "url"), base), ident(stored(one, "type"))
    sizes = size(stored(one, "width")), size(stored(one, "height"))
    kind = kind_of(mime, url, ident(stored(one, "medium")))
    if kind is None and not mime and not stored(one, "medium") and sizes[0]:
        kind = "image"  # what says its size and nothing else is one
    if "flash" in mime:  # YouTube's word for a page of its player, which plays no more: the film's page does
        return Media("video", page or url, *sizes, poster=poster, embed=True)
    if not url or kind is None or no_picture(url):
        return None
    return Media(kind, url, *sizes, poster=poster if kind != "image" else "", embed=_is_list(url, mime))


def _source(content: Mapping[str, Any], base: str) -> Media | None:
    """Return content that stands elsewhere and is no words (RFC 4287 §4.1.3.2)."""
    url = web(stored(content, "src"), base)
    kind = kind_of(ident(stored(content, "type")), url) if url else None
    return Media(kind, url) if kind else None


def _is_list(url: str, mime: str) -> bool:
    """Whether it is a list of a film's parts, which browsers do not play by themselves."""
    return "mpegurl" in mime.lower() or urlsplit(url).path.lower().endswith(".m3u8")


def _one_size(media: list[tuple[Media, Mapping[str, Any]]]) -> list[Media]:
    """Return media each in one size, beside what a feed says of them: those of a group are one thing; else addresses
    that differ in the size they tell, and nothing else, are one's.
    """
    kept: dict[tuple[str, str], tuple[Media, Mapping[str, Any]]] = {}
    for one in media:
        key = one[0].type, ident(stored(one[1], "group")) or _sizeless(one[0])
        kept[key] = max(kept.get(key, one), one, key=_fit)
    return [one for one, _ in kept.values()]


def _sizeless(one: Media) -> str:
    sizes = [str(number) for number in (one.width, one.height) if number]
    return re.sub(rf"(?<!\d)(?:{'|'.join(sizes)})(?!\d)", "", one.url) if sizes else one.url


def _fit(media: tuple[Media, Mapping[str, Any]]) -> tuple[bool, bool, int, bool]:
    """Return how good a form is: a file, and the largest that is not too large, else the smallest; of those alike
    the one that the feed prefers.
    """
    one, told = media
    length, most = (one.width, WIDEST) if one.type == "image" else (one.height, HIGHEST)
    return not one.embed, length <= most, length if length <= most else -length, stored(told, "isdefault") == "true"
