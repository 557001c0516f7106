"""Mastodon: app/lib/link_details_extractor.rb (2026-11-22); each server fetches for itself."""

from __future__ import annotations

from types import MappingProxyType

from og.checker.platforms.parts import SQUARE, WIDE, Draft, Platform, Shape, Text
from og.checker.rules import sources as of


def _shape(draft: Draft) -> Shape:
    """Large where the picture is wider than high."""
    image = draft.image
    if not draft.title:
        return "none"
    if image is None:
        return "text"
    return "small" if image.width and image.height and image.width <= image.height else "large"


PLATFORM = Platform(
    "mastodon",
    "Mastodon",
    "feed",
    Text(("jsonld:headline", "og:title", "title"), lines=(2, 2)),
    ("og:image",),
    _shape,
    (of.MASTODON, of.MASTODON_CREATOR),
    description=Text(("jsonld:description", "og:description", "description"), lines=(1, 1)),
    site="site_name",
    crops=MappingProxyType({"large": WIDE, "small": SQUARE}),
    notes=(
        "Structured data comes before Open Graph.",
        "The description gives way to the author's name.",
        "fediverse:creator credits the author.",
    ),
    firm=True,
)
