"""Glyphs as small coverage masks, kept from one picture to the next.

A mask is made without hinting at one of four places within a pixel, so that letters stand where the font wants them:
whole pixels make visibly uneven gaps at 30 px. HarfBuzz's own rasteriser covers pixels exactly as FreeType's does,
and needs no second library (https://harfbuzz.github.io/harfbuzz-hb-raster.html, read 2026-11).
"""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from og.lettering.fonts import EM, Cut
from og.lettering.shaping import BOX, BOX_ADVANCE

if TYPE_CHECKING:
    import uharfbuzz as hb  # type: ignore[import-untyped]

# Two generations of this many bytes are kept at most: a card in one script has some 200 glyphs of 1 KB.
GENERATION_BYTES = 6 * 1024 * 1024
# What a mask costs beside its pixels: Python's and Pillow's own bookkeeping, roughly.
_CELL_BYTES = 400
# Places within a pixel. More are not told apart by eye at 28 px, and each is one more mask.
PLACES = 4
# Fonts are not all harmless: a glyph larger than this many em is not drawn.
LARGEST_GLYPH = 12
# Light letters on dark look thinner than dark ones on light where coverage is blended in sRGB; a shade more of it
# evens them out, as Skia does. With this exponent, lines of 20, 30 and 64 px in white on dark blue have the
# ink that Chromium 156 gives them, within 0.3 %; black on white does without.
LIGHT_EXPONENT = 0.85
_OWN = threading.local()


class Cell(NamedTuple):
    """A glyph's mask (Pillow's core image; None if it has no ink), its size, and its place from the pen (y up)."""

    mask: Any
    width: int
    height: int
    left: int
    up: int


Cells = dict[int, Cell]
_Key = tuple[Cut | None, int, bytes | None]


class Store:
    """Masks by font, size and curve. What two generations did not ask for is forgotten; threads need no lock."""

    def __init__(self, generation: int = GENERATION_BYTES) -> None:
        self.generation = generation
        self.young: dict[_Key, Cells] = {}
        self.old: dict[_Key, Cells] = {}
        self.bytes = 0

    def cells(self, cut: Cut | None, size: int, curve: bytes | None) -> Cells:
        """Return the masks there are of a font at a size; `make` adds to them."""
        return self.young.setdefault((cut, size, curve), {})

    def make(self, key: _Key, cells: Cells, number: int) -> Cell:
        """Return the mask of glyph ``number // PLACES`` at the place ``number % PLACES``, found or made."""
        known = self.old.get(key)
        cell = known.get(number) if known else None
        if cell is None:
            cut, size, curve = key
            cell = _drawn(cut, size, curve, number)
        if self.bytes > self.generation:
            self.old, self.young, self.bytes = self.young, {}, 0
        self.bytes += cell.width * cell.height + _CELL_BYTES
        cells[number] = cell
        return cell


def _drawn(cut: Cut | None, size: int, curve: bytes | None, number: int) -> Cell:
    gid, place = number // PLACES, number % PLACES
    if cut is None or gid == BOX:
        return _box(size, curve)
    raster, scale = _raster(), size / EM
    raster.transform = (scale, 0.0, 0.0, scale, place / PLACES, 0.0)
    raster.draw_glyph(cut.font, gid)
    extents = cut.font.get_glyph_extents(gid)
    if extents is None or max(abs(extents.width), abs(extents.height)) > LARGEST_GLYPH * EM:
        return Cell(None, 0, 0, 0, 0)
    drawn = raster.render()
    if drawn is None or not drawn.extents.width or not drawn.extents.height:
        return Cell(None, 0, 0, 0, 0)
    return _cell(drawn, curve)


def _cell(drawn: hb.RasterImage, curve: bytes | None) -> Cell:
    from PIL import Image

    e = drawn.extents
    data = drawn.buffer.translate(curve) if curve else drawn.buffer
    picture = Image.frombytes("L", (e.width, e.height), data, "raw", "L", e.stride, -1)
    return Cell(picture.im, e.width, e.height, e.x_origin, e.y_origin + e.height)


def _box(size: int, curve: bytes | None) -> Cell:
    """Return the frame that stands for what no font has: as high as a capital, its line a sixteenth of an em."""
    from PIL import Image, ImageDraw

    width, height, line = round(size * BOX_ADVANCE / EM * 0.8), round(size * 0.73), max(1, round(size / 16))
    picture = Image.new("L", (max(width, 3), max(height, 3)))
    ImageDraw.Draw(picture).rounded_rectangle(
        (0, 0, picture.width - 1, picture.height - 1), line * 1.5, None, 255, line
    )
    if curve:
        picture = picture.point(list(curve))
    return Cell(picture.im, picture.width, picture.height, round(size * BOX_ADVANCE / EM * 0.1), picture.height)


def _raster() -> hb.RasterDraw:
    """Return this thread's rasteriser, empty."""
    import uharfbuzz as hb

    raster = getattr(_OWN, "raster", None)
    if raster is None:
        raster = _OWN.raster = hb.RasterDraw()
    raster.clear()
    return raster


@lru_cache(maxsize=64)
def curve(light: bool, alpha: int) -> bytes | None:
    """Return what becomes of each of 256 coverages, or None where they stay."""
    if not light and alpha >= 255:
        return None
    exponent = LIGHT_EXPONENT if light else 1.0
    return bytes(round((i / 255) ** exponent * max(0, min(alpha, 255))) for i in range(256))


@lru_cache(maxsize=1)
def store() -> Store:
    """Return the process's masks."""
    return Store()


class Solids:
    """Pictures of one colour by size: Pillow lays one through a mask twice as fast as it does a bare colour."""

    # A glyph's worth each; what is drawn in one colour and has one of some hundred sizes is found here.
    _MOST_PIXELS = 1_000_000

    def __init__(self) -> None:
        self.known: dict[tuple[str, tuple[int, ...]], dict[int, Any]] = {}
        self.pixels = 0

    def of(self, mode: str, colour: tuple[int, ...]) -> dict[int, Any]:
        """Return the pictures there are of a colour, by ``width << 16 | height``; `make` adds to them."""
        if self.pixels > self._MOST_PIXELS:
            self.known, self.pixels = {}, 0
        return self.known.setdefault((mode, colour), {})

    def make(self, mode: str, colour: tuple[int, ...], known: dict[int, Any], cell: Cell) -> Any:
        """Return a picture (Pillow's core image) of a mask's size."""
        from PIL import Image

        self.pixels += cell.width * cell.height + 100
        solid = known[cell.width << 16 | cell.height] = Image.new(mode, (cell.width, cell.height), colour).im
        return solid


@lru_cache(maxsize=1)
def solids() -> Solids:
    """Return the process's solid pictures."""
    return Solids()
