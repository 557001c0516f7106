"""Every error reply of every route has the one shape, and never says 500 for a caller's fault."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core import errors
from core.sites import NewSite
from tests.doubles import an_app

HUGE = "x" * 100_000
CASES: list[tuple[str, int, str, str]] = [
    # address, status, code, field
    ("/nowhere", 404, "not_found", ""),
    ("/widgets/nothing.json", 404, "not_found", "widget"),
    ("/widgets/nothing.html", 404, "not_found", "widget"),
    ("/widgets/share.json?networks=facebok", 422, "unknown_network", "networks"),
    ("/widgets/share.html?networks=facebok", 422, "unknown_network", "networks"),
    ("/widgets/share.json?url=javascript:alert(1)", 422, "invalid", "url"),
    ("/widgets/share.json?url=java%0Ascript:alert(1)", 422, "invalid", "url"),
    ("/widgets/share.json?url=data:text/html,x", 422, "invalid", "url"),
    ("/widgets/share.json?url=https://a:b@example.org/", 422, "invalid", "url"),
    ("/widgets/share.json?url=https://exa mple.org/", 422, "invalid", "url"),
    ("/widgets/share.json?image=javascript:1", 422, "invalid", "image"),
    ("/widgets/share.json?theme=pink", 422, "invalid", "theme"),
    ("/widgets/share.json?layout=spiral", 422, "invalid", "layout"),
    ("/widgets/share.json?size=huge", 422, "invalid", "size"),
    ("/widgets/share.json?labels=perhaps", 422, "invalid", "labels"),
    ("/widgets/share.json?via=nonsense", 422, "invalid", "via"),
    ("/widgets/share.json?utm=%22%3E%3Cscript%3E", 422, "invalid", "utm"),
    ("/widgets/share.json?text=" + "x" * 6000, 422, "invalid", "text"),
    ("/widgets/share.json?text-x=" + "x" * 6000, 422, "invalid", "text"),
    (f"/widgets/share.json?text={HUGE}", 413, "too_large", ""),
    ("/widgets/share.json?site=nobody", 403, "unknown_site", "site"),
    ("/widgets/share.json?text=%ff%fe", 400, "bad_encoding", ""),
    ("/widgets/share.json?text=%c3%28", 400, "bad_encoding", ""),
    ("/widgets/share.json?text=a%00b", 400, "bad_encoding", ""),
    ("/widgets/%ff.json", 400, "bad_encoding", ""),
    ("/widgets/follow.json?accounts=github", 422, "invalid", "accounts"),
    ("/widgets/follow.json?accounts=github:../../evil", 422, "invalid", "accounts"),
    ("/widgets/follow.json?accounts=nobody:me", 422, "unknown_network", "accounts"),
    ("/share/nothing?url=https://example.org/", 404, "unknown_network", "network"),
    ("/share/facebook", 422, "invalid", "url"),
    ("/share/facebook?url=javascript:alert(1)", 422, "invalid", "url"),
    ("/share/facebook?url=https://example.org/&site=nobody", 403, "unknown_site", "site"),
    ("/share/x?url=https://example.org/&text=" + "x" * 6000, 422, "invalid", "text"),
    ("/share/qr.svg", 422, "invalid", "url"),
    ("/share/qr.svg?url=file:///etc/passwd", 422, "invalid", "url"),
    ("/follow/github?account=a/b", 422, "invalid", "account"),
    ("/follow/email?account=javascript:alert(1)", 422, "invalid", "account"),
    ("/kit/9/kit.js", 404, "not_found", ""),
    ("/kit/1/../../app.py", 404, "not_found", ""),
    ("/kit/1.0.0/nothing.js", 404, "not_found", ""),
    ("/kit/1.0.0/KIT.js", 404, "not_found", ""),
]


def shape(body: bytes) -> dict[str, str]:
    """The error of a reply that has the one shape and nothing else."""
    error = json.loads(body)
    assert set(error) == {"error"}
    assert {"code", "message"} <= set(error["error"]) <= {"code", "message", "field", "retry_at"}
    assert all(isinstance(value, str) and value for value in error["error"].values())
    return dict(error["error"])


@pytest.mark.parametrize(
    ("address", "status", "code", "field"), CASES, ids=[f"{n}-{c[0][:50]}" for n, c in enumerate(CASES)]
)
def test_a_callers_fault(client: FlaskClient, address: str, status: int, code: str, field: str) -> None:
    reply = client.get(address)
    error = shape(reply.data)
    assert (reply.status_code, error["code"], error.get("field", "")) == (status, code, field)
    assert reply.headers["X-Request-Id"]
    assert len(reply.data) < 1000, "an error does not repeat what was sent"


def test_a_cache_keeps_a_programs_error_from_people(client: FlaskClient) -> None:
    reply = client.get("/nothing-here")
    assert reply.headers["Cache-Control"].startswith("public")
    assert "Accept" in reply.vary


def test_a_foreign_origin(client: FlaskClient, site: NewSite) -> None:
    reply = client.get(f"/widgets/share.json?site={site.key}", headers={"Origin": "https://evil.example"})
    assert reply.status_code == 403
    assert shape(reply.data)["code"] == "origin_not_allowed"


@pytest.mark.parametrize(
    "origin",
    ["http://[::1", "http://127.0.0.1:8000.evil.example", "http://127.0.0.1:0x50", "http://localhost:99999999"],
)
def test_an_origin_that_is_none(client: FlaskClient, site: NewSite, origin: str) -> None:
    """In development pages of this machine may ask with any key; what only begins like one may not."""
    reply = client.get(f"/widgets/share.json?site={site.key}", headers={"Origin": origin})
    assert (reply.status_code, shape(reply.data)["code"]) == (403, "origin_not_allowed")


def test_half_a_character(tmp_path: Path) -> None:
    client = an_app(tmp_path, preview_anonymous="on").test_client()
    reply = client.post("/api/v1/previews", data=rb'{"urls": ["ftp://example.org/\ud800"]}')
    assert reply.status_code == 200
    assert reply.get_json()["previews"][0]["url"] == "ftp://example.org/?"


@pytest.mark.parametrize("address", ["/account/log-out", "/login/facebook/deauthorize", "/login/apple/callback"])
def test_a_form_of_too_many_parts(client: FlaskClient, address: str) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
    reply = client.post(address, data=part * 2000 + b"--x--", content_type="multipart/form-data; boundary=x")
    assert 400 <= reply.status_code < 500


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_a_wrong_method(client: FlaskClient, method: str) -> None:
    reply = getattr(client, method)("/widgets/share.json")
    assert reply.status_code == 405
    assert shape(reply.data)["code"] == "method_not_allowed"
    assert "GET" in reply.headers["Allow"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "bad_json"),
        (b"{", 400, "bad_json"),
        (b"[]", 400, "bad_json"),
        (b"\xff", 400, "bad_json"),
        (b"[" * 10_000, 400, "bad_json"),
        (b'{"url": ' + b"9" * 5000 + b"}", 400, "bad_json"),
        (b"{}", 422, "invalid"),
        (b'{"site": "nobody"}', 403, "unknown_site"),
        (b"x" * 20_000, 413, "request_entity_too_large"),
    ],
)
def test_a_beacon_that_makes_no_sense(client: FlaskClient, body: bytes, status: int, code: str) -> None:
    reply = client.post("/api/v1/clicks", data=body, headers={"Origin": "https://blog.example.org"})
    assert (reply.status_code, shape(reply.data)["code"]) == (status, code)


def test_a_beacon_in_chunks_is_as_long_as_any(client: FlaskClient) -> None:
    body = io.BytesIO(b'{"site": "nobody"}' + b" " * 20_000)
    environ = {"wsgi.input": body, "wsgi.input_terminated": True}
    reply = client.post("/api/v1/clicks", environ_overrides=environ, headers={"Transfer-Encoding": "chunked"})
    assert (reply.status_code, shape(reply.data)["code"]) == (413, "request_entity_too_large")


def test_our_own_fault_names_the_id_and_no_more(tmp_path: Path) -> None:
    app = an_app(tmp_path)

    @app.get("/planted")
    def planted() -> str:
        raise RuntimeError("secret detail")

    app.testing = False
    reply = app.test_client().get("/planted")
    error = shape(reply.data)
    assert reply.status_code == 500
    assert error["code"] == "internal"
    assert reply.headers["X-Request-Id"] in error["message"]
    assert "secret" not in reply.text


def test_a_person_gets_a_page(client: FlaskClient) -> None:
    reply = client.get("/share/nothing", headers={"Accept": "text/html,*/*;q=0.8"})
    assert reply.status_code == 404
    assert reply.mimetype == "text/html"
    assert reply.headers["X-Request-Id"] in reply.text
    assert "script-src 'self' 'nonce-" in reply.headers["Content-Security-Policy"]


def test_a_header_split_is_impossible(client: FlaskClient) -> None:
    reply = client.get("/share/facebook?url=https://example.org/%0d%0aX-Injected:%201")
    assert reply.status_code == 303
    assert "X-Injected" not in reply.headers
    assert "%250D" in reply.headers["Location"] or "\r" not in reply.headers["Location"]


def _tree(kind: type[errors.Problem]) -> list[type[errors.Problem]]:
    return [kind, *(below for child in kind.__subclasses__() for below in _tree(child))]


def test_every_error_has_a_code_a_status_and_a_place_in_the_drawing(app: Flask) -> None:
    drawing = errors.__doc__ or ""
    own = [kind for kind in _tree(errors.Problem) if kind.__module__ == "core.errors"]
    assert len(own) > 15
    for kind in own:
        assert kind.__name__ in drawing
        assert 400 <= kind.status <= 504
        assert kind("A sentence.").as_json()["error"]["code"] == kind.code


def test_what_routing_found_is_said_in_words_of_ours(client: FlaskClient) -> None:
    nothing = client.get("/api/v1/nothing").get_json()["error"]["message"]
    assert nothing == "There is nothing at this address. /docs lists what there is."
    wrong = client.get("/api/v1/previews")
    assert wrong.get_json()["error"]["message"] == "This address is asked with POST."
    assert "POST" in wrong.headers["Allow"]
