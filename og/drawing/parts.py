"""The parts of a card as they are drawn: each with its size in pixels."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from og.layouts.schema import Text

if TYPE_CHECKING:
    from og.drawing.scene import Scene
    from og.layouts.schema import Code


@dataclass
class Part:
    """A part with its size in pixels; ``x`` and ``y`` come when it is placed."""

    node: Any
    width: int
    height: int
    content: Any = None
    parts: list[Part] = field(default_factory=list)
    x: int = 0
    y: int = 0


def sizes(scene: Scene, node: Text | Code) -> tuple[int, ...]:
    """Return a text's sizes in pixels, largest first, none below what can be read."""
    least = node.least if isinstance(node, Text) else 9
    return tuple(sorted({max(round(least), round(s * scene.unit)) for s in node.sizes}, reverse=True))
