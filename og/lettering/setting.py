"""From a string and a style to a block of lines: the order of the steps, and the choice of a size."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from og.lettering import bidi, missing
from og.lettering.block import Block, Style
from og.lettering.break_classes import is_wide
from og.lettering.breaks import Break, breaks
from og.lettering.choice import Choice, region_of
from og.lettering.clean import clean
from og.lettering.fonts import DISPLAY_CUT, EM, SMALL_CUT, Cut, bundled, cut
from og.lettering.itemise import Itemised, Look, Stretch, itemise, items
from og.lettering.lines import Filled, Line, Measured, balanced, clamped, fill
from og.lettering.paragraph import ELLIPSIS, HYPHEN, Paragraph
from og.lettering.shaping import Spacing

# Least height of a line, in em, in scripts with marks above and below (seen on cards; CSS leaves it to the fonts).
TALL = {
    "Arab": 1.35, "Thai": 1.35, "Laoo": 1.4, "Khmr": 1.5, "Mymr": 1.5, "Tibt": 1.5, "Deva": 1.3, "Beng": 1.3,
    "Gujr": 1.3, "Guru": 1.3, "Orya": 1.3, "Taml": 1.25, "Telu": 1.35, "Knda": 1.35, "Mlym": 1.3, "Sinh": 1.3,
    "Ethi": 1.25, "Hani": 1.2, "Hang": 1.2,
}  # fmt: skip

# Signs that an ellipsis does not follow.
_DANGLING = " ,;:-\u2013\u2014\u00ad\u3001\uff0c\u060c"


# Below this many px to the em no letter can be read.
_LEAST = 6
# Dashes that stand between spaces: a line may end with one, and looks like a list where it begins with one.
_DASHES = frozenset("-\u2013\u2014\u2015")


class Read(NamedTuple):
    """What is known of a text before a size is chosen."""

    text: str
    cut: bool
    level: int
    found: Itemised
    phrases: list[Break] | None
    breaks: list[Break]
    leading: float


Made = dict[Cut, tuple[Paragraph, Measured]]


def set_text(text: str, style: Style, width: int, height: int) -> Block:
    """Return a text as a block of lines within a width and a height in px (0: any height)."""
    block = _set(text, style, width, height)
    widest = max((line.width for line in block.placed), default=0) * block.size / EM
    smaller = int(block.size * width / widest) if widest > width + 1 else block.size
    if _LEAST <= smaller < block.size:  # one letter is wider than the line: U+FDFD is, in most fonts
        return _set(text, replace(style, sizes=(smaller,)), width, height)
    return block


def _set(text: str, style: Style, width: int, height: int) -> Block:
    read, made = _read(text, style), Made()
    torn: tuple[int, list[Line]] | None = None
    for size in style.sizes if read.text and not read.cut else ():
        paragraph, measured = _measured(read, style, size, made)
        filled = _filled(read, measured, style, width * EM / size)
        if len(filled.lines) > _most(style, read, size, height):
            continue
        if not filled.torn:
            return _block(paragraph, read, filled.lines, style, (size, width))
        if torn is None or len(filled.lines) < len(torn[1]):
            torn = size, filled.lines  # the fewer lines, the fewer tears
    if torn or not read.text:
        size, lines = torn or (style.sizes[-1], [])
        return _block(_measured(read, style, size, made)[0], read, lines, style, (size, width))
    return _cut_off(read, style, made, (width, height))


def _cut_off(read: Read, style: Style, made: Made, box: tuple[int, int]) -> Block:
    """Return the beginning of a text at the style's last size, with an ellipsis."""
    size = style.sizes[-1]
    paragraph, measured = _measured(read, style, size, made)
    limit = box[0] * EM / size
    most = _most(style, read, size, box[1])
    *whole, last = clamped(measured, fill(measured, limit).lines, most, limit, paragraph.ellipsis())
    kept = read.text[last.start : last.end].rstrip(_DANGLING)
    lines = [*whole, last._replace(end=last.start + len(kept)) if kept else last]
    return _block(paragraph, read, lines, style, (size, box[0]), ELLIPSIS)


def _read(text: str, style: Style) -> Read:
    cleaned = clean(text, blanks=style.family == "mono")
    text = cleaned.text
    level = {"ltr": 0, "rtl": 1}.get(style.direction, -1)
    level = bidi.base_level(text, style.lang) if level < 0 else level
    family = "mono" if style.family == "mono" else "sans"
    if cleaned.plain:
        whole = (Stretch(0, len(text), Choice(bundled(family)), "Latn", 0),) if text and not level else None
        found = (
            Itemised(whole, range(len(text)), ())
            if whole
            else itemise(text, Look(family, style.weight, style.lang), level)
        )
        return Read(text, cleaned.cut, level, found, None, _tidy(text, breaks(text)), style.leading)
    found = itemise(text, Look(family, style.weight, style.lang), level)
    tall = max((TALL.get(s.script, 0.0) for s in found.stretches), default=0.0)
    by_phrase = style.balance and any(map(is_wide, text))
    phrases = _tidy(text, breaks(text, region_of(style.lang, text))) if by_phrase else None
    return Read(text, cleaned.cut, level, found, phrases, _tidy(text, breaks(text)), max(style.leading, tall))


def _tidy(text: str, found: list[Break]) -> list[Break]:
    """Return the breaks without those before a dash that stands by itself."""
    if _DASHES.isdisjoint(text):
        return found
    return [
        one for one in found if one.must or text[one.next] not in _DASHES or text[one.next + 1 : one.next + 2] != " "
    ]


def _filled(read: Read, measured: Measured, style: Style, limit: float) -> Filled:
    """Return lines as the style wants them; between phrases where that tears nothing."""
    if not style.balance:
        return fill(measured, limit)
    if read.phrases is not None:
        filled = balanced(measured._replace(breaks=read.phrases), limit)
        if not filled.torn:
            return filled
    return balanced(measured, limit)


def _most(style: Style, read: Read, size: int, height: int) -> int:
    """Return how many lines may be taken: those of the style, those of the height, at least one."""
    fitting = int(height / (size * read.leading) + 0.01) if height else 10_000
    return max(1, min(style.lines or fitting, fitting))


def _measured(read: Read, style: Style, size: int, made: Made) -> tuple[Paragraph, Measured]:
    optical = DISPLAY_CUT if style.family == "display" else max(SMALL_CUT, min(size, DISPLAY_CUT))
    primary = cut(bundled("mono" if style.family == "mono" else "sans"), style.weight, optical)
    if primary not in made:
        spacing = Spacing(round(style.tracking * EM), style.family != "mono", style.lang)
        drawn = items(read.found.stretches, style.weight, optical)
        edges, parted = read.found.edges, style.family != "mono"
        paragraph = Paragraph(read.text, drawn, spacing, primary, read.level, edges, parted)
        made[primary] = paragraph, paragraph.measured(read.breaks)
    return made[primary]


def _block(
    paragraph: Paragraph, read: Read, lines: list[Line], style: Style, at: tuple[int, int], sign: str = ""
) -> Block:
    size, width = at
    signs = [HYPHEN if line.hyphen else "" for line in lines[:-1]] + [sign]
    placed = tuple(paragraph.placed(line, s) for line, s in zip(lines, signs, strict=False))
    font, height = paragraph.primary, size * read.leading
    base = (height - (font.ascent + font.descent) * size) / 2 + font.ascent * size
    return Block(
        width=min(max((-(-p.width * size // EM) for p in placed), default=0), width),
        height=round(height * len(lines)),
        lines=tuple(_said(paragraph.text, line) + s for line, s in zip(lines, signs, strict=False)),
        size=size,
        rtl=bool(paragraph.level & 1),
        clamped=bool(sign),
        warnings=missing.warnings(read.found.missing) if read.found.missing else (),
        line_height=height,
        baseline=round(base),
        cap_top=round(base - font.cap_height * size),
        last_baseline=round(base + height * (max(1, len(lines)) - 1)),
        align=style.align,
        optical=style.family != "mono",
        placed=placed,
    )


def _said(text: str, line: Line) -> str:
    return text[line.start : line.end].replace("\u00ad", "")
