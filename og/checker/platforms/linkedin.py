"""LinkedIn: https://previewog.com/linkedin-link-preview/ and other guides (2026-11-22)."""

from __future__ import annotations

from types import MappingProxyType

from og.checker.platforms.parts import SQUARE, WIDE, Platform, Text, by_size
from og.checker.rules import sources as of

PLATFORM = Platform(
    "linkedin",
    "LinkedIn",
    "feed",
    Text(("og:title", "title"), 200, lines=(2, 2)),
    ("og:image",),
    by_size(large=(401, 0)),
    (of.LINKEDIN,),
    crops=MappingProxyType({"large": WIDE, "small": SQUARE}),
    notes=("Reads no twitter: tags.", "Shows no description in the feed.", "Below 401 pixels the picture is small."),
)
