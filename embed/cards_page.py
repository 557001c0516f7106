"""What the playground of preview pictures shows: fields for a layout, the card they make, and the code to take."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from og.card import FORMATS, PATTERNS, SIZES, Card, canonical
from og.card_service.form import from_query, to_query
from og.drawing.colours import THEMES

CUSTOM = "custom"
KEY = "YOUR_API_KEY"


@dataclass(frozen=True)
class Field:
    """One field of the form. ``used`` says whether the chosen layout shows it; ``layouts`` which ones do."""

    name: str
    label: str
    kind: str = "text"
    hint: str = ""
    value: str = ""
    wrong: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    used: bool = True
    layouts: str = ""

    @property
    def id(self) -> str:
        """The field's id in the page."""
        return "card-" + self.name.replace(".", "-")


@dataclass(frozen=True)
class Asked:
    """What somebody entered: the layout's key, and each field as text."""

    layout: str
    values: Mapping[str, str]

    def card(self, fields: Iterable[str]) -> dict[str, Any]:
        """Return the card it says, of a layout with these fields, for `og.card.read`."""
        shown = set(fields) | {item.name for item in (*LOOK, *OUTPUT)}
        given = [(name, value) for name, value in self.values.items() if name in shown]
        if self.values.get("size") != CUSTOM:
            given = [(name, value) for name, value in given if name not in ("width", "height")]
        else:
            given = [(name, value) for name, value in given if name != "size"]
        return {**from_query(given), "layout": self.layout}


WORDS = (
    Field("title", "Title", "area"),
    Field("description", "Description", "area"),
    Field("site", "Site"),
    Field("author", "Author"),
    Field("badge", "Badge", hint="A word or two set apart."),
    Field("date", "Date", hint="As 2026-04-09, shown in the card’s language, or in your words."),
    Field("value", "Figure", hint="A number, a price, a length."),
    Field("facts", "Facts", "area", "One a line, six at the most."),
    Field("progress", "Progress", "number", "0 to 100."),
    Field("qr", "QR code", "url", "What it says, mostly an address."),
)
PICTURES = (
    Field("picture", "Picture", "url", "Beside the words."),
    Field("background", "Background picture", "url", "Behind the words, darkened until they can be read."),
    Field("avatar", "Avatar", "url"),
    Field("logo", "Logo", "url"),
)
LOOK = (
    Field("theme.name", "Theme", "choice", choices=tuple((name, name.capitalize()) for name in THEMES)),
    Field("theme.background", "Background", "colour"),
    Field("theme.color", "Text", "colour"),
    Field("theme.accent", "Accent", "colour"),
    Field("theme.gradient", "Runs into", "colour"),
    Field("theme.pattern", "Pattern", "choice", choices=tuple((name, name.capitalize()) for name in PATTERNS)),
    Field("lang", "Language", hint="As de or pt-BR: for dates, line breaks and the shapes of Chinese characters."),
)
_SIZE_NAMES = {
    "open-graph": "Open Graph", "square": "Square", "story": "Story", "pinterest": "Pinterest",
    "x-summary": "X summary", "banner": "Banner",
}  # fmt: skip
OUTPUT = (
    Field(
        "size",
        "Size",
        "choice",
        choices=(
            *((key, f"{_SIZE_NAMES.get(key, key)}, {w} × {h}") for key, (w, h) in SIZES.items()),
            (CUSTOM, "My own"),
        ),
    ),
    Field("width", "Width", "number"),
    Field("height", "Height", "number"),
    Field("format", "Format", "segments", choices=tuple((ending, ending.upper()) for ending in FORMATS)),
    Field("max_bytes", "At most so many bytes", "number", "WhatsApp shows pictures up to some 300,000."),
)


def asked(given: Mapping[str, str], layouts: Mapping[str, Any], usual: str = "article") -> Asked:
    """Return what was entered. Nothing at all is a layout's sample; where the layout was changed, what still is the
    old sample's becomes the new one's."""
    layout = given.get("layout", "")
    layout = layout if layout in layouts else usual
    named = {name: value for name, value in given.items() if name in _NAMES}
    if not named:
        return Asked(layout, sample(layouts[layout]))
    old = given.get("was", layout)
    if old != layout and old in layouts:
        before, after = sample(layouts[old]), sample(layouts[layout])
        kept = {n: v for n, v in named.items() if v.replace("\r\n", "\n").strip() not in ("", before.get(n, ""))}
        named = {**after, **kept}
    return Asked(layout, named)


def sample(layout: Any) -> dict[str, str]:
    """Return the card a layout is shown with, as its fields' texts. Pictures of others are left out."""
    shown = {name: value for name, value in layout.sample.items() if name in _NAMES or name == "theme"}
    shown = {name: value for name, value in shown.items() if name not in {item.name for item in PICTURES}}
    if isinstance(shown.get("theme"), str):
        shown["theme"] = {"name": shown["theme"]}
    return dict(to_query(shown))


def groups(found: Asked, layouts: Mapping[str, Any], wrong: Mapping[str, str]) -> list[tuple[str, list[Field]]]:
    """Return the fields as the form shows them, with their values and what is wrong with them."""

    def filled(item: Field) -> Field:
        using = [key for key, layout in layouts.items() if item.name in layout.fields]
        of_all = item in LOOK or item in OUTPUT
        return replace(
            item,
            value=found.values.get(item.name, ""),
            wrong=wrong.get(item.name, "") or wrong.get(item.name.removeprefix("theme."), ""),
            used=of_all or found.layout in using,
            layouts="" if of_all else " ".join(using),
        )

    titles = (("Words", WORDS), ("Pictures", PICTURES), ("Look", LOOK), ("Size and format", OUTPUT))
    return [(title, [filled(item) for item in items]) for title, items in titles]


def curl(card: Card, base_url: str) -> str:
    """Return the command that signs this card, for a shell."""
    body = json.dumps(canonical(card) | {"layout": card.layout}, ensure_ascii=False, indent=2)
    return (
        f"curl {base_url}/api/v1/images \\\n  -H 'Authorization: Bearer {KEY}' \\\n"
        f"  -H 'Content-Type: application/json' \\\n  -d {shlex.quote(body)}"
    )


def samples(layouts: Mapping[str, Any]) -> dict[str, str]:
    """Return each layout's sample as JSON, for the script that fills the fields when the layout changes."""
    return {key: json.dumps(sample(layout), ensure_ascii=False) for key, layout in layouts.items()}


def _names(*fields: Sequence[Field]) -> frozenset[str]:
    return frozenset(item.name for items in fields for item in items)


_NAMES = _names(WORDS, PICTURES, LOOK, OUTPUT)
