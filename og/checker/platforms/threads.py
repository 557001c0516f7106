"""Threads reads pages with Meta's crawler: https://developers.facebook.com/docs/sharing/webmasters/ (2026-11-22)."""

from __future__ import annotations

from types import MappingProxyType

from og.checker.platforms.parts import WIDE, Platform, Text, by_size
from og.checker.rules import sources as of

PLATFORM = Platform(
    "threads",
    "Threads",
    "feed",
    Text(("og:title", "title"), lines=(1, 1)),
    ("og:image", "any"),
    by_size(large=(200, 200), small=(200, 200)),
    (of.FACEBOOK_CRAWLER,),
    crops=MappingProxyType({"large": WIDE}),
    notes=("Shows host and title, no description.",),
)
