"""Public answers kept in a worker's memory and given before Flask sees the request.

Scripts on other people's pages ask for the same few things again and again: the kit, a widget's data. What Flask
answered with 200 is given again, for a few seconds, to whoever asks the same with the same headers that it varies by.
Only public answers are kept; a request that carries a credential or a cookie passes by. One exception: a preview
asked for with an API key is kept for that key alone, since a back end asks for the same few again and again.

What must not be shown a moment longer than it may, a feed's posts, is kept under its version: `stamp` says which one
there is now, and an answer of another one is not given any more.
"""

from __future__ import annotations

import re
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
StartResponse = Callable[..., Any]
Wsgi = Callable[[Environ, StartResponse], Iterable[bytes]]

# path prefix -> seconds: a change of a site's origins, or a click, is seen that late. The kit's files never change.
# A picture whose address ends is brief, and not kept; nor is a preview that is being read anew.
PREFIXES = (
    ("/kit/", 3600.0), ("/widgets/", 10.0), ("/media/", 300.0), ("/og/", 300.0), ("/api/v1/preview", 10.0),
    ("/api/v1/feeds/", 10.0),
)  # fmt: skip
# Bounds of one worker's memory: so many answers, and so many bytes of them.
MOST = 2000
ROOM = 24 * 1024 * 1024
HOUR = 3600
# A preview picture as PNG takes 80 to 110 KB: a hundred and fifty of them fit.
LARGEST = 160 * 1024
# What our public answers vary by (their Vary header), as WSGI names it.
VARYING = ("HTTP_ACCEPT_ENCODING", "HTTP_ORIGIN", "HTTP_ACCEPT_LANGUAGE", "HTTP_ACCEPT")
# The studio may have a host of its own, which has none of this (`core.web`): each host has its own answers.
PLACE = "HTTP_HOST"
# Who sends one of these is somebody in particular; `no-cache` asks for a fresh answer.
PERSONAL = ("HTTP_AUTHORIZATION", "HTTP_COOKIE", "HTTP_CACHE_CONTROL", "HTTP_RANGE")
# Where an answer is kept for the API key that it was asked with: a key that was taken away works that long.
KEYED = "/api/v1/preview"
MINUTE = 60
# Under its version an answer is kept here for as long as it is good elsewhere: a feed that cannot be read says 10.
BRIEF = 10
Stamp = Callable[[str, str], "str | None"]
"""Gives the version of what an address shows, by its path and query: None for what has none, "" to keep nothing."""


@dataclass(frozen=True)
class _Answer:
    headers: Headers
    etag: str
    body: bytes
    until: float


class Kept:
    """A WSGI application around another, with its public answers in memory."""

    def __init__(
        self,
        app: Wsgi,
        clock: Callable[[], float] = time.monotonic,
        stamp: Stamp = lambda _path, _query: None,
    ) -> None:
        self._app = app
        self._clock = clock
        self._stamp = stamp
        self._answers: OrderedDict[tuple[str, ...], _Answer] = OrderedDict()
        self._lock = threading.Lock()
        self._bytes = 0

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from memory, or have the application answer and keep what may be kept."""
        path = environ.get("PATH_INFO", "")
        seconds = next((s for prefix, s in PREFIXES if path.startswith(prefix)), 0.0)
        if not seconds or environ["REQUEST_METHOD"] != "GET" or _personal(path, environ):
            return self._app(environ, start_response)
        bearer, query = environ.get("HTTP_AUTHORIZATION", ""), environ.get("QUERY_STRING", "")
        version = self._stamp(path, query)
        if version == "":
            return self._app(environ, start_response)
        varying = (environ.get(name, "") for name in (PLACE, *VARYING))
        key = (path, query, *varying, version or "", bearer)
        found = self._answers.get(key)
        if found is None or found.until < self._clock():
            return self._ask(environ, start_response, key, seconds)
        headers = [*found.headers, ("X-Request-Id", secrets.token_hex(8))]
        if found.etag and found.etag in environ.get("HTTP_IF_NONE_MATCH", ""):
            start_response("304 NOT MODIFIED", [h for h in headers if not h[0].startswith("Content-")])
            return [b""]
        start_response("200 OK", headers)
        return [found.body]

    def _ask(
        self, environ: Environ, start_response: StartResponse, key: tuple[str, ...], seconds: float
    ) -> Iterable[bytes]:
        """Have the application answer, and keep a public answer of moderate size."""
        started: list[Any] = []

        def start(status: str, headers: Headers, *rest: Any) -> Any:
            started[:] = [status, headers]
            return start_response(status, headers, *rest)

        chunks = self._app(environ, start)
        least = MINUTE if key[-1] else BRIEF if key[-2] else HOUR
        if not started or started[0][:3] != "200" or not _lasting(started[1], least, keyed=bool(key[-1])):
            return chunks
        try:
            body = b"".join(chunks)
        finally:
            close = getattr(chunks, "close", None)
            if close:
                close()
        if len(body) <= LARGEST:
            self._keep(key, started[1], body, seconds)
        return [body]

    def _keep(self, key: tuple[str, ...], headers: Headers, body: bytes, seconds: float) -> None:
        kept = [(name, value) for name, value in headers if name != "X-Request-Id"]
        etag = dict(headers).get("ETag", "").removeprefix("W/")
        with self._lock:
            old = self._answers.pop(key, None)
            self._answers[key] = _Answer(kept, etag, body, self._clock() + seconds)
            self._bytes += len(body) - (len(old.body) if old else 0)
            while len(self._answers) > MOST or self._bytes > ROOM:
                self._bytes -= len(self._answers.popitem(last=False)[1].body)


def _personal(path: str, environ: Environ) -> bool:
    """Return whether only the application may answer: for somebody in particular, or to make something anew."""
    sent = [name for name in PERSONAL if environ.get(name)]
    if path == KEYED and sent == ["HTTP_AUTHORIZATION"]:
        return "refresh" in environ.get("QUERY_STRING", "")
    return bool(sent)


def _lasting(headers: Headers, least: int, *, keyed: bool) -> bool:
    """Return whether anybody may keep the answer for so many seconds: then a few here do not matter.

    That is an hour, for what has a version less. One that is for an API key is private; its owner may keep it for a
    minute.
    """
    control = dict(headers).get("Cache-Control", "")
    age = re.search(r"max-age=(\d+)", control)
    seconds = int(age[1]) if age else 0
    return seconds >= least and (keyed or "public" in control)
