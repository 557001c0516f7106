"""The cache as everything below the routes sees it: fetch a value, making it once however many ask.

A fresh value is returned. A stale one is returned at once while one thread, of all processes, makes it anew.
A missing one is made by one caller while the others wait. An error is remembered for a while too, so that a page that
is gone is not asked for by every visitor; but as long as there is a stale value, that is served instead: stale data
beats an error.
"""

from __future__ import annotations

import contextvars
import hashlib
import logging
import math
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from core.cache_entry import Entry, Life, Negative
from core.errors import Busy, Misconfigured, Problem
from core.log import Seldom
from core.patience import Upstreams

log = logging.getLogger(__name__)

# Part of every key: entries of another layout are never read.
_LAYOUT = "hb1:"
# Values of one process being made anew behind the visitors' backs at a time.
REFRESHERS = 4
# How long one waits for another to make the value, seconds: a fetch has 8 (core.http), and then it must be stored.
WAIT = 9.0
# How long the right to make a value lasts if its holder dies, seconds: longer than any holder takes.
_LEASE = 15
# How long a process does without the store after it failed to answer, seconds.
_REST = 5.0
# Polls for what another process makes: at first often, as most things take little time.
_POLL_FIRST, _POLL_MOST, _POLL_GROWTH = 0.02, 0.25, 1.6
# How long a value that could not be made anew is served before the next try, at least; seconds.
_RETRY = 5.0


class Store(Protocol):
    """What is asked of a backend. Timeouts are whole seconds."""

    def get(self, key: str) -> Any:
        """Return what is stored, or None."""

    def set(self, key: str, value: Any, timeout: int) -> Any:
        """Store, replacing what was there."""

    def add(self, key: str, value: Any, timeout: int) -> Any:
        """Store where nothing is, and return whether that was so; of many at once, one succeeds."""

    def delete(self, key: str) -> Any:
        """Forget."""


@dataclass(frozen=True)
class Cached:
    """A value, whether it is stale (a newer one is being made), and its age in seconds."""

    value: Any
    stale: bool
    age: float


class Cache:
    """A store with fetch. ``errors`` are what its backend raises when it cannot be reached.

    ``patience`` counts who waits for something being made; the next are told to come back.
    """

    def __init__(
        self,
        store: Store,
        *,
        errors: tuple[type[Exception], ...] = (OSError,),
        clock: Callable[[], float] = time.time,
        wait: float = WAIT,
        patience: Upstreams | None = None,
    ) -> None:
        self._store = store
        self._errors = errors
        self._clock = clock
        self._wait = wait
        self._patience = patience or Upstreams()
        self._refreshing = threading.BoundedSemaphore(REFRESHERS)
        self._lock = threading.Lock()
        self._flights: dict[str, _Flight] = {}
        self._silent = Seldom()
        self._down_until = 0.0

    def fetch(
        self,
        key: str,
        load: Callable[[], Any],
        *,
        fresh: float,
        stale: float = 0,
        negative: Negative = 0,
        elsewhere: Callable[[], bool] | None = None,
    ) -> Cached:
        """Return the value of a key, calling ``load`` where there is none; times are in seconds.

        The value is JSON or bytes. It is fresh for ``fresh`` seconds, and for ``stale`` more it is served while it is
        made anew. A Problem that ``load`` raises is raised again for ``negative`` seconds without calling it, which a
        function may say for each Problem. Raises Busy where another takes too long to make it, or too many wait.

        ``elsewhere`` is called in a thread before a stale value is made anew, and returns whether another process
        was told to do that, with `renew`.
        """
        name, life = _name(key), Life(fresh, stale, negative)
        entry, now = self._read(name), self._clock()
        if entry is not None:
            if entry.usable(now) and not entry.fresh(now) and not entry.held(now):
                self._refresh_behind(name, load, life, entry, elsewhere)
            if entry.usable(now) or entry.held(now):
                return self._answer(entry, stale=not entry.fresh(now))
        with self._patience:
            return self._answer(self._fly(name, load, life))

    def renew(
        self, key: str, load: Callable[[], Any], *, fresh: float, stale: float = 0, negative: Negative = 0
    ) -> None:
        """Make the value of a key anew, as `fetch` does behind a stale one, but now: for a job.

        Does nothing where the value is fresh, an error is held, or another makes it. A Problem is kept beside the
        old value, and not raised.
        """
        name, begun = _name(key), self._clock()
        entry = self._read(name) or Entry()
        if not entry.fresh(begun) and not entry.held(begun):
            with self._patience.apart():
                self._refresh(name, load, Life(fresh, stale, negative), entry, begun)

    def get(self, key: str) -> Any:
        """Return the value of a key, None where there is none, or only a stale one."""
        entry = self._read(_name(key))
        return entry.value if entry is not None and entry.fresh(self._clock()) else None

    def peek(self, key: str) -> Any:
        """Return the value of a key, however stale, or None."""
        entry = self._read(_name(key))
        return entry.value if entry is not None and entry.has_value else None

    def set(self, key: str, value: Any, seconds: float, *, stale: float = 0) -> None:
        """Keep a value, JSON or bytes: fresh for some seconds, and stale for some more."""
        self._keep(_name(key), Entry.of(value, self._clock(), Life(seconds, stale)))

    def delete(self, key: str) -> None:
        """Forget a key."""
        self._ask(lambda: self._store.delete(_name(key)))

    # --- one makes, others wait ---

    def _fly(self, name: str, load: Callable[[], Any], life: Life) -> Entry:
        with self._lock:
            flight = self._flights.get(name)
            first = flight is None
            if flight is None:
                flight = self._flights[name] = _Flight()
        if not first:
            return flight.result(self._wait, self._clock)
        try:
            with flight:
                flight.entry = self._lead(name, load, life)
                return flight.entry
        finally:
            with self._lock:
                del self._flights[name]

    def _lead(self, name: str, load: Callable[[], Any], life: Life) -> Entry:
        """Make the value in the name of all processes, or wait for the one that does."""
        begun, deadline, pause = self._clock(), time.monotonic() + self._wait, _POLL_FIRST
        while not (lease := self._leased(name)):
            time.sleep(pause)
            pause = min(pause * _POLL_GROWTH, _POLL_MOST)
            if entry := self._made_since(name, begun):
                return entry
            if time.monotonic() > deadline:
                raise _busy(self._clock())
        try:
            return self._made_since(name, begun) or self._make(name, load, life, Entry())
        finally:
            self._release(name, lease)

    def _make(self, name: str, load: Callable[[], Any], life: Life, old: Entry) -> Entry:
        """Call ``load`` and keep what it gives. An error is kept too, unless it is only about us at this moment."""
        try:
            value = load()
        except Problem as problem:
            now, seconds = self._clock(), life.seconds_of(problem)
            if old.has_value:
                seconds = max(seconds, _RETRY)
            if seconds > 0 and not isinstance(problem, Busy | Misconfigured):
                self._keep(name, old.failed(problem, now, seconds))
            raise
        entry = Entry.of(value, self._clock(), life)
        self._keep(name, entry)
        # As others will read it, so that the first caller gets no tuple where the next ones get a list.
        return Entry.decoded(entry.encoded()) or entry

    def _made_since(self, name: str, begun: float) -> Entry | None:
        entry, now = self._read(name), self._clock()
        if entry and (entry.fresh(now) or entry.held(now) or (entry.has_value and entry.made >= begun)):
            return entry
        return None

    def _refresh_behind(
        self, name: str, load: Callable[[], Any], life: Life, old: Entry, elsewhere: Callable[[], bool] | None
    ) -> None:
        """Make the value anew in a thread, if no process does so already and this one has a thread to spare."""
        if not self._refreshing.acquire(blocking=False):
            return
        context = contextvars.copy_context()  # the request's id stays on what the thread logs
        begun = self._clock()

        def refresh() -> None:
            try:
                if elsewhere is None or not context.run(elsewhere):
                    with self._patience.apart():
                        context.run(self._refresh, name, load, life, old, begun)
            finally:
                self._refreshing.release()

        # A daemon: a server that stops does not wait for it, and nothing is lost but the refresh.
        threading.Thread(target=refresh, name="hb-refresh", daemon=True).start()

    def _refresh(self, name: str, load: Callable[[], Any], life: Life, old: Entry, begun: float) -> None:
        if not (lease := self._leased(name)):
            return
        try:
            if not self._made_since(name, begun):
                self._make(name, load, life, old)
        except Problem as problem:
            log.info("kept a stale value: %s", problem.message, extra={"error": type(problem).__name__})
        finally:
            self._release(name, lease)

    def _answer(self, entry: Entry, *, stale: bool = False) -> Cached:
        now = self._clock()
        if not entry.has_value or (entry.held(now) and not entry.usable(now)):
            raise entry.problem()
        return Cached(entry.value, stale, max(0.0, now - entry.made))

    # --- the store, which may be down ---

    def _read(self, name: str) -> Entry | None:
        return Entry.decoded(self._ask(lambda: self._store.get(name)))

    def _keep(self, name: str, entry: Entry) -> None:
        data, seconds = entry.encoded(), math.ceil(entry.seconds_left(self._clock()))
        if seconds > 0:
            self._ask(lambda: self._store.set(name, data, timeout=seconds))

    def _leased(self, name: str) -> bytes:
        """Return a token where this caller may make the value; without a store everybody may, for themselves."""
        token = secrets.token_hex(8).encode()
        got = self._ask(lambda: self._store.add(name + ":lease", token, timeout=_LEASE))
        return token if got or self._clock() < self._down_until else b""

    def _release(self, name: str, token: bytes) -> None:
        if self._ask(lambda: self._store.get(name + ":lease")) == token:
            self._ask(lambda: self._store.delete(name + ":lease"))

    def _ask(self, what: Callable[[], Any]) -> Any:
        """Ask the store; None where it does not answer, and then for some seconds without asking."""
        if self._clock() < self._down_until:
            return None
        try:
            return what()
        except self._errors as exc:
            self._down_until = self._clock() + _REST
            if self._silent.due():
                log.warning("cache: nothing is kept, the store does not answer: %s", exc)
            return None


class _Flight:
    """A value being made by one thread, in a `with` block, for whose end others wait."""

    def __init__(self) -> None:
        self._landed = threading.Event()
        self.entry: Entry | None = None
        self._error: BaseException | None = None

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        self._error = error
        self._landed.set()

    def result(self, wait: float, clock: Callable[[], float]) -> Entry:
        """Wait for the value; raise what its maker raised, or Busy where that takes too long."""
        if not self._landed.wait(wait):
            raise _busy(clock())
        if isinstance(self._error, Problem):
            raise Entry().failed(self._error, 0, 0).problem() from self._error
        if self.entry is None:
            raise _busy(clock()) from self._error  # its maker's request fails with the real error
        return Entry.decoded(self.entry.encoded()) or self.entry  # its own copy: it may be changed


def _name(key: str) -> str:
    """Return the store's name of a key: of one length, and telling nobody who looks into the store what was asked."""
    return _LAYOUT + hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _busy(now: float) -> Busy:
    return Busy("This is being made ready: please ask again.", retry_at=datetime.fromtimestamp(now + 1, UTC))
