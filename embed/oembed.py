"""Our answers as an oEmbed provider (https://oembed.com, read 2026-11): what to put where an address stands.

Three kinds of addresses have one: a page (its card, as a frame), a picture of ours, and a frame of one of our
widgets. What another floor adds is one more function in the list of the routes. An answer is as small as `Bounds`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from core.errors import Invalid
from og.reader.clean_text import cut

Json = dict[str, Any]
# How wide a card is where nobody says, in pixels: what a column of text takes; its sheet allows no more than 640.
WIDTH = 600
# What the words of a card take, and the margins around it (static/css/card.css, frame.css).
WORDS, MARGIN = 175, 18
# The shape of a card's picture lies between these (widgets/card.py); 1.91 is what networks ask for.
SHAPES = (1.5, 1.91, 2.4)
# How high the card is with its picture beside the words, and in one line.
LIST, COMPACT = 176, 92
# Frames of other widgets: width and height. A feed scrolls inside; buttons wrap.
SIZES: Mapping[str, tuple[int, int]] = {"feed": (WIDTH, 800), "share": (WIDTH, 80), "follow": (WIDTH, 80)}
USUAL = (WIDTH, 320)
# Seconds an answer is good for.
GOOD = 3600
# And one with a picture whose address ends within ten minutes.
SOON = 300
# How wide a post's picture is at the most, in pixels: what its card shows, at twice the density.
THUMBNAIL = 1200
# Characters of a post's words as its title: what programs show of one.
TITLE = 140
# More is no screen.
_MOST = 100_000
_FRAME = re.compile(r"/widgets/([a-z][a-z0-9-]{0,40})/frame")
PICTURE = re.compile(r"/og/([\w-]{1,64})/([\w-]{1,2000})\.([\w-]{10,100})\.(png|jpg|webp)")
# What a frame's title is without: some programs decode an answer twice more than its form asks (unfurl.js 6 all
# values), and a stranger's title would then end the attribute.
_MARKS = re.compile('["<>]|&(?=#|amp|lt|gt|quot|nvlt|nvgt)', re.IGNORECASE)
_HARMLESS = {'"': "'", "<": "‹", ">": "›", "&": "& "}
# What XML cannot hold (https://www.w3.org/TR/xml/#charsets), by name: a class of all that it can takes 4 ms to make.
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Bounds:
    """The room there is, in pixels; 0 where nobody says."""

    width: int = 0
    height: int = 0

    def fit(self, width: int, height: int) -> tuple[int, int]:
        """Return a size no larger than the room, each side for itself."""
        return min(width, self.width or width), min(height, self.height or height)

    def scaled(self, width: int, height: int) -> tuple[int, int]:
        """Return a size no larger than the room, in its shape."""
        scale = min(1.0, (self.width or width) / width, (self.height or height) / height)
        return max(1, int(width * scale)), max(1, int(height * scale))

    def within(self, width: int) -> Bounds:
        """Return the room that is left in so much width."""
        return Bounds(min(self.width or width, width), self.height)

    def hold(self, width: int, height: int) -> bool:
        """Tell whether there is room for a size."""
        return (width, height) == self.fit(width, height)


def bounds(given: Mapping[str, str]) -> Bounds:
    """Return the room that ``maxwidth`` and ``maxheight`` say; raise Invalid for what is no number of pixels."""
    found = []
    for name in ("maxwidth", "maxheight"):
        text = given.get(name, "").strip()
        if text and not (text.isascii() and text.isdigit() and int(text[:9]) > 0 and len(text) < 9):
            raise Invalid(f"{name} is a number of pixels.", field=name)
        found.append(min(int(text), _MOST) if text else 0)
    return Bounds(*found)


@dataclass(frozen=True)
class Thumbnail:
    """A picture that stands for a page."""

    url: str
    width: int
    height: int

    def said(self) -> Json:
        """Return what an answer says of it: the three belong together (§2.3.4)."""
        return {"thumbnail_url": self.url, "thumbnail_width": self.width, "thumbnail_height": self.height}


# Gives a picture smaller: its address, its width and height, and the room; None where there is none.
Smaller = Callable[[str, int, int, Bounds], Thumbnail | None]


def of_page(preview: Mapping[str, Any], url: str, room: Bounds, frame: str, smaller: Smaller) -> Json:
    """Return the answer about a page: its card as ``rich``; without the address of a ``frame``, a ``link``."""
    answer: Json = {"version": "1.0", "type": "rich" if frame else "link", **_words(preview, url)}
    picture = preview.get("image") or {}
    answer |= _thumbnail(picture, room, smaller)
    if not frame:
        return answer
    width, height, layout = card_size(picture, room)
    asked = urlencode({"href": url, **({"layout": layout} if layout else {})})
    src = f"{frame}{'&' if '?' in frame else '?'}{asked}"
    return answer | framed(src, width, height, str(preview.get("title") or answer["provider_name"]))


def of_post(post: Mapping[str, Any], room: Bounds, frame: str, url: str, height: int, *, data: bool) -> Json:
    """Return the answer about a network's post: its card. ``data`` says whether its words may be in a data form."""
    answer: Json = {"version": "1.0", "type": "rich" if frame else "link", "provider_name": post["network"]["name"]}
    answer |= {"provider_url": _origin(post["url"]), "cache_age": GOOD}
    if data:
        author = post["author"]
        words = post["title"] or (post["veil"] if post["folded"] else str(post["html"].striptags()))
        said = {"title": cut(words, TITLE), "author_name": author["name"], "author_url": author["url"]}
        answer |= {name: value for name, value in said.items() if value}
    if not frame:
        return answer
    width, high = room.fit(WIDTH, height)
    src = f"{frame}{'&' if '?' in frame else '?'}{urlencode({'href': url})}"
    return answer | framed(src, width, high, str(answer.get("title") or post["view"]))


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _words(preview: Mapping[str, Any], url: str) -> Json:
    parts = urlsplit(str(preview.get("url") or url))
    found = {
        "title": preview.get("title"),
        "author_name": preview.get("author"),
        "provider_name": preview.get("site_name") or (parts.hostname or "").removeprefix("www."),
        "provider_url": f"{parts.scheme}://{parts.netloc}",
        "cache_age": GOOD,
    }
    return {name: value for name, value in found.items() if value}


def _thumbnail(picture: Mapping[str, Any], room: Bounds, smaller: Smaller) -> Json:
    """The three belong together: without its size a picture is not named (§2.3.4)."""
    url, width, height = picture.get("url"), picture.get("width"), picture.get("height")
    if not (url and width and height):
        return {}
    fits = room.hold(width, height)
    found = Thumbnail(url, width, height) if fits else smaller(url, width, height, room)
    return {} if found is None else found.said()


def card_size(picture: Mapping[str, Any], room: Bounds) -> tuple[int, int, str]:
    """Return width, height and layout of a card: the largest that has room."""
    width = min(WIDTH, room.width or WIDTH)
    ratio = SHAPES[1]
    if picture.get("width") and picture.get("height"):
        ratio = min(max(picture["width"] / picture["height"], SHAPES[0]), SHAPES[2])
    large = round(max(1, width - MARGIN) / ratio) + WORDS if picture else LIST
    for height, layout in ((large, ""), (LIST, "list"), (COMPACT, "compact")):
        if room.hold(width, height):
            return width, height, layout
    return width, room.height, "compact"


def framed(src: str, width: int, height: int, title: str) -> Json:
    """Return what ``rich`` needs: the HTML of a frame, and its size."""
    said = {
        "src": src,
        "width": str(width),
        "height": str(height),
        "title": _MARKS.sub(lambda mark: _HARMLESS[mark[0]], title),
        "loading": "lazy",
        "frameborder": "0",
        "allow": "fullscreen; autoplay; encrypted-media; picture-in-picture",
        "referrerpolicy": "strict-origin-when-cross-origin",
    }
    attributes = " ".join(f'{name}="{html.escape(value)}"' for name, value in said.items())
    return {"html": f"<iframe {attributes}></iframe>", "width": width, "height": height}


def of_picture(thumbnail: Thumbnail, title: str, base_url: str) -> Json:
    """Return the answer about a picture of ours."""
    return {
        "version": "1.0",
        "type": "photo",
        "title": title,
        "url": thumbnail.url,
        "width": thumbnail.width,
        "height": thumbnail.height,
        "provider_name": "Handbill",
        "provider_url": base_url,
        "cache_age": GOOD,
    }


def frame_key(path: str) -> str:
    """Return which widget a path is the frame of; empty where it is none."""
    match = _FRAME.fullmatch(path)
    return match[1] if match else ""


def of_frame(url: str, key: str, title: str, room: Bounds, base_url: str) -> Json:
    """Return the answer about a widget's frame: the frame."""
    width, height = room.fit(*(card_size({"width": 191, "height": 100}, room)[:2] if key == "card" else _size(key)))
    return {
        "version": "1.0",
        "type": "rich",
        "title": title,
        "provider_name": "Handbill",
        "provider_url": base_url,
        "cache_age": GOOD,
        **framed(url, width, height, title),
    }


def _size(key: str) -> tuple[int, int]:
    return SIZES.get(key, USUAL)


def as_xml(answer: Json) -> str:
    """Return an answer as XML (§2.3.4.2)."""
    said = (f"  <{name}>{_xml(str(value))}</{name}>\n" for name, value in answer.items())
    return f'<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n<oembed>\n{"".join(said)}</oembed>\n'


def _xml(text: str) -> str:
    return html.escape(_NOT_XML.sub("\ufffd", text))
