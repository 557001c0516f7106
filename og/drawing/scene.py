"""One card about to be drawn: its size in design pixels, its shape, its words and pictures, which way it runs."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from og.card import Card
from og.drawing.colours import Colour, Palette
from og.drawing.pictures import Source
from og.drawing.values import values
from og.layouts.schema import Box, Code, Layout, Picture, Progress, Qr, Space, Text

# The card that layouts are designed on (https://ogp.me users' 1.91:1), and the least width and height, in its pixels,
# that any card is taken to have: a banner's words shrink with its height, not with its area.
_DESIGN = 1200 * 630
_WIDTH, _HEIGHT = 760, 560
# A card with a side below this is "small": its letters are half as large again as they would be.
SMALL = 300
_LARGER = 1.6
# What stories and the like lay over a picture at the top and the foot, of its height: 250 and 340 of 1920 pixels
# (https://www.facebook.com/business/help/103816146375741, read 2026-11). Cards from 1:1.6 on are taken for stories.
_STORY, _TOP, _FOOT = 1.6, 0.13, 0.177
# Languages written from right to left (CLDR 46, characterOrder), and their letters (UAX #9 table 4: R and AL).
_RTL_LANGUAGES = frozenset(
    {"ar", "arc", "ckb", "dv", "fa", "he", "iw", "khw", "ks", "lrc", "mzn", "nqo", "ps", "sd", "syr", "ug", "ur"}
    | {"yi"}
)
_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_LTR = re.compile(
    "[A-Za-z\u00aa\u00b5\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02b8\u0370-\u058f\u0900-\u1fff\u2c00-\ud7ff]"
)
_FIELD = re.compile(r"\{(\w+)\}")


def unit(width: int, height: int) -> float:
    """Return how many pixels are one of the design's."""
    area = math.sqrt(width * height / _DESIGN)
    least = min(area, width / _WIDTH, height / _HEIGHT)
    return least * _LARGER if min(width, height) < SMALL else least


def shapes(width: int, height: int) -> frozenset[str]:
    """Return what a card's shape is called in layouts."""
    aspect = width / height
    name = "wide" if aspect >= 2.1 else "landscape" if aspect >= 1.25 else "square" if aspect >= 0.8 else "tall"
    return frozenset({name, "small"} if min(width, height) < SMALL else {name})


@dataclass
class Scene:
    """What arranging and painting need to know. ``warnings`` grows while the card is drawn."""

    card: Card
    layout: Layout
    palette: Palette
    sources: Mapping[str, Source]
    warnings: list[str]
    values: Mapping[str, str] = field(init=False)
    unit: float = field(init=False)
    shapes: frozenset[str] = field(init=False)
    rtl: bool = field(init=False)

    def __post_init__(self) -> None:
        found = values(self.card)
        self.values = {n: v for n, v in found.items() if n not in _PICTURES or n in self.sources}
        self.unit = unit(self.card.width, self.card.height)
        self.shapes = shapes(self.card.width, self.card.height)
        self.rtl = runs_left(self.card)

    def px(self, length: float) -> int:
        """Return pixels of the design's pixels: at least one, where there is any length."""
        return max(1, round(length * self.unit)) if length else 0

    def colour(self, role: str) -> Colour:
        """Return the colour that plays a part."""
        found: Colour = getattr(self.palette, role)
        return found

    def text(self, node: Text) -> str:
        """Return the words of a text: those templates whose fields are all there, joined."""
        said = (self._filled(template) for template in node.templates)
        joined = node.join.join(part for part in said if part)
        return joined.upper() if node.upper else joined

    def _filled(self, template: str) -> str:
        names = _FIELD.findall(template)
        if not all(name in self.values for name in names):
            return ""
        return _FIELD.sub(lambda match: self.values[match[1]], template)

    def shows(self, node: Any) -> bool:
        """Return whether a part is on this card."""
        if not self._asked(node):
            return False
        if isinstance(node, Text):
            return bool(self.text(node))
        if isinstance(node, Code):
            return "title" in self.values
        if isinstance(node, Picture):
            return node.field in self.sources
        if isinstance(node, (Progress, Qr)):
            return node.type in self.values
        if isinstance(node, Box):
            within = [child for child in node.children if not _is_decoration(child)]
            return any(map(self.shows, within)) if within else True
        return True

    def _asked(self, node: Any) -> bool:
        if not all(name in self.values for name in node.needs) or any(name in self.values for name in node.without):
            return False
        wanted = [name for name in node.shapes if not name.startswith("-")]
        refused = [name[1:] for name in node.shapes if name.startswith("-")]
        return (not wanted or any(n in self.shapes for n in wanted)) and not any(n in self.shapes for n in refused)

    @property
    def padding(self) -> tuple[int, int, int, int]:
        """Top, right, bottom, left in pixels."""
        side, height = self.px(self.layout.padding), self.card.height
        side = min(side, self.card.width // 6, height // 6)
        if height / self.card.width < _STORY:
            return side, side, side, side
        return max(side, round(height * _TOP)), side, max(side, round(height * _FOOT)), side


_PICTURES = frozenset({"avatar", "logo", "background", "picture"})


def _is_decoration(node: Any) -> bool:
    """Return whether a part says nothing by itself; one that asks for a field belongs to that field."""
    if isinstance(node, Box):
        return all(map(_is_decoration, node.children)) and not node.needs
    if isinstance(node, Text):
        return not any(_FIELD.search(template) for template in node.templates) and not node.needs
    return isinstance(node, Space) or (node.type in ("rule", "mark") and not node.needs)


def runs_left(card: Card) -> bool:
    """Return whether a card runs from right to left: by its language, else by the first letter of its words."""
    words = card.title or card.description or card.site or card.author
    known = card.lang.lower().split("-")[0] in _RTL_LANGUAGES or card.lang.lower().endswith("-arab")
    rtl, ltr = _RTL.search(words), _LTR.search(words)
    if known:
        return rtl is not None or ltr is None
    return rtl is not None and (ltr is None or rtl.start() < ltr.start())


def has_rtl(text: str) -> bool:
    """Return whether there is a letter written from right to left."""
    return bool(_RTL.search(text))
