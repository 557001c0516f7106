"""From a stretch of text in one font, script and direction to glyphs with their places, by HarfBuzz."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from og.lettering.fonts import EM, Cut

if TYPE_CHECKING:
    import uharfbuzz as hb  # type: ignore[import-untyped]

_AS_IS: dict[str, bool] = {}
# Letter spacing parts the letters of a ligature (CSS Text 3 §8.2), and code is shown as it was typed.
UNLIGATED = {"liga": False, "clig": False, "calt": False}
# Scripts whose letters hang together: spacing between them would tear words apart (CSS Text 3 §8.2.1).
JOINED = frozenset({"Arab", "Syrc", "Mong", "Nkoo", "Phag", "Mand", "Mani", "Adlm", "Rohg", "Deva", "Beng", "Guru"})

# What stands for a cluster that no font has: no glyph's number, and its width in EM units.
BOX = -1
BOX_ADVANCE = round(0.66 * EM)


class Item(NamedTuple):
    """A stretch of text that one font draws: characters [start, end), a script, a bidi level."""

    start: int
    end: int
    cut: Cut | None
    """None: no font has it, boxes are drawn."""
    script: str = "Latn"
    level: int = 0
    emoji: bool = False


class Glyph(NamedTuple):
    """A glyph's number, its first character, its place relative to the pen, and how far the pen goes on (EM)."""

    gid: int
    cluster: int
    x: int
    y: int
    advance: int


@dataclass(frozen=True)
class Spacing:
    """What a style asks of shaping: tracking in EM units, ligatures, language."""

    tracking: int = 0
    ligatures: bool = True
    lang: str = ""


def shape(text: str, item: Item, spacing: Spacing) -> list[Glyph]:
    """Return an item's glyphs from left to right; the text around it decides how its edges join."""
    import uharfbuzz as hb

    if item.cut is None:
        return _boxes(item)
    buffer = hb.Buffer()
    buffer.add_str(text, item.start, item.end - item.start)
    buffer.direction = "rtl" if item.level & 1 else "ltr"
    buffer.script = item.script
    buffer.language = spacing.lang or "und"
    buffer.flags = hb.BufferFlags.REMOVE_DEFAULT_IGNORABLES
    tracking = 0 if item.script in JOINED else spacing.tracking
    hb.shape(item.cut.font, buffer, _AS_IS if spacing.ligatures and not tracking > 0 else UNLIGATED)
    return _glyphs(buffer, tracking)


def _glyphs(buffer: hb.Buffer, tracking: int) -> list[Glyph]:
    infos, positions = buffer.glyph_infos, buffer.glyph_positions or ()  # None where nothing is left to draw
    glyphs, last = [], -1
    for info, position in zip(infos, positions, strict=True):
        x, y, advance, _ = position.position
        cluster = info.cluster
        if tracking and cluster != last:
            advance, last = advance + tracking, cluster
        glyphs.append(Glyph(info.codepoint, cluster, x, y, advance))
    return glyphs


def _boxes(item: Item) -> list[Glyph]:
    return [Glyph(BOX, item.start, 0, 0, BOX_ADVANCE)]
