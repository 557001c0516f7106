"""The pictures on a card, fetched before anything is drawn: all at once, each once an hour, and none waited for long.

Drawing holds one of few places (og.pictures.workbench); another server's slowness must not. So what a card shows is
asked for first, and the drawing is handed what came. A picture that did not come is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from core.cache_fetch import Cache
from core.errors import BadReply, FetchFailed, NotFound, Problem
from core.http import Http, Reply
from og.media import ACCEPT, MAX_BYTES
from og.pictures.formats import kind_of

# Seconds for all pictures of a card, as they are fetched at once. Who shows previews gives up soon after: Slack's
# crawler after 3, others after 10.
DEADLINE = 4.0
HOUR, DAY = 3600.0, 86400.0
# The logo or the avatar of a site is on each of its cards: it is fetched once an hour, behind the drawing's back.
FRESH, STALE = HOUR, DAY
# For how long a picture that could not be had is not asked for again.
FAILED = 60.0


@dataclass(frozen=True)
class Fetched:
    """What came, as a client that asks nobody. ``failed`` are the addresses that gave nothing, and why."""

    replies: Mapping[str, Reply] = field(default_factory=lambda: MappingProxyType({}))
    failed: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def get(self, url: str, **_asked: Any) -> Reply:
        """Return what was fetched from an address; raise FetchFailed where that was nothing."""
        if url in self.replies:
            return self.replies[url]
        raise FetchFailed(self.failed.get(url) or "The picture was not fetched.")


class Pictures:
    """Fetches the pictures of cards, and keeps them for a while."""

    def __init__(self, http: Http, cache: Cache) -> None:
        self._http = http
        self._cache = cache

    def fetch(self, urls: Iterable[str]) -> Fetched:
        """Return what came of some addresses, within `DEADLINE` seconds or little more. Never raises a Problem.

        What is no http(s) address is not fetched, and not counted as failed: it will never come.
        """
        wanted = [url for url in dict.fromkeys(urls) if url.lower().startswith(("http://", "https://"))]
        if not wanted:
            return Fetched()
        if len(wanted) == 1:
            found = [self._one(wanted[0])]
        else:
            with ThreadPoolExecutor(len(wanted), thread_name_prefix="hb-card") as pool:
                found = list(pool.map(self._one, wanted))
        pairs = list(zip(wanted, found, strict=True))
        return Fetched(
            {url: reply for url, reply in pairs if isinstance(reply, Reply)},
            {url: problem for url, problem in pairs if isinstance(problem, str)},
        )

    def _one(self, url: str) -> Reply | str:
        try:
            body = self._cache.fetch(
                f"original {url}", lambda: self._ask(url), fresh=FRESH, stale=STALE, negative=FAILED
            ).value
        except Problem as problem:
            return problem.message
        return Reply(url, 200, MappingProxyType({}), body)

    def _ask(self, url: str) -> bytes:
        reply = self._http.get(url, accept=ACCEPT, max_bytes=MAX_BYTES, deadline=DEADLINE)
        if reply.status in (404, 410):
            raise NotFound("There is no such picture any more.", code="picture_gone")
        if reply.status != 200:
            raise FetchFailed(f"The picture's server answered with status {reply.status}.")
        if not reply.body:
            raise BadReply("That is not a picture.", code="not_a_picture")
        kind_of(reply.body)  # what is none is not kept in place of one
        return reply.body
