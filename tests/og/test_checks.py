"""The checker asked for a page by its address: what it looks at besides the page, and within which bounds."""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Pictures
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from core.http import Http
from core.netguard import Guard
from core.patience import Upstreams
from og.check import Report
from og.checker.around import MOST_PICTURES
from og.checker.run import check_address, check_html
from tests.doubles import an_app

HEAD = '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A page</title>'


def a_picture(width: int, height: int, kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Pictures.new("RGB", (width, height)).save(out, kind)
    return out.getvalue()


class Web:
    """A site on loopback."""

    def __init__(self, server: HTTPServer) -> None:
        self.server = server
        self.host = f"{server.host}:{server.port}"

    def url(self, path: str) -> str:
        return f"http://{self.host}{path}"

    def give(self, path: str, body: str | bytes, kind: str = "text/html", status: int = 200, **fields: str) -> str:
        headers = {name.replace("_", "-"): value for name, value in fields.items()}
        self.server.expect_request(path).respond_with_data(body, status, content_type=kind, headers=headers)
        return self.url(path)

    def page(self, *pictures: str, **fields: str) -> str:
        metas = "".join(f'<meta property="og:image" content="{picture}">' for picture in pictures)
        return self.give("/page", HEAD + metas, "text/html", 200, **fields)

    def asked(self) -> list[str]:
        return [request.path for request, _ in self.server.log]


@pytest.fixture
def web() -> Iterator[Web]:
    with HTTPServer("127.0.0.1", 0, threaded=True) as server:
        yield Web(server)


@pytest.fixture
def http(web: Web) -> Iterator[Http]:
    made = Http(Guard(allow=(web.host,)))
    yield made
    made.close()


def checked(url: str, http: Http) -> Report:
    return check_address(url, http, Upstreams(), lambda: None)


def codes(report: Report) -> set[str]:
    return {finding.code for finding in report.findings}


def test_a_picture_is_measured(web: Web, http: Http) -> None:
    web.give("/small.png", a_picture(120, 90), "image/png")
    report = checked(web.page("/small.png"), http)
    assert "image-too-small" in codes(report)
    image = report.looks["facebook"].image
    assert image is None or (image.width, image.height) == (120, 90)


def test_a_large_picture_is_shown_large(web: Web, http: Http) -> None:
    web.give("/large.jpg", a_picture(1200, 630, "JPEG"), "image/jpeg")
    report = checked(web.page("/large.jpg"), http)
    assert not codes(report) & {"image-too-small", "image-small", "image-below-best", "image-ratio"}
    assert report.looks["facebook"].shape == "large"


def test_a_heavy_file_is_not_read_to_its_end(web: Web, http: Http) -> None:
    web.give("/heavy.png", a_picture(1200, 630) + b"\0" * 6_000_000, "image/png")
    found = codes(checked(web.page("/heavy.png"), http))
    assert found >= {"image-heavy-whatsapp", "image-heavy-x", "image-heavy-bluesky"}
    assert "image-heavy-facebook" not in found


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        (b"", "text/html", 404, "image-not-found"),
        (b"<!doctype html><title>Log in</title>", "text/html", 200, "image-not-found"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml", 200, "image-type"),
        (b"cut", "image/png", 200, ""),
    ],
)
def test_what_is_no_picture(web: Web, http: Http, body: bytes, kind: str, status: int, code: str) -> None:
    web.give("/picture", body, kind, status)
    report = checked(web.page("/picture"), http)
    assert (code in codes(report)) == bool(code)
    if code == "image-not-found":
        assert all(look.image is None for look in report.looks.values())


def test_a_server_that_is_not_there_is_told(web: Web) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    http = Http(Guard(allow=(web.host, f"127.0.0.1:{port}")))
    report = checked(web.page(f"http://127.0.0.1:{port}/a.png"), http)
    finding = next(found for found in report.findings if found.code == "image-not-found")
    assert "127.0.0.1" in finding.message
    http.close()


def test_a_private_address_is_never_asked_for(web: Web, http: Http) -> None:
    report = checked(web.page("http://127.0.0.1:1/a.png"), http)
    assert "image-private" in codes(report)
    assert "image-not-found" not in codes(report)


def test_no_more_pictures_than_counted_are_asked_for(web: Web, http: Http) -> None:
    for number in range(20):
        web.give(f"/{number}.png", a_picture(600, 315), "image/png")
    checked(web.page(*(f"/{number}.png" for number in range(20))), http)
    assert len([path for path in web.asked() if path.endswith(".png")]) == MOST_PICTURES


def test_pictures_that_hang_do_not_hold_the_report_up(web: Web, http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("og.checker.around.SECONDS", 0.4)

    def hang(_request: Request) -> Response:
        time.sleep(3)
        return Response("late")

    for number in range(6):
        web.server.expect_request(f"/{number}.png").respond_with_handler(hang)
    begun = time.monotonic()
    report = checked(web.page(*(f"/{number}.png" for number in range(6))), http)
    assert time.monotonic() - begun < 3
    assert "image-not-found" not in codes(report), "late is not gone"


def test_the_header_speaks_to_robots(web: Web, http: Http) -> None:
    url = web.page(X_Robots_Tag="googlebot: noindex, otherbot: nosnippet", Link="</page>; rel=canonical")
    report = checked(url, http)
    assert "noindex" in codes(report)
    assert not codes(report) & {"nosnippet", "canonical-missing"}
    finding = next(found for found in report.findings if found.code == "noindex")
    assert finding.as_json()["line"] is None
    assert finding.tag.startswith("X-Robots-Tag: googlebot: noindex")


def test_whom_robots_txt_keeps_away(web: Web, http: Http) -> None:
    web.give("/robots.txt", "User-agent: *\nDisallow: /page\n\nUser-agent: Twitterbot\nAllow: /\n", "text/plain")
    finding = next(found for found in checked(web.page(), http).findings if found.code == "robots-txt")
    assert finding.platforms == ("facebook", "threads", "pinterest", "google")


def test_a_redirect_is_told(web: Web, http: Http) -> None:
    web.page()
    old = web.give("/old", "", status=302, Location="/page")
    report = checked(old, http)
    assert (report.url, report.hops) == (web.url("/page"), (old,))


def test_pasted_html_is_looked_at_only_with_a_client_and_an_address(web: Web, http: Http) -> None:
    web.give("/small.png", a_picture(120, 90), "image/png")
    html = (HEAD + f'<meta property="og:image" content="{web.url("/small.png")}">').encode()
    assert "image-too-small" in codes(check_html(html, web.url("/page"), http=http))
    assert "image-too-small" not in codes(check_html(html, "", http=http))
    assert "image-too-small" not in codes(check_html(html, web.url("/page")))


@pytest.mark.parametrize("anonymous", ["on", "off"])
def test_the_page_looks_at_pictures_where_visitors_may_have_addresses_read(
    web: Web, tmp_path: Path, anonymous: str
) -> None:
    web.give("/small.png", a_picture(120, 90), "image/png")
    app = an_app(tmp_path, preview_anonymous=anonymous, http_allow=web.host)
    form: dict[str, Any] = {
        "html": HEAD + '<meta property="og:image" content="/small.png">', "url": web.url("/page")
    }  # fmt: skip
    text = app.test_client().post("/check", data=form).get_data(as_text=True)
    assert ("120 × 90" in text) == (anonymous == "on")
    app.extensions["handbill"].close()


def test_the_api_looks_at_pictures_within_the_callers_budget(web: Web, tmp_path: Path) -> None:
    web.give("/small.png", a_picture(120, 90), "image/png")
    app = an_app(tmp_path, preview_anonymous="on", http_allow=web.host, limits="on")
    client = app.test_client()
    body = {"html": HEAD + '<meta property="og:image" content="/small.png">', "url": web.url("/page")}
    found = client.post("/api/v1/check", json=body).json
    assert found is not None
    assert "image-too-small" in {finding["code"] for finding in found["findings"]}
    app.extensions["handbill"].close()
