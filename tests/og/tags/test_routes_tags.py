"""`POST /api/v1/tags`: the three forms of asking, the picture, who may, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from pytest_httpserver import HTTPServer

from core.sites import NewSite
from tests.doubles import ORIGIN, a_site, an_app
from tests.og.tags.merging import preview

PAGE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Tea | Notes</title>'
    '<meta property="og:title" content="Tea"><meta name="robots" content="noindex"></head><body></body></html>'
)
FIELDS = {"title": 'Tea & "cake"', "url": "https://example.org/tea", "description": "Why."}
BASE = "http://127.0.0.1:8000"


@pytest.fixture
def web() -> Iterator[HTTPServer]:
    with HTTPServer("127.0.0.1", 0, threaded=True) as server:
        server.expect_request("/tea").respond_with_data(PAGE, content_type="text/html; charset=utf-8")
        server.expect_request("/wall").respond_with_data("", status=403)
        yield server


@pytest.fixture
def open_client(tmp_path: Path, web: HTTPServer) -> Iterator[FlaskClient]:
    app = an_app(tmp_path, preview_anonymous="on", http_allow=f"127.0.0.1:{web.port}")
    yield app.test_client()
    app.extensions["handbill"].close()


def asked(client: FlaskClient, body: Any, **headers: str) -> Any:
    return client.post("/api/v1/tags", json=body, headers=headers)


def content(answer: dict[str, Any], key: str) -> list[str]:
    tags = (tag["attributes"] for tag in answer["tags"] if tag["tag"] == "meta")
    return [tag["content"] for tag in tags if key in (tag.get("property"), tag.get("name"))]


def test_fields_give_tags_with_a_picture_of_ours(open_client: FlaskClient) -> None:
    answer = asked(open_client, {"fields": FIELDS}).json
    assert set(answer) == {"html", "tags", "image", "findings"}
    assert answer["html"].startswith('<title>Tea &amp; "cake"</title>\n<meta')
    assert {tag["tag"] for tag in answer["tags"]} == {"title", "meta", "link", "script"}
    assert answer["image"].keys() == {"url", "width", "height", "type", "alt"}
    assert content(answer, "og:image") == [answer["image"]["url"]]
    drawn = open_client.get(answer["image"]["url"].removeprefix(BASE))
    assert (drawn.status_code, drawn.content_type) == (200, answer["image"]["type"])


def test_the_picture_is_chosen(open_client: FlaskClient) -> None:
    card = {"layout": "quote", "width": 600, "height": 600, "format": "jpg", "title": "Said"}
    for body in ({"fields": {**FIELDS, "card": card}}, {"fields": {**FIELDS, "image": "/a.png"}, "card": card}):
        image = asked(open_client, body).json["image"]
        assert (image["width"], image["height"], image["type"]) == (600, 600, "image/jpeg")
        assert "/og/quote/" in image["url"]
        assert "Said" in image["alt"]
    assert asked(open_client, {"fields": FIELDS, "card": False}).json["image"] is None
    own = asked(open_client, {"fields": {**FIELDS, "image": {"url": "/a.png", "alt": "A"}}}).json
    assert own["image"] == {"url": "https://example.org/a.png", "alt": "A"}
    assert content(asked(open_client, {"fields": {**FIELDS, "card": "summary"}}).json, "twitter:card") == ["summary"]


def test_a_page_by_its_address(open_client: FlaskClient, web: HTTPServer) -> None:
    url = f"http://127.0.0.1:{web.port}/tea"
    answer = asked(open_client, {"url": url, "fields": {"site_name": "Mine"}}).json
    assert content(answer, "og:title") == ["Tea"]
    assert content(answer, "og:url") == [url]
    assert content(answer, "og:site_name") == ["Mine"]
    assert content(answer, "robots") == []
    assert content(asked(open_client, {"url": url, "fields": {"robots": "noindex"}}).json, "robots") == ["noindex"]


def test_a_page_that_is_sent_comes_back_with_its_tags(open_client: FlaskClient) -> None:
    body = {"html": PAGE, "url": "https://example.org/tea", "fields": {"description": "Why."}}
    answer = asked(open_client, body).json
    assert answer["html"].startswith('<!doctype html><html lang="en"><head><meta charset="utf-8">\n<meta name=')
    found = preview(answer["html"], "https://example.org/tea")
    assert (found.title, found.description, found.image.url) == ("Tea", "Why.", answer["image"]["url"])
    assert '<meta name="robots" content="noindex">' in answer["html"]
    assert asked(open_client, {**body, "html": answer["html"]}).json["html"] == answer["html"]


def test_a_page_with_a_card_asked_for_is_the_same_the_second_time(open_client: FlaskClient) -> None:
    page = PAGE.replace("</head>", '<meta property="og:image" content="/own.jpg"></head>')
    body = {"html": page, "url": "https://example.org/tea", "card": {"layout": "plain"}}
    once = asked(open_client, body).json["html"]
    assert "own.jpg" not in once
    assert asked(open_client, {**body, "html": once}).json["html"] == once


def test_our_own_preview_is_taken_as_it_is(open_client: FlaskClient, web: HTTPServer) -> None:
    url = f"http://127.0.0.1:{web.port}/tea"
    read = open_client.get("/api/v1/preview", query_string={"url": url}).json
    answer = asked(open_client, {"fields": read}).json
    assert content(answer, "og:title") == ["Tea"]
    assert "hints" not in answer


def test_faults_and_hints_are_told(open_client: FlaskClient) -> None:
    answer = asked(open_client, {"fields": {"title": "T" * 90, "tittle": "x"}, "card": False}).json
    codes = {finding["code"] for finding in answer["findings"]}
    assert {"title-long-x", "image-missing", "og-url-missing"} <= codes
    assert answer["hints"] == ["There is no field 'tittle'."]


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 422, "fields"),
        ({"fields": []}, 422, "fields"),
        ({"fields": 3}, 422, "fields"),
        ({"fields": {"title": [1]}}, 422, "title"),
        ({"fields": {}, "card": 5}, 422, "card"),
        ({"fields": {"title": "T"}, "card": {"layout": "none"}}, 422, "layout"),
        ({"fields": {}, "prefer": "both"}, 422, "prefer"),
        ({"html": "<p>"}, 422, "url"),
        ({"html": " ", "url": "https://e.org/"}, 422, "html"),
        ({"html": 1, "url": "https://e.org/"}, 422, "html"),
        ({"url": "ftp://e.org/"}, 422, "url"),
        ({"url": 1}, 422, "url"),
        ({"html": "x" * 2_000_001, "url": "https://e.org/"}, 413, "html"),
    ],
)
def test_what_makes_no_sense_names_the_field(open_client: FlaskClient, body: Any, status: int, field: str) -> None:
    reply = asked(open_client, body)
    assert (reply.status_code, reply.json["error"].get("field")) == (status, field)


def test_a_page_behind_a_wall_gives_no_tags(open_client: FlaskClient, web: HTTPServer) -> None:
    body = {"url": f"http://127.0.0.1:{web.port}/wall"}
    assert asked(open_client, body).json["error"]["code"] == "page_blocked"
    assert asked(open_client, {**body, "fields": {"title": "T"}}).status_code == 200


def test_half_characters_are_no_server_error(open_client: FlaskClient) -> None:
    for body in ({"fields": {"title": "\ud800", "\udfff": 1}}, {"html": "\ud800<p>", "url": "https://e.org/"}):
        reply = open_client.post("/api/v1/tags", data=json.dumps(body), content_type="application/json")
        assert reply.status_code == 200
        assert "\ufffd" in reply.json["html"]


def test_who_may(tmp_path: Path) -> None:
    app = an_app(tmp_path)
    client, site = app.test_client(), a_site(app)
    body = {"fields": FIELDS}
    assert asked(client, body).status_code == 401
    assert asked(client, body, Authorization="Bearer nonsense").status_code == 401
    assert asked(client, body, Authorization=f"Bearer {site.api_key}").status_code == 200
    reply = client.post(f"/api/v1/tags?site={site.site.key}", json=body, headers={"Origin": ORIGIN})
    assert reply.status_code == 200
    assert reply.headers["Access-Control-Allow-Origin"] == ORIGIN
    app.extensions["handbill"].close()


def test_the_oembed_link_leads_to_an_answer_or_is_not_there(tmp_path: Path, open_client: FlaskClient) -> None:
    def link(answer: dict[str, Any]) -> list[str]:
        return [t["attributes"]["href"] for t in answer["tags"] if "oembed" in t["attributes"].get("type", "")]

    assert link(asked(open_client, {"fields": FIELDS}).json) == [
        f"{BASE}/oembed?url=https%3A%2F%2Fexample.org%2Ftea&format=json"
    ]
    app = an_app(tmp_path / "closed")
    site: NewSite = a_site(app)
    headers = {"Authorization": f"Bearer {site.api_key}"}
    client = app.test_client()
    assert link(asked(client, {"fields": FIELDS}, **headers).json) == []
    own = asked(client, {"fields": {**FIELDS, "url": f"{ORIGIN}/tea"}}, **headers).json
    assert link(own)[0].endswith(f"&site={site.site.key}")
    app.extensions["handbill"].close()


def test_who_has_no_key_asks_at_a_person_s_pace(tmp_path: Path) -> None:
    app = an_app(tmp_path, preview_anonymous="on", limits="on")
    client = app.test_client()
    statuses = [asked(client, {"fields": {"title": "T"}, "card": False}).status_code for _ in range(31)]
    assert statuses == [200] * 30 + [429]
    app.extensions["handbill"].close()
