"""Bluesky: https://docs.bsky.app/docs/advanced-guides/posts#website-card-embeds (2026-11-22).

The app that posts makes the card.
"""

from __future__ import annotations

from types import MappingProxyType

from og.checker.platforms.parts import WIDE, Platform, Text, always
from og.checker.rules import sources as of

PLATFORM = Platform(
    "bluesky",
    "Bluesky",
    "feed",
    Text(("og:title", "twitter:title", "title"), lines=(3, 3)),
    ("og:image", "twitter:image"),
    always("large"),
    (of.BLUESKY, of.BLUESKY_GUIDE),
    description=Text(("og:description", "twitter:description", "description"), lines=(2, 2)),
    crops=MappingProxyType({"large": WIDE}),
    notes=("The card is kept in the post: later changes of the page do not show.",),
)
