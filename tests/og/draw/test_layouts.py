"""Layouts are data: the built-in ones are sound on every size, others are read with clear errors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from core.errors import Invalid
from og.card import SIZES, read
from og.draw import draw, version
from og.drawing import backdrop, inking
from og.drawing.colours import contrast
from og.drawing.pictures import Source
from og.drawing.place import placed
from og.drawing.scene import Scene
from og.layouts import BUILT_IN, Layouts, built_in
from og.layouts.schema import Box, Layout, Picture, Space, Text, parse
from tests.og.pictures import photo

LONG = "The committee met for the ninth time to settle which of the many proposals should be taken. " * 6
ARABIC = "كيف نبني صورة معاينة للروابط بسرعة كبيرة " * 5
WORDS = ("title", "description", "site", "author", "badge", "date", "value")
CONTENTS: dict[str, dict[str, Any]] = {
    "sample": {},
    "long": {**dict.fromkeys(WORDS, LONG), "facts": ["a long fact in here"] * 6, "progress": 50, "qr": "https://a.example/b"},
    "one letter": {"title": "Q"},
    "one word": dict.fromkeys(WORDS, "W" * 300),
    "right to left": {**dict.fromkeys(WORDS, ARABIC), "lang": "ar", "progress": 50},
    "nothing": {},
}  # fmt: skip
ODD_SIZES = [(144, 144), (64, 64), (2400, 64), (64, 2400), (300, 157), (2400, 1666)]


def a_scene(key: str, contents: str, size: tuple[int, int], *, shown: bool = True) -> Scene:
    layout = built_in()[key]
    data = layout.sample if contents == "sample" else CONTENTS[contents]
    card, _ = read({**data, "layout": key, "width": size[0], "height": size[1]})
    image = photo(240, 160)
    sources = {name: Source(name, image) for name in ("logo", "avatar", "picture")} if shown else {}
    warnings: list[str] = []
    return Scene(card, layout, backdrop.colours_of(card, layout, warnings), sources, warnings)


@pytest.mark.parametrize("size", [*SIZES.values(), *ODD_SIZES], ids=str)
@pytest.mark.parametrize("key", BUILT_IN)
def test_nothing_runs_off_the_card(key: str, size: tuple[int, int]) -> None:
    for contents in CONTENTS:
        for part in placed(a_scene(key, contents, size, shown=contents != "nothing")):
            if not isinstance(part.node, (Box, Space)):
                inside = part.x >= 0 and part.y >= 0
                inside = inside and part.x + part.width <= size[0] and part.y + part.height <= size[1]
                assert inside, (contents, part.node)


@pytest.mark.parametrize("key", BUILT_IN)
def test_no_two_texts_lie_over_each_other(key: str) -> None:
    for size in SIZES.values():
        for contents in ("sample", "long"):
            texts = [part for part in placed(a_scene(key, contents, size)) if isinstance(part.node, Text)]
            for number, one in enumerate(texts):
                for other in texts[number + 1 :]:
                    apart = one.y + one.height <= other.y + 2 or other.y + other.height <= one.y + 2
                    beside = one.x + one.width <= other.x or other.x + other.width <= one.x
                    assert apart or beside, (size, contents, one.node, other.node)


@pytest.mark.parametrize("key", BUILT_IN)
def test_a_right_to_left_card_is_the_mirror_image(key: str) -> None:
    arabic = a_scene(key, "right to left", (1200, 630))
    plain = a_scene(key, "right to left", (1200, 630))
    plain.rtl = False
    assert arabic.rtl
    for one, other in zip(placed(arabic), placed(plain), strict=True):
        if one.width == other.width:
            assert one.x == 1200 - other.x - other.width


@pytest.mark.parametrize("key", BUILT_IN)
def test_its_sample_shows_what_it_can(key: str) -> None:
    layout = built_in()[key]
    card, warnings = read({**layout.sample, "layout": key})
    assert card.title
    assert not warnings
    assert draw(card).warnings == ()


@pytest.mark.parametrize("key", BUILT_IN)
def test_an_absent_field_leaves_no_gap(key: str) -> None:
    """Of a card with a title only, nothing but the title, decoration and what grows is placed."""
    shown = placed(a_scene(key, "one letter", (1200, 630), shown=False))
    texts = [part for part in shown if isinstance(part.node, Text) and "{" in "".join(part.node.templates)]
    assert not [part for part in shown if isinstance(part.node, Picture)]
    assert len(texts) <= 1


@pytest.mark.parametrize("key", BUILT_IN)
@pytest.mark.parametrize(
    "theme", ["paper", "sun", {"background": "#777"}, {"background": "#000", "gradient": "#fff"}], ids=str
)
def test_every_colour_of_words_can_be_read(key: str, theme: Any) -> None:
    card, warnings = read({"layout": key, "theme": theme})
    found = backdrop.colours_of(card, built_in()[key], list(warnings))
    for ground in found.grounds:
        assert min(contrast(ink, ground) for ink in (found.ink, found.muted, found.accent_ink)) >= 4.5
    assert contrast(found.on_accent, found.accent) >= 4.5


NOTE: dict[str, Any] = {
    "key": "note",
    "title": "Note",
    "summary": "A title.",
    "body": {"type": "box", "children": [{"type": "text", "text": "{title}", "sizes": [80, 40]}]},
}


def holding(*parts: dict[str, Any]) -> str:
    """A layout of some parts."""
    return json.dumps({**NOTE, "body": {"type": "box", "children": parts}})


FAULTS = {
    "no json": ("{", "is no JSON"),
    "no object": ("[]", "the layout"),
    "no body": (json.dumps({**NOTE, "body": None}), "body"),
    "a stray name": (json.dumps({**NOTE, "colour": 1}), "colour"),
    "no such field": (holding({"type": "text", "text": "{titel}"}), "titel"),
    "no such part": (holding({"type": "script"}), "script"),
    "no such theme": (json.dumps({**NOTE, "theme": "neon"}), "neon"),
    "no such shape": (json.dumps({**NOTE, "body": {"type": "box", "children": [], "shapes": ["round"]}}), "round"),
    "a path for a key": (json.dumps({**NOTE, "key": "../x"}), "key"),
    "huge": (json.dumps({**NOTE, "padding": 1e9}), "padding"),
    "many": (holding(*[{"type": "space"}] * 300), "more than 200"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_wrong_layout_is_refused_with_the_place(name: str) -> None:
    text, told = FAULTS[name]
    with pytest.raises(Invalid, match=told) as caught:
        parse(text, "note.json")
    assert caught.value.code == "bad_layout"
    assert caught.value.message.startswith("note.json: ")


def test_boxes_without_end_are_refused() -> None:
    with pytest.raises(Invalid):
        parse('{"body":' * 50_000 + "1" + "}" * 50_000, "deep.json")
    body: dict[str, Any] = {"type": "box", "children": []}
    for _ in range(40):
        body = {"type": "box", "children": [body]}
    with pytest.raises(Invalid, match="too deep"):
        parse(json.dumps({**NOTE, "body": body}), "deep.json")


def test_an_operators_layout_is_used_and_a_wrong_one_skipped(tmp_path: Path) -> None:
    (tmp_path / "note.json").write_text(json.dumps(NOTE))
    (tmp_path / "wrong.json").write_text("{")
    (tmp_path / "latin.json").write_bytes(b"\xff\xfe")
    layouts = Layouts(tmp_path)
    assert list(layouts) == [*BUILT_IN, "note"]
    assert len(layouts.failures) == 2
    assert draw({"layout": "note", "title": "Hello"}, layouts=layouts).width == 1200
    with pytest.raises(Invalid, match="no layout"):
        draw({"layout": "note"})


def test_an_operators_layout_may_take_a_built_in_ones_place(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({**NOTE, "key": "plain"}))
    layouts = Layouts(tmp_path)
    assert layouts["plain"].title == "Note"
    assert version(layouts) != version()


def test_there_may_be_no_folder(tmp_path: Path) -> None:
    assert list(Layouts(tmp_path / "none")) == list(BUILT_IN)


def test_a_plugins_layout_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    made = parse(json.dumps({**NOTE, "key": "plugged"}), "plugged")

    class Point:
        name, value, group = "plugged", "plugin:LAYOUT", "handbill.layouts"

        def load(self) -> Layout:
            return made

    monkeypatch.setattr("core.plugins.entry_points", lambda **_: [Point()])
    assert Layouts()["plugged"] is made


@pytest.mark.parametrize("theme", ["ink", "paper"])
def test_a_logo_as_dark_as_its_ground_gets_a_plate(theme: str) -> None:
    """Its darkest and its lightest dot are apart, whatever the ground is."""
    mark = Image.new("RGBA", (60, 60), (0, 0, 0, 0))
    mark.paste((0, 0, 0, 255), (20, 20, 40, 40))
    card, warnings = read({"title": "T", "theme": theme})
    colours = backdrop.colours_of(card, built_in()["article"], list(warnings))
    scene = Scene(card, built_in()["article"], colours, {"logo": Source("mark", mark)}, [])
    image = Image.new("RGB", (1200, 630), colours.background)
    part = next(part for part in placed(scene) if isinstance(part.node, Picture))
    inking.paint_part(image, scene, part)
    shown = image.crop((part.x, part.y, part.x + part.width, part.y + part.height)).convert("L")
    darkest, lightest = shown.getextrema()
    assert float(str(lightest)) - float(str(darkest)) > 150


def test_a_long_title_makes_room_before_the_site_goes() -> None:
    title = "สงกรานต์ ๒๕๖๙ ที่เชียงใหม่: เทศกาลน้ำและวัฒนธรรมล้านนา"
    card, _ = read(
        {"layout": "event", "title": title, "lang": "th", "date": "2026-04-13", "site": "S", "facts": ["F"]}
    )
    scene = Scene(card, built_in()["event"], backdrop.colours_of(card, built_in()["event"], []), {}, [])
    shown = ["".join(part.content.lines) for part in placed(scene) if isinstance(part.node, Text)]
    assert {"S", "F", "13"} < set(shown)
    assert any(said.endswith("ล้านนา") for said in shown)


def test_a_face_as_dark_as_its_ground_stays_round() -> None:
    card, warnings = read({"title": "T", "theme": "midnight", "layout": "profile"})
    colours = backdrop.colours_of(card, built_in()["profile"], list(warnings))
    face = Image.new("RGBA", (300, 300), (15, 20, 40, 255))
    face.putpixel((0, 0), (0, 0, 0, 0))
    scene = Scene(card, built_in()["profile"], colours, {"avatar": Source("dark face", face)}, [])
    image = Image.new("RGB", (1200, 630), colours.background)
    part = next(part for part in placed(scene) if isinstance(part.node, Picture))
    inking.paint_part(image, scene, part)
    assert image.getpixel((part.x + 2, part.y + 2)) == colours.background


@pytest.mark.parametrize("theme", ["midnight", "white"])
def test_a_product_as_dark_as_its_ground_gets_one(theme: str) -> None:
    colour = (15, 20, 40, 255) if theme == "midnight" else (252, 252, 252, 255)
    product = Image.new("RGBA", (300, 300), (0, 0, 0, 0))
    product.paste(colour, (100, 100, 200, 200))
    card, warnings = read({"title": "T", "theme": theme, "layout": "product"})
    colours = backdrop.colours_of(card, built_in()["product"], list(warnings))
    scene = Scene(card, built_in()["product"], colours, {"picture": Source(f"product {theme}", product)}, [])
    image = Image.new("RGB", (1200, 630), colours.background)
    part = next(part for part in placed(scene) if isinstance(part.node, Picture))
    inking.paint_part(image, scene, part)
    darkest, lightest = (
        image.crop((part.x, part.y, part.x + part.width, part.y + part.height)).convert("L").getextrema()
    )
    assert float(str(lightest)) - float(str(darkest)) > 150
