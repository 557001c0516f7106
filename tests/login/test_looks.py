"""The log-in page of a site: its colour, which can be read whatever it is, its logo, its scheme, its languages."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Invalid
from login.looks import DARK, LIGHT, stylesheet
from og.drawing.colours import Colour, contrast
from tests.doubles import an_app
from tests.login.parties import BASE, Party, a_party, follow, links_of

SHEET = Path(__file__).resolve().parents[2] / "static/css/pages.css"


def colours(text: str) -> tuple[Colour, ...]:
    found = re.findall(r"#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})", text)
    return tuple((int(r, 16), int(g, 16), int(b, 16)) for r, g, b in found)


def parts_of(accent: str) -> dict[str, tuple[Colour, ...]]:
    """The custom properties of a colour: one value, or one for light and one for dark."""
    lines = re.findall(r"(--[\w-]+): ([^;]+);", stylesheet(accent))
    return {name: colours(value) for name, value in lines}


@given(st.integers(0, 0xFFFFFF))
@settings(max_examples=300, deadline=None, database=None)
def test_any_colour_can_be_read(number: int) -> None:
    made = parts_of(f"{number:06x}")
    [fill], [deep], [ink] = made["--fill"], made["--fill-deep"], made["--on-fill"]
    assert f"{number:06x}" == "{:02x}{:02x}{:02x}".format(*fill)
    assert min(contrast(ink, fill), contrast(ink, deep)) >= 4.5
    for grounds, line, edge in zip((LIGHT, DARK), made["--accent"], made["--fill-edge"], strict=True):
        assert min(contrast(line, ground) for ground in grounds) >= 4.5
        assert min(contrast(edge, ground) for ground in grounds) >= 3


def test_the_grounds_are_those_of_our_pages() -> None:
    text = SHEET.read_text("utf-8")
    for number, name in enumerate(("paper", "sheet", "wash")):
        found = re.search(rf"--{name}: light-dark\(([^)]+)\)", text)
        assert found
        assert colours(found[1]) == (LIGHT[number], DARK[number])


@pytest.fixture
def party(app: Flask) -> Party:
    return a_party(app)


def set_options(app: Flask, party: Party, *words: str) -> Any:
    with app.app_context():
        done = app.test_cli_runner().invoke(args=["sites", "set", party.site.key, *words, "--json"])
    assert done.output, done.exception
    return json.loads(done.output)


def shown(client: FlaskClient, party: Party, language: str = "", **changes: Any) -> str:
    reply = follow(client, client.get(party.address(**changes), headers={"Accept-Language": language}))
    assert reply.status_code == 200
    return reply.get_data(as_text=True)


def test_a_site_gets_the_page_it_wants(app: Flask, client: FlaskClient, party: Party) -> None:
    words = ["--login-accent", "#07C", "--login-theme", "dark", "--login-logo", "https://cdn.example.org/logo.png"]
    said = set_options(app, party, *words)
    assert (said["login_accent"], said["login_theme"]) == ("#0077cc", "dark")
    page = shown(client, party)
    assert 'data-scheme="dark"' in page
    sheet = re.search(r'href="(/login/accent/0077cc\.css\?v=[^"]+)"', page)
    assert sheet
    reply = client.get(sheet[1])
    assert (reply.mimetype, reply.get_data(as_text=True)) == ("text/css", stylesheet("0077cc"))
    assert "immutable" in reply.headers["Cache-Control"]
    assert re.search(r'<img src="/media/[^"]+/320/[^"]+" alt=""', page)
    assert "cdn.example.org" not in page
    assert "style=" not in page


def test_a_logo_for_dark_ground(app: Flask, client: FlaskClient, party: Party) -> None:
    light, dark = (f"https://cdn.example.org/{name}.png" for name in ("light", "dark"))
    set_options(app, party, "--login-logo", light, "--login-logo-dark", dark)
    page = shown(client, party)
    assert page.count("/media/") == 2
    assert 'media="(prefers-color-scheme: dark)"' in page
    source = re.search(r'srcset="([^"]+)"', page)
    set_options(app, party, "--login-theme", "dark")
    only = re.search(r'<img src="([^"]+)"', shown(client, party))
    assert source
    assert only
    assert only[1] == source[1]


def test_a_logo_that_would_never_be_fetched_leaves_the_page_alone(
    app: Flask, client: FlaskClient, party: Party
) -> None:
    set_options(app, party, "--login-logo", "http://127.0.0.1/logo.png")
    assert "<img" not in shown(client, party)


def test_without_any_of_it_the_page_is_ours(client: FlaskClient, party: Party) -> None:
    page = shown(client, party)
    assert "/login/accent/" not in page
    assert "<html" in page
    assert "data-scheme=" not in page
    assert "branded" not in page


WRONG = {
    "a word": ("--login-accent", "red"),
    "markup": ("--login-accent", "#fff;}</style>"),
    "seven digits": ("--login-accent", "#1234567"),
    "no language": ("--login-language", "klingon"),
    "markup for a language": ("--login-language", "de<b>"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_will_not_do_is_refused(app: Flask, party: Party, kind: str) -> None:
    said = set_options(app, party, *WRONG[kind])
    assert said["error"]["code"] == "invalid"
    assert said["error"]["field"] in ("login_accent", "login_languages")


def test_a_theme_is_one_of_three(app: Flask, party: Party) -> None:
    with pytest.raises(Invalid, match="auto or light or dark"):
        app.extensions["handbill"].sites.configure(party.site.key, login_theme="neon")


@pytest.mark.parametrize("colour", ["07c", "0077CC", "0077ccff", "zzzzzz", "..%2f..%2f"])
def test_no_other_style_sheet_is_there(client: FlaskClient, colour: str) -> None:
    assert client.get(f"/login/accent/{colour}.css").status_code == 404


def test_the_languages_a_site_has_chosen(app: Flask, client: FlaskClient, party: Party) -> None:
    set_options(app, party, "--login-language", "fr", "--login-language", "de", "--login-network", "developer")
    for accepted, changes, tag in (
        ("de-AT,fr;q=0.5", {}, "de"),
        ("ja,fr;q=0.2", {}, "fr"),
        ("ja", {}, "fr"),
        ("", {}, "fr"),
        ("fr", {"ui_locales": "ja de"}, "de"),
    ):
        assert f'<html lang="{tag}"' in shown(client, party, accepted, **changes), (accepted, changes)
    said = set_options(app, party, "--login-language", "", "--login-network", "")
    assert (said["login_languages"], said["login_networks"]) == ([], [])
    assert '<html lang="ja"' in shown(client, party, "ja")


def test_many_networks_stand_in_columns(tmp_path: Path) -> None:
    keys = ("google", "github", "x", "discord", "reddit")
    app = an_app(tmp_path, **{f"{key}_client_{what}": "x" for key in keys for what in ("id", "secret")})
    assert 'class="networks many"' in shown(app.test_client(), a_party(app))


def test_a_form_that_leads_to_a_server_is_let_through_by_its_policy(tmp_path: Path) -> None:
    """Browsers hold the redirects of a form to form-action too; where somebody is at home, nobody knows before."""
    app = an_app(tmp_path, http_allow="127.0.0.1:4711")
    client, party = app.test_client(), a_party(app)
    [link] = [x for x in links_of(follow(client, client.get(party.address()))) if x.startswith("/login/mastodon")]
    policy = client.get(link).headers["Content-Security-Policy"]
    assert "form-action 'self' https: http://127.0.0.1:4711 https://blog.example.org;" in policy
    choice = client.get(party.address()).headers["Content-Security-Policy"]
    assert "form-action 'self' https://blog.example.org;" in choice
    assert BASE not in policy
