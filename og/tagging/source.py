"""A page's source, to be changed in places: where each tag ends, where new ones belong, how its lines end.

Nothing is parsed and written anew: what no edit covers stays byte for byte.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from og.checker.positions import Page, Place, Tag
from og.reader.addresses import absolute
from og.reader.encoding import named
from og.tags import Style

_ATTRIBUTE = re.compile(
    rb"([^\t\n\f\r />=][^\t\n\f\r />=]*+)(?:[\t\n\f\r ]*+=[\t\n\f\r ]*+(\"[^\"]*+\"|'[^']*+'|[^\t\n\f\r >]*+))?+"
)
_TAG_NAME = re.compile(rb"<[^\t\n\f\r />]*+")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_BLANK = re.compile(rb"[\t\n\f\r ]*+")
_DECLARATION = re.compile(rb"<[!?][^>]*+>")
_COMMENT_END = re.compile(rb"--!?>")


@dataclass(frozen=True)
class Edit:
    """What comes in place of some bytes; of none, where ``start`` is ``end``."""

    start: int
    end: int
    text: bytes


class Source:
    """A page whose tags are to be changed. ``html`` is UTF-8."""

    def __init__(self, html: bytes, url: str) -> None:
        self.html = html
        self.page = Page(html, url)
        self._places = {place.start: place for place in self.page.layout.places}
        self.newline = self._newline()
        self.style = Style(self._closed(), self._other_encoding())

    @property
    def base(self) -> str:
        """What the page's addresses are relative to."""
        tag = self.page.first("base")
        return (absolute(tag.href, self.page.url) if tag and tag.href else "") or self.page.url

    def _newline(self) -> bytes:
        """How most lines end; CR LF counts before its parts."""
        pairs = self.html.count(b"\r\n")
        ends = {b"\r\n": pairs, b"\n": self.html.count(b"\n") - pairs, b"\r": self.html.count(b"\r") - pairs}
        return max(ends, key=lambda end: (ends[end], end == b"\n"))

    def _closed(self) -> bool:
        """Whether most void tags are closed as XML asks, as in XHTML they must be."""
        endings = Counter(
            self.html.endswith(b"/>", 0, self.end_of(tag)) for tag in (*self.page.metas, *self.page.links)
        )
        return endings[True] > endings[False]

    def _other_encoding(self) -> bool:
        """Whether the page says an encoding that may lack letters: they are then written as references."""
        for tag in self.page.metas:
            label = tag.attributes.get("charset", "").strip()
            if not label and tag.attributes.get("http-equiv", "").strip().lower() == "content-type":
                found = _CHARSET.search(tag.value)
                label = found[1] if found else ""
            if label:
                return named(label) not in ("utf-8", "")
        return False

    def end_of(self, tag: Tag) -> int:
        """Return where a tag ends; a title's and a script's end tag is part of it."""
        place = self._places[tag.start]
        if tag.name not in ("title", "script"):
            return place.end
        end = self.html.find(b">", place.end + len(place.text))
        return end + 1 if self._is_closed(place) and end >= 0 else place.end

    def _is_closed(self, place: Place) -> bool:
        after = place.end + len(place.text)
        name = place.name.encode()
        return self.html[after : after + 2 + len(name)].lower() == b"</" + name

    def whole(self, tag: Tag) -> bool:
        """Tell whether a tag can be changed: a title or script that never ends holds all that follows."""
        return tag.name not in ("title", "script") or self._is_closed(self._places[tag.start])

    def anchor(self) -> int:
        """Return where tags that are missing belong: after the charset, else where the head begins."""
        charsets = [tag for tag in self.page.metas if self._says_charset(tag)]
        starts = [tag for name in ("head", "html") if (tag := self.page.first(name))]
        for tag in (*charsets, *starts):
            if tag.in_head and not tag.in_noscript:
                return self.end_of(tag)
        return self.beginning()

    def _says_charset(self, tag: Tag) -> bool:
        return "charset" in tag.attributes or (
            tag.attributes.get("http-equiv", "").strip().lower() == "content-type" and "charset" in tag.value.lower()
        )

    def beginning(self) -> int:
        """Return where a page without html and head begins: after its mark, its doctype and what comments it."""
        position = 3 if self.html.startswith(b"\xef\xbb\xbf") else 0
        while True:
            match = _BLANK.match(self.html, position)
            start = match.end() if match else position
            end = self._declared(start)
            if end == start:
                return position
            position = end

    def _declared(self, start: int) -> int:
        """Return where a comment or declaration that begins here ends; ``start`` where none does."""
        if self.html.startswith(b"<!--", start):
            if self.html.startswith((b">", b"->"), start + 4):
                return start  # a comment that ends at once: rare enough to stand after our tags
            found = _COMMENT_END.search(self.html, start + 4)
        else:
            found = _DECLARATION.match(self.html, start)
        return found.end() if found else start

    def indent(self, position: int) -> bytes:
        """Return the white space that lines around a position begin with."""
        line = max(self.html.rfind(b"\n", 0, position), self.html.rfind(b"\r", 0, position)) + 1
        before = self.html[line:position]
        own = before[: len(before) - len(before.lstrip(b" \t"))]
        if before.strip().lower().startswith(b"<meta"):
            return own
        following = re.compile(rb"[ \t]*+(?:\r\n|\n|\r)([ \t]*+)(?=<)").match(self.html, position)
        return following[1] if following else own

    def block(self, position: int, tags: list[str]) -> bytes:
        """Return tags as lines to stand at a position; what follows them begins a line of its own."""
        indent = self.indent(position)
        lines = [indent + tag.encode() for tag in tags]
        at_start = position == 0 or self.html[position - 1 : position] in (b"\n", b"\r") or position == self._mark()
        text = self.newline.join(lines)
        if not at_start:
            text = self.newline + text
        follows = self.html[position : position + 1]
        return text if follows in (b"\n", b"\r") and not at_start else text + self.newline

    def _mark(self) -> int:
        return 3 if self.html.startswith(b"\xef\xbb\xbf") else 0

    def html_edit(self, values: Mapping[str, str]) -> Edit | None:
        """Return the edit that gives the html element these attributes; None where it has them, or is not written."""
        tag = self.page.first("html")
        if tag is None:
            return None
        source = self.html[tag.start : self.end_of(tag)]
        text = source
        if "xml:lang" in tag.attributes and "lang" in values:
            values = {**values, "xml:lang": values["lang"]}
        for name, value in values.items():
            if tag.attributes.get(name, "").strip() != value:
                text = with_attribute(text, name, value)
        return Edit(tag.start, tag.start + len(source), text) if text != source else None

    def changed(self, edits: list[Edit]) -> bytes:
        """Return the page with the edits made; they do not overlap."""
        pieces: list[bytes] = []
        position = 0
        for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
            pieces += [self.html[position : edit.start], edit.text]
            position = edit.end
        return b"".join([*pieces, self.html[position:]])


def with_attribute(tag: bytes, name: str, value: str) -> bytes:
    """Return a start tag's source with an attribute set: in its place where it is there, else as the first."""
    match = _TAG_NAME.match(tag)
    end_of_name = match.end() if match else 1
    said = f'{name}="{value}"'.encode()
    for match in _ATTRIBUTE.finditer(tag, end_of_name, len(tag) - 1):
        if match[1].lower() == name.encode():
            return tag[: match.start()] + said + tag[match.end() :]
    return tag[:end_of_name] + b" " + said + tag[end_of_name:]
