"""Drawn text: any string, fitted into a box and painted, in any language.

    block = fit("Title", Style(sizes=(72, 64, 56), weight=700, family="display", leading=1.1), 1072, 260)
    paint(image, block, 64, 180, 1072, (255, 255, 255))

`fit` takes the largest of the style's sizes at which the text goes into width and height without tearing a word, else
the smallest, cut off with an ellipsis. A line feed begins a new line (give titles with their white space made
single); family "mono" keeps runs of blanks. Nothing raises, whatever the string is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from og.lettering.block import Block, Style

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from PIL import Image

__all__ = ["Block", "Style", "fit", "paint", "use_fonts"]


def use_fonts(folders: Iterable[Path], *, standard: bool = True) -> None:
    """Look for fonts in these folders before the machine's own, for the whole process.

    ``standard``: whether the machine's usual folders are read at all. Bundled fonts win over both.
    """
    from og.lettering.choice import use

    use(tuple(folder for folder in folders if folder.is_dir()), standard=standard)


def fit(text: str, style: Style, width: int, height: int = 0) -> Block:
    """Return a text set within a width, and within a height if one is given (px, at least one line in any case)."""
    from og.lettering.setting import set_text

    return set_text(text, style, max(1, width), max(0, height))


def paint(
    image: Image.Image, block: Block, x: int, y: int, width: int, colour: tuple[int, int, int], alpha: int = 255
) -> None:
    """Draw a block into a box whose top left corner is (x, y); ink never leaves [x, x + width)."""
    from og.lettering.ink import draw_block

    draw_block(image, block, (x, y, width), (colour, alpha))
