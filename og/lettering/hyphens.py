"""Where a word that is wider than its line is parted, with a hyphen: near the end of the line, between syllables.

No dictionaries: in the languages whose words grow so long (German, Finnish, Hungarian, the Nordic ones, Russian,
Greek) a syllable mostly begins with the last consonant before a vowel, or with the two or three that sound as one.
"""

from __future__ import annotations

import re
import unicodedata

# Words of fewer letters are wider than a line on no layout, and a hyphen in them would part what is no word.
LONG = re.compile(r"[^\W\d_]{12}")
# One word in one case, and the signs around it: addresses, numbers and names of programs are torn as they are.
_WORD = re.compile(r"\W*([^\W\d_]+)\W*")
# Letters that stay together before and after a hyphen, and how far back a syllable's edge is looked for.
_BEFORE, _AFTER, _BACK = 3, 3, 6
_VOWELS = frozenset("aeiouyаеиоуыэюяієαεηιουωıøæœ")
# Consonants that begin a syllable together.
_ANY = "".join(sorted(_VOWELS))
_CLUSTER = re.compile(f"(?:sch|[cpst]h|[bcdfgkptv][rl])[{_ANY}]")
_ONSET = re.compile(f"{_CLUSTER.pattern}|[^{_ANY}][{_ANY}]")


def is_word(text: str, start: int, end: int) -> bool:
    """Return whether characters [start, end) are one word, or the rest of one, of a script that has hyphens."""
    match = _WORD.fullmatch(text, start, end)
    if match is None or not all(letter < "\u0530" or "\u1e00" <= letter < "\u2000" for letter in match[1]):
        return False
    return match[1][1:].islower() or match[1].isupper()


def place(text: str, start: int, most: int, end: int) -> int:
    """Return where a word that begins at or before ``start`` is parted, at ``most`` at the latest; 0 for nowhere."""
    last = min(most, end - _AFTER)
    first = max(start + _BEFORE, last - _BACK)
    syllables = (edge for edge in range(last, first - 1, -1) if _begins_syllable(text, edge))
    return next(syllables, last if last >= start + _BEFORE else 0)


def _begins_syllable(text: str, edge: int) -> bool:
    """Return whether a syllable begins at a place, at least three letters into a word."""
    start = max(0, edge - _BACK)
    near, here = "".join(map(_plain, text[start : edge + 4])), edge - start
    whole = not _CLUSTER.match(near, here - 1) and not _CLUSTER.match(near, here - 2)
    return whole and bool(_ONSET.match(near, here)) and not _VOWELS.isdisjoint(near[:here])


def _plain(letter: str) -> str:
    return unicodedata.normalize("NFD", letter.lower())[0]
