"""Pictures on cards: fetched with bounds, and left out with a reason where that fails."""

from __future__ import annotations

import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from core.http import Http
from core.netguard import Guard
from og.draw import Picture, draw
from og.drawing import pictures
from tests.og.pictures import BLUE, RED, corners, gif, opened, photo, png, saved, turned

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
AVATAR = (72, 494, 136, 558)  # of an article of 1200x630 with an author


@pytest.fixture
def http(httpserver: HTTPServer) -> Iterator[Http]:
    made = Http(Guard(allow=(f"{httpserver.host}:{httpserver.port}",)))
    yield made
    made.close()


def serve(httpserver: HTTPServer, data: bytes, path: str = "/a", status: int = 200) -> str:
    httpserver.expect_request(path).respond_with_data(data, status=status)
    return httpserver.url_for(path)


def card(**fields: Any) -> dict[str, Any]:
    return {"title": "A title", "author": "Ada Byron", **fields}


def avatar_of(made: Picture) -> Image.Image:
    return opened(made.data).convert("RGB").crop(AVATAR)


def test_a_picture_is_fetched_and_drawn(httpserver: HTTPServer, http: Http) -> None:
    made = draw(card(avatar=serve(httpserver, saved(Image.new("RGB", (90, 90), RED), "PNG"))), http)
    assert made.warnings == ()
    assert avatar_of(made).getpixel((32, 32)) == RED
    assert avatar_of(made).getpixel((1, 1)) == (251, 250, 247)  # round


REFUSED = {
    "svg": (SVG, "format"),
    "html": (b"<!doctype html>", "format"),
    "nothing": (b"", "status 200"),
    "cut off": (saved(photo(200, 200), "JPEG")[:900], "damaged"),
    "a bomb": (png(30_000, 30_000), "too large"),
    "a dot": (saved(Image.new("RGB", (1, 1)), "PNG"), "too small"),
    "too many bytes": (saved(photo(64, 64), "PNG") + b"\0" * 5_000_001, "larger"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_picture_that_fails_is_left_out_and_said(name: str, httpserver: HTTPServer, http: Http) -> None:
    data, told = REFUSED[name]
    made = draw(card(avatar=serve(httpserver, data)), http)
    without = draw(card())
    assert made.data == without.data
    (warning,) = made.warnings
    assert warning.startswith("avatar: ")
    assert told in warning


def test_a_picture_that_is_not_there_is_left_out(httpserver: HTTPServer, http: Http) -> None:
    made = draw(card(logo=serve(httpserver, b"gone", status=404)), http)
    assert "status 404" in made.warnings[0]


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:1/a.png", "http://169.254.169.254/", "http://[::1]/", "https://a"]
)
def test_a_private_address_is_not_asked(address: str) -> None:
    client = Http(Guard())
    assert draw(card(avatar=address), client).warnings
    client.close()


@pytest.mark.parametrize(
    "address", ["/etc/passwd", "file:///etc/passwd", "a.png", "data:image/png;base64,AA", "\\\\x\\y"]
)
def test_a_path_is_refused_where_pictures_are_addresses(address: str) -> None:
    assert "http or https" in draw(card(avatar=address)).warnings[0]


def test_nothing_is_fetched_without_a_client() -> None:
    assert "not fetched" in draw(card(avatar="https://a.example/b.png"), local=True).warnings[0]


def test_a_file_is_read_on_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.png").write_bytes(saved(Image.new("RGB", (90, 90), BLUE), "PNG"))
    assert avatar_of(draw(card(avatar=str(tmp_path / "a.png")), local=True)).getpixel((32, 32)) == BLUE
    monkeypatch.chdir(tmp_path)
    assert draw(card(avatar="a.png"), local=True).warnings == ()
    for wrong in (f"file://{tmp_path}/a.png", "b.png", ".", "a\0b", "x" * 3000):
        assert len(draw(card(avatar=wrong), local=True).warnings) == 1


def test_slow_pictures_are_waited_for_together(
    httpserver: HTTPServer, http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three that never come cost one deadline, not three."""
    monkeypatch.setattr(pictures, "DEADLINE", 1.0)

    def slow(_request: Request) -> Response:
        time.sleep(2.0)
        return Response(b"")

    for path in ("/1", "/2", "/3"):
        httpserver.expect_request(path).respond_with_handler(slow)
    urls = {name: httpserver.url_for(f"/{n}") for n, name in enumerate(("avatar", "logo", "background"), 1)}
    begun = time.monotonic()
    made = draw(card(**urls), http)
    assert time.monotonic() - begun < 2.9
    assert [w.split(":")[0] for w in made.warnings] == ["avatar", "logo", "background"]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_are_turned_as_exif_says(orientation: int, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(turned(orientation))
    made = avatar_of(draw(card(avatar=str(tmp_path / "a.jpg")), local=True))
    red, blue = made.getpixel((22, 18)), made.getpixel((22, 46))
    assert isinstance(red, tuple)
    assert isinstance(blue, tuple)
    assert red[0] > 180 > red[2]
    assert blue[2] > 180 > blue[0]


def test_cmyk_and_first_frames(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(saved(Image.new("RGB", (80, 80), RED).convert("CMYK"), "JPEG"))
    (tmp_path / "a.gif").write_bytes(gif(5))
    for name in ("a.jpg", "a.gif"):
        dot = avatar_of(draw(card(avatar=str(tmp_path / name)), local=True)).getpixel((32, 32))
        assert isinstance(dot, tuple)
        assert dot[0] > 180
        assert max(dot[1:]) < 90


@pytest.mark.parametrize("size", [(6000, 4000), (2400, 12), (12, 1600), (9, 9), (20_000, 1000)])
def test_any_shape_of_a_logo_has_its_place(size: tuple[int, int], tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(saved(Image.new("L", size, 90), "PNG"))
    assert draw(card(logo=str(tmp_path / "a.png")), local=True).warnings == ()


@pytest.mark.parametrize("ground", [255, 128, 0])
@pytest.mark.parametrize("layout", ["article", "photo"])
def test_words_on_a_photo_can_be_read(ground: int, layout: str, tmp_path: Path) -> None:
    """The title's rows hold colours at least 4.5:1 apart, however light the photo is."""
    from og.drawing.colours import contrast

    (tmp_path / "a.png").write_bytes(saved(Image.new("L", (600, 315), ground), "PNG"))
    made = draw({"title": "MMMM", "layout": layout, "background": str(tmp_path / "a.png")}, local=True)
    rows: Any = opened(made.data).convert("RGB").crop((72, 420, 500, 545))
    dots = sorted(rows.get_flattened_data(), key=sum)
    assert contrast(dots[0], dots[-1]) >= 4.5


def test_a_photo_is_a_jpeg_of_some_size_or_a_png_with_filters() -> None:
    out = BytesIO()
    photo(1200, 630).save(out, "PNG", compress_level=1)
    from og.drawing.layer import Layer, Sheet

    ours = Sheet(Layer(photo(1200, 630), rich=True), [(100, 200)]).png()
    plain = Sheet(Layer(photo(1200, 630), rich=False), [(100, 200)]).png()
    assert len(ours) < 0.8 * len(plain)
    assert len(ours) < 1.4 * len(out.getvalue())


def test_a_picture_of_many_colours_stays_upright_in_its_box(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(saved(corners(400, 400), "PNG"))
    made = avatar_of(draw(card(avatar=str(tmp_path / "a.png")), local=True))
    assert [made.getpixel(at) for at in ((20, 20), (44, 20))] == [RED, (20, 200, 40)]
