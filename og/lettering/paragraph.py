"""One text in one style: its items, how wide it is anywhere, and its lines with every glyph placed."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from operator import attrgetter
from typing import NamedTuple

from og.lettering.bidi import in_sight_order
from og.lettering.breaks import Break
from og.lettering.fonts import Cut
from og.lettering.hyphens import LONG
from og.lettering.lines import Line, Measured
from og.lettering.shaping import JOINED, Glyph, Item, Spacing, shape

# Scripts in which a letter's shape does not depend on what is beyond a space.
_UNJOINED = frozenset({"Latn", "Grek", "Cyrl", "Hani", "Hang"})
_cluster = attrgetter("cluster")
ELLIPSIS = "…"
HYPHEN = "-"  # what every Latin font has; U+2010 looks the same


class Run(NamedTuple):
    """Glyphs of one font, and where their pen starts, in EM units from the line's left edge."""

    cut: Cut | None
    glyphs: tuple[Glyph, ...]
    start: int
    emoji: bool = False


class Placed(NamedTuple):
    """A line with its runs from left to right; all measures in EM units."""

    runs: tuple[Run, ...]
    width: int
    left: int
    """How far the first glyph's ink is from the left edge: moved by it, lines of all sizes share one edge."""
    right: int


@dataclass(frozen=True)
class Paragraph:
    """A cleaned text, what draws each stretch of it, and how it is spaced."""

    text: str
    items: tuple[Item, ...]
    spacing: Spacing
    primary: Cut
    level: int = 0
    edges: Sequence[int] = ()
    parted: bool = True
    """Whether words that are wider than a line get hyphens: not those of programs."""

    @cached_property
    def shaped(self) -> list[list[Glyph]]:
        """Each item's glyphs, as if the text were one line."""
        return [shape(self.text, item, self.spacing) for item in self.items]

    def _part(self, item: Item, glyphs: list[Glyph], line: Line) -> list[Glyph]:
        """Return the glyphs of an item that stand in a line: some of those there are, where no shape can change."""
        start, end = max(item.start, line.start), min(item.end, line.end)
        if (start, end) == (item.start, item.end):
            return glyphs
        text = self.text
        at_blanks = (start == item.start or text[start - 1] in " \n") and (end == item.end or text[end] in " \n")
        if at_blanks and item.script in _UNJOINED and not item.level & 1:
            low = bisect_left(glyphs, start, key=_cluster)
            return glyphs[low : bisect_left(glyphs, end, low, key=_cluster)]
        return shape(text, item._replace(start=start, end=end), self.spacing)

    def measured(self, breaks: list[Break]) -> Measured:
        """Return the pen's place before every character, for the places where lines may break."""
        advances = [0] * (len(self.text) + 1)
        for glyphs in self.shaped:
            for _, cluster, _, _, advance in glyphs:
                advances[cluster + 1] += advance
        words = self.text if self.parted and LONG.search(self.text) else ""
        hyphen = self._sign(HYPHEN) if words or any(b.hyphen for b in breaks) else 0
        return Measured(list(accumulate(advances)), breaks, (*self.edges, len(self.text)), hyphen, words)

    def ellipsis(self) -> int:
        """Return the width of an ellipsis in EM units."""
        return self._sign(ELLIPSIS)

    def _sign(self, sign: str) -> int:
        return sum(g.advance for g in shape(sign, Item(0, 1, self.primary, "Latn", self.level), self.spacing))

    def placed(self, line: Line, sign: str = "") -> Placed:
        """Return a line's glyphs in the order of sight; ``sign`` is an ellipsis or a hyphen after its text."""
        shaped = [
            (item, self._part(item, glyphs, line))
            for item, glyphs in zip(self.items, self.shaped, strict=True)
            if max(item.start, line.start) < min(item.end, line.end)
        ]
        if sign:
            item = Item(0, len(sign), self.primary, "Latn", self.level)
            shaped.append((item, shape(sign, item, self.spacing)))
        order = in_sight_order([item.level for item, _ in shaped])
        return _set([shaped[i] for i in order], self.spacing.tracking)


def _set(shaped: list[tuple[Item, list[Glyph]]], tracking: int) -> Placed:
    runs, pen = [], 0
    for item, glyphs in shaped:
        runs.append(Run(item.cut, tuple(glyphs), pen, item.emoji))
        pen += sum(g.advance for g in glyphs)
    if not runs:
        return Placed((), 0, 0, 0)
    after = tracking if shaped[-1][0].cut and shaped[-1][0].script not in JOINED else 0
    return Placed(tuple(runs), max(0, pen - after), *_bearings(runs, after))


def _bearings(runs: list[Run], after: int) -> tuple[int, int]:
    """Return how far the ink of a line's first and last glyph is from the line's ends."""
    left = right = 0
    if runs[0].glyphs and (ink := _ink(runs[0], runs[0].glyphs[0])):
        left = ink[0]
    if runs[-1].glyphs and (ink := _ink(runs[-1], runs[-1].glyphs[-1])):
        right = runs[-1].glyphs[-1].advance - after - ink[1]
    return left, right


def _ink(run: Run, glyph: Glyph) -> tuple[int, int] | None:
    """Return where a glyph's ink begins and ends, from its pen; None for pictures, boxes and blanks."""
    extents = run.cut.font.get_glyph_extents(glyph.gid) if run.cut and not run.emoji else None
    if not extents or not extents.width:
        return None
    return extents.x_bearing + glyph.x, extents.x_bearing + extents.width + glyph.x
