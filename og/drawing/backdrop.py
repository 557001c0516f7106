"""What lies behind a card's words: its colour or gradient, pattern, shapes, or a photo with a scrim over it."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from og.drawing import colours as colour
from og.drawing import paint
from og.drawing.colours import INK, THEMES, WHITE, Colour, Colours, Palette, contrast, mixed, parsed, written
from og.drawing.layer import Kept, Layer
from og.drawing.pictures import Source, shaped

if TYPE_CHECKING:
    from PIL import Image

    from og.card import Card
    from og.layouts.schema import Decor, Layout

# What darkens a photo where the caller names no background colour.
_DARK = (0x0D, 0x0C, 0x0B)
# A photo is covered by so much at least and at most: below, words swim; above, there is no photo left.
_THIN, _THICK = 0.34, 0.9
# A scrim behind the words only fades out over so much of the height, to this part of itself.
_FADING, _FADED = 0.2, 0.15
# Photos whose darkest and lightest colours are remembered.
_PHOTOS = 256
# The rows of words are rounded to so many parts of the height, so that titles of one length share a background.
_GRID = 24


def colours_of(card: Card, layout: Layout, warnings: list[str]) -> Palette:
    """Return the colours of a card without a photo behind it: the caller's, the named theme's, the layout's."""
    theme = card.theme
    usual = THEMES[theme.name or layout.theme]
    own = {n: c for n in ("background", "color", "accent", "gradient") if (c := parsed(getattr(theme, n) or "-"))}
    pattern = theme.pattern or (layout.pattern if not theme.name else "")
    found: Colours = replace(usual, **own, pattern=pattern)
    if "background" in own and "gradient" not in own:
        found = replace(found, gradient=None)
    if own.keys() & {"background", "gradient"} and "color" not in own:
        found = replace(found, color=max((INK, WHITE), key=lambda end: contrast(end, found.background)))
    return colour.palette(found, warnings, " ".join(own))


def on_photo(card: Card, layout: Layout, photo: Source, warnings: list[str]) -> tuple[Palette, float]:
    """Return the colours of a card with a photo behind it, and how much of the scrim lies over the photo."""
    ground = ground_of(card)
    plain = colours_of(replace(card, theme=replace(card.theme, background=written(ground), gradient="")), layout, [])
    accent = parsed(card.theme.accent or "-") or THEMES["ink"].accent
    ends = _extremes(photo)
    part = next((n / 20 for n in range(round(20 * _THIN), 19) if _reads(plain.ink, ground, ends, n / 20)), _THICK)
    worst = mixed(ground, ends[0], part), mixed(ground, ends[1], part)
    told = "color" if card.theme.color else ""
    return colour.palette(Colours(worst[0], plain.ink, accent, worst[1]), warnings, told), part


def ground_of(card: Card) -> Colour:
    """Return the colour of the scrim."""
    return parsed(card.theme.background or "-") or _DARK


def opaque(photo: Source, card: Card) -> Source:
    """Return a photo with the scrim's colour where something could be seen through it: any may have been there."""
    if photo.image.mode != "RGBA":
        return photo
    from PIL import Image

    ground = ground_of(card)
    flat = Image.new("RGBA", photo.image.size, (*ground, 255))
    flat.alpha_composite(photo.image)
    return replace(photo, key=f"{photo.key} on {ground}", image=flat.convert("RGB"))


def _reads(ink: Colour, ground: Colour, ends: tuple[Colour, Colour], part: float) -> bool:
    return all(contrast(ink, mixed(ground, end, part)) >= colour.READABLE for end in ends)


def _extremes(photo: Source) -> tuple[Colour, Colour]:
    """Return the darkest and the lightest colour of a photo from some distance, but for a few dots at each end."""
    found = _seen().get(photo.key)
    if found is not None:
        return found
    from PIL import Image

    small = photo.image.convert("RGB").resize((48, 27), Image.Resampling.BOX)
    dots: list[Any] = sorted(small.get_flattened_data(), key=colour.luminance)
    return _seen().put(photo.key, (dots[len(dots) // 200], dots[-1 - len(dots) // 200]))


@lru_cache(maxsize=1)
def _seen() -> Kept[tuple[Colour, Colour]]:
    return Kept(_PHOTOS, lambda _: 1)


Rows = tuple[tuple[int, int], ...]


def rows_of(bands: list[tuple[int, int]], height: int) -> Rows:
    """Return where words stand, in parts of the height by `_GRID`, those that meet made one."""
    found: list[tuple[int, int]] = []
    for top, foot in sorted((top * _GRID // height, -(-foot * _GRID // height)) for top, foot in bands):
        if found and top <= found[-1][1] + _GRID // 6:
            found[-1] = (found[-1][0], max(found[-1][1], foot))
        else:
            found.append((top, foot))
    return tuple(found)


@dataclass(frozen=True)
class Behind:
    """A photo behind the words: how much of the scrim lies over it, and on which rows."""

    photo: Source
    part: float
    rows: Rows = ()


def key(card: Card, layout: Layout, colours: Palette, behind: Behind | None, *, rtl: bool) -> Hashable:
    """Return what tells one background from another."""
    shown = (behind.photo.key, behind.part, behind.rows, ground_of(card)) if behind else None
    return card.width, card.height, layout.key, layout.decor, colours, shown, rtl


def made(card: Card, layout: Layout, colours: Palette, behind: Behind | None, *, unit: float, rtl: bool) -> Layer:
    """Return the background as a layer."""
    if behind is not None:
        photo = shaped(behind.photo, card.width, card.height, cover=True).convert("RGB")
        return Layer(_scrimmed(photo, ground_of(card), behind), rich=True)
    from PIL import Image

    size = (card.width, card.height)
    if colours.gradient is not None and colours.gradient != colours.background:
        image = paint.gradient(size, colours.background, colours.gradient)
    else:
        image = Image.new("RGB", size, colours.background)
    paint.pattern(image, colours.pattern, paint.tint(colours.background, colours.ink), unit)
    for decor in layout.decor:
        _decorate(image, decor, getattr(colours, decor.color), rtl=rtl)
    return Layer(image, rich=False)


def _scrimmed(image: Image.Image, ground: Colour, behind: Behind) -> Image.Image:
    from PIL import Image

    cover = Image.new("RGB", image.size, ground)
    if not behind.rows:
        return Image.blend(image, cover, behind.part)
    most = round(255 * behind.part)
    column = Image.new("L", (1, image.height))
    column.putdata([round(most * _depth(y / image.height, behind.rows)) for y in range(image.height)])
    image.paste(cover, (0, 0), column.resize(image.size))
    return image


def _depth(down: float, rows: Rows) -> float:
    """Return how much of the scrim there is, so far down: all at the words, less beside them by a smooth step."""
    apart = min(max(top / _GRID - down, down - foot / _GRID, 0.0) for top, foot in rows)
    along = max(0.0, 1 - apart / _FADING)
    return _FADED + (1 - _FADED) * along * along * (3 - 2 * along)


def _decorate(image: Image.Image, decor: Decor, ink: Colour, *, rtl: bool) -> None:
    width, height = image.size
    short = min(width, height)
    across = round(decor.width * (width if decor.type == "bar" else short))
    down = round(decor.height * height) if decor.type == "bar" else across
    x, y = round(decor.x * width), round(decor.y * height)
    x = width - x - across if rtl else x
    area = (x, y, max(1, across), max(1, down))
    if decor.type == "bar":
        paint.box(image, area, ink, 0, round(255 * decor.alpha))
    else:
        paint.disc(image, area, ink, round(255 * decor.alpha), ring=decor.type == "ring")
