"""Grapheme clusters: what a reader takes for one character (UAX 29)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any


def cluster_edges(text: str) -> tuple[int, ...]:
    """Return where clusters begin."""
    return tuple(match.start() for match in _pattern().finditer(text))


@lru_cache(maxsize=1)
def _pattern() -> Any:
    import regex  # 16 ms, and Latin text does without it

    return regex.compile(r"\X")
