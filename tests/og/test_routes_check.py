"""The checker's API: a page by its address or sent as it is; the same report either way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pytest_httpserver import HTTPServer

from tests.doubles import an_app

FAULTY = (
    '<!doctype html><html><head><meta charset="utf-8"><title>A page</title>'
    '<meta property="og:image" content="/a.png"></head><body>'
)
URL = "https://example.org/page"
KEYS = {"code", "severity", "message", "fix", "tag", "line", "column", "platforms", "source"}


@pytest.fixture
def web() -> Iterator[HTTPServer]:
    with HTTPServer("127.0.0.1", 0, threaded=True) as server:
        server.expect_request("/page").respond_with_data(FAULTY, content_type="text/html; charset=utf-8")
        server.expect_request("/picture").respond_with_data(b"\x89PNG", content_type="image/png")
        yield server


@pytest.fixture
def open_client(tmp_path: Path, web: HTTPServer) -> Iterator[FlaskClient]:
    app = an_app(tmp_path, preview_anonymous="on", http_allow=f"127.0.0.1:{web.port}")
    yield app.test_client()
    app.extensions["handbill"].close()


def test_a_page_that_is_sent(open_client: FlaskClient) -> None:
    reply = open_client.post("/api/v1/check", json={"html": FAULTY, "url": URL})
    assert reply.status_code == 200
    report = reply.json
    assert set(report) == {"findings", "platforms", "preview"}
    assert report["preview"]["title"] == "A page"
    assert all(set(finding) == KEYS for finding in report["findings"])
    assert {finding["severity"] for finding in report["findings"]} <= {"error", "warning", "hint"}
    assert any(finding["line"] == 1 and "og:image" in (finding["tag"] or "") for finding in report["findings"])
    assert {"facebook", "x", "linkedin", "slack"} <= set(report["platforms"])


def test_a_page_by_its_address_is_checked_alike(open_client: FlaskClient, web: HTTPServer) -> None:
    address = f"http://127.0.0.1:{web.port}/page"
    fetched = open_client.get("/api/v1/check", query_string={"url": address}).json
    sent = open_client.post("/api/v1/check", json={"html": FAULTY, "url": address}).json
    assert [f["code"] for f in fetched["findings"]] == [f["code"] for f in sent["findings"]]


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "html"), ({"html": ""}, "html"), ({"html": 1, "url": URL}, "html"), ({"html": "<p>"}, "url"),
     ({"html": "<p>", "url": "javascript:alert(1)"}, "url")],
)  # fmt: skip
def test_what_makes_no_sense_names_the_field(open_client: FlaskClient, body: object, field: str) -> None:
    reply = open_client.post("/api/v1/check", json=body)
    assert (reply.status_code, reply.json["error"]["field"]) == (422, field)


def test_what_is_no_page_is_said(open_client: FlaskClient, web: HTTPServer) -> None:
    for path in ("/picture", "/nothing"):
        reply = open_client.get("/api/v1/check", query_string={"url": f"http://127.0.0.1:{web.port}{path}"})
        assert (reply.status_code, reply.json["error"]["code"]) == (502, "upstream_bad_reply")
    refused = open_client.get("/api/v1/check", query_string={"url": "http://127.0.0.1:9/"})
    assert (refused.status_code, refused.json["error"]["code"]) == (400, "address_refused")


def test_nobody_in_particular_may_not_by_default(tmp_path: Path) -> None:
    client = an_app(tmp_path).test_client()
    assert client.get("/api/v1/check?url=https://example.org/").status_code == 401
    assert client.post("/api/v1/check", json={"html": FAULTY, "url": URL}).status_code == 401
