"""WhatsApp: https://developers.facebook.com/docs/whatsapp/link-previews (of 21 May 2026, read 2026-11-22)."""

from __future__ import annotations

from types import MappingProxyType

from og.checker.platforms.parts import SQUARE, WIDE, Draft, Platform, Shape, Text
from og.checker.rules import sources as of

_LEAST_WIDTH, _LONGEST_RATIO = 300, 4


def _shape(draft: Draft) -> Shape:
    image = draft.image
    if not draft.title:
        return "none"
    if image is None:
        return "text"
    long = bool(image.width and image.height and image.width > _LONGEST_RATIO * image.height)
    return "small" if long or draft.smaller(_LEAST_WIDTH, 0) else "large"


PLATFORM = Platform(
    "whatsapp",
    "WhatsApp",
    "chat",
    Text(("og:title", "title"), lines=(2, 2)),
    ("og:image", "any"),
    _shape,
    (of.WHATSAPP,),
    description=Text(("og:description", "description"), lines=(2, 2)),
    crops=MappingProxyType({"large": WIDE, "small": SQUARE}),
    notes=(
        "The title takes two lines at most, the description one or two.",
        "The picture wants 300 pixels of width and less than 600 KB.",
    ),
    firm=True,
)
