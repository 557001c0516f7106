"""How pages look on each platform: order of tags, limits, shapes."""

from __future__ import annotations

from typing import Any

import pytest

from og.check import check
from og.checker.platforms.parts import Look
from og.preview import from_html
from tests.og.check.pages import URL, whole

IMAGE = '<meta property="og:image" content="https://example.org/quay.jpg">'


def looks(head: str) -> Any:
    html = whole(head).encode()
    return check(from_html(html, URL), html, url=URL).looks


def sized(width: int, height: int) -> str:
    return (
        f'{IMAGE}<meta property="og:image:width" content="{width}">'
        f'<meta property="og:image:height" content="{height}">'
        '<meta property="og:title" content="Market">'
    )


THREE = '<title>Element</title><meta property="og:title" content="Graph"><meta name="twitter:title" content="Card">'


@pytest.mark.parametrize(
    ("platform", "title"),
    [("facebook", "Graph"), ("x", "Card"), ("linkedin", "Graph"), ("slack", "Graph"), ("discord", "Graph"),
     ("whatsapp", "Graph"), ("telegram", "Graph"), ("imessage", "Graph"), ("mastodon", "Graph"), ("bluesky", "Graph"),
     ("threads", "Graph"), ("reddit", "Graph"), ("pinterest", "Graph"), ("google", "Element")],
)  # fmt: skip
def test_each_platform_reads_its_own_tag_first(platform: str, title: str) -> None:
    assert looks(THREE)[platform].title == title


@pytest.mark.parametrize(
    "platform", ["facebook", "linkedin", "whatsapp", "threads", "mastodon", "imessage", "pinterest"]
)
def test_some_read_no_twitter_tags(platform: str) -> None:
    head = '<meta name="twitter:title" content="Card"><meta name="twitter:image" content="https://example.org/q.jpg">'
    look = looks(head)[platform]
    assert look.title != "Card"
    assert look.image is None


def test_structured_data_comes_first_on_mastodon() -> None:
    data = '{"@context":"https://schema.org","@type":"NewsArticle","headline":"Data"}'
    block = f'<script type="application/ld+json">{data}</script>'
    assert looks(THREE + block)["mastodon"].title == "Data"


def test_discord_takes_title_element_and_description_only_as_a_pair() -> None:
    assert looks("<title>Element</title>")["discord"].shape == "none"
    pair = '<title>Element</title><meta name="description" content="Words">'
    assert (looks(pair)["discord"].title, looks(pair)["discord"].description) == ("Element", "Words")
    tagged = pair + '<meta property="og:description" content="Graph">'
    assert "title" not in looks(tagged)["discord"].sources


def test_discord_reads_the_name_first_and_value_where_there_is_no_content() -> None:
    assert looks('<meta property="og:title" name="title" content="Graph">')["discord"].title != "Graph"
    assert looks('<meta property="og:title" value="Graph">')["discord"].title == "Graph"
    assert looks('<meta property="og:title" value="Graph">')["facebook"].title != "Graph"


def test_discord_cuts_at_bytes_and_within_no_letter() -> None:
    look = looks(f'<meta property="og:title" content="{"é" * 60}">')["discord"]
    assert look.title == "é" * 33 + "..."
    assert len(look.title.encode()) <= 70
    assert look.cut == ("title",)


def test_x_cuts_at_characters() -> None:
    look = looks(f'<meta property="og:title" content="{"a" * 80}"><meta name="twitter:card" content="summary">')["x"]
    assert len(look.title) == 70
    assert look.title.endswith("…")


@pytest.mark.parametrize(
    ("size", "platform", "shape"),
    [((1200, 630), "facebook", "large"), ((599, 315), "facebook", "small"), ((199, 199), "facebook", "text"),
     ((401, 300), "linkedin", "large"), ((400, 300), "linkedin", "small"), ((299, 200), "whatsapp", "small"),
     ((1300, 300), "whatsapp", "small"), ((1200, 300), "whatsapp", "large"), ((600, 600), "mastodon", "small"),
     ((601, 600), "mastodon", "large"), ((1200, 630), "reddit", "small"), ((1200, 630), "discord", "small")],
)  # fmt: skip
def test_the_size_chooses_the_shape(size: tuple[int, int], platform: str, shape: str) -> None:
    assert looks(sized(*size))[platform].shape == shape


@pytest.mark.parametrize(
    ("more", "shape"),
    [('<meta name="twitter:card" content="summary_large_image">', "large"),
     ('<meta name="twitter:card" content="summary">', "small"),
     ('<meta name="twitter:card" content="summary">\n<meta name="twitter:card" content="summary_large_image">',
      "large"),
     ('<meta name="twitter:card" content="player">', "player"),
     ('<meta name="twitter:card" content="gallery">', "none"),
     ("", "none"),
     ('<meta property="og:type" content="article"><meta property="og:description" content="Words">', "small")],
)  # fmt: skip
def test_the_card_chooses_the_shape_on_x(more: str, shape: str) -> None:
    assert looks(sized(1200, 630) + more)["x"].shape == shape


def test_x_is_drawn_in_both_cards() -> None:
    look = looks(sized(1200, 630) + '<meta name="twitter:card" content="summary_large_image">')["x"]
    assert (look.shape, look.other.shape) == ("large", "small")
    assert (look.crop, look.other.crop) == ("2:1", "1:1")
    assert "other" in look.as_json()


def test_discord_shows_a_gallery_and_a_colour() -> None:
    head = "".join(f'<meta property="og:image" content="https://example.org/{n}.jpg">' for n in range(6))
    look = looks(head + '<meta property="og:title" content="M"><meta name="theme-color" content="#C8321B">')[
        "discord"
    ]
    assert (look.shape, len(look.images), look.color) == ("gallery", 4, "#C8321B")
    assert looks(IMAGE + '<meta name="theme-color" content="red">')["discord"].color == ""


def test_too_long_a_site_name_leaves_no_preview_on_discord() -> None:
    head = f'<meta property="og:title" content="M"><meta property="og:site_name" content="{"n" * 257}">'
    assert looks(head)["discord"].shape == "none"


def test_a_page_that_says_nothing_still_looks_like_something() -> None:
    for key, look in looks("").items():
        assert isinstance(look, Look)
        assert look.title == "example.org" or key == "slack" or look.title
        assert look.image is None
