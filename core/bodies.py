"""Few requests at a time may wait for the rest of their body, so that slow senders do not take all threads.

A server of threads reads a body in the thread that answers (PEP 3333, ``wsgi.input``): whoever sends one byte a
minute holds one (CWE-400), and thirty-two of them a worker. While so many slow ones hold their places, others who
send something are told to come back; who only asks is answered. A proxy that buffers requests keeps slow senders
away.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from core.errors import Busy
from core.times import utc_now

Environ = dict[str, Any]
Wsgi = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
# Of a worker's thirty-two threads twenty wait on other servers or hold a stream at most (`core.serving`): with these
# six left, six always answer.
MOST = 6
# Seconds in which a place is free again where bodies arrive as they should; waiting longer would hold threads too.
PATIENCE = 0.1
AGAIN = timedelta(seconds=5)


class Bodies:
    """A WSGI application around another, which hands it bodies that raise Busy where too many are waited for."""

    def __init__(self, app: Wsgi, most: int = MOST) -> None:
        self._app = app
        self._room = threading.BoundedSemaphore(most)

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer by the application."""
        if "wsgi.input" in environ:
            environ["wsgi.input"] = _Body(environ["wsgi.input"], self._place)
        return self._app(environ, start_response)

    @contextmanager
    def _place(self) -> Iterator[None]:
        if not self._room.acquire(timeout=PATIENCE):
            raise Busy("Too much is being sent to this server just now.", retry_at=utc_now() + AGAIN)
        try:
            yield
        finally:
            self._room.release()


class _Body:
    """A request's body (PEP 3333, input stream), each reading of which needs a place."""

    def __init__(self, body: Any, place: Callable[[], Any]) -> None:
        self._body, self._place = body, place

    def read(self, *size: int) -> bytes:
        """Read so many bytes, or all."""
        with self._place():
            data: bytes = self._body.read(*size)
            return data

    def readline(self, *size: int) -> bytes:
        """Read a line."""
        with self._place():
            data: bytes = self._body.readline(*size)
            return data

    def readlines(self, *hint: int) -> list[bytes]:
        """Read all lines."""
        with self._place():
            lines: list[bytes] = self._body.readlines(*hint)
            return lines

    def __iter__(self) -> Iterator[bytes]:
        """Yield the lines."""
        while line := self.readline():
            yield line
