"""Paint the placed parts of a card."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from og.drawing import marks, paint
from og.drawing.colours import BLACK, PAPER, WHITE, Colour, luminance, mixed, readable
from og.drawing.layer import Band, Kept
from og.drawing.parts import Part
from og.drawing.pictures import Source, luminances, shaped
from og.layouts.schema import Box, Code, Mark, Picture, Progress, Qr, Rule, Text
from og.text import paint as paint_text

if TYPE_CHECKING:
    from PIL import Image

    from og.drawing.scene import Scene

# Marks and tails of letters reach so far over their lines, in em (og.lettering.ink).
_OVERHANG = 0.35
# Below this contrast a logo or a cut-out product is lost on its ground and gets a plate; and how much of a logo the
# plate's edge takes.
_LOST, _PLATE = 1.8, 0.14
# Steps of 255 that the parts of a colour are apart, more than those of its ground, when halving it is seen.
_DULLED = 90
# Bytes of pictures kept at the very size they are pasted.
_KEPT = 8_000_000
# Blur and reach of shadows, design pixels.
_BLUR = 18
# What is painted on a card may change with each card of a site; these fields do not.
_LASTING = frozenset({"site", "author", "logo", "avatar", "initial"})


def paint_part(image: Image.Image, scene: Scene, part: Part, top: int = 0) -> None:
    """Paint one part on a picture that begins at row ``top`` of the card."""
    painter = _PAINTERS.get(type(part.node))
    if painter is not None:
        painter(image, scene, replace(part, y=part.y - top) if top else part)


def band(part: Part, scene: Scene) -> Band | None:
    """Return the rows that a part is painted on; None for one that is not painted."""
    if isinstance(part.node, (Text, Code)):
        reach = round(part.content.size * _OVERHANG) + 1
        return part.y - reach, part.y + part.height + reach
    if isinstance(part.node, Box) and not part.node.fill and not part.node.border:
        return None
    reach = 3 * scene.px(_BLUR) if getattr(part.node, "shadow", False) else 0
    return (part.y - reach, part.y + part.height + reach) if part.height else None


def key(part: Part, scene: Scene) -> Hashable | None:
    """Return what tells a part that a site's cards have in common; None for one that is this card's own."""
    node, content = part.node, None
    if isinstance(node, (Code, Progress, Qr)):
        return None
    if isinstance(node, Text):
        if not all(name in _LASTING for template in node.templates for name in _names(template)):
            return None
        content = (scene.text(node), part.content.size)
    elif isinstance(node, Picture):
        content = part.content.key
    return id(node), part.x, part.y, part.width, part.height, content


def is_vivid(part: Part, scene: Scene) -> bool:
    """Return whether words are in a colour that a JPEG with halved colours would dull."""
    colour = scene.colour(part.node.color) if isinstance(part.node, Text) else scene.palette.accent_ink
    ground = scene.palette.background
    return max(_tone(colour, ground, one, other) for one, other in ((0, 1), (1, 2), (0, 2))) > _DULLED


def _tone(colour: Colour, ground: Colour, one: int, other: int) -> int:
    return abs((colour[one] - colour[other]) - (ground[one] - ground[other]))


@lru_cache(maxsize=512)
def _names(template: str) -> tuple[str, ...]:
    return tuple(piece.partition("}")[0] for piece in template.split("{")[1:])


# --- one kind after the other ---


def _text(image: Image.Image, scene: Scene, part: Part) -> None:
    block = part.content
    if block.rtl != scene.rtl and block.align != "center":
        block = replace(block, align="end" if block.align == "start" else "start")
    paint_text(image, block, part.x, part.y, part.width, scene.colour(part.node.color))


def _code(image: Image.Image, scene: Scene, part: Part) -> None:
    grid, palette = part.content, scene.palette
    strings = readable(mixed(palette.accent_ink, palette.ink, 0.5), palette.grounds)
    roles = {"muted": palette.muted, "ink": palette.ink, "accent_ink": strings, "keyword": palette.accent_ink}
    for piece in grid.pieces:
        x = part.x + round(piece.column * grid.advance)
        y = part.y + round(piece.line * grid.line_height)
        paint_text(image, piece.block, x, y, piece.block.width + grid.size, roles[piece.role])


def _box(image: Image.Image, scene: Scene, part: Part) -> None:
    node, area = part.node, (part.x, part.y, part.width, part.height)
    radius = min(scene.px(node.radius), part.height // 2, part.width // 2)
    if node.shadow:
        paint.shadow(image, area, radius, scene.px(_BLUR))
    if node.fill:
        paint.box(image, area, scene.colour(node.fill), radius)
    if node.border:
        paint.frame(image, area, scene.colour(node.border), radius, scene.px(2))


def _rule(image: Image.Image, scene: Scene, part: Part) -> None:
    area = (part.x, part.y, part.width, part.height)
    paint.box(image, area, scene.colour(part.node.color), scene.px(part.node.radius))


def _mark(image: Image.Image, scene: Scene, part: Part) -> None:
    image.paste(scene.colour(part.node.color), (part.x, part.y), marks.mark(part.node.name, part.width))


def _progress(image: Image.Image, scene: Scene, part: Part) -> None:
    radius, palette = part.height // 2, scene.palette
    paint.box(image, (part.x, part.y, part.width, part.height), mixed(palette.ink, palette.background, 0.2), radius)
    length = round(part.width * (scene.card.progress or 0) / 100)
    if length:
        length = max(length, part.height)
        x = part.x + part.width - length if scene.rtl else part.x
        paint.box(image, (x, part.y, length, part.height), palette.accent, radius)


def _qr(image: Image.Image, scene: Scene, part: Part) -> None:
    if part.content is not None:
        paint.box(image, (part.x, part.y, part.width, part.height), WHITE, scene.px(8))
        image.paste(BLACK, (part.x, part.y), part.content)


def _picture(image: Image.Image, scene: Scene, part: Part) -> None:
    node, area = part.node, (part.x, part.y, part.width, part.height)
    radius = min(part.width, part.height) // 2 if node.shape == "round" else scene.px(node.radius)
    if node.shadow and part.content.image.mode != "RGBA":  # a cut-out shape would have a rectangle's
        paint.shadow(image, area, radius, scene.px(_BLUR))
    plate, edge = _plate(part.content, scene), 0
    if plate is not None:
        edge = max(1, round(min(part.width, part.height) * _PLATE)) if node.fit == "contain" else 0
        paint.box(image, area, plate, max(radius, edge))
        area = (part.x + edge, part.y + edge, max(1, part.width - 2 * edge), max(1, part.height - 2 * edge))
    made = _ready(part.content, (area[2], area[3]), 0 if edge else radius, cover=node.fit == "cover")
    x, y = area[0] + (area[2] - made[0].width) // 2, area[1] + (area[3] - made[0].height) // 2
    image.paste(made[0], (x, y), made[1])


def _plate(source: Source, scene: Scene) -> Colour | None:
    """Return the colour of the plate that what is cut out needs to be seen at all: light below what is dark."""
    seen = luminances(source.image)
    grounds = [luminance(ground) for ground in scene.palette.grounds]
    if seen is None or max(_ratio(light, ground) for light in seen for ground in grounds) >= _LOST:
        return None
    return PAPER if max(seen) < 0.4 else (0x1B, 0x1A, 0x18)


def _ratio(one: float, other: float) -> float:
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


def _ready(
    source: Source, size: tuple[int, int], radius: int, *, cover: bool
) -> tuple[Image.Image, Image.Image | None]:
    """Return a picture at the size it is pasted, and its mask: round corners and what can be seen through."""
    name = (source.key, size, radius, cover)
    found = _kept().get(name)
    if found is not None:
        return found
    from PIL import ImageChops

    made = shaped(source, *size, cover=cover)
    mask = paint.rounded(*made.size, radius) if radius else None
    if made.mode == "RGBA":
        alpha = made.getchannel("A")
        mask = alpha if mask is None else ImageChops.multiply(mask, alpha)
        made = made.convert("RGB")
    return _kept().put(name, (made, mask))


@lru_cache(maxsize=1)
def _kept() -> Kept[tuple[Image.Image, Image.Image | None]]:
    return Kept(_KEPT, lambda made: made[0].width * made[0].height * 4)


_PAINTERS: dict[type[Any], Callable[[Image.Image, Scene, Part], None]] = {
    Text: _text, Code: _code, Box: _box, Rule: _rule, Mark: _mark, Progress: _progress, Qr: _qr, Picture: _picture,
}  # fmt: skip
