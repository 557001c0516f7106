"""What a designer would not let pass: figures cut off, words that run together, lines that begin with a dash."""

from __future__ import annotations

from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from og.card import read
from og.draw import draw
from og.drawing import backdrop
from og.drawing.parts import Part
from og.drawing.place import placed
from og.drawing.scene import Scene
from og.drawing.values import values
from og.layouts import built_in
from og.layouts.schema import Code, Progress, Text
from og.text import Style, fit


def parts(**card: Any) -> list[Part]:
    """The placed parts of a card that are painted."""
    made, _ = read(card)
    layout, warnings = built_in()[made.layout], list[str]()
    return placed(Scene(made, layout, backdrop.colours_of(made, layout, warnings), {}, warnings))


def words(**card: Any) -> dict[str, Part]:
    """The texts of a card by what they say."""
    return {" ".join(p.content.lines): p for p in parts(**card) if isinstance(p.node, Text)}


WIDE = {
    "Chinese": "人人生而自由，在尊严和权利上一律平等。他们赋有理性和良心，并应以兄弟关系的精神相对待。",
    "Japanese in a comment": 'print("こんにちは世界")  # 世界中の皆さんに、朝の挨拶をしましょう。終わり',
    "emoji": "🎉" * 60,
    "a ligature as wide as a line": "﷽ = 5 # ﷽﷽﷽",
    "Latin": "x = " + "W" * 100,
}


@pytest.mark.parametrize("kind", WIDE)
@pytest.mark.parametrize("size", [(1200, 630), (64, 64), (600, 1000)])
def test_program_text_stays_in_its_window(kind: str, size: tuple[int, int]) -> None:
    (code,) = (
        p for p in parts(layout="code", title=WIDE[kind], width=size[0], height=size[1]) if isinstance(p.node, Code)
    )
    grid = code.content
    ends = [(piece.column * grid.advance, piece.column * grid.advance + piece.block.width) for piece in grid.pieces]
    assert max(end for _, end in ends) <= code.width + grid.advance
    assert all(after >= end - grid.advance for (_, end), (after, _) in pairwise(ends))


def test_a_sentence_with_a_slash_is_no_repositorys_name() -> None:
    def named(title: str) -> tuple[str, str]:
        found = values(read({"layout": "repo", "title": title})[0])
        return found.get("owner", ""), found["name"]

    assert named("Tom and/or Jerry, a <b>love</b> story") == ("", "Tom and/or Jerry, a <b>love</b> story")
    assert named("https://example.org/a") == ("", "https://example.org/a")
    assert named("handbill/handbill") == ("handbill", "handbill")
    assert named("group.name / sub/project") == ("group.name", "sub/project")


@pytest.mark.parametrize("layout", ["statistic", "product"])
@pytest.mark.parametrize("size", [(240, 400), (1200, 630), (300, 157)])
def test_a_figure_is_never_cut(layout: str, size: tuple[int, int]) -> None:
    shown = words(layout=layout, value="€1.234.567,89", title="Turnover", width=size[0], height=size[1])
    assert "€1.234.567,89" in shown


@pytest.mark.parametrize("layout", ["repo", "article", "post", "event", "statistic"])
def test_what_stands_in_one_row_does_not_run_together(layout: str) -> None:
    facts = ["12.3k stars", "4.8 of 5", "MIT", "Größe XL", "a fifth", "a sixth"]
    for width in range(400, 1200, 80):
        shown = words(
            layout=layout, title="T", site="Thursday notes from the river", facts=facts, author="Ada", width=width
        )
        rows: dict[int, list[Part]] = {}
        for part in shown.values():
            rows.setdefault(part.y + part.content.baseline, []).append(part)
        for row in rows.values():
            row.sort(key=lambda p: p.x)
            assert all(b.x - a.x - a.width >= 6 for a, b in pairwise(row)), width
        assert not [said for said in shown if said.strip(" …") == ""]


def test_a_bar_does_not_touch_the_words_under_it() -> None:
    found = parts(layout="repo", title="a/b", facts=["12 stars"], progress=40)
    (bar,) = (p for p in found if isinstance(p.node, Progress))
    (facts,) = (p for p in found if isinstance(p.node, Text) and p.content.lines == ("12 stars",))
    assert facts.y + facts.content.cap_top - bar.y - bar.height >= 12


@pytest.mark.parametrize("dash", "-–—")
def test_a_line_may_end_with_a_dash_and_does_not_begin_with_one(dash: str) -> None:
    text = f"Mapuche, Hiri Motu, Kalenjin {dash} Australia"
    for width in range(200, 900, 20):
        lines = fit(text, Style((40,), balance=True), width).lines
        assert not [line for line in lines if line.startswith(dash)], width
    assert fit("– one\n– two", Style((40,)), 900).lines == ("– one", "– two")


def test_a_letter_wider_than_the_line_is_drawn_smaller() -> None:
    block = fit("﷽", Style((60, 50)), 150)
    assert block.placed[0].width * block.size <= 151 * 16384
    assert block.size < 50


def test_dates_are_in_the_cards_language_whatever_was_drawn_before() -> None:
    shown = {lang: values(read({"layout": "event", "title": "T", "date": "2026-11-23", "lang": lang})[0])["month"]
             for lang in ("he", "ar", "fa", "en", "ne")}  # fmt: skip
    assert shown == {"he": "נוב׳", "ar": "نوفمبر", "fa": "نوامبر", "en": "Nov", "ne": "नोभेम्बर"}


def test_what_can_be_seen_through_shows_the_ground(tmp_path: Path) -> None:
    """Not what happens to be stored where a picture is transparent: white there, and an edge torn by resizing."""
    picture = Image.new("RGBA", (600, 315), (255, 255, 255, 0))
    ImageDraw.Draw(picture).rectangle((0, 0, 99, 314), (0, 90, 0, 255))
    picture.save(tmp_path / "p.png")
    made = draw({"layout": "photo", "background": str(tmp_path / "p.png"), "title": "T",
                 "theme": {"background": "#102040"}}, local=True)  # fmt: skip
    image = Image.open(BytesIO(made.data)).convert("RGB")
    assert image.getpixel((1150, 300)) == (0x10, 0x20, 0x40)
