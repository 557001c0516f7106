"""An element's microformats as the properties that it has: what `_microformats` makes posts and authors of.

https://microformats.org/wiki/microformats2-parsing, /value-class-pattern and, for the names of before 2010,
/h-entry#Backward_Compatibility (read 2026-11). Of implied properties a nested item has name, address and picture, so
that ``<a class="h-card" href="…"><img alt="Ada" src="…"></a>`` is somebody; what an entry says without marks stays
its words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from networks._announced import attr
from networks._walk import web

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

# Items in items that are read: a citation in an entry has an author.
LEVELS = 4
# Properties that one element may be, and the parts that a value may have; real ones are two or three.
MOST_PROPERTIES, MOST_PARTS = 20, 6
_PROPERTY = re.compile(r"(?:p|u|dt|e)-.")
# Names of items (https://microformats.org/wiki/microformats2-parsing#parse_a_document_for_microformats), without the
# heights that Tailwind's class names tell (https://tailwindcss.com/docs/height, both read 2026-11).
_ROOT = re.compile(r"h-(?!(?:auto|fit|full|max|min|px|screen|[sld]vh|[sld]vw|lh)$)(?:[a-z0-9]+-)?[a-z]+(?:-[a-z]+)*")
# Attributes that hold an address, by element, best first; the rest is in words.
_ADDRESSES = {
    "a": ("href",), "area": ("href",), "link": ("href",), "img": ("src",), "audio": ("src",), "source": ("src",),
    "iframe": ("src",), "video": ("src", "poster"), "object": ("data",),
}  # fmt: skip
# Attributes that hold what an element's words would, by element.
_INSTEAD = {
    "abbr": "title", "link": "title", "img": "alt", "area": "alt", "data": "value", "input": "value",
    "time": "datetime", "ins": "datetime", "del": "datetime",
}  # fmt: skip
_PARTS = frozenset({"value", "value-title"})
# What the classes of before 2010 are called now, in an entry and in whoever wrote it.
_OLD = {
    "hentry": "h-entry", "entry-title": "p-name", "entry-content": "e-content", "entry-summary": "p-summary",
    "published": "dt-published", "updated": "dt-updated", "category": "p-category", "author": "p-author h-card",
}  # fmt: skip
_OF_PERSON = {"fn": "p-name", "url": "u-url", "photo": "u-photo"}


def marks(node: Any) -> list[str]:
    """Return an element's classes."""
    return attr(node, "class").split()


def kinds(node: Any) -> list[str]:
    """Return what an element is an item of."""
    return [mark for mark in marks(node) if _ROOT.fullmatch(mark)]


def properties(root: Tag, base: str, levels: int = LEVELS) -> dict[str, list[Any]]:
    """Return an item's properties: those of its own, not of items nested in it. ``base`` is what addresses are
    meant against.
    """
    found: dict[str, list[Any]] = {}
    bare = True
    for node in _own(root):
        inner = kinds(node)
        # Once for all properties that it is: again for each would be twice as long at each level of nesting
        item = {"type": inner, "properties": properties(node, base, levels - 1) if levels else {}} if inner else None
        named = dict.fromkeys(mark for mark in marks(node) if _PROPERTY.match(mark))
        for mark in islice(named, MOST_PROPERTIES):
            prefix, _, key = mark.partition("-")
            found.setdefault(key, []).append(item or _value(node, prefix, base))
            bare = bare and prefix != "u"
        bare = bare and not inner
    # All words of a list of entries are no name of it
    if not {"name", "content"} & set(found) and "h-feed" not in kinds(root) and (words := _implied_name(root)):
        found["name"] = [words]
    return found | _implied(root, base, bare) | found


def _implied(root: Tag, base: str, bare: bool) -> dict[str, list[Any]]:
    """Return the address and the picture that an item has by being one or, where it marks no address at all and holds
    no other item, by those of its only child.
    """
    found = {}
    for key, tags, attribute in (("url", ("a", "area"), "href"), ("photo", ("img",), "src")):
        node = root if root.name in tags else _alone(root, tags) if bare else None
        if address := web(attr(node, attribute), base):
            found[key] = [address]
    return found


def _alone(root: Tag, tags: tuple[str, ...]) -> Tag | None:
    """Return the only element of a kind right in an item, or in its only child."""
    for _ in range(2):
        below = [node for node in root.find_all(True, recursive=False) if node.name != "template"]
        fit = [node for node in below if node.name in tags]
        if len(fit) == 1:
            return fit[0]
        if len(below) != 1:
            return None
        root = below[0]
    return None


def _implied_name(root: Tag) -> str:
    """Return an item's words or, where it has none, those that its only picture stands for."""
    if root.name in ("img", "area"):
        return attr(root, "alt").strip()
    words = attr(root, "title").strip() if root.name == "abbr" else ""
    picture = None if words else root.find("img", alt=True)
    return words or " ".join(root.get_text(" ").split()) or attr(picture, "alt").strip()


def _own(root: Tag) -> Iterator[Tag]:
    for node in root.find_all(True, recursive=False):
        if node.name != "template":
            yield node
            if not kinds(node):
                yield from _own(node)


def _value(node: Tag, prefix: str, base: str) -> Any:
    if prefix == "e":
        return {"html": node.decode_contents(), "value": node.get_text()}
    if prefix == "u":
        return _address(node, base)
    told = attr(node, _INSTEAD.get(node.name, "")) or _of_parts(node, " " if prefix == "dt" else "")
    return (told or attr(node, "value") or attr(node, "datetime" if prefix == "dt" else "") or _words(node)).strip()


def _address(node: Tag, base: str) -> Any:
    """Return what an element leads to or shows, with its words where it is a picture."""
    given = next((told for key in _ADDRESSES.get(node.name, ()) if (told := attr(node, key))), "")
    address = web(given, base) or given or _of_parts(node, "") or _instead(node)
    alt = attr(node, "alt") if node.name == "img" else ""
    return {"value": address, "alt": alt} if alt else address


def _of_parts(node: Tag, between: str) -> str:
    """Return a value that is written in parts, as a day and a time of day are (the value class pattern)."""
    parts = [one for one in node.find_all(True, recursive=False) if _PARTS & set(marks(one))]
    return between.join(filter(None, map(_instead, parts[:MOST_PARTS])))


def _instead(node: Tag) -> str:
    told = attr(node, "title" if "value-title" in marks(node) else _INSTEAD.get(node.name, ""))
    return (told or node.get_text()).strip()


def _words(node: Tag) -> str:
    """Return an element's words, those that its pictures stand for among them."""
    from bs4.element import NavigableString

    parts: list[str] = []
    for one in node.descendants:
        if type(one) is NavigableString:  # not what scripts and comments say
            parts.append(one)
        elif getattr(one, "name", "") == "img":
            parts.append(attr(one, "alt"))
    return " ".join("".join(parts).split())


def renamed(tree: BeautifulSoup) -> bool:
    """Give entries of before 2010 (``hentry``) the classes of today; return whether there are any."""
    found = False
    for node in tree.find_all(True):
        had = marks(node)
        more = [_OLD[mark] for mark in had if mark in _OLD]
        if any(mark in _OF_PERSON for mark in had) and any("author" in marks(one) for one in islice(node.parents, 3)):
            more += [_OF_PERSON[mark] for mark in had if mark in _OF_PERSON]
        if "bookmark" in attr(node, "rel").split():
            more.append("u-url")
        if more:
            classes: Any = " ".join([*had, *more]).split()
            node["class"] = classes
        found = found or "hentry" in had
    return found
