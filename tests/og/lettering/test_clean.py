"""What of a stranger's string may be drawn."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from og.lettering.clean import MOST_CHARACTERS, MOST_MARKS, clean

CASES = [
    ("  Leading   and odd   spaces \r\n\r\n\r\n and breaks  ", "Leading and odd spaces\n\nand breaks"),
    ("Nul\x00 bell\x07 esc\x1b[31m", "Nul bell esc[31m"),
    ("and\u202eright-to-left\u202c end", "andright-to-left end"),
    ("\u2067kept\u2069", "\u2067kept\u2069"),
    ("e\u0301", "é"),
    ("lone \ud83d half", "lone \ufffd half"),
    ("a\u200b\u200b\u200b\u2060b", "a\u200bb"),
    ("می‌خواهم", "می‌خواهم"),
    ("👨‍👩‍👧‍👦", "👨‍👩‍👧‍👦"),
    ("\ufefftext", "text"),
    ("a\u2028b\x85c", "a\nb\nc"),
    ("a\tb", "a b"),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_text_is_cleaned(text: str, expected: str) -> None:
    assert clean(text).text == expected


def test_code_keeps_its_blanks() -> None:
    assert clean("def f():\n\treturn  1  \n", blanks=True).text == "def f():\n    return  1"


def test_what_is_too_long_is_cut_at_a_cluster() -> None:
    family = "👨‍👩‍👧‍👦"
    cleaned = clean(family * MOST_CHARACTERS)
    assert cleaned.cut
    assert cleaned.text == family * (len(cleaned.text) // len(family))
    assert MOST_CHARACTERS - len(family) <= len(cleaned.text) <= MOST_CHARACTERS


def test_marks_do_not_pile_up() -> None:
    marks = [c for c in clean("a" + "\u0332\u0333" * 200 + "b").text if unicodedata.combining(c)]
    assert 0 < len(marks) <= MOST_MARKS


@given(st.text(max_size=300))
def test_nothing_that_only_steers_is_left(text: str) -> None:
    kept = clean(text).text
    assert not any("\u202a" <= c <= "\u202e" or "\ud800" <= c <= "\udfff" or (c < " " and c != "\n") for c in kept)
    assert clean(kept).text == kept
