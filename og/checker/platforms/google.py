"""Google results: https://developers.google.com/search/docs/appearance/title-link and /snippet (2026-11-22)."""

from __future__ import annotations

from types import MappingProxyType

from og.checker.platforms.parts import SQUARE, Platform, Text, always
from og.checker.rules import sources as of

PLATFORM = Platform(
    "google",
    "Google results",
    "search",
    Text(("title", "og:title", "jsonld:headline"), 65, lines=(1, 2)),
    ("jsonld:image", "og:image", "any"),
    always("small"),
    (of.GOOGLE_TITLE, of.GOOGLE_SNIPPET, of.GOOGLE_FAVICON),
    description=Text(("description", "og:description"), 160, lines=(2, 3)),
    site="site_name",
    crops=MappingProxyType({"small": SQUARE}),
    notes=(
        "Google may take other words of the page for title and text.",
        "Both are cut by width: about 65 and 160 characters.",
        "A picture is shown for some pages only.",
    ),
)
