"""The service of cards: drawn once however many ask, bounded in number, and made whole when what lacked is there."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from core.database import Database
from core.errors import Busy, NotFound
from core.patience import Upstreams
from core.schema import upgrade
from core.settings import Settings
from core.vault import Vault
from og import draw as drawing
from og.card import Card, read
from og.card_service.address import Asked, CardAddresses
from og.card_service.pictures import FAILED, Pictures
from og.card_service.store import CardStore
from og.cards import AGAIN, KEPT, Cards
from og.layouts import built_in
from og.media_service.store import shelf
from og.pictures.workbench import Workbench
from tests.core.cache_doubles import Clock, eventually, refreshing
from tests.core.http_origin import Answer, a_page, reply
from tests.og.pictures import opened, photo, saved

LOGO = "http://good.example/logo.png"
PHOTO = saved(photo(400, 200), "PNG")
GONE = reply(status="404 Not Found")


class Counting(Workbench):
    """A workbench that counts the drawings on it; it is where every drawing goes."""

    count = 0

    def take(self, place: Any, amount: int) -> None:
        self.count += 1
        super().take(place, amount)


class Desk:
    """A service of cards on a folder of its own, its origin and its clock."""

    def __init__(
        self, folder: Path, *answers: Answer, most: int = 50_000_000, version: str = "1", **bench: Any
    ) -> None:
        http, self.origin = a_page(*answers)
        self.clock = Clock()
        self.upstreams = Upstreams()
        self.cache = shelf(folder / "cards", most, self.upstreams)
        self.cache._clock = self.clock
        self.bench = Counting(**bench)
        database = Database(f"sqlite:///{folder / 'handbill.sqlite'}")
        upgrade(database)
        store = CardStore(lambda: database)
        vault = Vault(Settings(secret_key=("k" * 40,)))
        addresses = CardAddresses(vault, store, lambda _layout: version)
        pictures = Pictures(http, self.cache)
        self.cards = Cards(addresses, store, self.cache, pictures, built_in(), lambda _layout: version, self.bench)

    def asked(self, card: Card) -> Asked:
        layout, rest = self.cards.sign(card).path.removeprefix("/og/").split("/")
        payload, signature, ending = rest.split(".")
        return self.cards.read(layout, payload, signature, ending)

    def picture(self, **card: Any) -> Any:
        return self.cards.picture(self.asked(a_card(**card)))


def a_card(**changes: Any) -> Card:
    return read({"title": "The market", "width": 600, "height": 315, **changes})[0]


def together(count: int, what: Callable[[], Any]) -> list[Any]:
    barrier = threading.Barrier(count)

    def go() -> Any:
        barrier.wait()
        return what()

    with ThreadPoolExecutor(count) as pool:
        return [job.result() for job in [pool.submit(go) for _ in range(count)]]


def test_many_at_once_are_one_drawing(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    found = together(8, desk.picture)
    assert len({picture.data for picture in found}) == 1
    assert desk.bench.count == 1
    assert desk.picture() == found[0]
    assert desk.bench.count == 1


def test_what_is_kept_is_what_was_drawn(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    made = desk.picture(description="From April — «early».")
    kept = desk.picture(description="From April — «early».")
    assert kept == made
    assert kept.alt == "The market. From April — «early»."
    assert kept.whole
    assert opened(kept.data).size == (kept.width, kept.height) == (600, 315)
    alone = drawing.draw(a_card(description="From April — «early»."))
    assert opened(kept.data).tobytes() == opened(alone.data).tobytes()


def test_signing_draws_nothing(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.cards.sign(a_card())
    assert desk.bench.count == 0
    capped = desk.cards.sign(a_card(max_bytes=9_000))
    assert desk.bench.count == 1
    assert capped.type in {"image/png", "image/jpeg"}


def test_another_way_of_drawing_is_another_picture_at_the_old_address(tmp_path: Path) -> None:
    before, after = Desk(tmp_path, version="1"), Desk(tmp_path, version="2")
    asked = before.asked(a_card())
    assert before.cards.name(asked) != after.cards.name(asked)
    first = before.cards.picture(asked)
    second = after.cards.picture(asked)
    assert after.bench.count == 1
    assert first.data == second.data  # here the drawing is the same, only called another
    assert first.name != second.name


def test_who_finds_no_place_is_told_to_come_back(tmp_path: Path) -> None:
    desk = Desk(tmp_path, places=1, patience=0.05)
    with desk.bench.place():
        with pytest.raises(Busy) as caught:
            desk.picture()
        assert caught.value.retry_at
    assert desk.picture().data  # being busy is not remembered


def test_a_slow_picture_holds_no_place(tmp_path: Path) -> None:
    going, go_on = threading.Event(), threading.Event()

    def slow(sock: Any) -> None:
        going.set()
        go_on.wait(10)
        sock.sendall(reply(PHOTO))

    desk = Desk(tmp_path, slow, places=1, patience=0.05)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(desk.picture, logo=LOGO)
        assert going.wait(10)
        assert desk.picture().whole
        go_on.set()
        assert waiting.result().whole


def test_waiting_for_pictures_is_counted(tmp_path: Path) -> None:
    desk = Desk(tmp_path, reply(PHOTO))
    places = desk.upstreams._places
    taken = [places.acquire(blocking=False) for _ in range(10)]
    assert all(taken)
    with pytest.raises(Busy):
        desk.picture(logo=LOGO)
    for _ in taken:
        places.release()
    assert desk.picture(logo=LOGO).whole


def test_a_card_that_lacks_a_picture_is_made_whole_behind_the_visitors(tmp_path: Path) -> None:
    desk = Desk(tmp_path, GONE, reply(PHOTO))
    lacking = desk.picture(logo=LOGO)
    assert not lacking.whole
    assert lacking.warnings
    assert lacking.name.startswith(desk.cards.name(desk.asked(a_card(logo=LOGO))) + "-")
    desk.clock.at += AGAIN / 2
    assert desk.picture(logo=LOGO) == lacking
    assert desk.bench.count == 1
    desk.clock.at += max(AGAIN, FAILED)
    assert desk.picture(logo=LOGO) == lacking
    eventually(lambda: not refreshing())
    whole = desk.picture(logo=LOGO)
    assert whole.whole
    assert whole.data != lacking.data
    assert whole.name == desk.cards.name(desk.asked(a_card(logo=LOGO)))


def test_a_server_that_fails_for_long_costs_one_request_each_time(tmp_path: Path) -> None:
    desk = Desk(tmp_path, GONE)
    for _ in range(5):
        assert not desk.picture(logo=LOGO).whole
    assert len(desk.origin.requests) == 1
    assert desk.bench.count == 1


def test_four_pictures_are_fetched_at_once(tmp_path: Path) -> None:
    together_ = threading.Barrier(4, timeout=10)

    def meet(sock: Any) -> None:
        together_.wait()  # nobody gets an answer before all four are asked for
        sock.sendall(reply(PHOTO))

    desk = Desk(tmp_path, meet)
    urls = {name: f"http://good.example/{name}.png" for name in ("logo", "avatar", "picture", "background")}
    assert desk.picture(layout="post", **urls).whole
    assert len(desk.origin.requests) == 4


def test_a_picture_that_the_layout_does_not_show_is_not_fetched(tmp_path: Path) -> None:
    desk = Desk(tmp_path, GONE)
    made = desk.picture(layout="plain", avatar=LOGO)
    assert made.whole
    assert made.warnings == ()
    assert desk.origin.requests == []


def test_a_picture_is_drawn_anew_after_a_month(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.picture()
    desk.clock.at += KEPT + 1
    desk.picture()
    assert desk.bench.count == 2


def test_what_was_swept_is_drawn_again(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    first = desk.picture()
    desk.cache.delete(f"whole {first.name}")
    for count in (2, 3):
        assert desk.picture().data == first.data
        assert desk.bench.count == count


def test_a_disk_that_takes_nothing_is_no_reason_not_to_draw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(tmp_path)

    def full(*_given: Any, **_named: Any) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(desk.cache._store, "set", full)
    assert desk.picture().whole


def test_the_files_stay_within_their_bound(tmp_path: Path) -> None:
    desk = Desk(tmp_path, most=400_000)
    for n in range(60):
        desk.picture(title=f"Number {n}")
    store: Any = desk.cache._store
    eventually(lambda: store._sweeping.acquire(blocking=False))
    store._sweeping.release()
    assert store.sweep() <= 400_000


def test_a_layout_that_is_gone_is_not_found(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    with pytest.raises(NotFound):
        desk.cards.picture(Asked("nonsense", "png", "0" * 48, b'{"title":"A"}'))


def test_a_place_is_free_again_after_a_drawing_that_failed(tmp_path: Path) -> None:
    desk = Desk(tmp_path, places=1, patience=0.05)
    for _ in range(3):
        with pytest.raises(NotFound):
            desk.cards.picture(Asked("nonsense", "png", "0" * 48, b"{}"))
    assert desk.picture().whole
