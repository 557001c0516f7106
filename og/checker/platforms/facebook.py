"""Facebook: https://developers.facebook.com/docs/sharing/webmasters/images/ (2026-11-22)."""

from __future__ import annotations

from types import MappingProxyType

from og.checker.platforms.parts import SQUARE, WIDE, Platform, Text, by_size
from og.checker.rules import sources as of

PLATFORM = Platform(
    "facebook",
    "Facebook",
    "feed",
    Text(("og:title", "title"), lines=(2, 2)),
    ("og:image", "any"),
    by_size(large=(600, 315), small=(200, 200)),
    (of.FACEBOOK_IMAGES, of.FACEBOOK),
    description=Text(("og:description", "description"), lines=(1, 1)),
    crops=MappingProxyType({"large": WIDE, "small": SQUARE}),
    notes=(
        "Below 600 × 315 pixels the picture is small, below 200 × 200 there is none.",
        "How much of the texts is shown is not published.",
    ),
    firm=True,
)
