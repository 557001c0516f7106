"""UAX 9, held against a table by hand and against the library that Rust programs use."""

from __future__ import annotations

import unicodedata

import pytest
from bidi import get_display
from hypothesis import given
from hypothesis import strategies as st

from og.lettering.bidi import base_level, in_sight_order, levels

# Logical order, base direction, and the same characters from left to right (mirrored ones as they are written).
SIGHT = [
    ("plain words", 0, "plain words"),
    ("שלום", 1, "םולש"),
    ("The word שלום means", 0, "The word םולש means"),
    ("שלום Flask 3.1 עולם", 1, "םלוע Flask 3.1 םולש"),
    ("حرف 15 حرف", 1, "فرح 15 فرح"),
    ("حرف ١٢٫٥ حرف", 1, "فرح ١٢٫٥ فرح"),
    ("(חלק 2)", 1, ")2 קלח("),
    ("ל-Flask 3.1 (חלק 2)", 1, ")2 קלח( Flask 3.1-ל"),
    ("a (ב) c", 0, "a (ב) c"),
    ("א (b) ג", 1, "ג )b( א"),
    ("price 5% ₪", 0, "price 5% ₪"),
    ("א 5% ב", 1, "ב 5% א"),
    ("Reads: \u2067אב, c\u2069!", 0, "Reads: \u2067c ,בא\u2069!"),
    ("\u2068אב\u2069 x", 0, "\u2068בא\u2069 x"),
    ("https://example.org/א?b=1", 0, "https://example.org/א?b=1"),
]
BASES = [
    ("Hello שלום", "", 0),
    ("שלום Hello", "", 1),
    ("123 ... سلام", "", 1),
    ("\u2067אב\u2069 hello", "", 0),
    ("2026 — 12.5 %", "ar", 1),
    ("2026 — 12.5 %", "en", 0),
    ("", "he", 1),
    ("Ελληνικά", "ar", 0),
]


def seen(text: str, base: int) -> str:
    """The characters from left to right, as the algorithm orders them within one line [L1, L2]."""
    found = list(levels(text, base) or [0] * len(text))
    for place in range(len(text) - 1, -1, -1):
        if unicodedata.bidirectional(text[place]) not in ("WS", "LRI", "RLI", "FSI", "PDI", "BN"):
            break
        found[place] = base
    return "".join(text[i] for i in in_sight_order(found))


@pytest.mark.parametrize(("text", "base", "expected"), SIGHT)
def test_characters_stand_where_the_standard_puts_them(text: str, base: int, expected: str) -> None:
    assert seen(text, base) == expected


@pytest.mark.parametrize(("text", "lang", "expected"), BASES)
def test_a_text_goes_where_its_first_strong_letter_goes(text: str, lang: str, expected: int) -> None:
    assert base_level(text, lang) == expected


@given(st.text("abAB 12,.:%+-/()[]<>«»אבג" + "ابت١٢" + "\u0301\u05b0\u064b!€\u2067\u2066\u2068\u2069", max_size=16))
def test_the_order_is_that_of_another_implementation(text: str) -> None:
    unseen = str.maketrans("", "", "\u2066\u2067\u2068\u2069")
    for base, letter in ((0, "L"), (1, "R")):
        assert seen(text, base).translate(unseen) == get_display(text, base_dir=letter).translate(unseen)


@given(st.text(max_size=60))
def test_every_character_has_a_level(text: str) -> None:
    for base in (0, 1):
        found = levels(text, base)
        assert found is None or (len(found) == len(text) and all(level >= base for level in found))
