"""The terms of ActivityStreams 2 in whatever form a server writes them: text, an address, an object, a list of these.

https://www.w3.org/TR/activitystreams-core/ and -vocabulary/ (read 2026-11). Nothing here raises; what is not of a
form that can be read counts as absent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from networks._walk import every, ident, record, records, size, text, web

Object = Mapping[str, Any]


def type_of(value: Object) -> str:
    """Return an object's type, the first of several, without a namespace."""
    kinds = [
        ident(one).rpartition("#")[2].rpartition(":")[2] for one in every(value.get("type") or value.get("@type"))
    ]
    return next((kind for kind in kinds if kind), "")


def id_of(value: Any) -> str:
    """Return what names an object, a link, or the text that is such a name."""
    return ident(value) if isinstance(value, str) else ident(record(value).get("id") or record(value).get("href"))


def said(body: Object, key: str) -> str:
    """Return a natural-language value (AS2 Core §4.7): plain, or the first of its languages."""
    value = text(body.get(key))
    return value or next((found for one in record(body.get(key + "Map")).values() if (found := text(one))), "")


def mime_of(link: Object) -> str:
    """Return a link's media type; Funkwhale writes ``mimeType``."""
    return ident(link.get("mediaType") or link.get("mimeType"))


def page_of(body: Object, kind: str = "text/html") -> str:
    """Return the address of a page among an object's addresses, which may be text, links, or both."""
    links = every(body.get("url"))
    typed = [one for one in records(links) if mime_of(one).startswith(kind)]
    found = [*typed, *[one for one in links if isinstance(one, str)], *records(links)]
    return next((address for one in found if (address := web(id_of(one)))), "") or web(body.get("href"))


def picture_of(value: Any) -> str:
    """Return a picture's address; of several sizes the widest."""
    listed = every(value)
    sized = sorted(records(listed), key=lambda one: -size(one.get("width")))
    first = next(iter(sized if sized and size(sized[0].get("width")) else listed), None)
    return web(first) if isinstance(first, str) else page_of(record(first))
