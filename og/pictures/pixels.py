"""Make a small WebP picture of a stranger's large one: the only file that lets Pillow see foreign bytes.

What holds: the size is looked at before pixels are made; the first frame is taken; the picture is turned as its EXIF
data says, its colours become sRGB, and everything else it carried is left behind. A picture is never made larger.
The same bytes give the same picture. Memory is asked for at the workbench first.

Pillow's own limits and faults: https://pillow.readthedocs.io/en/stable/reference/limits.html (13.0, 2026-11).
"""

from __future__ import annotations

import math
import struct
import warnings
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from types import ModuleType
from typing import TYPE_CHECKING, TypeVar, cast

from core.errors import BadReply
from core.memory import give_back_early
from og.pictures import colours
from og.pictures.formats import AVIF, JPEG, WEBP, Cleaned, cleaned, damaged, orientation, scans
from og.pictures.workbench import Place, Workbench

if TYPE_CHECKING:
    from PIL import Image

T = TypeVar("T")
# From the width and height of a picture to those of the picture to make.
Fit = Callable[[int, int], tuple[int, int]]

# 25 megapixels are twice what phones take by default; a side of 20,000 is a long comic strip.
PIXELS = 25_000_000
SIDE = 20_000
# Pixels of a JPEG times its scans, each of which is a pass over all of them: three quarters of a second.
SCANNED = 30 * PIXELS
# A picture four times as high as wide fills two screens of a phone; what is higher becomes narrower. And no screen
# shows more at once than 4 megapixels of one picture, which take an encoder a third of a second.
TALLEST = 4
MOST_MADE = 4_000_000
# Where libwebp's quality stops being seen on photos; its method 4 of 6 is its own default:
# https://developers.google.com/speed/webp/docs/cwebp
QUALITY, METHOD = 80, 4
# Icons and small logos show every artefact: up to so many pixels they are kept without loss where that costs little.
LOSSLESS_PIXELS, LOSSLESS_COST = 160 * 160, 1.3
# How much larger than asked the rough reduction leaves a picture for the fine one (Pillow's own `reducing_gap` is 2),
# and what is taken where memory is too short for that: less sharp, but there.
GAPS = (2.0, 1.5, 1.0, 0.5)
# Bytes of the rough reduction at most: the fine one and the encoder need as much again.
ROUGH = 40_000_000
# Bytes that Pillow takes for a pixel of a mode; all others take four.
_SLIM = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2, "I;16L": 2, "LA": 4, "PA": 4}
# Bytes for a pixel while decoding, where the decoder keeps canvases of its own; measured with Pillow 13.
_DECODING = {WEBP: 16, AVIF: 20}
_JPEG_SCALES = (8, 4, 2)  # what libjpeg can leave out while decoding (its scale_denom)
_STRIP = 64  # rows that are brought into another form at a time
# Pillow's decoders have no error in common: these are what hostile files were seen to raise, and its own bomb checks.
FAULTS = (
    OSError, ValueError, SyntaxError, TypeError, LookupError, ArithmeticError, AttributeError, EOFError,
    RuntimeError, MemoryError, AssertionError, struct.error, zlib.error, Warning,
)  # fmt: skip


@dataclass(frozen=True)
class Small:
    """What became of a picture. ``width`` and ``height`` are those of the original, turned upright.

    ``colour`` is what it looks like from afar, as #rrggbb.
    """

    webp: bytes
    width: int
    height: int
    colour: str
    transparent: bool


def fitted(width: int, height: int, most: int) -> tuple[int, int]:
    """Return the size of a picture at a width: its shape is kept, and it is never made larger."""
    scale = min(1.0, most / width, most * TALLEST / height, math.sqrt(MOST_MADE / (width * height)))
    return max(1, round(width * scale)), max(1, round(height * scale))


def small(data: bytes, width: int, bench: Workbench) -> Small:
    """Return a picture at most ``width`` pixels wide, as WebP. Raises BadReply, or Busy where too many are at it."""
    return _guarded(data, bench, lambda given, place: _small(given, width, place))


def measured(data: bytes) -> tuple[int, int]:
    """Return the size of a picture that is not decoded here. Raises BadReply for what is none, or is too large."""
    given = cleaned(data)
    try:
        with _pillow().open(BytesIO(given.data), formats=(given.kind,)) as image:
            _check_size(image)
            return image.width, image.height
    except FAULTS as exc:
        raise damaged() from exc
    except _bomb() as exc:
        raise too_large() from exc


def opened(data: bytes, fit: Fit, bench: Workbench) -> Image.Image:
    """Return a picture as RGB or RGBA, at the size that ``fit`` says for its own. Raises as `small` does."""
    return _guarded(data, bench, lambda given, place: _made(given, fit, place)[0])


def _guarded(data: bytes, bench: Workbench, work: Callable[[Cleaned, Place], T]) -> T:
    given = cleaned(data)
    with bench.place() as place:
        try:
            return work(given, place)
        except FAULTS as exc:
            raise damaged() from exc
        except _bomb() as exc:
            raise too_large() from exc


def too_large() -> BadReply:
    """Return the error for a picture of too many pixels."""
    return BadReply("The picture is too large to be shown here.", code="picture_too_large")


@lru_cache(maxsize=1)
def _pillow() -> ModuleType:
    """Return Pillow with the decoders we let it use, and no other."""
    from PIL import (  # at first use: not every process meets a picture
        AvifImagePlugin,  # noqa: F401 -- each makes its format known
        BmpImagePlugin,  # noqa: F401
        GifImagePlugin,  # noqa: F401
        IcoImagePlugin,  # noqa: F401
        Image,
        JpegImagePlugin,  # noqa: F401
        PngImagePlugin,  # noqa: F401
        WebPImagePlugin,  # noqa: F401
    )

    warnings.simplefilter("error", Image.DecompressionBombWarning)
    give_back_early()
    return Image


def _bomb() -> type[Exception]:
    return _pillow().DecompressionBombError  # type: ignore[no-any-return]


def _small(given: Cleaned, width: int, place: Place) -> Small:
    made, head = _made(given, lambda across, down: fitted(across, down, width), place)
    webp = _encoded(made, lossless=given.kind != JPEG and made.width * made.height <= LOSSLESS_PIXELS)
    return Small(webp, *head.upright, colours.average(made), made.mode == "RGBA")


def _made(given: Cleaned, fit: Fit, place: Place) -> tuple[Image.Image, _Head]:
    reduced, head = _decoded(given, fit, place)
    if reduced.size != head.target:
        reduced = reduced.resize(head.target, _pillow().Resampling.LANCZOS)
    return _turned(colours.in_srgb(reduced, head.profile), head.turn), head


@dataclass(frozen=True)
class _Head:
    """What a picture says of itself; ``target`` is the size to make, before it is turned."""

    upright: tuple[int, int]
    target: tuple[int, int]
    turn: int
    profile: object


def _decoded(given: Cleaned, fit: Fit, place: Place) -> tuple[Image.Image, _Head]:
    """Return a picture somewhat larger than asked, and its head. The large one is gone when this returns."""
    with _pillow().open(BytesIO(given.data), formats=(given.kind,)) as image:
        _check_size(image)
        turn = orientation(given.exif or image.info.get("exif", b""))
        upright = image.size if turn < 5 else image.size[::-1]
        target = fit(*upright)
        head = _Head(upright, target if turn < 5 else target[::-1], turn, image.info.get("icc_profile"))
        return _reduced(given, image, head.target, place), head


def _check_size(image: Image.Image) -> None:
    width, height = image.size
    if not 0 < width * height <= PIXELS or max(width, height) > SIDE:
        raise too_large()


def _reduced(given: Cleaned, image: Image.Image, target: tuple[int, int], place: Place) -> Image.Image:
    """Decode, and reduce to somewhat more than the target in a mode that can be resized: L, RGB, RGBa or CMYK."""
    kind = given.kind
    coefficients = _coefficients(image, scans(given.data)) if kind == JPEG else 0
    for gap in GAPS:
        wanted = (max(1, round(target[0] * gap)), max(1, round(target[1] * gap)))
        room = min(image.width // wanted[0], image.height // wanted[1])
        scale = next((s for s in _JPEG_SCALES if s <= room), 1) if kind == JPEG else 1
        pixels, factor = image.width * image.height // scale**2, max(1, room // scale)
        rough = 4 * pixels // factor**2
        amount = coefficients + pixels * _DECODING.get(kind, _SLIM.get(image.mode, 4)) + rough
        if rough <= ROUGH and place.fits(amount):
            break
    place.take(amount)
    if scale > 1:
        image.draft(image.mode, wanted)
    image.load()
    return _strips(image, factor)


def _coefficients(image: Image.Image, passes: int) -> int:
    """Return the bytes libjpeg keeps for a picture of several scans: two for each sample of each component."""
    if not image.info.get("progressive") and passes < 2:
        return 0
    if passes * image.width * image.height > SCANNED:
        raise damaged()
    layers = getattr(image, "layer", [])
    widest = max((layer[1] * layer[2] for layer in layers), default=1)
    return sum(2 * image.width * image.height * layer[1] * layer[2] // widest for layer in layers)


def _strips(image: Image.Image, factor: int) -> Image.Image:
    """Reduce by a whole number, some rows at a time, so that no second picture of the full size is ever made."""
    size = (-(-image.width // factor), -(-image.height // factor))
    rows, made = factor * max(1, _STRIP // factor), None
    for top in range(0, image.height, rows):
        part = _workable(image.crop((0, top, image.width, min(top + rows, image.height))))
        part = part.reduce(factor) if factor > 1 else part
        if made is None:
            made = _pillow().new(part.mode, size)
        made.paste(part, (0, top // factor))
    return cast("Image.Image", made)  # there is a first strip: no picture without rows gets here


def _workable(image: Image.Image) -> Image.Image:
    """Return a picture in a mode that can be averaged: transparency multiplied in, 16 bits made 8, no palette."""
    if image.has_transparency_data:
        return image.convert("RGBA").convert("RGBa")
    if image.mode.startswith("I"):
        return image.point(lambda value: value * (1 / 256)).convert("L")
    if image.mode == "1":
        return image.convert("L")
    return image if image.mode in ("L", "RGB", "CMYK") else image.convert("RGB")


def _turned(image: Image.Image, turn: int) -> Image.Image:
    how = _pillow().Transpose
    steps = {
        2: how.FLIP_LEFT_RIGHT, 3: how.ROTATE_180, 4: how.FLIP_TOP_BOTTOM, 5: how.TRANSPOSE,
        6: how.ROTATE_270, 7: how.TRANSVERSE, 8: how.ROTATE_90,
    }  # fmt: skip
    return image.transpose(steps[turn]) if turn in steps else image


def _encoded(image: Image.Image, *, lossless: bool) -> bytes:
    image.info.clear()  # nothing the original said of itself goes along
    lossy = _saved(image, quality=QUALITY)
    if lossless:
        exact = _saved(image, lossless=True)
        return exact if len(exact) <= len(lossy) * LOSSLESS_COST else lossy
    return lossy


def _saved(image: Image.Image, **how: object) -> bytes:
    out = BytesIO()
    image.save(out, "WEBP", method=METHOD, **how)
    return out.getvalue()
