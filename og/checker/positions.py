"""A page's tags with the place where each is written: line, column, byte, head or body.

One pass over the bytes finds the tags that matter, in linear time whatever the bytes (as `og/reader/scan.py` does:
docs/decisions/0004-pages-are-scanned-not-parsed.md). Those tags alone, each still at its line and column, are then
given to BeautifulSoup's `html.parser`, which reads their attributes and says where they are: on a whole hostile page
that parser takes quadratic time (400 KB of ``<!--``: 75 s), and raises on ``<![><``.

Where the head ends follows the HTML Standard (https://html.spec.whatwg.org/multipage/parsing.html#parsing-main-inhead,
2026-11) with scripting off, as preview readers are: ``<img>`` in a ``<noscript>`` in the head ends the head.
"""

from __future__ import annotations

import html as references
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from og.reader.scan import ATTRIBUTES, attributes, properties

if TYPE_CHECKING:
    from bs4 import Tag as Element

# Bytes of a page that are looked at. The largest of 1,200 real pages has 1.5 MB, and no platform reads more than
# Googlebot's 2 MB of HTML (https://developers.google.com/search/docs/crawling-indexing/googlebot, 2026).
MOST_BYTES = 2_000_000
# Tags kept; the most on 601 real pages is under 2,000.
MOST_TAGS = 5_000
# Bytes of one tag: the longest description seen has 11,300. `html.parser` is not linear within a tag.
LONGEST_TAG = 16_000
# Characters of a tag that are shown.
LONGEST_SHOWN = 500

_SPACE = r"[\t\n\f\r />]"
_START = re.compile(rf"<([a-zA-Z][^\t\n\f\r />]*+)({ATTRIBUTES})(>|\Z)".encode())
_END = re.compile(rb"</([a-zA-Z][^\t\n\f\r />]*+)[^>]*+(?:>|\Z)")
_COMMENT_END = re.compile(rb"--!?>")
_RAW = ("title", "textarea", "script", "style", "iframe", "noembed", "noframes", "xmp")
_APART = ("template", "svg", "math")
# The elements that HTML lets end themselves: "/>" means nothing in its own (HTML §13.2.6.5, "any other start tag").
_FOREIGN = frozenset({"svg", "math"})
# What a page says of itself, where it would be taken for the content of another element.
_TELLING = re.compile(rf"<(?:meta|link|title)(?={_SPACE})".encode(), re.IGNORECASE)
_ENDS = {
    name: re.compile(f"</{name}(?={_SPACE}|\\Z)".encode(), re.IGNORECASE) for name in (*_RAW, *_APART, "noscript")
}
# Elements that may stand in a head (HTML §4.2.1 and the parser's "in head" mode); any other one ends it.
_HEAD = frozenset(
    {"html", "head", "base", "basefont", "bgsound", "link", "meta", "title", "noscript", "noframes", "style",
     "script", "template"}
)  # fmt: skip
_HEAD_NOSCRIPT = frozenset({"basefont", "bgsound", "link", "meta", "noframes", "style", "head", "noscript", "script"})
_KEPT = frozenset({"html", "head", "body", "base", "link", "meta", "title", "script"})


@dataclass(frozen=True)
class Tag:
    """A start tag as it is written. Lines and columns count from 1, columns in characters, ``start`` in bytes."""

    name: str
    attributes: Mapping[str, str]
    line: int
    column: int
    start: int
    written: str
    text: str = ""
    in_head: bool = True
    in_noscript: bool = False

    @property
    def value(self) -> str:
        """What a meta says, spaces trimmed."""
        return self.attributes.get("content", "").strip()

    @property
    def href(self) -> str:
        """Where a link leads, as written, spaces trimmed."""
        return self.attributes.get("href", "").strip()

    @property
    def relations(self) -> frozenset[str]:
        """The relations of a link, in lower case."""
        return frozenset(self.attributes.get("rel", "").lower().split())

    @property
    def keys(self) -> tuple[str, ...]:
        """What a meta is about, as written: its ``property``, which is a list (RDFa Core §5), and its ``name``."""
        name = self.attributes.get("name", "").strip()
        return tuple(dict.fromkeys([*properties(self.attributes), *([name] if name else [])]))


@dataclass
class Place:
    """A tag that the pass found, before its attributes are read."""

    name: str
    start: int
    end: int
    text: bytes = b""
    in_head: bool = True
    in_noscript: bool = False
    line: int = 0
    column: int = 0


@dataclass
class Layout:
    """What the pass found out about the whole page. ``swallowing`` are tags that seem to end themselves."""

    places: list[Place] = field(default_factory=list)
    head_end: Place | None = None
    unclosed: list[Place] = field(default_factory=list)
    swallowing: list[Place] = field(default_factory=list)
    letters: int = 0
    scripts: int = 0


def even(html: bytes) -> bytes:
    """Return the page with every line ended by one line feed, at the same length."""
    return html.replace(b"\r\n", b" \n").replace(b"\r", b"\n")


def layout(html: bytes, *, xml: bool = False) -> Layout:
    """Find a page's tags and where its head ends. Linear in the bytes; never raises. ``xml``: sent as XHTML."""
    return _Pass(html, xml).run()


class _Pass:
    def __init__(self, html: bytes, xml: bool) -> None:
        self.html = html
        self.xml = xml
        self.found = Layout()
        self.noscript_until = 0
        self.endless: set[str] = set()

    def run(self) -> Layout:
        position = 3 if self.html.startswith(b"\xef\xbb\xbf") else 0
        while (start := self.html.find(b"<", position)) >= 0:
            self.words(position, start)
            position = self.token(start)
        self.words(position, len(self.html))
        return self.found

    def words(self, start: int, end: int) -> None:
        """Text outside of elements that hold text only: it is read by people, and none may stand in a head."""
        if end > start and (text := self.html[start:end].strip()):
            self.found.letters += len(text)
            self.leave_head(Place("text", end - len(self.html[start:end].lstrip()), end))

    def leave_head(self, place: Place) -> None:
        if self.found.head_end is None:
            self.found.head_end = place

    def token(self, start: int) -> int:
        """Read what begins at ``start`` and return where it ends."""
        following = self.html[start + 1 : start + 2]
        if following.isalpha():
            return self.start_tag(start)
        if following == b"/":
            return self.end_tag(start)
        if following in (b"!", b"?"):
            return self.declaration(start)
        self.words(start, start + 1)
        return start + 1

    def declaration(self, start: int) -> int:
        if not self.html.startswith(b"<!--", start):
            end = self.html.find(b">", start)
            return end + 1 if end >= 0 else len(self.html)
        if self.html.startswith((b">", b"->"), start + 4):
            return self.html.index(b">", start) + 1
        end_mark = _COMMENT_END.search(self.html, start + 4)
        if end_mark is None:
            self.found.unclosed.append(Place("!--", start, min(len(self.html), start + 40)))
            return len(self.html)
        return end_mark.end()

    def end_tag(self, start: int) -> int:
        match = _END.match(self.html, start)
        if match is None:
            end = self.html.find(b">", start)
            return end + 1 if end >= 0 else len(self.html)
        if match[1].lower() in (b"body", b"html", b"br"):
            self.leave_head(Place("/" + match[1].decode("utf-8", "replace").lower(), start, match.end()))
        return match.end()

    def start_tag(self, start: int) -> int:
        match = _START.match(self.html, start)
        if match is None or not match[3]:
            return len(self.html)
        name = match[1].lower().decode("utf-8", "replace")
        place = Place(name, start, match.end(), in_noscript=start < self.noscript_until)
        self.mind_head(place)
        ends_itself = _ends_itself(match[2])
        if name in _ENDS and not ((self.xml or name in _FOREIGN) and ends_itself):
            return self.element(place, ends_itself)
        self.keep(place)
        return match.end()

    def mind_head(self, place: Place) -> None:
        if place.name not in (_HEAD_NOSCRIPT if place.in_noscript else _HEAD):
            self.leave_head(place)
        place.in_head = self.found.head_end is None

    def keep(self, place: Place) -> None:
        if place.name in _KEPT and place.end - place.start <= LONGEST_TAG and len(self.found.places) < MOST_TAGS:
            self.found.places.append(place)

    def element(self, place: Place, ends_itself: bool) -> int:
        """Return where the content of an element that is no common markup ends; of ``noscript`` only note it."""
        name, end = place.name, None
        if name not in self.endless:
            end = _ENDS[name].search(self.html, place.end)
        if end is None and name not in self.endless:
            self.endless.add(name)  # looked for once: to look again for each would take quadratic time
            self.found.unclosed.append(place)
        if name == "noscript":
            self.noscript_until = end.start() if end else self.noscript_until
            return place.end
        if end is None:
            self.keep(place)
            return place.end if name in _APART else len(self.html)
        place.text = self.html[place.end : end.start()]
        if ends_itself and name in _RAW and _TELLING.search(place.text):
            self.found.swallowing.append(place)
        self.found.scripts += len(place.text) if name == "script" else 0
        self.keep(place)
        return end.start()


def _ends_itself(attributes: bytes) -> bool:
    """Tell whether a tag ends itself: ``a="b"/`` does, in ``a=b/`` the slash is of the value (HTML §13.2.5.37)."""
    return attributes.endswith(b"/") and b"=" not in attributes[_after_last(attributes) :]


def _after_last(attributes: bytes) -> int:
    """Return where the last word begins, behind all blanks and quotation marks."""
    return max(attributes.rfind(sign) for sign in (b" ", b"\t", b"\n", b"\f", b'"', b"'")) + 1


# --- what BeautifulSoup is given, and what it says ---


def read(html: bytes, found: Layout) -> Iterator[Tag]:
    """Yield the page's tags in order, with attributes and places."""
    _number(html, found)
    by_place = {(place.line, place.column): place for place in found.places}
    elements = _elements(_sketch(html, found.places))
    if elements is None:
        yield from (_made(html, place, attributes(_inside(html, place))) for place in found.places)
        return
    for element in elements:
        place = by_place.pop((element.sourceline or 0, (element.sourcepos or 0) + 1), None)
        if place is not None:
            yield _made(html, place, {name.lower(): str(value) for name, value in element.attrs.items()})


def _number(html: bytes, found: Layout) -> None:
    """Give every place its line and column."""
    ended = [found.head_end] if found.head_end else []
    line, column, position = 1, 1, 0
    for place in sorted([*found.places, *found.unclosed, *found.swallowing, *ended], key=lambda p: p.start):
        gap = html[position : place.start]
        if lines := gap.count(b"\n"):
            line, column, gap = line + lines, 1, gap[gap.rindex(b"\n") + 1 :]
        column += len(gap.decode("utf-8", "replace"))
        place.line, place.column, position = line, column, place.start


def _sketch(html: bytes, places: list[Place]) -> str:
    """Return a page of the same tags at the same lines and columns, with nothing between them."""
    pieces: list[str] = []
    line, column = 1, 1
    for place in places:
        pieces.append("\n" * (place.line - line))
        column = column if place.line == line else 1
        pieces.append(" " * (place.column - column))
        text = html[place.start : place.end].decode("utf-8", "replace")
        end = f"</{place.name}>" if place.name in ("script", "title") else ""
        pieces.append(text + end)
        line = place.line + text.count("\n")
        column = (len(text) - text.rfind("\n") if "\n" in text else place.column + len(text)) + len(end)
    return "".join(pieces)


def _elements(sketch: str) -> list[Element] | None:
    """Return BeautifulSoup's elements, or None where it refuses the markup."""
    from bs4 import BeautifulSoup
    from bs4.exceptions import ParserRejectedMarkup

    try:
        soup = BeautifulSoup(sketch, "html.parser", multi_valued_attributes=None, on_duplicate_attribute="ignore")
    except ParserRejectedMarkup:
        return None
    return list(soup.find_all(True))


def _inside(html: bytes, place: Place) -> bytes:
    return html[place.start + 1 + len(place.name) : place.end - 1]


def _made(html: bytes, place: Place, found: Mapping[str, Any]) -> Tag:
    # Of a title people want to see the words too: the 8 bytes after them are its end tag.
    end = place.end + (len(place.text) + 8 if place.name == "title" and place.text else 0)
    written = html[place.start : end].decode("utf-8", "replace")
    text = place.text.decode("utf-8", "replace")
    return Tag(
        name=place.name,
        attributes={name: "" if value is None else str(value) for name, value in found.items()},
        line=place.line,
        column=place.column,
        start=place.start,
        written=written if len(written) <= LONGEST_SHOWN else written[: LONGEST_SHOWN - 1] + "…",
        text=references.unescape(text) if place.name == "title" else text,
        in_head=place.in_head,
        in_noscript=place.in_noscript,
    )


class Page:
    """A page as the checker's rules see it. ``html`` is UTF-8; nothing here raises, whatever it is."""

    def __init__(self, html: bytes, url: str = "", *, xml: bool = False) -> None:
        self.url = url
        self.size = len(html)
        self.html = even(html[:MOST_BYTES])
        self.layout = layout(self.html, xml=xml)
        self.tags = list(read(self.html, self.layout))
        self.metas = [tag for tag in self.tags if tag.name == "meta"]
        self.links = [tag for tag in self.tags if tag.name == "link"]
        self.titles = [tag for tag in self.tags if tag.name == "title"]
        self.by_key: dict[str, list[Tag]] = {}
        for tag in self.metas:
            for key in tag.keys:
                self.by_key.setdefault(key.lower(), []).append(tag)

    def named(self, *keys: str) -> list[Tag]:
        """Return the metas of these keys, in the order of the page."""
        return sorted((tag for key in keys for tag in self.by_key.get(key, ())), key=lambda tag: tag.start)

    def value(self, *keys: str) -> str:
        """Return the first value that is not empty, the first key first."""
        return next((tag.value for key in keys for tag in self.by_key.get(key, ()) if tag.value), "")

    def linked(self, relation: str) -> list[Tag]:
        """Return the links of a relation."""
        return [tag for tag in self.links if relation in tag.relations]

    def first(self, name: str) -> Tag | None:
        """Return the first tag of a name."""
        return next((tag for tag in self.tags if tag.name == name), None)

    @property
    def title(self) -> str:
        """The text of the first title element, spaces single."""
        return " ".join(self.titles[0].text.split()) if self.titles else ""

    @property
    def json_blocks(self) -> list[Tag]:
        """The script elements of JSON-LD."""
        kinds = ((tag, tag.attributes.get("type", "").partition(";")[0].strip().lower()) for tag in self.tags)
        return [tag for tag, kind in kinds if tag.name == "script" and kind == "application/ld+json"]

    @property
    def head_ended_by(self) -> Tag | None:
        """What ended the head, where that is neither ``<body>`` nor an end tag."""
        place = self.layout.head_end
        if place is None or place.name in ("body", "/body", "/html"):
            return None
        return self.shown(place)

    @property
    def unclosed(self) -> list[Tag]:
        """Comments and elements that never end, so that what follows is lost."""
        return [self.shown(place) for place in self.layout.unclosed]

    @property
    def swallowing(self) -> list[Tag]:
        """Tags that seem to end themselves, and in HTML take what the page says of itself with them."""
        return [self.shown(place) for place in self.layout.swallowing]

    def shown(self, place: Place) -> Tag:
        """Return a place as a tag without attributes."""
        shortened = replace(place, end=min(place.end, place.start + LONGEST_SHOWN))
        return _made(self.html, shortened, {})
