"""A feed's events as a stream (https://html.spec.whatwg.org/#server-sent-events), for pages that are open.

    event: posts       {"posts": ["…"]}: ids of posts that are new on the first page
    event: changed     {}: something was edited, deleted, hidden: ask for the page anew

A stream holds a thread, so a process has ten at the most: who comes later is told so, and polls with the entity tag
instead. After ten minutes a stream ends; browsers come back by themselves and say what they have seen.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from core.errors import Busy, NotFound
from core.times import utc_now

if TYPE_CHECKING:
    from core.services import Services

# Of 32 threads ten may hold a stream and ten wait for upstreams (core/patience.py).
STREAMS = 10
# What who finds no place is told to wait: about as long as between two polls, seconds.
COME_BACK = 60
# How often the database is asked for the feed's version, and how often a line is sent at the least, seconds. Proxies
# cut what is silent for 30 to 60; and only by sending we notice that nobody listens any more, and the place is free.
LOOK, BEAT = 2.0, 5.0
# How long a stream is, seconds.
LONGEST = 600.0
# What a browser waits before it comes back, milliseconds.
RETRY = 5000

_places = BoundedSemaphore(STREAMS)


def stream(services: Services, feed_id: str, last: str) -> Stream:
    """Return a feed's events from the version ``last`` on, as somebody has it. Raises Busy where all are taken."""
    if not _places.acquire(blocking=False):
        raise Busy(
            "All event streams are taken: ask for the feed itself, with its entity tag.",
            retry_at=utc_now() + timedelta(seconds=COME_BACK),
        )
    return Stream(services, feed_id, last)


class Stream(Iterator[bytes]):
    """One stream; its place is free again when it is closed, however that happens."""

    def __init__(self, services: Services, feed_id: str, last: str) -> None:
        self._closed = False
        self._events = _events(services, feed_id, last)

    def __next__(self) -> bytes:
        """Return the next lines."""
        line = next(self._events, None)
        if line is None:
            self.close()
            raise StopIteration
        return line

    def close(self) -> None:
        """Give the place back. Servers call it when the other side has gone (PEP 3333)."""
        if not self._closed:
            self._closed = True
            _places.release()

    def __del__(self) -> None:
        """Give the place back where no server closed it."""
        self.close()


def _events(services: Services, feed_id: str, last: str) -> Iterator[bytes]:
    version, ids = _state(services, feed_id)
    yield f"retry: {RETRY}\n\n".encode()
    if last and last != str(version):
        yield _event("changed", version, {})
    until, beat = time.monotonic() + LONGEST, time.monotonic()
    while time.monotonic() < until:
        time.sleep(LOOK)
        try:
            if services.feeds.find(feed_id).version == version:
                if time.monotonic() - beat >= BEAT:
                    beat = time.monotonic()
                    yield b": still here\n\n"
                continue
            version, now = _state(services, feed_id)
        except (Busy, NotFound):
            return
        fresh = [one for one in now if one not in ids]
        ids, beat = now, time.monotonic()
        yield _event("posts", version, {"posts": fresh}) if fresh else _event("changed", version, {})


def _state(services: Services, feed_id: str) -> tuple[int, list[str]]:
    page = services.feeds.read(feed_id, data=True)
    return page.feed.version, [entry.post.id for entry in page.entries]


def _event(kind: str, version: int, data: object) -> bytes:
    return f"event: {kind}\nid: {version}\ndata: {json.dumps(data)}\n\n".encode()
