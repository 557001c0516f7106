"""Blocks of placed glyphs into a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from og.lettering.emoji import sprite
from og.lettering.fonts import EM
from og.lettering.glyphs import PLACES, Cell, curve, solids, store
from og.lettering.paragraph import Placed, Run

if TYPE_CHECKING:
    from PIL import Image

    from og.lettering.block import Block

Colour = tuple[int, int, int]
Box = tuple[int, int, int, int]
# How far ink may reach over its line's box, in em: marks above capitals, the tails of Arabic and Thai.
OVERHANG = 0.3


def draw_block(image: Image.Image, block: Block, at: tuple[int, int, int], ink: tuple[Colour, int]) -> None:
    """Draw a block at (x, y, width); alignment is within the width, start is the right edge for right to left."""
    x, y, width = at
    image.paste(0, (0, 0, 0, 0))  # makes pixels that are shared or not yet read its own
    overhang = round(block.size * OVERHANG)
    for number, line in enumerate(block.placed):
        top = y + number * block.line_height
        clip = _clip(image, (x, round(top) - overhang, x + width, round(top + block.line_height) + overhang))
        _draw_line(image, line, block.size, (x + _pen(block, line, width), round(top) + block.baseline), clip, ink)


def _clip(image: Image.Image, box: Box) -> Box:
    return max(box[0], 0), max(box[1], 0), min(box[2], image.width), min(box[3], image.height)


def _pen(block: Block, line: Placed, width: int) -> float:
    """Return where a line's pen starts, in px from the box's left edge."""
    scale = block.size / EM
    room = width - line.width * scale
    if block.align == "center":
        return room / 2 - (line.left - line.right) * scale / 2
    if (block.align == "end") == block.rtl:
        return -line.left * scale if block.optical else 0.0
    return room + (line.right * scale if block.optical else 0.0)


def _draw_line(
    image: Image.Image, line: Placed, size: int, pen: tuple[float, int], clip: Box, ink: tuple[Colour, int]
) -> None:
    for run in line.runs:
        draw = _draw_pictures if run.emoji else _draw_run
        draw(image, run, size, (pen[0] + run.start * size / EM, pen[1]), clip, ink)


def _draw_pictures(
    image: Image.Image, run: Run, size: int, pen: tuple[float, int], clip: Box, ink: tuple[Colour, int]
) -> None:
    x, scale = pen[0], size / EM
    for gid, _, dx, dy, advance in run.glyphs:
        found = sprite(run.cut, size, gid) if run.cut else None
        if found:
            at = (round(x + dx * scale) + found.left, pen[1] - found.up - round(dy * scale))
            _lay_picture(image, found.picture, at, clip, ink[1])
        x += advance * scale


def _lay_picture(image: Image.Image, picture: Image.Image, at: tuple[int, int], clip: Box, alpha: int) -> None:
    box = (
        max(clip[0], at[0]),
        max(clip[1], at[1]),
        min(clip[2], at[0] + picture.width),
        min(clip[3], at[1] + picture.height),
    )
    if box[0] >= box[2] or box[1] >= box[3]:
        return
    if box != (*at, at[0] + picture.width, at[1] + picture.height):
        picture = picture.crop((box[0] - at[0], box[1] - at[1], box[2] - at[0], box[3] - at[1]))
    mask = picture.getchannel("A")
    shade = curve(False, alpha)
    image.paste(picture.convert("RGB").convert(image.mode), box, mask.point(list(shade)) if shade else mask)


def _draw_run(
    image: Image.Image, run: Run, size: int, pen: tuple[float, int], clip: Box, ink: tuple[Colour, int]
) -> None:
    """Lay each glyph's mask on, filled with the colour. This is the hot loop: 250 glyphs a card."""
    colour, alpha = ink
    shade = curve(_is_light(colour), alpha)
    masks, colours = store(), solids()
    cells, known = masks.cells(run.cut, size, shade), colours.of(image.mode, colour)
    left, top, right, bottom = clip
    x, baseline = pen
    paste, scale, places = image.im.paste, size / EM, size / EM * PLACES
    x *= PLACES
    for gid, _, dx, dy, advance in run.glyphs:
        place = int(x + dx * places + 0.5)
        number = gid * PLACES + place % PLACES
        cell = cells.get(number) or masks.make((run.cut, size, shade), cells, number)
        x += advance * places
        mask, width, height, aside, up = cell
        if mask is None:
            continue
        gx, gy = place // PLACES + aside, baseline - up - round(dy * scale)
        if gx < left or gy < top or gx + width > right or gy + height > bottom:
            _lay_part(image, cell, (gx, gy), clip, colour)
            continue
        solid = known.get(width << 16 | height) or colours.make(image.mode, colour, known, cell)
        paste(solid, (gx, gy, gx + width, gy + height), mask)


def _lay_part(image: Image.Image, cell: Cell, at: tuple[int, int], clip: Box, colour: Colour) -> None:
    """Lay on the part of a mask that is within the clip."""
    x, y = at
    left, top = max(clip[0], x), max(clip[1], y)
    right, bottom = min(clip[2], x + cell.width), min(clip[3], y + cell.height)
    if left < right and top < bottom:
        part: Any = cell.mask.crop((left - x, top - y, right - x, bottom - y))
        image.im.paste(colour, (left, top, right, bottom), part)


def _is_light(colour: Colour) -> bool:
    return colour[0] * 0.2126 + colour[1] * 0.7152 + colour[2] * 0.0722 > 127
