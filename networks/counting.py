"""Count text as each network counts it, and cut it at a grapheme with an ellipsis.

The same three rules live in `static/js/intents.js`; golden files hold both to the same answers.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

from networks.parts import Count

if TYPE_CHECKING:
    import regex

ELLIPSIS = "…"
# Code points that X counts as one; all others count two.
# https://docs.x.com/fundamentals/counting-characters (configuration v3, read 2026-08)
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))


@cache
def _patterns() -> tuple[regex.Pattern[str], regex.Pattern[str]]:
    import regex  # at first use: a third of what importing Flask costs

    return regex.compile(r"\X"), regex.compile(r"\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3")


def graphemes(text: str) -> list[str]:
    """Split into extended grapheme clusters (UAX 29): what a person would call one character."""
    found: list[Any] = _patterns()[0].findall(text)
    return found


def _weighted(cluster: str) -> int:
    cluster = normalize("NFC", cluster)  # as X does before it counts: é is one, however it is written
    if len(cluster) > 1 and _patterns()[1].search(cluster):
        return 2  # an emoji made of several code points counts as one
    return sum(1 if any(a <= ord(c) <= b for a, b in _LIGHT) else 2 for c in cluster)


def weight(text: str, count: Count) -> int:
    """Return how much of a network's limit this text takes."""
    if count == "points":
        return len(text)
    clusters = graphemes(text)
    return len(clusters) if count == "graphemes" else sum(map(_weighted, clusters))


def cut(text: str, room: int, count: Count) -> str:
    """Return the text if it fits in ``room``, else its beginning and an ellipsis that fit together."""
    if weight(text, count) <= room:
        return text
    room -= weight(ELLIPSIS, count)
    kept: list[str] = []
    for cluster in graphemes(text):
        room -= weight(cluster, count)
        if room < 0:
            break
        kept.append(cluster)
    head = "".join(kept).rstrip(" ")
    return head + ELLIPSIS if head else ""
