"""How often one caller may ask: a rule, a key, and an error that says when to come back.

Counted in our database, or in Redis where one is set, so that all processes share the sums. A window of fixed
length begins with a caller's first request; around its end a caller may get through up to twice the amount in a row,
which is the price of one small row per caller. Used on endpoints that are uncached, that log in, or that write: never
on what a page's visitors load.

Keys are hashed with the server's secret and the day, and rows go when their window ends. A caller's key is mostly an
address, which in the European Union is personal data: what we do not hold we can neither leak nor be asked for. The
secret is needed in the hash, because four billion addresses are soon tried; the day, so that nobody can be followed
from one to the next. A window open at midnight (UTC) begins anew.

When the storage is down, callers are let through, and the log says so once a minute: the limits protect other
people's servers and ours against load, not against entry, so an outage of the counters must not become an outage of
everything. What must never be let through, such as guessing passwords, needs a check of its own.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, cast

from core import redis
from core.errors import TooMany
from core.log import Seldom
from core.settings import Settings

if TYPE_CHECKING:
    from limits.storage import Storage

    from core.database import Database

log = logging.getLogger(__name__)
# A caller who is over is turned away from memory: a flood costs no writes. So many are remembered.
_SHUT_MAX = 10_000


@dataclass(frozen=True)
class Rule:
    """At most ``amount`` requests of one caller in ``seconds`` (whole ones); ``name`` keeps apart what is counted."""

    name: str
    amount: int
    seconds: int


class Limits:
    """The counters of all rules. Nothing is counted where the setting ``limits`` is off."""

    def __init__(self, settings: Settings, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock
        # Without a secret, as in a test, a key of this process: other processes then count for themselves.
        self._secret = (settings.secret_key[0] if settings.secret_key else secrets.token_hex()).encode()
        self._shut: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()
        self._down = Seldom(clock=clock)

    def hit(self, rule: Rule, *key: str) -> None:
        """Count one request of the caller that ``key`` names; raise TooMany, with ``retry_at``, beyond the rule."""
        if not self._settings.limits:
            return
        name = self._hashed(rule, key)
        end = self._shut.get(name, 0.0)
        if end <= self._clock():
            end = self._counted(rule, name)
        if end:
            raise TooMany(
                f"That was asked too often: at most {rule.amount} times in {_span(rule.seconds)}.",
                retry_at=datetime.fromtimestamp(end, UTC),
            )

    def check(self) -> bool:
        """Return whether the counters' storage answers: for a look at the server's health."""
        return not self._settings.limits or bool(self._storage.check())

    def clear(self) -> None:
        """Delete the counters whose windows have ended; Redis does that by itself."""
        if self._settings.redis_url:
            return
        from core.limits_storage import DatabaseStorage

        DatabaseStorage(self._database, self._clock).sweep()

    def _counted(self, rule: Rule, name: str) -> float:
        """Count, and return when the window ends if this one was too many, else 0."""
        from limits import RateLimitItemPerSecond
        from limits.errors import StorageError
        from limits.strategies import FixedWindowRateLimiter

        item = RateLimitItemPerSecond(rule.amount, rule.seconds, namespace="hb")
        limiter = FixedWindowRateLimiter(self._storage)
        try:
            if limiter.hit(item, name):
                return 0.0
            end = limiter.get_window_stats(item, name).reset_time
        except StorageError as exc:
            if self._down.due():
                log.warning(
                    "limits: nothing is counted, the storage does not answer: %s", str(exc.args[0]).split("\n")[0]
                )
            return 0.0
        self._remember(name, end)
        return max(end, self._clock() + 0.001)

    def _remember(self, name: str, end: float) -> None:
        with self._lock:
            self._shut[name] = end
            while len(self._shut) > _SHUT_MAX:
                self._shut.popitem(last=False)

    @cached_property
    def _storage(self) -> Storage:
        if self._settings.redis_url:
            return _redis(self._settings.redis_url)
        from core.limits_storage import DatabaseStorage

        return DatabaseStorage(self._database, self._clock)

    def _hashed(self, rule: Rule, key: tuple[str, ...]) -> str:
        day = datetime.fromtimestamp(self._clock(), UTC).date().isoformat()
        # Lengths first, so that ("a", "bc") and ("ab", "c") differ.
        parts = (day, rule.name, str(rule.amount), str(rule.seconds), *key)
        text = "".join(f"{len(part)}:{part}" for part in parts)
        return hmac.new(self._secret, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:32]


def _redis(url: str) -> Storage:
    from limits.errors import ConfigurationError
    from limits.storage import storage_from_string

    address = f"redis+{url}" if url.startswith("unix:") else url  # the package's own word for a socket
    try:
        made = storage_from_string(address, wrap_exceptions=True, key_prefix="hb-limits", **redis.options())
    except (ImportError, ConfigurationError, ValueError) as exc:
        raise redis.misconfigured() from exc
    return cast("Storage", made)


def _span(seconds: int) -> str:
    for size, word in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds % size == 0:
            return f"{seconds // size} {word}" if seconds > size else f"one {word[:-1]}"
    return f"{seconds} seconds" if seconds > 1 else "one second"
