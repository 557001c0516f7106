"""How many of a worker's threads may wait for other servers at once: counted, so that the rest always answers.

    with upstreams:
        reply = http.get(…)

A web worker has 32 threads. Whoever would be the eleventh to wait is told at once to come back; what is cached is
answered as ever. All that waits shares one count: the caches' makers and those waiting for them, and whatever asks
another server without a cache.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import TracebackType

from core.errors import Busy

# Of 32 threads, ten may wait for upstreams and ten hold event streams; twelve are never given away. `core.serving`
# starts so many: https://github.com/emmett-framework/granian#workers-and-threads
UPSTREAMS = 10
# What a caller who finds no place is told to wait, seconds.
_COME_BACK = 1


def _now() -> datetime:
    return datetime.now(UTC)


class Upstreams:
    """The places of one process. A thread that has one may enter again: that takes no second."""

    def __init__(self, limit: int = UPSTREAMS, clock: Callable[[], datetime] = _now) -> None:
        self._places = threading.BoundedSemaphore(limit)
        self._clock = clock
        self._mine = threading.local()

    def __enter__(self) -> None:
        """Take a place; raise Busy, with ``retry_at``, where there is none."""
        if not self._depth and not self._places.acquire(blocking=False):
            at = self._clock() + timedelta(seconds=_COME_BACK)
            raise Busy("This is being made ready: please ask again.", retry_at=at)
        self._mine.depth = self._depth + 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._mine.depth -= 1
        if not self._depth:
            self._places.release()

    @contextmanager
    def apart(self) -> Iterator[None]:
        """For a thread that serves nobody, as one that makes a stale value anew: it needs no place in this block."""
        self._mine.depth = self._depth + 1
        try:
            yield
        finally:
            self._mine.depth -= 1

    @property
    def _depth(self) -> int:
        return int(getattr(self._mine, "depth", 0))
