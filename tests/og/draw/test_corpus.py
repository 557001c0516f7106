"""The cards of the corpus: each is drawn or refused, soon, with no warning but those that are due."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from core.errors import Invalid
from og.draw import Picture, draw
from tests.og.pictures import exif, gif, opened, photo, png, saved

REFUSED = {"size-silly", "size-zero"}
WARNED = {
    "avatar-svg", "avatar-broken", "avatar-bomb", "logo-1px", "theme-low-contrast", "theme-bad-colour", "title-10k",
}  # fmt: skip


def a_file(folder: Path, described: dict[str, Any]) -> str:
    """A picture of a kind and size, as a file."""
    kind, size = described["kind"], (described["width"], described["height"])
    plain = photo(min(size[0], 800), min(size[1], 800)).resize(size) if max(size) < 10_000 else photo(8, 8)
    makers = {
        "photo": lambda: saved(plain, "JPEG"),
        "bright-photo": lambda: saved(Image.blend(plain, Image.new("RGB", size, "white"), 0.6), "JPEG"),
        "logo": lambda: saved(Image.new("RGBA", size, (200, 50, 27, 255)), "PNG"),
        "black-on-transparent": lambda: saved(Image.new("RGBA", size, (0, 0, 0, 90)), "PNG"),
        "cmyk-jpeg": lambda: saved(plain.convert("CMYK"), "JPEG"),
        "exif-6-jpeg": lambda: saved(plain, "JPEG", exif=exif(6)),
        "gif-3-frames": lambda: gif(3),
        "svg": lambda: b"<svg/>",
        "truncated-jpeg": lambda: saved(plain, "JPEG")[:500],
        "flat-png": lambda: png(*size),
    }
    path = folder / f"{kind}-{size[0]}"
    path.write_bytes(makers[kind]())
    return str(path)


def drawn(case: dict[str, Any], folder: Path) -> Picture:
    card = dict(case["input"])
    card["layout"] = card.pop("template")
    for name in ("avatar", "logo", "background"):
        card[name] = a_file(folder, card[name]) if card[name] else None
    return draw(card, local=True)


@pytest.mark.corpus
def test_every_card_of_the_corpus(corpus: Path, tmp_path: Path) -> None:
    refused, warned = set(), set()
    for case in json.loads((corpus / "cards/cases.json").read_text("utf-8"))["cases"]:
        try:
            made = drawn(case, tmp_path)
        except Invalid:
            refused.add(case["id"])
            continue
        assert opened(made.data).size == (case["input"]["width"], case["input"]["height"])
        warned |= {case["id"]} if any("installed font" not in warning for warning in made.warnings) else set()
    assert refused == REFUSED
    assert warned == WARNED
