"""Pictures that a network lets us pass on and not keep: fetched when asked for, sent as they came, forgotten.

Nothing is written anywhere. Whoever asks for the same picture within the same moment gets the same bytes, so that a
page that many look at does not ask the network once for each of them.

They are neither made smaller nor turned nor packed anew: "you may not store", "don't apply filters to Pins"
(https://policy.pinterest.com/en/developer-guidelines, read 2026-11) are kept best by bytes that nobody has touched,
and work that is thrown away would be done for every visitor. They are looked at: which kind, how large.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.cache_fetch import Cache
from core.errors import Problem
from core.patience import Upstreams
from og.pictures.formats import AVIF, GIF, ICO, JPEG, PNG, WEBP, kind_of

# The moment, seconds: that in which the browsers of those who opened a page together ask for its pictures.
MOMENT = 20.0
# Bytes that pictures of the same moment may take in a process: some eighty of the usual size.
ROOM = 16_000_000
# As browsers know the kinds: https://www.iana.org/assignments/media-types/media-types.xhtml#image
TYPES = {
    PNG: "image/png", JPEG: "image/jpeg", GIF: "image/gif", WEBP: "image/webp", AVIF: "image/avif",
    ICO: "image/vnd.microsoft.icon",
}  # fmt: skip


@dataclass(frozen=True)
class Passed:
    """A picture to pass on: its bytes as they came, their type, and a name for them."""

    data: bytes
    type: str
    etag: str


class Passing:
    """Passes pictures on. One for the process, shared by its threads. ``fetch`` gets a picture that may be shown."""

    def __init__(
        self,
        fetch: Callable[[str], bytes],
        patience: Upstreams | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._fetch = fetch
        self._cache = Cache(Moment(clock=clock), clock=clock, patience=patience)

    def picture(self, url: str, held: Callable[[Problem], float]) -> Passed:
        """Return a picture. Raises what fetching raises; for how long that is remembered, ``held`` says."""
        found = self._cache.fetch(url, lambda: self._fetch(url), fresh=MOMENT, negative=held)
        data: bytes = found.value
        return Passed(data, TYPES[kind_of(data)], hashlib.sha256(data).hexdigest()[:32])

    def forget(self, url: str) -> None:
        """Forget a picture, should its moment not be over."""
        self._cache.delete(url)


class Moment:
    """What a process remembers for a moment, in its memory: a store for `core.cache_fetch.Cache`."""

    def __init__(self, most: int = ROOM, clock: Callable[[], float] = time.time) -> None:
        self._most, self._clock = most, clock
        self._kept: OrderedDict[str, tuple[float, bytes]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: str) -> Any:
        """Return what is remembered, or None."""
        with self._lock:
            self._sweep()
            found = self._kept.get(key)
            return found[1] if found else None

    def set(self, key: str, value: Any, timeout: int) -> bool:
        """Remember for so many seconds, as far as there is room."""
        with self._lock:
            self._drop(key)
            self._kept[key] = (self._clock() + timeout, value)
            self._bytes += len(value)
            self._sweep()
        return True

    def add(self, key: str, value: Any, timeout: int) -> bool:
        """Remember where nothing is, and return whether that was so."""
        with self._lock:
            self._sweep()
            if key in self._kept:
                return False
            self._kept[key] = (self._clock() + timeout, value)
            self._bytes += len(value)
        return True

    def delete(self, key: str) -> None:
        """Forget."""
        with self._lock:
            self._drop(key)

    def _drop(self, key: str) -> None:
        old = self._kept.pop(key, None)
        self._bytes -= len(old[1]) if old else 0

    def _sweep(self) -> None:
        """Forget what is over, and the oldest where there is too much."""
        now = self._clock()
        for key in [key for key, (until, _) in self._kept.items() if until <= now]:
            self._drop(key)
        while self._bytes > self._most and len(self._kept) > 1:
            self._drop(next(iter(self._kept)))
