"""Counting text as each network does.

The weights are the published figures of twitter-text's conformance suite (v3 configuration; validate.yml and the
platform tests in https://github.com/twitter/twitter-text, read 2026-11) and its rules applied by hand.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from networks.counting import ELLIPSIS, cut, graphemes, weight
from networks.parts import Count

WEIGHTS = json.loads((Path(__file__).parent / "data" / "x_weights.json").read_text("utf-8"))
COUNTS: tuple[Count, ...] = ("graphemes", "points", "weighted")


@pytest.mark.parametrize(("text", "expected"), WEIGHTS)
def test_x_weighs_as_published(text: str, expected: int) -> None:
    assert weight(text, "weighted") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("👩‍👩‍👧‍👦", 1),
        ("🇩🇪🇫🇷", 2),
        ("e\u0301", 1),
        ("क्षत्रिय", 3),
        ("한국", 2),
        ("\r\n", 1),
        ("1️⃣", 1),
        ("\ud83d", 1),
    ],
)
def test_graphemes_are_what_people_see(text: str, expected: int) -> None:
    assert weight(text, "graphemes") == expected
    assert "".join(graphemes(text)) == text


def test_code_points() -> None:
    assert weight("e\u0301👍🏽", "points") == 4


@pytest.mark.parametrize("count", COUNTS)
@given(text=st.text(max_size=80), room=st.integers(-5, 90))
def test_what_is_cut_fits(count: Count, text: str, room: int) -> None:
    short = cut(text, room, count)
    assert weight(short, count) <= max(room, 0)
    if short != text:
        assert short == "" or (short.endswith(ELLIPSIS) and text.startswith(short.removesuffix(ELLIPSIS)))


@pytest.mark.parametrize("count", COUNTS)
@given(text=st.text(max_size=80))
def test_what_fits_is_left_alone(count: Count, text: str) -> None:
    assert cut(text, weight(text, count), count) == text
