"""Pictures made for tests: sound ones of every kind and mode, and ones made to do harm."""

from __future__ import annotations

import random
import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image, ImageCms

RED, GREEN, BLUE, WHITE = (220, 30, 20), (20, 200, 40), (10, 40, 230), (255, 255, 255)


def corners(width: int = 80, height: int = 40, mode: str = "RGB") -> Image.Image:
    """Red at the top left, green at the top right, blue at the bottom left, white at the bottom right."""
    image = Image.new("RGB", (width, height), WHITE)
    half = (width // 2, height // 2)
    image.paste(RED, (0, 0, *half))
    image.paste(GREEN, (half[0], 0, width, half[1]))
    image.paste(BLUE, (0, half[1], half[0], height))
    return image.convert(mode)


def photo(width: int = 1200, height: int = 630) -> Image.Image:
    """Something as rich as a photo, always the same."""
    seed = Image.frombytes("RGB", (32, 32), random.Random(7).randbytes(32 * 32 * 3))
    return seed.resize((width, height), Image.Resampling.BICUBIC)


def saved(image: Image.Image, kind: str, **how: Any) -> bytes:
    """The bytes of a picture."""
    out = BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    """A picture of its bytes, read."""
    image = Image.open(BytesIO(data))
    image.load()
    return image


def exif(orientation: object) -> bytes:
    """EXIF data with an orientation, a camera and a place."""
    made = Image.Exif()
    made[0x0112] = orientation
    made[0x010F] = "Secret Camera"
    made.get_ifd(0x8825)[1] = "N"
    return made.tobytes()


def turned(orientation: int) -> bytes:
    """The corners, stored such that with this orientation they are upright."""
    how = Image.Transpose
    stored = {
        1: None, 2: how.FLIP_LEFT_RIGHT, 3: how.ROTATE_180, 4: how.FLIP_TOP_BOTTOM,
        5: how.TRANSPOSE, 6: how.ROTATE_90, 7: how.TRANSVERSE, 8: how.ROTATE_270,
    }[orientation]  # fmt: skip
    image = corners() if stored is None else corners().transpose(stored)
    return saved(image, "JPEG", quality=95, exif=exif(orientation))


def profile(name: str = "sRGB") -> bytes:
    """A colour profile of littleCMS: sRGB, LAB or XYZ."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile(name)).tobytes()


def swapped_profile() -> bytes:
    """A profile in which red and blue have changed places: who applies it can be told from who does not."""
    data = bytearray(profile())
    count = struct.unpack_from(">I", data, 128)[0]
    for at in range(132, 132 + 12 * count, 12):
        name = bytes(data[at : at + 4])
        if name in (b"rXYZ", b"bXYZ"):
            data[at : at + 4] = b"bXYZ" if name == b"rXYZ" else b"rXYZ"
    return bytes(data)


def chunk(name: bytes, body: bytes) -> bytes:
    """A PNG chunk."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int, height: int, *extra: bytes, pixels: bytes | None = None, depth: int = 8, kind: int = 2) -> bytes:
    """A PNG whose header says this size, with chunks before the pixels, which may be missing."""
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    body = zlib.compress(pixels if pixels is not None else b"\x00" * 64)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(extra) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    )


def sixteen(width: int = 16, height: int = 16, value: int = 40_000) -> bytes:
    """A grey PNG of 16 bits."""
    rows = (b"\x00" + struct.pack(">H", value) * width) * height
    return png(width, height, pixels=rows, depth=16, kind=0)


def gif(frames: int) -> bytes:
    """An animation: red first, then blue for the rest."""
    first, then = (Image.new("RGB", (40, 30), colour) for colour in (RED, BLUE))
    whole = saved(first, "GIF", save_all=True, append_images=[then, first], duration=20)
    one = saved(then, "GIF")
    picture = b"\x21\xf9\x04\x00\x02\x00\x00\x00" + one[one.index(b"\x2c", 13 + 3) : -1]
    return whole[:-1] + picture * max(0, frames - 3) + b"\x3b"


def icon(*sizes: int, kind: str = "png") -> bytes:
    """An icon file of several sizes, all red."""
    image = Image.new("RGBA", (max(sizes), max(sizes)), (*RED, 255))
    return saved(image, "ICO", sizes=[(s, s) for s in sizes], bitmap_format=kind)


def many_scans(times: int, side: int = 64) -> bytes:
    """A progressive JPEG whose last scan is repeated."""
    data = saved(Image.new("L", (side, side), 128), "JPEG", progressive=True)
    last = data[data.rindex(b"\xff\xda") : -2]
    return data[:-2] + last * times + b"\xff\xd9"
