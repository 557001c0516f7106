"""A JPEG put together from rows of blocks, of which only those with new text are encoded anew.

A restart mark after every row of blocks makes each row a piece that depends on no other (ITU-T T.81 §F.1.1.5.1); the
marks count round from 0 to 7. So rows of the layer below the text (`og.drawing.layer`) are kept as they were encoded.
"""

from __future__ import annotations

import re
import struct
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from PIL import Image

# What most cameras and services use: at 85, artefacts at letters are not seen at full size (docs/cards.md).
QUALITY = 85
# Rows of pixels in a row of blocks, where colours are halved both ways, as Pillow does by default, and where not
# (T.81 §A.2.3).
ROWS, VIVID_ROWS = 16, 8
_RESTART = re.compile(rb"\xff[\xd0-\xd7]")
_SOS, _EOI = 0xDA, b"\xff\xd9"


class Rows(NamedTuple):
    """A JPEG in pieces: what comes before the pixels, and the rows of blocks."""

    head: bytes
    rows: list[bytes]


def encoded(image: Image.Image, quality: int = QUALITY, *, vivid: bool = False) -> Rows:
    """Return an RGB picture, encoded row by row. ``vivid`` keeps colours at full size, for coloured letters."""
    out = BytesIO()
    image.save(out, "JPEG", quality=quality, subsampling=0 if vivid else 2, restart_marker_rows=1)
    data = out.getvalue()
    at = 2
    while data[at + 1] != _SOS:
        at += 2 + int(struct.unpack_from(">H", data, at + 2)[0])
    at += 2 + int(struct.unpack_from(">H", data, at + 2)[0])
    return Rows(data[:at], _RESTART.split(data[at:-2]))


def joined(rows: Rows) -> bytes:
    """Return the whole JPEG."""
    parts = [rows.head]
    for number, row in enumerate(rows.rows):
        parts += (row, b"\xff" + bytes((0xD0 + number % 8,)))
    parts[-1] = _EOI
    return b"".join(parts)
