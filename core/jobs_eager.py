"""Jobs that run in this process as soon as they are put: for tests, and nothing is kept."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from core.jobs import WAITS, Failed, Handler, Job, JobFailed, Jobs, Status


class EagerJobs(Jobs):
    """Runs a job before `enqueue` returns, and what it puts after it. What is delayed waits for `run_delayed`.

    As with the real ones an error does not reach whoever put the job: the job is tried again, after `run_delayed`,
    and in the end found in `failed`.
    """

    def __init__(
        self, handlers: Mapping[str, Handler], services: Any = None, *, waits: Sequence[float] = WAITS
    ) -> None:
        super().__init__(handlers, waits=waits)
        self.services = services
        self.delayed: list[tuple[float, Job]] = []
        self.failed: list[Failed] = []
        self._ready: deque[Job] = deque()
        self._running: Job | None = None
        self._lock = threading.RLock()

    def run_delayed(self) -> int:
        """Run everything that waits for its time, now, the soonest first; return how many that were."""
        with self._lock:
            due, self.delayed = sorted(self.delayed, key=lambda item: item[0]), []
            for _, job in due:
                self._ready.append(job)
            self._drain()
            return len(due)

    def run_due(self, name: str) -> str:
        """Put a job as its schedule would; KeyError where `every` was not said for it."""
        if name not in self.schedules:
            raise KeyError(name)
        return self.enqueue(name, {"due": datetime.now(UTC).isoformat()}, dedupe="every")

    def status(self, most: int = 20) -> Status:
        """Return how many jobs are in which state."""
        running = int(self._running is not None)
        newest = tuple(reversed(self.failed))[:most]
        return Status(len(self._ready), len(self.delayed), running, len(self.failed), newest)

    def _put(self, job: Job, delay: float) -> str:
        with self._lock:
            same = self._same(job) if job.attempt == 1 else None
            if same is not None:
                return same.id
            if delay:
                self.delayed.append((delay, job))
            else:
                self._ready.append(job)
                self._drain()
            return job.id

    def _same(self, job: Job) -> Job | None:
        known = [*self._ready, *(waiting for _, waiting in self.delayed), *([self._running] if self._running else [])]
        wanted = (job.name, job.dedupe)
        return next((k for k in known if job.dedupe and (k.name, k.dedupe) == wanted), None)

    def _drain(self) -> None:
        while self._ready and self._running is None:
            self._running = job = self._ready.popleft()
            try:
                self.attempt(job, self.services)
            except JobFailed as exc:
                self.failed.append(Failed(job.id, job.name, job.attempt, str(exc), datetime.now(UTC)))
            finally:
                self._running = None
