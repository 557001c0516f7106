"""What kind of picture some bytes are, told by themselves, and only those of their parts that a picture needs.

Bytes come from strangers. What does not begin like one of the kinds below is no picture to us, whatever its server
calls it: SVG least of all, which is a document with scripts. PNG files lose all chunks but those that make pixels,
and of an icon file one icon is left: so decoders meet neither text that inflates to megabytes nor a thousand frames.

Sources: PNG 3rd edition (https://www.w3.org/TR/png-3/), the ICO notes of
https://learn.microsoft.com/en-us/previous-versions/ms997538(v=msdn.10), JPEG ITU-T T.81 annex B, AVIF 1.1
(https://aomediacodec.github.io/av1-avif/), all read 2026-11.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from core.errors import BadReply

PNG, JPEG, GIF, WEBP, AVIF, ICO = "PNG", "JPEG", "GIF", "WEBP", "AVIF", "ICO"
KINDS = (PNG, JPEG, GIF, WEBP, AVIF, ICO)

_PNG_START = b"\x89PNG\r\n\x1a\n"
# The chunks that say how the pixels look (PNG §11): orientation is in eXIf, the colours' meaning in iCCP.
_PNG_KEPT = frozenset({b"IHDR", b"PLTE", b"tRNS", b"iCCP", b"sRGB", b"eXIf", b"IDAT", b"IEND"})
# Larger than any sane one: profiles of printers reach some 2 MB, but those are for CMYK, which PNG has not.
_PNG_PROFILE = 256 * 1024
_PNG_EXIF = 64 * 1024
# A PNG of 5 MB in IDAT chunks of 8 KiB, as libpng writes them, has some 600.
_PNG_CHUNKS = 100_000
# A scan can be made of forty bytes that costs a pass over the whole picture; usual are ten. The libraries leave the
# limit to us ("-maxscans" of djpeg): https://libjpeg-turbo.org/pmwiki/uploads/About/TwoIssueswiththeJPEGStandard.pdf
JPEG_SCANS = 100
# Icons are at most 256 pixels wide (the field is one byte, 0 is 256); twice that for liars.
_ICON_SIDE = 512
_ICONS = 64
_AVIF_BRANDS = (b"avif", b"avis")


def kind_of(data: bytes) -> str:
    """Return the kind of a picture by its first bytes; raise BadReply for anything we do not show."""
    if data.startswith(_PNG_START):
        return PNG
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    if data.startswith((b"GIF87a", b"GIF89a")):
        return GIF
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return WEBP
    if data[4:8] == b"ftyp" and data[8:12] in _AVIF_BRANDS:
        return AVIF
    if data.startswith(b"\x00\x00\x01\x00"):
        return ICO
    raise BadReply("That is not a picture in a format that is shown here.", code="not_a_picture")


def cleaned(data: bytes) -> tuple[str, bytes]:
    """Return the kind and the bytes to decode. Raises BadReply for what is no picture, or one made to do harm."""
    kind = kind_of(data)
    if kind == ICO:
        kind, data = _icon(data)
    if kind == PNG:
        data = b"".join([_PNG_START, *_png_chunks(data)])
    if kind == JPEG and data.count(b"\xff\xda") > JPEG_SCANS:
        raise damaged()
    return kind, data


def damaged() -> BadReply:
    """Return the error for a picture that cannot be decoded."""
    return BadReply("The picture is damaged, or not what it says it is.", code="not_a_picture")


def _png_chunks(data: bytes) -> Iterator[bytes]:
    """Yield the chunks to keep, whole. Those of an animation are not: what is left is the still picture."""
    at = len(_PNG_START)
    for _ in range(_PNG_CHUNKS):
        if at + 12 > len(data):
            raise damaged()
        length, name = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data) and name != b"IDAT":
            raise damaged()
        if (
            name in _PNG_KEPT
            and not (name == b"iCCP" and length > _PNG_PROFILE)
            and not (name == b"eXIf" and length > _PNG_EXIF)
        ):
            yield data[at:end]
        if name == b"IEND":
            return
        at = end
    raise damaged()


def _icon(data: bytes) -> tuple[str, bytes]:
    """Return the largest icon of a file: a PNG as it is, a bitmap as an icon file of its own."""
    count = min(struct.unpack_from("<H", data, 4)[0], _ICONS) if len(data) >= 6 else 0
    if len(data) < 6 + 16 * count or not count:
        raise damaged()
    entries = [data[6 + 16 * n : 22 + 16 * n] for n in range(count)]
    entry = max(entries, key=lambda e: ((e[0] or 256) * (e[1] or 256), struct.unpack_from("<H", e, 6)[0]))
    size, offset = struct.unpack_from("<II", entry, 8)
    body = data[offset : offset + size]
    if body.startswith(_PNG_START):
        return PNG, body
    if len(body) < 40 or not _small_bitmap(body):
        raise damaged()
    return ICO, b"\x00\x00\x01\x00\x01\x00" + entry[:12] + struct.pack("<I", 22) + body


def _small_bitmap(body: bytes) -> bool:
    """Return whether the header of a bitmap (BITMAPINFOHEADER) names an icon's size; its height counts the mask."""
    header, width, height = struct.unpack_from("<Iii", body)
    return bool(header == 40 and 0 < width <= _ICON_SIDE and 0 < height <= 2 * _ICON_SIDE)
