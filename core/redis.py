"""How Redis is asked, by the cache and the limits alike: briefly, because neither is worth a visitor's wait."""

from __future__ import annotations

from typing import Any

from core.errors import Misconfigured

# A Redis that does not answer in this time, seconds, is down: on the same network it takes a millisecond.
WAIT = 0.5


def options() -> dict[str, Any]:
    """Return the client's options: one more try, at once, for a kept connection that a restart has cut.

    The client's own default is three tries with up to ten seconds between them (redis-py 8, `Redis.__init__`).
    """
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    return {"socket_timeout": WAIT, "socket_connect_timeout": WAIT, "retry": Retry(NoBackoff(), 1)}


def misconfigured() -> Misconfigured:
    """Return the error for an address that is none, or a client that is not installed."""
    return Misconfigured(
        "HANDBILL_REDIS_URL must look like redis://host:6379/0, and needs the client that make setup installs.",
        field="HANDBILL_REDIS_URL",
    )
