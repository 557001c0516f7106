"""The preview API against real pages on loopback: who may ask, what is kept, what a batch says."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tests.doubles import ORIGIN, a_site, an_app

PAGE = '<!doctype html><html lang="en"><title>{0}</title><meta property="og:title" content="{0}">'


class Pages:
    """A server of pages that counts how often each is asked for."""

    def __init__(self, server: HTTPServer) -> None:
        self.origin = f"http://{server.host}:{server.port}"
        self.asked: dict[str, int] = {}
        self.down = False
        server.expect_request("/slow").respond_with_handler(self._slow)
        server.expect_request("/").respond_with_handler(self._page)
        for number in range(60):
            server.expect_request(f"/p{number}").respond_with_handler(self._page)

    def _page(self, request: Request) -> Response:
        self.asked[request.path] = self.asked.get(request.path, 0) + 1
        if self.down:
            return Response("no", 503)
        return Response(PAGE.format(f"Page {request.path}"), content_type="text/html; charset=utf-8")

    def _slow(self, request: Request) -> Response:
        time.sleep(0.4)
        return self._page(request)


@pytest.fixture
def pages() -> Iterator[Pages]:
    with HTTPServer("127.0.0.1", 0, threaded=True) as server:
        yield Pages(server)


def an_app_for(folder: Path, pages: Pages, **changes: str) -> Flask:
    return an_app(folder, http_allow=pages.origin.removeprefix("http://"), **changes)


@pytest.fixture
def open_client(tmp_path: Path, pages: Pages) -> Iterator[FlaskClient]:
    """A client of a server that anybody may ask."""
    app = an_app_for(tmp_path, pages, preview_anonymous="on")
    yield app.test_client()
    app.extensions["handbill"].close()


def ask(client: FlaskClient, url: str, headers: dict[str, str] | None = None, **more: str) -> Any:
    return client.get("/api/v1/preview", query_string={"url": url, **more}, headers=headers)


def test_a_page_is_read_and_kept(open_client: FlaskClient, pages: Pages) -> None:
    first, second = ask(open_client, pages.origin + "/p1"), ask(open_client, pages.origin + "/p1#part")
    assert first.status_code == 200
    assert first.json["title"] == "Page /p1"
    assert first.json["url"] == pages.origin + "/p1"
    assert second.json == first.json
    assert pages.asked["/p1"] == 1
    assert "max-age=3600" in first.headers["Cache-Control"]
    again = ask(open_client, pages.origin + "/p1", {"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_many_who_ask_at_once_ask_the_page_once(tmp_path: Path, pages: Pages) -> None:
    app = an_app_for(tmp_path, pages, preview_anonymous="on")
    app.extensions["handbill"].cache  # noqa: B018 -- made before the threads start
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: ask(app.test_client(), pages.origin + "/slow"), range(8)))
    assert {reply.status_code for reply in replies} == {200}
    assert pages.asked["/slow"] == 1
    app.extensions["handbill"].close()


@pytest.mark.parametrize(
    ("url", "status", "code"),
    [
        ("", 422, "invalid"),
        ("nonsense", 422, "invalid"),
        ("javascript:alert(1)", 422, "invalid"),
        ("http://127.0.0.1:9/", 400, "address_refused"),
        ("http://localhost/", 400, "address_refused"),
        ("http://169.254.169.254/latest/", 400, "address_refused"),
        ("http://[::1]/", 400, "address_refused"),
        ("http://127.0.0.1:8000/", 400, "address_refused"),
    ],
)
def test_what_is_no_page_of_the_web(open_client: FlaskClient, url: str, status: int, code: str) -> None:
    reply = ask(open_client, url)
    assert (reply.status_code, reply.json["error"]["code"]) == (status, code)


def test_nobody_in_particular_may_not_ask_by_default(tmp_path: Path, pages: Pages) -> None:
    client = an_app_for(tmp_path, pages).test_client()
    reply = ask(client, pages.origin + "/p1")
    assert reply.status_code == 401
    assert "Bearer" in reply.headers["WWW-Authenticate"]
    assert not pages.asked


def test_an_api_key_may_ask_and_have_pages_read_anew(tmp_path: Path, pages: Pages) -> None:
    app = an_app_for(tmp_path, pages)
    key = {"Authorization": f"Bearer {a_site(app).api_key}"}
    client = app.test_client()
    assert ask(client, pages.origin + "/p1", key).status_code == 200
    assert ask(client, pages.origin + "/p1", key, refresh="1").status_code == 200
    assert pages.asked["/p1"] == 2
    assert ask(client, pages.origin + "/p1", key).headers["Cache-Control"].startswith("private")
    wrong = ask(client, pages.origin + "/p1", {"Authorization": "Bearer hbk_nonsense"})
    assert (wrong.status_code, wrong.json["error"]["code"]) == (401, "wrong_api_key")


def test_a_public_key_works_from_pages_of_its_site_within_a_budget(tmp_path: Path, pages: Pages) -> None:
    app = an_app_for(tmp_path, pages, limits="on")
    site = a_site(app)
    client = app.test_client()
    page = {"Origin": ORIGIN}
    assert ask(client, pages.origin + "/p1", page, site=site.key).headers["Access-Control-Allow-Origin"] == ORIGIN
    assert ask(client, pages.origin + "/p1", {"Origin": "https://evil.example"}, site=site.key).status_code == 403
    assert ask(client, pages.origin + "/p1", page, site=site.key, refresh="1").status_code == 403
    assert ask(client, pages.origin + "/p1", site=site.key).status_code == 401, "a key alone is no page of the site"
    statuses = [ask(client, f"{pages.origin}/p{n}", page, site=site.key).status_code for n in range(2, 60)]
    assert set(statuses) == {200}
    refused = [ask(client, f"{pages.origin}/?{n}", page, site=site.key) for n in range(5)]
    assert refused[-1].status_code == 429
    assert refused[-1].headers["Retry-After"]
    assert ask(client, pages.origin + "/p1", page, site=site.key).status_code == 200, "what is kept costs nothing"


def test_a_batch_answers_each_in_order(open_client: FlaskClient, pages: Pages) -> None:
    urls = [pages.origin + "/p1", "http://127.0.0.1:9/", pages.origin + "/p2", "nonsense", pages.origin + "/p1"]
    found = open_client.post("/api/v1/previews", json={"urls": urls}).json["previews"]
    assert [row["url"] for row in found] == urls
    assert [row.get("preview", {}).get("title") for row in found] == ["Page /p1", None, "Page /p2", None, "Page /p1"]
    assert found[1]["error"]["code"] == "address_refused"
    assert found[3]["error"]["code"] == "invalid"
    assert pages.asked["/p1"] == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"urls": []}, 422),
        ({"urls": "x"}, 422),
        ({"urls": [1]}, 422),
        ({}, 422),
        ({"urls": ["x"] * 51}, 422),
        ([], 400),
    ],
)
def test_a_batch_that_makes_no_sense(open_client: FlaskClient, body: object, status: int) -> None:
    assert open_client.post("/api/v1/previews", json=body).status_code == status


def test_a_page_that_fails_is_remembered_for_a_while(open_client: FlaskClient, pages: Pages) -> None:
    pages.down = True
    first = ask(open_client, pages.origin + "/p3")
    assert (first.status_code, first.json["error"]["code"]) == (502, "upstream_bad_reply")
    pages.down = False
    assert ask(open_client, pages.origin + "/p3").status_code == 502
    assert pages.asked["/p3"] == 1
