"""Glyphs that are pictures: bitmaps (CBDT, sbix) scaled, layers of colour (COLR) painted."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

from og.lettering.fonts import EM, Cut

if TYPE_CHECKING:
    from PIL import Image

# 90 x 85 px in RGBA are 30 KB at a title's size.
_MOST_KEPT = 96
# Fonts are not all harmless: no bitmap larger than this is decoded (Noto's are 136 x 128, Apple's 160 x 160).
_LARGEST_BITMAP = 1024 * 1024


class Sprite(NamedTuple):
    """A picture, and its place from the pen in px (y up)."""

    picture: Image.Image
    left: int
    up: int


@lru_cache(maxsize=_MOST_KEPT)
def sprite(cut: Cut, size: int, gid: int) -> Sprite | None:
    """Return a glyph's picture at a size in px, or None if it has none."""
    extents = cut.font.get_glyph_extents(gid)
    if extents is None or not extents.width or not extents.height:
        return None
    scale = size / EM
    left, up = round(extents.x_bearing * scale), round(extents.y_bearing * scale)
    box = (max(1, round(extents.width * scale)), max(1, round(-extents.height * scale)))
    if max(box) > size * 4:
        return None
    data = cut.font.get_glyph_color_png(gid).data
    picture = _bitmap(data, box) if data else _painted(cut, gid, scale, (left, up, *box))
    return Sprite(picture, left, up) if picture else None


def _bitmap(data: bytes, box: tuple[int, int]) -> Image.Image | None:
    from PIL import Image

    try:
        with Image.open(BytesIO(data), formats=("PNG",)) as stored:
            if stored.width * stored.height > _LARGEST_BITMAP:
                return None
            return stored.convert("RGBA").resize(box, Image.Resampling.LANCZOS)
    except (OSError, ValueError, SyntaxError):  # what Pillow raises for a broken PNG
        return None


def _painted(cut: Cut, gid: int, scale: float, box: tuple[int, int, int, int]) -> Image.Image | None:
    import uharfbuzz as hb  # type: ignore[import-untyped]
    from PIL import Image

    left, up, width, height = box
    paint = hb.RasterPaint()
    paint.transform = (scale, 0.0, 0.0, scale, 0.0, 0.0)
    paint.extents = hb.RasterExtents(left, up - height, width, height, 0)
    if not paint.paint_glyph_or_fail(cut.font, gid):
        return None
    drawn = paint.render()
    if drawn is None:
        return None
    e = drawn.extents
    return Image.frombytes("RGBa", (e.width, e.height), drawn.buffer, "raw", "BGRa", e.stride, -1).convert("RGBA")
