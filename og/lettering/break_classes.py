"""The line breaking class of a character (UAX 14 §5), as far as preview cards need them apart.

Derived from general category and width, with the exceptions by hand. Hangul breaks at spaces, as Korean is set today
(UAX 14 §8.1, CSS Text 3 `word-break: keep-all`); small kana never begin a line (JIS X 4051, strict).
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_BY_HAND = {
    "ZW": "\u200b",
    "WJ": "\u2060\ufeff",
    "GL": "\u00a0\u202f\u2007\u2011\u034f\u180e\u0f08\u0f0c\u0f12",
    "BA": "\u00ad\u058a\u2010\u2012\u2013\u2027\u05be\u0964\u0965\u0e5a\u0e5b\u17d4\u17d5\u2056\u2058\u205a\u3000|",
    "HY": "-",
    "B2": "\u2014\u2e3a\u2e3b",
    "BB": "\u00b4\u02c8\u02cc\u02df",
    "IN": "\u2024\u2025\u2026\u22ef\ufe19",
    "SY": "/",
    "IS": ",.:;\u037e\u0589\u060c\u060d\u07f8\u2044",
    "EX": "!?\u05c6\u061b\u061e\u061f\u06d4\u07f9\uff01\uff1f\ufe56\ufe57",
    "CL": "}\u3001\u3002\uff0c\uff0e\uff61\uff64\ufe50\ufe52",
    "CP": ")]",
    "OP": "([{\u00a1\u00bf\u201a\u201e\u2e18",
    "QU": "\"'\u275b\u275c\u275d\u275e",
    "NS": "\uff1a\uff1b\u30fb\uff65\u301c\u30a0\u3005\u303b\u309b\u309c\u309d\u309e\u30fd\u30fe\u30fc"
    "\uff70\u203c\u2047\u2048\u2049"
    "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿｧｨｩｪｫｬｭｮｯ",
    "PO": "%\u00a2\u00b0\u0609\u060a\u066a\u2030\u2031\u2032\u2033\u2034\u2035\u2103\u2109\ufe6a\uff05\uffe0",
    "PR": "$+\\\u00b1\u2116\u2212\u2213\uff04\uffe1\uffe5",
}
_EXACT = {character: kind for kind, characters in _BY_HAND.items() for character in characters}
# Scripts without spaces, which need a dictionary: Thai, Lao, Myanmar, Khmer, Tai Le to New Tai Lue, Tai Tham, Viet.
_DICTIONARY = (
    (0xE00, 0xEFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x1950, 0x19DF),
    (0x1A20, 0x1AAF),
    (0xAA60, 0xAADF),
)
_HANGUL = ((0x1100, 0x11FF), (0x3130, 0x318F), (0xA960, 0xA97F), (0xAC00, 0xD7FF), (0xFFA0, 0xFFDF))


@lru_cache(maxsize=8192)
def break_class(character: str) -> str:
    """Return a class of UAX 14, "AL" for what is like a letter; "Pi" and "Pf" are quotation marks by their side."""
    if character == " ":
        return "SP"
    if character == "\n":
        return "BK"
    return _EXACT.get(character) or _derived(character)


def _derived(character: str) -> str:
    code, category = ord(character), unicodedata.category(character)
    if category in ("Pi", "Pf"):
        return category
    if category == "Ps":
        return "OP"
    if category == "Pe":
        return "CL"
    if category == "Zs":
        return "BA"
    if category == "Sc":
        return "PR"
    if _within(code, _DICTIONARY):
        return "NU" if category == "Nd" else "SA"
    if is_wide(character):
        return "AL" if _within(code, _HANGUL) else "ID"
    if category == "Nd":
        return "NU"
    return "HL" if 0x5D0 <= code <= 0x5F2 else "AL"


def _within(code: int, blocks: tuple[tuple[int, int], ...]) -> bool:
    return any(low <= code <= high for low, high in blocks)


@lru_cache(maxsize=8192)
def is_wide(character: str) -> bool:
    """Return whether a character takes a whole square in East Asian text (UAX 11)."""
    return unicodedata.east_asian_width(character) in ("W", "F")
