"""Read a page's JSON-LD: blocks, lists, ``@graph``, references by ``@id``, and what is not quite JSON.

No contexts are fetched: the vocabulary is schema.org's (https://schema.org, https://www.w3.org/TR/json-ld11/).
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from og.reader.clean_text import filled

Node = dict[str, Any]

# Bytes of one block, and of all, that are read: nested lists take fifty times their bytes in memory. The longest
# honest block of 601 real pages has 330,000.
LONGEST_BLOCK = 500_000
MOST_BYTES = 1_500_000
# Nodes that are looked at; the most seen on a real page is under 700.
MOST_NODES = 2_000
# Items of a list that are looked at: everybody who took part, not everybody who ever wrote.
MOST_TEXTS = 20
# Lists in lists in lists: a real graph has three levels.
DEEPEST = 8

# Spaces in these are counted: an endless run of them, looked at from each of its places, would take quadratic time.
_WRAPPING = re.compile(
    r"<!--|-->|(?:/\*|//)?\s{0,9}<!\[CDATA\[\s{0,9}(?:\*/)?|(?:/\*|//)?\s{0,9}\]\]>\s{0,9}(?:\*/)?"
)
_TRAILING_COMMA = re.compile(r",(?=\s{0,200}[}\]])")
_COMMENT_LINE = re.compile(r"^[ \t]{0,200}//.*$", re.MULTILINE)


@dataclass
class Graph:
    """The nodes of a page in order, those of depth 0 being what the blocks hold themselves."""

    nodes: list[Node] = field(default_factory=list)
    by_id: dict[str, Node] = field(default_factory=dict)

    def resolved(self, value: Any) -> Any:
        """Return the node that a mere reference stands for, else the value itself."""
        if isinstance(value, dict) and len(value) <= 2 and isinstance(key := value.get("@id"), str):
            return self.by_id.get(key, value)
        return value


def graph_of(blocks: Iterable[bytes]) -> Graph:
    """Return the nodes of all blocks that can be read. Never raises."""
    graph, left = Graph(), MOST_BYTES
    for block in blocks:
        if len(block) > min(LONGEST_BLOCK, left):
            continue
        left -= len(block)
        for value in loaded(block):
            _add(graph, value, 0)
    return graph


def loaded(block: bytes) -> list[Any]:
    """Return the JSON values of a block, mended where its maker's mistake is one of the usual."""
    text = block.decode("utf-8-sig", "replace")
    for mend in (None, _mended, _unescaped):
        try:
            return [json.loads(mend(text) if mend else text, strict=False)]
        except (ValueError, RecursionError):
            continue
    return _leading(text)


def _mended(text: str) -> str:
    """Without the comments, CDATA marks, trailing commas and semicolons that makers of pages leave in."""
    text = _WRAPPING.sub("", text)
    return _TRAILING_COMMA.sub("", _COMMENT_LINE.sub("", text)).strip().rstrip(";")


def _unescaped(text: str) -> str:
    return html.unescape(_mended(text))


def _leading(text: str) -> list[Any]:
    """Return the values that come before the first mistake: several objects written one after the other."""
    found: list[Any] = []
    decoder, position, text = json.JSONDecoder(strict=False), 0, _mended(text)
    while position < len(text) and len(found) < 20:
        try:
            value, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            break
        found.append(value)
        while position < len(text) and text[position] in " \t\r\n,;":
            position += 1
    return found


def _add(graph: Graph, value: Any, depth: int) -> None:
    if depth > DEEPEST or len(graph.nodes) >= MOST_NODES:
        return
    if isinstance(value, list):
        for item in value:
            _add(graph, item, depth + 1)
    elif isinstance(value, dict):
        if "@type" in value or "headline" in value:
            graph.nodes.append(value)
        _register(graph, value)
        if "@graph" in value:
            _add(graph, value["@graph"], depth + 1)
        elif isinstance(main := value.get("mainEntity"), dict):
            _add(graph, main, depth + 1)


def _register(graph: Graph, node: Node) -> None:
    """Remember what has an identifier, also one level in: people and publishers are often written out once."""
    for value in (node, *node.values()):
        if isinstance(value, dict) and len(value) > 1 and isinstance(key := value.get("@id"), str):
            graph.by_id.setdefault(key, value)


def types(node: Node) -> Iterator[str]:
    """Yield the node's types without their vocabulary: ``NewsArticle``."""
    kinds = node.get("@type")
    for kind in kinds if isinstance(kinds, list) else [kinds]:
        if isinstance(kind, str):
            yield kind.rpartition("/")[2].rpartition(":")[2].rpartition("#")[2]


def texts(value: Any, *keys: str) -> Iterator[str]:
    """Yield the texts of a value: itself, those of its list, or of its ``keys`` where it is a node."""
    every = (item for row in items(value) for item in items(row))
    found = (one for item in every for one in (_said(item, keys) if isinstance(item, dict) else [item]))
    return islice((one for one in found if isinstance(one, str) and filled(one.strip())), MOST_TEXTS)


def _said(node: Node, keys: tuple[str, ...]) -> list[Any]:
    return [one.get("@value") if isinstance(one, dict) else one for one in items(_inner(node, keys))]


def items(value: Any) -> list[Any]:
    """Return the items of a list, as JSON or as JSON-LD write it, or the one value."""
    if isinstance(value, dict) and "@list" in value:
        value = value["@list"]
    return value[:MOST_TEXTS] if isinstance(value, list) else [value]


def _inner(node: Node, keys: tuple[str, ...]) -> Any:
    """Return what a node says: of its keys, of the value that JSON-LD wraps in it, or of a person's two names."""
    found = next((node[key] for key in (*keys, "@value") if node.get(key)), None)
    if found is None and "name" in keys:
        return " ".join(part for key in ("givenName", "familyName") if isinstance(part := node.get(key), str))
    return found


def text(value: Any, *keys: str) -> str:
    """Return the first text of a value, or the empty string."""
    return next(texts(value, *keys), "")


# What a page can be about, the most telling first; of the rest only those that stand for the page itself count.
_ARTICLES = ("Article", "Posting", "Report", "ClaimReview", "Review", "LiveBlogPosting")
_THINGS = (
    "Recipe", "Product", "VideoObject", "Movie", "Book", "Event", "Episode", "Series", "Album", "Recording",
    "SoftwareApplication", "Course", "Dataset", "CreativeWork", "Question", "HowTo", "Podcast", "Playlist", "Game",
)  # fmt: skip
_PLACES = ("LocalBusiness", "Restaurant", "Hotel", "Store", "Shop", "Place", "Attraction", "Museum", "Cafe", "Resort")
_PAGES = ("WebPage", "Page", "ImageGallery", "ProfilePage")
_RANKS = tuple(tuple(map(str.lower, endings)) for endings in (_ARTICLES, _THINGS, _PAGES))


def rank(node: Node) -> int:
    """Return how well a node can stand for a page: 0 best, 9 not at all."""
    kinds = [kind.lower() for kind in types(node)]
    for place, endings in enumerate(_RANKS):
        if any(kind.endswith(endings) for kind in kinds):
            return place
    return 0 if "headline" in node else 9


def main_node(graph: Graph, addresses: frozenset[str]) -> Node:
    """Return the node a page is about: best rank first, then the one that names one of the page's addresses.

    A place is what the pages of its own site are about where they name nothing else.
    """
    ranked = [(rank(node), not (addresses & set(_addresses(node))), place) for place, node in enumerate(graph.nodes)]
    best = min(ranked, default=(9, True, 0))
    if best[0] < 9:
        return graph.nodes[best[2]]
    return next((node for node in graph.nodes if any(kind.endswith(_PLACES) for kind in types(node))), {})


def _addresses(node: Node) -> Iterator[str]:
    for key in ("url", "mainEntityOfPage", "@id"):
        yield from texts(node.get(key), "@id", "url")
