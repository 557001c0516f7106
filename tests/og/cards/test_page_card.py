"""The card of a page: which pages, which layout, whose picture."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import NotAllowed, NotFound
from core.site_options import SiteOptions
from core.sites import Site
from og.card import read
from og.card_service.page import allowed, card_of

OWN = "https://social.example.org"
SITE = Site(
    "k", "Blog", "c", ("https://blog.example.org",), (), options=SiteOptions(preview_hosts=("notes.example.net",))
)
PAGE: dict[str, Any] = {
    "url": "https://blog.example.org/market",
    "title": "The market moves to the river",
    "description": "From April.",
    "site_name": "Thursday notes",
    "author": "Mara Lindqvist",
    "published": "2026-04-09T08:00:00+02:00",
    "lang": "en",
    "type": "article",
    "theme_color": "#c8321b",
    "images": [{"url": "https://blog.example.org/market.jpg"}],
    "icons": [
        {"url": "https://blog.example.org/icon.svg", "rel": "icon", "type": "image/svg+xml"},
        {"url": "https://blog.example.org/mask.png", "rel": "mask-icon", "sizes": "512x512"},
        {"url": "https://blog.example.org/touch.png", "rel": "apple-touch-icon", "sizes": "180x180"},
        {"url": "https://blog.example.org/small.png", "rel": "icon", "sizes": "32x32"},
    ],
}


SHOWN = {"photo": "background", "profile": "avatar"}


def card(**changes: Any) -> dict[str, Any]:
    return card_of({**PAGE, **changes}, OWN)


@pytest.mark.parametrize(
    "url", ["https://blog.example.org/a", "http://blog.example.org:81/", "https://notes.example.net/"]
)
def test_pages_of_a_site_are_allowed(url: str) -> None:
    assert allowed(url, [SITE]) == "k"


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/",
        "https://blog.example.org.evil.example/",
        "https://evil.example/?https://blog.example.org/",
        "https://evil.example/#@blog.example.org",
        "http://127.0.0.1/",
        "nonsense",
    ],
)
def test_pages_of_others_are_not(url: str) -> None:
    with pytest.raises(NotAllowed) as caught:
        allowed(url, [SITE])
    assert caught.value.code == "host_not_allowed"


def test_pages_of_this_machine_are_allowed_in_development() -> None:
    assert allowed("http://127.0.0.1:4000/post", [], development=True) == ""
    with pytest.raises(NotAllowed):
        allowed("https://example.org/", [], development=True)


def test_a_page_says_what_is_on_its_card() -> None:
    assert card() == {
        "layout": "blog",
        "title": "The market moves to the river",
        "description": "From April.",
        "site": "Thursday notes",
        "author": "Mara Lindqvist",
        "date": "2026-04-09T08:00:00+02:00",
        "lang": "en",
        "logo": "https://blog.example.org/touch.png",
        "picture": "https://blog.example.org/market.jpg",
        "theme": {"accent": "#c8321b"},
    }
    assert read(card())[1] == ()


@pytest.mark.parametrize(
    ("kind", "picture", "layout"),
    [
        ("article", False, "article"),
        ("blog", False, "blog"),
        ("product.item", False, "product"),
        ("article", True, "blog"),
        ("profile", True, "profile"),
        ("video.other", True, "media"),
        ("music.song", False, "media"),
        ("website", True, "photo"),
        ("website", False, "plain"),
        ("my:own", False, "plain"),
        ("", True, "photo"),
    ],
)
def test_each_kind_of_page_has_its_layout(kind: str, picture: bool, layout: str) -> None:
    found = card(type=kind, images=PAGE["images"] if picture else [])
    assert found["layout"] == layout
    assert read(found)[0].pictures.keys() - {"logo"} == ({SHOWN.get(layout, "picture")} if picture else set())


def test_another_layout_may_be_chosen() -> None:
    found = card_of(PAGE, OWN, "photo")
    assert (found["layout"], found["background"]) == ("photo", "https://blog.example.org/market.jpg")


def test_a_page_whose_picture_is_this_very_card_is_no_loop() -> None:
    card_address = OWN + "/og/page.png?url=https%3A%2F%2Fblog.example.org%2Fmarket"
    signed = OWN + "/og/article/abc.def.png"
    other_name = "https://www.social.example.org/og/page.jpg?url=https://blog.example.org/market"
    mine = [{"url": url} for url in (card_address, signed, other_name)]
    assert "picture" not in card(images=mine)
    assert card(images=[*mine, *PAGE["images"]])["picture"] == "https://blog.example.org/market.jpg"


def test_a_page_with_no_words_is_called_after_its_site() -> None:
    bare = card_of({"url": "https://www.blog.example.org/x"}, OWN)
    assert bare == {"layout": "plain", "title": "blog.example.org", "site": "blog.example.org"}


def test_a_wall_has_no_card() -> None:
    with pytest.raises(NotFound) as caught:
        card(blocked="login_wall")
    assert caught.value.code == "page_blocked"


@pytest.mark.parametrize("colour", ["#ffffff", "black", "#8a8d91", "nonsense", ""])
def test_a_colour_that_is_nobodys_is_not_used(colour: str) -> None:
    assert "theme" not in card(theme_color=colour)


def test_an_icon_that_is_too_small_or_a_drawing_is_no_mark() -> None:
    assert "logo" not in card(icons=[PAGE["icons"][0], PAGE["icons"][1], PAGE["icons"][3]])
