"""Find single elements in the body of a page, for rules that its head left without an answer.

Works on the bytes that a scan leaves (no scripts, no styles). An element is found by a word that stands in one of its
attributes; its text is what comes before its end tag, within bounds. Microdata (HTML §5), RDFa Lite
(https://www.w3.org/TR/rdfa-lite/) and microformats2 (https://microformats.org/wiki/microformats2) are such words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from og.reader.clean_text import without_tags
from og.reader.scan import ATTRIBUTES, Attributes, attributes

# Elements looked at for one word, and bytes of one element: a name or a date stands in far less.
MOST_ELEMENTS = 100
LONGEST_ELEMENT = 4_000
# Bytes before a word in which its tag must start, and of the whole tag: one that never ends would be read to the end
# of the page for each word in it.
LONGEST_START = 4_000
LONGEST_TAG = 32_000

_TAG = re.compile(rf"<([a-zA-Z][a-zA-Z0-9:-]*+)(?=[\t\n\f\r />])({ATTRIBUTES})>".encode())
_VOID = frozenset({b"meta", b"link", b"img", b"br", b"hr", b"input", b"source", b"embed"})


@dataclass
class Element:
    """A start tag, where its content starts, and the page it stands in."""

    name: bytes
    section: bytes
    start: int
    body: bytes

    @cached_property
    def attributes(self) -> Attributes:
        """The attributes of the start tag."""
        return attributes(self.section)

    def words(self, attribute: str) -> frozenset[str]:
        """Return the words of an attribute, in lower case, without the prefix of their vocabulary."""
        return frozenset(
            word.rpartition("/")[2].rpartition(":")[2] for word in self.attributes.get(attribute, "").lower().split()
        )

    @property
    def inner(self) -> bytes:
        """The markup inside, up to the end tag that belongs to it, or as far as is looked."""
        if self.name in _VOID:
            return b""
        piece = self.body[self.start : self.start + LONGEST_ELEMENT]
        depth = 1
        for match in re.finditer(rb"<(/?)" + self.name + rb"(?=[\s/>])", piece, re.IGNORECASE):
            depth += -1 if match[1] else 1
            if not depth:
                return piece[: match.start()]
        return piece

    @property
    def text(self) -> str:
        """The text inside."""
        return without_tags(self.inner)


def elements(body: bytes, word: str, start: int = 0) -> Iterator[Element]:
    """Yield the elements with a word in one of their attributes, in the order of the page."""
    needle, position = word.encode(), start - 1
    for _ in range(MOST_ELEMENTS):
        position = body.find(needle, position + 1)
        if position < 0:
            return
        tag = body.rfind(b"<", max(0, position - LONGEST_START), position + 1)
        found = _TAG.match(body, tag, tag + LONGEST_TAG) if tag >= 0 else None
        if found and found.end() > position:
            yield Element(found[1].lower(), found[2], found.end(), body)
            position = found.end() - 1


def with_property(body: bytes, name: str, start: int = 0) -> Iterator[Element]:
    """Yield the elements of a microdata or RDFa property; ``name`` as the vocabulary writes it: ``datePublished``."""
    wanted = name.lower()
    for element in elements(body, name, start):
        if b"prop" in element.section and wanted in element.words("itemprop") | element.words("property"):
            yield element


def with_class(body: bytes, name: str) -> Iterator[Element]:
    """Yield the elements of a class."""
    for element in elements(body, name):
        if b"class" in element.section and name in element.attributes.get("class", "").split():
            yield element


def value_of(element: Element) -> str:
    """Return an element's value as microdata has it (HTML §5.2.4): an attribute for some elements, else its text."""
    found = element.attributes
    for name in ("content", "datetime"):
        if found.get(name, "").strip():
            return found[name]
    if element.name in (b"a", b"link", b"area"):
        return element.text if element.name == b"a" and element.text.strip() else found.get("href", "")
    if element.name in (b"img", b"source", b"video", b"audio", b"embed", b"iframe"):
        return found.get("src", "")
    return element.text
