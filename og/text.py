"""Drawn text: any string, fitted into a box and painted, in any language.

    block = fit("Title", Style(sizes=(72, 64, 56), weight=700, family="display", leading=1.1), 1072, 260)
    paint(image, block, 64, 180, 1072, (255, 255, 255))

`fit` takes the largest of the style's sizes at which the text goes into width and height without tearing a word, else
the smallest, cut off with an ellipsis. A line feed begins a new line (give titles with their white space made
single); family "mono" keeps runs of blanks. Nothing raises, whatever the string is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from PIL import Image

    from og.lettering.paragraph import Placed


@dataclass(frozen=True)
class Style:
    """How a text is set."""

    sizes: tuple[int, ...]
    """Px to the em, tried in this order: largest first."""
    weight: int = 400
    family: Literal["sans", "display", "mono"] = "sans"
    leading: float = 1.2
    """Height of a line in em; scripts with tall letters get a little more."""
    tracking: float = 0.0
    """Space added after every letter, in em."""
    lines: int = 0
    """The most lines; 0: as many as the height takes."""
    align: Literal["start", "center", "end"] = "start"
    balance: bool = False
    """Lines of about one width, the last word not alone."""
    lang: str = ""
    """BCP 47; picks the forms of Han characters and the rules of breaking."""
    direction: Literal["auto", "ltr", "rtl"] = "auto"


@dataclass(frozen=True)
class Block:
    """A text that was fitted, ready to be painted. All measures in px, from the block's top."""

    width: int
    """Of the widest line."""
    height: int
    """Of all lines, leading included."""
    lines: tuple[str, ...]
    """The characters of each line in logical order, an ellipsis or hyphen included."""
    size: int
    rtl: bool = False
    clamped: bool = False
    """Whether something was left out."""
    warnings: tuple[str, ...] = ()
    """What the picture lacks and which package has it, one sentence each."""
    line_height: float = 0.0
    baseline: int = 0
    """Of the first line."""
    cap_top: int = 0
    """Where the capitals of the first line begin; with `last_baseline`, what the eye takes for the block's edges."""
    last_baseline: int = 0
    align: str = "start"
    optical: bool = True
    """Whether the ink of its lines, and not their letters' side bearings, begins at the edge; not so for code."""
    placed: tuple[Placed, ...] = field(default=(), repr=False)


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
