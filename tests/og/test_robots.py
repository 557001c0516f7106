"""What owners forbid: robots.txt by RFC 9309, and what may be shown of a page."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer

from core.cache import build
from core.http import Http
from core.netguard import Guard
from og.preview import read
from og.reader.robots_txt import MOST_BYTES, Robots, allowed, rules_for
from og.robots import header_rules, shown
from tests.core.cache_doubles import eventually
from tests.doubles import an_app, some_settings

# robots.txt, then paths that may be asked for, and paths that may not.
FILES: dict[str, tuple[str, str, str]] = {
    "nothing": ("", "/ /a", ""),
    "all": ("User-agent: *\nDisallow: /", "/robots.txt", "/ /a /a?b=c"),
    "an empty rule": ("User-agent: *\nDisallow:", "/ /a", ""),
    "ours before everybody's": ("User-agent: *\nDisallow: /\n\nUser-agent: Handbill\nAllow: /", "/ /a", ""),
    "ours without a rule joins the next": ("User-agent: Handbill\n\nUser-agent: *\nDisallow: /", "", "/a"),
    "ours says nothing": ("User-agent: Handbill\nDisallow:\n\nUser-agent: *\nDisallow: /", "/ /a", ""),
    "with a version": ("user-agent: HANDBILL/1.0\ndisallow: /x", "/ /y", "/x /xy"),
    "another's": ("User-agent: Handbills\nDisallow: /", "/ /a", ""),
    "two groups of ours": (
        "User-agent: handbill\nDisallow: /a\nUser-agent: b\nDisallow: /b\nUser-agent: handbill\nDisallow: /c",
        "/b", "/a /c",
    ),
    "a group of two": ("User-agent: b\nUser-agent: Handbill\nDisallow: /a", "/b", "/a"),
    "a sitemap between": ("User-agent: Handbill\nSitemap: https://e/s\nUser-agent: b\nDisallow: /a", "/b", "/a"),
    "the longest decides": ("User-agent: *\nDisallow: /a\nAllow: /a/b\nDisallow: /a/b/c", "/ /a/b", "/a /a/b/c"),
    "of two as long the one that allows": ("User-agent: *\nDisallow: /a\nAllow: /a", "/a", ""),
    "its order is no matter": ("User-agent: *\nAllow: /a\nDisallow: /a", "/a", ""),
    "anything between": ("User-agent: *\nDisallow: /*.php", "/a", "/a.php /b/c.php?d /.php"),
    "the end": ("User-agent: *\nDisallow: /*.php$", "/a.php?d /a.phpx", "/a.php"),
    "exactly": ("User-agent: *\nDisallow: /a$", "/ab /", "/a"),
    "stars": ("User-agent: *\nDisallow: /**a*b*$", "/", "/ab /xaxbx"),
    "a query": ("User-agent: *\nDisallow: /*?utm", "/a /a?b", "/a?utm_source=x"),
    "escapes": ("User-agent: *\nDisallow: /%7Eann/ü\nDisallow: /a%2fb", "/a/b", "/~ann/%C3%BC /~ann/ü /a%2Fb"),
    "a comment": ("User-agent: * # all\nDisallow: /a # this", "/b", "/a"),
    "a mark, old line ends": ("\ufeffUser-agent: *\rDisallow: /a\r", "/b", "/a"),
    "a rule before any group": ("Disallow: /\nUser-agent: *\nDisallow: /a", "/b", "/a"),
    "a page in its place": ("<!doctype html><title>Not found</title>", "/ /a", ""),
    "a group with a star and more": ("User-agent: *bot\nDisallow: /a", "/b", "/a"),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_file(name: str) -> None:
    text, may, may_not = FILES[name]
    lines = rules_for(text.encode(), "handbill")
    assert [path for path in may.split() if not allowed(lines, path)] == []
    assert [path for path in may_not.split() if allowed(lines, path)] == []


@given(st.binary(max_size=300), st.text(max_size=30))
def test_any_bytes_are_a_file(data: bytes, path: str) -> None:
    assert allowed(rules_for(b"User-agent: *\n" + data, "handbill"), "/" + path) in (True, False)


def test_a_file_made_to_take_long_does_not() -> None:
    stars = b"Disallow: /" + b"*a" * 2000 + b"$\n"
    begun = time.process_time()
    lines = rules_for(b"User-agent: *\n" + stars * 200, "handbill")
    allowed(lines, "/" + "a" * 4000)
    assert len(b"User-agent: *\n" + stars * 200) > MOST_BYTES
    assert time.process_time() - begun < 5


# --- the header and the rules for showing ---


@pytest.mark.parametrize(
    ("value", "rules"),
    [
        ("noindex", ("noindex",)),
        ("NoIndex, max-snippet: 0", ("noindex", "max-snippet: 0")),
        ("googlebot: nosnippet", ()),
        ("handbill: nosnippet, nofollow", ("nosnippet", "nofollow")),
        ("googlebot: noindex, nofollow, handbill: nosnippet", ("nosnippet",)),
        ("unavailable_after: 2027-01-01", ("unavailable_after: 2027-01-01",)),
        (", ,", ()),
        ("max-image-preview:none,max-image-preview:none", ("max-image-preview:none",)),
    ],
)
def test_a_header(value: str, rules: tuple[str, ...]) -> None:
    assert header_rules(value) == rules


WHOLE: dict[str, Any] = {
    "url": "https://e.example/", "title": "T", "description": "One two three four", "image": {"url": "https://e.example/a"},
    "images": [{"url": "https://e.example/a"}], "player": {"src": "https://p.example/"}, "video": {"url": "https://v/"},
}  # fmt: skip
TEXT, PICTURE, PLAYER = {"description"}, {"image", "images"}, {"player", "video"}


@pytest.mark.parametrize(
    ("robots", "gone"),
    [
        ("", set()),
        ("index, follow, max-image-preview:large, max-snippet:-1", set()),
        ("noindex, nofollow", set()),
        ("none", set()),
        ("noimageindex, noarchive", set()),
        ("nosnippet", TEXT | PLAYER),
        ("nopreview", TEXT | PLAYER),
        ("max-snippet:0", TEXT),
        ("max-snippet: 0", TEXT),
        ("max-image-preview:none", PICTURE),
        ("max-image-preview:none, max-image-preview:standard", PICTURE),
        ("max-image-preview:standard", set()),
        ("max-video-preview:0", PLAYER),
        ("max-video-preview:-1", set()),
        ("max-snippet:many, max-video-preview", set()),
    ],
)
def test_what_a_card_may_show(robots: str, gone: set[str]) -> None:
    assert set(WHOLE) - set(shown({**WHOLE, "robots": robots})) == gone


def test_a_text_is_cut_to_what_is_allowed() -> None:
    assert shown({**WHOLE, "robots": "max-snippet:9, max-snippet:50"})["description"] == "One two…"


# --- reading pages ---


@pytest.fixture
def http(httpserver: HTTPServer) -> Iterator[Http]:
    made = Http(Guard(allow=(f"{httpserver.host}:{httpserver.port}",)))
    yield made
    made.close()


def a_site(server: HTTPServer, robots: str = "", status: int = 200, **headers: str) -> str:
    server.expect_request("/robots.txt").respond_with_data(robots, status=status)
    server.expect_request("/private/a").respond_with_data(
        "<title>A</title>", content_type="text/html", headers=headers
    )
    server.expect_request("/open").respond_with_data("", status=302, headers={"Location": "/private/a"})
    return server.url_for("/private/a")


def test_a_page_that_may_not_be_asked_for_is_not(httpserver: HTTPServer, http: Http) -> None:
    url = a_site(httpserver, "User-agent: *\nDisallow: /private")
    assert read(url, http).as_json() == {
        "url": url,
        "blocked": "robots",
        "sources": {"url": "given", "blocked": "robots.txt"},
    }
    assert [request.path for request, _ in httpserver.log] == ["/robots.txt"]


def test_nor_is_one_behind_a_redirect_used(httpserver: HTTPServer, http: Http) -> None:
    url = a_site(httpserver, "User-agent: *\nDisallow: /private")
    preview = read(httpserver.url_for("/open"), http)
    assert (preview.url, preview.blocked, preview.title) == (url, "robots", "")


@pytest.mark.parametrize("status", [404, 403, 429, 500, 503])
def test_a_file_that_cannot_be_had_forbids_nothing(httpserver: HTTPServer, http: Http, status: int) -> None:
    assert read(a_site(httpserver, "User-agent: *\nDisallow: /", status), http).title == "A"


def test_a_file_is_kept_and_outlives_its_server(httpserver: HTTPServer, http: Http, tmp_path: Path) -> None:
    url = a_site(httpserver, "User-agent: Handbill\nDisallow: /private")
    cache = build(some_settings(tmp_path))
    robots = Robots(http, cache)
    assert [robots.allows(url), robots.allows(url)] == [False, False]
    assert len(httpserver.log) == 1
    httpserver.clear()
    a_site(httpserver, "", 503)
    now = time.time()
    cache._clock = lambda: now + 2 * 86400
    assert robots.allows(url) is False, "the old copy counts while there is no other"
    eventually(lambda: httpserver.log)  # it is asked for again meanwhile, and not in the next test


def test_the_header_is_read_for_our_name_only(httpserver: HTTPServer, http: Http) -> None:
    url = a_site(httpserver, "", 404, **{"X-Robots-Tag": "otherbot: nosnippet, handbill: max-image-preview:none"})
    assert read(url, http).robots == "max-image-preview:none"


def test_the_api_says_what_is_forbidden(httpserver: HTTPServer, tmp_path: Path) -> None:
    url = a_site(httpserver, "User-agent: *\nDisallow: /private")
    app = an_app(tmp_path, preview_anonymous="on", http_allow=f"{httpserver.host}:{httpserver.port}")
    answer = app.test_client().get("/api/v1/preview", query_string={"url": url})
    assert (answer.status_code, answer.json["blocked"]) == (200, "robots")
    app.extensions["handbill"].close()


def test_a_card_shows_what_its_pages_owner_lets_it(httpserver: HTTPServer, tmp_path: Path) -> None:
    a_site(httpserver, "", 404)
    head = "<title>A</title><meta name=description content=Words><meta property=og:image content=/a.png>"
    for path, rules in (("/all", "noindex"), ("/none", "nosnippet, max-image-preview:none")):
        page = f"{head}<meta name=robots content='{rules}'>"
        httpserver.expect_request(path).respond_with_data(page, content_type="text/html")
    app = an_app(tmp_path, preview_anonymous="on", http_allow=f"{httpserver.host}:{httpserver.port}")

    def card(path: str) -> Any:
        return app.test_client().get("/widgets/card.json", query_string={"href": httpserver.url_for(path)}).json

    assert card("/all")["text"] == "Words"
    assert card("/none")["title"] == "A"
    assert not {"text", "picture"} & set(card("/none"))
    said = app.test_client().get("/api/v1/preview", query_string={"url": httpserver.url_for("/none")}).json
    assert (said["description"], said["robots"]) == ("Words", "nosnippet, max-image-preview:none")
    app.extensions["handbill"].close()
