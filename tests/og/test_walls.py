"""Pages that stand in front of pages are told from pages that only sound like them."""

from __future__ import annotations

from pathlib import Path

import pytest

from og.preview import from_html
from tests.og.agreement import previews

PASSWORD = "<form><input type=password name=password></form>"
WALLS = {
    "Just a moment...": "bot_wall",
    "Attention Required! | Cloudflare": "bot_wall",
    "Access Denied": "bot_wall",
    "Robot or human?": "bot_wall",
    "Pardon Our Interruption": "bot_wall",
    "403 Forbidden": "bot_wall",
    "Log in to Facebook": "login_wall",
    "Instagram": "login_wall",
    "LinkedIn Login, Sign in | LinkedIn": "login_wall",
    "Before you continue to YouTube": "cookie_wall",
    "Bevor Sie zu Google weitergehen": "cookie_wall",
    "404 Not Found": "not_found",
    "Page not found | Example": "not_found",
    "Seite nicht gefunden – Blog": "not_found",
    "Oops! That page can’t be found. - Site": "not_found",
    "Page introuvable": "not_found",
    "502 Bad Gateway": "error",
    "Service Unavailable": "error",
}
PAGES = [
    "Lost girl not found after a week",
    "A moment of truth",
    "The missing page of the diary",
    "Robots in the kitchen",
    "404 days at sea",
    "How to log in to your router",
    "Cookies for Christmas",
    "Login systems compared",
]
URL = "https://a.example/post"


@pytest.mark.parametrize("title", WALLS)
def test_a_wall_is_said_and_not_shown(title: str) -> None:
    preview = from_html(f"<title>{title}</title><meta name=description content=x>{PASSWORD}".encode(), URL)
    assert preview.blocked == WALLS[title]
    assert (preview.title, preview.description) == ("", "")


@pytest.mark.parametrize("title", PAGES)
def test_a_page_that_only_sounds_like_one_is_shown(title: str) -> None:
    assert from_html(f"<title>{title}</title><p>Words.".encode(), URL).title == title


@pytest.mark.parametrize("title", WALLS)
def test_an_article_about_one_is_shown(title: str) -> None:
    html = f"<title>{title}</title><meta property=og:type content=article><p>Words."
    assert from_html(html.encode(), URL).title


@pytest.mark.parametrize(
    "title", [t for t, reason in WALLS.items() if reason in ("bot_wall", "login_wall", "cookie_wall")]
)
def test_a_page_with_much_to_read_is_no_wall(title: str) -> None:
    html = f"<title>{title}</title>{PASSWORD}<p>{'Many words. ' * 400}"
    assert from_html(html.encode(), URL).blocked == ""


def test_a_login_page_that_was_asked_for_is_itself() -> None:
    assert from_html(f"<title>Log in</title>{PASSWORD}".encode(), "https://a.example/login").title == "Log in"


def test_a_hosts_own_consent_page_is_a_wall_whatever_it_says() -> None:
    assert from_html(b"<title>x</title>", "https://consent.youtube.com/m?continue=x").blocked == "cookie_wall"


@pytest.mark.corpus
def test_no_saved_page_is_taken_for_a_wall(corpus: Path) -> None:
    assert [name for name, preview in previews(corpus).items() if "blocked" in preview] == []
