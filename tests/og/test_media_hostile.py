"""Pictures made to do harm: each is refused or made harmless, soon, and within the memory that one may take."""

from __future__ import annotations

import random
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path

import pytest
from PIL import Image

from core.errors import BadReply
from og.pictures.formats import KINDS, cleaned, kind_of, orientation
from og.pictures.pixels import PIXELS, SIDE, Small, small
from og.pictures.workbench import Workbench
from tests.og.pictures import RED, chunk, corners, exif, gif, icon, many_scans, opened, photo, png, saved

ROOT = Path(__file__).resolve().parents[2]
BENCH = Workbench()
# What one picture may make a worker grow by, bytes: the goal of docs/media.md.
GROWTH = 150_000_000

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
NO_PICTURES = {
    "nothing": b"",
    "one byte": b"\x89",
    "html": b"<!doctype html><title>404</title>",
    "svg": SVG,
    "svg with a bom": b"\xef\xbb\xbf" + SVG,
    "svg after a comment": b"<?xml version='1.0'?><!-- \x89PNG -->" + SVG,
    "svg packed": zlib.compress(SVG, wbits=31),
    "svg called png": b"\x89PNG" + SVG,
    "pdf": b"%PDF-1.7\n",
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9999 9999\n",
    "tiff": b"II*\x00" + b"\x08\x00\x00\x00",
    "bitmap": saved(corners(), "BMP"),
    "ppm": b"P6 9999 9999 255\n",
    "video": b"\x00\x00\x00\x18ftypmp42",
    "heic": b"\x00\x00\x00\x18ftypheic",
    "wave": b"RIFF\x00\x00\x00\x00WAVE",
    "script": b"GIF/*" + b"*/=alert(1)",
}


@pytest.mark.parametrize("name", NO_PICTURES)
def test_what_is_no_picture_is_none(name: str) -> None:
    with pytest.raises(BadReply) as caught:
        small(NO_PICTURES[name], 48, BENCH)
    assert caught.value.code == "not_a_picture"


def webp_of(width: int, height: int) -> bytes:
    """38 bytes that say so many pixels: a lossless WebP of one colour."""
    made = bytearray(saved(Image.new("RGBA", (2, 2)), "WEBP", lossless=True))
    at = made.index(b"VP8L") + 9
    rest = struct.unpack_from("<I", made, at)[0] & ~((1 << 28) - 1)
    struct.pack_into("<I", made, at, rest | (width - 1) | (height - 1) << 14)
    return bytes(made)


HUGE = {
    "png 50,000 x 50,000": png(50_000, 50_000),
    "png 1 x 1,000,000": png(1, 1_000_000),
    "png beyond 31 bits": png(2**31 - 1, 2**31 - 1),
    "png 5001 x 5000": png(5001, 5000),
    "png 9000 x 9000": saved(Image.new("1", (9000, 9000)), "PNG"),
    "gif 65,535 x 65,535": b"GIF89a" + b"\xff\xff\xff\xff" + gif(3)[10:],
    "webp 16,384 x 16,384": webp_of(16_384, 16_384),
    "webp 5000 x 5000": webp_of(5000, 5000),
    "jpeg 65,500 x 65,500": saved(corners(16, 16), "JPEG").replace(
        b"\xff\xc0\x00\x11\x08\x00\x10\x00\x10", b"\xff\xc0\x00\x11\x08\xff\xdc\xff\xdc"
    ),
}


@pytest.mark.parametrize("name", HUGE)
def test_what_is_too_large_is_not_decoded(name: str) -> None:
    begun = time.process_time()
    with pytest.raises(BadReply) as caught:
        small(HUGE[name], 48, BENCH)
    assert caught.value.code in ("picture_too_large", "not_a_picture")
    assert time.process_time() - begun < 2


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "AVIF"])
@pytest.mark.parametrize("part", [0.02, 0.3, 0.6, 0.95])
def test_what_is_cut_off_is_refused(kind: str, part: float) -> None:
    data = saved(photo(300, 200), kind)
    with pytest.raises(BadReply):
        small(data[: int(len(data) * part)], 48, BENCH)


BOMBS = {
    "ztxt": [chunk(b"zTXt", b"a\x00\x00" + zlib.compress(b"x" * 60_000_000))] * 3,
    "itxt": [chunk(b"iTXt", b"a\x00\x01\x00\x00\x00" + zlib.compress(b"x" * 60_000_000))] * 3,
    "iccp": [chunk(b"iCCP", b"a\x00\x00" + zlib.compress(b"x" * 60_000_000))],
    "text": [chunk(b"tEXt", b"a\x00" + b"x" * 1_000_000)] * 4,
    "exif": [chunk(b"eXIf", b"MM\x00*\x00\x00\x00\x08" + b"\xff" * 100_000)],
    "unknown": [chunk(b"abCd", b"")] * 9_000,
    "animation": [chunk(b"acTL", struct.pack(">II", 2**31 - 1, 0))],
}


@pytest.mark.parametrize("name", BOMBS)
def test_what_is_not_pixels_is_left_aside(name: str) -> None:
    pixels = b"".join(b"\x00" + bytes(RED) * 8 for _ in range(8))
    begun = time.process_time()
    assert small(png(8, 8, *BOMBS[name], pixels=pixels), 48, BENCH).colour == "#dc1e14"
    assert time.process_time() - begun < 2


@pytest.mark.parametrize(
    "data",
    [
        png(8, 8, *[chunk(b"abCd", b"")] * 300_000),
        b"\xff\xd8" + b"\xff\xe0\x00\x02" * 1_000_000,
        b"\xff\xd8" + b"\xff" * 4_000_000,
        b"\x00\x00\x01\x00\xff\xff" + b"\x00" * 16 * 65_535,
        png(8, 8)[:33] + struct.pack(">I", 2**32 - 1) + b"IDAT",
        b"\xff\xd8\xff\xe1\x00\x00",
        b"\xff\xd8\xff\xe1\x00\x01\xff\xda",
    ],
    ids=["chunks", "segments", "filling", "icons", "endless chunk", "no length", "short length"],
)
def test_parts_without_end_are_not_followed(data: bytes) -> None:
    begun = time.process_time()
    with pytest.raises(BadReply):
        small(data, 48, BENCH)
    assert time.process_time() - begun < 2


def test_scans_are_counted() -> None:
    assert small(many_scans(5), 48, BENCH).colour == "#808080"
    with pytest.raises(BadReply):
        small(many_scans(200), 48, BENCH)
    with pytest.raises(BadReply):
        small(many_scans(60, side=4500), 48, BENCH)


@pytest.mark.parametrize(
    "data",
    [
        saved(corners(), "PNG") + SVG,
        saved(corners(), "JPEG") + b"<script>alert(1)</script>",
        saved(corners(), "JPEG", comment=b"<script>alert(1)</script>"),
        saved(corners(), "GIF", comment=b"<script>alert(1)</script>"),
        saved(corners(), "WEBP") + b"PK\x03\x04",
        saved(corners(), "PNG").replace(b"IEND", b"IEND", 1) + b"%PDF-1.7",
    ],
    ids=["png svg", "jpeg html", "jpeg comment", "gif comment", "webp zip", "png pdf"],
)
def test_what_is_two_things_at_once_is_only_a_picture_after(data: bytes) -> None:
    made = small(data, 48, BENCH).webp
    assert opened(made).format == "WEBP"
    assert not any(word in made for word in (b"script", b"PK\x03\x04", b"%PDF", b"svg"))
    assert len(made) == struct.unpack_from("<I", made, 4)[0] + 8, "nothing comes after the picture"


def test_an_icon_that_lies_about_its_size() -> None:
    inside = png(20_001, 100)
    entry = struct.pack("<BBBBHHII", 16, 16, 0, 0, 1, 32, len(inside), 22)
    with pytest.raises(BadReply):
        small(b"\x00\x00\x01\x00\x01\x00" + entry + inside, 48, BENCH)
    bitmap = bytearray(icon(16, kind="bmp"))
    struct.pack_into("<ii", bitmap, 22 + 4, 30_000, 60_000)
    with pytest.raises(BadReply):
        small(bytes(bitmap), 48, BENCH)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"Exif\x00\x00", b"II*\x00", b"II*\x00\xff\xff\xff\xff", b"MM\x00*\x00\x00\x00\x08\xff\xff",
        b"MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x04\x00\x00\x00\x01\x00\x06\x00\x00",
        b"MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x09\x00\x00",
    ],
)  # fmt: skip
def test_an_orientation_that_cannot_be_read(data: bytes) -> None:
    assert orientation(data) == 1


@pytest.mark.parametrize("turn", range(1, 9))
def test_an_orientation_that_can(turn: int) -> None:
    assert orientation(exif(turn)) == turn
    little = b"II*\x00\x08\x00\x00\x00\x01\x00" + struct.pack("<HHIHH", 0x0112, 3, 1, turn, 0)
    assert orientation(little) == turn


SEEDS = [saved(photo(60, 40), kind) for kind in ("PNG", "JPEG", "GIF", "WEBP", "AVIF")] + [
    icon(16, 32),
    icon(16, kind="bmp"),
    saved(corners().quantize(8), "PNG"),
    saved(corners(mode="CMYK"), "JPEG"),
]


@pytest.mark.parametrize("seed", range(len(SEEDS)))
def test_no_bytes_raise_anything_else(seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(150):
        data = bytearray(SEEDS[seed])
        for _ in range(dice.choice((1, 3, 20))):
            data[dice.randrange(len(data))] = dice.randrange(256)
        if dice.random() < 0.2:
            del data[dice.randrange(len(data)) :]
        try:
            made = small(bytes(data), 48, BENCH)
        except BadReply:
            continue
        assert isinstance(made, Small)
        assert opened(made.webp).format == "WEBP"


def test_kinds_are_those_of_the_decoders_we_let_in() -> None:
    assert {kind_of(saved(corners(), kind)) for kind in ("PNG", "JPEG", "GIF", "WEBP", "AVIF")} < set(KINDS)
    assert cleaned(icon(16, kind="bmp")).kind == "ICO"


MEASURED = """
import resource, sys
from pathlib import Path
from og.pictures.pixels import small
from og.pictures.workbench import Workbench
from core.errors import BadReply
from tests.og.pictures import saved, corners
small(saved(corners(), "PNG"), 48, Workbench())
small(saved(corners(), "AVIF"), 48, Workbench())
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for path in sys.argv[1:]:
    for width in (48, 640, 1920):
        try:
            small(Path(path).read_bytes(), width, Workbench())
        except BadReply:
            pass
sys.stdout.write(str((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024))
"""


def test_the_largest_pictures_stay_within_their_memory(tmp_path: Path) -> None:
    side = 5000
    assert side * side == PIXELS
    assert side < SIDE
    rich = photo(side, side)
    files = {
        "a.png": saved(Image.new("RGBA", (side, side), (9, 200, 30, 99)), "PNG"),
        "b.jpg": saved(rich, "JPEG", quality=40),
        "c.jpg": saved(rich, "JPEG", quality=40, progressive=True),
        "d.jpg": saved(rich, "JPEG", quality=40, progressive=True, subsampling=0),
        "e.gif": saved(Image.new("P", (side, side)), "GIF"),
        "f.webp": webp_of(2740, 2740),
        "g.webp": webp_of(3900, 2000),
        "h.avif": saved(photo(2400, 2400), "AVIF", speed=10),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    command = [sys.executable, "-c", MEASURED, *(str(tmp_path / name) for name in files)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    assert int(done.stdout) < GROWTH


CROWD = """
import resource, sys, threading
from pathlib import Path
from og.pictures.pixels import small
from og.pictures.workbench import Workbench
from tests.og.pictures import saved, corners

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()

bench = Workbench(patience=60)
small(saved(corners(), "JPEG"), 48, bench)
before, peak = resident(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for _ in range(2):
    threads = [
        threading.Thread(target=small, args=(Path(path).read_bytes(), width, bench))
        for path in sys.argv[1:] for width in (320, 1280)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
sys.stdout.write(f"{resident() - before} {(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak) * 1024}")
"""


def test_a_crowd_of_large_pictures_takes_no_more_and_leaves_nothing(tmp_path: Path) -> None:
    files = {
        "a.png": saved(Image.new("RGBA", (4000, 4000), (9, 200, 30, 99)), "PNG"),
        "b.jpg": saved(photo(4000, 4000), "JPEG", quality=40, progressive=True),
        "c.webp": webp_of(2400, 2400),
        "d.gif": saved(Image.new("P", (4000, 4000)), "GIF"),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    command = [sys.executable, "-c", CROWD, *(str(tmp_path / name) for name in files)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    left, peak = map(int, done.stdout.split())
    assert peak < GROWTH + 30_000_000, "and what the last one still holds while the next begins"
    assert left < 30_000_000
