"""What is attached to an object of the fediverse: pictures, films, sounds, and the page that it points to.

https://www.w3.org/TR/activitystreams-vocabulary/#dfn-attachment (read 2026-11). A link post of Lemmy, PieFed or Mbin
is an object with a Link attached; one of Friendica has the page's address for its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from typing import Any

from networks._activitystreams import Object, id_of, mime_of, page_of, picture_of, said, type_of
from networks._html import plain
from networks._pictures import kind_of, unique, within
from networks._walk import every, host_of, line, name, records, size, web
from networks.records import Link, Media, MediaType

KINDS: dict[str, MediaType] = {"Image": "image", "Video": "video", "Audio": "audio"}
# Pages and other posts: an attachment of these kinds is no file of the post, whatever it looks like.
PAGES = frozenset({"Article", "Page"})
NO_FILES = PAGES | {"PropertyValue", "Note"}


def media_of(body: Object, kind: str, html: str, base: str) -> list[Media]:
    """Return an object's files; ``html`` is its content, ``base`` what relative addresses are meant against.

    ``audio`` is where podcasts have theirs (Castopod,
    https://github.com/Podcastindex-org/activitypub-spec-work, read 2026-11).
    """
    poster = picture_of(body.get("icon")) or picture_of(body.get("preview"))
    found = [_file(one, base) for key in ("attachment", "image", "audio") for one in every(body.get(key))]
    if kind in KINDS:
        own = next(_files(body, KINDS[kind], poster), None)
        still = [Media("image", poster)] if poster and own is None else []
        found = [own, *still, *found]
    return unique([one for one in found if one] + within(html, base))


def _files(body: Object, kind: MediaType, poster: str) -> Iterator[Media]:
    """Yield a film's own files, the best first, which PeerTube nests in the playlist of its stream."""
    links = list(records(body.get("url")))
    links += [tag for one in links for tag in records(one.get("tag"))]
    for link in links:
        url = web(link.get("href")) if mime_of(link).startswith(("video/", "audio/", "image/")) else ""
        if url:
            yield Media(kind, url, *_sizes(link), poster=poster)


def _sizes(value: Object) -> tuple[int, int]:
    """Return width and height, both or none: half a size says nothing of the shape."""
    width, height = size(value.get("width")), size(value.get("height"))
    return (width, height) if width and height else (0, 0)


def _file(one: Any, base: str) -> Media | None:
    if isinstance(one, str):
        return Media("image", web(one, base)) if web(one, base) else None
    if not isinstance(one, dict) or type_of(one) in NO_FILES:
        return None
    kind, mime = type_of(one), mime_of(one)
    url = page_of(one) if not isinstance(one.get("href"), str) else web(one.get("href"), base)
    found = kind_of(mime, url, "" if mime else KINDS.get(kind, ""))
    if not url or found is None:
        return None
    # Hubzilla writes signs as in HTML, Owncast names a picture by its content.
    alt = line(unescape(said(one, "name") or said(one, "summary") or plain(said(one, "content"))))
    return Media(found, url, *_sizes(one), alt, picture_of(one.get("icon")))


def link_of(body: Object, kind: str, base: str) -> Link | None:
    """Return the page that an object points to: an attached link that is no file, or a Page's address elsewhere."""
    for one in records(body.get("attachment")):
        url = web(one.get("href"), base) or page_of(one)
        if url and (type_of(one) in PAGES or (type_of(one) == "Link" and _file(one, base) is None)):
            picture = picture_of(one.get("image")) or picture_of(one.get("icon"))
            return Link(url, name(said(one, "name")), name(said(one, "summary")), picture)
    address = page_of(body) if points_away(body, kind) else ""
    return Link(address) if address else None


def points_away(body: Object, kind: str) -> bool:
    """Whether an object's address is that of a page which it is about, and not its own: Friendica's link posts."""
    address, own = host_of(page_of(body)), host_of(id_of(body))
    return kind == "Page" and bool(address and own) and address != own
