"""``images`` and ``image``, ``video``, ``audio``: addresses with what the page says of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from og.reader.body import elements, value_of, with_class, with_property
from og.reader.clean_text import clean
from og.reader.document import Document
from og.reader.headline import BELOW, headline
from og.reader.jsonld import items, types
from og.reader.scan import Attributes
from og.record import Image, Media
from og.rule import Candidate, Read, Rule

# More than the longest gallery that a page names; platforms show four at most.
MOST = 20
LONGEST_ALT = 1000
_TYPE = re.compile(r"(?:image|video|audio|application|text)/[\w.+-]{1,60}")
_PIXELS = re.compile(r"\s*(\d{1,5})(?:\.\d+)?\s*(?:px)?\s*")
# Pictures that make up a page rather than show something, by their address.
_DECORATION = re.compile(
    r"^#|\{\{|\$\{"  # nothing yet, and what a template was to fill
    r"|sprite|pixel|spacer|blank\.|transparent|1x1|/emoji|icon|loading|loader|placeholder|badge|button|/flags?/"
    r"|rss\.|hamburger|lizenz|license|^data:|[\\\x22']|^(?!.*logo).*\.svg(?:$|\?)|doubleclick|/ads?/"
    r"|gravatar|avatar|stats?\.|counter|tracking|qr-?code|creativecommons\.org/l|follow|/delivery/a|//banners?\."
    r"|piwik|matomo|(?:\s|%20)\d+w\b|facebook\.com/tr\b|scorecardresearch|vgwort|ivwbox|//bat\.bing|ads\.linkedin|/adsct"
    r"|//mc\.yandex|googleadservices",
    re.IGNORECASE,
)
# Faces of who wrote it or says something, by the element's class; and what nobody is shown.
_FACE = re.compile(r"avatar|(?<![a-z])(?:author|byline|commenter)(?![a-z])", re.IGNORECASE)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
# Where the address of a picture stands that a script puts in its place when it comes into view.
_LATER = ("data-src", "data-lazy-src", "data-original", "data-lazy")
_SETS = ("srcset", "data-srcset", "data-lazy-srcset")
# One candidate of a srcset: address, width or density (HTML §4.8.4.3.9).
_CANDIDATE = re.compile(r"(\S++)(?:\s++(\d{1,5})(?:\.\d{1,5})?[wx]\b,?)?")
# Width and height in pixels below which a picture shows nothing: an article's own is larger than the furniture.
_ON_PAGE, _IN_ARTICLE = (60, 40), (120, 80)


@dataclass
class _Structured:
    """One og:image with the properties that follow it (https://ogp.me/#structured)."""

    url: str = ""
    secure: str = ""
    more: dict[str, str] = field(default_factory=dict)


def structured(pairs: Iterable[tuple[str, str]], prefix: str) -> list[_Structured]:
    """Return the objects of ``og:image`` and its kin, in order. A property belongs to the address before it."""
    found: list[_Structured] = []
    for key, value in pairs:
        if not key.startswith(prefix):
            continue
        part = key[len(prefix) + 1 :]
        if part in ("", "url"):
            if not found or (found[-1].url and (part == "" or found[-1].url != value)):
                found.append(_Structured())
            found[-1].url = value
        elif found or part == "secure_url":
            if part == "secure_url":
                if not found or found[-1].secure:
                    found.append(_Structured())
                found[-1].secure = value
            else:
                found[-1].more.setdefault(part, value)
    return found[: MOST * 2]


def pixels(value: Any) -> int:
    """Return a length in pixels, or 0."""
    match = _PIXELS.fullmatch(str(value)[:20])
    return int(match[1]) if match else 0


def media_type(value: str) -> str:
    """Return a media type in lower case, or the empty string."""
    text = value.partition(";")[0].strip().lower()
    return text if _TYPE.fullmatch(text) else ""


def _address(item: _Structured, document: Document) -> str:
    """``secure_url`` is the same over https (https://ogp.me/#structured): what to show."""
    return (document.address(item.secure) if item.secure else "") or document.address(item.url)


def _open_graph(document: Document) -> Iterator[tuple[Image, ...]]:
    images = [
        Image(
            address,
            pixels(item.more.get("width", "")),
            pixels(item.more.get("height", "")),
            media_type(item.more.get("type", "")),
            clean(item.more.get("alt", ""), LONGEST_ALT),
        )
        for item in structured(document.pairs, "og:image")
        if (address := _address(item, document))
    ]
    yield _once(images)


def _once(images: Iterable[Image]) -> tuple[Image, ...]:
    found: dict[str, Image] = {}
    for image in images:
        found.setdefault(image.url, image)
    return tuple(found.values())[:MOST]


def _twitter(document: Document) -> Iterator[tuple[Image, ...]]:
    for key in ("twitter:image", "twitter:image:src", "twitter:image0"):
        for value in document.metas.get(key, ()):
            width, height = document.meta("twitter:image:width"), document.meta("twitter:image:height")
            alt = clean(document.meta("twitter:image:alt"), LONGEST_ALT)
            yield _one(document, value, pixels(width), pixels(height), alt)


def _one(document: Document, value: str, width: int = 0, height: int = 0, alt: str = "") -> tuple[Image, ...]:
    address = document.address(value)
    return (Image(address, width, height, alt=alt),) if address else ()


def _jsonld(document: Document) -> Iterator[tuple[Image, ...]]:
    for key in ("image", "thumbnailUrl", "primaryImageOfPage"):
        found = (item for row in items(document.graph.resolved(document.node.get(key))) for item in items(row))
        yield _once(image for item in found for image in _node_image(document, document.graph.resolved(item)))


def _node_image(document: Document, item: Any) -> tuple[Image, ...]:
    if isinstance(item, str):
        return _one(document, item)
    if not isinstance(item, dict):
        return ()
    address = next((v for k in ("url", "contentUrl", "@id") if isinstance(v := item.get(k), str)), "")
    caption = item.get("caption")
    width, height = (pixels(_quantity(item.get(key))) for key in ("width", "height"))
    return _one(document, address, width, height, clean(caption, LONGEST_ALT) if isinstance(caption, str) else "")


def _quantity(value: Any) -> Any:
    return value.get("value") if isinstance(value, dict) else value


def _metas(*keys: str) -> Read:
    return lambda document: (_one(document, value) for key in keys for value in document.metas.get(key, ()))


def _image_src(document: Document) -> Iterator[tuple[Image, ...]]:
    for relations, found in document.links:
        if "image_src" in relations or found.get("itemprop", "").lower() == "image":
            yield _one(document, found["href"])


def _marked(document: Document) -> Iterator[tuple[Image, ...]]:
    for word in ("image", "thumbnailUrl") if document.marked else ():
        for element in with_property(document.body, word):
            yield _one(document, value_of(element), *_said(element.attributes))
    for name in ("u-featured", "u-photo") if document.has(b"h-entry") else ():
        for element in with_class(document.body, name):
            yield _one(document, value_of(element))


def _first_shown(document: Document) -> Iterator[tuple[Image, ...]]:
    """The first picture below the headline, else of the page, that is not part of the page's furniture."""
    if found := headline(document):
        yield from _shown(document, found[1], found[1] + BELOW, _IN_ARTICLE)
    yield from _shown(document, 0, len(document.body), _ON_PAGE)


def _said(found: Attributes) -> tuple[int, int, str]:
    """Width, height and text of an ``img`` as its attributes say."""
    width, height = (pixels(found.get(name, "")) for name in ("width", "height"))
    return width, height, clean(found.get("alt", ""), LONGEST_ALT)


def _sources(found: Attributes) -> Iterator[str]:
    """The addresses of one picture: what is there from the start is often only a stand-in for what comes later."""
    for name in _LATER:
        if "." in (address := found.get(name, "").strip()) or "/" in address:  # not data-lazy="true"
            yield address
    if address := found.get("src", "").strip():
        yield address
    for name in _SETS:
        candidates = [(int(size or 1), address) for address, size in _CANDIDATE.findall(found.get(name, ""))]
        yield from (address.rstrip(",") for _, address in sorted(candidates, key=lambda one: -one[0])[:1])


def _shown(document: Document, start: int, end: int, least: tuple[int, int]) -> Iterator[tuple[Image, ...]]:
    for element in elements(document.body, "<amp-img" if document.has(b"<amp-img") else "<img", start):
        if element.start > end:
            return
        found = element.attributes
        source = next((address for address in _sources(found) if not _DECORATION.search(address)), "")
        width, height, alt = _said(found)
        small = (width and width < least[0]) or (height and height < least[1])
        apart = _FACE.search(found.get("class", "")) or _HIDDEN.search(found.get("style", "")) or "hidden" in found
        if source and not (small or apart or (start and "logo" in source.lower())):
            yield _one(document, source, width, height, alt)


IMAGES = Rule(
    "images",
    "images",
    (
        Candidate("og:image", _open_graph),
        Candidate("twitter:image", _twitter),
        Candidate("link:image_src", _image_src),
        Candidate("jsonld:image", _jsonld),
        Candidate(
            "itemprop:image", _metas("itemprop:image", "itemprop:thumbnailurl", "thumbnail", "sailthru.image.full")
        ),
        Candidate("marked:image", _marked),
        Candidate("img", _first_shown),
    ),
)


def _film(prefix: str) -> Read:
    def read(document: Document) -> Iterator[Media | None]:
        for item in structured(document.pairs, prefix):
            kind = media_type(item.more.get("type", ""))
            address = _address(item, document)
            if address and kind != "application/x-shockwave-flash":  # nothing plays it any more
                yield Media(address, kind, pixels(item.more.get("width", "")), pixels(item.more.get("height", "")))

    return read


def _stream(document: Document) -> Iterator[Media | None]:
    address = document.address(document.meta("twitter:player:stream"))
    if address:
        yield Media(address, media_type(document.meta("twitter:player:stream:content_type")))


def _content(kind: str) -> Read:
    def read(document: Document) -> Iterator[Media | None]:
        for node in document.graph.nodes:
            address = node.get("contentUrl")
            if kind in types(node) and isinstance(address, str) and (full := document.address(address)):
                yield Media(
                    full,
                    media_type(str(node.get("encodingFormat", ""))),
                    *map(pixels, (node.get("width"), node.get("height"))),
                )

    return read


def _marked_content(kind: str) -> Read:
    """The same in microdata: the first address of its kind after the element that says it is one."""

    def read(document: Document) -> Iterator[Media | None]:
        marked = document.has(b"itemprop") and document.has(b"contentUrl")  # others ask for the first of these too
        start = document.body.find(f"schema.org/{kind}".encode()) if marked else -1
        for element in with_property(document.body, "contentUrl", start) if start >= 0 else ():
            if full := document.address(value_of(element)):
                yield Media(full)

    return read


VIDEO = Rule(
    "video",
    "video",
    (
        Candidate("og:video", _film("og:video")),
        Candidate("twitter:player:stream", _stream),
        Candidate("jsonld:VideoObject", _content("VideoObject")),
        Candidate("itemprop:contentUrl", _marked_content("VideoObject")),
    ),
)
AUDIO = Rule(
    "audio",
    "audio",
    (
        Candidate("og:audio", _film("og:audio")),
        Candidate("jsonld:AudioObject", _content("AudioObject")),
        Candidate("itemprop:contentUrl", _marked_content("AudioObject")),
    ),
)
