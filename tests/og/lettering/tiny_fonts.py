"""Fonts of a few glyphs, made for a test: what a machine's fonts are is not the test's business."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

from fontTools.colorLib.builder import buildCOLR, buildCPAL
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import newTable
from PIL import Image

UPEM = 1000
_LINE_METRICS = (
    "ascender", "descender", "widthMax", "caretSlopeNumerator", "caretSlopeDenominator", "caretOffset",
    "minOriginSB", "minAdvanceSB", "maxBeforeBL", "minAfterBL", "pad1", "pad2",
)  # fmt: skip


def text_font(folder: Path, file: str, characters: str, side: int = 600, family: str = "Tiny") -> Path:
    """Write a font whose every glyph is a filled square of ``side`` thousandths of an em."""
    made = _base(characters, side, family)
    return _saved(made, folder, file)


def picture_font(folder: Path, file: str, colours: dict[str, tuple[int, int, int]]) -> Path:
    """Write a font in which each character is a bitmap (sbix) of one colour, two thirds of an em wide."""
    made = _base("".join(colours), 0, "Tiny Emoji")
    sbix = made.font["sbix"] = newTable("sbix")
    sbix.version, sbix.flags = 1, 1
    from fontTools.ttLib.tables.sbixGlyph import Glyph
    from fontTools.ttLib.tables.sbixStrike import Strike

    strike = Strike(ppem=60, resolution=72)
    for name in made.font.getGlyphOrder():
        strike.glyphs[name] = Glyph(glyphName=name)
    for character, colour in colours.items():
        name = f"u{ord(character):X}"
        strike.glyphs[name] = Glyph(glyphName=name, graphicType="png ", imageData=_png(colour))
    sbix.strikes = {60: strike}
    sbix.numStrikes = 1
    return _saved(made, folder, file)


def bitmap_font(folder: Path, file: str, colours: dict[str, tuple[int, int, int]]) -> Path:
    """Write a font in which each character is a bitmap (CBDT, as Noto Color Emoji has them)."""
    from fontTools.ttLib.tables.BitmapGlyphMetrics import SmallGlyphMetrics
    from fontTools.ttLib.tables.C_B_D_T_ import cbdt_bitmap_format_17
    from fontTools.ttLib.tables.E_B_L_C_ import BitmapSizeTable, SbitLineMetrics, Strike, eblc_index_sub_table_1

    made = _base("".join(colours), 0, "Tiny Emoji")
    names = [f"u{ord(character):X}" for character in colours]
    data = {}
    for name, colour in zip(names, colours.values(), strict=True):
        glyph = data[name] = cbdt_bitmap_format_17(b"", made.font)
        glyph.metrics = _set(SmallGlyphMetrics(), height=40, width=40, BearingX=4, BearingY=36, Advance=48)
        glyph.imageData = _png(colour)
    table = made.font["CBDT"] = newTable("CBDT")
    table.version, table.strikeData = 3.0, [data]
    sub = eblc_index_sub_table_1(b"", made.font)
    order = made.font.getGlyphID
    sub.names, sub.imageFormat, sub.indexFormat = names, 17, 1
    sub.firstGlyphIndex, sub.lastGlyphIndex = order(names[0]), order(names[-1])
    line = dict.fromkeys(_LINE_METRICS, 0)
    size = _set(
        BitmapSizeTable(), colorRef=0, startGlyphIndex=order(names[0]), endGlyphIndex=order(names[-1]), ppemX=48,
        ppemY=48, bitDepth=32, flags=1, hori=_set(SbitLineMetrics(), **line), vert=_set(SbitLineMetrics(), **line),
    )  # fmt: skip
    where = made.font["CBLC"] = newTable("CBLC")
    where.version = 3.0
    where.strikes = [_set(Strike(), bitmapSizeTable=size, indexSubTables=[sub])]
    return _saved(made, folder, file)


def layered_font(folder: Path, file: str, character: str, colour: tuple[float, float, float]) -> Path:
    """Write a font in which a character is a square in a colour of its palette (COLR)."""
    made = _base(character, 800, "Tiny Colour")
    name = f"u{ord(character):X}"
    made.font["COLR"] = buildCOLR({name: [(name, 0)]}, version=0, glyphMap=made.font.getReverseGlyphMap())
    made.font["CPAL"] = buildCPAL([[(*colour, 1.0)]])
    return _saved(made, folder, file)


def _base(characters: str, side: int, family: str) -> FontBuilder:
    names = [f"u{ord(character):X}" for character in characters]
    made = FontBuilder(UPEM, isTTF=True)
    made.setupGlyphOrder([".notdef", *names])
    made.setupCharacterMap({ord(c): name for c, name in zip(characters, names, strict=True)})
    glyphs = {name: _square(side) for name in names}
    made.setupGlyf({".notdef": _square(0), **glyphs})
    made.setupHorizontalMetrics(dict.fromkeys([".notdef", *names], (1000, 100 if side else 0)))
    made.setupHorizontalHeader(ascent=800, descent=-200)
    made.setupNameTable({"familyName": family, "styleName": "Regular"})
    made.setupOS2(sTypoAscender=800, sTypoDescender=-200)
    made.setupPost()
    return made


def _square(side: int) -> Any:
    pen = TTGlyphPen(None)
    if side:
        pen.moveTo((100, 0))
        for place in ((100, side), (100 + side, side), (100 + side, 0)):
            pen.lineTo(place)
        pen.closePath()
    return pen.glyph()


def _png(colour: tuple[int, int, int]) -> bytes:
    data = BytesIO()
    Image.new("RGBA", (40, 40), (*colour, 255)).save(data, "PNG")
    return data.getvalue()


def _set(thing: Any, **fields: Any) -> Any:
    for name, value in fields.items():
        setattr(thing, name, value)
    return thing


def _saved(made: FontBuilder, folder: Path, file: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    made.save(folder / file)
    return folder / file
