"""How large every part of a card is: boxes ask their parts, texts are fitted into what is left.

In a column, parts of a fixed height come first; then texts and what grows share the rest in their order, each leaving
those behind it their least. Where not even that fits, parts go, the one with the highest ``drop`` first.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from og.drawing import code as code_text
from og.drawing import marks
from og.drawing.parts import Part, sizes
from og.drawing.scene import Scene, has_rtl
from og.layouts.schema import Box, Code, Mark, Picture, Progress, Qr, Rule, Space, Text
from og.text import Style, fit

if TYPE_CHECKING:
    from og.text import Block

# Of its box's width, where a text beside others that grow must be left something.
_LEAST_SHARE = 0.3
# Pictures without a height get at least so much of a column.
_LEAST_PICTURE = 0.22
# A line of text narrower than so many letters is no line.
_LETTERS = 3.0
# Characters of texts that are remembered as they were set.
_SHORT = 200
# Logos are at most so wide, times their height: words beside them need room.
_WIDEST = 6.0


def size(scene: Scene, node: Any, width: int, height: int, *, definite: bool = False) -> Part:
    """Return a part as large as it wants to be, at most so wide and high; as high as that if ``definite``."""
    if isinstance(node, Box):
        return _box(scene, node, width, height, definite=definite)
    if isinstance(node, Text):
        return _text(scene, node, width, height)
    if isinstance(node, Code):
        return code_text.sized(scene, node, width, height)
    if isinstance(node, Picture):
        return _picture(scene, node, width, height)
    px = scene.px
    if isinstance(node, (Rule, Progress)):
        return Part(node, min(width, px(node.width) or width), px(node.height))
    if isinstance(node, Mark):
        return Part(node, px(node.size), px(node.size))
    if isinstance(node, Qr):
        return _qr(scene, node, width, height)
    return Part(node, 0, 0)


# --- single parts ---


def _text(scene: Scene, node: Text, width: int, height: int) -> Part:
    block = _fitted(scene, node, width, max(1, height))
    scene.warnings += [w for w in block.warnings if w not in scene.warnings]
    return Part(node, min(width, block.width + 1), block.height, block)


def _fitted(scene: Scene, node: Text, width: int, height: int) -> Block:
    every = sizes(scene, node)
    fitting = tuple(size for size in every if size * node.leading <= height) or every[-1:]
    return _set(scene.text(node), style_of(scene, node, fitting, node.lines), max(1, width), height)


def _set(text: str, style: Style, width: int, height: int) -> Block:
    """Set a text; of short ones, those of the last cards are remembered: names and descriptions come again."""
    return _remembered(text, style, width, height) if len(text) <= _SHORT else fit(text, style, width, height)


@lru_cache(maxsize=256)
def _remembered(text: str, style: Style, width: int, height: int) -> Block:
    return fit(text, style, width, height)


def style_of(scene: Scene, node: Text, sizes_px: tuple[int, ...], lines: int) -> Style:
    """Return how a text is set on this card."""
    leftward = scene.rtl and has_rtl(scene.text(node))
    return Style(
        sizes=sizes_px, weight=node.weight, family=node.family, leading=node.leading, tracking=node.tracking,
        lines=lines, align=node.align, balance=node.balance, lang=scene.card.lang,
        direction="ltr" if node.direction == "ltr" else "rtl" if leftward else "auto",
    )  # fmt: skip


def _picture(scene: Scene, node: Picture, width: int, height: int) -> Part:
    source = scene.sources[node.field]
    wide, high = scene.px(node.width), scene.px(node.height)
    if node.fit == "cover":
        return Part(node, min(width, wide or width), min(height, high or height), source)
    high = min(height, high or height)
    wide = min(width, wide or round(high * _WIDEST))
    scale = min(wide / source.image.width, high / source.image.height)
    across, down = round(source.image.width * scale), round(source.image.height * scale)
    return Part(node, max(1, across), max(1, down), source)


def _qr(scene: Scene, node: Qr, width: int, height: int) -> Part:
    side = min(scene.px(node.size), width, height)
    code = marks.qr(scene.card.qr, side)
    if code is None:
        scene.warnings.append("qr: what it says is too long for so small a card, so it was left out.")
        return Part(node, 0, 0)
    return Part(node, code.width, code.height, code)


# --- boxes ---


def _box(scene: Scene, node: Box, width: int, height: int, *, definite: bool) -> Part:
    top, right, bottom, left = edges(scene, node)
    outer = min(width, scene.px(node.width)) if node.width else width
    inner = max(1, outer - left - right), max(1, (scene.px(node.height) or height) - top - bottom)
    shown = [child for child in node.children if scene.shows(child)]
    row = is_row(scene, node)
    definite = definite or bool(node.height)
    arrange = _row if row else _column
    parts = arrange(scene, node, shown, *inner, definite=definite)
    gaps = sum(gaps_of(scene, node, parts))
    along = [part.width if row else part.height for part in parts]
    across = max((part.height if row else part.width for part in parts), default=0)
    wide, high = (sum(along) + gaps, across) if row else (across, sum(along) + gaps)
    return Part(
        node, outer if node.width else wide + left + right, scene.px(node.height) or high + top + bottom, parts=parts
    )


def is_row(scene: Scene, node: Box) -> bool:
    """Return whether a box's parts stand side by side."""
    return node.direction == "row" or (node.direction == "auto" and bool(scene.shapes & {"wide", "landscape"}))


def edges(scene: Scene, node: Box) -> tuple[int, int, int, int]:
    """Return a box's padding in pixels: top, right, bottom, left, written as in CSS."""
    given = [scene.px(length) for length in node.padding] or [0]
    top = given[0]
    right = given[1] if len(given) > 1 else top
    bottom = given[2] if len(given) > 2 else top
    return top, right, bottom, given[3] if len(given) > 3 else right


def gaps_of(scene: Scene, node: Box, parts: Sequence[Part]) -> list[int]:
    """Return the gap before each part: none before the first, nor at a space."""
    gap, found = scene.px(node.gap), []
    for number, part in enumerate(parts):
        at_space = isinstance(part.node, Space) or (number and isinstance(parts[number - 1].node, Space))
        found.append(0 if number == 0 or at_space else gap)
    return found


def _gap(scene: Scene, node: Box, shown: Sequence[Any]) -> int:
    return sum(gaps_of(scene, node, [Part(child, 0, 0) for child in shown]))


def _column(scene: Scene, node: Box, shown: list[Any], width: int, height: int, *, definite: bool) -> list[Part]:
    fixed = {id(child): _fixed(scene, child, width, height) for child in shown}
    roughly = True
    while True:
        flexible = [c for c in shown if fixed[id(c)] is None]
        least = _leasts(scene, flexible, width, height, roughly=roughly)
        taken = sum(part.height for c in shown if (part := fixed[id(c)]) is not None) + _gap(scene, node, shown)
        if taken + sum(least.values()) <= height or not (roughly or _dropped(shown)):
            break
        roughly = False
    left = height - taken
    parts = []
    for number, child in enumerate(shown):
        part = fixed[id(child)]
        if part is None:
            behind = sum(least.get(id(c), 0) for c in shown[number + 1 :])
            part = size(scene, child, width, max(1, left - behind), definite=bool(child.grow))
            left -= part.height
        parts.append(part)
    if definite:
        _grow(parts, left, "height")
    return parts


def _fixed(scene: Scene, child: Any, width: int, height: int) -> Part | None:
    """Return a part whose height does not depend on what is left; None for one whose does."""
    if isinstance(child, Space):
        return Part(child, 0, scene.px(child.size))
    if isinstance(child, (Text, Code)) or (isinstance(child, Picture) and not child.height):
        return None
    if isinstance(child, Box) and child.share:
        part = size(scene, child, width, round(child.share * height), definite=True)
        part.height = round(child.share * height)
        return part
    if isinstance(child, Box) and (child.grow or _keeps(child)):
        return None
    return size(scene, child, width, height)


def _keeps(node: Any) -> bool:
    """Return whether there is a text in a box that is set smaller before it loses lines: so it can make room."""
    return isinstance(node, Box) and any(_keeps(child) or getattr(child, "keep", 1) > 1 for child in node.children)


def _leasts(scene: Scene, flexible: list[Any], width: int, height: int, *, roughly: bool) -> dict[int, int]:
    """Return the height that each part must be left, by its identity.

    Nothing stands before the first text: roughly, it need not be set, and all the lines it may ask for are counted.
    """
    found = {}
    for number, child in enumerate(flexible):
        if roughly and number == 0 and isinstance(child, Text):
            found[id(child)] = round(child.keep * sizes(scene, child)[-1] * child.leading)
        else:
            found[id(child)] = _least(scene, child, width, height)
    return found


def _least(scene: Scene, child: Any, width: int, height: int) -> int:
    """Return the height that a part must be left."""
    if isinstance(child, Text):
        smallest = sizes(scene, child)[-1]
        line = smallest * child.leading
        return round(line) if child.keep == 1 else _needed(scene, child, width, smallest)
    if isinstance(child, Code):
        return round(3 * min(sizes(scene, child)) * child.leading)
    if isinstance(child, Picture):
        return round(_LEAST_PICTURE * height)
    return _least_box(scene, child, width, height)


def _needed(scene: Scene, node: Text, width: int, smallest: int) -> int:
    """Return the height of a text at its smallest, of its first lines only if they are more than it must be left."""
    return _set(scene.text(node), style_of(scene, node, (smallest,), node.keep), max(1, width), 0).height


def _least_box(scene: Scene, node: Box, width: int, height: int) -> int:
    top, right, bottom, left = edges(scene, node)
    # What grows loses its own parts first; of what does not, all are wanted.
    shown = [child for child in node.children if scene.shows(child) and not (child.drop and node.grow)]
    row, heights = is_row(scene, node), []
    beside = sum(_width(scene, child) for child in shown) + _gap(scene, node, shown) if row else 0
    for child in shown:
        room = width - left - right - (beside - _width(scene, child))
        part = _fixed(scene, child, max(1, room), height)
        heights.append(part.height if part else _least(scene, child, max(1, room), height))
    if row:
        return max(heights, default=0) + top + bottom
    return sum(heights) + _gap(scene, node, shown) + top + bottom


def _width(scene: Scene, child: Any) -> int:
    """Return the width that a part of a row has before it is known what is in it."""
    return 0 if child.grow else scene.px(getattr(child, "width", 0) or 0)


def _dropped(shown: list[Any]) -> bool:
    """Take away the part that is missed least, the last of several; return whether there was one."""
    worst = max((child.drop for child in shown), default=0)
    if not worst:
        return False
    del shown[max(number for number, child in enumerate(shown) if child.drop == worst)]
    return True


def _grow(parts: list[Part], left: int, side: str) -> None:
    """Give what is left over to the parts that grow, by their shares."""
    total = sum(part.node.grow for part in parts)
    if left <= 0 or not total:
        return
    for part in parts:
        setattr(part, side, getattr(part, side) + int(left * part.node.grow / total))


def _row(scene: Scene, node: Box, shown: list[Any], width: int, height: int, *, definite: bool) -> list[Part]:
    while True:
        parts = _row_once(scene, node, shown, width, height, definite=definite)
        if parts is not None or not _dropped(shown):
            break
    if parts is not None:
        return parts
    return _row_once(scene, node, shown, width, height, definite=definite, force=True) or []


def _row_once(
    scene: Scene, node: Box, shown: list[Any], width: int, height: int, *, definite: bool, force: bool = False
) -> list[Part] | None:
    """Return a row's parts; None where one of them would have no room."""
    left = width - _gap(scene, node, shown)
    growing = [c for c in shown if c.grow and not isinstance(c, Space)]
    kept = round(width * _LEAST_SHARE) if growing else 0
    made: dict[int, Part] = {}
    for child in shown:
        if isinstance(child, Space) or not child.grow:
            room = round(width * child.share) if isinstance(child, Box) and child.share else left - kept
            if room < _narrowest(scene, child) and not force:
                return None
            made[id(child)] = _side(scene, child, max(1, room), height, definite=definite)
            left -= made[id(child)].width
    for number, child in enumerate(growing):
        room = left // (len(growing) - number)
        if room < _narrowest(scene, child) and not force:
            return None
        made[id(child)] = part = size(scene, child, max(1, room), height, definite=definite)
        part.width = max(1, room)
        left -= room
    parts = [made[id(child)] for child in shown]
    _grow([part for part in parts if isinstance(part.node, Space)], left, "width")
    return parts


def _side(scene: Scene, child: Any, room: int, height: int, *, definite: bool) -> Part:
    if isinstance(child, Space):
        return Part(child, scene.px(child.size), 0)
    part = size(scene, child, room, height, definite=definite)
    if isinstance(child, Box) and child.share:
        part.width = room
    return part


def _narrowest(scene: Scene, child: Any) -> int:
    if isinstance(child, Text):
        return round(min(sizes(scene, child)) * _LETTERS)
    if isinstance(child, Box):
        shown = [c for c in child.children if scene.shows(c)]
        each = [_narrowest(scene, c) for c in shown]
        return sum(each) + _gap(scene, child, shown) if is_row(scene, child) else max(each, default=0)
    if isinstance(child, Picture):
        return scene.px(child.width or child.height)
    return scene.px(getattr(child, "width", 0) or getattr(child, "size", 0))
