"""A page as the rules see it: its tags by name, and its structured data, read when a rule first asks."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar

from og.reader.addresses import absolute, host_of
from og.reader.clean_text import filled, unescaped
from og.reader.jsonld import Graph, Node, graph_of, main_node
from og.reader.scan import Attributes, Tags, properties, scan

T = TypeVar("T")
# Dublin Core as RDFa writes it (dc:title), and as HTML does (DC.title, https://www.rfc-editor.org/rfc/rfc2731).
_DUBLIN_CORE = re.compile(r"^(dc|dcterms):")
# Bytes of a page that are read. Browsers' own limit for parsing is far higher; the largest of 1,200 real pages has
# 1.5 MB, and its head ends before 1 MB.
MOST_BYTES = 6_000_000


class Document:
    """One page. ``url`` is where it was found; ``base`` is what its addresses are relative to.

    ``xml`` is for a page that was sent as XHTML, in which a tag can end itself.
    """

    def __init__(self, html: bytes, url: str, *, xml: bool = False) -> None:
        self.url = url
        self.tags: Tags = scan(html[:MOST_BYTES], xml=xml)
        self.base = absolute(self.tags.base, url) or url if self.tags.base else url
        self._words: dict[bytes, bool] = {}
        self._made: dict[str, list[Any]] = {}
        self.pairs: list[tuple[str, str]] = []
        self.metas: dict[str, list[str]] = {}
        self.odd_metas: dict[str, list[str]] = {}
        for found in self.tags.metas:
            self._read(found)

    def _read(self, found: Attributes) -> None:
        """Note what a meta says. In ``value``, as the first Twitter Cards had it, only ``twitter:`` is believed."""
        value = filled(found.get("content", "").strip())
        odd = "" if value else filled(found.get("value", "").strip())
        for key in _keys(found) if value or odd else ():
            metas = self.odd_metas if odd and not key.startswith("twitter:") else self.metas
            metas.setdefault(key, []).append(value or odd)
            self.pairs.append((key, value or odd))

    def meta(self, key: str) -> str:
        """Return the first value of a meta, whether it stands in ``property``, ``name`` or ``itemprop``."""
        values = self.metas.get(key)
        return values[0] if values else ""

    def address(self, value: str) -> str:
        """Return an address of the page in full, or the empty string. What was escaped twice is read twice."""
        return absolute(value.replace("&amp;", "&") if "&amp;" in value else value, self.base)

    @cached_property
    def links(self) -> list[tuple[frozenset[str], Attributes]]:
        """Each link with its lower-case relations and an address."""
        return [
            (frozenset(found["rel"].lower().split()), found)
            for found in self.tags.links
            if found.get("rel") and filled(found.get("href", "").strip())
        ]

    def link(self, relation: str) -> str:
        """Return the full address of the first link of a relation that has one, or the empty string."""
        for relations, found in self.links:
            if relation in relations and (address := self.address(found["href"])):
                return address
        return ""

    def has(self, word: bytes) -> bool:
        """Tell whether bytes stand anywhere in the body: looked for once, so rules can ask before they search."""
        if word not in self._words:
            self._words[word] = word in self.tags.body
        return self._words[word]

    def remembered(self, key: str, make: Callable[[], list[T]]) -> list[T]:
        """Return what several candidates of a rule need, made once."""
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]

    @cached_property
    def host(self) -> str:
        """The host the page was found at, without ``www.``, or the empty string."""
        return host_of(self.url)

    @cached_property
    def is_home(self) -> bool:
        """Whether this is a site's first page: what its elements say is said of the articles it lists."""
        said = self.link("canonical") or self.address(self.meta("og:url") or "") or self.url
        path = said.partition("://")[2].partition("/")[2].partition("?")[0].partition("#")[0]
        return path in ("", "index.html", "index.php") and not self.meta("og:type").lower().startswith("article")

    @property
    def marked(self) -> bool:
        """Whether there can be microdata or RDFa in the body."""
        return self.has(b"itemprop") or self.has(b"typeof=")

    @property
    def body(self) -> bytes:
        """The page without scripts and other raw text."""
        return self.tags.body

    @cached_property
    def language(self) -> str:
        """What the page says its language is, as it says it, or the empty string."""
        return (
            self.tags.html.get("lang")
            or self.tags.html.get("xml:lang")
            or self.meta("og:locale")
            or self.meta("http-equiv:content-language")
            or self.meta("dc.language")
            or ""
        ).strip()

    @cached_property
    def title(self) -> str:
        """The text of the title element."""
        return filled(unescaped(self.tags.title).strip()) if self.tags.title else ""

    @cached_property
    def graph(self) -> Graph:
        """All nodes of the page's JSON-LD."""
        return graph_of(self.tags.json)

    @cached_property
    def node(self) -> Node:
        """The JSON-LD node that the page is about; empty where none is."""
        return main_node(self.graph, frozenset({self.url, self.link("canonical"), self.meta("og:url")}))


def _keys(found: Attributes) -> list[str]:
    """Return what a meta is about.

    ``property`` and ``name`` are read alike: 13 % of real pages write og: in ``name``, 10 % twitter: in ``property``.
    """
    name = found.get("name", "").strip().lower()
    keys = [*map(str.lower, properties(found))] if "property" in found else []
    if name:
        keys.append(name)
    else:
        keys += [f"{kind}:{found[kind].strip().lower()}" for kind in ("itemprop", "http-equiv") if kind in found]
    if len(keys) > 1:
        keys = list(dict.fromkeys(keys))
    return [_DUBLIN_CORE.sub(r"\1.", key) if key.startswith("dc") else key for key in keys]
