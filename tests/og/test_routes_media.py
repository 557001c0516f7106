"""`/media/…` as a browser, a proxy and somebody with bad intentions see it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from og.media_service.address import WIDTHS
from tests.core.http_origin import Answer, Origins, a_page, reply
from tests.doubles import an_app, with_http
from tests.og.pictures import opened, photo, saved

URL = "http://good.example/a.jpg"
PHOTO = saved(photo(400, 200), "JPEG")


def serving(folder: Path, *answers: Answer, **settings: str) -> tuple[Flask, Origins]:
    http, origin = a_page(*(answers or (reply(PHOTO),)))
    return with_http(an_app(folder, **settings), http), origin


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    made, _ = serving(tmp_path)
    yield made
    made.extensions["handbill"].close()


@pytest.fixture
def media(app: Flask) -> Any:
    return app.extensions["handbill"].media


def test_a_picture(client: FlaskClient, media: Any) -> None:
    answer = client.get(media.address(URL, 320))
    assert answer.status_code == 200
    assert opened(answer.data).size == (320, 160)
    wanted = {
        "Content-Type": "image/webp",
        "Content-Length": str(len(answer.data)),
        "Cache-Control": "public, max-age=86400, stale-while-revalidate=518400, stale-if-error=518400",
        "Content-Disposition": 'inline; filename="picture.webp"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Access-Control-Allow-Origin": "*",
        "X-Robots-Tag": "noindex",
    }
    assert {name: answer.headers.get(name) for name in wanted} == wanted
    assert not {"Set-Cookie", "Vary", "Server", "Last-Modified"} & set(answer.headers.keys())


def test_nobody_keeps_a_picture_for_more_than_seven_days(client: FlaskClient, media: Any) -> None:
    control = client.get(media.address(URL, 320)).headers["Cache-Control"]
    fresh, stale, error = (int(n) for n in re.findall(r"=(\d+)", control))
    assert fresh + max(stale, error) == 7 * 86400


def test_the_same_is_not_sent_again(client: FlaskClient, media: Any) -> None:
    path = media.address(URL, 320)
    etag = client.get(path).headers["ETag"]
    for name in (etag, f'"x", {etag}', "W/" + etag):
        again = client.get(path, headers={"If-None-Match": name, "Cache-Control": "max-age=0"})
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == etag
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_only_the_head(client: FlaskClient, media: Any) -> None:
    answer = client.head(media.address(URL, 320))
    assert (answer.status_code, answer.data) == (200, b"")
    assert int(answer.headers["Content-Length"]) > 100


def test_every_width(client: FlaskClient, media: Any) -> None:
    widths = [opened(client.get(media.address(URL, width)).data).width for width in WIDTHS]
    assert widths == [48, 96, 160, 320, 400, 400, 400, 400, 400]


def error(answer: Any) -> tuple[int, str]:
    assert answer.mimetype == "application/json"
    assert set(answer.get_json()) == {"error"}
    return answer.status_code, answer.get_json()["error"]["code"]


def test_it_is_no_open_proxy(client: FlaskClient, media: Any) -> None:
    path = media.address(URL, 320)
    signature, width, name = path.removeprefix("/media/").split("/")
    other = media.address("http://good.example/b.jpg", 320).split("/")[-1]
    refused = [
        f"/media/{signature}/640/{name}",
        f"/media/{signature}/{width}/{other}",
        f"/media/{'A' * 22}/320/{name}",
    ]
    refused += [
        f"/media/{signature}/320/AGh0dHA6Ly8xMjcuMC4wLjEv.webp",
        f"/media/é/320/{name}",
        "/media/x/320/%20.webp",
    ]
    for tampered in refused:
        assert error(client.get(tampered)) == (403, "wrong_signature"), tampered
    for width in ("0", "321", "0320", "x", "-320", "99999999999999999999"):
        assert error(client.get(f"/media/{signature}/{width}/{name}")) == (404, "no_such_width")
    for missing in (
        "/media/",
        f"/media/{signature}",
        path[:-5],
        path.replace(".webp", ".svg"),
        f"/media/a/b/320/{name}",
    ):
        assert error(client.get(missing))[0] == 404
    assert client.post(path).status_code == 405


def test_an_address_of_somebody_anonymous_ends(client: FlaskClient, media: Any) -> None:
    now = datetime.now(UTC)
    answer = client.get(media.address(URL, 320, expires=now + timedelta(seconds=300)))
    assert answer.status_code == 200
    found = re.fullmatch(r"public, max-age=(\d+)", answer.headers["Cache-Control"])
    assert found
    assert 200 < int(found[1]) <= 300
    ended = client.get(media.address(URL, 320, expires=now - timedelta(seconds=1)))
    assert error(ended) == (403, "signature_expired")
    assert ended.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("answer", "status", "code"),
    [
        (reply(status="404 Not Found"), 404, "picture_gone"),
        (reply(b"<svg/>", content_type="image/svg+xml"), 502, "not_a_picture"),
        (reply(status="500 Oops"), 502, "fetch_failed"),
        (reply(b"\xff\xd8\xff" + b"x" * 5_000_001), 502, "upstream_too_large"),
    ],
    ids=["gone", "svg", "broken", "large"],
)
def test_what_cannot_be_had_is_said_in_the_one_shape(tmp_path: Path, answer: Answer, status: int, code: str) -> None:
    app, origin = serving(tmp_path, answer)
    path = app.extensions["handbill"].media.address(URL, 320)
    for _ in range(2):
        reply_ = app.test_client().get(path, headers={"Accept": "image/avif,image/webp,image/*,*/*;q=0.8"})
        assert error(reply_) == (status, code)
    assert len(origin.requests) == 1


def test_a_name_that_leads_inside_is_refused(tmp_path: Path) -> None:
    app, origin = serving(tmp_path)
    origin.names["inside.example"] = [["10.0.0.1"]]
    answer = app.test_client().get(app.extensions["handbill"].media.address("http://inside.example/a.png", 320))
    assert error(answer) == (400, "address_refused")
    assert not origin.connected


def test_too_many_at_once(client: FlaskClient, media: Any, app: Flask) -> None:
    upstreams = app.extensions["handbill"].upstreams
    path = media.address(URL, 320)
    places = upstreams._places
    taken = [places.acquire(blocking=False) for _ in range(10)]
    answer = client.get(path)
    assert all(taken)
    assert error(answer) == (503, "busy")
    assert int(answer.headers["Retry-After"]) == 1
    for _ in taken:
        places.release()
    assert client.get(path).status_code == 200


def test_a_popular_picture_is_given_from_memory(client: FlaskClient, media: Any, app: Flask) -> None:
    path = media.address(URL, 320)
    first = client.get(path)
    app.extensions["handbill"].__dict__["media"] = None
    second = client.get(path)
    assert (second.status_code, second.data) == (200, first.data)


def test_an_old_key_keeps_its_addresses(tmp_path: Path) -> None:
    old, new = "o" * 40, "n" * 40
    first, _ = serving(tmp_path, SECRET_KEY=old)
    path = first.extensions["handbill"].media.address(URL, 320)
    second, _ = serving(tmp_path, SECRET_KEY=f"{new},{old}")
    assert second.test_client().get(path).status_code == 200
    third, _ = serving(tmp_path, SECRET_KEY=new)
    assert error(third.test_client().get(path)) == (403, "wrong_signature")
