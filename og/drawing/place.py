"""Where every part of a card stands: boxes share out their room, and right-to-left cards are mirrored."""

from __future__ import annotations

from collections.abc import Iterator

from og.drawing.arrange import edges, gaps_of, is_row, size
from og.drawing.parts import Part
from og.drawing.scene import Scene
from og.layouts.schema import Box, Picture, Text

# A part that is so near to the padding's edge stands at it.
_NEAR = 2


def placed(scene: Scene) -> list[Part]:
    """Return all parts with their places, in the order they are painted: boxes before what they hold."""
    top, right, bottom, left = scene.padding
    width, height = scene.card.width - left - right, scene.card.height - top - bottom
    body = size(scene, scene.layout.body, width, height, definite=True)
    body.width, body.height = width, height
    parts = list(_place(scene, body, left, top))
    for part in parts:
        if isinstance(part.node, Picture) and part.node.bleed:
            _bleed(scene, part)
        if scene.rtl:
            part.x = scene.card.width - part.x - part.width
    return parts


def _place(scene: Scene, part: Part, x: int, y: int) -> Iterator[Part]:
    part.x, part.y = x, y
    yield part
    if not isinstance(part.node, Box):
        return
    top, right, bottom, left = edges(scene, part.node)
    inner = (x + left, y + top, part.width - left - right, part.height - top - bottom)
    place = _place_row if is_row(scene, part.node) else _place_column
    yield from place(scene, part, inner)


def _place_column(scene: Scene, box: Part, inner: tuple[int, int, int, int]) -> Iterator[Part]:
    x, y, width, height = inner
    gaps = gaps_of(scene, box.node, box.parts)
    at, between = _start(box, y, height - sum(p.height for p in box.parts) - sum(gaps), len(box.parts))
    for part, gap in zip(box.parts, gaps, strict=True):
        at += gap
        if _stretches(part, stretched=box.node.align == "stretch"):
            part.width = width
        yield from _place(scene, part, x + _aside(box.node.align, width - part.width), at)
        at += part.height + between


def _stretches(part: Part, *, stretched: bool) -> bool:
    """Return whether a part of a column is as wide as the column: texts are, to be aligned in it."""
    if isinstance(part.node, Box):
        return stretched and not part.node.width
    return isinstance(part.node, Text)


def _place_row(scene: Scene, box: Part, inner: tuple[int, int, int, int]) -> Iterator[Part]:
    x, y, width, height = inner
    gaps = gaps_of(scene, box.node, box.parts)
    at, between = _start(box, x, width - sum(p.width for p in box.parts) - sum(gaps), len(box.parts))
    for part, gap in zip(box.parts, gaps, strict=True):
        at += gap
        if box.node.align == "stretch" and isinstance(part.node, (Box, Picture)):
            part.height = height
        yield from _place(scene, part, at, y + _beside(box, part, height))
        at += part.width + between


def _start(box: Part, at: int, left: int, count: int) -> tuple[int, int]:
    """Return where the first part begins, and what is added between parts."""
    left = max(0, left)
    if box.node.justify == "between" and count > 1:
        return at, left // (count - 1)
    return at + {"center": left // 2, "end": left}.get(box.node.justify, 0), 0


def _aside(align: str, left: int) -> int:
    return {"center": left // 2, "end": left}.get(align, 0)


def _beside(box: Part, part: Part, height: int) -> int:
    """Return how far down a part of a row stands; one line of text is centred by its capitals."""
    if box.node.align == "center" and isinstance(part.node, Text) and len(part.content.lines) == 1:
        return int(height - part.content.cap_top - part.content.last_baseline) // 2
    return _aside(box.node.align, height - part.height)


def _bleed(scene: Scene, part: Part) -> None:
    """Let a picture run to the edges of the card that it is next to."""
    top, right, bottom, left = scene.padding
    width, height = scene.card.width, scene.card.height
    x, y = part.x, part.y
    end, foot = x + part.width, y + part.height
    x, y = 0 if x <= left + _NEAR else x, 0 if y <= top + _NEAR else y
    end = width if end >= width - right - _NEAR else end
    foot = height if foot >= height - bottom - _NEAR else foot
    part.x, part.y, part.width, part.height = x, y, end - x, foot - y
