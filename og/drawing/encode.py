"""A drawn card as bytes: in the format asked for, and within so many bytes where that was asked for too."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

from og.card import MEDIA_TYPES
from og.drawing import jpeg
from og.drawing.layer import Sheet

if TYPE_CHECKING:
    from PIL import Image

# libwebp's own default of quality is 75; 80 keeps thin letters, method 2 of 6 takes half the time of its default 4.
_WEBP, _METHOD = 80, 2
# What is tried when a card has too many bytes: lower quality down to where letters fray, then fewer pixels.
_JPEG_STEPS = (75, 62, 50, 38)
_WEBP_STEPS = (65, 50, 35)
_SHRINKING = (0.75, 0.5, 0.35, 0.25)
_SMALL_QUALITY = 70


class Encoded(NamedTuple):
    """A picture's bytes, what they are, and the size of the picture in them."""

    data: bytes
    type: str
    width: int
    height: int


def encoded(sheet: Sheet, kind: str, most: int, warnings: list[str]) -> Encoded:
    """Return a painted card as bytes. ``most`` bytes, or 0 for any number."""
    for made in _tries(sheet, kind):
        if not most or len(made.data) <= most:
            if made.width != sheet.size[0]:
                warnings.append(f"max_bytes: the picture was made {made.width} pixels wide to fit.")
            elif made.type != MEDIA_TYPES[kind]:
                warnings.append(f"max_bytes: the picture was made {made.type} to fit.")
            return made
    warnings.append(f"max_bytes: the smallest that could be made has {len(made.data):,} bytes.")
    return made


def _tries(sheet: Sheet, kind: str) -> Iterator[Encoded]:
    """Yield the card made ever smaller."""
    if kind == "png":
        yield Encoded(sheet.png(), MEDIA_TYPES["png"], *sheet.size)
    if kind != "webp":
        yield Encoded(sheet.jpeg(), MEDIA_TYPES["jpg"], *sheet.size)
    image = sheet.whole()
    for quality in (_WEBP, *_WEBP_STEPS) if kind == "webp" else _JPEG_STEPS:
        yield _lossy(image, kind, quality)
    yield from _smaller(image, kind)


def _smaller(image: Image.Image, kind: str) -> Iterator[Encoded]:
    from PIL import Image

    for scale in _SHRINKING:
        size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
        yield _lossy(image.resize(size, Image.Resampling.LANCZOS), kind, _SMALL_QUALITY)


def _lossy(image: Image.Image, kind: str, quality: int) -> Encoded:
    if kind != "webp":
        return Encoded(jpeg.joined(jpeg.encoded(image, quality)), MEDIA_TYPES["jpg"], *image.size)
    out = BytesIO()
    image.save(out, "WEBP", quality=quality, method=_METHOD)
    return Encoded(out.getvalue(), MEDIA_TYPES["webp"], *image.size)
