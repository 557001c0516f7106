"""The pictures, films and sounds inside a post's HTML, taken out before the sanitiser drops them."""

from __future__ import annotations

import contextlib
import re
from html.parser import HTMLParser

from networks._html import too_deep
from networks._walk import name, size, web
from networks.records import Media, MediaType

# More than a carousel has anywhere (Instagram 20, Pinterest 5): an article's further pictures stay in the article.
MOST = 20
# Smaller ones are marks, smileys and counters, not pictures of the post.
SMALLEST = 32
KINDS: dict[str, MediaType] = {"img": "image", "video": "video", "audio": "audio", "amp-img": "image"}
_ORNAMENT = re.compile(r"\b(?:emoji|wp-smiley|emoticon|smiley|avatar|custom-emoji)\b", re.I)
# Counters that feed services put behind each article.
_COUNTER = re.compile(
    r"feeds\.feedburner\.com/~|/~r/|feedsportal\.com|pixel\.(?:wp|quantserve)|/pixel\.(?:gif|png)|stats\.wordpress|"
    r"doubleclick\.net|/b\.gif|medium\.com/_/stat|google-analytics"
)
_EXTENSIONS: tuple[tuple[MediaType, str], ...] = (
    ("image", r"jpe?g|png|gif|webp|avif|bmp|svg|heic"),
    ("video", r"mp4|m4v|webm|mov|ogv|avi|mkv|m3u8|mpe?g"),
    ("audio", r"mp3|m4a|ogg|oga|opus|wav|flac|aac"),
)


def kind_of(mime: str, url: str = "", medium: str = "") -> MediaType | None:
    """Return what a file is, by its media type, else by the medium told, else by the end of its name."""
    for kind, endings in _EXTENSIONS:
        if medium == kind or mime.lower().startswith(kind + "/"):
            return kind
        if not mime and not medium and re.search(rf"\.(?:{endings})(?:[?#].*)?$", url, re.I):
            return kind
    return None


def within(html: str, base: str = "") -> list[Media]:
    """Return what HTML shows, in order, ornaments and counters left out."""
    if "<" not in html or too_deep(html):
        return []
    gallery = _Gallery()
    with contextlib.suppress(AssertionError):  # html.parser gives up at `<![>`; what it found until then counts
        gallery.feed(html)
    return unique([one for tag, values in gallery.shown if (one := _media(tag, values, base))])


class _Gallery(HTMLParser):
    """Collects pictures, films and sounds; a film's file may stand in a `source` inside it."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[tuple[str, dict[str, str]]] = []
        self._open: dict[str, str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what is shown, and the first source of a film."""
        values = {name: value or "" for name, value in attrs}
        if tag in KINDS:
            self.shown.append((tag, values))
            self._open = values if tag in ("video", "audio") else self._open
        elif tag == "source" and self._open is not None:
            self._open.setdefault("src", values.get("src", ""))

    def handle_endtag(self, tag: str) -> None:
        """End a film."""
        if tag in ("video", "audio"):
            self._open = None


def unique(media: list[Media]) -> list[Media]:
    """Return media without those whose address is there already, no more than a post may have."""
    kept: dict[str, Media] = {}
    for one in media:
        first = kept.setdefault(one.url, one)
        if first is not one and not (first.alt and first.width):
            kept[one.url] = Media(
                first.type, first.url, first.width or one.width, first.height or one.height, first.alt or one.alt,
                first.poster or one.poster, first.embed,
            )  # fmt: skip
    return list(kept.values())[:MOST]


def _media(tag: str, values: dict[str, str], base: str) -> Media | None:
    url = web(values.get("src") or values.get("data-src", ""), base)
    width, height = _pixels(values.get("width", "")), _pixels(values.get("height", ""))
    small = 0 < width < SMALLEST or 0 < height < SMALLEST
    if not url or small or _ORNAMENT.search(values.get("class", "")) or _COUNTER.search(url):
        return None
    alt = name(values.get("alt")) if KINDS[tag] == "image" else ""
    return Media(KINDS[tag], url, width, height, alt, web(values.get("poster", ""), base))


def _pixels(value: str) -> int:
    return size(value.strip().removesuffix("px"))
