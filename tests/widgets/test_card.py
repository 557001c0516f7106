"""The card widget: what it shows of a page, who may have a page read, and what is left where it cannot be."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from core.sites import NewSite
from tests.doubles import ORIGIN, a_site, an_app
from tests.widgets.pages_with_cards import TEXT, Pages, some_pages
from tests.widgets.test_share import Links
from widgets.card import player_origins

BASE = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def shared() -> Iterator[Pages]:
    with some_pages() as made:
        yield made


@pytest.fixture
def pages(shared: Pages) -> Pages:
    """The pages, asked for by nobody yet."""
    shared.asked.clear()
    return shared


@pytest.fixture
def app(tmp_path: Path, pages: Pages) -> Iterator[Flask]:
    """An application that reads pages for nobody but its sites."""
    made = an_app(tmp_path, http_allow=pages.host, limits="on")
    yield made
    made.extensions["handbill"].close()


@pytest.fixture
def anybody(tmp_path: Path, pages: Pages) -> Iterator[FlaskClient]:
    """A client of an application that anybody may ask."""
    made = an_app(tmp_path, http_allow=pages.host, preview_anonymous="on")
    yield made.test_client()
    made.extensions["handbill"].close()


@pytest.fixture
def site(app: Flask) -> NewSite:
    return a_site(app)


def card(client: FlaskClient, href: str, headers: dict[str, str] | None = None, **options: str) -> dict[str, Any]:
    reply = client.get("/widgets/card.json", query_string={"href": href, **options}, headers=headers)
    assert reply.status_code == 200, reply.text
    return json.loads(reply.text)


# --- what it shows ---


def test_a_card_has_title_text_site_icon_and_a_picture_of_known_size(anybody: FlaskClient, pages: Pages) -> None:
    found = card(anybody, pages.origin + "/wide")
    assert (found["title"], found["text"], found["site"]) == ("The market moves", TEXT, "The River Post")
    assert (found["picture"]["width"], found["picture"]["height"]) == (640, 336)
    assert found["style"].startswith("aspect-ratio:1.905;background:#c8")
    for address in (found["icon"], found["picture"]["src"], found["picture"]["srcset"].removesuffix(" 2x")):
        assert address.startswith(f"{BASE}/media/")
        assert anybody.get(urlsplit(address).path).mimetype == "image/webp"
    assert "error" not in found
    assert "player" not in found


@pytest.mark.parametrize(
    ("path", "asked", "layout", "width"),
    [
        ("/wide", "large", "large", 640),
        ("/wide", "list", "list", 320),
        ("/wide", "compact", "compact", 160),
        ("/square", "large", "list", 320),
        ("/small", "large", "list", 120),
        ("/film", "large", "large", 480),
        ("/words", "list", "text", 0),
        ("/gone", "large", "text", 0),
    ],
)
def test_the_picture_decides_with_the_owner_what_it_looks_like(
    anybody: FlaskClient, pages: Pages, path: str, asked: str, layout: str, width: int
) -> None:
    found = card(anybody, pages.origin + path, layout=asked)
    assert found["layout"] == layout
    assert found.get("picture", {}).get("width", 0) == width
    assert bool(found.get("style")) == bool(width)
    assert ("text" in found) == (asked != "compact")


def test_a_page_and_its_picture_are_asked_for_once(anybody: FlaskClient, pages: Pages) -> None:
    for layout in ("large", "list", "compact"):
        card(anybody, pages.origin + "/wide", layout=layout)
    assert pages.asked["/wide"] == pages.asked["/icon.png"] == 1
    assert pages.asked["/wide.png"] <= 2  # its size, for the preview; and the whole, for the card


def test_a_long_title_is_cut(anybody: FlaskClient, pages: Pages) -> None:
    title = card(anybody, pages.origin + "/long")["title"]
    assert len(title) <= 140
    assert title.endswith("…")


def test_empty_options_are_the_defaults(anybody: FlaskClient, pages: Pages) -> None:
    found = card(anybody, pages.origin + "/wide", layout="", theme="", lang="", site="")
    assert (found["layout"], found["theme"], found["lang"]) == ("large", "auto", "en")


# --- players ---


def test_a_player_is_an_address_of_ours_and_what_it_may_do(anybody: FlaskClient, pages: Pages) -> None:
    player = card(anybody, pages.origin + "/film", lang="de")["player"]
    assert player["src"] == "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"
    assert player["label"] == "Von YouTube abspielen: A film"
    assert player["remember"] == "YouTube auf diesem Gerät immer laden"
    assert player["style"] == "aspect-ratio:1.778"
    assert "allow-top-navigation" not in player["frame"]["sandbox"]
    assert "allow-scripts" in player["frame"]["sandbox"]
    assert player["frame"]["referrerPolicy"] == "strict-origin-when-cross-origin"


def test_sounds_have_a_height_of_their_own(anybody: FlaskClient, pages: Pages) -> None:
    found = card(anybody, pages.origin + "/sound")
    assert found["player"]["style"] == "height:166px"
    assert found["layout"] == "list"


def test_a_film_without_a_poster_has_room(anybody: FlaskClient, pages: Pages) -> None:
    found = card(anybody, pages.origin + "/no-poster")
    assert found["style"].startswith("aspect-ratio:1.778;")
    assert "picture" not in found


def test_no_player_of_somebody_unknown_and_no_markup_comes_through(anybody: FlaskClient, pages: Pages) -> None:
    assert "player" not in card(anybody, pages.origin + "/evil")
    html = anybody.get("/widgets/card.html", query_string={"href": pages.origin + "/evil"}).text
    assert [tag for tag, _ in Links(html).elements].count("img") == 2
    assert "onerror=alert(1)&gt;" in html


def test_a_frame_may_show_its_own_player_and_no_other(anybody: FlaskClient, pages: Pages) -> None:
    def policy(path: str) -> str:
        reply = anybody.get("/widgets/card/frame", query_string={"href": pages.origin + path})
        assert reply.headers["Cache-Control"].startswith("private")
        return str(reply.headers["Content-Security-Policy"])

    assert "frame-src https://www.youtube-nocookie.com;" in policy("/film")
    assert "frame-src 'none';" in policy("/wide")
    assert "frame-src 'none';" in policy("/evil")
    assert all(origin.startswith("https://") and "{" not in origin for origin in player_origins())


# --- HTML ---


def test_the_html_works_without_scripts(anybody: FlaskClient, pages: Pages) -> None:
    html = anybody.get("/widgets/card.html", query_string={"href": pages.origin + "/wide", "layout": "list"}).text
    found = Links(html)
    assert [link["href"] for link in found.found] == [pages.origin + "/wide"]
    images = [values for tag, values in found.elements if tag == "img"]
    assert [(image["width"], image["height"], image["alt"]) for image in images] == [
        ("96", "50", ""),
        ("16", "16", ""),
    ]
    assert "The market moves</b></a>" in html
    assert TEXT in html
    assert "style=" not in html
    assert found.elements[0] == ("hb-card", {"href": pages.origin + "/wide", "layout": "list"})


# --- who may ---


def test_without_a_credential_a_card_is_the_plain_link_and_nobody_is_asked(app: Flask, pages: Pages) -> None:
    found = card(app.test_client(), pages.origin + "/wide")
    assert found["title"] == found["site"] == pages.host
    assert found["error"]["code"] == "no_credential"
    assert "picture" not in found
    assert not pages.asked


@pytest.mark.parametrize(
    ("headers", "may"),
    [
        ({"Origin": ORIGIN}, True),
        ({"Referer": ORIGIN + "/post"}, True),
        ({"Referer": BASE + "/widgets/card/frame"}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({}, False),
        ({"Referer": "https://evil.example/"}, False),
        ({"Referer": "https://evil.example/", "Sec-Fetch-Site": "cross-site"}, False),
        ({"Authorization": "Bearer nonsense", "Referer": ORIGIN}, False),
    ],
)
def test_a_sites_key_is_for_its_pages(
    app: Flask, site: NewSite, pages: Pages, headers: dict[str, str], may: bool
) -> None:
    found = card(app.test_client(), pages.origin + "/wide", headers, site=site.key)
    assert ("error" not in found) is may
    assert bool(pages.asked) is may


def test_an_origin_that_is_not_the_sites_is_refused(app: Flask, site: NewSite) -> None:
    query = {"href": "https://example.org/", "site": site.key}
    reply = app.test_client().get(
        "/widgets/card.json", query_string=query, headers={"Origin": "https://evil.example"}
    )
    assert reply.status_code == 403
    assert reply.json["error"]["code"] == "origin_not_allowed"


def test_how_long_a_card_is_kept_depends_on_who_asked(app: Flask, site: NewSite, pages: Pages) -> None:
    def kept(headers: dict[str, str], href: str = "/wide", **more: str) -> tuple[str, str]:
        query = {"href": pages.origin + href, **more}
        reply = app.test_client().get("/widgets/card.json", query_string=query, headers=headers)
        return str(reply.headers["Cache-Control"]), str(reply.headers.get("Vary", ""))

    control, vary = kept({"Origin": ORIGIN}, site=site.key)
    assert control.startswith("public, max-age=600")
    assert "Origin" in vary
    assert kept({"Authorization": f"Bearer {site.api_key}"})[0] == "private, max-age=60"
    assert kept({})[0] == "no-store"
    assert kept({"Origin": ORIGIN}, "/nowhere", site=site.key)[0] == "no-store"


def test_pictures_of_anonymous_cards_end_and_those_of_sites_do_not(
    app: Flask, site: NewSite, anybody: FlaskClient, pages: Pages
) -> None:
    def length(found: dict[str, Any]) -> int:
        return len(found["picture"]["src"])

    ours = card(app.test_client(), pages.origin + "/wide", {"Origin": ORIGIN}, site=site.key)
    reply = anybody.get("/widgets/card.json", query_string={"href": pages.origin + "/wide"})
    assert length(json.loads(reply.text)) > length(ours)
    assert reply.headers["Cache-Control"] == "public, max-age=60"


def test_strangers_pages_are_within_a_budget(app: Flask, site: NewSite, pages: Pages) -> None:
    client = app.test_client()
    codes = [
        card(client, f"{pages.origin}/p{n}", {"Origin": ORIGIN}, site=site.key)["error"]["code"] for n in range(62)
    ]
    assert "too_many" in codes[-1]
    assert "retry_at" in card(client, pages.origin + "/q", {"Origin": ORIGIN}, site=site.key)["error"]
    assert sum(pages.asked.values()) - pages.asked["/robots.txt"] == 60


# --- what cannot be shown ---


@pytest.mark.parametrize("href", ["/nowhere", "/bare", "http://10.0.0.1/"])
def test_what_cannot_be_shown_is_the_plain_link(anybody: FlaskClient, pages: Pages, href: str) -> None:
    address = href if "://" in href else pages.origin + href
    found = card(anybody, address)
    assert found["title"] == urlsplit(address).netloc
    assert found["error"]["message"]
    html = anybody.get("/widgets/card.html", query_string={"href": address}).text
    assert [link["href"] for link in Links(html).found] == [address]
    assert urlsplit(address).netloc + "</b></a>" in html


def test_a_card_without_an_address_is_a_mistake(client: FlaskClient) -> None:
    reply = client.get("/widgets/card.json")
    assert reply.status_code == 422
    assert reply.json["error"]["field"] == "href"
    assert client.get("/widgets/card.json?href=javascript:alert(1)").status_code == 422


# --- our own pages ---


def test_a_card_of_our_own_home_needs_no_other_server(app: Flask) -> None:
    client = app.test_client()
    found = card(client, BASE + "/")
    assert found["site"] == "Handbill"
    assert found["picture"]["src"] == f"{BASE}/static/card.webp"
    with client.get("/static/card.webp") as reply:
        assert reply.status_code == 200
        picture = reply.data
    assert Image.open(io.BytesIO(picture)).size == (found["picture"]["width"], found["picture"]["height"])
    assert card(client, BASE + "/studio")["error"]["code"]
    assert 'hb-card href="http://127.0.0.1:8000/"' in client.get("/").text
