"""How a text is set, and what comes of it: the two values that everything about drawn text hands on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
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
