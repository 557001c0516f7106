"""Work done later and elsewhere: what a job is, who may be asked to do it, and when a failing one is tried again.

A job is a name and a JSON payload. Names stand for plain functions, ``function(payload, services)``, in a mapping
that `app.py` hands in. A job runs at least once, so its function must be idempotent: it may be cut off anywhere and
begin anew. Two implementations: `core.jobs_dbos` keeps jobs in a database and runs them in worker processes, while
`core.jobs_eager` runs them at once, for tests. See docs/jobs.md.
"""

from __future__ import annotations

import json
import logging
import random
import re
import secrets
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from core.errors import Problem
from core.log_masking import masked_text

log = logging.getLogger(__name__)

Handler = Callable[[dict[str, Any], Any], object]
"""Does one kind of job: takes the payload and the services, returns nothing of interest, raises to be tried again."""

# Seconds before the second, third, … try: quick enough for a hiccup, and over half an hour for an outage. Each is
# made up to a fifth longer by chance, so that what failed together does not come back together
# (https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/).
WAITS = (10.0, 60.0, 300.0, 1800.0)
_JITTER = 0.2
# Where an error says when to come back (429, 503) it is believed, up to this many seconds: rate limits of the large
# networks end within the hour (research: X 15 min, Meta 1 h; https://docs.x.com/x-api/fundamentals/rate-limits).
MOST_WAIT = 3600.0
# A payload is a few ids. What is large belongs in a table; 64 KiB is eight of PostgreSQL's pages.
MOST_BYTES = 64 * 1024
# Keys and names stand in indexes.
_LONGEST = 200
# What is kept of an error, for a person to read.
_ERROR_MAX = 500
_NAME = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*")
# Minute grain with five fields, second grain with six (https://man7.org/linux/man-pages/man5/crontab.5.html).
_CRON = re.compile(r"[\d*/,\-A-Za-z]+( +[\d*/,\-A-Za-z]+){4,5}")


class JobFailed(Exception):
    """A job has failed for good; the text says why, with secrets masked, and is all that is kept."""


@dataclass(frozen=True)
class Job:
    """One piece of work. ``id`` stays the same for all its tries."""

    id: str
    name: str
    payload: dict[str, Any]
    key: str = ""
    dedupe: str = ""
    attempt: int = 1


@dataclass(frozen=True)
class Failed:
    """A job that failed for good: after how many tries, why, and when."""

    id: str
    name: str
    attempts: int
    error: str
    at: datetime | None


@dataclass(frozen=True)
class Status:
    """How many jobs wait, wait for their time, run, and failed for good; the newest of the failed."""

    waiting: int
    delayed: int
    running: int
    failed: int
    newest_failed: tuple[Failed, ...] = ()


class Jobs(ABC):
    """Where jobs are put, and what is done with each."""

    def __init__(self, handlers: Mapping[str, Handler], *, waits: Sequence[float] = WAITS) -> None:
        if unfit := [name for name in handlers if not _NAME.fullmatch(name)]:
            raise ValueError(f"a job's name is dotted lower-case words, not {unfit[0]!r}")
        self.handlers = handlers
        self.schedules: dict[str, str] = {}
        self._waits = tuple(waits)

    def enqueue(
        self,
        name: str,
        payload: Mapping[str, Any] | None = None,
        *,
        key: str = "",
        dedupe: str = "",
        delay: float = 0,
    ) -> str:
        """Put a job and return its id.

        Jobs of one ``key`` never run at the same time, in the order they were put. While a job of this name with this
        ``dedupe`` waits, runs or is to be tried again, its id is returned and nothing is put; always give such a job
        the same key, or always none. It begins ``delay`` seconds from now at the earliest. The payload must be JSON
        and hold no secret: it is stored as it is.

        Raises ValueError for a mistake in the program: an unknown name, a payload that is not JSON or too large.
        Raises Busy where the database does not answer, Misconfigured where it has no tables yet.
        """
        if name not in self.handlers:
            raise ValueError(f"no job is called {name!r}")
        for label, text in (("key", key), ("dedupe", dedupe)):
            if len(text) > _LONGEST or "\0" in text:
                raise ValueError(f"{label} must be at most {_LONGEST} characters, without NUL")
        if delay < 0:
            raise ValueError("delay must not be negative")
        return self._put(Job(_new_id(), name, checked(payload or {}), key, dedupe), float(delay))

    def every(self, cron: str, name: str) -> None:
        """Have a job put whenever the cron expression says so (UTC; a sixth field at the front counts seconds).

        Its payload is ``{"due": time}``. It is not put while the last one still waits or runs, nor later for times at
        which no worker ran. Said in every process, at its start; only workers act on it.
        """
        if name not in self.handlers:
            raise ValueError(f"no job is called {name!r}")
        if not _CRON.fullmatch(cron):
            raise ValueError(f"{cron!r} is not a cron expression")
        self.schedules[name] = cron

    def attempt(self, job: Job, services: Any) -> None:
        """Run a job once. Where it fails it is put again for later; raise JobFailed if this was the last try."""
        try:
            handler = self.handlers.get(job.name)
            if handler is None:
                raise LookupError(f"no job is called {job.name!r} here")  # put by a newer or an older program
            handler(job.payload, services)
        except Exception as exc:  # noqa: BLE001 -- the job runner: whatever a job does, the others go on
            self._failed(job, exc)

    def _failed(self, job: Job, exc: Exception) -> None:
        fields = {"job": job.name, "job_id": job.id, "attempt": job.attempt}
        if job.attempt > len(self._waits):
            log.error("a job failed for good", exc_info=exc, extra=fields)
            raise JobFailed(reason(exc)) from None
        wait = self._wait(job, exc)
        log.warning("a job failed and is tried again", extra={**fields, "error": reason(exc), "seconds": round(wait)})
        self._put(replace(job, attempt=job.attempt + 1), wait)

    def _wait(self, job: Job, exc: Exception) -> float:
        wait = self._waits[job.attempt - 1]
        retry_at = exc.retry_at if isinstance(exc, Problem) else None
        if retry_at is not None:
            wait = max(wait, min(MOST_WAIT, (retry_at - datetime.now(UTC)).total_seconds()))
        return wait * (1 + _JITTER * random.random())  # noqa: S311 -- spreads load, guards nothing

    @abstractmethod
    def _put(self, job: Job, delay: float) -> str:
        """Store a job, or find the one that its dedupe key stands for; return its id."""

    @abstractmethod
    def status(self, most: int = 20) -> Status:
        """Return how many jobs are in which state, and the newest ``most`` that failed for good."""

    def upgrade(self) -> None:  # noqa: B027 -- most implementations keep nothing
        """Bring whatever stores the jobs up to date."""

    def close(self) -> None:  # noqa: B027
        """Let go of connections."""


def checked(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return a payload as it will come out of JSON; ValueError where it cannot go in or is too large."""
    try:
        data = json.dumps(dict(payload), allow_nan=False, ensure_ascii=False).encode()
    except (TypeError, RecursionError) as exc:
        raise ValueError(f"a payload must be JSON: {exc}") from exc
    if len(data) > MOST_BYTES:
        raise ValueError(f"a payload may have {MOST_BYTES} bytes, not {len(data)}")
    value: dict[str, Any] = json.loads(data)
    return value


def reason(exc: BaseException) -> str:
    """Return what to keep of an error: its kind and its text, secrets masked."""
    text = masked_text(str(exc), _ERROR_MAX)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


def _new_id() -> str:
    """Return an id that sorts by the time it was made (microseconds), as queues break ties by it."""
    return f"{time.time_ns() // 1000:014x}{secrets.token_hex(6)}"
