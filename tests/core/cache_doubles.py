"""What the tests of the cache share: a clock, something to load, threads that begin together."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from core.cache import Cache
from core.errors import Problem


class Clock:
    """The time in seconds, moved by hand, beginning now: the backends have clocks of their own."""

    def __init__(self) -> None:
        self.at = time.time()

    def __call__(self) -> float:
        return self.at


class Loads:
    """Something to load: counts, and gives what it is told to."""

    def __init__(self, value: object = "v", seconds: float = 0) -> None:
        self.count = 0
        self.value = value
        self.seconds = seconds
        self._lock = threading.Lock()

    def __call__(self) -> object:
        with self._lock:
            self.count += 1
        time.sleep(self.seconds)
        if isinstance(self.value, Exception):
            raise self.value
        return self.value


def close(cache: Cache) -> None:
    client = getattr(cache._store, "_write_client", None)
    if client:
        client.close()


def refreshing() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("hb-")]


def eventually(true: Callable[[], object]) -> None:
    """Wait until something becomes true; fail if it does not in a long time."""
    for _ in range(500):
        if true():
            return
        time.sleep(0.01)
    pytest.fail("it never became true")


def together(count: int, act: Callable[[], object]) -> list[object]:
    """Run something in so many threads at once, and return what each gave or raised."""
    results: list[object] = []
    barrier = threading.Barrier(count)

    def one() -> None:
        barrier.wait()
        try:
            results.append(act())
        except (Problem, ArithmeticError) as exc:
            results.append(exc)

    threads = [threading.Thread(target=one) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
