"""Marks over letters: in their places, whether the font has such places or not, however wide letters are set."""

from __future__ import annotations

import pytest

from og.lettering.shaping import Glyph
from og.text import Style, fit


def glyphs(text: str, tracking: float = 0.0) -> list[Glyph]:
    """The glyphs of a line."""
    block = fit(text, Style((40,), weight=700, tracking=tracking), 900)
    return [glyph for run in block.placed[0].runs for glyph in run.glyphs]


def ink(text: str, tracking: float = 0.0) -> list[tuple[float, float, float, float]]:
    """Left, right, foot and top of the ink of each glyph of a line, in EM units."""
    block = fit(text, Style((40,), weight=700, tracking=tracking), 900)
    pen, found = 0, []
    for run in block.placed[0].runs:
        assert run.cut is not None
        for glyph in run.glyphs:
            box = run.cut.font.get_glyph_extents(glyph.gid)
            left, top = pen + glyph.x + box.x_bearing, glyph.y + box.y_bearing
            found.append((left, left + box.width, top + box.height, top))
            pen += glyph.advance
    return found


@pytest.mark.parametrize(
    "text", ["а\u0301", "я\u0308", "σ\u0302", "μ\u0303", "ɔ\u0300", "Щ\u0302", "Α\u0302", "a\u0323\u0303"]
)
def test_a_mark_stands_over_its_letter(text: str) -> None:
    (left, right, foot, top), *marks = ink(text)
    for number, mark in enumerate(marks):
        assert left - 900 < (mark[0] + mark[1]) / 2 < right + 900
        assert abs((mark[0] + mark[1]) / 2 - (left + right) / 2) < 0.2 * (right - left)
        below = (left, right, foot, top) if not number else marks[number - 1]
        assert mark[2] >= below[3] or mark[3] <= foot


def test_marks_upon_marks_do_not_touch() -> None:
    letter, first, second = ink("σ\u0308\u0301")
    assert second[2] > first[3] > first[2] > letter[3]


@pytest.mark.parametrize("text", ["x\u0304", "ш\u0301"])
def test_spacing_moves_no_mark(text: str) -> None:
    def apart(tracking: float) -> float:
        letter, mark = ink(text, tracking)
        return mark[0] - letter[0]

    assert apart(-0.03) == apart(0) == apart(0.2)


def test_the_space_after_a_borrowed_sign_is_the_texts_own() -> None:
    """⊂ is in the font for code, whose spaces are as wide as its letters."""
    spaces = [glyphs(text)[1].advance for text in ("α a", "⊂ a")]
    assert spaces[0] == spaces[1]
