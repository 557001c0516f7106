"""A card as a query says it, and how much of one anybody may have drawn."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import Invalid
from og.card import Card, canonical, read
from og.card_service.form import UNSIGNED_TEXT, clamped, from_query, to_query


def test_names_with_a_dot_are_of_the_theme() -> None:
    given = [
        ("title", "A"),
        ("theme.accent", "#c00"),
        ("theme.name", "ink"),
        ("theme.nonsense", "x"),
        ("nonsense", "y"),
    ]
    assert from_query(given) == {"title": "A", "theme": {"accent": "#c00", "name": "ink"}}
    assert from_query([("theme", "ink")]) == {"theme": {"name": "ink"}}
    assert from_query([("title", "  "), ("site", "")]) == {}


def test_facts_are_lines() -> None:
    assert from_query([("facts", "One\r\n\r\nTwo"), ("facts", "Three")]) == {"facts": ["One", "Two", "Three"]}


def test_a_card_goes_there_and_back() -> None:
    given = {"title": "A", "facts": ["One", "Two"], "theme": {"accent": "#cc0000"}, "progress": 40, "width": 600}
    made = read(given)[0]
    assert read(from_query(to_query(canonical(made))))[0] == made


def kept(**given: str) -> Card:
    return read(clamped(from_query(given.items()))[0])[0]


@pytest.mark.parametrize(("asked", "side"), [("64", 144), ("144", 144), ("1920", 1920), ("2400", 1920)])
def test_sizes_are_brought_within_bounds(asked: str, side: int) -> None:
    assert kept(title="A", width=asked).width == side


@pytest.mark.parametrize("asked", ["1000000000", "9" * 400, "0", "-5", "1e9", "x"])
def test_sizes_that_cannot_be_are_refused(asked: str) -> None:
    with pytest.raises(Invalid):
        kept(title="A", width=asked)


def test_texts_are_cut_and_pictures_left_out() -> None:
    made, warnings = clamped(from_query([("title", "a" * 1_000_000), ("logo", "https://example.org/a.png")]))
    assert made == {"title": "a" * UNSIGNED_TEXT}
    assert warnings[0].startswith("logo: ")


def test_nothing_of_a_strangers_query_raises_anything_else() -> None:
    odd: list[Any] = [
        ("facts", "\x00\ud800"),
        ("theme.background", "url(x)"),
        ("qr", "\u202e" * 999),
        ("lang", "x" * 99),
    ]
    read(clamped(from_query(odd))[0])
