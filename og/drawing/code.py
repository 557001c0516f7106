"""Program text on a card: each line by itself, tabs as four places, colours for words, strings, numbers and comments.

No language is known in particular: what is coloured is what most languages share.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from og.drawing.parts import Part, sizes
from og.lettering.break_classes import is_wide
from og.lettering.choice import is_emoji
from og.text import Style, fit

if TYPE_CHECKING:
    from og.drawing.scene import Scene
    from og.layouts.schema import Code
    from og.text import Block

TAB = 4
# Lines and columns looked at: more than any card shows.
_LINES, _COLUMNS = 60, 200
# Three lines of four go in whole where the letters allow; longer ones are cut rather than all made small. At least so
# many columns are thought to be in use.
_COMMON = 30
# Categories of what stands on another letter, or joins two.
_ON_OTHERS = ("Mn", "Me", "Cf")
_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n]*|//[^\n]*|--\s[^\n]*|/\*.*?\*/|<!--.*?-->)
    |(?P<string>"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'|`[^`]*`?)
    |(?P<number>\b\d[\w.]*)
    |(?P<word>\b[A-Za-z_]\w*\b)""",
    re.VERBOSE,
)
_KEYWORDS = frozenset(
    {
        "and", "as", "assert", "async", "await", "break", "case", "catch", "class", "const", "continue", "def",
        "default", "defer", "del", "do", "elif", "else", "end", "enum", "except", "export", "extends", "extern",
        "finally", "fn", "for", "from", "func", "function", "go", "if", "impl", "implements", "import", "in",
        "interface", "is", "lambda", "let", "loop", "match", "mod", "module", "mut", "new", "nil", "None",
        "not", "null", "of", "or", "package", "pass", "private", "protected", "pub", "public", "raise",
        "return", "select", "self", "static", "struct", "super", "switch", "this", "throw", "trait", "True",
        "true", "False", "false", "try", "type", "typeof", "use", "using", "var", "void", "where", "while",
        "with", "yield",
    }
)  # fmt: skip


class Piece(NamedTuple):
    """Some letters of one colour: the column and line they begin at."""

    line: int
    column: float
    block: Block
    role: str


class Grid(NamedTuple):
    """Set program text: ``advance`` is a letter's width in px, ``line_height`` a line's."""

    pieces: tuple[Piece, ...]
    advance: float
    line_height: float
    size: int


def sized(scene: Scene, node: Code, width: int, height: int) -> Part:
    """Return program text as large as goes into a box; long lines and those too many are cut with an ellipsis."""
    lines = [line.expandtabs(TAB)[:_COLUMNS] for line in scene.values["title"].split("\n")[:_LINES]]
    longest = max(_COMMON, sorted(map(_columns, lines))[len(lines) * 3 // 4])
    for size in sizes(scene, node):
        advance, line_height = _advance(size), size * node.leading
        if len(lines) * line_height <= height and longest * advance <= width:
            break
    rows = max(1, int(height // line_height))
    columns = max(4, int(width // advance))
    grid = Grid(tuple(_pieces(scene, _cut(lines, rows, columns), size, width)), advance, line_height, size)
    return Part(node, width, round(min(rows, len(lines)) * line_height), grid)


def _advance(size: int) -> float:
    """Return the width of a letter of the fixed-width font."""
    return fit("0" * 100, Style((size,), family="mono", lines=1), 100 * size).width / 100


def _columns(text: str) -> int:
    """Return how many columns a text takes: two for a wide letter, none for a mark on another."""
    if text.isascii():
        return len(text)
    return sum(2 if is_wide(c) or is_emoji(c) else unicodedata.category(c) not in _ON_OTHERS for c in text)


def _within(line: str, columns: int) -> str:
    """Return a line's beginning that takes so many columns at the most."""
    end = len(line)
    while end and _columns(line[:end]) > columns:
        end -= max(1, (_columns(line[:end]) - columns) // 2)
    return line[:end]


def _cut(lines: list[str], rows: int, columns: int) -> list[str]:
    shown = [
        line if _columns(line) <= columns else _within(line, columns - 1).rstrip() + "…" for line in lines[:rows]
    ]
    if len(lines) > rows:
        shown[-1] = "…"
    return shown


def _pieces(scene: Scene, lines: list[str], size: int, width: int) -> list[Piece]:
    """Return the pieces of all lines; one that takes more room than thought moves those behind it, up to the edge."""
    style = Style((size,), family="mono", lines=1, direction="ltr", lang=scene.card.lang)
    found, advance = [], _advance(size)
    for number, line in enumerate(lines):
        taken = 0.0
        for at, text, role in _coloured(line):
            column = max(float(_columns(line[:at])), taken)
            room = round(width - column * advance + advance / 2)
            if room < advance:
                break
            block = fit(text, style, room)
            scene.warnings += [w for w in block.warnings if w not in scene.warnings]
            found.append(Piece(number, column, block, role))
            taken = column + (block.width - 1) / advance
    return found


def _coloured(line: str) -> list[tuple[int, str, str]]:
    """Return a line's pieces: the column, the letters, and the part their colour plays."""
    found, at = [], 0
    for match in _TOKEN.finditer(line):
        kind = match.lastgroup or ""
        role = {"comment": "muted", "string": "accent_ink", "number": "accent_ink"}.get(kind, "ink")
        if kind == "word":
            role = "keyword" if match[0] in _KEYWORDS else "ink"
        found += _between(line, at, match.start())
        found.append((match.start(), match[0], role))
        at = match.end()
    return found + _between(line, at, len(line))


def _between(line: str, start: int, end: int) -> list[tuple[int, str, str]]:
    text = line[start:end]
    blank = len(text) - len(text.lstrip())
    return [(start + blank, text.strip(), "ink")] if text.strip() else []
