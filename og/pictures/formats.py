"""What kind of picture some bytes are, told by themselves, and only those of their parts that a picture needs.

Bytes come from strangers. What does not begin like one of the kinds below is no picture to us, whatever its server
calls it: SVG least of all, which is a document with scripts. PNG and JPEG files lose all parts but those that make
pixels, and of an icon file one icon is left: so decoders meet neither text that inflates to megabytes, nor a thousand
frames, nor directories that lead in circles.

Sources: PNG 3rd edition (https://www.w3.org/TR/png-3/), the ICO notes of
https://learn.microsoft.com/en-us/previous-versions/ms997538(v=msdn.10), JPEG ITU-T T.81 annex B, AVIF 1.1
(https://aomediacodec.github.io/av1-avif/), all read 2026-11.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from core.errors import BadReply

PNG, JPEG, GIF, WEBP, AVIF, ICO = "PNG", "JPEG", "GIF", "WEBP", "AVIF", "ICO"
KINDS = (PNG, JPEG, GIF, WEBP, AVIF, ICO)

_PNG_START = b"\x89PNG\r\n\x1a\n"
# The chunks that say how the pixels look (PNG §11); the colours' meaning is in iCCP.
_PNG_KEPT = frozenset({b"IHDR", b"PLTE", b"tRNS", b"iCCP", b"sRGB", b"IDAT", b"IEND"})
# Bytes, inflated. Profiles of printers reach some 2 MB, but those are for CMYK, which PNG has not.
_PNG_PROFILE = 512 * 1024
# Chunks or segments of one picture: a PNG of 5 MB in chunks of 8 KiB, as libpng writes them, has some 600.
_PARTS = 10_000
# JPEG marks (T.81 table B.1): comments, and what applications add but for APP0 (JFIF) and APP14 (which colours).
_APP1, _APP2, _SOS = 0xE1, 0xE2, 0xDA
_JPEG_DROPPED = frozenset({*range(0xE1, 0xF0), 0xFE}) - {0xEE}
# Marks without a segment, an escaped 0xff and a filling one.
_JPEG_BARE = frozenset({0x00, 0x01, *range(0xD0, 0xD8), 0xFF})
_EXIF = b"Exif\x00\x00"
_EXIF_FIELDS = 200  # cameras write some ten into the first directory
_ORIENTATION, _SHORT = 0x0112, 3
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


@dataclass(frozen=True)
class Cleaned:
    """What is left of a picture. ``exif`` is its EXIF data where that was taken out, to be read by `orientation`."""

    kind: str
    data: bytes
    exif: bytes = b""


def cleaned(data: bytes) -> Cleaned:
    """Return what is to be decoded of a picture. Raises BadReply for what is none, or one made to do harm."""
    kind = kind_of(data)
    if kind == ICO:
        kind, data = _icon(data)
    if kind == PNG:
        return _clean_png(data)
    return _clean_jpeg(data) if kind == JPEG else Cleaned(kind, data)


def orientation(exif: bytes) -> int:
    """Return how a picture is to be turned, 1 to 8 (Exif 3.0 §4.6.5.1.6); 1 is not at all, or unreadable."""
    data = exif.removeprefix(_EXIF)
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(data[:4], "")
    if not order:
        return 1
    try:
        (start,) = struct.unpack_from(order + "I", data, 4)
        (count,) = struct.unpack_from(order + "H", data, start)
        for n in range(min(count, _EXIF_FIELDS)):
            tag, kind, _, value = struct.unpack_from(order + "HHIH", data, start + 2 + 12 * n)
            if tag == _ORIENTATION:
                return int(value) if kind == _SHORT and 1 <= value <= 8 else 1
    except struct.error:
        return 1
    return 1


def scans(data: bytes) -> int:
    """Return the scans of a JPEG, its thumbnails' among them: their mark stands nowhere else (T.81 §B.1.1.3)."""
    return data.count(b"\xff\xda")


def damaged() -> BadReply:
    """Return the error for a picture that cannot be decoded."""
    return BadReply("The picture is damaged, or not what it says it is.", code="not_a_picture")


def _clean_png(data: bytes) -> Cleaned:
    """Keep the chunks that make the still picture."""
    kept, exif = [_PNG_START], b""
    for name, chunk in _png_chunks(data):
        if name == b"eXIf":
            exif = chunk[8:-4]
        elif name in _PNG_KEPT and (name != b"iCCP" or _inflates(chunk)):
            kept.append(chunk)
    return Cleaned(PNG, b"".join(kept), exif)


def _inflates(chunk: bytes) -> bool:
    """Return whether the profile in a chunk of PNG is one, and not a small thing that becomes a huge one."""
    packed = chunk[8:-4].partition(b"\x00")[2][1:]
    inflater = zlib.decompressobj()
    try:
        inflater.decompress(packed, _PNG_PROFILE)
    except zlib.error:
        return False
    return inflater.eof


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the name and all bytes of each chunk (PNG §5.3) up to the end."""
    at = len(_PNG_START)
    for _ in range(_PARTS):
        if at + 12 > len(data):
            raise damaged()
        length, name = struct.unpack_from(">I4s", data, at)
        yield name, data[at : at + 12 + length]
        if name == b"IEND":
            return
        at += 12 + length
    raise damaged()


def _clean_jpeg(data: bytes) -> Cleaned:
    """Keep the segments that make the picture; those of applications but for the colours' meaning go."""
    if scans(data) > JPEG_SCANS:
        raise damaged()
    kept, exif = [data[:2]], b""
    for mark, segment in _jpeg_segments(data):
        if mark == _APP1 and segment[4:].startswith(_EXIF):
            exif = exif or segment[4:]
        elif mark not in _JPEG_DROPPED or (mark == _APP2 and segment[4:].startswith(b"ICC_PROFILE\x00")):
            kept.append(segment)
    return Cleaned(JPEG, b"".join(kept), exif)


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the mark and all bytes of each segment (T.81 §B.1.1), the last of them from the first scan to the end."""
    at = 2
    for _ in range(_PARTS):
        at = data.find(b"\xff", at)
        if at < 0 or at + 4 > len(data):
            raise damaged()
        mark = data[at + 1]
        if mark in _JPEG_BARE:
            at += 2 if mark != 0xFF else 1
            continue
        if mark == _SOS:
            yield mark, data[at:]
            return
        end = at + 2 + struct.unpack_from(">H", data, at + 2)[0]
        yield mark, data[at:end]
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
