"""Threads that wait for other servers are counted: beyond the limit the answer comes at once."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest

from core.cache import build
from core.errors import Busy
from core.patience import UPSTREAMS, Upstreams
from core.settings import Settings
from tests.core.cache_doubles import together
from tests.doubles import an_app


def test_beyond_the_limit_one_is_told_to_come_back() -> None:
    upstreams, inside, leave = Upstreams(3), threading.Semaphore(0), threading.Event()

    def wait() -> None:
        with upstreams:
            inside.release()
            leave.wait(20)

    threads = [threading.Thread(target=wait) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert inside.acquire(timeout=20)
    with pytest.raises(Busy) as caught, upstreams:
        pytest.fail("there was a fourth place")
    assert caught.value.retry_at
    assert 0 < (caught.value.retry_at - datetime.now(UTC)).total_seconds() <= 1
    leave.set()
    for thread in threads:
        thread.join()
    with upstreams:
        pass


def test_a_thread_takes_one_place_however_often_it_enters() -> None:
    upstreams = Upstreams(1)
    with upstreams, upstreams, upstreams:
        assert together(1, lambda: _enters(upstreams)) == [False]
    assert _enters(upstreams)


def test_a_thread_apart_takes_none() -> None:
    upstreams = Upstreams(1)
    with upstreams.apart(), upstreams:
        assert together(1, lambda: _enters(upstreams)) == [True]


def test_a_place_is_given_back_whatever_happens() -> None:
    upstreams = Upstreams(1)
    for _ in range(5):
        with pytest.raises(RuntimeError), upstreams:
            raise RuntimeError("planted")
    assert together(1, lambda: _enters(upstreams)) == [True]


def test_all_caches_of_an_application_share_one_count(tmp_path: object) -> None:
    built = an_app(tmp_path).extensions["handbill"]  # type: ignore[arg-type]
    assert built.cache._patience is built.media._cache._patience is built.upstreams
    built.close()


def test_a_cached_answer_needs_no_place(tmp_path: object) -> None:
    upstreams = Upstreams()
    cache = build(Settings(data=tmp_path), patience=upstreams)  # type: ignore[arg-type]
    cache.fetch("known", lambda: "value", fresh=60)
    with ExitStack() as stack:
        for _ in range(UPSTREAMS):
            stack.enter_context(_elsewhere(upstreams))
        assert cache.fetch("known", lambda: "new", fresh=60).value == "value"
        with pytest.raises(Busy):
            cache.fetch("unknown", lambda: "value", fresh=60)
    assert cache.fetch("unknown", lambda: "value", fresh=60).value == "value"


class _elsewhere:  # noqa: N801 -- reads as a verb
    """A place taken by another thread."""

    def __init__(self, upstreams: Upstreams) -> None:
        self._upstreams, self._inside, self._leave = upstreams, threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._hold)

    def _hold(self) -> None:
        with self._upstreams:
            self._inside.set()
            self._leave.wait(20)

    def __enter__(self) -> None:
        self._thread.start()
        assert self._inside.wait(20)

    def __exit__(self, *_: object) -> None:
        self._leave.set()
        self._thread.join()


def _enters(upstreams: Upstreams) -> bool:
    try:
        with upstreams:
            return True
    except Busy:
        return False
