"""Work on pictures at once: two of them, and no more memory than one may take."""

from __future__ import annotations

import threading
import time

import pytest

from core.errors import BadReply, Busy
from og.workbench import BYTES, Workbench
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
