"""A slow day on purpose: `HANDBILL_TEST_LATE=0.5 pytest tests/browser` finds tests that read a page too early.

On a quick machine the next page is there before a test looks; on a busy one it is not, once in some hundred runs.
Here every answer of a test's server is late by up to the seconds given, and so is all of it but its first bytes (a
browser leaves the old page as soon as the new one begins), and so is its second half: what waits for what it wants to
see passes all the same, and what does not fails every time.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MOST = float(os.environ.get("HANDBILL_TEST_LATE") or 0)  # seconds
FIRST = 12  # bytes
SMALL = 200  # bytes: a body below this is not worth breaking


def late(app: WSGIApplication, *, in_pieces: bool = True) -> WSGIApplication:
    """The application as it is; on a slow day, one whose answers take their time.

    ``in_pieces=False`` is for pages on which something is measured that must not move: a page that comes in pieces
    moves by itself.
    """
    return _slowed(app, in_pieces) if MOST else app


def _slowed(app: WSGIApplication, in_pieces: bool) -> WSGIApplication:
    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        _wait()
        body = app(environ, start_response)
        return _in_pieces(body) if in_pieces else body

    return answer


def _in_pieces(body: Iterable[bytes]) -> Iterator[bytes]:
    try:
        for part in body:
            if len(part) < SMALL:
                yield part
                continue
            middle = len(part) // 2
            yield part[:FIRST]
            _wait()
            yield part[FIRST:middle]
            _wait()
            yield part[middle:]
    finally:
        if close := getattr(body, "close", None):
            close()


def _wait() -> None:
    time.sleep(random.uniform(MOST / 2, MOST))
