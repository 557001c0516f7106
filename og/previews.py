"""Previews as the API gives them: read once for everybody, kept, served stale while read anew."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from core.addresses import web_address
from core.errors import AddressRefused, Busy, HostBusy, Problem, TooMany

if TYPE_CHECKING:
    from core.cache import Cache, Cached
    from core.http import Http
    from core.services import Services

# An hour is how long a changed title may take to show; a week is how long an old one is better than none.
FRESH, STALE = 3600.0, 7 * 86400.0
# Seconds an error is remembered: most pass, and one that does not costs a minute's visitors one request.
FAILED = 60.0
# What is about us or the caller at this moment is nobody else's answer.
UNREMEMBERED = (Busy, HostBusy, TooMany, AddressRefused)
# Of a batch's addresses, so many are read at once: a batch leaves most of a worker's places to others.
TOGETHER = 4
# Seconds after which no further address of a batch is begun; each may then take its own eight.
BATCH_SECONDS = 20.0


@dataclass(frozen=True)
class Outcome:
    """What became of one address of a batch."""

    url: str
    preview: dict[str, Any] | None = None
    problem: Problem | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the outcome as the API says it."""
        if self.problem is not None:
            return {"url": self.url, **self.problem.as_json()}
        return {"url": self.url, "preview": self.preview}


class Previews:
    """The previews of all pages. ``read`` reads one from its address and returns its JSON form.

    ``elsewhere`` has a stale one read anew by another process; it returns False where it cannot.
    """

    def __init__(
        self,
        http: Http,
        cache: Cache,
        read: Callable[[str, Http], Any] | None = None,
        elsewhere: Callable[[str], bool] = lambda _url: False,
    ) -> None:
        self._http = http
        self._cache = cache
        self._reading = read
        self._elsewhere = elsewhere

    def fetch(self, url: str, before: Callable[[], None] = lambda: None, *, refresh: bool = False) -> Cached:
        """Return the preview of an address; ``before`` is called before the page is asked for, and may refuse.

        Raises Invalid for what is no address, and FetchFailed or what ``before`` raises where there is no preview.
        """
        address = web_address(url).partition("#")[0]
        key = _key(address)
        if refresh:
            self._cache.delete(key)

        def load() -> dict[str, Any]:
            before()
            return self._read(address)

        return self._cache.fetch(
            key, load, fresh=FRESH, stale=STALE, negative=_remembered, elsewhere=lambda: self._elsewhere(address)
        )

    def renew(self, url: str) -> None:
        """Read the preview of an address anew if it is stale, for a job; where that fails the old one stays."""
        address = web_address(url).partition("#")[0]
        self._cache.renew(_key(address), lambda: self._read(address), fresh=FRESH, stale=STALE, negative=_remembered)

    def batch(self, urls: Sequence[str], before: Callable[[str], None]) -> list[Outcome]:
        """Return each address's outcome, in the order asked; one that fails costs the others nothing."""
        until = time.monotonic() + BATCH_SECONDS
        with ThreadPoolExecutor(TOGETHER, thread_name_prefix="hb-batch") as pool:
            return list(pool.map(lambda url: self._outcome(url, before, until), urls))

    def _outcome(self, url: str, before: Callable[[str], None], until: float) -> Outcome:
        try:
            if time.monotonic() > until:
                raise Busy("The batch took too long. Ask for this one again.", retry_at=_soon())
            return Outcome(url, self.fetch(url, lambda: before(url)).value)
        except Problem as problem:
            return Outcome(url, problem=problem)

    def _read(self, address: str) -> dict[str, Any]:
        if self._reading is not None:
            given: dict[str, Any] = self._reading(address, self._http).as_json()
            return given
        from og.preview import read
        from og.reader.robots_txt import Robots

        return read(address, self._http, Robots(self._http, self._cache)).as_json()


def previews_of(services: Services) -> Previews:
    """Return the previews of an application; stale ones are read anew by its worker."""
    from og.refresh import Refreshes

    return Previews(services.http, services.cache, elsewhere=Refreshes(services).ask)


def _key(address: str) -> str:
    return f"preview:{address}"


def _remembered(problem: Problem) -> float:
    return 0.0 if isinstance(problem, UNREMEMBERED) else FAILED


def _soon() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=1)
