"""`/og/…` and `/api/v1/images` as a CMS, a crawler, a browser and a proxy see them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.sites import NewSite
from og.pictures.workbench import Workbench
from tests.core.http_origin import Answer, Origins, a_page, reply
from tests.doubles import ORIGIN, a_site, an_app, with_http
from tests.og.pictures import opened, photo, saved

CARD = {"title": "The market moves to the river", "site": "Thursday notes", "description": "From April."}
PHOTO = saved(photo(400, 200), "JPEG")
LOGO = "http://good.example/logo.png"
# Eight hundred characters that deflate cannot make small.
NOISE = "".join(chr(0x4E00 + n * 7919 % 20000) for n in range(800))


def serving(folder: Path, *answers: Answer, **settings: str) -> tuple[Flask, Origins]:
    http, origin = a_page(*(answers or (reply(PHOTO),)))
    return with_http(an_app(folder, **settings), http), origin


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    made, _ = serving(tmp_path)
    yield made
    made.extensions["handbill"].close()


@pytest.fixture
def site(app: Flask) -> NewSite:
    return a_site(app)


def sign(client: FlaskClient, key: str, **card: Any) -> dict[str, Any]:
    answer = client.post("/api/v1/images", json={**CARD, **card}, headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def path_of(signed: dict[str, Any]) -> str:
    return str(signed["url"]).removeprefix("http://127.0.0.1:8000")


def error(answer: Any) -> tuple[int, str]:
    assert answer.mimetype == "application/json"
    assert set(answer.get_json()) == {"error"}
    return answer.status_code, answer.get_json()["error"]["code"]


# --- signing ---


def test_a_card_is_signed(client: FlaskClient, site: NewSite) -> None:
    signed = sign(client, site.api_key)
    assert re.fullmatch(r"http://127\.0\.0\.1:8000/og/article/[\w-]+\.[\w-]{22}\.png", signed.pop("url"))
    alt = "The market moves to the river. From April."
    assert signed == {"width": 1200, "height": 630, "type": "image/png", "alt": alt}


def test_the_picture_is_what_was_said(client: FlaskClient, site: NewSite) -> None:
    for asked in ({}, {"format": "jpeg", "size": "square"}, {"format": "webp", "width": 600, "height": 300}):
        signed = sign(client, site.api_key, **asked)
        answer = client.get(path_of(signed))
        assert answer.status_code == 200
        assert answer.mimetype == signed["type"]
        assert opened(answer.data).size == (signed["width"], signed["height"])


def test_within_a_number_of_bytes(client: FlaskClient, site: NewSite) -> None:
    signed = sign(client, site.api_key, max_bytes=20_000, background=LOGO)
    answer = client.get(path_of(signed))
    assert len(answer.data) <= 20_000
    assert answer.mimetype == signed["type"] == "image/jpeg"
    assert signed["url"].endswith(".jpg")
    assert opened(answer.data).size == (signed["width"], signed["height"])


@pytest.mark.parametrize(
    ("card", "code", "field"),
    [
        ({"layout": "nonsense"}, "unknown_layout", "layout"),
        ({"format": "gif"}, "unknown_format", "format"),
        ({"width": 1_000_000_000}, "impossible_size", "width"),
        ({"width": 2400, "height": 2400}, "impossible_size", "width"),
        ({"height": -1}, "impossible_size", "height"),
        ({"title": ["x"]}, "invalid", "title"),
        ({"theme": 7}, "invalid", "theme"),
        ({"max_bytes": 3}, "invalid", "max_bytes"),
    ],
)
def test_an_impossible_card_is_refused_at_its_field(
    client: FlaskClient, site: NewSite, card: dict[str, Any], code: str, field: str
) -> None:
    answer = client.post("/api/v1/images", json=card, headers={"Authorization": f"Bearer {site.api_key}"})
    assert error(answer) == (422, code)
    assert answer.get_json()["error"]["field"] == field


def test_what_was_put_right_is_said(client: FlaskClient, site: NewSite) -> None:
    signed = sign(client, site.api_key, theme={"accent": "reddish"}, titel="x")
    assert len(signed["warnings"]) == 2
    for address in ("file:///etc/passwd", "/etc/passwd", "data:image/png;base64,AA", "photo.jpg"):
        (told,) = sign(client, site.api_key, avatar=address)["warnings"]
        assert "avatar: a picture is the address of one" in told


def test_a_body_that_is_no_card(client: FlaskClient, site: NewSite) -> None:
    headers = {"Authorization": f"Bearer {site.api_key}"}
    assert error(client.post("/api/v1/images", data=b"[1]", headers=headers)) == (400, "bad_json")
    assert error(client.post("/api/v1/images", data=b'"' + b"x" * 200_000, headers=headers))[0] == 413
    assert sign(client, site.api_key, title="x" * 100_000)["warnings"]


def test_who_may_sign(client: FlaskClient, site: NewSite, tmp_path: Path) -> None:
    assert error(client.post("/api/v1/images", json=CARD)) == (401, "no_credential")
    assert error(client.post("/api/v1/images", json=CARD, headers={"Authorization": "Bearer hbk_x"}))[0] == 401
    public, mine = f"/api/v1/images?site={site.key}", {"Origin": ORIGIN}
    answer = client.post(public, json=CARD, headers=mine)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert error(client.post(public, json=CARD, headers={"Origin": "https://evil.example"})) == (
        403,
        "origin_not_allowed",
    )
    assert error(client.post(public, json={**CARD, "description": NOISE}, headers=mine)) == (403, "card_too_long")
    anonymous, _ = serving(tmp_path / "b", PREVIEW_ANONYMOUS="on")
    assert anonymous.test_client().post("/api/v1/images", json=CARD).status_code == 200


def test_signing_without_an_api_key_is_limited(tmp_path: Path) -> None:
    app, _ = serving(tmp_path, LIMITS="on")
    site, client = a_site(app), app.test_client()
    statuses = [
        client.post(f"/api/v1/images?site={site.key}", json=CARD, headers={"Origin": ORIGIN}).status_code
        for _ in range(62)
    ]
    assert statuses == [200] * 60 + [429] * 2
    sign(client, site.api_key)
    app.extensions["handbill"].close()


# --- the signed picture ---


def test_the_headers_of_a_picture(client: FlaskClient, site: NewSite) -> None:
    answer = client.get(path_of(sign(client, site.api_key)))
    wanted = {
        "Content-Type": "image/png",
        "Content-Length": str(len(answer.data)),
        "Cache-Control": "public, max-age=31536000, immutable",
        "Content-Disposition": 'inline; filename="article.png"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Access-Control-Allow-Origin": "*",
    }
    assert {name: answer.headers.get(name) for name in wanted} == wanted
    assert not {"Set-Cookie", "Vary", "X-Handbill-Warnings"} & set(answer.headers.keys())


def test_what_the_caller_has_is_not_even_drawn(client: FlaskClient, site: NewSite, app: Flask) -> None:
    path = path_of(sign(client, site.api_key))
    first = client.get(path)
    app.extensions["handbill"].cards._cache = None
    for name in (first.headers["ETag"], f'"x", {first.headers["ETag"]}'):
        again = client.get(path, headers={"If-None-Match": name, "Cache-Control": "max-age=0"})
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == first.headers["ETag"]
        assert again.headers["Cache-Control"] == first.headers["Cache-Control"]


def test_only_the_head(client: FlaskClient, site: NewSite) -> None:
    path = path_of(sign(client, site.api_key))
    head, whole = client.head(path), client.get(path)
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == str(len(whole.data))
    assert head.headers["ETag"] == whole.headers["ETag"]
    assert client.post(path).status_code == 405


def test_the_same_card_gives_the_same_bytes_and_is_drawn_once(tmp_path: Path) -> None:
    bodies = []
    for name in "ab":
        app, _ = serving(tmp_path / name, SECRET_KEY="k" * 40)
        signed = sign(app.test_client(), a_site(app).api_key)
        bodies.append((signed["url"], app.test_client().get(path_of(signed)).data))
        app.extensions["handbill"].close()
    assert bodies[0] == bodies[1]


def test_a_popular_picture_is_given_from_memory(client: FlaskClient, site: NewSite, app: Flask) -> None:
    path = path_of(sign(client, site.api_key))
    first = client.get(path)
    app.extensions["handbill"].__dict__["cards"] = None
    second = client.get(path)
    assert (second.status_code, second.data) == (200, first.data)


def test_it_is_kept_on_the_disk(client: FlaskClient, site: NewSite, tmp_path: Path) -> None:
    path = path_of(sign(client, site.api_key))
    first = client.get(path)
    assert list((tmp_path / "data/cards").iterdir())
    with_cache = client.get(path, headers={"Cache-Control": "no-cache"})
    assert with_cache.data == first.data


def test_every_character_counts(client: FlaskClient, site: NewSite) -> None:
    path = path_of(sign(client, site.api_key))
    layout, rest = path.removeprefix("/og/").split("/")
    payload, signature, _ = rest.split(".")
    for tampered in (
        f"/og/quote/{payload}.{signature}.png",
        f"/og/{layout}/{payload}.{signature}.jpg",
        f"/og/{layout}/{payload}A.{signature}.png",
        f"/og/{layout}/{payload}.{'A' * 22}.png",
        f"/og/{layout}/é.{signature}.png",
        f"/og/{layout}/{'A' * 8000}.{signature}.png",
    ):
        assert error(client.get(tampered)) == (403, "wrong_signature"), tampered
    assert error(client.get(path[:-4] + ".svg")) == (404, "unknown_format")
    assert error(client.get(path[:-4] + ".jpeg")) == (404, "unknown_format")
    for missing in ("/og/", "/og/article", f"/og/{layout}/{payload}.png", "/og/../og/x", "/og/%2e%2e/x.y.png"):
        assert client.get(missing).status_code in (403, 404)


def test_a_long_card_is_stored(client: FlaskClient, site: NewSite, app: Flask, tmp_path: Path) -> None:
    signed = sign(client, site.api_key, description=NOISE)
    assert len(signed["url"]) < 150
    assert sign(client, site.api_key, description=NOISE) == signed
    assert client.get(path_of(signed)).status_code == 200
    other, _ = serving(tmp_path / "b", SECRET_KEY=app.extensions["handbill"].settings.secret_key[0])
    assert error(other.test_client().get(path_of(signed))) == (404, "card_gone")
    other.extensions["handbill"].close()


def test_an_old_key_keeps_its_addresses(tmp_path: Path) -> None:
    old, new = "o" * 40, "n" * 40
    first, _ = serving(tmp_path, SECRET_KEY=old)
    path = path_of(sign(first.test_client(), a_site(first).api_key))
    second, _ = serving(tmp_path, SECRET_KEY=f"{new},{old}")
    assert second.test_client().get(path).status_code == 200
    third, _ = serving(tmp_path, SECRET_KEY=new)
    assert error(third.test_client().get(path)) == (403, "wrong_signature")
    for app in (first, second, third):
        app.extensions["handbill"].close()


def test_who_finds_no_place_is_told_when_to_come_back(client: FlaskClient, site: NewSite, app: Flask) -> None:
    path = path_of(sign(client, site.api_key))
    app.extensions["handbill"].cards._bench = Workbench(places=0, patience=0.01)
    answer = client.get(path)
    assert error(answer) == (503, "busy")
    assert answer.headers["Retry-After"] == "1"
    assert answer.headers["Cache-Control"] == "no-store"
    app.extensions["handbill"].cards._bench = Workbench()
    assert client.get(path).status_code == 200


# --- pictures of others ---


def test_a_picture_that_comes_is_on_the_card(tmp_path: Path) -> None:
    red = saved(photo(400, 400), "PNG")
    app, origin = serving(tmp_path, reply(red))
    client, key = app.test_client(), a_site(app).api_key
    bare = client.get(path_of(sign(client, key)))
    for title in ("One", "Two"):
        answer = client.get(path_of(sign(client, key, title=title, logo=LOGO)))
        assert answer.headers["Cache-Control"].endswith("immutable")
        assert answer.data != bare.data
    assert len(origin.requests) == 1  # the logo is on all of the site's cards
    app.extensions["handbill"].close()


@pytest.mark.parametrize(
    "answer", [reply(status="404 Not Found"), reply(b"<svg/>"), reply(PHOTO[:-2000]), b"nonsense\r\n\r\n"]
)
def test_a_picture_that_does_not_come_is_left_out(tmp_path: Path, answer: bytes) -> None:
    app, origin = serving(tmp_path, answer)
    client = app.test_client()
    path = path_of(sign(client, a_site(app).api_key, logo=LOGO))
    first = client.get(path)
    assert first.status_code == 200
    assert "logo" in first.headers["X-Handbill-Warnings"]
    if answer != reply(PHOTO[:-2000]):  # that one came, and is looked at anew with its hour
        assert first.headers["Cache-Control"] == "public, max-age=60, stale-while-revalidate=86400"
        again = client.get(path)
        assert again.data == first.data
        assert client.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert len(origin.requests) == 1
    app.extensions["handbill"].close()


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/a.png", "file:///etc/passwd", "/etc/passwd", "javascript:1", "data:x"]
)
def test_a_picture_that_is_nobodys_is_left_out(client: FlaskClient, site: NewSite, url: str) -> None:
    answer = client.get(path_of(sign(client, site.api_key, logo=url)))
    assert answer.status_code == 200
    assert "logo" in answer.headers["X-Handbill-Warnings"]
    assert "immutable" not in answer.headers["Cache-Control"]


# --- without a signature ---


def test_nothing_is_public_unless_somebody_says_so(client: FlaskClient) -> None:
    assert error(client.get("/og/article.png?title=A")) == (403, "layout_not_public")
    assert error(client.get("/og/nonsense.png?title=A")) == (404, "unknown_layout")
    assert error(client.get("/og/article.gif?title=A")) == (404, "unknown_format")


def test_a_public_layout(tmp_path: Path) -> None:
    app, origin = serving(tmp_path, PUBLIC_LAYOUTS="plain, quote", LIMITS="on")
    client = app.test_client()
    answer = client.get(f"/og/plain.webp?title=Hello&width=9&height=630&logo={LOGO}&width=5000")
    assert error(answer) == (422, "impossible_size")
    answer = client.get(f"/og/plain.webp?title=Hello&width=2400&height=630&logo={LOGO}&theme.accent=%23c8321b")
    assert answer.status_code == 200
    assert opened(answer.data).size == (1920, 630)
    assert answer.headers["Cache-Control"] == "public, max-age=86400, stale-while-revalidate=604800"
    assert "logo" in answer.headers["X-Handbill-Warnings"]
    assert not origin.requests
    assert error(client.get("/og/article.png?title=A"))[0] == 403
    app.extensions["handbill"].close()


def test_unsigned_drawings_are_limited_and_kept_ones_are_not(tmp_path: Path) -> None:
    app, _ = serving(tmp_path, PUBLIC_LAYOUTS="plain", LIMITS="on")
    client = app.test_client()
    asked = [client.get(f"/og/plain.jpg?title={n}&width=144&height=144").status_code for n in range(62)]
    assert asked == [200] * 60 + [429] * 2
    assert client.get("/og/plain.jpg?title=1&width=144&height=144&x=1").status_code == 200
    app.extensions["handbill"].close()


# --- the card of a page ---

PAGE = """<!doctype html><html lang="en"><title>The market moves</title><meta property="og:type" content="article">
<meta property="og:image" content="http://127.0.0.1:8000/og/page.png?url=https%3A%2F%2Fgood.example%2Fpost">
<meta name="theme-color" content="#c8321b"><p>From April."""


def a_page_server(folder: Path, page: str = PAGE, **settings: str) -> tuple[Flask, FlaskClient, Origins]:
    app, origin = serving(folder, reply(page.encode(), content_type="text/html"), **settings)
    a_site(app, origins=("http://good.example",))
    return app, app.test_client(), origin


def test_a_page_whose_picture_is_its_card(tmp_path: Path) -> None:
    app, client, origin = a_page_server(tmp_path)
    for ending, kind in (("png", "image/png"), ("jpg", "image/jpeg"), ("webp", "image/webp")):
        answer = client.get(f"/og/page.{ending}?url=http://good.example/post")
        assert answer.status_code == 200, answer.text
        assert answer.mimetype == kind
        assert opened(answer.data).size == (1200, 630)
        assert answer.headers["Cache-Control"].startswith("public, max-age=3600, stale-while-revalidate=")
    assert len([request for request in origin.requests if b"GET /post " in request]) == 1
    other = client.get("/og/page.png?url=http://good.example/post&layout=plain&size=square")
    assert opened(other.data).size == (1200, 1200)
    app.extensions["handbill"].close()


def test_pages_of_others_are_not_read(tmp_path: Path) -> None:
    app, client, origin = a_page_server(tmp_path)
    for url in ("https://evil.example/", "http://10.0.0.1/", "http://good.example.evil.example/"):
        assert error(client.get("/og/page.png", query_string={"url": url})) == (403, "host_not_allowed")
    for url in ("", "nonsense", "file:///etc/passwd", "http://u:p@good.example/"):
        assert error(client.get("/og/page.png", query_string={"url": url}))[0] == 422
    assert error(client.get("/og/page.png?url=http://good.example/&layout=nonsense")) == (422, "unknown_layout")
    assert error(client.get("/og/page.svg?url=http://good.example/")) == (404, "unknown_format")
    assert all(b"good.example" in request for request in origin.requests)
    app.extensions["handbill"].close()


def test_a_wall_has_no_card(tmp_path: Path) -> None:
    app, _ = serving(tmp_path, reply(b"<title>Log in</title>", status="401 Unauthorized", content_type="text/html"))
    a_site(app, origins=("http://good.example",))
    assert error(app.test_client().get("/og/page.png?url=http://good.example/")) == (404, "page_blocked")
    app.extensions["handbill"].close()


def test_who_asks_as_ourselves_is_refused(tmp_path: Path) -> None:
    app, client, _ = a_page_server(tmp_path)
    ours = {"User-Agent": "Handbill/1.0 (+http://127.0.0.1:8000)"}
    assert error(client.get("/og/page.png?url=http://good.example/post", headers=ours)) == (403, "loop")
    app.extensions["handbill"].close()
