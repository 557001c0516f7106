"""What to say about characters that no font has."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from og.lettering.choice import is_emoji

_CJK = frozenset({"Han", "Hiragana", "Katakana", "Hangul", "Bopomofo", "Ideographic", "Fullwidth", "Halfwidth", "Yi"})
# A character's name begins with its script's, up to what kind of sign it is.
_KINDS = (
    "LETTER|SYLLABLE|SYLLABICS|SIGN|VOWEL|DIGIT|NUMBER|HIEROGLYPH|CAPITAL|SMALL|CHARACTER|IDEOGRAPH|MARK|CONSONANT|"
    "SYMBOL|LIGATURE|COMMA|PUNCTUATION|NUMERIC|INDEPENDENT"
)
_SCRIPT = re.compile(rf"(?:CJK|KANGXI).*|(.+?) (?:{_KINDS})\b.*")


def warnings(clusters: Sequence[str]) -> tuple[str, ...]:
    """Return a sentence for each Debian package that would help clusters without a font, naming it."""
    found: dict[str, str] = {}
    for cluster in clusters:
        if cluster[0] == "\ufffd":
            continue  # already says that something was wrong
        kind = _kind(cluster)
        remedy = _remedy(kind)
        found.setdefault(remedy, f"No installed font has {_shown(cluster)} ({kind}){remedy}")
    return tuple(found.values())


def _kind(cluster: str) -> str:
    if is_emoji(cluster):
        return "emoji"
    category = unicodedata.category(cluster[0])
    if category in ("Co", "Cn"):
        return "private use" if category == "Co" else "unassigned"
    name = unicodedata.name(cluster[0], "")
    match = _SCRIPT.fullmatch(name)
    if match:
        return (match[1] or "Han").title()
    return "symbols" if category[0] in "SP" else (name.title() or "unnamed")


def _shown(cluster: str) -> str:
    seen = cluster.replace("\u200d", "")
    return cluster if seen.isprintable() else " ".join(f"U+{ord(c):04X}" for c in cluster[:4])


def _remedy(kind: str) -> str:
    if kind in ("private use", "unassigned", "unnamed"):
        return "."
    package = "fonts-noto-color-emoji" if kind == "emoji" else "fonts-noto-cjk" if kind in _CJK else "fonts-noto-core"
    return f": install {package}."
