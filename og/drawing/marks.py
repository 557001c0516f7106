"""Small drawn signs of layouts, bars of progress and QR codes, as masks to be filled with a colour."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from og.drawing.paint import SMOOTH

if TYPE_CHECKING:
    from PIL import Image, ImageDraw

# Light modules around a QR code (ISO/IEC 18004 §9.1).
QUIET = 4
# Pixels of a module: what a camera still tells apart when the card is shown at half its size.
SMALLEST = 2


@lru_cache(maxsize=64)
def mark(name: str, size: int) -> Image.Image:
    """Return a sign's mask, ``size`` pixels on each side."""
    from PIL import Image, ImageDraw

    large = size * SMOOTH
    mask = Image.new("L", (large, large))
    _MARKS[name](ImageDraw.Draw(mask), large / 100)
    return mask.reduce(SMOOTH)


def _quote(draw: ImageDraw.ImageDraw, s: float) -> None:
    """Two commas turned round: “."""
    for left in (4, 54):
        draw.ellipse((left * s, 44 * s, (left + 42) * s, 86 * s), fill=255)
        tail = ((left, 65), (left, 52), (left + 30, 14), (left + 38, 22), (left + 24, 48))
        draw.polygon([(x * s, y * s) for x, y in tail], fill=255)


def _play(draw: ImageDraw.ImageDraw, s: float) -> None:
    draw.ellipse((0, 0, 100 * s - 1, 100 * s - 1), fill=255)
    draw.polygon([(39 * s, 29 * s), (39 * s, 71 * s), (74 * s, 50 * s)], fill=0)


def _dots(draw: ImageDraw.ImageDraw, s: float) -> None:
    for left in (0, 38, 76):
        draw.ellipse((left * s, 38 * s, (left + 24) * s, 62 * s), fill=255)


def _calendar(draw: ImageDraw.ImageDraw, s: float) -> None:
    draw.rounded_rectangle((6 * s, 14 * s, 94 * s, 94 * s), 12 * s, outline=255, width=round(8 * s))
    draw.rectangle((6 * s, 26 * s, 94 * s, 40 * s), fill=255)
    for left in (26, 66):
        draw.rounded_rectangle((left * s, 2 * s, (left + 8) * s, 22 * s), 4 * s, fill=255)


def _branch(draw: ImageDraw.ImageDraw, s: float) -> None:
    """Two lines of work that part: three rings joined."""
    draw.line((28 * s, 24 * s, 28 * s, 76 * s), fill=255, width=round(8 * s))
    draw.arc((28 * s, 20 * s, 76 * s, 80 * s), 0, 90, fill=255, width=round(8 * s))
    draw.line((28 * s, 76 * s, 52 * s, 76 * s), fill=255, width=round(8 * s))
    for x, y in ((28, 18), (28, 82), (72, 30)):
        draw.ellipse(((x - 14) * s, (y - 14) * s, (x + 14) * s, (y + 14) * s), fill=255)
        draw.ellipse(((x - 6) * s, (y - 6) * s, (x + 6) * s, (y + 6) * s), fill=0)


def _wave(draw: ImageDraw.ImageDraw, s: float) -> None:
    """Sound: bars of several heights."""
    for number, height in enumerate((30, 62, 92, 50, 78, 36)):
        left = 4 + number * 16
        top, foot = 50 - height / 2, 50 + height / 2
        draw.rounded_rectangle((left * s, top * s, (left + 9) * s, foot * s), 4.5 * s, fill=255)


def _star(draw: ImageDraw.ImageDraw, s: float) -> None:
    points = []
    for number in range(10):
        reach = 50 if number % 2 == 0 else 21
        turn = math.pi * (number / 5 - 0.5)
        points.append(((50 + reach * math.cos(turn)) * s, (52 + reach * math.sin(turn)) * s))
    draw.polygon(points, fill=255)


_MARKS: dict[str, Callable[[ImageDraw.ImageDraw, float], None]] = {
    "quote": _quote, "play": _play, "dots": _dots, "calendar": _calendar, "branch": _branch, "wave": _wave,
    "star": _star,
}  # fmt: skip


@lru_cache(maxsize=32)
def qr(said: str, size: int) -> Image.Image | None:
    """Return a QR code as a mask of its dark modules, with the quiet zone, at most ``size`` pixels on each side.

    None where its modules would be too small for a camera.
    """
    import segno
    from PIL import Image

    rows = [bytes(row) for row in segno.make_qr(said, error="m").matrix]
    modules = len(rows) + 2 * QUIET
    scale = size // modules
    if scale < SMALLEST:
        return None
    dots = Image.frombytes("L", (len(rows), len(rows)), b"".join(rows)).point(lambda value: 255 if value else 0)
    small = Image.new("L", (modules, modules))
    small.paste(dots, (QUIET, QUIET))
    return small.resize((scale * modules,) * 2, Image.Resampling.NEAREST)
