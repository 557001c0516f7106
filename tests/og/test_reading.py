"""A preview fetched: the page and what else it takes, from a server on loopback through the real client."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image as Pictures
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from core.errors import FetchFailed, Unreachable
from core.http import Http
from core.netguard import Guard
from og.preview import read
from og.reader.fetch import REFRESHES

HTML = "text/html; charset=utf-8"


@pytest.fixture
def http(httpserver: HTTPServer) -> Iterator[Http]:
    """The client, let through to the test's own server."""
    made = Http(Guard(allow=(f"{httpserver.host}:{httpserver.port}",)))
    yield made
    made.close()


def serve(
    server: HTTPServer, path: str, body: str | bytes, kind: str = HTML, status: int = 200, **headers: str
) -> str:
    server.expect_request(path).respond_with_data(body, status=status, content_type=kind, headers=headers)
    return server.url_for(path)


def a_picture(width: int = 320, height: int = 200) -> bytes:
    out = io.BytesIO()
    Pictures.new("RGB", (width, height)).save(out, "PNG")
    return out.getvalue()


def asked(server: HTTPServer) -> list[str]:
    return [request.path for request, _ in server.log if request.path != "/robots.txt"]


def test_a_page_is_read(httpserver: HTTPServer, http: Http) -> None:
    url = serve(httpserver, "/page", "<title>Hello</title><meta name=author content=Ann>")
    assert read(url, http).as_json() == {
        "url": url,
        "title": "Hello",
        "author": "Ann",
        "sources": {"url": "given", "title": "title", "author": "author"},
    }


def test_after_a_redirect_the_last_address_counts(httpserver: HTTPServer, http: Http) -> None:
    serve(httpserver, "/old", "", status=302, Location="/new/page")
    serve(httpserver, "/new/page", "<title>T</title><link rel=icon href=icon.png sizes=128x128>")
    preview = read(httpserver.url_for("/old"), http)
    assert preview.url == httpserver.url_for("/new/page")
    assert preview.favicon == httpserver.url_for("/new/icon.png")


def test_the_headers_charset_counts(httpserver: HTTPServer, http: Http) -> None:
    url = serve(httpserver, "/", "<title>Новости</title>".encode("cp1251"), "text/html; charset=windows-1251")
    assert read(url, http).title == "Новости"


def test_a_meta_refresh_is_followed(httpserver: HTTPServer, http: Http) -> None:
    url = serve(httpserver, "/a", "<meta http-equiv=refresh content='0; URL=\"/b\"'><title>Wait</title>")
    serve(httpserver, "/b", "<title>There</title><meta name=description content=x>")
    assert read(url, http).title == "There"


def test_a_refresh_of_a_page_with_content_is_not(httpserver: HTTPServer, http: Http) -> None:
    url = serve(
        httpserver,
        "/a",
        "<meta http-equiv=refresh content='0;url=/b'><title>Live</title><meta name=description content=x>",
    )
    assert read(url, http).title == "Live"


def test_a_chain_of_refreshes_ends(httpserver: HTTPServer, http: Http) -> None:
    def next_page(request: Request) -> Response:
        number = int(request.path.strip("/"))
        return Response(
            f"<title>{number}</title><meta http-equiv=refresh content=0;url=/{number + 1}>", content_type=HTML
        )

    for number in range(10):
        httpserver.expect_request(f"/{number}").respond_with_handler(next_page)
    assert read(httpserver.url_for("/0"), http).title == str(REFRESHES)


@pytest.mark.parametrize(
    ("status", "reason"),
    [(401, "login_wall"), (403, "bot_wall"), (404, "not_found"), (410, "not_found"), (429, "bot_wall")],
)
def test_what_is_refused_is_blocked_and_has_no_title(
    httpserver: HTTPServer, http: Http, status: int, reason: str
) -> None:
    url = serve(
        httpserver,
        "/x",
        "<title>Sorry</title><meta property=og:title content=No>",
        status=status,
    )
    preview = read(url, http)
    assert (preview.blocked, preview.title, preview.url) == (reason, "", url)


@pytest.mark.parametrize("status", [500, 503, 418])
def test_any_other_failure_is_no_preview(httpserver: HTTPServer, http: Http, status: int) -> None:
    url = serve(httpserver, "/x", "<title>Sorry</title>", status=status)
    with pytest.raises(FetchFailed):
        read(url, http)


def test_a_challenge_with_status_503_is_a_wall(httpserver: HTTPServer, http: Http) -> None:
    url = serve(httpserver, "/x", "<title>Just a moment...</title>", status=503)
    assert read(url, http).blocked == "bot_wall"


def test_no_server_is_no_preview() -> None:
    nobody = "127.0.0.1:1"
    with pytest.raises(Unreachable):
        read(f"http://{nobody}/", Http(Guard(allow=(nobody,))))


def test_the_header_speaks_to_robots_too(httpserver: HTTPServer, http: Http) -> None:
    url = serve(
        httpserver,
        "/x",
        "<title>T</title><meta name=robots content=nofollow>",
        **{"X-Robots-Tag": "NoIndex, nofollow"},
    )
    assert read(url, http).robots == "nofollow, noindex"


def test_the_pictures_size_is_looked_up(httpserver: HTTPServer, http: Http) -> None:
    url = serve(
        httpserver, "/x", "<title>T</title><meta name=author content=A><meta property=og:image content=/a.png>"
    )
    serve(httpserver, "/a.png", a_picture(), "image/png")
    assert read(url, http).as_json()["image"] == {
        "url": httpserver.url_for("/a.png"),
        "width": 320,
        "height": 200,
        "type": "image/png",
    }


def test_a_size_is_that_of_the_picture_which_is_shown(httpserver: HTTPServer, http: Http) -> None:
    tags = "".join(f"<meta property=og:image content=/{name}>" for name in ("logo.svg", "a.png", "b.png"))
    url = serve(httpserver, "/x", f"<title>T</title>{tags}")
    serve(httpserver, "/a.png", a_picture(), "image/png")
    found = [(image.url.rpartition("/")[2], image.width) for image in read(url, http).images]
    assert found == [("logo.svg", 0), ("a.png", 320), ("b.png", 0)]


@pytest.mark.parametrize(("body", "status"), [(b"no picture", 200), (a_picture(), 404), (b"", 200)])
def test_a_picture_that_is_none_costs_its_size_only(
    httpserver: HTTPServer, http: Http, body: bytes, status: int
) -> None:
    url = serve(httpserver, "/x", "<title>T</title><meta property=og:image content=/a.png>")
    serve(httpserver, "/a.png", body, "image/png", status)
    assert read(url, http).as_json()["image"] == {"url": httpserver.url_for("/a.png")}


def test_a_picture_is_a_preview_of_itself(httpserver: HTTPServer, http: Http) -> None:
    url = serve(httpserver, "/photo%20one.png", a_picture(), "image/png")
    httpserver.clear()
    httpserver.expect_request("/photo one.png").respond_with_data(a_picture(), content_type="image/png")
    preview = read(url, http)
    assert preview.image is not None
    assert (preview.title, preview.image.width, asked(httpserver)) == ("photo one.png", 320, ["/photo one.png"])


OEMBED = "<title>{0}</title><link rel=alternate type=application/json+oembed href=/oembed>"
ANSWER: dict[str, Any] = {
    "type": "video",
    "title": "Film",
    "author_name": "Ann",
    "provider_name": "Films",
    "html": "<script>alert(1)</script>",
    "thumbnail_url": "/still.png",
    "thumbnail_width": 640,
    "thumbnail_height": 360,
}


def test_oembed_fills_what_the_page_lacks(httpserver: HTTPServer, http: Http) -> None:
    url = serve(httpserver, "/x", OEMBED.format("Page"))
    httpserver.expect_request("/oembed").respond_with_json(ANSWER)
    preview = read(url, http)
    assert (preview.title, preview.author, preview.site_name) == ("Page", "Ann", "Films")
    assert preview.image is not None
    assert (preview.image.width, preview.sources["image"], preview.sources["title"]) == (640, "oembed", "title")
    assert "script" not in str(preview.as_json())


@pytest.mark.parametrize(
    "answer", [[], "text", {"title": 7, "thumbnail_url": ["x"]}, {"title": "", "thumbnail_url": "javascript:x"}, None]
)
def test_an_odd_oembed_answer_adds_nothing(httpserver: HTTPServer, http: Http, answer: Any) -> None:
    url = serve(httpserver, "/x", OEMBED.format("Page"))
    httpserver.expect_request("/oembed").respond_with_json(answer)
    assert set(read(url, http).as_json()) == {"url", "title", "oembed", "sources"}


def test_oembed_is_not_asked_where_nothing_is_lacking(httpserver: HTTPServer, http: Http) -> None:
    url = serve(
        httpserver,
        "/x",
        OEMBED.format("Page") + "<meta name=author content=A><meta property=og:image content=/a.png>"
        "<meta property=og:image:width content=9><meta property=og:image:height content=9>",
    )
    read(url, http)
    assert asked(httpserver) == ["/x"]


def test_the_manifest_has_larger_icons(httpserver: HTTPServer, http: Http) -> None:
    url = serve(
        httpserver,
        "/x",
        "<title>T</title><link rel=manifest href=/m/site.json><link rel=icon href=/i.png sizes=16x16>",
    )
    httpserver.expect_request("/m/site.json").respond_with_json(
        {
            "icons": [
                {"src": "192.png", "sizes": "192x192", "type": "image/png"},
                {"src": "javascript:x"},
                7,
                {"sizes": "1x1"},
            ]
        }
    )
    preview = read(url, http)
    assert preview.icons[0].as_json() == {
        "url": httpserver.url_for("/m/192.png"),
        "rel": "manifest",
        "sizes": "192x192",
        "type": "image/png",
    }
    assert preview.favicon == httpserver.url_for("/i.png")


def test_a_page_that_hangs_on_its_extras_is_still_answered(
    httpserver: HTTPServer, http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("og.reader.fetch.EXTRA", 0.3)
    url = serve(
        httpserver,
        "/x",
        OEMBED.format("Page") + "<link rel=manifest href=/slow><meta property=og:image content=/slow>",
    )
    for path in ("/oembed", "/slow"):
        httpserver.expect_request(path).respond_with_handler(lambda _request: time.sleep(0.8) or Response(""))  # type: ignore[func-returns-value]
    assert read(url, http).title == "Page"


def test_the_first_megabytes_of_a_huge_page_are_read(httpserver: HTTPServer, http: Http) -> None:
    url = serve(httpserver, "/x", "<title>Huge</title>" + "<p>word" * 600_000)
    assert read(url, http).title == "Huge"


def test_endless_redirects_are_no_preview(httpserver: HTTPServer, http: Http) -> None:
    url = serve(httpserver, "/loop", "", status=302, Location="/loop")
    with pytest.raises(FetchFailed):
        read(url, http)
