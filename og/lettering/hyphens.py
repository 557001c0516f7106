"""Where a word that is wider than its line is parted, with a hyphen: near the end of the line, between syllables.

No dictionaries: in the languages whose words grow so long (German, Finnish, Hungarian, the Nordic ones, Russian,
Greek) a syllable mostly begins with the last consonant before a vowel, or with the two or three that sound as one.
"""

from __future__ import annotations

import re
import unicodedata

# Words of fewer letters are wider than a line on no layout, and a hyphen in them would part what is no word.
LONG = re.compile(r"[^\W\d_]{12}")
# One word and the signs around it; and what it stands in between two blanks: words with hyphens, in quotation marks.
# Addresses, paths, #tags, @names, numbers and names of programs are torn as they are.
_WORD = re.compile(r"\W*([^\W\d_]+)\W*")
_WORDS = re.compile(r"[^\w#@/\\$&%~.:=+<>|-]*((?:[^\W\d_]+[-\u00ad\u2010\u2013])*[^\W\d_]+)[^\w(/\\=]*")
_BLANK, _JOINT = re.compile(r"\s"), re.compile(r"[-\u00ad\u2010\u2013]")
# The longest words that were ever printed have some eighty letters; what is longer is none.
_LONGEST = 200
# Letters that stay together before and after a hyphen, and how far back a syllable's edge is looked for.
_BEFORE, _AFTER, _BACK = 3, 3, 6
_VOWELS = frozenset("aeiouyаеиоуыэюяієαεηιουωıøæœ")
# Consonants that begin a syllable together.
_ANY = "".join(sorted(_VOWELS))
_CLUSTER = re.compile(f"(?:sch|[cpst]h|[bcdfgkptv][rl])[{_ANY}]")
_ONSET = re.compile(f"{_CLUSTER.pattern}|[^{_ANY}][{_ANY}]")


def word(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return where the letters of [start, end) begin and end if they are one word, or the rest of one, else None."""
    match = _WORD.fullmatch(text, start, end) if end - start <= _LONGEST else None
    return match.span(1) if match and _are_words(_around(text, start, end)) else None


def _around(text: str, start: int, end: int) -> str:
    """Return characters [start, end) with what stands before and after them without a blank."""
    before = _BLANK.split(text[max(0, start - _LONGEST) : start])[-1]
    return before + text[start:end] + _BLANK.split(text[end : end + _LONGEST], 1)[0]


def _are_words(text: str) -> bool:
    """Return whether a text is made of words only, each in one case, of scripts that have hyphens."""
    match = _WORDS.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None or not all(letter < "\u0530" or "\u1e00" <= letter < "\u2020" for letter in match[1]):
        return False
    return all(part[1:] == part[1:].lower() or part.isupper() for part in _JOINT.split(match[1]))


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
