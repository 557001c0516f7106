"""Drawn text as layouts use it: cases in data/text_cases.json, and what must hold for any string."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from og.lettering.glyphs import GENERATION_BYTES, Store, store
from og.text import Block, Style, fit, paint, use_fonts

CASES = json.loads((Path(__file__).parent / "data" / "text_cases.json").read_text("utf-8"))
WHITE = (255, 255, 255)
# Letters of every kind that the engine treats apart, and what hostile strings are made of.
KINDS = (
    "abc DEF ,.-/()[]“”«»…—\u00ad\u200b\n\t", "سلام ١٢٣", "שלום נִקּוּד", "ไทยน้ำที่", "हिन्दी क्षत्रिय", "漢字カナー。、「」",
    "한국어", "👨\u200d👩🏽💻🇩🇪1\ufe0f\u20e3", "\u2066\u2067\u2068\u2069\u202e\u202c\u200e\u200f",
    "\u200d\u200c\ud800\udc00\x00\x07\x1b",
    "\u0301\u0302\u0327\u05b0\u064b\u0e31", "𓂀\ue000\U000e0fff\uffff",
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=60), st.text(st.sampled_from("".join(KINDS)), max_size=120))
STYLES = st.builds(
    Style,
    sizes=st.sampled_from([(72, 56, 40), (30,), (14,), (120,)]),
    weight=st.sampled_from([400, 700]),
    family=st.sampled_from(["sans", "display", "mono"]),
    leading=st.sampled_from([1.0, 1.2, 1.4]),
    tracking=st.sampled_from([0.0, -0.02, 0.1]),
    lines=st.integers(0, 3),
    align=st.sampled_from(["start", "center", "end"]),
    balance=st.booleans(),
    lang=st.sampled_from(["", "ja", "ar", "en"]),
    direction=st.sampled_from(["auto", "ltr", "rtl"]),
)


@pytest.fixture(autouse=True)
def bundled_fonts_only() -> Iterator[None]:
    """What a machine has installed is left aside."""
    use_fonts([], standard=False)
    yield
    use_fonts([])


def painted(block: Block, width: int, colour: tuple[int, int, int] = WHITE, mode: str = "RGB") -> Image.Image:
    """A block on black, 50 px from the left and 100 px from the top."""
    image = Image.new(mode, (width + 100, max(200, block.height + 200)))
    paint(image, block, 50, 100, width, colour)
    return image


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_text_is_fitted(case: dict[str, Any]) -> None:
    style = Style(**{**case["style"], "sizes": tuple(case["style"]["sizes"])})
    block = fit(case["text"], style, case["width"], case.get("height", 0))
    assert list(block.lines) == case["lines"]
    assert block.size == case["size"]
    assert (block.rtl, block.clamped) == (case.get("rtl", False), case.get("clamped", False))
    assert list(block.warnings) == case.get("warnings", [])
    assert block.width <= case["width"]
    assert not case.get("height") or block.height <= case["height"]


@given(text=TEXTS, style=STYLES, box=st.sampled_from([(1000, 260), (300, 0), (40, 0), (1, 1), (500, 50)]))
@example("a" * 5000, Style((72, 40), balance=True), (1000, 260))
@example("a" + "\u0301" * 400, Style((72,)), (1000, 0))
@example("\u200b" * 5000, Style((72,)), (1000, 0))
@example("\u2067" * 3000 + "א", Style((30,)), (1000, 100))
@example("(" * 1500 + "א" + ")" * 1500, Style((30,)), (1000, 100))
@example("👨\u200d" * 2000, Style((30,)), (1000, 100))
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_stays_in_its_box(text: str, style: Style, box: tuple[int, int]) -> None:
    width, height = box
    block = fit(text, style, width, height)
    assert not style.lines or len(block.lines) <= style.lines
    assert len(block.lines) <= 2_001
    ink = painted(block, width).getbbox() if block.height < 4000 else None
    if ink:
        assert 50 <= ink[0] <= ink[2] <= 50 + width
        assert 100 - block.size <= ink[1] <= ink[3] <= 100 + block.height + block.size


@pytest.mark.parametrize(("align", "rtl"), [("start", False), ("end", False), ("start", True), ("end", True)])
def test_ink_stands_at_the_edge(align: str, rtl: bool) -> None:
    text = "שלום עולם" if rtl else "Hello"
    block = fit(text, Style((72,), align=align), 800)  # type: ignore[arg-type]
    ink = painted(block, 800).getbbox()
    assert ink is not None
    left = (align == "end") == rtl
    assert abs((ink[0] - 50) if left else (850 - ink[2])) <= 1
    assert ink[2] - ink[0] < 400


def test_a_centred_line_has_as_much_on_either_side() -> None:
    ink = painted(fit("Hello", Style((72,), align="center"), 800), 800).getbbox()
    assert ink is not None
    assert abs((ink[0] - 50) - (850 - ink[2])) <= 1


def test_capitals_stand_between_their_marks() -> None:
    block = fit("HEH", Style((80,)), 800)
    ink = painted(block, 800).getbbox()
    assert ink is not None
    assert abs(ink[1] - 100 - block.cap_top) <= 1
    assert abs(ink[3] - 100 - block.baseline) <= 1
    assert block.baseline == block.last_baseline < block.height


def test_code_keeps_its_columns() -> None:
    block = fit("ill\nWWW", Style((40,), family="mono"), 800)
    assert len({line.width for line in block.placed}) == 1
    assert not block.optical


def test_letters_stand_between_pixels() -> None:
    """Whole pixels would give the same picture to all of them."""
    image = painted(fit("l" * 12, Style((30,)), 400), 400)
    columns = {image.crop((x, 100, x + 1, 150)).tobytes() for x in range(50, 200)}
    assert len(columns) > 6


def test_tracking_and_kerning_change_the_width() -> None:
    wide, narrow = (fit("AVAVAV", Style((60,), tracking=t), 900).width for t in (0.1, -0.05))
    assert wide - narrow == pytest.approx(60 * 5 * 0.15, abs=2)
    single = sum(fit(letter, Style((60,)), 900).width for letter in "AVAVAV")
    assert fit("AVAVAV", Style((60,)), 900).width < single - 10


def test_tracking_does_not_tear_arabic() -> None:
    assert fit("سلام", Style((60,), tracking=0.2), 900).width == fit("سلام", Style((60,)), 900).width


def test_weights_and_cuts_differ() -> None:
    pictures = {
        painted(fit("Handbill", Style((40,), weight=weight, family=family), 400), 400).tobytes()  # type: ignore[arg-type]
        for weight, family in ((400, "sans"), (700, "sans"), (400, "mono"), (700, "mono"))
    }
    assert len(pictures) == 4
    small = Style((20,))
    assert fit("Handbill " * 3, small, 900).width != fit("Handbill " * 3, Style((20,), family="display"), 900).width


def test_light_letters_on_dark_are_a_shade_fuller() -> None:
    block = fit("Handbill", Style((30,)), 400)
    light = painted(block, 400, WHITE).convert("L")
    dark = Image.new("L", light.size, 255)
    image = Image.new("RGB", light.size, WHITE)
    paint(image, block, 50, 100, 400, (0, 0, 0))
    dark = image.convert("L")
    assert sum(light.tobytes()) > sum(255 - value for value in dark.tobytes()) * 1.01


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_what_can_be_seen_through_is_fainter(mode: str) -> None:
    block = fit("Handbill", Style((60,)), 400)
    sums = []
    for alpha in (255, 128, 0):
        image = Image.new(mode, (500, 300), "black")
        paint(image, block, 50, 100, 400, WHITE, alpha)
        sums.append(sum(image.convert("L").tobytes()))
    assert sums[0] * 0.45 < sums[1] < sums[0] * 0.55
    assert sums[2] == 0


def test_the_same_text_is_the_same_picture_in_many_threads() -> None:
    texts = [f"Card {number} سلام ไทย हिन्दी" for number in range(8)]
    style = Style((40, 30), weight=600, balance=True)
    expected = [painted(fit(text, style, 400), 400).tobytes() for text in texts]
    wrong: list[str] = []

    def work() -> None:
        for text, picture in zip(texts, expected, strict=True):
            if painted(fit(text, style, 400), 400).tobytes() != picture:
                wrong.append(text)

    store.cache_clear()  # the threads make the masks anew, at the same time
    threads = [threading.Thread(target=work) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_masks_are_bounded_in_bytes() -> None:
    small = Store(generation=20_000)
    block = fit("abcdefghijklmnopqrstuvwxyz", Style((60,)), 2000)
    cut = block.placed[0].runs[0].cut
    for size in range(20, 120, 5):
        cells = small.cells(cut, size, None)
        for glyph in block.placed[0].runs[0].glyphs:
            small.make((cut, size, None), cells, glyph.gid * 4)
            cells = small.cells(cut, size, None)
    kept = [cell for half in (small.young, small.old) for cells in half.values() for cell in cells.values()]
    assert sum(cell.width * cell.height for cell in kept) < 3 * 20_000
    assert GENERATION_BYTES <= 16 * 1024 * 1024
