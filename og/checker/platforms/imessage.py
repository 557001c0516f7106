"""iMessage: Apple's technical note TN3156 (2026-11-22)."""

from __future__ import annotations

from og.checker.platforms.parts import Draft, Platform, Shape, Text
from og.checker.rules import sources as of

_ICON = 200  # pixels of width below which a picture is an icon


def _shape(draft: Draft) -> Shape:
    image = draft.image
    if image is None:
        return "text"
    return "small" if draft.smaller(_ICON, 0) or "icon" in image.type else "large"


PLATFORM = Platform(
    "imessage",
    "iMessage",
    "chat",
    Text(("og:title", "title"), lines=(2, 2)),
    ("og:image", "touch-icon"),
    _shape,
    (of.APPLE,),
    notes=("Shows title and host, no description.", "Without a picture it shows the touch icon."),
    firm=True,
)
