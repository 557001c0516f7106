"""Pictures that are passed on: sent as they came, kept nowhere, and read again where their address has expired."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from core.errors import NotFound
from og.media_service.passing import MOMENT, ROOM, Moment, Passing
from tests.core.http_origin import a_page, reply
from tests.doubles import an_app, with_http
from tests.og.pictures import opened, photo, saved

URL = "http://good.example/a.jpg"
PHOTO = saved(photo(400, 200), "JPEG")
NOT_AT_ALL, A_DAY = timedelta(), timedelta(days=1)


class Feeds:
    """What is told where a picture's address has expired."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def reread(self, source: str) -> None:
        self.told.append(source)


class Place:
    """The application, one picture's server, and who is told of expired addresses."""

    def __init__(self, folder: Path, *answers: Any) -> None:
        http, self.origin = a_page(*(answers or (reply(PHOTO),)))
        self.app: Flask = with_http(an_app(folder), http)
        self.folder, self.feeds = folder, Feeds()
        self.services = self.app.extensions["handbill"]
        self.services.__dict__["feeds"] = self.feeds

    def get(self, **how: Any) -> Any:
        return self.app.test_client().get(self.services.media.address(URL, 640, **how))

    def stored(self) -> list[Path]:
        return [path for path in (self.folder / "data" / "media").rglob("*") if path.is_file()]


@pytest.fixture
def places(tmp_path: Path) -> Iterator[Any]:
    made: list[Place] = []

    def make(*answers: Any) -> Place:
        made.append(Place(tmp_path / str(len(made)), *answers))
        return made[-1]

    yield make
    for place in made:
        place.services.close()


@pytest.mark.parametrize(
    ("kind", "type_"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("GIF", "image/gif"), ("WEBP", "image/webp")]
)
def test_it_is_sent_as_it_came_and_nothing_is_stored(places: Any, kind: str, type_: str) -> None:
    data = saved(photo(400, 200).convert("RGB"), kind)
    place = places(reply(data))
    answer = place.get(hold=NOT_AT_ALL)
    assert (answer.status_code, answer.data, answer.content_type) == (200, data, type_)
    assert answer.headers["Cache-Control"] == "private, max-age=300"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert place.stored() == []
    tag = {"If-None-Match": answer.headers["ETag"]}
    assert (
        place.app.test_client().get(place.services.media.address(URL, 640, hold=NOT_AT_ALL), headers=tag).status_code
        == 304
    )


def test_a_usual_picture_is_stored(places: Any) -> None:
    """Else the test above would say nothing."""
    place = places()
    assert place.get().headers["Cache-Control"].startswith("public")
    assert place.stored()


def test_no_width_is_another_fetch_and_no_address_outlives_itself(places: Any) -> None:
    place = places()
    end = datetime.now(UTC) + timedelta(seconds=60)
    assert int(place.get(hold=NOT_AT_ALL, expires=end).headers["Cache-Control"].rpartition("=")[2]) <= 60
    place.get(hold=NOT_AT_ALL)
    assert len(place.origin.requests) == 1


@pytest.mark.parametrize(
    "body",
    [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<html>", PHOTO[:200], b"\x89PNG\r\n\x1a\n" + b"x" * 40, b""],
)
def test_what_is_no_picture_is_not_passed_on(places: Any, body: bytes) -> None:
    answer = places(reply(body)).get(hold=NOT_AT_ALL)
    assert answer.status_code == 502
    assert answer.get_json()["error"]["code"] == "not_a_picture"


def test_a_picture_of_too_many_pixels_is_not_passed_on(places: Any) -> None:
    huge = bytearray(saved(photo(10, 10), "PNG"))
    huge[16:24] = (30_000).to_bytes(4, "big") * 2
    import zlib

    huge[29:33] = zlib.crc32(bytes(huge[12:29])).to_bytes(4, "big")
    assert places(reply(bytes(huge))).get(hold=NOT_AT_ALL).get_json()["error"]["code"] == "picture_too_large"


def test_how_long_it_may_be_kept_is_how_long_others_may(places: Any) -> None:
    place = places()
    assert place.get(hold=A_DAY).headers["Cache-Control"] == "public, max-age=86400"
    assert place.get(hold=timedelta(hours=1)).headers["Cache-Control"] == "public, max-age=3600"
    week = place.get(hold=timedelta(days=7)).headers["Cache-Control"]
    assert week == "public, max-age=86400, stale-while-revalidate=518400, stale-if-error=518400"


@pytest.mark.parametrize("status", ["403 Forbidden", "404 Not Found", "410 Gone"])
@pytest.mark.parametrize("hold", [NOT_AT_ALL, A_DAY])
def test_an_expired_address_is_answered_at_once_and_its_source_told(
    places: Any, status: str, hold: timedelta
) -> None:
    place = places(reply(b"expired", status))
    answer = place.get(hold=hold, owner="abcdefgh2345")
    assert (answer.status_code, answer.content_type) == (404, "image/gif")
    assert opened(answer.data).size == (1, 1)
    assert answer.headers["Cache-Control"] == "no-store"
    assert place.feeds.told == ["abcdefgh2345"]


@pytest.mark.parametrize(("status", "told"), [("500 Oops", []), ("503 Busy", [])])
def test_a_server_in_trouble_is_nobodys_expired_address(places: Any, status: str, told: list[str]) -> None:
    place = places(reply(b"", status))
    assert place.get(hold=NOT_AT_ALL, owner="abcdefgh2345").status_code >= 500
    assert place.feeds.told == told


def test_what_an_address_says_is_signed(places: Any) -> None:
    media = places().services.media
    read = [
        media.asked(*p.split("/")[2:4], p.split("/")[4].removesuffix(".webp"))
        for p in (
            media.address(URL, 640),
            media.address(URL, 640, hold=NOT_AT_ALL),
            media.address(URL, 640, hold=A_DAY, owner="s1"),
            media.address(URL, 640, hold=A_DAY, expires=datetime(2030, 1, 1, tzinfo=UTC), owner="s1"),
        )
    ]
    assert [(one.url, one.hold, one.owner) for one in read] == [
        (URL, None, ""),
        (URL, NOT_AT_ALL, ""),
        (URL, A_DAY, "s1"),
        (URL, A_DAY, "s1"),
    ]
    assert read[3].until == datetime(2030, 1, 1, tzinfo=UTC)


# --- the moment ---


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_those_who_ask_within_a_moment_share_one_fetch() -> None:
    clock, asked = Clock(), []
    passing = Passing(lambda url: asked.append(url) or PHOTO, clock=clock)  # type: ignore[func-returns-value]
    for _ in range(5):
        assert passing.picture(URL, lambda _: 60).data == PHOTO
    assert asked == [URL]
    clock.now += MOMENT + 1
    passing.picture(URL, lambda _: 60)
    assert asked == [URL] * 2
    passing.forget(URL)
    passing.picture(URL, lambda _: 60)
    assert asked == [URL] * 3


def test_what_cannot_be_had_is_not_asked_for_again_at_once() -> None:
    clock, asked = Clock(), []

    def fetch(url: str) -> bytes:
        asked.append(url)
        raise NotFound("No.", code="picture_gone")

    passing = Passing(fetch, clock=clock)
    for _ in range(3):
        with pytest.raises(NotFound):
            passing.picture(URL, lambda _: 60)
    assert asked == [URL]


def test_the_moment_has_room_for_so_much_and_no_more() -> None:
    clock = Clock()
    moment = Moment(most=1000, clock=clock)
    for number in range(20):
        moment.set(str(number), b"x" * 100, 60)
    assert moment.get("0") is None
    assert moment.get("19") == b"x" * 100
    assert moment._bytes <= 1000
    assert not moment.add("19", b"y", 60)
    moment.delete("19")
    assert moment.add("19", b"y", 1)
    clock.now += 2
    assert moment.get("19") is None
    clock.now += 100
    moment.get("1")
    assert (moment._bytes, len(moment._kept)) == (0, 0)
    assert ROOM < 130_000_000
