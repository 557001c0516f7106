"""Networks that point inward, that never answer, whose clocks differ; tokens brought by browsers.

Threats 30, 38, 43, 53, 54 of docs/login-threats.md.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt

from core.http import Http, Reply
from login.upstream.door import DEADLINE, SHORT
from tests.core.http_origin import PUBLIC, a_canary
from tests.doubles import an_app, with_http
from tests.login.parties import a_party, follow, links_of, sent_to
from tests.login.test_upstream import CODE, KEY, Peer, come_back, fields_of, go
from tests.login.test_upstream_faults import nobody

ISSUER = "https://id.example.com"
DISCOVERY = ISSUER + "/.well-known/openid-configuration"
INSIDE = "http://127.0.0.1:9"


def test_30_a_request_by_address_is_refused_and_never_fetched(tmp_path: Path) -> None:
    """The port is let through the guard, so that a fetch would arrive."""
    with a_canary() as (port, hits):
        app = an_app(tmp_path, http_allow=f"127.0.0.1:{port}")
        client, party = app.test_client(), a_party(app)
        request_uri = f"http://127.0.0.1:{port}/request.jwt"
        told = sent_to(client.get(party.address(request_uri=request_uri)))
        assert told["error"] == "request_uri_not_supported"
        client.post("/oauth/authorize", data={"request_uri": request_uri, "client_id": party.site.client_id})
        app.extensions["handbill"].close()
    assert hits == []


def test_38_tokens_that_a_browser_brings_are_not_looked_at(tmp_path: Path) -> None:
    peer = Peer("openid")
    app = peer.app(tmp_path)
    client = app.test_client()
    sent = peer.sent = fields_of(go(client, a_party(app), "openid"))
    brought = {"id_token": peer.id_token(), "access_token": "OP_SECRET"}
    nobody(app, come_back(client, "openid", sent, code=None, **brought), 502)
    assert not peer.internet.to(peer.data["tokens"])
    assert not peer.internet.to(peer.data["userinfo"])


# --- 43: documents of a network that lead inward ---


@pytest.mark.parametrize(
    "name", ["token_endpoint", "jwks_uri", "token_endpoint, by redirect", "jwks_uri, by redirect"]
)
def test_43_a_document_cannot_send_us_inside(tmp_path: Path, name: str) -> None:
    field, _, redirect = name.partition(", ")
    inward: Any = (302, {}, {"Location": INSIDE + "/x"})
    peer = Peer("openid") if redirect else Peer("openid", metadata={field: INSIDE + "/x"})
    if redirect:
        peer.internet.pages[ISSUER + {"token_endpoint": "/token", "jwks_uri": "/keys"}[field]] = inward
    app = peer.app(tmp_path)
    client = app.test_client()
    sent = peer.sent = fields_of(go(client, a_party(app), "openid"))
    nobody(app, come_back(client, "openid", sent), 502)
    assert set(peer.internet.connected) == {PUBLIC}


@pytest.mark.parametrize(
    "page",
    [
        pytest.param((302, {}, {"Location": INSIDE + "/document"}), id="redirect"),
        pytest.param(b"[" * 4_000_000, id="too long"),
        pytest.param(b'{"issuer":' * 10_000, id="nested"),
        pytest.param({"issuer": ISSUER, "authorization_endpoint": "javascript:alert(1)"}, id="no address"),
    ],
)
def test_43_a_document_that_is_none_is_refused(tmp_path: Path, page: Any) -> None:
    peer = Peer("openid")
    peer.internet.pages[DISCOVERY] = page
    app = peer.app(tmp_path)
    client, party = app.test_client(), a_party(app)
    link = next(x for x in links_of(client.get(party.address())) if x.startswith("/login/openid?"))
    nobody(app, client.get(link), 502)
    assert set(peer.internet.connected) == {PUBLIC}


@pytest.mark.parametrize("ip", ["127.0.0.1", "169.254.169.254", "::1", "10.0.0.8"])
def test_43_a_name_that_leads_inside_is_not_connected_to(tmp_path: Path, ip: str) -> None:
    peer = Peer("openid")
    peer.internet.names["id.example.com"] = [[ip]]
    app = peer.app(tmp_path)
    client, party = app.test_client(), a_party(app)
    link = next(x for x in links_of(client.get(party.address())) if x.startswith("/login/openid?"))
    nobody(app, client.get(link), 502)
    assert peer.internet.looked_up
    assert peer.internet.connected == []


# --- 53: a network that never answers ---


class Hurried:
    """A client that waits for one address a fiftieth of the time it is told; it remembers what it was told."""

    def __init__(self, http: Http, slow: str) -> None:
        self._http = http
        self._slow = slow
        self.guard = http.guard
        self.waits: dict[str, list[float]] = {}

    def request(self, method: str, url: str, *, deadline: float, **given: Any) -> Reply:
        self.waits.setdefault(url, []).append(deadline)
        return self._http.request(method, url, deadline=deadline / (50 if url == self._slow else 1), **given)


@pytest.fixture
def never() -> Iterator[Any]:
    """A page that does not answer as long as the test runs."""
    over = threading.Event()
    yield lambda _asked: over.wait(60) and None
    over.set()


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/keys", "/userinfo"])
def test_53_whoever_waits_for_a_network_gets_a_page_within_ten_seconds(tmp_path: Path, never: Any, path: str) -> None:
    """What hangs is asked once. (Where a token is given back too, that may hang for SHORT.)"""
    peer = Peer("openid")
    http = Hurried(peer.internet.http(), ISSUER + path)
    app = with_http(peer.app(tmp_path), http)
    client, party = app.test_client(), a_party(app)
    peer.internet.pages[ISSUER + path] = never
    link = next(x for x in links_of(client.get(party.address())) if x.startswith("/login/openid?"))
    reply = client.get(link)
    if path in ("/token", "/keys", "/userinfo"):
        peer.sent = fields_of(reply.headers["Location"])
        reply = come_back(client, "openid", peer.sent)
    if path == "/userinfo":  # the ID token says already who it is
        assert follow(client, reply).status_code == 303
    else:
        nobody(app, reply, 502)
    assert http.waits[ISSUER + path] == [DEADLINE]
    assert DEADLINE + SHORT <= 10


# --- 54: clocks ---


@pytest.mark.parametrize(
    ("claim", "seconds", "good"),
    [
        ("exp", -50, True),
        ("exp", -70, False),
        ("iat", 50, True),
        ("iat", 70, False),
        ("nbf", 50, True),
        ("nbf", 70, False),
    ],
)
def test_54_clocks_may_differ_by_a_minute(
    tmp_path: Path, claim: str, seconds: int, good: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    peer = Peer("openid")
    app = peer.app(tmp_path)
    client = app.test_client()
    sent = fields_of(go(client, a_party(app), "openid"))
    now = int(time.time())
    made = {"iss": ISSUER, "aud": "id", "sub": "u-1", "iat": now, "exp": now + 300, "nonce": sent["nonce"]}
    token = jwt.encode({"alg": "RS256", "kid": "k1"}, {**made, claim: now + seconds}, KEY)
    monkeypatch.setattr(peer, "id_token", lambda: token)
    reply = come_back(client, "openid", sent, code=CODE)
    if good:
        assert follow(client, reply).status_code == 303
    else:
        nobody(app, reply, 502)
