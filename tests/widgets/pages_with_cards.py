"""Pages to make cards of, on loopback, with their pictures; counted as they are asked for."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

TEXT = "From April the stalls stand along the quay, an hour earlier than before."
SIZES = {"wide": (1200, 630), "square": (500, 500), "film": (480, 360), "small": (120, 63)}
YOUTUBE = '<meta property="og:video" content="https://www.youtube.com/embed/dQw4w9WgXcQ">'
YOUTUBE += '<meta property="og:video:width" content="1280"><meta property="og:video:height" content="720">'
SOUND = '<meta name="twitter:player" content="https://soundcloud.com/someone/a-song">'
DECLARED = '<meta property="og:image:width" content="1200"><meta property="og:image:height" content="630">'


def a_page(title: str, picture: str = "", more: str = "", lang: str = "en") -> str:
    """A page with the usual tags."""
    image = f'<meta property="og:image" content="/{picture}.png">' if picture else ""
    return (
        f'<!doctype html><html lang="{lang}"><meta charset="utf-8"><meta property="og:title" content="{title}">'
        f'<meta property="og:description" content="{TEXT}"><meta property="og:site_name" content="The River Post">'
        f'<link rel="icon" href="/icon.png">{image}{more}'
    )


PAGES = {
    "/wide": a_page("The market moves", "wide"),
    "/square": a_page("A square", "square"),
    "/small": a_page("A small one", "small"),
    "/words": a_page("Words only"),
    "/gone": a_page("A picture that is gone", "gone", DECLARED),
    "/film": a_page("A film", "film", YOUTUBE),
    "/sound": a_page("A song", "square", SOUND),
    "/no-poster": a_page("A film without a poster", "", YOUTUBE),
    "/evil": a_page(
        "&lt;img src=x onerror=alert(1)&gt;",
        "wide",
        '<meta property="og:video" content="https://evil.example/player">',
    ),
    "/ar": a_page("السوق ينتقل إلى النهر", "wide", lang="ar"),
    "/long": a_page("The market and the river and the stalls and the bread " * 8, "wide"),
    "/bare": "<!doctype html><p>Nothing",
}


class Pages:
    """The server, and how often each path was asked for."""

    def __init__(self, server: HTTPServer) -> None:
        self.host = f"{server.host}:{server.port}"
        self.origin = f"http://{self.host}"
        self.asked: Counter[str] = Counter()

    def answer(self, request: Request) -> Response:
        """Send a page, a picture, or 404."""
        self.asked[request.path] += 1
        name = request.path[1:].removesuffix(".png")
        if request.path.endswith(".png") and name in {*SIZES, "icon"}:
            return Response(a_picture(*SIZES.get(name, (64, 64))), content_type="image/png")
        if request.path in PAGES:
            return Response(PAGES[request.path], content_type="text/html; charset=utf-8")
        return Response("no", 404)


def a_picture(width: int, height: int) -> bytes:
    """A PNG of one colour."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), (200, 80, 40)).save(out, "PNG")
    return out.getvalue()


@contextmanager
def some_pages() -> Iterator[Pages]:
    """The pages on a port of this machine."""
    with HTTPServer("127.0.0.1", 0, threaded=True) as server:
        pages = Pages(server)
        server.expect_request(re.compile(".*")).respond_with_handler(pages.answer)
        yield pages
