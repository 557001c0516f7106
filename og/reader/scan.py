"""Find the tags that say what a page is about, in one pass over its bytes (UTF-8).

The tokenizer follows the HTML Standard (https://html.spec.whatwg.org/multipage/parsing.html#tokenization):
quotes, comments and raw text are honoured, so a tag inside a script, a comment or an attribute is none.
No tree is built. A tree costs twice the time on honest pages, and on dishonest ones a megabyte of ``<div>``
keeps a tree builder busy for minutes; here the time is linear in the bytes whatever they are, and no memory
is taken for tags nobody asks for. `docs/decisions/0004-pages-are-scanned-not-parsed.md` has the figures.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from og.reader.clean_text import attribute

# Tags of the kinds below that are looked at; the most seen on 601 real pages is under 2,000. Bounds work and memory.
MOST_TAGS = 20_000
# Bytes of one attribute's value that are kept. The longest description seen has 11,300.
LONGEST_VALUE = 20_000
# Words of one ``property`` that are read: it is a list, in which real pages have one or two, and what its tag says is
# kept, and written, for each.
MOST_PROPERTIES = 8


def either_case(word: str) -> str:
    """Return a pattern for a word in any case. The regular expression's own flag is several times slower."""
    return "".join(f"[{c}{c.upper()}]" if c.isalpha() else c for c in word)


# Elements whose content is text up to their own end tag (HTML §13.2.5.1), and two whose inside is a document apart.
_RAW = ("title", "script", "style", "textarea", "iframe", "noembed", "noframes", "xmp")
_APART = ("template", "svg", "noscript")
_AFTER_NAME = r"(?=[\t\n\f\r />])"
_KEPT = f"(?:{'|'.join(map(either_case, ('meta', 'link', 'html', 'base', *_RAW, *_APART)))}){_AFTER_NAME}"
_VALUE = r"""(?:"[^"]*+"|'[^']*+'|[^\s"'>]*+)"""
ATTRIBUTES = rf"""[^=>]*+(?:=(?:"[^"]*+"|[\t\n\f\r ]++{_VALUE}|{_VALUE})[^=>]*+)*+"""
_COMMENT = r"!--(?:-?>|[^-]*+(?:-(?!-!?>)[^-]*+)*+(?:--!?>|\Z))"
# Beginnings that no kept element has: most tags of a page take this short way.
_OTHERS = "(?:[acdefgjkopqruvwyzACDEFGJKOPQRUVWYZ]|[sS](?![cCtTvV])|[lL](?![iI][nN])|[iI](?![fF])|[hH](?![tT]))"
_NEXT = re.compile(
    rf"[^<]*+(?:<(?:/[a-zA-Z][^>]*+(?:>|\Z)|{_OTHERS}{ATTRIBUTES}(?:>|\Z)|{_COMMENT}"
    rf"|(?!{_KEPT})[a-zA-Z]{ATTRIBUTES}(?:>|\Z)|[!?/](?!--)[^>]*+(?:>|\Z)|(?![a-zA-Z!?/]))[^<]*+)*+"
    rf"<({_KEPT})({ATTRIBUTES})>".encode()
)
_ENDS = {name.encode(): re.compile(f"</{either_case(name)}{_AFTER_NAME}".encode()) for name in (*_RAW, *_APART)}
_ATTRIBUTE = re.compile(
    rb"([^\t\n\f\r />][^\t\n\f\r />=]*+)"
    rb"""(?:[\t\n\f\r ]*+=[\t\n\f\r ]*+(?:"([^"]*+)"|'([^']*+)'|([^\t\n\f\r >]*+)))?+"""
)

# How nine metas in ten are written: read at once, for a page has forty of them.
_PLAIN = re.compile(rb' (property|name|itemprop)="([a-zA-Z0-9:._-]+)" content="([^"]*)" ?/?')
# Links to what browsers fetch to show the page, most of all links: they say nothing of it.
_FETCHED = re.compile(
    rb"""[\t\n\f\r ]rel=["']?(?:stylesheet|preload|preconnect|dns-prefetch|prefetch|modulepreload)["'\t\n\f\r />]"""
)
_JSON = re.compile(rb"[jJ][sS][oO][nN]")

Attributes = dict[str, str]


@dataclass
class Tags:
    """What a pass found, each kind in the order of the page.

    ``source`` is the whole page, ``body`` the page without scripts and other raw text.
    """

    html: Attributes = field(default_factory=dict)
    base: str = ""
    title: bytes | None = None
    metas: list[Attributes] = field(default_factory=list)
    links: list[Attributes] = field(default_factory=list)
    json: list[bytes] = field(default_factory=list)
    refresh: str = ""
    body: bytes = b""
    source: bytes = b""


def scan(html: bytes, *, xml: bool = False) -> Tags:
    """Return what the page says of itself. Never raises; the time is linear in the bytes.

    In ``xml`` every element may be empty by its own tag (XML 1.0 §3.1): ``<script src="…"/>`` takes nothing with it.
    """
    return _Pass(html, xml).run()


def attributes(section: bytes) -> Attributes:
    """Return a tag's attributes by lower-case name; of a repeated name the first counts, as in browsers."""
    if plain := _PLAIN.fullmatch(section):
        return {plain[1].decode(): plain[2].decode(), "content": attribute(plain[3][:LONGEST_VALUE])}
    found: Attributes = {}
    for name, double, single, bare in _ATTRIBUTE.findall(section):
        key = name.decode("utf-8", "replace").lower()
        if key not in found:
            found[key] = attribute((double or single or bare)[:LONGEST_VALUE])
    return found


def properties(found: Mapping[str, str]) -> list[str]:
    """Return what a meta is about by its ``property``, as written: a list of words (RDFa Core §5)."""
    return found.get("property", "").split(None, MOST_PROPERTIES)[:MOST_PROPERTIES]


class _Pass:
    """One pass over one page."""

    def __init__(self, html: bytes, xml: bool) -> None:
        self.html = html
        self.xml = xml
        self.tags = Tags()
        self.endless: set[bytes] = set()
        self.scriptless_until = 0

    def run(self) -> Tags:
        html, position, kept = self.html, 0, 0
        pieces: list[bytes] = []
        for _ in range(MOST_TAGS):
            match = _NEXT.match(html, position)
            if match is None:
                break
            name, section, position = match[1].lower(), match[2], match.end()
            if name == b"meta":
                self.meta(attributes(section), position)
            elif name == b"link":
                if not _FETCHED.search(section):
                    self.tags.links.append(attributes(section))
            elif name in _ENDS:
                end = self.end_of(name, section, position)
                if end > position:
                    self.raw(name, section, position, end)
                    pieces.append(html[kept:position])
                    position = kept = end
            else:
                self.single(name, section)
        pieces.append(html[kept:])
        self.tags.body, self.tags.source = b"".join(pieces), html
        return self.tags

    def meta(self, found: Attributes, position: int) -> None:
        """A refresh inside ``noscript`` tells browsers without scripts to go away: it says nothing of the page."""
        if found.get("http-equiv", "").strip().lower() == "refresh":
            if position > self.scriptless_until and not self.tags.refresh:
                self.tags.refresh = found.get("content", "")
        else:
            self.tags.metas.append(found)

    def single(self, name: bytes, section: bytes) -> None:
        """Attributes count from every html tag of a page, of a repeated name the first (HTML §13.2.6.4.7)."""
        if name == b"base":
            self.tags.base = self.tags.base or attributes(section).get("href", "")
        else:
            self.tags.html = attributes(section) | self.tags.html

    def end_of(self, name: bytes, section: bytes, start: int) -> int:
        """Return where the element's content ends; ``start`` itself where what follows is markup like any other."""
        if name in self.endless or ((self.xml or name == b"svg") and section.endswith(b"/")):
            return start
        end = _ENDS[name].search(self.html, start)
        if end is None and name in (b"template", b"svg", b"noscript"):
            self.endless.add(name)  # looked for once: to look again for each would take quadratic time
            return start
        if name == b"noscript":
            self.scriptless_until = end.start() if end else 0
            return start
        return end.start() if end else len(self.html)

    def raw(self, name: bytes, section: bytes, start: int, end: int) -> None:
        if name == b"title":
            if self.tags.title is None:
                self.tags.title = self.html[start : min(end, start + LONGEST_VALUE)]
        elif name == b"script" and _JSON.search(section) and _is_json(attributes(section)):
            self.tags.json.append(self.html[start:end])


def _is_json(found: Attributes) -> bool:
    return found.get("type", "").partition(";")[0].strip().lower() == "application/ld+json"
