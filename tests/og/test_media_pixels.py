"""Large pictures of strangers become small ones of ours: every kind and mode, upright, in sRGB, and nothing else."""

from __future__ import annotations

import pytest
from PIL import Image

from og.pictures.pixels import MOST_MADE, TALLEST, fitted, small
from og.pictures.workbench import Workbench
from tests.og.pictures import (
    BLUE,
    GREEN,
    RED,
    WHITE,
    corners,
    exif,
    gif,
    icon,
    opened,
    photo,
    png,
    profile,
    saved,
    sixteen,
    swapped_profile,
    turned,
)

BENCH = Workbench()


def shown(data: bytes, width: int = 48) -> Image.Image:
    """What a browser would show of our picture."""
    return opened(small(data, width, BENCH).webp)


def near(found: object, wanted: tuple[int, ...], by: int = 14) -> bool:
    assert isinstance(found, tuple)
    return all(abs(a - b) <= by for a, b in zip(found, wanted, strict=False))


def shows_corners(image: Image.Image) -> bool:
    """Whether the four colours are where they belong."""
    width, height = image.size
    rgb = image.convert("RGB")
    places = {(0, 0): RED, (1, 0): GREEN, (0, 1): BLUE, (1, 1): WHITE}
    return all(
        near(rgb.getpixel((round(width * (0.25 + x / 2)), round(height * (0.25 + y / 2)))), colour)
        for (x, y), colour in places.items()
    )


SOUND = {
    "png": saved(corners(), "PNG"),
    "png alpha": saved(corners(mode="RGBA"), "PNG"),
    "png palette": saved(corners().quantize(16), "PNG"),
    "png palette of 2 bits": saved(corners().quantize(4), "PNG", bits=2),
    "jpeg": saved(corners(), "JPEG", quality=95),
    "jpeg progressive": saved(corners(), "JPEG", quality=95, progressive=True),
    "jpeg large": saved(corners(2000, 1000), "JPEG", quality=90),
    "jpeg cmyk": saved(corners(mode="CMYK"), "JPEG", quality=95),
    "gif": saved(corners(), "GIF"),
    "webp": saved(corners(), "WEBP", quality=95),
    "webp lossless": saved(corners(mode="RGBA"), "WEBP", lossless=True),
    "avif": saved(corners(), "AVIF", quality=95),
    "png odd size": saved(corners(1037, 519), "PNG"),
}


@pytest.mark.parametrize("name", SOUND)
def test_every_kind_is_read(name: str) -> None:
    made = small(SOUND[name], 48, BENCH)
    image = opened(made.webp)
    assert (image.format, image.size) == ("WEBP", (48, 24))
    assert shows_corners(image), name
    assert made.width / made.height == pytest.approx(2, abs=0.01)
    assert not made.transparent


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "I;16"])
def test_every_mode_of_a_png_is_read(mode: str) -> None:
    grey = Image.new("L", (60, 30), 0)
    grey.paste(255, (0, 0, 30, 30))
    if mode == "I;16":
        image = Image.new("I;16", (60, 30), 0)
        image.paste(65535, (0, 0, 30, 30))
    else:
        image = grey.convert("RGBA").quantize(4) if mode in ("P", "PA") else grey.convert(mode)
    left, right = (shown(saved(image, "PNG")).convert("L").getpixel((x, 12)) for x in (8, 40))
    assert (left, right) == (255, 0)


@pytest.mark.parametrize(("value", "grey"), [(0, 0), (256 * 100, 100), (40_000, 156), (65_535, 255)])
def test_sixteen_bits_become_eight(value: int, grey: int) -> None:
    assert shown(sixteen(value=value)).convert("L").getpixel((8, 8)) == pytest.approx(grey, abs=1)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_turned_as_its_camera_says(orientation: int) -> None:
    made = small(turned(orientation), 48, BENCH)
    assert (made.width, made.height) == (80, 40)
    assert shows_corners(opened(made.webp))


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_other_kinds_are_turned_too(kind: str) -> None:
    data = saved(corners().transpose(Image.Transpose.ROTATE_90), kind, exif=exif(6))
    assert shows_corners(shown(data))


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_orientation_that_is_none_turns_nothing(orientation: int) -> None:
    assert shows_corners(shown(saved(corners(), "JPEG", exif=exif(orientation))))


def test_damaged_exif_data_costs_nothing() -> None:
    broken = b"Exif\x00\x00MM\x00*\xff\xff\xff\xff" + b"\xff" * 40
    assert shows_corners(shown(saved(corners(), "JPEG", quality=95, exif=broken)))


def test_nothing_of_the_original_goes_along() -> None:
    data = saved(corners(), "JPEG", exif=exif(1), icc_profile=profile(), comment=b"Secret", xmp=b"<x>Secret</x>")
    made = small(data, 48, BENCH).webp
    image = opened(made)
    assert not {"exif", "icc_profile", "xmp", "comment"} & set(image.info)
    assert b"Secret" not in made
    assert [made[i : i + 4] for i in (0, 8)] == [b"RIFF", b"WEBP"]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_colours_mean_what_their_profile_says(kind: str) -> None:
    plain, swapped = (
        shown(saved(Image.new("RGB", (40, 40), RED), kind, icc_profile=icc)).convert("RGB").getpixel((20, 20))
        for icc in (profile(), swapped_profile())
    )
    assert near(plain, RED)
    assert isinstance(swapped, tuple)
    assert swapped[2] > swapped[0] + 100, "red is meant as blue"


@pytest.mark.parametrize("icc", [b"", b"x" * 500, profile("LAB"), profile()[:200], b"\x00" * 3_000_000])
def test_a_profile_that_does_not_fit_is_passed_over(icc: bytes) -> None:
    data = saved(Image.new("RGB", (40, 40), RED), "WEBP", icc_profile=icc)
    assert near(shown(data).convert("RGB").getpixel((20, 20)), RED)


def test_a_grey_picture_may_carry_a_profile_for_colours() -> None:
    assert near(
        shown(saved(Image.new("L", (40, 40), 128), "JPEG", icc_profile=profile())).getpixel((9, 9)), (128,) * 3
    )


def test_what_can_be_seen_through_stays_so() -> None:
    image = Image.new("RGBA", (200, 100), (*RED, 0))
    image.paste((*GREEN, 255), (0, 0, 100, 100))
    made = small(saved(image, "PNG"), 96, BENCH)
    seen = opened(made.webp)
    assert made.transparent
    assert seen.getpixel((80, 20))[3] == 0  # type: ignore[index]
    assert near(seen.getpixel((20, 20)), (*GREEN, 255))
    assert near(seen.getpixel((46, 20)), (*GREEN, 255)), "no red of the invisible half bleeds in"


@pytest.mark.parametrize("kind", ["GIF", "PNG"])
def test_a_transparent_colour_of_a_palette(kind: str) -> None:
    image = Image.new("P", (60, 30), 0)
    image.putpalette([*RED, *GREEN] + [0] * 762)
    image.paste(1, (0, 0, 30, 30))
    seen = shown(saved(image, kind, transparency=0)).convert("RGBA")
    assert near(seen.getpixel((8, 12)), (*GREEN, 255))
    assert seen.getpixel((40, 12))[3] == 0  # type: ignore[index]


@pytest.mark.parametrize(
    "data",
    [
        gif(3),
        gif(10_000),
        saved(
            Image.new("RGB", (40, 30), RED), "WEBP", save_all=True, append_images=[Image.new("RGB", (40, 30), BLUE)]
        ),
        saved(
            Image.new("RGB", (40, 30), RED), "PNG", save_all=True, append_images=[Image.new("RGB", (40, 30), BLUE)]
        ),
        saved(
            Image.new("RGB", (40, 30), RED), "AVIF", save_all=True, append_images=[Image.new("RGB", (40, 30), BLUE)]
        ),
    ],
    ids=["gif", "gif of 10,000", "webp", "png", "avif"],
)
def test_the_first_frame_stands_for_an_animation(data: bytes) -> None:
    image = shown(data)
    assert getattr(image, "n_frames", 1) == 1
    assert near(image.convert("RGB").getpixel((20, 15)), RED)


@pytest.mark.parametrize("kind", ["png", "bmp"])
def test_the_largest_icon_is_taken(kind: str) -> None:
    made = small(icon(16, 32, 64, kind=kind), 48, BENCH)
    assert (made.width, made.height, made.colour) == (64, 64, "#dc1e14")
    assert near(opened(made.webp).convert("RGB").getpixel((20, 20)), RED)


def test_a_picture_is_never_made_larger() -> None:
    assert shown(saved(corners(30, 20), "PNG"), 1920).size == (30, 20)


@pytest.mark.parametrize(
    ("size", "width", "wanted"),
    [
        ((1200, 630), 640, (640, 336)),
        ((630, 1200), 640, (630, 1200)),
        ((1, 1), 48, (1, 1)),
        ((20_000, 1), 48, (48, 1)),
        ((100, 20_000), 320, (6, 1280)),
        ((5000, 5000), 1920, (1920, 1920)),
    ],
)
def test_the_size_is_known_before(size: tuple[int, int], width: int, wanted: tuple[int, int]) -> None:
    assert fitted(*size, width) == wanted
    assert shown(saved(Image.new("L", size), "PNG"), width).size == wanted


def test_what_is_made_is_bounded_in_height_and_area() -> None:
    for size in ((700, 20_000), (1900, 13_000), (3000, 8000)):
        width, height = fitted(*size, 1920)
        assert width * height <= MOST_MADE * 1.01
        assert height <= TALLEST * 1920


def test_the_same_bytes_make_the_same_picture() -> None:
    data = saved(photo(), "JPEG")
    assert small(data, 320, BENCH) == small(data, 320, Workbench())


def test_an_icon_is_kept_exactly_and_a_photo_small() -> None:
    made = shown(saved(corners(48, 24), "PNG"))
    assert {made.convert("RGB").getpixel(at) for at in ((2, 2), (46, 2), (2, 22), (46, 22))} == {
        RED,
        GREEN,
        BLUE,
        WHITE,
    }
    large = saved(photo(), "JPEG", quality=90)
    assert len(small(large, 640, BENCH).webp) < len(large) / 3


@pytest.mark.parametrize(
    ("image", "colour"),
    [
        (Image.new("RGB", (50, 50), (18, 52, 86)), "#123456"),
        (Image.new("RGBA", (50, 50), (0, 0, 0, 0)), "#ffffff"),
        (Image.new("L", (50, 50), 17), "#111111"),
    ],
)
def test_the_colour_from_afar(image: Image.Image, colour: str) -> None:
    assert small(saved(image, "PNG"), 48, BENCH).colour == colour


def test_pixels_of_which_the_end_is_missing_are_no_picture() -> None:
    assert png(4, 4, pixels=b"\x00" * 52)
    assert small(png(4, 4, pixels=b"\x00" * 52), 48, BENCH).colour == "#000000"
