"""What is no page: pictures by their first bytes, PDF files, feeds, text, JSON."""

from __future__ import annotations

import io
import json
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pictures

from og.reader.dimensions import dimensions
from og.reader.targets import kind_of, target

URL = "https://files.example/a%20folder/My%20file.bin?x=1"
FORMATS = {"PNG": "image/png", "GIF": "image/gif", "JPEG": "image/jpeg", "WEBP": "image/webp", "AVIF": "image/avif",
           "BMP": "image/bmp", "ICO": "image/x-icon"}  # fmt: skip
STARTS = [
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff",
    b"GIF89a",
    b"RIFF0000WEBPVP8X",
    b"0000ftypavif",
    b"BM",
    b"\x00\x00\x01\x00",
]


def picture(kind: str, width: int, height: int, **options: object) -> bytes:
    out = io.BytesIO()
    Pictures.new("RGB", (width, height), (200, 30, 30)).save(out, kind, **options)  # type: ignore[arg-type]
    return out.getvalue()


@pytest.mark.parametrize("kind", FORMATS)
def test_a_pictures_first_bytes_tell_its_size(kind: str) -> None:
    width, options = (48, {"sizes": [(32, 32), (48, 48)]}) if kind == "ICO" else (120, {})
    found = dimensions(picture(kind, width, 48, **options))
    assert found is not None
    assert (found.type, found.width, found.height) == (FORMATS[kind], width, 48)


@pytest.mark.parametrize("options", [{"lossless": True}, {"quality": 50}, {"exif": b"Exif\x00\x00" + b"x" * 20}])
def test_every_kind_of_webp(options: dict[str, object]) -> None:
    found = dimensions(picture("WEBP", 33, 77, **options))
    assert found is not None
    assert (found.width, found.height) == (33, 77)


def test_a_jpeg_with_large_segments_before_its_frame() -> None:
    data = picture("JPEG", 300, 200, comment=b"c" * 60_000, exif=b"Exif\x00\x00" + b"x" * 60_000)
    found = dimensions(data)
    assert found is not None
    assert (found.width, found.height) == (300, 200)


@given(st.sampled_from(STARTS), st.binary(max_size=80))
def test_any_bytes_behind_a_known_start(start: bytes, rest: bytes) -> None:
    found = dimensions(start + rest)
    assert found is None or (found.width > 0 and found.height > 0)


@pytest.mark.parametrize("kind", FORMATS)
def test_a_picture_cut_anywhere(kind: str) -> None:
    data, chance = picture(kind, 20, 10), random.Random(kind)
    for _ in range(40):
        dimensions(data[: chance.randrange(len(data))])


PDF = b"%PDF-1.7\n1 0 obj << /Title (Annual \\(report\\) \\344) /Author <FEFF0041006E006E> >> endobj"
RSS = (
    b"<?xml version='1.0'?><!-- made --><rss version='2.0'><channel><title><![CDATA[News & <b>more</b>]]></title>"
    b"<description>All of it</description>"
)
KINDS = [
    ("text/html", b"", "text/html"),
    ("application/xhtml+xml", b"<html/>", "text/html"),
    ("", b"<!doctype html><title>x", "text/html"),
    ("text/plain", b"  <html><title>x", "text/html"),
    ("text/plain", b"hello", "text/plain"),
    ("application/octet-stream", picture("PNG", 2, 2), "image/png"),
    ("image/png", b"whatever", "image/png"),
    ("application/octet-stream", PDF, "application/pdf"),
    ("text/xml", RSS, "application/rss+xml"),
    ("text/html", RSS, "text/html"),
    ("application/xml", b"<feed xmlns='http://www.w3.org/2005/Atom'>", "application/atom+xml"),
    ("", b"\x00\x01", "application/octet-stream"),
    ("", b'{"a": 1}', "application/json"),
]


@pytest.mark.parametrize(("said", "body", "kind"), KINDS)
def test_what_a_body_is(said: str, body: bytes, kind: str) -> None:
    assert kind_of(said, body) == kind


def test_a_picture_is_its_own_preview() -> None:
    preview = target(URL, "image/png", "image/png", picture("PNG", 640, 480)).as_json()
    assert preview["image"] == {"url": URL, "width": 640, "height": 480, "type": "image/png"}
    assert preview["title"] == "My file.bin"
    assert set(preview["sources"].values()) == {"file"}


def test_a_pdf_has_its_title_and_author() -> None:
    preview = target(URL, "application/pdf", "", PDF)
    assert (preview.title, preview.author) == ("Annual (report) ä", "Ann")


@pytest.mark.parametrize(
    "body", [b"%PDF-1.4", b"%PDF-1.4 /Title ()", b"%PDF-1.4 /Title (never closed" + b"\\" * 9, b"%PDF-1.4 /Title <F>"]
)
def test_a_pdf_without_one_has_its_name(body: bytes) -> None:
    assert target(URL, "application/pdf", "", body).title == "My file.bin"


def test_a_feed_has_its_title_and_is_its_own_feed() -> None:
    preview = target(URL, "application/rss+xml", "", RSS)
    assert (preview.title, preview.description) == ("News & more", "All of it")
    assert preview.feeds[0].url == URL


def test_a_json_feed_is_a_feed() -> None:
    body = json.dumps(
        {"version": "https://jsonfeed.org/version/1.1", "title": "News", "home_page_url": "/home"}
    ).encode()
    preview = target(URL, "application/json", "", body)
    assert (preview.title, preview.canonical, preview.feeds[0].type) == (
        "News",
        "https://files.example/home",
        "application/feed+json",
    )


@pytest.mark.parametrize("body", [b"{", b"[]", b"[" * 100_000, b'{"version": 7}', b"null"])
def test_other_json_has_its_name(body: bytes) -> None:
    assert target(URL, "application/json", "", body).as_json()["title"] == "My file.bin"


def test_text_is_shown_by_its_beginning() -> None:
    preview = target(URL, "text/plain", "text/plain; charset=windows-1251", "Новости\n\nдня".encode("cp1251"))
    assert preview.description == "Новости дня"


@pytest.mark.parametrize(("kind", "field"), [("video/mp4", "video"), ("audio/mpeg", "audio")])
def test_a_film_or_a_sound_is_itself(kind: str, field: str) -> None:
    assert target(URL, kind, kind, b"").as_json()[field] == {"url": URL, "type": kind}


@given(
    st.sampled_from(["image/png", "application/pdf", "application/rss+xml", "application/json", "text/plain", "x/y"]),
    st.binary(max_size=60),
)
def test_any_bytes_of_any_kind(kind: str, body: bytes) -> None:
    assert json.dumps(target(URL, kind, kind, body).as_json()).encode()


BITS = [
    b" ",
    b"<!--",
    b"<?",
    b"<title>",
    b"<title ",
    b"<![CDATA[",
    b"]",
    b"<description>",
    b"<rss>",
    b"/Title (",
    b"/Title <",
    b"(\\",
    b"<dc:title>",
    b"{",
    b"[",
    b'"',
    b"\xff\xd8\xff\xe0",
    b"ispe",
    b"\\",
]


def seconds(start: bytes, bit: bytes, size: int) -> float:
    """Processor time of reading a file of each kind, the least of three."""
    body, least = start + bit * (size // len(bit)), float("inf")
    for _ in range(3):
        begun = time.process_time()
        for said in ("", "text/plain", "application/rss+xml", "application/pdf", "application/json", "image/png"):
            target(URL, kind_of(said, body), "text/plain; charset=utf-8", body)
        least = min(least, time.process_time() - begun)
    return least


@pytest.mark.parametrize("bit", BITS)
@pytest.mark.parametrize("start", [b"", b"<rss><title>", b"%PDF-1 /Title (", b"\xff\xd8\xff", b"0000ftypavif"])
def test_time_grows_as_the_bytes_do(start: bytes, bit: bytes) -> None:
    assert seconds(start, bit, 64_000) < 26 * seconds(start, bit, 8_000) + 0.004
