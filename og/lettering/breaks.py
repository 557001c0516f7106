"""Where a line may end (UAX 14, revision 53), worked out between grapheme clusters.

The rules' numbers stand in brackets. Thai is parted into words, Japanese and Chinese titles into phrases, by the
small models of budoux where that is installed; Lao, Khmer and Myanmar break at spaces and, if need be, at clusters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

from og.lettering.break_classes import break_class, is_wide
from og.lettering.choice import is_emoji
from og.lettering.clean import is_plain
from og.lettering.clusters import cluster_edges

# budoux's models by what they part.
_MODELS = {
    "thai": "load_default_thai_parser",
    "jp": "load_default_japanese_parser",
    "sc": "load_default_simplified_chinese_parser",
    "tc": "load_default_traditional_chinese_parser",
    "hk": "load_default_traditional_chinese_parser",
}
_LETTERS = frozenset({"AL", "HL", "SA"})
_NUMBERS = frozenset({"NU"})
_DASHED = _LETTERS | {"HY"}
_CLOSING = frozenset({"CL", "CP", "EX", "SY", "IS", "QC"})
_OPENING = frozenset({"OP", "QO"})
_AFTER_NOTHING = frozenset({"", "SP", "OP", "BK", "GL", "ZW"})
_BEFORE_NOTHING = frozenset({"", "SP", "BK", "GL", "WJ", "CL", "CP", "EX", "IS", "SY", "ZW"})
# Words up to this length are remembered: longer ones are seldom seen twice.
_LONGEST_KEPT = 64
_TOKENS = re.compile(r"\n|[^ \n]+")
# Pairs that stay together without a space between them [LB23-LB25, LB28, LB29].
_TOGETHER = frozenset(
    {(a, b) for a in _LETTERS for b in (*_LETTERS, "NU", "PR", "PO", "OP")}
    | {(a, b) for a in ("NU", "PR", "PO", "IS", "CP") for b in _LETTERS}
    | {("NU", b) for b in ("NU", "PO", "PR", "OP")}
    | {(a, "NU") for a in ("PO", "PR", "HY", "IS", "SY", "CP")}
    | {(a, b) for a in ("CL", "CP") for b in ("PO", "PR")}
    | {("PR", "ID"), ("ID", "PO"), ("PO", "OP"), ("PR", "OP"), ("SY", "HL"), ("PR", "PR")}
)


class Break(NamedTuple):
    """A place where a line may end: its ink ends before ``end``, the next line begins at ``next``."""

    end: int
    next: int
    must: bool = False
    hyphen: bool = False


class _Word(NamedTuple):
    """What stands between two spaces: the classes at its ends, and where it may be parted (a hyphen shown or not)."""

    first: str
    last: str
    inner: tuple[tuple[int, bool], ...]


def breaks(text: str, phrases: str = "") -> list[Break]:
    """Return every place where a line may end, in order; the last is the text's end.

    ``phrases`` ("jp", "sc", "tc", "hk"): that writing is parted between phrases only.
    """
    found: list[Break] = []
    before, end = "", 0
    for match in _TOKENS.finditer(text):
        start, piece = match.start(), match[0]
        if piece == "\n":
            found.append(Break(end if before else start, start + 1, must=True))
            before, end = "", start + 1
            continue
        word = _word(piece, phrases) if len(piece) <= _LONGEST_KEPT else _parted(piece, phrases)
        if before and _may(before, word.first, spaced=True):
            found.append(Break(end, start))
        if word.inner:
            found.extend(Break(start + offset, start + offset, hyphen=hyphen) for offset, hyphen in word.inner)
        before, end = word.last, match.end()
    found.append(Break(end if before else len(text), len(text), must=True))
    return found


def _parted(word: str, phrases: str) -> _Word:
    edges = range(len(word)) if is_plain(word) else cluster_edges(word)
    clusters = [word[start:end] for start, end in pairwise((*edges, len(word)))]
    kinds = _in_context(clusters)
    words = _words(word, "thai") if "SA" in kinds else frozenset()
    together = _words(word, phrases) if phrases in _MODELS and "ID" in kinds else None
    inner = []
    for i in range(1, len(kinds)):
        before, after, place = kinds[i - 1], kinds[i], edges[i]
        before = "ZWJ" if clusters[i - 1][-1] == "\u200d" else before
        if _may(before, after, word=place in words) and not _within_phrase(together, place, before, after):
            inner.append((place, word[place - 1] == "\u00ad"))
    return _Word(kinds[0], kinds[-1], tuple(inner))


_word = lru_cache(maxsize=4096)(_parted)


def _within_phrase(phrases: frozenset[int] | None, place: int, before: str, after: str) -> bool:
    return phrases is not None and place not in phrases and bool({"ID", "NS"} & {before, after})


def _in_context(clusters: Sequence[str]) -> list[str]:
    """Return the classes of clusters, those resolved that depend on what is around them."""
    kinds = ["ID" if is_emoji(cluster) else break_class(cluster[0]) for cluster in clusters]
    made = list(kinds)
    for i, kind in enumerate(kinds):
        before, after = kinds[i - 1] if i else "", kinds[i + 1] if i + 1 < len(kinds) else ""
        if kind in ("Pi", "Pf", "QU"):
            made[i] = _quote(kind, before, after, clusters, i)
        elif kind == "HY" and after in _DASHED and all(k == "HY" for k in kinds[:i]):
            made[i] = "BB"  # [LB20a], and for two of them: --option
        elif kind in ("IS", "SY") and not before and after in _LETTERS | _NUMBERS:
            made[i] = "AL"  # .NET, .5, /usr: a sign that begins a word [LB15c, and for letters too]
        elif kind in ("HY", "BA") and before == "HL":
            made[i] = "HX"  # [LB21a]
    return made


def _quote(kind: str, before: str, after: str, clusters: Sequence[str], i: int) -> str:
    """Return "QO" or "QC" for an opening or closing mark, "QU" where that is open, "QW" among wide letters."""
    if kind == "Pi" and before in _AFTER_NOTHING:
        return "QO"  # [LB15a]
    if kind == "Pf" and after in _BEFORE_NOTHING:
        return "QC"  # [LB15b]
    wide = i and is_wide(clusters[i - 1][0]) and i + 1 < len(clusters) and is_wide(clusters[i + 1][0])
    if wide and kind != "QU":  # [LB19a]
        return "OP" if kind == "Pi" else "CL"
    return "QU"


@lru_cache(maxsize=8192)
def _may(before: str, after: str, spaced: bool = False, word: bool = False) -> bool:
    """Return whether a line may end between two clusters, by their classes and whether spaces are between them."""
    if before == "ZW":
        return True  # [LB8]
    if after == "ZW" or after == "WJ" or (before in ("ZWJ", "WJ", "GL") and not spaced):
        return False  # [LB7, LB8a, LB11, LB12]
    if after in _CLOSING or before in _OPENING:
        return False  # [LB13, LB14, LB15]
    if after == "NS" and before in ("CL", "CP"):
        return False  # [LB16]
    if before == after == "B2":
        return False  # [LB17]
    if spaced:
        return True  # [LB18]
    return not _joined(before, after, word)


def _joined(before: str, after: str, word: bool) -> bool:
    """Return whether two clusters without a space between them stay together."""
    if after == "GL":
        return before not in ("BA", "HY")  # [LB12a]
    if "QU" in (before, after) or (before == "QC" and after in _LETTERS | _NUMBERS):
        return True  # [LB19]
    if after in ("BA", "HY", "NS", "HX", "IN") or before == "BB" or (before == "HX" and after != "HL"):
        return True  # [LB21, LB21a, LB22]
    if before == after == "SA":
        return not word
    return (before, after) in _TOGETHER


def _words(text: str, model: str) -> frozenset[int]:
    """Return where words or phrases begin by a model of budoux, nowhere without it."""
    parser = _parser(model)
    if parser is None:
        return frozenset()
    return frozenset(accumulate(map(len, parser.parse(text))))


@lru_cache(maxsize=len(_MODELS))
def _parser(model: str) -> Any:
    try:
        import budoux
    except ImportError:
        return None
    return getattr(budoux, _MODELS[model])()
