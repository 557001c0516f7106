"""``draw --stdin``: a card with ``out`` a line in, a picture written and a line about it out (docs/cards.md)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from core.errors import Invalid, Problem
from og.draw import draw
from og.layouts import Layouts

# Characters of a line: a card whose texts and addresses are as long as they may be has some 50,000.
_LONGEST = 4_000_000


def stream(lines_in: Iterable[str], write: Callable[[str], Any], layouts: Layouts | None = None) -> None:
    """Draw the card of each line; ``write`` must flush.

    Out come ``{"out", "bytes", "width", "height", "type", "alt", "warnings"}``; an error is ``{"error": {…}}`` on its
    line, no file is written, and the next line is read. Nothing is fetched, and nothing written but the pictures.
    """
    for line in lines_in:
        try:
            said = written(_card(line), layouts=layouts)
        except Problem as problem:
            said = problem.as_json()
        write(json.dumps(said, ensure_ascii=False) + "\n")


def written(card: Mapping[str, Any], http: Any = None, *, layouts: Layouts | None = None) -> dict[str, Any]:
    """Draw a card into the file that its ``out`` names, and return what there is to say about it."""
    out = card.get("out")
    if not isinstance(out, str) or not out:
        raise Invalid("Say in out which file to write.", field="out")
    made = draw({name: value for name, value in card.items() if name != "out"}, http, local=True, layouts=layouts)
    try:
        Path(out).write_bytes(made.data)
    except (OSError, ValueError) as exc:
        raise Invalid("The picture's file cannot be written.", field="out") from exc
    return {
        "out": out,
        "bytes": len(made.data),
        "width": made.width,
        "height": made.height,
        "type": made.type,
        "alt": made.alt,
        "warnings": list(made.warnings),
    }


def _card(line: str) -> Mapping[str, Any]:
    if len(line) > _LONGEST:
        raise Invalid("The line is too long for a card.", field="line")
    try:
        card = json.loads(line)
    except (ValueError, RecursionError) as exc:
        raise Invalid("A line is a card in JSON, with out.", field="line") from exc
    if not isinstance(card, dict):
        raise Invalid("A line is a card in JSON, with out.", field="line")
    return card
