"""Each language's own months, whichever was asked for before."""

from __future__ import annotations

from datetime import date

import pytest
from babel.dates import format_date

from core.locales import locale_of

SHORT = {
    "he": "נוב׳",
    "fa": "نوامبر",
    "en": "Nov",
    "ne": "नोभेम्बर",
    "ur": "نومبر",
    "ff-Adlm": "𞤔𞤮𞤤",
    "vmw": "novembru",
}


@pytest.mark.parametrize("first", SHORT)
def test_a_month_is_in_its_own_language(first: str) -> None:
    locale_of.cache_clear()
    for lang in (first, *SHORT, first):
        assert format_date(date(2026, 11, 23), "LLL", locale=locale_of(lang)) == SHORT[lang]


@pytest.mark.parametrize("lang", ["", "tlh", "x", "a-b-c-d", "../en"])
def test_an_unknown_language_is_english(lang: str) -> None:
    assert str(locale_of(lang)) == "en"
