"""The pictures, films and sounds inside a post's HTML, taken out before the sanitiser drops them."""

from __future__ import annotations

import contextlib
import re
from dataclasses import replace
from html.parser import HTMLParser
from urllib.parse import unquote

from networks._depth import too_deep
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
# What stands in a picture's place until a script shows it; faces that blogs send with every post.
_STAND_IN = re.compile(
    r"gravatar\.com/avatar|/(?:placeholder|blank|spacer|transparent|clear|lazy|loading|1x1|grey|s\.w\.org/images/core/"
    r"emoji)[\w.-]{0,20}\.(?:gif|png|svg)(?:[?#]|$)|/favicon[\w.-]{0,20}\.(?:ico|png|svg)|images\.pheedo\.com",
    re.I,
)
# Where pages that load pictures late keep the address, most common first.
LATE = ("data-src", "data-lazy-src", "data-original", "data-lazy", "data-full-src")
# The widest of several sizes that a post needs, in pixels.
WIDE = 1600
# How one picture is asked for in several sizes: of Cloudinary, which Substack has, and of WordPress
# (https://cloudinary.com/documentation/fetch_remote_images, https://developer.wordpress.com/docs/photon/api/ and
# https://developer.wordpress.org/reference/functions/wp_get_attachment_image_src/ describe them).
_FETCHED = re.compile(r"/image/fetch/(?:[^/?#]{1,300}/)?(https?(?::|%3A).*)", re.I)
_PHOTON = re.compile(r"^https?://i[0-3]\.wp\.com/")
_SIZED_NAME = re.compile(r"-\d{2,4}x\d{2,4}(?=\.\w{3,4}$)")
_FLICKR = re.compile(r"_[a-z](?=\.jpg$)")  # https://www.flickr.com/services/api/misc.urls.html
_SIZING = re.compile(r"(?:w|h|width|height)=\d{2,4}(?:px)?|(?:resize|fit|crop|quality|strip|ssl|zoom)=[\w,%-]{0,40}")
_WIDTH = re.compile(r"(?:-(?=\d{2,4}x\d{2,4}\.\w{3,4}$)|[?&](?:w|width|resize|fit)=|[/,]w_)(\d{2,4})(?!\d)")
# Pictures narrower than a column of words, in pixels, give way to the same one larger.
SMALL = 600
_STYLED = re.compile(r"(?:^|;)\s*(?:max-)?(?:width|height)\s*:\s*(\d{1,4})px", re.I)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_EXTENSIONS: tuple[tuple[MediaType, str], ...] = (
    ("image", r"jpe?g|png|gif|webp|avif|bmp|svg|heic"),
    ("video", r"mp4|m4v|webm|mov|ogv|avi|mkv|m3u8|mpe?g"),
    ("audio", r"mp3|m4a|ogg|oga|opus|wav|flac|aac"),
)


def kind_of(mime: str, url: str = "", medium: str = "") -> MediaType | None:
    """Return what a file is, by its media type, else by the medium told, else by the end of its name."""
    told = mime.lower()
    for kind, _ in _EXTENSIONS:
        if medium == kind or told == kind or told.startswith(kind + "/"):
            return kind
    if told.startswith("text/") or medium in ("document", "executable"):
        return None  # a page about a picture is often named like it
    if "mpegurl" in told:
        return "video"
    return next(
        (kind for kind, endings in _EXTENSIONS if re.search(rf"\.(?:{endings})(?:[?#].*)?$", url, re.I)), None
    )


def no_picture(url: str) -> bool:
    """Whether an address is that of a counter, of a face, or of what stands in for a picture."""
    return bool(_COUNTER.search(url) or _STAND_IN.search(url))


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
    """Return media without those that are there already, if in another size; no more than a post may have."""
    kept: dict[str, Media] = {}
    for one in media:
        key = _original(one.url)
        kept[key] = _together(kept[key], one) if key in kept else one
    return list(kept.values())[:MOST]


def _together(one: Media, other: Media) -> Media:
    """Return the first of two that are the same, the second where that was too small, with what both say of it."""
    if one.type == other.type and one.url != other.url and _width(one) < min(_width(other), SMALL):
        one, other = other, replace(one, width=0, height=0)  # a small one is often cut
    return replace(
        one, width=one.width or other.width, height=one.height or other.height, alt=one.alt or other.alt,
        poster=one.poster or other.poster,
    )  # fmt: skip


def _original(url: str) -> str:
    """Return what a picture goes by in whatever size: the address that a service makes it smaller from, without the
    size that its own name or its query tells.
    """
    found = _FETCHED.search(url)
    address, _, query = (unquote(found[1]) if found else _PHOTON.sub("https://", url)).partition("?")
    kept = "&".join(part for part in query.split("&") if not _SIZING.fullmatch(part))
    named = _FLICKR if "staticflickr.com/" in address else _SIZED_NAME
    return f"{named.sub('', address)}?{kept}"


def _width(one: Media) -> int:
    """Return how wide a picture says that it is, or its address; one that does not may be as wide as it was made."""
    found = _WIDTH.search(one.url)
    return one.width or (int(found[1]) if found else WIDE)


def _media(tag: str, values: dict[str, str], base: str) -> Media | None:
    url = _source(values, base)
    width, height = _pixels(values.get("width", "")), _pixels(values.get("height", ""))
    if not url or _is_small(values, width, height) or _ORNAMENT.search(values.get("class", "")) or no_picture(url):
        return None
    alt = name(values.get("alt")) if KINDS[tag] == "image" else ""
    return Media(KINDS[tag], url, width, height, alt, web(values.get("poster", ""), base))


def _source(values: dict[str, str], base: str) -> str:
    """Return where a picture is: what waits for a script before what stands in its place, then the best of a set."""
    waiting = (web(values.get(key, ""), base) for key in LATE)
    sets = (_widest(values.get(key, ""), base) for key in ("data-srcset", "data-lazy-srcset", "srcset"))
    shown = web(values.get("src", ""), base)
    late = next(filter(None, waiting), "")
    return late or (shown if shown and not no_picture(shown) else "") or next(filter(None, sets), shown)


def _widest(srcset: str, base: str) -> str:
    """Return the widest address of a set that is not wider than needed
    (https://html.spec.whatwg.org/multipage/images.html#srcset-attributes, read 2026-11), the narrowest if all are.
    """
    sizes: list[tuple[float, str]] = []
    for part in re.split(r",\s+", srcset[:8000])[:40]:
        address, _, told = part.strip().rstrip(",").partition(" ")
        number = re.match(r"(\d{1,5}(?:\.\d{1,3})?)([wx])", told.strip())
        wide = float(number[1]) * (1 if number[2] == "w" else 800) if number else 1.0
        sizes += [(wide, found)] if (found := web(address, base)) else []
    fitting = [one for one in sizes if one[0] <= WIDE]
    return max(fitting)[1] if fitting else min(sizes)[1] if sizes else ""


def _is_small(values: dict[str, str], width: int, height: int) -> bool:
    """Whether a picture is too small to be one of the post, or not seen, by what it says and how it is styled."""
    style = values.get("style", "")[:500]
    told = [width, height, *map(int, _STYLED.findall(style))]
    return bool(_HIDDEN.search(style)) or any(0 < size < SMALLEST for size in told) or "0" in (
        values.get("width", ""), values.get("height", "")
    )  # fmt: skip


def _pixels(value: str) -> int:
    return size(value.strip().removesuffix("px"))
