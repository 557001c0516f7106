"""We as an oEmbed provider: the answers the specification asks for, the room there is, and who may ask about what."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer

from core.errors import Invalid
from embed.oembed import Bounds, Thumbnail, as_xml, bounds, card_size, framed, of_page
from tests.doubles import ORIGIN, a_site, an_app

PAGE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Tea</title><meta property="og:site_name" '
    'content="Notes &amp; more"><meta name="author" content="Zoë"><meta property="og:image" content="/tea.jpg">'
    '<meta property="og:image:width" content="1200"><meta property="og:image:height" content="630"></head></html>'
)
BASE = "http://127.0.0.1:8000"


@pytest.fixture
def web() -> Iterator[HTTPServer]:
    with HTTPServer("127.0.0.1", 0, threaded=True) as server:
        server.expect_request("/tea").respond_with_data(PAGE, content_type="text/html; charset=utf-8")
        server.expect_request("/members").respond_with_data("", status=401)
        server.expect_request("/wall").respond_with_data("", status=403)
        server.expect_request("/broken").respond_with_data("", status=500)
        yield server


@pytest.fixture
def open_client(tmp_path: Path, web: HTTPServer) -> Iterator[FlaskClient]:
    app = an_app(tmp_path, preview_anonymous="on", http_allow=f"127.0.0.1:{web.port}")
    yield app.test_client()
    app.extensions["handbill"].close()


def ask(client: FlaskClient, url: str, **more: Any) -> Any:
    headers = more.pop("headers", {})
    return client.get("/oembed", query_string={"url": url, **more}, headers=headers)


def at(web: HTTPServer, path: str) -> str:
    return f"http://127.0.0.1:{web.port}{path}"


def frame(answer: dict[str, Any]) -> Any:
    return BeautifulSoup(answer["html"], "html.parser").iframe


def test_a_page_is_its_card_in_a_frame(open_client: FlaskClient, web: HTTPServer) -> None:
    reply = ask(open_client, at(web, "/tea"))
    answer = reply.json
    assert reply.content_type.startswith("application/json")
    assert (answer["version"], answer["type"], answer["title"]) == ("1.0", "rich", "Tea")
    assert (answer["author_name"], answer["provider_name"]) == ("Zoë", "Notes & more")
    assert answer["provider_url"] == at(web, "")
    assert (answer["thumbnail_url"], answer["thumbnail_width"], answer["thumbnail_height"]) == (
        at(web, "/tea.jpg"),
        1200,
        630,
    )
    shown = frame(answer)
    assert (shown["width"], shown["height"]) == (str(answer["width"]), str(answer["height"]))
    assert shown["src"].startswith(f"{BASE}/widgets/card/frame?href=http%3A")
    assert open_client.get(shown["src"].removeprefix(BASE)).status_code == 200


@pytest.mark.parametrize(("width", "height"), [(300, 0), (0, 200), (320, 100), (100, 50), (5000, 5000), (1, 1)])
def test_answers_keep_within_the_room(open_client: FlaskClient, web: HTTPServer, width: int, height: int) -> None:
    room = {name: size for name, size in (("maxwidth", width), ("maxheight", height)) if size}
    picture = open_client.post("/api/v1/images", json={"title": "Tea"}).json["url"]
    for url in (at(web, "/tea"), picture, f"{BASE}/widgets/share/frame", f"{BASE}/"):
        reply = ask(open_client, url, **room)
        if reply.status_code == 404:
            assert reply.json["error"]["code"] == "no_room"
            continue
        for prefix in ("", "thumbnail_"):
            assert 0 < reply.json.get(f"{prefix}width", 1) <= (width or 10_000)
            assert 0 < reply.json.get(f"{prefix}height", 1) <= (height or 10_000)


def test_a_picture_too_large_for_the_room_comes_from_the_proxy(open_client: FlaskClient, web: HTTPServer) -> None:
    reply = ask(open_client, at(web, "/tea"), maxwidth=200)
    answer = reply.json
    assert answer["thumbnail_url"].startswith(f"{BASE}/media/")
    assert (answer["thumbnail_width"], answer["thumbnail_height"]) == (160, 84)
    assert answer["cache_age"] <= 600  # its address ends within ten minutes


def test_a_picture_of_ours_is_a_photo(open_client: FlaskClient) -> None:
    signed = open_client.post("/api/v1/images", json={"title": "Tea"}).json
    answer = ask(open_client, signed["url"]).json
    assert (answer["type"], answer["url"], answer["title"]) == ("photo", signed["url"], signed["alt"])
    assert (answer["width"], answer["height"]) == (signed["width"], signed["height"])
    small = ask(open_client, signed["url"], maxwidth=600).json
    assert (small["width"], small["height"]) == (600, 315)
    drawn = open_client.get(small["url"].removeprefix(BASE))
    assert (drawn.status_code, drawn.content_type) == (200, "image/png")


def test_a_frame_of_ours_is_a_frame(open_client: FlaskClient) -> None:
    url = f"{BASE}/widgets/share/frame?networks=x+copy&url=https://e.org/?a=1"
    answer = ask(open_client, url).json
    assert answer["type"] == "rich"
    assert frame(answer)["src"] == url


def test_xml_says_the_same(open_client: FlaskClient, web: HTTPServer) -> None:
    reply = ask(open_client, at(web, "/tea"), format="xml")
    assert reply.content_type == "text/xml; charset=utf-8"
    root = ET.fromstring(reply.data)  # noqa: S314 - our own answer
    said = {child.tag: child.text for child in root}
    assert root.tag == "oembed"
    assert said == {name: str(value) for name, value in ask(open_client, at(web, "/tea")).json.items()}


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [("/members", 401, "private_page"), ("/wall", 404, "page_blocked"), ("/none", 502, "upstream_bad_reply"),
     ("/broken", 502, "upstream_bad_reply")],
)  # fmt: skip
def test_pages_that_cannot_be_shown(
    open_client: FlaskClient, web: HTTPServer, path: str, status: int, code: str
) -> None:
    reply = ask(open_client, at(web, path))
    assert (reply.status_code, reply.json["error"]["code"]) == (status, code)


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({}, 422, "invalid"),
        ({"url": "ftp://e.org/"}, 422, "invalid"),
        ({"url": f"{BASE}/", "format": "yaml"}, 501, "unsupported_format"),
        ({"url": f"{BASE}/nothing"}, 404, "not_found"),
        ({"url": f"{BASE}/widgets/none/frame"}, 404, "not_found"),
        ({"url": f"{BASE}/", "maxwidth": "x"}, 422, "invalid"),
        ({"url": f"{BASE}/", "maxheight": "0"}, 422, "invalid"),
        ({"url": f"{BASE}/og/plain/AAAA.AAAAAAAAAAAAAAAAAAAAAA.png"}, 404, "not_found"),
        ({"url": "http://10.0.0.1/"}, 400, "address_refused"),
    ],
)
def test_what_is_refused(open_client: FlaskClient, query: dict[str, str], status: int, code: str) -> None:
    reply = open_client.get("/oembed", query_string=query)
    assert (reply.status_code, reply.json["error"]["code"]) == (status, code)


def test_who_may_ask_about_a_page(tmp_path: Path, web: HTTPServer) -> None:
    app = an_app(tmp_path, http_allow=f"127.0.0.1:{web.port}")
    site = a_site(app, origins=(ORIGIN, at(web, "")))
    client, url, key = app.test_client(), at(web, "/tea"), site.key
    assert ask(client, url).status_code == 401
    assert ask(client, "https://other.example/", site=key).status_code == 401
    assert ask(client, url, site="nonsense").status_code == 403
    anybody = ask(client, url, site=key)
    assert (anybody.status_code, anybody.json["type"]) == (200, "link")  # the frame is for the site's pages only
    own = ask(client, url, site=key, headers={"Origin": ORIGIN}).json
    assert frame(own)["src"].startswith(f"{BASE}/widgets/card/frame?site={key}&href=")
    trusted = ask(client, url, headers={"Authorization": f"Bearer {site.api_key}"})
    assert (trusted.json["type"], trusted.headers["Cache-Control"]) == ("rich", "private, max-age=60")
    app.extensions["handbill"].close()


def test_a_site_s_answer_is_within_its_budget(tmp_path: Path, web: HTTPServer) -> None:
    app = an_app(tmp_path, http_allow=f"127.0.0.1:{web.port}", limits="on")
    site = a_site(app, origins=(at(web, ""),))
    client = app.test_client()
    statuses = [ask(client, at(web, f"/{number}"), site=site.key).status_code for number in range(61)]
    assert set(statuses[:60]) == {502}
    assert statuses[60] == 429
    app.extensions["handbill"].close()


# --- the answer as a value ---


@pytest.mark.parametrize(
    ("title", "told"),
    [
        ("Tea & milk, it's 5 o'clock", "Tea & milk, it's 5 o'clock"),
        ('"><script>alert(1)</script>', "'›‹script›alert(1)‹/script›"),
        ("&quot; onload=alert(1) &#34; AT&T &", "& quot; onload=alert(1) & #34; AT&T &"),
    ],
)
def test_a_frame_s_title_ends_no_attribute_when_decoded_too_often(title: str, told: str) -> None:
    answer = framed("https://us.example/f?a=1&b=2", 300, 200, title)
    for often in (answer["html"], unescape(answer["html"]), unescape(unescape(answer["html"]))):
        only = BeautifulSoup(often, "html.parser").find_all(True)
        assert [(one.name, one.get("title"), one.get("onload")) for one in only] == [("iframe", told, None)]


@settings(deadline=None)
@given(st.text(), st.text(), st.integers(0, 3000), st.integers(0, 3000))
def test_any_page_makes_an_answer_that_is_html_and_xml(title: str, author: str, width: int, height: int) -> None:
    preview = {
        "title": title,
        "author": author,
        "image": {"url": "https://e.org/a", "width": width, "height": height},
    }
    answer = of_page(preview, "https://e.org/?a=1&b=2", Bounds(300, 200), "https://us.example/f", lambda *_: None)
    assert set(title) & set('"<>&') or frame(answer)["title"] == (title or "e.org")
    again = BeautifulSoup(unescape(unescape(answer["html"])), "html.parser").iframe
    assert again is not None
    assert again.attrs == frame(answer).attrs
    root = ET.fromstring(as_xml(answer).encode())  # noqa: S314 - our own answer
    found = {child.tag: child.text for child in root}
    assert found["html"] is not None
    assert "thumbnail_url" not in answer or answer["thumbnail_height"] <= 200
    assert unescape(answer["html"]).count("href=https%3A%2F%2Fe.org%2F%3Fa%3D1%26b%3D2") == 1


@settings(deadline=None)
@given(st.integers(0, 5000), st.integers(0, 5000), st.integers(0, 5000), st.integers(0, 5000))
def test_a_card_is_no_larger_than_the_room(width: int, height: int, wide: int, high: int) -> None:
    found = card_size({"url": "x", "width": width, "height": height}, Bounds(wide, high))
    assert 0 < found[0] <= (wide or 600)
    assert 0 < found[1] <= (high or 10_000)


def test_a_thumbnail_has_all_three_or_nothing() -> None:
    preview = {"image": {"url": "https://e.org/a.png"}}
    assert "thumbnail_url" not in of_page(preview, "https://e.org/", Bounds(), "", lambda *_: None)
    large = {"image": {"url": "https://e.org/a.png", "width": 900, "height": 900}}
    small = of_page(large, "https://e.org/", Bounds(100), "", lambda *_: Thumbnail("https://us/1", 96, 96))
    assert [small[f"thumbnail_{key}"] for key in ("url", "width", "height")] == ["https://us/1", 96, 96]


@pytest.mark.parametrize("text", ["-1", "0", "1.5", "x", "9" * 30, "٣"])
def test_no_number_of_pixels(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        bounds({"maxwidth": text})
    assert caught.value.field == "maxwidth"
