"""A card as a form or a query says it: flat names, ``theme.accent`` for what lies inside the theme, all texts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from og.card import LONGEST, NAMES, PICTURES, SHORTEST

# The largest side of a picture that anybody may have drawn unsigned: that of the sizes platforms name.
UNSIGNED_SIDE = 1920
# Its smallest: below this no platform shows a picture with words (X: 144 by 144).
UNSIGNED_LEAST = 144
# Characters of its texts: what a preview picture can show, not what a page may hold.
UNSIGNED_TEXT = 300
_THEME = ("name", "background", "color", "accent", "gradient", "pattern")
_LINES = "facts"


def from_query(items: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return the card that name and value pairs say, for `og.card.read`. What is empty or no field is left out."""
    data: dict[str, Any] = {}
    theme: dict[str, str] = {}
    for name, value in items:
        part = name.removeprefix("theme.")
        if not value.strip():
            continue
        if part != name and part in _THEME:
            theme[part] = value.strip()
        elif name == _LINES:
            data[name] = [*data.get(name, ()), *(line for line in value.splitlines() if line.strip())]
        elif name == "theme":
            theme["name"] = value.strip()
        elif name in NAMES:
            data[name] = value
    return {**data, "theme": theme} if theme else data


def to_query(data: dict[str, Any]) -> list[tuple[str, str]]:
    """Return a card in its canonical form as name and value pairs."""
    pairs: list[tuple[str, str]] = []
    for name, value in data.items():
        if name == "theme":
            pairs += [(f"theme.{part}", str(colour)) for part, colour in value.items()]
        elif isinstance(value, list):
            pairs.append((name, "\n".join(value)))
        else:
            pairs.append((name, str(value)))
    return pairs


def clamped(data: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return what anybody may have drawn of a card without our signature, and what was left out or made smaller."""
    warnings = []
    kept: dict[str, Any] = {}
    for name, value in data.items():
        if name in (*PICTURES, "max_bytes"):
            warnings.append(f"{name}: pictures of others and a bound of bytes need a signed address.")
        elif name in ("width", "height"):
            kept[name] = _side(value)
        elif isinstance(value, str):
            kept[name] = value[:UNSIGNED_TEXT]
        else:
            kept[name] = value
    return kept, warnings


def _side(value: str) -> str:
    digits = value.strip()
    if not (digits.isascii() and digits.isdigit()):
        return value  # for og.card to refuse
    side = int(digits[:9])
    return str(min(max(side, UNSIGNED_LEAST), UNSIGNED_SIDE)) if SHORTEST <= side <= LONGEST else value
