"""A PNG written by ourselves: no look at all filters for each row, and rows that did not change are not packed again.

The rows of a card that carry no new text are those of its layer (`og.drawing.layer`). They were deflated before, each
run of rows for itself, so that the pieces can be put together in any order: a full flush ends a piece at a whole byte
and refers to nothing before it (RFC 1951 §3.2.3, RFC 1950; PNG 3rd edition §10: https://www.w3.org/TR/png-3/).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from PIL import Image

# Level 4 of zlib-ng packs a card better than level 6 of Pillow's writer, in a seventh of its time (docs/cards.md).
LEVEL = 4
# Rows that are kept are packed once and sent often, so a little better.
KEPT_LEVEL = 6
_START = b"\x89PNG\r\n\x1a\n"
# RFC 1950 §2.2: deflate, a window of 32 KiB. And an empty last block of fixed codes (RFC 1951 §3.2.6).
_HEADER, _LAST = b"\x78\x5e", b"\x03\x00"
_NONE, _UP = b"\x00", b"\x02"
_ADLER = 65521  # RFC 1950 §8.2
# Bytes of rows worked on at a time.
_STRIP = 256 * 1024
# Rows that are looked at to choose a filter, in so many places.
_SAMPLE, _PLACES = 6, 4


class Run(NamedTuple):
    """Rows packed: a whole IDAT chunk, and the checksum and length of what was packed."""

    chunk: bytes
    adler: int
    length: int


def packed(image: Image.Image, top: int, bottom: int, *, rich: bool, kept: bool = False) -> Run:
    """Return rows [top, bottom) of an RGB picture as a piece of a PNG. ``rich``: there may be photos in them."""
    zlib = deflate()
    up = rich and _is_rich(image, top, bottom)
    # Differences between rows of a photo repeat as runs at most: looking further back takes three times as long.
    strategy = zlib.Z_RLE if up else zlib.Z_DEFAULT_STRATEGY
    packer = zlib.compressobj(KEPT_LEVEL if kept and not up else LEVEL, zlib.DEFLATED, -15, 9, strategy)
    parts, adler, length = [], 1, 0
    for rows in _strips(image, top, bottom, up=up):
        parts.append(packer.compress(rows))
        adler = zlib.adler32(rows, adler)
        length += len(rows)
    return Run(_chunk(b"IDAT", b"".join((*parts, packer.flush(zlib.Z_FULL_FLUSH)))), adler, length)


def _strips(image: Image.Image, top: int, bottom: int, *, up: bool) -> Iterator[bytes]:
    """Yield rows with their filters, some at a time: large pieces of memory are slow to get."""
    step = max(1, _STRIP // (image.width * 3))
    for at in range(top, bottom, step):
        end = min(bottom, at + step)
        yield _up(image, at, end) if up else _plain(image, at, end)


def joined(width: int, height: int, runs: Iterable[Run]) -> bytes:
    """Return the PNG made of all its rows, from the top."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [_START, _chunk(b"IHDR", head), _chunk(b"IDAT", _HEADER)]
    adler = 1
    for run in runs:
        parts.append(run.chunk)
        adler = combined(adler, run.adler, run.length)
    return b"".join((*parts, _chunk(b"IDAT", _LAST + struct.pack(">I", adler)), _chunk(b"IEND", b"")))


def combined(first: int, second: int, length: int) -> int:
    """Return the Adler-32 of two pieces in a row, ``length`` bytes of them in the second (RFC 1950 §8.2)."""
    low, high = first & 0xFFFF, first >> 16
    other_low, other_high = second & 0xFFFF, second >> 16
    low_sum = (low + other_low - 1) % _ADLER
    high_sum = (high + other_high + length * (low - 1)) % _ADLER
    return high_sum << 16 | low_sum


def deflate() -> ModuleType:
    """Return zlib-ng, or the standard library's zlib where it is not installed: slower, the same form."""
    try:
        from zlib_ng import zlib_ng
    except ImportError:
        import zlib

        return zlib
    return zlib_ng


def _chunk(name: bytes, data: bytes) -> bytes:
    body = name + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", deflate().crc32(body))


def _plain(image: Image.Image, top: int, bottom: int) -> bytes:
    whole = top == 0 and bottom == image.height
    data = memoryview((image if whole else image.crop((0, top, image.width, bottom))).tobytes())
    return _rows(data, image.width * 3, _NONE)


def _rows(data: memoryview, length: int, kind: bytes) -> bytes:
    parts: list[bytes | memoryview] = [kind] * (2 * (len(data) // length))
    parts[1::2] = [data[at : at + length] for at in range(0, len(data), length)]
    return b"".join(parts)


def _up(image: Image.Image, top: int, bottom: int) -> bytes:
    """Return rows as differences from the row above each (PNG §9.2, filter 2).

    The first stands for itself: the row above it may be another in another card.
    """
    from PIL import ImageChops

    first = _plain(image, top, top + 1)
    rows = image.crop((0, top + 1, image.width, bottom))
    above = image.crop((0, top, image.width, bottom - 1))
    differences = ImageChops.subtract_modulo(rows, above).tobytes() if bottom - top > 1 else b""
    return first + _rows(memoryview(differences), image.width * 3, _UP)


def _is_rich(image: Image.Image, top: int, bottom: int) -> bool:
    """Try both filters on a few rows."""
    zlib = deflate()
    plain = up = 0
    step = max(1, (bottom - top - _SAMPLE) // _PLACES)
    for at in range(top, max(top + 1, bottom - _SAMPLE), step):
        end = min(bottom, at + _SAMPLE)
        plain += len(zlib.compress(_plain(image, at, end), 1))
        up += len(zlib.compress(_up(image, at, end), 1))
    return up < plain
