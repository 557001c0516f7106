"""Which breaks are taken: lines filled, balanced, cut off with an ellipsis."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from og.lettering import hyphens
from og.lettering.breaks import Break


class Line(NamedTuple):
    """Characters [start, end) of the text, and whether a hyphen follows."""

    start: int
    end: int
    hyphen: bool = False


class Measured(NamedTuple):
    """A text with the pen's place before every character, where it may break, and where its clusters begin."""

    places: Sequence[float]
    """One more than there are characters; in EM units."""
    breaks: Sequence[Break]
    edges: Sequence[int]
    """Where clusters begin, and the text's end."""
    hyphen: float = 0.0
    """A hyphen's width in EM units, 0 where none is needed."""
    words: str = ""
    """The text where its words may be parted with hyphens, else nothing."""


class Filled(NamedTuple):
    """Lines, and whether a word had to be torn because it is wider than the line."""

    lines: list[Line]
    torn: bool


def fill(text: Measured, limit: float, breaks: Sequence[Break] | None = None) -> Filled:
    """Return lines as full as they go within a width in EM units; a word wider than that is torn at clusters."""
    lines: list[Line] = []
    places, start, torn, last = text.places, 0, False, None
    for item in text.breaks if breaks is None else breaks:
        room = limit + places[start]
        if last is not None and places[item.end] + (text.hyphen if item.hyphen else 0) > room:
            lines.append(Line(start, last.end, last.hyphen))
            start, last = last.next, None
            room = limit + places[start]
        while places[item.end] > room and (part := _torn(text, start, item.end, room)).end < item.end:
            lines.append(part)
            start, torn = part.end, True
            room = limit + places[start]
        last = item
        if item.must:
            lines.append(Line(start, item.end))
            start, last = item.next, None
    return Filled(lines, torn)


def _torn(text: Measured, start: int, end: int, room: float) -> Line:
    """Return the first line of what is wider than a line: with a hyphen if it is a word."""
    edge = _edge(text, start, end, room)
    word = hyphens.word(text.words, start, end) if edge < end and text.words else None
    if word:
        parted = hyphens.place(text.words, word[0], _edge(text, start, end, room - text.hyphen), word[1])
        if parted:
            return Line(start, parted, hyphen=True)
    return Line(start, edge)


def _edge(text: Measured, start: int, end: int, room: float) -> int:
    """Return the last cluster's edge up to ``end`` that still fits, at least one cluster after the start."""
    first = bisect_right(text.edges, start)
    best = text.edges[first]
    for edge in text.edges[first + 1 :]:
        if edge > end or text.places[edge] > room:
            break
        best = edge
    return min(best, end)


def balanced(text: Measured, limit: float) -> Filled:
    """Return as few lines as `fill` does, as even as they go, the last word not alone where that is possible."""
    full = fill(text, limit)
    if len(full.lines) < 2 or full.torn:
        return full
    breaks = _kept_together(text, limit, len(full.lines))
    low, high = 0.0, limit
    best = fill(text, limit, breaks)
    while high - low > limit / 128:
        middle = (low + high) / 2
        tried = fill(text, middle, breaks)
        if len(tried.lines) > len(full.lines) or tried.torn:
            low = middle
        else:
            high, best = middle, tried
    return best


def _kept_together(text: Measured, limit: float, count: int) -> Sequence[Break]:
    """Return the breaks without the last one, if the text takes no more lines then."""
    breaks = text.breaks
    if len(breaks) < 3:
        return breaks
    fewer = [*breaks[:-2], breaks[-1]]
    tried = fill(text, limit, fewer)
    return fewer if len(tried.lines) == count and not tried.torn else breaks


def clamped(text: Measured, lines: list[Line], most: int, limit: float, ellipsis: float) -> list[Line]:
    """Return the first lines, the last of them short enough for an ellipsis of a given width after it."""
    kept = lines[:most]
    start = kept[-1].start
    end = lines[most].end if len(lines) > most else kept[-1].end
    room = limit - ellipsis + text.places[start]
    cut = _edge(text, start, end, room)
    if text.places[cut] > room:
        cut = start  # not even one cluster and the ellipsis
    words = [b.end for b in text.breaks if start < b.end <= cut and not b.hyphen]
    # Whole words look better, as long as the line stays nearly full.
    if words and text.places[cut] - text.places[words[-1]] < limit * 0.15:
        cut = words[-1]
    return [*kept[:-1], Line(start, cut)]
