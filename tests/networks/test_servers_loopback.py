"""Fediverse look-ups through the real HTTP client: TLS, redirects, sizes and time, on this machine only."""

from __future__ import annotations

import json
import socket
import ssl
import time
from collections.abc import Iterator
from typing import Any

import pytest
import trustme
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from core.errors import AddressRefused, TooSlow, Unreachable
from core.http import Http
from core.http_connection import dial
from core.netguard import Guard
from networks.intents import Content
from networks.servers import LARGEST, TOGETHER, Servers
from tests.networks.small_web import Shelf

PAGE = Content("https://blog.example/", "A title")
# An address that the guard takes for the internet; the connection itself is made to this machine.
PUBLIC = "93.184.215.14"
NAMES = ("example.social", "example.org", "social.example.org")
WEBFINGER = "/.well-known/webfinger"


def jrd(host: str) -> dict[str, Any]:
    link = {"rel": "https://w3id.org/fep/3b86/Create", "template": f"https://{host}/share?text={{content}}"}
    return {"subject": f"acct:me@{host}", "links": [link]}


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def web(authority: trustme.CA) -> Iterator[HTTPServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*NAMES).configure_cert(context)
    with HTTPServer("127.0.0.1", 0, ssl_context=context, threaded=True) as server:
        yield server


@pytest.fixture
def http(web: HTTPServer, authority: trustme.CA) -> Iterator[Http]:
    def resolver(host: str, port: int) -> list[str]:
        return {"inside.example": ["10.0.0.8"]}.get(host, [PUBLIC] if host in NAMES else [])

    def connect(ip: str, port: int, seconds: float) -> socket.socket:
        assert (ip, port) == (PUBLIC, 443)
        return dial("127.0.0.1", web.port, seconds)

    tls = ssl.create_default_context()
    authority.configure_trust(tls)
    client = Http(Guard(), resolver=resolver, connect=connect, tls=tls)
    yield client
    client.close()


@pytest.fixture
def servers(http: Http) -> Servers:
    return Servers(http, Shelf())


def test_a_template_is_found(web: HTTPServer, servers: Servers) -> None:
    asked = {"resource": "acct:me@example.social"}
    web.expect_request(WEBFINGER, query_string=asked).respond_with_json(jrd("example.social"))
    limits = {"configuration": {"statuses": {"max_characters": 500, "characters_reserved_per_url": 23}}}
    web.expect_request("/api/v2/instance").respond_with_json(limits)
    address = servers.share_address("@me@example.social", PAGE)
    assert address == "https://example.social/share?text=A%20title%20https%3A%2F%2Fblog.example%2F"
    assert servers.share_address("@me@example.social", PAGE) == address
    assert [request.path for request, _ in web.log] == [WEBFINGER, "/api/v2/instance"]


def test_accounts_live_where_webfinger_redirects(web: HTTPServer, servers: Servers) -> None:
    def answer(request: Request) -> Response:
        if request.host == "example.org":
            return Response(status=301, headers={"Location": f"https://social.{request.host}{request.full_path}"})
        return Response(json.dumps(jrd("social.example.org")), content_type="application/jrd+json")

    web.expect_request(WEBFINGER).respond_with_handler(answer)
    assert servers.share_address("me@example.org", PAGE).startswith("https://social.example.org/share?text=A%20title")


def test_software_by_nodeinfo(web: HTTPServer, servers: Servers) -> None:
    link = {"rel": "http://nodeinfo.diaspora.software/ns/schema/2.1", "href": "https://example.social/ni"}
    web.expect_request("/.well-known/nodeinfo").respond_with_json({"links": [link]})
    web.expect_request("/ni").respond_with_json({"software": {"name": "lemmy"}})
    address = servers.share_address("example.social", PAGE)
    assert address == "https://example.social/create_post?url=https%3A%2F%2Fblog.example%2F&title=A%20title"


def test_a_document_that_is_too_large_is_none(web: HTTPServer, servers: Servers) -> None:
    document = {**jrd("example.social"), "padding": "x" * LARGEST}
    web.expect_request(WEBFINGER).respond_with_json(document)
    assert servers.share_address("example.social", PAGE).startswith("https://example.social/share?text=")
    assert "/.well-known/nodeinfo" in [request.path for request, _ in web.log]


@pytest.mark.parametrize(
    ("server", "problem"), [("nowhere.example", Unreachable), ("inside.example", AddressRefused)]
)
def test_a_server_that_cannot_be_had(servers: Servers, server: str, problem: type[Exception]) -> None:
    with pytest.raises(problem):
        servers.share_address(server, PAGE)


def test_a_slow_server_is_given_up(web: HTTPServer, http: Http) -> None:
    def answer(request: Request) -> Response:
        time.sleep(0.6)
        return Response("{}", content_type="application/json")

    web.expect_request(WEBFINGER).respond_with_handler(answer)
    seconds = iter([0.0, TOGETHER - 0.2])  # a fifth of a second is left when the first question is asked
    with pytest.raises(TooSlow):
        Servers(http, Shelf(), clock=lambda: next(seconds)).share_address("example.social", PAGE)
