"""Discord: https://docs.discord.com/developers/link-previews/overview (2026-11-22)."""

from __future__ import annotations

from og.checker.platforms.parts import Draft, Platform, Shape, Text
from og.checker.rules import sources as of

_SITE = 256  # characters; above, no preview at all


def _shape(draft: Draft) -> Shape:
    """No layout tag: a small picture; several og:image: a gallery."""
    if len(draft.site_name) > _SITE or not (draft.title or draft.description or draft.image):
        return "none"
    if draft.image is None:
        return "text"
    if len(draft.images) > 1:
        return "gallery"
    return "large" if draft.card in ("summary_large_image", "photo", "player") else "small"


PLATFORM = Platform(
    "discord",
    "Discord",
    "chat",
    Text(("og:title", "twitter:title", "title"), 70, "bytes", "...", lines=(3, 3)),
    ("og:image", "twitter:image"),
    _shape,
    (of.DISCORD,),
    description=Text(("og:description", "twitter:description", "description"), 350, "bytes", "...", lines=(20, 20)),
    site="site_name",
    notes=(
        "A large picture needs twitter:card summary_large_image.",
        "Two og:image or more make a gallery of up to four.",
        "theme-color as #RRGGBB paints the bar.",
    ),
    pair=True,
    by_name=True,
    firm=True,
)
