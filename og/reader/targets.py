"""Addresses that lead to no page: pictures, films, sounds, PDF files, feeds, text and JSON, each with what it says.

The media type of the header counts, unless it says nothing (``application/octet-stream``) or the bytes begin as
something else does (https://mimesniff.spec.whatwg.org/).
"""

from __future__ import annotations

import json
import re
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote

from og.reader.addresses import absolute
from og.reader.clean_text import clean, without_tags
from og.reader.dimensions import dimensions
from og.reader.encoding import as_utf8
from og.record import Feed, Image, Media, Preview

# Letters of a text or a feed that are shown.
SUMMARY = 300
HTML = frozenset({"text/html", "application/xhtml+xml"})
_UNTOLD = frozenset(
    {"", "application/octet-stream", "binary/octet-stream", "text/plain", "application/xml", "text/xml"}
)
_STARTS = (
    (b"%PDF-", "application/pdf"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    (b"\x1a\x45\xdf\xa3", "video/webm"),
    (b"{", "application/json"),
)
# Bytes in which a document's first tag must stand.
_FIRST = 10_000
_FEED = re.compile(rb"(?:\s++|<!--.{0,2000}?-->|<\?[^>]{0,300}>)*+<(rss|feed|rdf:RDF)[\s>]", re.DOTALL)
_HTML_START = re.compile(
    rb"(?:\s++|<!--.{0,2000}?-->)*+<(?:!doctype html|html|head|title|meta|body|script)[\s>]",
    re.IGNORECASE | re.DOTALL,
)
_FEEDS = {b"rss": "application/rss+xml", b"feed": "application/atom+xml", b"rdf:RDF": "application/rdf+xml"}
_TITLE = re.compile(rb"<(title)(?:\s[^<>]{0,300})?>", re.IGNORECASE)
_TAGLINE = re.compile(rb"<(description|subtitle)(?:\s[^<>]{0,300})?>", re.IGNORECASE)
# Bytes of a feed's title or description that are read.
_LONGEST = 20_000
_CDATA = re.compile(rb"<!\[CDATA\[([^\]]*+(?:\](?!\]>)[^\]]*+)*+)\]\]>")
# A PDF's information dictionary and its XMP packet (ISO 32000-1 §14.3).
_PDF_TITLE = re.compile(rb"/Title\s{0,9}(?:\(((?:[^()\\]|\\.){1,2000})\)|<([0-9a-fA-F\s]{4,4000})>)", re.DOTALL)
_PDF_AUTHOR = re.compile(rb"/Author\s{0,9}(?:\(((?:[^()\\]|\\.){1,500})\)|<([0-9a-fA-F\s]{4,1000})>)", re.DOTALL)
_XMP_TITLE = re.compile(rb"<dc:title>\s*<rdf:Alt>\s*<rdf:li[^>]{0,200}>([^<]{1,2000})</rdf:li>")


def kind_of(media_type: str, body: bytes) -> str:
    """Return what a body is: the media type of the header, or what its first bytes are where that says too little."""
    if media_type in HTML or (media_type in _UNTOLD and _HTML_START.match(body[:_FIRST])):
        return "text/html"
    if match := _FEED.match(body[:_FIRST]):
        return _FEEDS[match[1]]
    if media_type not in _UNTOLD:
        return media_type
    if found := dimensions(body):
        return found.type
    if body[4:8] == b"ftyp":
        return "video/mp4"
    return next((kind for start, kind in _STARTS if body.startswith(start)), media_type or "application/octet-stream")


def target(url: str, media_type: str, content_type: str, body: bytes) -> Preview:
    """Return the preview of what is no page. ``body`` may end anywhere."""
    family = media_type.partition("/")[0]
    found: dict[str, Any] = {"title": _file_name(url)}
    if family == "image":
        found |= _picture(url, media_type, body)
    elif family in ("video", "audio"):
        found[family] = Media(url, media_type)
    elif media_type == "application/pdf":
        found |= _pdf(body)
    elif media_type in _FEEDS.values():
        found |= _feed(url, media_type, as_utf8(body, content_type)[0])
    elif media_type.endswith("json"):
        found |= _json(url, body)
    elif family == "text":
        found["description"] = clean(as_utf8(body, content_type)[0].decode("utf-8", "replace"), SUMMARY)
    found = {key: value for key, value in found.items() if value}
    return Preview(url=url, **found, sources=MappingProxyType(dict.fromkeys(("url", *found), "file")))


def _file_name(url: str) -> str:
    return clean(unquote(url.partition("?")[0].partition("#")[0].rstrip("/").rpartition("/")[2]), 200)


def _picture(url: str, media_type: str, body: bytes) -> dict[str, Any]:
    size = dimensions(body)
    image = Image(url, size.width, size.height, size.type) if size else Image(url, type=media_type)
    return {"image": image, "images": (image,)}


def _feed(url: str, media_type: str, body: bytes) -> dict[str, Any]:
    title, tagline = (_inner(pattern, body) for pattern in (_TITLE, _TAGLINE))
    return {"title": clean(title, 300) or _file_name(url), "description": clean(tagline, SUMMARY)} | {
        "feeds": (Feed(url, media_type, clean(title, 200)),)
    }


def _inner(start: re.Pattern[bytes], body: bytes) -> str:
    """Return the text of the first element whose start tag is found."""
    match = start.search(body)
    if not match:
        return ""
    piece = body[match.end() : match.end() + _LONGEST]
    end = piece.find(b"</" + match[1])
    return without_tags(_CDATA.sub(rb"\1", piece[: max(end, 0)]))


def _json(url: str, body: bytes) -> dict[str, Any]:
    """Return what a JSON Feed says (https://www.jsonfeed.org/version/1.1/); of other JSON nothing is known."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(value, dict) or not str(value.get("version", "")).startswith("https://jsonfeed.org/"):
        return {}
    title, about, home = (
        text if isinstance(text := value.get(key), str) else "" for key in ("title", "description", "home_page_url")
    )
    return {
        "title": clean(title, 300) or _file_name(url),
        "description": clean(about, SUMMARY),
        "canonical": absolute(home, url),
        "feeds": (Feed(url, "application/feed+json", clean(title, 200)),),
    }


def _pdf(body: bytes) -> dict[str, Any]:
    title, author = (_pdf_text(pattern, body) for pattern in (_PDF_TITLE, _PDF_AUTHOR))
    if not title and (match := _XMP_TITLE.search(body)):
        title = clean(match[1].decode("utf-8", "replace"), 300)
    return {key: value for key, value in (("title", title), ("author", author)) if value}


def _pdf_text(pattern: re.Pattern[bytes], body: bytes) -> str:
    """Return a text string (ISO 32000-1 §7.9.2): UTF-16 with its mark, else near Latin 1."""
    match = pattern.search(body)
    if not match:
        return ""
    raw = bytes.fromhex(_even(match[2])) if match[2] else _unescaped(match[1])
    text = raw[2:].decode("utf-16-be", "replace") if raw.startswith(b"\xfe\xff") else raw.decode("cp1252", "replace")
    return clean(text, 300)


def _even(digits: bytes) -> str:
    text = b"".join(digits.split()).decode("ascii")
    return text if len(text) % 2 == 0 else text + "0"


def _unescaped(raw: bytes) -> bytes:
    named = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"", b"f": b""}

    def one(match: re.Match[bytes]) -> bytes:
        if match[1].isdigit():
            return bytes([int(match[1], 8) & 0xFF])
        return named.get(match[1], match[1])

    return re.sub(rb"\\([0-7]{1,3}|.)", one, raw, flags=re.DOTALL)
