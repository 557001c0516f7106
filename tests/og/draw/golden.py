"""What must not change by itself: text boxes and a coarse look of some cards, drawn with the bundled fonts only.

    python -m tests.og.draw.golden

writes the second half of each pair anew; look at the cards before you do.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from og.card import read
from og.draw import draw
from og.drawing import backdrop
from og.drawing.parts import Part
from og.drawing.place import placed
from og.drawing.scene import Scene
from og.layouts import built_in
from og.layouts.schema import Text
from tests.og.pictures import opened

DATA = Path(__file__).parents[1] / "data/cards"
# The card as a grid of averages: sixteen by nine, 0 to 255.
GRID = (16, 9)


def names() -> list[str]:
    """Every pair's name."""
    return sorted(path.name.removesuffix(".json") for path in DATA.glob("*.json") if ".out." not in path.name)


def given(name: str) -> dict[str, Any]:
    """A card."""
    found: dict[str, Any] = json.loads((DATA / f"{name}.json").read_text("utf-8"))
    return found


def wanted(name: str) -> dict[str, Any]:
    """What it must look like."""
    found: dict[str, Any] = json.loads((DATA / f"{name}.out.json").read_text("utf-8"))
    return found


def seen(name: str) -> dict[str, Any]:
    """What it looks like."""
    data = given(name)
    made = draw(data)
    image = opened(made.data).convert("L")
    small = image.resize(GRID, 4)  # a box filter: the average of each field
    return {
        "size": [made.width, made.height],
        "type": made.type,
        "alt": made.alt,
        "warnings": list(made.warnings),
        "texts": [_text(part) for part in _parts(data)],
        "look": [list(small.crop((0, y, GRID[0], y + 1)).tobytes()) for y in range(GRID[1])],
    }


def _parts(data: dict[str, Any]) -> list[Part]:
    card, _ = read(data)
    layout = built_in()[card.layout]
    scene = Scene(card, layout, backdrop.colours_of(card, layout, []), {}, [])
    return [part for part in placed(scene) if isinstance(part.node, Text)]


def _text(part: Part) -> dict[str, Any]:
    return {
        "lines": list(part.content.lines),
        "px": part.content.size,
        "box": [part.x, part.y, part.width, part.height],
    }


if __name__ == "__main__":
    for each in names():
        text = json.dumps(seen(each), ensure_ascii=False, indent=1)
        (DATA / f"{each}.out.json").write_text(text + "\n", "utf-8")
