"""Reddit: the poster writes the title; the page gives thumbnail and host (guides, 2026-11-22)."""

from __future__ import annotations

from types import MappingProxyType

from og.checker.platforms.parts import Platform, Text, always
from og.checker.rules import sources as of

PLATFORM = Platform(
    "reddit",
    "Reddit",
    "feed",
    Text(("og:title", "twitter:title", "title"), 300, lines=(3, 3)),
    ("og:image", "twitter:image", "any"),
    always("small"),
    (of.PRACTICE,),
    crops=MappingProxyType({"small": (4, 3)}),
    notes=("The title is suggested to the poster, who may change it.", "The picture is a thumbnail."),
)
