"""The reader on small pages: the pairs of data files, then what a preview promises whatever the page."""

from __future__ import annotations

import json

import pytest

from og.preview import from_html
from og.record import Image, Preview
from tests.og.pairs import answer, names, page

KEYS = frozenset(
    [
        "url",
        "canonical",
        "title",
        "description",
        "image",
        "images",
        "video",
        "audio",
        "site_name",
        "type",
        "author",
        "published",
        "modified",
        "lang",
        "dir",
        "favicon",
        "icons",
        "theme_color",
        "feeds",
        "oembed",
        "player",
        "card",
        "robots",
        "creator",
        "blocked",
        "shortlink",
        "amp",
        "hreflang",
        "sources",
    ]
)


@pytest.mark.parametrize("name", names())
def test_a_page_reads_as_its_pair_says(name: str) -> None:
    expected = answer(name)
    assert from_html(page(name), expected["url"]).as_json() == expected["preview"]


def test_the_pairs_have_every_key_of_the_contract() -> None:
    assert {key for name in names() for key in answer(name)["preview"]} == KEYS


@pytest.mark.parametrize("name", names())
def test_every_value_says_where_it_comes_from(name: str) -> None:
    preview = answer(name)["preview"]
    assert set(preview["sources"]) == set(preview) - {"sources", "blocked"}
    assert all(preview["sources"].values())


def test_a_preview_is_a_value_with_types() -> None:
    preview = from_html(page("article"), "https://site.example/nature/bees?x=1")
    assert isinstance(preview, Preview)
    assert preview.image == Image("https://img.example/bees.jpg", 1200, 630, "image/jpeg", "A bee on a wheel")
    assert preview.me == ("https://social.example/@hedge",)
    assert preview.vocabulary["article:section"] == ("Nature",)


def test_the_same_bytes_give_the_same_json() -> None:
    once, again = (json.dumps(from_html(page("article"), "https://a.example/").as_json()) for _ in range(2))
    assert once == again


def test_tags_after_700_kilobytes_are_read() -> None:
    html = b"<head><script>" + b"x" * 700_000 + b"</script><meta property=og:title content=Late></head>"
    assert from_html(html, "https://a.example/").title == "Late"


@pytest.mark.parametrize(
    "url", ["", "not an address", "javascript:alert(1)", "//a.example/x", "https://", "ftp://a.example/"]
)
def test_a_page_without_a_sound_address_has_none(url: str) -> None:
    preview = from_html(b"<title>T</title><link rel=icon href=/i.png>", url)
    assert preview.as_json() == {"title": "T", "sources": {"title": "title"}}


def test_in_xhtml_a_tag_can_end_itself() -> None:
    """In HTML it cannot: what follows belongs to the script (HTML §13.2.6.4.4)."""
    page = b'<html><head><script src="a.js"/><title>Bees</title></head></html>'
    assert from_html(page, "https://a.example/", "application/xhtml+xml; charset=utf-8").title == "Bees"
    assert from_html(page, "https://a.example/", "text/html; charset=utf-8").title == ""


def test_a_wall_keeps_nothing_of_its_own_words() -> None:
    preview = from_html(page("wall"), "https://a.example/post")
    assert preview.blocked == "bot_wall"
    assert not preview.title
    assert not preview.description


def test_a_name_that_is_the_sites_own_gives_way_to_a_person() -> None:
    preview = from_html(page("byline"), "https://a.example/x")
    assert (preview.author, preview.sources["author"]) == ("Pia Wind", "rel:author")


def test_on_a_sites_first_page_no_articles_author_is_the_pages() -> None:
    html = b'<title>News</title><div class="author">Ann Field</div><time datetime="2024-01-01">x</time>'
    home, article = (from_html(html, f"https://a.example/{path}") for path in ("", "2024/x"))
    assert (home.author, home.published) == ("", "")
    assert (article.author, article.published) == ("Ann Field", "2024-01-01")
