"""Work on pictures, bounded: two at a time in a process, and no more memory for all of them than one may take.

Decoding and drawing are done by C code that holds a core; a third picture at once makes none of them ready sooner.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from core.errors import BadReply, Busy

# Pictures worked on at once: more than the cores of the smallest machine gains nothing.
PLACES = 2
# Bytes that the pictures being worked on may take together, so that no picture makes a worker grow by more than
# 150 MB. 25 megapixels of four bytes fit; of WebP, whose decoder takes 16 bytes for each, 7.6.
BYTES = 130_000_000
# How long one waits for a place and its bytes, seconds. A picture takes a twentieth of one as a rule; on a small and
# busy machine a page of them must not come with holes, as no browser asks again.
PATIENCE = 8.0
# Where so many wait already, the others wait less: each of them holds one of the server's 32 threads.
MANY, BRIEFLY = 12, 2.0


class Workbench:
    """The places and the bytes of one process."""

    def __init__(self, places: int = PLACES, most: int = BYTES, patience: float = PATIENCE) -> None:
        self._places = places
        self._most = most
        self._patience = patience
        self._used = 0
        self._waiting = 0
        self._changed = threading.Condition()

    @contextmanager
    def place(self) -> Iterator[Place]:
        """Wait for a place and hold it; raise Busy, with ``retry_at``, where none comes free in time."""
        with self._changed:
            patience = min(self._patience, BRIEFLY) if self._waiting >= MANY else self._patience
            place = Place(self, time.monotonic() + patience)
            self._wait(lambda: self._places > 0, place.until)
            self._places -= 1
        try:
            yield place
        finally:
            with self._changed:
                self._places += 1
                self._used -= place.bytes
                self._changed.notify_all()

    def fits(self, amount: int) -> bool:
        """Return whether one picture may take so many bytes at all."""
        return amount <= self._most

    def take(self, place: Place, amount: int) -> None:
        """See `Place.take`."""
        if not self.fits(amount):
            raise BadReply("The picture is too large to be shown here.", code="picture_too_large")
        with self._changed:
            self._wait(lambda: self._used + amount <= self._most, place.until)
            self._used += amount
            place.bytes += amount

    def _wait(self, free: Callable[[], bool], until: float) -> None:
        self._waiting += 1
        try:
            if not self._changed.wait_for(free, until - time.monotonic()):
                at = datetime.now(UTC) + timedelta(seconds=1)
                raise Busy("Too many pictures are being made ready: please ask again.", retry_at=at)
        finally:
            self._waiting -= 1


class Place:
    """One picture's place. ``until`` is when waiting ends, on the monotonic clock."""

    def __init__(self, bench: Workbench, until: float) -> None:
        self._bench = bench
        self.until = until
        self.bytes = 0

    def fits(self, amount: int) -> bool:
        """Return whether a picture may take so many bytes at all."""
        return self._bench.fits(amount)

    def take(self, amount: int) -> None:
        """Wait until so many bytes may be used, once for each place.

        Raises Busy where that takes too long, and BadReply where the picture needs more than there is.
        """
        self._bench.take(self, amount)
