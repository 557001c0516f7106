"""A small memory of answers asked for often: bounded, for some seconds only, safe for threads."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Recent(Generic[T]):
    """The last ``size`` answers, each at most ``seconds`` old. Two threads may make the same answer at once."""

    def __init__(self, size: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._size = size
        self._seconds = seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[float, T]] = OrderedDict()
        self._era = 0

    def get(self, key: str, make: Callable[[], T]) -> T:
        """Return the answer kept for the key, else make it (outside the lock) and keep it."""
        with self._lock:
            era, kept = self._era, self._kept.get(key)
            if kept is not None and kept[0] > self._clock():
                self._kept.move_to_end(key)
                return kept[1]
        made = make()
        with self._lock:
            if era == self._era:  # else somebody wrote meanwhile, and what we read may be from before
                self._kept[key] = (self._clock() + self._seconds, made)
                self._kept.move_to_end(key)
                while len(self._kept) > self._size:
                    self._kept.popitem(last=False)
        return made

    def clear(self) -> None:
        """Forget everything, and whatever is being made just now."""
        with self._lock:
            self._era += 1
            self._kept.clear()
