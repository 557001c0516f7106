"""A card is read from JSON: what cannot be drawn is an error with its field, what is odd is put right and said."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from og.card import ALT, PATTERNS, Card, Theme, alt, canonical, read
from og.drawing.colours import THEMES, contrast, parsed, readable

WRONG: dict[str, tuple[Any, str, str]] = {
    "no object": ([], "invalid", ""),
    "layout": ({"layout": "artcle"}, "unknown_layout", "layout"),
    "layout of a wrong kind": ({"layout": ["article"]}, "unknown_layout", "layout"),
    "a path for a layout": ({"layout": "../../etc/passwd"}, "unknown_layout", "layout"),
    "format": ({"format": "avif"}, "unknown_format", "format"),
    "format of a wrong kind": ({"format": {}}, "unknown_format", "format"),
    "huge": ({"width": 10**9, "height": 10**9}, "impossible_size", "width"),
    "beyond floats": ({"width": 10**400}, "impossible_size", "width"),
    "negative": ({"width": 1200, "height": -5}, "impossible_size", "height"),
    "nothing": ({"width": 0}, "impossible_size", "width"),
    "half a pixel": ({"width": 640.5}, "impossible_size", "width"),
    "no number": ({"width": float("nan")}, "impossible_size", "width"),
    "true": ({"height": True}, "impossible_size", "height"),
    "words": ({"height": "tall"}, "impossible_size", "height"),
    "too many pixels": ({"width": 2400, "height": 2400}, "impossible_size", "width"),
    "size": ({"size": "huge"}, "impossible_size", "size"),
    "title": ({"title": ["a"]}, "invalid", "title"),
    "facts": ({"facts": {"a": 1}}, "invalid", "facts"),
    "a fact": ({"facts": [{}]}, "invalid", "facts"),
    "progress": ({"progress": "half"}, "invalid", "progress"),
    "theme": ({"theme": 5}, "invalid", "theme"),
    "avatar": ({"avatar": 5}, "invalid", "avatar"),
    "max_bytes": ({"max_bytes": -1}, "invalid", "max_bytes"),
    "too few bytes": ({"max_bytes": 10}, "invalid", "max_bytes"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_drawn_is_an_error(name: str) -> None:
    data, code, field = WRONG[name]
    with pytest.raises(Invalid) as caught:
        read(data)
    assert (caught.value.code, caught.value.field) == (code, field)


def test_a_misspelt_layout_gets_a_suggestion() -> None:
    with pytest.raises(Invalid, match="did you mean 'article'"):
        read({"layout": "artcle"})


@pytest.mark.parametrize("absent", [None, "", "  \n "])
def test_an_absent_field_is_no_field(absent: Any) -> None:
    names = ("lang", "site", "title", "description", "author", "badge", "date", "value")
    data: dict[str, Any] = dict.fromkeys(names, absent if absent != "  \n " else None)
    data |= {"title": absent, "theme": None, "avatar": None, "facts": None, "progress": None, "max_bytes": None}
    assert read(data) == (Card(), ())


ODD: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "a number": ({"title": 42}, {"title": "42"}, ""),
    "jpeg": ({"format": "JPEG"}, {"format": "jpg"}, ""),
    "digits": ({"width": "600", "height": 600.0}, {"width": 600, "height": 600}, ""),
    "a named size": ({"size": "story"}, {"width": 1080, "height": 1920}, ""),
    "half a character": ({"title": "Broken \ud83d half"}, {"title": "Broken \ufffd half"}, ""),
    "two halves": ({"title": "\ud83d\ude80"}, {"title": "🚀"}, ""),
    "decomposed": ({"title": "e\u0301"}, {"title": "é"}, ""),
    "controls": ({"title": "a\x00b\x1b[31m \u202ec\u202c"}, {"title": "ab[31m c"}, ""),
    "spaces": ({"title": "  a \n\t b\u2003c  "}, {"title": "a b c"}, ""),
    "long": ({"title": "x" * 3000}, {"title": "x" * 2000}, "title was cut"),
    "a megabyte": ({"title": "word " * 200_000}, {"title": ("word " * 400).rstrip()}, "title was cut"),
    "marks": ({"title": "a" + "\u0316" * 400}, {"title": "a" + "\u0316" * 4}, ""),
    "one fact": ({"facts": "MIT"}, {"facts": ("MIT",)}, ""),
    "many facts": ({"facts": list("abcdefgh")}, {"facts": tuple("abcdef")}, "first 6"),
    "percent": ({"progress": "45%"}, {"progress": 45.0}, ""),
    "far": ({"progress": 250}, {"progress": 100.0}, "0 to 100"),
    "an image object": ({"avatar": {"url": "https://a.example/b"}}, {"avatar": "https://a.example/b"}, ""),
    "an address with a line feed": ({"avatar": "https://a.example/\nb"}, {}, "no address"),
    "an endless address": ({"avatar": "https://a.example/" + "b" * 5000}, {}, "no address"),
    "lang": ({"lang": "klingon!"}, {}, "lang"),
    "lang with a line": ({"lang": "pt_BR"}, {"lang": "pt-BR"}, ""),
    "a named theme": ({"theme": "midnight"}, {"theme": Theme(name="midnight")}, ""),
    "no such theme": ({"theme": "neon"}, {}, "theme.name"),
    "a colour": ({"theme": {"accent": "rebeccapurple"}}, {"theme": Theme(accent="#663399")}, ""),
    "no colour": ({"theme": {"background": "red;}"}}, {}, "theme.background"),
    "half a colour": ({"theme": {"color": "#12"}}, {}, "theme.color"),
    "a colour of a wrong kind": ({"theme": {"color": 5}}, {}, "theme.color"),
    "a pattern": ({"theme": {"pattern": "Dots"}}, {"theme": Theme(pattern="dots")}, ""),
    "a stray name": ({"titel": "a"}, {}, "did you mean 'title'"),
}


@pytest.mark.parametrize("name", ODD)
def test_what_is_odd_is_put_right_and_said(name: str) -> None:
    data, wanted, warning = ODD[name]
    card, warnings = read(data)
    assert card == Card(**wanted)
    assert len(warnings) == bool(warning)
    assert all(warning in told for told in warnings)


def test_code_keeps_its_lines() -> None:
    assert read({"layout": "code", "title": "a\r\n\tb\n"})[0].title == "a\n\tb"
    assert read({"title": "a\r\n\tb\n"})[0].title == "a b"


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "layout": st.sampled_from(["article", "code", "post"]),
            "title": st.text(max_size=60),
            "site": st.text(max_size=20),
            "facts": st.lists(st.text(max_size=10), max_size=4),
            "progress": st.floats(0, 100),
            "width": st.integers(64, 1000),
            "format": st.sampled_from(["png", "jpg", "jpeg", "webp"]),
            "theme": st.sampled_from([None, *THEMES, *({"pattern": p, "accent": "#f00"} for p in PATTERNS)]),
        },
    )
)
def test_a_card_survives_its_canonical_form(data: dict[str, Any]) -> None:
    card, _ = read(data)
    again, warnings = read(canonical(card))
    assert (again, warnings) == (card, ())


def test_the_canonical_form_is_short() -> None:
    assert canonical(read({"title": "A", "format": "png", "width": 1200, "theme": {}})[0]) == {"title": "A"}


ALTS = [
    ({"title": "A", "description": "B"}, "A. B"),
    ({"title": "A?", "description": "B"}, "A? B"),
    ({"layout": "quote", "title": "A", "author": "C"}, "“A” — C"),
    ({"layout": "statistic", "value": "5", "title": "A"}, "5: A"),
    ({"site": "S"}, "S"),
    ({}, "Preview picture"),
]


@pytest.mark.parametrize(("data", "wanted"), ALTS)
def test_words_for_who_cannot_see_it(data: dict[str, Any], wanted: str) -> None:
    assert alt(read(data)[0]) == wanted


def test_they_are_no_longer_than_platforms_take() -> None:
    assert len(alt(read({"title": "word " * 300})[0])) <= ALT


COLOURS = {
    "#f00": (255, 0, 0), "F00": (255, 0, 0), "#ff000080": (255, 0, 0), "#f008": (255, 0, 0), "Red": (255, 0, 0),
    "rgb(255, 0, 0)": (255, 0, 0), "rgb(255 0 0 / 50%)": (255, 0, 0), "rgba(100%,0%,0%,.5)": (255, 0, 0),
    "rgb(300,-4,0)": (255, 0, 0), "hsl(0 100% 50%)": (255, 0, 0), "hsl(1turn, 100%, 50%)": (255, 0, 0),
    "hsl(-240deg 100% 25%)": (0, 128, 0),
}  # fmt: skip
NO_COLOURS = (
    "", "#12", "#12345", "red;}", "url(x)", "transparent", "currentcolor", "rgb(1,2)", "rgb(a,b,c)", "rgb(1,2,3",
    "hsl()", "none", "rgb(" + "1" * 500 + ",2,3)", "x" * 10_000,
)  # fmt: skip


@pytest.mark.parametrize("written", COLOURS)
def test_colours_as_people_write_them(written: str) -> None:
    assert parsed(written) == COLOURS[written]


@pytest.mark.parametrize("written", NO_COLOURS)
def test_what_is_no_colour_is_none(written: str) -> None:
    assert parsed(written) is None


_PART = st.integers(0, 255)
_COLOUR = st.tuples(_PART, _PART, _PART)


@given(_COLOUR, _COLOUR)
def test_every_colour_can_be_made_readable(colour: tuple[int, int, int], ground: tuple[int, int, int]) -> None:
    assert contrast(readable(colour, (ground,)), ground) >= 4.5
