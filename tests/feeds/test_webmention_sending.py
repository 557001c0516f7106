"""Webmention, the sending side: the 23 ways in which a page may name its endpoint, after the specification's suite.

What each case is about, and their order, follow https://webmention.rocks; the first 22 were compared one by one with
its own list (aaronpk/webmention.rocks, lib/Rocks/DiscoveryTestData.php, read 2026-11-22), which the copy of 2021 ends
with; the last, a redirect, is the suite's page 23. The pages are our own, after
https://www.w3.org/TR/webmention/#sending-webmentions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from core.errors import AddressRefused, NotFound
from core.http import Http
from core.netguard import Guard
from feeds.webmention import discover, send


@dataclass(frozen=True)
class Case:
    """A page at ``/test/N``, with ``{origin}`` filled in, and where its endpoint is."""

    about: str
    endpoint: str
    html: str = ""
    links: tuple[str, ...] = ()
    name: str = "Link"
    redirect: str = ""
    kind: str = "text/html; charset=utf-8"
    seen: list[str] = field(default_factory=list)


CASES = (
    Case("a header, the relation bare, a relative address", "/in", links=("</in>; rel=webmention",)),
    Case("a header, the relation bare, a whole address", "/in", links=("<{origin}/in>; rel=webmention",)),
    Case("a <link>, a relative address", "/in", '<link rel="webmention" href="/in">'),
    Case("a <link>, a whole address", "/in", '<link rel="webmention" href="{origin}/in">'),
    Case("an <a>, a relative address", "/in", '<a rel="webmention" href="/in">tell me</a>'),
    Case("an <a>, a whole address", "/in", '<a rel="webmention" href="{origin}/in">tell me</a>'),
    Case("a header whose name is in odd capitals", "/in", links=("</in>; rel=webmention",), name="LinK"),
    Case("a header, the relation in quotes", "/in", links=('</in>; rel="webmention"',)),
    Case("several relations on a <link>", "/in", '<link rel="webmention somethingelse" href="{origin}/in">'),
    Case("several relations in a header", "/in", links=('</in>; rel="webmention somethingelse"',)),
    Case(
        "all three: the header counts", "/in",
        '<head><link rel="webmention" href="/not"></head><p>As well as an <a href="/not" rel="webmention">a</a>.',
        ('</in>; rel="webmention"',),
    ),
    Case(
        "a relation that only looks like it", "/in",
        '<link rel="not-webmention" href="/not"><a rel="webmention" href="/in">x</a>',
    ),
    Case(
        "in a comment is nowhere", "/in",
        '<!-- <a rel="webmention" href="/not">x</a> --><a rel=webmention href=/in>x</a>',
    ),
    Case(
        "written out is not meant", "/in",
        '<code>&lt;a href="/not" rel="webmention"&gt;</code><a rel="webmention" href="/in">x</a>',
    ),
    Case("an empty address is the page itself", "/test/15", '<link rel="webmention" href="">'),
    Case(
        "an <a> before a <link>, both in the words", "/in",
        '<p>In an <a href="/in" rel="webmention">a</a>, then <link rel="webmention" href="/not"> here.</p>',
    ),
    Case(
        "a <link> before an <a>, both in the words", "/in",
        '<div><p>In a <link rel="webmention" href="/in"> here, then <a href="/not" rel="webmention">a</a>.</p></div>',
    ),
    Case("several header fields", "/in", links=('</not>; rel="other"', '</in>; rel="webmention"')),
    Case("several values in one field", "/in", links=('</not>; rel="other", </in>; rel="webmention"',)),
    Case(
        "a <link> without an address", "/in",
        '<div><p>A <link rel="webmention"> of nothing; <a href="/in" rel="webmention">this one</a> counts.</p></div>',
    ),
    Case("an endpoint with a query", "/in?page=21&b=2", '<link rel="webmention" href="/in?page=21&amp;b=2">'),
    Case("relative to the path", "/test/22/in", '<link rel="webmention" href="22/in">'),
    Case(
        "relative to where a redirect led", "/elsewhere/in", '<link rel="webmention" href="in">',
        redirect="/elsewhere/page",
    ),
)  # fmt: skip
# Beyond the suite.
MORE = (
    # thought of there and left out, in a comment of the list
    Case("a <b> is no link", "/in", '<b href="/not" rel="webmention">b</b><a href="/in" rel="webmention"></a>'),
    Case("a query in a header", "/in?head=true", links=("</in?head=true>; rel=webmention",)),
    Case("a base address for all of a page", "/deep/in", '<base href="/deep/page"><link rel="webmention" href="in">'),
    Case("relations know no capitals", "/in", '<link rel="WebMention" href="/in">'),
    Case("a parameter before, a comma in the address", "/in,a", links=('</in,a>; title="a, b"; rel="webmention"',)),
    Case("parameters know no capitals", "/in", links=("</in>; REL=WebMention",)),
    Case("a relation in words is none", "", links=('</not>; title="; rel=webmention"; rel=x',)),
    Case("a link in words is none", "", links=('</a>; title="\\", </not>; rel=webmention, "; rel=x',)),
    Case("another page has it", "/in", links=("</not>; rel=webmention; anchor=\"/other\"", "</in>; rel=webmention")),
    Case("a field beyond ASCII", "/%C3%A9", links=("</\u00c3\u00a9>; rel=webmention",)),
    Case("another parameter is not this one", "/in", '<a rel=webmention href=/in>', ('</not>; rev="webmention"',)),
    Case("a relation of two words in another", "", links=('</not>; rel="xwebmention webmentions"',)),
    Case("in a template is nowhere", "", '<template><a rel="webmention" href="/not">x</a></template>'),
    Case("an <area> is none", "", '<area rel="webmention" href="/not">'),
    Case("no address that can be sent to", "", '<link rel="webmention" href="javascript:alert(1)">'),
    Case("not on the web", "", '<link rel="webmention" href="ftp://example.org/in">'),
    Case("no page at all", "", '<link rel="webmention" href="/not">', kind="application/octet-stream"),
    Case("nothing", "", "<p>Hello</p>"),
)  # fmt: skip


@pytest.fixture(scope="module")
def site() -> Iterator[HTTPServer]:
    with HTTPServer("127.0.0.1", 0, threaded=True) as server:
        for number, case in enumerate((*CASES, *MORE), 1):
            server.expect_request(case.redirect or f"/test/{number}").respond_with_handler(answering(server, case))
            if case.redirect:
                there = Response("", 302, {"Location": case.redirect})
                server.expect_request(f"/test/{number}").respond_with_response(there)
        yield server


def answering(server: HTTPServer, case: Case):  # type: ignore[no-untyped-def]
    origin = server.url_for("").rstrip("/")

    def answer(_request: Request) -> Response:
        made = Response(case.html.replace("{origin}", origin), content_type=case.kind)
        for link in case.links:
            made.headers.add(case.name, link.replace("{origin}", origin))
        return made

    return answer


def client(server: HTTPServer) -> Http:
    return Http(Guard(allow=(f"{server.host}:{server.port}",)))


def test_the_suite_has_23_cases() -> None:
    assert len(CASES) == 23


@pytest.mark.parametrize("number", range(1, len(CASES) + len(MORE) + 1), ids=[c.about for c in (*CASES, *MORE)])
def test_the_endpoint_is_found(site: HTTPServer, number: int) -> None:
    case = (*CASES, *MORE)[number - 1]
    found = discover(site.url_for(f"/test/{number}"), client(site))
    assert found == (site.url_for(case.endpoint) if case.endpoint else "")


def test_the_endpoint_is_told(httpserver: HTTPServer) -> None:
    told: list[tuple[str, dict[str, list[str]], str]] = []

    def take(request: Request) -> Response:
        form = parse_qs(request.get_data(as_text=True))
        told.append((request.query_string.decode(), form, request.content_type or ""))
        return Response("", 201, {"Location": "/mentions/1"})

    page = '<link rel="webmention" href="/in?key=1">'
    httpserver.expect_request("/post").respond_with_data(page, content_type="text/html")
    httpserver.expect_request("/in", method="POST").respond_with_handler(take)
    source, target = "https://blog.example.org/reply?a=1&b=ü", httpserver.url_for("/post")
    sent = send(source, target, client(httpserver))
    assert (sent.endpoint, sent.status, sent.location) == (httpserver.url_for("/in?key=1"), 201, "/mentions/1")
    assert sent.taken
    assert told == [("key=1", {"source": [source], "target": [target]}, "application/x-www-form-urlencoded")]


@pytest.mark.parametrize("status", [400, 404, 500])
def test_an_endpoint_may_refuse(httpserver: HTTPServer, status: int) -> None:
    page = '<link rel="webmention" href="/in">'
    httpserver.expect_request("/post").respond_with_data(page, content_type="text/html")
    httpserver.expect_request("/in", method="POST").respond_with_data("", status)
    assert not send("https://blog.example.org/a", httpserver.url_for("/post"), client(httpserver)).taken


def test_a_page_that_takes_none(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/post").respond_with_data("<p>Hello</p>", content_type="text/html")
    with pytest.raises(NotFound) as caught:
        send("https://blog.example.org/a", httpserver.url_for("/post"), client(httpserver))
    assert caught.value.code == "no_endpoint"


@pytest.mark.parametrize(
    "endpoint",
    ["http://127.0.0.1:9/in", "http://localhost/in", "http://[::1]/in", "http://10.0.0.1/", "http://2130706433/"],
)
def test_nothing_is_sent_to_a_private_address(httpserver: HTTPServer, endpoint: str) -> None:
    page = f'<link rel="webmention" href="{endpoint}">'
    httpserver.expect_request("/post").respond_with_data(page, content_type="text/html")
    with pytest.raises(AddressRefused):
        send("https://blog.example.org/a", httpserver.url_for("/post"), client(httpserver))


def test_a_long_header_takes_no_long_search(httpserver: HTTPServer) -> None:
    link = "</a>" + ';rel="a' * 3000 + "<" * 3000 + ";x=" * 3000
    httpserver.expect_request("/post").respond_with_data("", headers={"Link": link}, content_type="text/html")
    assert discover(httpserver.url_for("/post"), client(httpserver)) == ""
