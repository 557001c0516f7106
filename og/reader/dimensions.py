"""Width and height of a picture from its first bytes, without decoding it.

Formats: PNG (3rd edition §11.2.1), GIF89a §18, JPEG (T.81 B.2.2), WebP (RFC 9649 §2.5-2.7), AVIF and HEIF (the
``ispe`` box, ISO 23008-12 §6.5.3), BMP, ICO. Bytes come from strangers: whatever is missing or odd gives nothing.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass

# Bytes that are fetched of a picture: JPEG frames come after embedded thumbnails and profiles of up to 64 KB each.
ENOUGH = 131_072
# No picture is larger (JPEG's fields have 16 bits; PNG's have 31, but nobody shows that).
LARGEST = 65_535


@dataclass(frozen=True)
class Dimensions:
    """A picture's media type, and its size in pixels."""

    type: str
    width: int
    height: int


def dimensions(data: bytes) -> Dimensions | None:
    """Return what a picture's first bytes say, or None."""
    for start, kind, read in _READERS:
        if data[start[0] : start[0] + len(start[1])] == start[1]:
            try:
                width, height = read(data)
            except (struct.error, IndexError, ValueError):
                return None
            sound = 0 < width <= LARGEST and 0 < height <= LARGEST
            return Dimensions(kind, width, height) if sound else None
    return None


def _png(data: bytes) -> tuple[int, int]:
    width, height = struct.unpack(">II", data[16:24])
    return width, height


def _gif(data: bytes) -> tuple[int, int]:
    width, height = struct.unpack("<HH", data[6:10])
    return width, height


def _jpeg(data: bytes) -> tuple[int, int]:
    """Skip segment by segment to the frame header: SOF0 to SOF15 without DHT, JPG and DAC (T.81 table B.1)."""
    place = 2
    while place < len(data):
        if data[place] != 0xFF:
            raise ValueError
        mark = data[place + 1]
        if mark == 0xFF:
            place += 1
            continue
        if 0xC0 <= mark <= 0xCF and mark not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[place + 5 : place + 9])
            return width, height
        if mark in (0xD9, 0xDA):
            raise ValueError
        place += 2 + int.from_bytes(data[place + 2 : place + 4], "big")
    raise ValueError


def _webp(data: bytes) -> tuple[int, int]:
    kind = data[12:16]
    if kind == b"VP8X":
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    if kind == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", data[26:30])
        return width & 0x3FFF, height & 0x3FFF
    raise ValueError


def _heif(data: bytes) -> tuple[int, int]:
    """Return the largest of the sizes told: thumbnails and tiles have theirs beside the picture's."""
    found, place = [(0, 0)], data.find(b"ispe")
    while place >= 0 and len(found) < 100:
        found.append(struct.unpack(">II", data[place + 8 : place + 16]))
        place = data.find(b"ispe", place + 4)
    return max(found)


def _bmp(data: bytes) -> tuple[int, int]:
    width, height = struct.unpack("<ii", data[18:26])
    return width, abs(height)


def _ico(data: bytes) -> tuple[int, int]:
    """Return the largest icon's size; 0 stands for 256."""
    count = min(int.from_bytes(data[4:6], "little"), 64)
    sizes = [(data[6 + 16 * n] or 256, data[7 + 16 * n] or 256) for n in range(count)]
    return max(sizes, default=(0, 0))


_READERS: tuple[tuple[tuple[int, bytes], str, Callable[[bytes], tuple[int, int]]], ...] = (
    ((0, b"\x89PNG\r\n\x1a\n"), "image/png", _png),
    ((0, b"\xff\xd8\xff"), "image/jpeg", _jpeg),
    ((0, b"GIF8"), "image/gif", _gif),
    ((8, b"WEBP"), "image/webp", _webp),
    ((4, b"ftypavi"), "image/avif", _heif),
    ((4, b"ftyphei"), "image/heic", _heif),
    ((4, b"ftypmif1"), "image/heif", _heif),
    ((0, b"BM"), "image/bmp", _bmp),
    ((0, b"\x00\x00\x01\x00"), "image/x-icon", _ico),
)
