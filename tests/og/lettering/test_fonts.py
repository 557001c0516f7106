"""Which font draws what: bundled ones first, then the machine's, by weight, by region, by what a picture is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from og.lettering.break_classes import is_wide
from og.lettering.choice import Choice, choose, is_emoji, region_of
from og.lettering.clean import is_plain
from og.lettering.fonts import BUNDLED, bundled
from og.lettering.system import installed
from og.text import Style, fit, paint, use_fonts
from tests.og.lettering.tiny_fonts import bitmap_font, layered_font, picture_font, text_font

RED, GREEN = (255, 0, 0), (0, 255, 0)


@pytest.fixture(autouse=True)
def no_fonts_but_ours() -> Iterator[None]:
    """The machine's fonts are left aside, and looked at again by the tests after these."""
    use_fonts([], standard=False)
    yield
    use_fonts([])


def chosen(text: str, weight: int = 400, lang: str = "", script: str = "Hani") -> Choice:
    return choose(text, "sans", script, weight, region_of(lang, text))


def colours(text: str, size: int = 100) -> set[tuple[int, int, int]]:
    """The colours that a text is painted in, on black, in blue."""
    image = Image.new("RGB", (800, 200))
    paint(image, fit(text, Style((size,)), 800), 0, 0, 800, (0, 0, 255))
    found = image.getcolors(200 * 800)
    assert found is not None
    return {colour for count, colour in found if count > 300}  # type: ignore[misc]


def test_every_bundled_font_is_there() -> None:
    for key in BUNDLED:
        assert len(bundled(key).covers) > 80, key


def test_plain_text_needs_no_other_font() -> None:
    plain = {code for code in range(0x20, 0x2100) if is_plain(chr(code))}
    for key in ("sans", "mono"):
        assert not plain - set(bundled(key).covers)


def test_a_bundled_font_wins_over_one_of_the_machine(tmp_path: Path) -> None:
    text_font(tmp_path, "NotoSansAnything-Regular.ttf", "aאابह漢")
    use_fonts([tmp_path], standard=False)
    expected = {"a": "Latn", "א": "Hebr", "ا": "Arab", "ह": "Deva"}
    for letter, script in expected.items():
        assert chosen(letter, script=script).face in [bundled(key) for key in BUNDLED]
    face = chosen("漢").face
    assert face is not None
    assert face.path.parent == tmp_path


def test_the_nearest_weight_is_taken(tmp_path: Path) -> None:
    for name in ("Regular", "Bold", "Black"):
        text_font(tmp_path, f"TinyHan-{name}.ttf", "漢")
    use_fonts([tmp_path], standard=False)
    for weight, name in ((400, "Regular"), (700, "Bold"), (600, "Bold"), (900, "Black")):
        face = chosen("漢", weight).face
        assert face is not None
        assert face.path.name == f"TinyHan-{name}.ttf"


def test_the_language_picks_the_forms_of_han_characters(tmp_path: Path) -> None:
    for region in ("JP", "KR", "SC", "TC"):
        text_font(tmp_path, f"NotoSans{region}-Regular.otf", "骨")
    use_fonts([tmp_path], standard=False)
    expected = {"ja": "JP", "ko": "KR", "zh": "SC", "zh-Hans": "SC", "zh-TW": "TC", "zh-Hant-HK": "TC", "": "SC"}
    for lang, region in expected.items():
        face = chosen("骨", lang=lang).face
        assert face is not None
        if lang != "zh-Hant-HK":
            assert region in face.path.name, lang


@pytest.mark.parametrize(
    ("text", "lang", "region"),
    [("直", "zh-HK", "hk"), ("直す", "", "jp"), ("直 한국", "", "kr"), ("直", "en", "sc"), ("直す", "zh-Hant", "tc")],
)
def test_the_region_is_the_languages_or_the_texts(text: str, lang: str, region: str) -> None:
    assert region_of(lang, text) == region


def test_slanted_and_narrow_fonts_never_stand_in(tmp_path: Path) -> None:
    for name in ("Tiny-Italic.ttf", "TinyCondensed-Regular.ttf", "LastResort.ttf"):
        text_font(tmp_path, name, "漢")
    assert installed([tmp_path]).text == ()


def test_what_is_no_font_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "broken.ttf").write_bytes(b"no font at all")
    (tmp_path / "empty.otf").write_bytes(b"")
    text_font(tmp_path, "zzz.ttf", "漢")
    use_fonts([tmp_path, tmp_path / "absent"], standard=False)
    face = chosen("漢").face
    assert face is not None
    assert face.path.name == "zzz.ttf"


@pytest.mark.parametrize("maker", [picture_font, bitmap_font])
def test_pictures_are_painted_in_their_colours(maker: object, tmp_path: Path) -> None:
    assert callable(maker)
    maker(tmp_path, "TinyColorEmoji.ttf", {"🚀": RED, "❤": GREEN})
    use_fonts([tmp_path], standard=False)
    assert RED in colours("🚀")
    assert GREEN in colours("❤\ufe0f")
    assert fit("🚀", Style((60,)), 800).warnings == ()


def test_layers_of_colour_are_painted(tmp_path: Path) -> None:
    layered_font(tmp_path, "TinyLayersEmoji.ttf", "🚀", (1.0, 0.0, 0.0))
    use_fonts([tmp_path], standard=False)
    assert RED in colours("🚀")


def test_a_symbol_as_text_is_in_the_colour_of_the_text(tmp_path: Path) -> None:
    picture_font(tmp_path, "TinyColorEmoji.ttf", {"❤": GREEN})
    text_font(tmp_path, "Tiny-Regular.ttf", "❤")
    use_fonts([tmp_path], standard=False)
    assert colours("❤\ufe0e") >= {(0, 0, 255)}
    assert GREEN not in colours("❤\ufe0e")
    assert GREEN in colours("❤\ufe0f")


@pytest.mark.parametrize(
    ("cluster", "expected"),
    [
        ("🚀", True), ("🚀\ufe0e", False), ("❤", False), ("❤\ufe0f", True), ("1\ufe0f\u20e3", True), ("1", False),
        ("🇩🇪", True), ("👍🏿", True), ("👩\u200d💻", True), ("©", False), ("©\ufe0f", True), ("★", False),
    ],
)  # fmt: skip
def test_what_is_shown_as_a_picture(cluster: str, expected: bool) -> None:
    assert is_emoji(cluster) is expected


WARNED = [
    ("漢字 and かな", ("No installed font has 漢 (Han): install fonts-noto-cjk.",)),
    ("한국", ("No installed font has 한 (Hangul): install fonts-noto-cjk.",)),
    ("up 🚀", ("No installed font has 🚀 (emoji): install fonts-noto-color-emoji.",)),
    ("বাংলা", ("No installed font has বাং (Bengali): install fonts-noto-core.",)),
    ("a \ue000 b", ("No installed font has U+E000 (private use).",)),
    ("Latin, Ελληνικά, Кириллица, سلام, שלום, हिन्दी, ไทย", ()),
    ("a\u200b\u2060\ufe0f\u200db\u00ad", ()),
]


@pytest.mark.parametrize(("text", "warnings"), WARNED)
def test_a_missing_font_is_named_once(text: str, warnings: tuple[str, ...]) -> None:
    block = fit(text, Style((40,)), 900)
    assert block.warnings == warnings
    image = Image.new("RGB", (900, 100))
    paint(image, block, 0, 0, 900, (255, 255, 255))
    assert image.getbbox() is not None


def test_width_is_that_of_unicode() -> None:
    assert [is_wide(c) for c in "a漢ー！1"] == [False, True, True, True, False]
