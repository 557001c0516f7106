"""Bytes: rows that are kept and rows that are new make one picture, and it keeps to a number of bytes."""

from __future__ import annotations

import random
import zlib
from itertools import pairwise
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageDraw

from og.draw import draw
from og.drawing import jpeg, png
from og.drawing.layer import Band, Kept, Layer, Sheet, merged
from og.drawing.paint import gradient
from tests.og.pictures import opened, photo

GROUNDS = {
    "flat": (Image.new("RGB", (300, 200), (251, 250, 247)), False),
    "gradient": (gradient((300, 200), (15, 23, 42), (30, 58, 138)), False),
    "photo": (photo(300, 200), True),
    "odd": (gradient((301, 203), (250, 10, 20), (3, 200, 100)), True),
}
BANDS: dict[str, list[Band]] = {
    "none": [],
    "one": [(50, 80)],
    "two": [(10, 30), (120, 180)],
    "first and last rows": [(0, 5), (190, 203)],
    "all": [(0, 203)],
    "beyond": [(-20, 12), (150, 900)],
    "one row": [(77, 78)],
}


def painted(ground: str, bands: str) -> Sheet:
    image, rich = GROUNDS[ground]
    sheet = Sheet(Layer(image.copy(), rich=rich), BANDS[bands])
    draw_on = ImageDraw.Draw(sheet.image)
    for top, bottom in merged(BANDS[bands], image.height):
        draw_on.ellipse((20, top - sheet.top, 250, bottom - 1 - sheet.top), fill=(200, 50, 27))
    return sheet


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("bands", BANDS)
def test_a_png_of_kept_and_new_rows_is_the_picture(ground: str, bands: str) -> None:
    sheet = painted(ground, bands)
    for _ in range(2):  # the second time from kept rows
        assert ImageChops.difference(opened(sheet.png()), sheet.whole()).getbbox() is None


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("bands", BANDS)
def test_a_jpeg_of_kept_and_new_rows_is_the_one_made_at_once(ground: str, bands: str) -> None:
    sheet = painted(ground, bands)
    for _ in range(2):
        assert sheet.jpeg() == jpeg.joined(jpeg.encoded(sheet.whole()))
    assert opened(sheet.jpeg()).size == sheet.size


@pytest.mark.parametrize("bands", BANDS)
def test_coloured_words_keep_their_colour_in_a_jpeg(bands: str) -> None:
    image, _ = GROUNDS["odd"]
    sheet = Sheet(Layer(image, rich=False, vivid=True), BANDS[bands])
    assert sheet.jpeg() == jpeg.joined(jpeg.encoded(sheet.whole(), vivid=True))


def reds(kind: str) -> int:
    """How many dots of a card are as red as its words are meant to be."""
    dots: Any = opened(draw({"layout": "event", "title": "A", "date": "Soon", "format": kind}).data).convert("RGB")
    return sum(abs(r - 200) + abs(g - 50) + abs(b - 27) < 40 for r, g, b in dots.get_flattened_data())


def test_red_words_are_as_red_in_a_jpeg() -> None:
    assert reds("jpg") > 0.8 * reds("png") > 100


def test_without_zlib_ng_the_picture_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(png, "deflate", lambda: zlib)
    sheet = painted("photo", "two")
    assert ImageChops.difference(opened(sheet.png()), sheet.whole()).getbbox() is None


def test_checksums_of_pieces_are_those_of_the_whole() -> None:
    data = random.Random(5).randbytes(300_000)
    adler = 1
    for start, end in pairwise((0, 1, 1, 70_000, 300_000)):
        adler = png.combined(adler, zlib.adler32(data[start:end]), end - start)
    assert adler == zlib.adler32(data)


def test_bands_are_put_in_order_and_joined() -> None:
    assert merged([(50, 60), (-5, 10), (62, 70), (5, 12), (300, 310), (90, 90)], 200) == [(0, 12), (50, 70)]


def test_what_is_kept_is_bounded() -> None:
    kept: Kept[bytes] = Kept(100, len)
    for number in range(10):
        kept.put(number, b"x" * 30)
    assert [number for number in range(10) if kept.get(number)] == [7, 8, 9]
    assert kept.put("large", b"x" * 101) == b"x" * 101
    assert kept.get("large") is None


CARD = {"title": "A title of some length", "description": "Words " * 20, "theme": "midnight"}


def test_max_bytes_makes_a_smaller_picture_and_says_so() -> None:
    usual = draw(CARD)
    assert usual.type == "image/png"
    assert draw({**CARD, "max_bytes": len(usual.data)}).data == usual.data
    lossy = draw({**CARD, "max_bytes": len(usual.data) - 1})
    assert lossy.type == "image/jpeg"
    assert len(lossy.data) < len(usual.data)
    assert "image/jpeg" in lossy.warnings[0]


@pytest.mark.parametrize("kind", ["png", "jpg", "webp"])
@pytest.mark.parametrize("most", [20_000, 8_000])
def test_max_bytes_is_kept(kind: str, most: int) -> None:
    made = draw({**CARD, "format": kind, "max_bytes": most})
    assert len(made.data) <= most
    assert opened(made.data).size == (made.width, made.height)


def test_what_cannot_be_that_small_is_the_smallest_and_said() -> None:
    made = draw({**CARD, "title": "Many words " * 50, "width": 2400, "height": 1600, "max_bytes": 2_000})
    assert made.width < 2400
    assert any("smallest" in warning for warning in made.warnings)


@pytest.mark.parametrize(("asked", "kind"), [("png", "PNG"), ("jpeg", "JPEG"), ("webp", "WEBP"), ("JPG", "JPEG")])
def test_the_formats(asked: str, kind: str) -> None:
    made: Any = opened(draw({**CARD, "format": asked}).data)
    assert (made.format, made.size) == (kind, (1200, 630))


@pytest.mark.parametrize("kind", ["png", "jpg", "webp"])
def test_the_same_card_gives_the_same_bytes(kind: str) -> None:
    """Whatever was kept of it before: its own first drawing, its site's layer, its encoded rows."""
    card = {**CARD, "site": "Same", "format": kind, "author": "Ada"}
    first = draw(card).data
    draw({**card, "title": "Another"})
    assert {draw(card).data for _ in range(3)} == {first}
