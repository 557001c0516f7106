"""X: https://developer.x.com/en/docs/x-for-websites/cards/overview/markup (2026-11-22)."""

from __future__ import annotations

from types import MappingProxyType

from og.checker.platforms.parts import SQUARE, Draft, Platform, Shape, Text
from og.checker.rules import sources as of

_LARGE_LEAST, _SUMMARY_LEAST = (300, 157), (144, 144)


def _shape(draft: Draft) -> Shape:
    """twitter:card chooses; without it og:type, og:title and og:description together make a summary."""
    if not draft.title:
        return "none"
    if draft.card == "player":
        return "player" if draft.image else "text"
    if draft.card == "summary_large_image":
        return "large" if draft.image and not draft.smaller(*_LARGE_LEAST) else "text"
    if draft.card == "summary" or (not draft.card and draft.type and draft.description):
        return "small" if draft.image and not draft.smaller(*_SUMMARY_LEAST) else "text"
    return "none"


PLATFORM = Platform(
    "x",
    "X",
    "feed",
    Text(("twitter:title", "og:title"), 70, lines=(2, 2)),
    ("twitter:image", "og:image"),
    _shape,
    (of.X_MARKUP, of.X_LARGE, of.X_SUMMARY),
    description=Text(("twitter:description", "og:description"), 200, lines=(2, 2)),
    crops=MappingProxyType({"large": (2, 1), "small": SQUARE, "player": (16, 9)}),
    notes=("twitter:card chooses the shape.", "The large card shows the title in the picture, and no description."),
    firm=True,
)
