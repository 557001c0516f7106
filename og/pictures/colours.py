"""What a picture's colours mean: brought into sRGB, which is what a picture without a profile is in on the web.

CSS Images 3 §5 and https://www.color.org/iccprofile.xalter (ICC.1:2022), read 2026-11.
"""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL import Image

# The largest in use are those of printers, near 2 MB.
LARGEST_PROFILE = 2_500_000
# ICC.1:2022 §7.2: the header's length, and where it names the colour space and the file's mark.
_HEADER = 128
_SPACES = {b"RGB ": "RGB", b"GRAY": "L", b"CMYK": "CMYK"}


def in_srgb(image: Image.Image, profile: object) -> Image.Image:
    """Return a picture of mode L, RGB, RGBa or CMYK as RGB, or RGBA where something can be seen through."""
    alpha = None
    if image.mode == "RGBa":
        image = image.convert("RGBA")
        alpha = image.getchannel("A")
        image = image.convert("RGB")
    image = _converted(image, profile) if isinstance(profile, bytes) else image
    image = image if image.mode == "RGB" else image.convert("RGB")
    if alpha is not None and alpha.getextrema() != (255, 255):
        image.putalpha(alpha)
    return image


def average(image: Image.Image) -> str:
    """Return the colour a picture of mode RGB or RGBA has from afar, as #rrggbb; white where all is transparent."""
    from PIL import Image

    blended = image.convert("RGBa") if image.mode == "RGBA" else image
    dot = blended.resize((1, 1), Image.Resampling.BOX).convert("RGBA").getpixel((0, 0))
    red, green, blue, alpha = dot if isinstance(dot, tuple) else (255, 255, 255, 0)
    return f"#{red:02x}{green:02x}{blue:02x}" if alpha else "#ffffff"


def _converted(image: Image.Image, profile: bytes) -> Image.Image:
    """Apply a profile where it is one for this kind of picture; a picture with a wrong one is shown as it is."""
    space = _SPACES.get(profile[16:20], "")
    if not _HEADER < len(profile) <= LARGEST_PROFILE or profile[36:40] != b"acsp" or not space:
        return image
    if image.mode != space:
        if space != "RGB" or image.mode != "L":
            return image
        image = image.convert("RGB")  # a grey picture with a camera's profile
    from PIL import ImageCms

    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        transform = ImageCms.buildTransform(source, _srgb(), image.mode, "RGB")
        made = ImageCms.applyTransform(image, transform)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image
    return made if made is not None else image


@lru_cache(maxsize=1)
def _srgb() -> Any:
    from PIL import ImageCms

    return ImageCms.createProfile("sRGB")
