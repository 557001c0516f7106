"""The tables of docs/cards.md, made from the layouts, sizes and themes themselves."""

from __future__ import annotations

from og.card import SIZES
from og.drawing.colours import THEMES, written
from og.layouts import BUILT_IN, built_in


def layouts_table() -> str:
    """Return every built-in layout: what it is for, and the fields it shows."""
    head = ["| layout | for | fields | theme |", "|---|---|---|---|"]
    rows = []
    for key in BUILT_IN:
        layout = built_in()[key]
        fields = " ".join(f"`{name}`" for name in layout.fields)
        rows.append(f"| `{key}` | {layout.summary} | {fields} | {layout.theme} |")
    return "\n".join([*head, *rows])


def sizes_table() -> str:
    """Return the sizes that have a name."""
    rows = [f"| `{name}` | {width} x {height} |" for name, (width, height) in SIZES.items()]
    return "\n".join(["| size | pixels |", "|---|---|", *rows])


def themes_table() -> str:
    """Return the ready themes."""
    rows = [
        f"| `{name}` | {written(c.background)} | {written(c.gradient) if c.gradient else ''} "
        f"| {written(c.color)} | {written(c.accent)} |"
        for name, c in THEMES.items()
    ]
    head = ["| theme | background | runs into | color | accent |", "|---|---|---|---|---|"]
    return "\n".join([*head, *rows])
