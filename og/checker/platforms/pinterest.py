"""Pinterest: https://developers.pinterest.com/docs/web-features/rich-pins-overview/ (2026-11-22)."""

from __future__ import annotations

from og.checker.platforms.parts import Platform, Text, always
from og.checker.rules import sources as of

PLATFORM = Platform(
    "pinterest",
    "Pinterest",
    "feed",
    Text(("og:title", "title"), 100, lines=(2, 2)),
    ("og:image", "any"),
    always("large"),
    (of.PINTEREST,),
    description=Text(("og:description", "description"), 500, lines=(2, 2)),
    site="site_name",
    notes=(
        "A pin is one picture of the page, in its own shape; 2:3 fills the most room.",
        "A rich pin needs og:type article or product.",
    ),
)
