"""Colours of cards: read as people write them, and made to be readable.

Contrast is that of WCAG 2.2 (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio): 4.5:1 for text. Written forms are
those of CSS Color 4 (https://www.w3.org/TR/css-color-4/, read 2026-11) that people use: names, #rgb, #rrggbb, rgb()
and hsl().
"""

from __future__ import annotations

import colorsys
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

Colour = tuple[int, int, int]

# WCAG 2.2 §1.4.3 for text of any size, and §1.4.11 for marks that are no text.
READABLE, VISIBLE = 4.5, 3.0
PAPER, INK, VERMILION = (0xFB, 0xFA, 0xF7), (0x16, 0x13, 0x0F), (0xC8, 0x32, 0x1B)
WHITE, BLACK = (255, 255, 255), (0, 0, 0)
# How much of the ink is left in texts beside the first: descriptions, and what is smaller still.
_MUTED, _FAINT = 0.78, 0.14

_HEX = re.compile(r"#?([0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})")
_FUNCTION = re.compile(r"(rgb|hsl)a?\(\s*([^()]{1,80})\)")
_PART = re.compile(r"([+-]?(?:\d{1,9}\.?\d{0,9}|\.\d{1,9}))(%|deg|turn|rad|grad)?")
_TURNS = {"": 360.0, "deg": 360.0, "turn": 1.0, "rad": 6.283185307179586, "grad": 400.0}


@dataclass(frozen=True)
class Colours:
    """What a theme says, each a colour, or None for the layout's own."""

    background: Colour
    color: Colour
    accent: Colour
    gradient: Colour | None = None
    pattern: str = ""


# Ready themes: background, ink, accent, and where the background runs to.
THEMES: Mapping[str, Colours] = MappingProxyType(
    {
        "paper": Colours(PAPER, INK, VERMILION),
        "ink": Colours((0x15, 0x13, 0x0F), (0xF1, 0xEC, 0xE2), (0xFF, 0x7A, 0x5E)),
        "white": Colours(WHITE, (0x11, 0x14, 0x18), (0x1D, 0x4E, 0xD8)),
        "vermilion": Colours((0xB9, 0x2B, 0x15), (0xFF, 0xF7, 0xF2), (0xFF, 0xD9, 0xA8), (0x96, 0x1F, 0x10)),
        "midnight": Colours((0x0F, 0x17, 0x2A), (0xF4, 0xF7, 0xFD), (0x8F, 0xB4, 0xFF), (0x1E, 0x3A, 0x8A)),
        "forest": Colours((0x10, 0x2A, 0x20), (0xF2, 0xF6, 0xEC), (0xB5, 0xE0, 0x7C), (0x1D, 0x4A, 0x36)),
        "plum": Colours((0x2B, 0x14, 0x33), (0xFA, 0xF2, 0xFA), (0xFF, 0xB3, 0xD1), (0x5A, 0x1F, 0x5E)),
        "sand": Colours((0xF3, 0xE9, 0xD8), (0x2A, 0x20, 0x14), (0x8C, 0x4A, 0x12), (0xE8, 0xD8, 0xBC)),
        "sky": Colours((0xE6, 0xF1, 0xFB), (0x0C, 0x23, 0x3C), (0x0B, 0x5C, 0xAD), (0xCF, 0xE4, 0xF8)),
        "mint": Colours((0xE9, 0xF5, 0xEE), (0x10, 0x2B, 0x20), (0x0F, 0x76, 0x4F)),
        "slate": Colours((0x2B, 0x31, 0x3A), (0xF3, 0xF5, 0xF8), (0x7F, 0xD1, 0xC7)),
        "sun": Colours((0xFF, 0xD2, 0x3F), (0x1C, 0x16, 0x05), (0x8A, 0x2B, 0x06)),
    }
)


def parsed(written: str) -> Colour | None:
    """Return a colour as people write it, or None. What can be seen through is taken as if it could not."""
    text = written.strip().lower()
    if len(text) > 100:
        return None
    if match := _HEX.fullmatch(text):
        digits = match[1]
        digits = "".join(c * 2 for c in digits[:3]) if len(digits) < 6 else digits[:6]
        return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)
    if match := _FUNCTION.fullmatch(text):
        return _function(match[1], re.split(r"[\s,/]+", match[2].strip()))
    return _named(text)


def _named(name: str) -> Colour | None:
    from PIL import ImageColor  # its table is that of CSS Color 4 §6.1

    if not name.isalpha() or name not in ImageColor.colormap:
        return None
    red, green, blue = ImageColor.getrgb(name)[:3]
    return red, green, blue


def _function(kind: str, parts: list[str]) -> Colour | None:
    found = [_PART.fullmatch(part) for part in parts[:4]]
    if len(parts) not in (3, 4) or not all(found):
        return None
    numbers = [(float(m[1]), m[2] or "") for m in found[:3] if m]
    if kind == "hsl":
        hue = numbers[0][0] / _TURNS.get(numbers[0][1], 360.0)
        light, full = (min(1.0, max(0.0, n / 100)) for n in (numbers[2][0], numbers[1][0]))
        return _rounded(tuple(255 * c for c in colorsys.hls_to_rgb(hue % 1, light, full)))
    return _rounded(tuple(n * 2.55 if unit == "%" else n for n, unit in numbers))


def _rounded(parts: tuple[float, ...]) -> Colour:
    red, green, blue = (min(255, max(0, round(part))) for part in parts)
    return red, green, blue


def written(colour: Colour) -> str:
    """Return a colour as #rrggbb."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


@lru_cache(maxsize=512)
def luminance(colour: Colour) -> float:
    """Return the relative luminance, 0 to 1 (WCAG 2.2)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (part / 255 for part in colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def least(colour: Colour, grounds: tuple[Colour, ...]) -> float:
    """Return the contrast of a colour with the ground on which it is worst."""
    return min(contrast(colour, ground) for ground in grounds)


def mixed(one: Colour, other: Colour, part: float) -> Colour:
    """Return ``part`` (0 to 1) of one colour in the other."""
    return _rounded(tuple(a * part + b * (1 - part) for a, b in zip(one, other, strict=True)))


def readable(colour: Colour, grounds: tuple[Colour, ...], ratio: float = READABLE) -> Colour:
    """Return the nearest colour that stands out against all grounds: towards black or white as far as needed."""
    if least(colour, grounds) >= ratio:
        return colour
    towards = max((INK, WHITE, BLACK), key=lambda end: (least(end, grounds) >= ratio, least(end, grounds)))
    if least(towards, grounds) < ratio:
        return towards
    return next(
        (m for step in range(1, 20) if least(m := mixed(towards, colour, step / 20), grounds) >= ratio), towards
    )


@dataclass(frozen=True)
class Palette:
    """The colours of one card, by the part they play."""

    background: Colour
    gradient: Colour | None
    ink: Colour
    muted: Colour
    faint: Colour  # hairlines, and the ground of progress bars
    surface: Colour  # a shade away from the background
    accent: Colour  # as given: for areas
    accent_ink: Colour  # for words on the background
    on_accent: Colour  # for words on the accent
    pattern: str

    @property
    def grounds(self) -> tuple[Colour, ...]:
        """What words may stand on."""
        return _grounds(self.background, self.gradient)


def palette(colours: Colours, warnings: list[str], given: str = "") -> Palette:
    """Return a card's colours, all readable; ``given`` names those of the caller's own, which are warned about."""
    gradient = colours.gradient
    grounds = _grounds(colours.background, gradient)
    if gradient is not None and max(least(end, grounds) for end in (INK, WHITE, BLACK)) < READABLE:
        warnings.append("theme.gradient: no colour can be read on both ends, so it was left out.")
        gradient, grounds = None, _grounds(colours.background, None)
    ink = readable(colours.color, grounds)
    if ink != colours.color and "color" in given:
        warnings.append(f"theme.color was too near to the background and became {written(ink)}.")
    accent_ink = readable(colours.accent, grounds)
    on_accent = max((WHITE, INK), key=lambda end: contrast(end, colours.accent))
    middle = colours.background if gradient is None else mixed(colours.background, gradient, 0.5)
    return Palette(
        background=colours.background, gradient=gradient, ink=ink, muted=_muted(ink, grounds),
        faint=mixed(ink, middle, _FAINT), surface=mixed(ink, middle, 0.06), accent=colours.accent,
        accent_ink=accent_ink, on_accent=readable(on_accent, (colours.accent,)), pattern=colours.pattern,
    )  # fmt: skip


def _grounds(background: Colour, gradient: Colour | None) -> tuple[Colour, ...]:
    return (background,) if gradient is None else (background, gradient)


def _muted(ink: Colour, grounds: tuple[Colour, ...]) -> Colour:
    """Return the ink thinned out, but never below what can be read on every ground."""
    thin = mixed(ink, grounds[0], _MUTED)
    return thin if least(thin, grounds) >= READABLE else readable(mixed(ink, grounds[0], 0.9), grounds)
