"""A card: what a preview picture shows, as the caller gives it and as we keep it.

The contract's fields are ``layout width height format max_bytes lang site title description author avatar logo
background theme``. Layouts know some more, all of them optional:

- ``badge``: a word or two set apart, such as "New" or a section's name
- ``date``: when, in ISO 8601 (shown in the card's language) or in words
- ``value``: the figure of a statistic, the price of a product, the length of an episode
- ``facts``: up to six short texts in a row ("12.3k stars", "4.8 of 5")
- ``picture``: the picture beside the words (product, cover, scene), where ``background`` is the one behind them
- ``progress``: 0 to 100
- ``qr``: what a QR code says, an address as a rule
- ``theme.gradient``: the colour the background runs into; ``theme.pattern``: one of `PATTERNS`; ``theme.name``: a
  ready theme; a theme may also be only that name
- ``size``: a name of `SIZES` in place of width and height

A field that is null, empty or only spaces counts as absent, and the layout closes up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from core.errors import Invalid
from og.drawing import fields as given

if TYPE_CHECKING:
    from og.layouts import Layouts

LAYOUT, FORMAT, WIDTH, HEIGHT = "article", "png", 1200, 630
FORMATS = ("png", "jpg", "webp")
# What the formats are called on the way (RFC 2046 §4.2, RFC 9649; https://www.w3.org/TR/png-3/#12image-png).
MEDIA_TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}
PATTERNS = ("none", "dots", "grid", "lines", "waves", "rings")
# Sizes that platforms name (read 2026-11): 1.91:1 of https://ogp.me users; X: https://docs.x.com/x-for-websites/cards;
# Pinterest 2:3: https://help.pinterest.com/en/business/article/pinterest-product-specs; stories 9:16.
SIZES = {
    "open-graph": (1200, 630),
    "square": (1200, 1200),
    "story": (1080, 1920),
    "pinterest": (1000, 1500),
    "x-summary": (600, 600),
    "banner": (1500, 500),
}
# A side below 64 px holds no word; above 2,400 no platform shows more. 4 megapixels take a third of a second to draw.
SHORTEST, LONGEST, PIXELS = 64, 2400, 4_000_000
# Bytes a card may be asked to fit in: below this no picture of words can be read.
LEAST_BYTES = 2_000
# Characters kept of a text: what a story can show twice over. Names and the like need less.
LONG, SHORT, TINY = 2_000, 200, 60
FACTS = 6
# QR codes of version 40 hold more, but cameras cannot read those from a card (ISO/IEC 18004 table 7: version 10-M).
QR = 213
# An address that is longer is refused by many servers (RFC 9110 §4.1 recommends 8,000 octets for all of a line).
ADDRESS = 4_000
# What og:image:alt may hold on X: https://docs.x.com/x-for-websites/cards/overview/markup (read 2026-11).
ALT = 420


@dataclass(frozen=True)
class Theme:
    """Colours as #rrggbb, or empty for those of the named theme or of the layout."""

    name: str = ""
    background: str = ""
    color: str = ""
    accent: str = ""
    gradient: str = ""
    pattern: str = ""


@dataclass(frozen=True)
class Card:
    """One card. An empty string, 0 or () is a field that is absent; ``progress`` is None where there is none."""

    layout: str = LAYOUT
    width: int = WIDTH
    height: int = HEIGHT
    format: str = FORMAT
    max_bytes: int = 0
    lang: str = ""
    site: str = ""
    title: str = ""
    description: str = ""
    author: str = ""
    avatar: str = ""
    logo: str = ""
    background: str = ""
    theme: Theme = field(default_factory=Theme)
    badge: str = ""
    date: str = ""
    value: str = ""
    facts: tuple[str, ...] = ()
    picture: str = ""
    progress: float | None = None
    qr: str = ""

    @property
    def pictures(self) -> dict[str, str]:
        """The addresses of the pictures it shows, by field."""
        named = {name: getattr(self, name) for name in PICTURES}
        return {name: address for name, address in named.items() if address}


PICTURES = ("avatar", "logo", "background", "picture")
# Every field that may be given, for a suggestion where a name is misspelt. "out" is the command line's.
NAMES = frozenset({f.name for f in fields(Card)} | {"size", "out"})
_TEXTS = {
    "site": SHORT, "title": LONG, "description": LONG, "author": SHORT, "badge": TINY, "date": SHORT, "value": TINY,
    "qr": QR,
}  # fmt: skip


def read(data: Mapping[str, Any], layouts: Layouts | None = None) -> tuple[Card, tuple[str, ...]]:
    """Return the card that some JSON says, and warnings about what was left out or put right.

    Raises Invalid, which names the field, for an unknown layout (code ``unknown_layout``) or format
    (``unknown_format``), an impossible size (``impossible_size``), and values of a wrong kind (``invalid``).
    """
    if not isinstance(data, Mapping):
        raise Invalid("A card is a JSON object.")
    warnings: list[str] = list(_unknown(data))
    width, height = _size(data)
    layout = _layout(data.get("layout"), layouts)
    texts = {name: given.text(data, name, most, warnings, lines=layout.lines) for name, most in _TEXTS.items()}
    card = Card(
        layout=layout.key,
        width=width,
        height=height,
        format=_format(data.get("format")),
        max_bytes=_max_bytes(data),
        lang=given.language(data.get("lang"), warnings),
        theme=_theme(data.get("theme"), warnings),
        facts=given.texts(data, "facts", TINY, FACTS, warnings),
        progress=given.percent(data.get("progress"), warnings),
        **{name: given.address(data, name, ADDRESS, warnings) for name in PICTURES},
        **texts,
    )
    return card, tuple(warnings)


def canonical(card: Card) -> dict[str, Any]:
    """Return a card as JSON without what is absent or default; ``read`` makes the same card of it."""
    found: dict[str, Any] = {}
    for item in fields(card):
        value = getattr(card, item.name)
        if item.name == "theme":
            value = {f.name: getattr(value, f.name) for f in fields(value) if getattr(value, f.name)}
        elif value == _DEFAULT.__getattribute__(item.name):
            continue
        if value not in ("", (), {}, None):
            found[item.name] = list(value) if isinstance(value, tuple) else value
    return found


_DEFAULT = Card()


def alt(card: Card) -> str:
    """Return the words for who cannot see the card (og:image:alt), never longer than platforms take."""
    title = " ".join(card.title.split())
    if card.layout == "quote" and title and card.author:
        said = f"“{title}” — {card.author}"
    elif card.layout == "statistic" and card.value:
        said = ": ".join(filter(None, (card.value, title)))
    else:
        said = title or card.site or card.author or "Preview picture"
    if card.description:
        said = f"{said}{'' if said[-1] in '.!?。…' else '.'} {' '.join(card.description.split())}"
    return said if len(said) <= ALT else said[: ALT - 1].rstrip() + "…"


def _unknown(data: Mapping[str, Any]) -> Iterator[str]:
    for name in data:
        if name not in NAMES:
            yield f"There is no field {str(name)[:40]!r}{given.suggestion(str(name), NAMES)}."


def _size(data: Mapping[str, Any]) -> tuple[int, int]:
    """Return width and height in pixels; raise Invalid for a size that cannot be drawn."""
    named = data.get("size")
    if named not in (None, "") and (not isinstance(named, str) or named not in SIZES):
        known = ", ".join(SIZES)
        raise Invalid(f"There is no size {str(named)[:40]!r}: {known}.", code="impossible_size", field="size")
    usual = SIZES.get(named or "", (WIDTH, HEIGHT))
    size = tuple(given.whole(data.get(name), n, name) for name, n in zip(("width", "height"), usual, strict=True))
    for name, side in zip(("width", "height"), size, strict=True):
        if not SHORTEST <= side <= LONGEST:
            raise _impossible(f"The {name} must be {SHORTEST} to {LONGEST} pixels.", name)
    if size[0] * size[1] > PIXELS:
        raise _impossible(f"Width times height must be at most {PIXELS:,} pixels.", "width")
    return size[0], size[1]


def _impossible(message: str, name: str) -> Invalid:
    return Invalid(message, code="impossible_size", field=name)


def _layout(key: Any, layouts: Layouts | None) -> Any:
    from og.layouts import built_in  # the layouts' schema takes a while to load

    known = layouts if layouts is not None else built_in()
    key = LAYOUT if key in (None, "") else key
    if isinstance(key, str) and key in known:
        return known[key]
    raise Invalid(
        f"There is no layout {str(key)[:40]!r}{given.suggestion(str(key), known)}: {', '.join(known)}.",
        code="unknown_layout",
        field="layout",
    )


def _format(value: Any) -> str:
    name = FORMAT if value in (None, "") else value
    name = name.lower().removeprefix("image/") if isinstance(name, str) else ""
    name = "jpg" if name == "jpeg" else name
    if name not in FORMATS:
        raise Invalid(f"Pictures are made as {', '.join(FORMATS)}.", code="unknown_format", field="format")
    return name


def _max_bytes(data: Mapping[str, Any]) -> int:
    most = given.whole(data.get("max_bytes"), 0, "max_bytes", code="invalid")
    if most < LEAST_BYTES and data.get("max_bytes") not in (None, ""):
        raise Invalid(f"A card needs at least {LEAST_BYTES:,} bytes.", field="max_bytes")
    return most


def _theme(value: Any, warnings: list[str]) -> Theme:
    from og.drawing.colours import THEMES

    if value in (None, ""):
        return Theme()
    told = {"name": value} if isinstance(value, str) else value
    if not isinstance(told, Mapping):
        raise Invalid("A theme is a name, or an object with background, color and accent.", field="theme")
    colours = {name: given.colour(told, name, warnings) for name in ("background", "color", "accent", "gradient")}
    return Theme(
        name=given.choice(told, "name", tuple(THEMES), warnings),
        pattern=given.choice(told, "pattern", PATTERNS, warnings),
        **colours,
    )
