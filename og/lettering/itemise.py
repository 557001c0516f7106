"""A text cut into stretches of one font, script and direction, at the edges of grapheme clusters (UAX 29)."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from og.lettering import bidi
from og.lettering.choice import IGNORABLE, Choice, choose, region_of, script_of
from og.lettering.clusters import cluster_edges
from og.lettering.fonts import DISPLAY_CUT, SMALL_CUT, bundled, cut
from og.lettering.shaping import Item


class Look(NamedTuple):
    """What a style says about fonts."""

    family: str
    weight: int
    lang: str


class Stretch(NamedTuple):
    """Characters [start, end) that one choice draws, at no size yet."""

    start: int
    end: int
    choice: Choice
    script: str
    level: int


class Itemised(NamedTuple):
    """A text's stretches, where its clusters begin, and the clusters that no font has."""

    stretches: tuple[Stretch, ...]
    edges: Sequence[int]
    missing: tuple[str, ...]


def itemise(text: str, look: Look, base: int) -> Itemised:
    """Return what draws which part of a text whose paragraph has the bidi level ``base``."""
    edges = cluster_edges(text)
    levels = bidi.levels(text, base)
    region = region_of(look.lang, text)
    stretches: list[Stretch] = []
    missing: dict[str, None] = {}
    script, last = _first_script(text), Choice(None)
    for start, end in pairwise((*edges, len(text))):
        cluster = text[start:end]
        own = next(filter(None, map(script_of, cluster)), "")
        script = own or script
        choice = _with_neighbour(cluster, own, last, look.family) or choose(
            cluster, look.family, script, look.weight, region
        )
        level = levels[start] if levels else 0
        if choice.face is None:
            missing.setdefault(cluster)
        elif not choice.emoji:
            last = choice
        _append(stretches, Stretch(start, end, choice, script, level))
    return Itemised(tuple(stretches), edges, tuple(missing))


def items(stretches: tuple[Stretch, ...], weight: int, optical: int) -> tuple[Item, ...]:
    """Return stretches with their fonts cut to a weight and an optical size."""
    return tuple(
        Item(
            s.start,
            s.end,
            cut(s.choice.face, weight, max(SMALL_CUT, min(optical, DISPLAY_CUT))),
            s.script,
            s.level,
            s.choice.emoji,
        )
        if s.choice.face
        else Item(s.start, s.end, None, s.script, s.level)
        for s in stretches
    )


def _append(stretches: list[Stretch], new: Stretch) -> None:
    """Add a cluster, to the stretch before it where that is of one kind; each box stands alone."""
    before = stretches[-1] if stretches else None
    if before and new.choice.face and before[2:] == new[2:]:
        stretches[-1] = before._replace(end=new.end)
    else:
        stretches.append(new)


def _with_neighbour(cluster: str, script: str, last: Choice, family: str) -> Choice | None:
    """Return the choice before, for spaces and punctuation that its font has: they look best from one hand."""
    if script or last.face is None:
        return None
    if last.face is bundled("mono") and family != "mono":
        return None  # it lent a sign (⊂); its blanks are as wide as that
    if all(ord(c) in IGNORABLE for c in cluster):
        return last
    category = unicodedata.category(cluster[0])
    if category[0] not in "PZ" or category == "Pd" or "\ufe0f" in cluster:
        return None
    return last if all(ord(c) in last.face.covers for c in cluster) else None


def _first_script(text: str) -> str:
    return next(filter(None, map(script_of, text)), "Latn")
