"""Shapes of cards: gradients, patterns, rounded masks, shadows. Pillow draws no smooth edges, so masks are made four
times as large and reduced.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

from og.drawing.colours import Colour, mixed

if TYPE_CHECKING:
    from PIL import Image, ImageDraw

# Left, top, width, height in pixels.
Area = tuple[int, int, int, int]

# Steps of a mask's edge: 4 x 4 samples for a pixel.
SMOOTH = 4
# Degrees from the top, clockwise, as CSS counts them (https://www.w3.org/TR/css-images-3/#linear-gradients).
ANGLE = 135


def gradient(size: tuple[int, int], start: Colour, end: Colour, angle: float = ANGLE) -> Image.Image:
    """Return a linear gradient: 256 steps looked up along the angle."""
    from PIL import Image

    width, height = size
    across, down = math.sin(math.radians(angle)), -math.cos(math.radians(angle))
    steps = 256 / (abs(width * across) + abs(height * down))
    turn = (0, 0, 128, across * steps, down * steps, 128 - steps * (width * across + height * down) / 2)
    ramp = Image.linear_gradient("L").transform(size, Image.Transform.AFFINE, turn, Image.Resampling.NEAREST)
    tables = ([round(a + (b - a) * step / 255) for step in range(256)] for a, b in zip(start, end, strict=True))
    return Image.merge("RGB", [ramp.point(table) for table in tables])


@lru_cache(maxsize=128)
def rounded(width: int, height: int, radius: int) -> Image.Image:
    """Return the mask of a rectangle with round corners."""
    from PIL import Image, ImageDraw

    radius = min(radius, width // 2, height // 2)
    mask = Image.new("L", (width, height), 255)
    if radius <= 0:
        return mask
    corner = Image.new("L", (2 * radius * SMOOTH,) * 2)
    ImageDraw.Draw(corner).ellipse((0, 0, 2 * radius * SMOOTH - 1, 2 * radius * SMOOTH - 1), fill=255)
    corner = corner.reduce(SMOOTH)
    for x, left in ((0, 0), (width - radius, radius)):
        for y, top in ((0, 0), (height - radius, radius)):
            mask.paste(corner.crop((left, top, left + radius, top + radius)), (x, y))
    return mask


def box(image: Image.Image, area: Area, colour: Colour, radius: int = 0, alpha: int = 255) -> None:
    """Fill (x, y, width, height)."""
    x, y, width, height = area
    if width <= 0 or height <= 0:
        return
    if radius <= 0 and alpha == 255:
        image.paste(colour, (x, y, x + width, y + height))
        return
    mask = rounded(width, height, radius)
    image.paste(colour, (x, y), mask if alpha == 255 else mask.point(lambda value: value * alpha // 255))


def frame(image: Image.Image, area: Area, colour: Colour, radius: int, line: int) -> None:
    """Draw the border of a rectangle, inside it."""
    from PIL import Image

    x, y, width, height = area
    if width <= 2 * line or height <= 2 * line:
        return
    mask = rounded(width, height, radius).copy()
    inner = rounded(width - 2 * line, height - 2 * line, max(0, radius - line))
    mask.paste(Image.new("L", inner.size, 0), (line, line), inner)
    image.paste(colour, (x, y), mask)


@lru_cache(maxsize=16)
def _shadow(width: int, height: int, radius: int, blur: int) -> Image.Image:
    from PIL import Image, ImageFilter

    # Blurred at a quarter of the size: nobody sees the difference, and it takes a sixteenth of the time.
    small = Image.new("L", ((width + 4 * blur) // 4 + 1, (height + 4 * blur) // 4 + 1))
    core = rounded(max(1, width // 4), max(1, height // 4), radius // 4)
    small.paste(core, (blur // 2, blur // 2))
    wide = small.filter(ImageFilter.GaussianBlur(max(1.0, blur / 4)))
    return wide.resize((width + 4 * blur, height + 4 * blur), Image.Resampling.BICUBIC)


def shadow(image: Image.Image, area: Area, radius: int, blur: int, alpha: int = 70) -> None:
    """Draw a soft shadow below (x, y, width, height)."""
    x, y, width, height = area
    mask = _shadow(width, height, radius, blur).point(lambda value: value * alpha // 255)
    image.paste((0, 0, 0), (x - 2 * blur, y - 2 * blur + blur // 2), mask)


def disc(image: Image.Image, area: Area, colour: Colour, alpha: int, *, ring: bool = False) -> None:
    """Draw a disc or a ring into (x, y, width, height), which may reach over the edges."""
    from PIL import Image, ImageDraw

    x, y, width, height = area
    mask = Image.new("L", (image.width // 2 + 1, image.height // 2 + 1))
    scale = 2  # at half the size and smoothed by enlarging: it is large, faint and far behind
    draw = ImageDraw.Draw(mask)
    place = (x / scale, y / scale, (x + width) / scale, (y + height) / scale)
    if ring:
        draw.ellipse(place, outline=alpha, width=max(1, width // 24))
    else:
        draw.ellipse(place, fill=alpha)
    image.paste(colour, (0, 0), mask.resize(image.size, Image.Resampling.BICUBIC))


def pattern(image: Image.Image, name: str, colour: Colour, unit: float) -> None:
    """Draw a pattern over the whole picture, in a colour near to its own."""
    from PIL import Image, ImageDraw

    if name not in _PATTERNS:
        return
    step = max(8, round(36 * unit))
    mask = Image.new("L", (image.width * 2, image.height * 2))
    _PATTERNS[name](ImageDraw.Draw(mask), mask.width, mask.height, step * 2)
    image.paste(colour, (0, 0), mask.reduce(2))


def _dots(draw: ImageDraw.ImageDraw, width: int, height: int, step: int) -> None:
    size = max(2, step // 18)
    for y in range(step // 2, height, step):
        for x in range(step // 2, width, step):
            draw.ellipse((x - size, y - size, x + size, y + size), fill=255)


def _grid(draw: ImageDraw.ImageDraw, width: int, height: int, step: int) -> None:
    for x in range(step, width, step * 2):
        draw.line((x, 0, x, height), fill=170, width=2)
    for y in range(step, height, step * 2):
        draw.line((0, y, width, y), fill=170, width=2)


def _lines(draw: ImageDraw.ImageDraw, width: int, height: int, step: int) -> None:
    for x in range(-height, width, step):
        draw.line((x, height, x + height, 0), fill=170, width=2)


def _waves(draw: ImageDraw.ImageDraw, width: int, height: int, step: int) -> None:
    for y in range(step, height + step, step):
        points = [(x, y + math.sin(x / step * 1.6) * step / 4) for x in range(0, width + 8, 8)]
        draw.line(points, fill=170, width=2)


def _rings(draw: ImageDraw.ImageDraw, width: int, height: int, step: int) -> None:
    for radius in range(step * 2, int(math.hypot(width, height)), step * 2):
        draw.ellipse((width - radius, height - radius, width + radius, height + radius), outline=170, width=2)


_PATTERNS = {"dots": _dots, "grid": _grid, "lines": _lines, "waves": _waves, "rings": _rings}


def tint(ground: Colour, ink: Colour) -> Colour:
    """Return the colour of a pattern: a breath of the ink in the ground."""
    return mixed(ink, ground, 0.11)
