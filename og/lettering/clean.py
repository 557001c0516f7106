"""What of a string may be drawn: bounded, in one normal form, without the characters that only steer.

Strings come from strangers. Line feeds and, for code, leading blanks are kept; every other control goes.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

# A card is read in seconds, and the largest of ours shows some 1,500 small letters; bounds time and memory.
MOST_CHARACTERS = 2_000
# Hebrew and Vietnamese take up to four marks a letter, Tibetan and old Greek fewer than eight; "Zalgo" hundreds.
MOST_MARKS = 8
# The longest emoji of Unicode 17 (a family with skin tones, a flag of tags) has 10 to 14 code points.
MOST_JOINED = 16
TAB = "    "
# Latin letters and what stands between them: one character to a cluster, all of them in the bundled Latin fonts.
_PLAIN = re.compile("[\n\x20-\x7e\u00a0-\u00ac\u00ae-\u0131\u0134-\u0148\u014a-\u017f‐–—‘’‚“”„•…€]*")
# Line ends of every kind (UAX 14, class BK), and what browsers take for white space beside them.
_LINE_ENDS = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
_BLANKS = re.compile("[ \u1680\u2000-\u200a\u205f]+")
_BLANK_LINES = re.compile(r" *\n *(?:\n *)+")
# Embeddings and overrides turn honest text round (UTR 36 §3.1); isolates and marks are for honest mixed text.
_STEERING = re.compile("[\u202a-\u202e\u206a-\u206f\ufff9-\ufffb]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufeff]")
_SURROGATES = re.compile("[\ud800-\udfff]")
# Zero-width characters mean something once: a run of them is one of them.
_FLOOD = re.compile(
    "([\u200b\u2060-\u2064\u00ad\u034f\u061c\u180e\u200e\u200f])[\u200b-\u200f\u2060-\u2064\u00ad\u034f\u061c\u180e]+"
)


class Cleaned(NamedTuple):
    """Text that may be drawn, and whether there was more of it."""

    text: str
    cut: bool = False
    plain: bool = False
    """Whether it is one script's letters from left to right, one character to a cluster."""


def clean(text: str, *, blanks: bool = False) -> Cleaned:
    """Return what may be drawn of a string; ``blanks`` keeps runs of spaces and tabs, as code needs them."""
    raw = text[: MOST_CHARACTERS * 4]  # NFC makes at most three out of one, and mostly one out of many
    if not _PLAIN.fullmatch(raw):
        raw = _steady(unicodedata.normalize("NFC", _SURROGATES.sub("\ufffd", raw)))
    raw = raw.replace("\t", TAB if blanks else " ")
    raw = raw.rstrip() if blanks else _single(raw)
    kept = _within(raw)
    return Cleaned(kept, len(kept) < len(raw) or len(text) > MOST_CHARACTERS * 4, is_plain(kept))


def is_plain(text: str) -> bool:
    """Return whether a text has Latin letters and their signs only, one character to a cluster."""
    return _PLAIN.fullmatch(text) is not None


def _steady(text: str) -> str:
    text = _STEERING.sub("", _LINE_ENDS.sub("\n", text))
    text = _FLOOD.sub(r"\1", _CONTROLS.sub("", text))
    return "".join(_unstacked(text))


def _single(text: str) -> str:
    return (
        _BLANK_LINES.sub("\n\n", _BLANKS.sub(" ", text))
        .strip(" \n\u00ad\u200b\u2060")
        .replace(" \n", "\n")
        .replace("\n ", "\n")
    )


def _within(text: str) -> str:
    if len(text) <= MOST_CHARACTERS:
        return text
    end = MOST_CHARACTERS
    while end and (unicodedata.category(text[end])[0] == "M" or text[end] == "\u200d" or text[end - 1] == "\u200d"):
        end -= 1  # not through a cluster; cluster lengths are bounded
    return text[: end or MOST_CHARACTERS].rstrip()


def _unstacked(text: str) -> list[str]:
    """Return the characters without the marks and joiners that go beyond the bounds."""
    kept: list[str] = []
    marks = joined = 0
    for character in text:
        if character in "\u200c\u200d" or unicodedata.category(character) in _MARKS:
            marks, joined = marks + 1, joined + 1
            if marks > MOST_MARKS or joined > MOST_JOINED:
                continue
        else:
            marks = 0
            joined = joined + 1 if kept and kept[-1] == "\u200d" else 0
        kept.append(character)
    return kept


_MARKS = frozenset({"Mn", "Me", "Mc", "Cf"})
