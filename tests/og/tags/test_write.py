"""Tags as they are written: pairs of fields and HTML, the order, what JSON-LD says, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.errors import Invalid
from og.tagging.fields import read
from og.tags import Style, Tags, tags_for

DATA = Path(__file__).parent / "data" / "write"
NAMES = sorted(path.stem for path in DATA.glob("*.json"))


def fields_of(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DATA / f"{name}.json").read_text("utf-8"))
    return found


def tags_of(data: dict[str, Any], base: str = "") -> Tags:
    return tags_for(read(data, base)[0])


@pytest.mark.parametrize("name", NAMES)
def test_fields_give_the_html(name: str) -> None:
    assert tags_of(fields_of(name)).html + "\n" == (DATA / f"{name}.html").read_text("utf-8")


def test_a_picture_stands_with_its_details_right_after_it() -> None:
    keys = [tag.attributes.get("property", "") for tag in tags_of(fields_of("gallery")).tags]
    first = keys.index("og:image")
    assert keys[first : first + 5] == ["og:image", "og:image:width", "og:image:height", "og:image:alt", "og:image"]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_of_a_value_is_markup_or_a_template(name: str) -> None:
    for tag in tags_of(fields_of(name)).tags:
        assert tag.html.count("<") == (2 if tag.tag in ("title", "script") else 1)
        assert not any(mark in tag.html for mark in ("{{", "{%", "{#", "${", "<!--", "\x00", "\u2028", "\n"))


@pytest.mark.parametrize(
    ("more", "schema"),
    [
        ({"type": "article"}, "Article"),
        ({"type": "article", "schema": "BlogPosting"}, "BlogPosting"),
        ({"type": "product"}, "Product"),
        ({"type": "event"}, "Event"),
        ({"type": "profile"}, "ProfilePage"),
        ({"type": "video.movie"}, "Movie"),
        ({"type": "video.other", "video": "https://e.org/v.mp4"}, "VideoObject"),
        ({"type": "video.other", "audio": "https://e.org/a.mp3"}, "AudioObject"),
        ({"type": "music.song"}, "MusicRecording"),
        ({"type": "book"}, "Book"),
        ({"url": "https://e.org/"}, "WebSite"),
        ({"url": "https://e.org/x"}, "WebPage"),
        ({"published": "2026-01-02"}, "Article"),
        ({"type": "my:thing"}, "WebPage"),
    ],
)
def test_json_ld_is_of_the_type_that_the_page_is_of(more: dict[str, Any], schema: str) -> None:
    script = tags_of({"title": "T", **more}).tags[-1]
    assert json.loads(script.text)["@type"] == schema


def test_json_ld_says_what_the_fields_say() -> None:
    node = json.loads(tags_of(fields_of("nasty")).tags[-1].text)
    title = next(tag.text for tag in tags_of(fields_of("nasty")).tags if tag.tag == "title")
    assert node["name"] == title
    assert "</script>" in title


def test_a_site_is_named_in_json_ld_by_its_name() -> None:
    fields = {"title": "Welcome to Notes", "url": "https://e.org/", "site_name": "Notes"}
    assert json.loads(tags_of(fields).tags[-1].text)["name"] == "Notes"


def test_without_a_title_there_is_no_json_ld() -> None:
    assert {tag.tag for tag in tags_of({"url": "https://e.org/x"}).tags} == {"link", "meta"}


@pytest.mark.parametrize(
    ("given", "card"),
    [({}, "summary"), ({"image": "https://e.org/a.png"}, "summary_large_image"),
     ({"image": {"url": "https://e.org/a.png", "width": 100, "height": 100}}, "summary"),
     ({"image": "https://e.org/a.png", "card": "summary"}, "summary"), ({"card": "player"}, "summary"),
     ({"card": "app", "app_ids": {"iphone": "12345"}}, "app"), ({"card": "gallery"}, "summary")],
)  # fmt: skip
def test_the_card_is_one_that_can_be_shown(given: dict[str, Any], card: str) -> None:
    keys = {
        tag.attributes.get("name"): tag.attributes.get("content") for tag in tags_of({"title": "T", **given}).tags
    }
    assert keys["twitter:card"] == card


def test_addresses_are_made_full_or_left_out() -> None:
    given = {"title": "T", "image": "../a b.png", "canonical": "?x=1", "amp": "ftp://e.org/", "logo": "data:x"}
    fields, hints = read(given, "https://e.org/dir/page")
    assert fields.canonical == fields.url == "https://e.org/dir/page?x=1"
    assert fields.images[0].url == "https://e.org/a%20b.png"
    assert (fields.amp, fields.logo) == ("", "")
    assert len(hints) == 2


def test_what_is_odd_is_left_out_and_told() -> None:
    fields, hints = read({"title": "T", "titel": "T", "published": "soon", "theme_color": "x;y", "creator": None})
    assert (fields.published, fields.theme_color) == ("", "")
    assert len(hints) == 3
    assert "titel" in hints[0]


@pytest.mark.parametrize(
    ("given", "field"),
    [({"title": ["x"]}, "title"), ({"title": True}, "title"), ({"image": 5}, "image"), ({"images": [5]}, "images"),
     ({"url": 1}, "url"), ({"tags": "x", "locales": 5}, "locales"), ({"hreflang": []}, "hreflang"),
     ({"player": "x"}, "player"), ({"image": {"url": 1}}, "image")],
)  # fmt: skip
def test_a_value_of_a_wrong_kind_names_its_field(given: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        read(given)
    assert caught.value.field == field


def test_texts_are_kept_to_what_any_reader_takes() -> None:
    fields = read({"title": "x" * 90_000, "description": '"' * 90_000, "site_name": "x" * 500})[0]
    assert len(fields.title) == 1000
    assert len(fields.description) > 1500
    assert len(fields.site_name) == 500
    assert all(len(tag.html) < 16_000 for tag in tags_for(fields).tags)


def test_other_encodings_get_references_and_xml_closed_tags() -> None:
    style = Style(closed=True, ascii=True)
    written = [tag.as_html(style) for tag in tags_of({"title": "é😀", "description": "ü"}).tags]
    assert all(line.isascii() for line in written)
    assert '<meta name="description" content="&#252;" />' in written
    assert "\\u00e9\\ud83d\\ude00" in written[-1]
    assert json.loads(written[-1].partition(">")[2].partition("<")[0])["name"] == "é😀"
