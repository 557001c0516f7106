"""Work on pictures at once: two of them, and no more memory than one may take."""

from __future__ import annotations

import threading
import time

import pytest

from core.errors import BadReply, Busy
from og.pictures.workbench import BYTES, Workbench
from tests.core.cache_doubles import together


def test_no_more_than_its_places_are_worked_on() -> None:
    bench, most, now, lock = Workbench(places=2, patience=20), [0], [0], threading.Lock()

    def work() -> None:
        with bench.place():
            with lock:
                now[0] += 1
                most[0] = max(most[0], now[0])
            time.sleep(0.01)
            with lock:
                now[0] -= 1

    together(8, work)
    assert most == [2]


def test_bytes_are_shared() -> None:
    bench, used, most, lock = Workbench(places=4, most=100, patience=20), [0], [0], threading.Lock()

    def work() -> None:
        with bench.place() as place:
            place.take(40)
            with lock:
                used[0] += 40
                most[0] = max(most[0], used[0])
            time.sleep(0.01)
            with lock:
                used[0] -= 40

    together(8, work)
    assert most == [80]


def test_who_waits_too_long_is_told_to_come_back() -> None:
    bench = Workbench(places=1, patience=0.02)
    with bench.place(), pytest.raises(Busy) as caught, bench.place():
        pytest.fail("there was a second place")
    assert caught.value.retry_at
    with bench.place():
        pass


def test_where_many_wait_the_others_wait_less(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("og.pictures.workbench.MANY", 1)
    monkeypatch.setattr("og.pictures.workbench.BRIEFLY", 0.05)
    bench, served, refused = Workbench(places=1, patience=60), [0], threading.Event()

    def work() -> None:
        try:
            with bench.place():
                served[0] += 1
        except Busy:
            refused.set()

    with bench.place():
        waiting = [threading.Thread(target=work) for _ in range(2)]
        for thread in waiting:
            thread.start()
        assert refused.wait(30)  # the one that came second; the first one still waits
    for thread in waiting:
        thread.join()
    assert served == [1]


def test_bytes_are_not_waited_for_longer_either() -> None:
    bench = Workbench(places=2, most=100, patience=0.02)
    with bench.place() as first:
        first.take(60)
        with bench.place() as second, pytest.raises(Busy):
            second.take(60)
    with bench.place() as third:
        third.take(100)


def test_what_can_never_fit_is_refused_at_once() -> None:
    with Workbench().place() as place:
        assert place.fits(BYTES)
        with pytest.raises(BadReply) as caught:
            place.take(BYTES + 1)
    assert caught.value.code == "picture_too_large"
