"""Keeping time for a whole request: a moment that is never passed, and one thread that enforces it.

Timeouts of sockets count each read anew, so a server that sends one byte a second never meets them
(CWE-400). The watchdog shuts the connection down at the deadline, whichever step is waiting.
"""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from core.errors import TooSlow, Unreachable

# How long the watchdog's thread stays after its last watch, so that a busy server does not start one per request.
LINGER_SECONDS = 10.0


class Deadline:
    """A moment in the near future, ``seconds`` from now."""

    def __init__(self, seconds: float) -> None:
        self.at = time.monotonic() + seconds

    def left(self, most: float = float("inf")) -> float:
        """Return the seconds left, at most ``most``; raise TooSlow when none are."""
        left = self.at - time.monotonic()
        if left <= 0:
            raise TooSlow("The answer did not arrive in time.")
        return min(left, most)


def start(thread: threading.Thread) -> None:
    """Start a thread; raise Unreachable where the machine has none to spare."""
    try:
        thread.start()
    except RuntimeError as exc:
        raise Unreachable("There is no thread to spare for this now.") from exc


class Watchdog:
    """Calls what is due, from one thread for all requests. The thread ends when nothing is watched."""

    def __init__(self) -> None:
        self._turn = threading.Condition()
        self._due: list[tuple[float, int]] = []
        self._acts: dict[int, Callable[[], None]] = {}
        self._numbers = itertools.count()
        self._thread: threading.Thread | None = None

    @contextmanager
    def watching(self, deadline: Deadline, act: Callable[[], None]) -> Iterator[None]:
        """Call ``act``, which must not wait, if the block has not ended at the deadline; never after it has."""
        number = self.later(deadline, act)
        try:
            yield
        finally:
            with self._turn:  # waits for an act that is under way
                self._acts.pop(number, None)
                self._forget()

    def later(self, deadline: Deadline, act: Callable[[], None]) -> int:
        """Call ``act``, which must not wait, at the deadline; return the watch's number."""
        with self._turn:
            self._start()
            number = next(self._numbers)
            self._acts[number] = act
            heapq.heappush(self._due, (deadline.at, number))
            if self._due[0][1] == number:
                self._turn.notify()
            return number

    def _start(self) -> None:
        if self._thread is not None and self._thread.is_alive():  # it is not after a fork
            return
        self._thread = threading.Thread(target=self._watch, name="handbill-deadlines", daemon=True)
        start(self._thread)

    def _forget(self) -> None:
        """Drop ended watches once they are most of the heap, so that it stays as small as the traffic."""
        if len(self._due) > 64 + 2 * len(self._acts):
            self._due = [entry for entry in self._due if entry[1] in self._acts]
            heapq.heapify(self._due)

    def _watch(self) -> None:
        with self._turn:
            idle_since = time.monotonic()
            while True:
                now = time.monotonic()
                while self._due and self._due[0][0] <= now:
                    act = self._acts.pop(heapq.heappop(self._due)[1], None)
                    if act is not None:
                        act()
                if self._acts:
                    idle_since = now
                elif now - idle_since >= LINGER_SECONDS:
                    self._thread = None
                    return
                self._turn.wait(max(0.0, self._due[0][0] - now) if self._due else LINGER_SECONDS)
