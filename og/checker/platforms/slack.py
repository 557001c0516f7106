"""Slack: https://opengraphplus.com/consumers/slack, its reader's requests (2026-11-22)."""

from __future__ import annotations

from og.checker.platforms.parts import Platform, Text, always
from og.checker.rules import sources as of

PLATFORM = Platform(
    "slack",
    "Slack",
    "chat",
    Text(("og:title", "twitter:title", "title"), lines=(2, 2)),
    ("og:image", "twitter:image"),
    always("large"),
    (of.SLACK,),
    description=Text(("og:description", "twitter:description", "description"), 300, lines=(6, 6)),
    site="site_name",
    notes=("Asks for the first 32 KB of a page.", "About 300 characters are shown before “Show more”."),
)
