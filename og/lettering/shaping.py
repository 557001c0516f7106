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

# Scripts whose marks are brought over their letters here where the font has no place for them: Inter has none for
# Greek and Cyrillic (Алекса́ндр), nor for letters as ɔ. In other scripts marks stand beside letters, too.
_MARKED = frozenset({"Latn", "Grek", "Cyrl"})
# Between a tall letter and a mark that is brought over it: a sixteenth of an em, as HarfBuzz leaves where a font has
# no such places at all (hb-ot-shape-fallback.cc, read 2026-11).
_CLEAR = EM // 16

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
    glyphs = _glyphs(buffer)
    if item.script in _MARKED and not item.level & 1 and any(not glyph.advance for glyph in glyphs):
        glyphs = _marked(glyphs, item.cut)
    return _tracked(glyphs, tracking) if tracking and glyphs else glyphs


def _glyphs(buffer: hb.Buffer) -> list[Glyph]:
    infos, positions = buffer.glyph_infos, buffer.glyph_positions or ()  # None where nothing is left to draw
    return [Glyph(i.codepoint, i.cluster, *p.position[:3]) for i, p in zip(infos, positions, strict=True)]


def _tracked(glyphs: list[Glyph], tracking: int) -> list[Glyph]:
    """Return glyphs with room after the last of each cluster: marks are placed from where a letter ends."""
    ends = (*(glyph.cluster for glyph in glyphs[1:]), None)
    return [
        glyph._replace(advance=glyph.advance + tracking) if glyph.cluster != after else glyph
        for glyph, after in zip(glyphs, ends, strict=True)
    ]


def _marked(glyphs: list[Glyph], cut: Cut) -> list[Glyph]:
    """Return glyphs with those marks over their letters that the font left beside them."""
    placed: list[Glyph] = []
    for glyph in glyphs:
        within = bool(placed) and placed[-1].cluster == glyph.cluster
        placed.append(_over(glyph, placed, cut) if within and not glyph.advance and not glyph.x else glyph)
    return placed


def _over(mark: Glyph, placed: list[Glyph], cut: Cut) -> Glyph:
    """Return a mark in the middle over, under or on its letter, beyond the marks that are there already."""
    letter = next(i for i, glyph in enumerate(placed) if glyph.cluster == mark.cluster)
    extents = cut.font.get_glyph_extents
    own, base, beside = extents(mark.gid), extents(placed[letter].gid), placed[letter].advance
    if not own or not own.width or not base or not base.width or own.x_bearing < 0:
        return mark  # nothing to be seen, or drawn to stand over what is before it
    x = base.x_bearing + placed[letter].x - beside + (base.width - own.width) // 2 - own.x_bearing
    around = [(extents(glyph.gid), glyph.y) for glyph in placed[letter:]]
    top = max(found.y_bearing + y for found, y in around if found)
    foot = min(found.y_bearing + found.height + y for found, y in around if found)
    low, high = own.y_bearing + own.height, own.y_bearing
    if low > 0:  # stands over a letter
        return mark._replace(x=x, y=max(0, top + _CLEAR - low) if top > low else 0)
    if high < 0:  # hangs under one
        return mark._replace(x=x, y=min(0, foot - _CLEAR - high) if foot < high else 0)
    return mark._replace(x=x)


def _boxes(item: Item) -> list[Glyph]:
    return [Glyph(BOX, item.start, 0, 0, BOX_ADVANCE)]
