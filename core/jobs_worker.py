"""A worker process, ``flask --app wsgi jobs run``: does jobs, says that it lives, takes over from those that died.

Each worker has a name of its own which outlives the process: the first free of the files ``worker-N.lock`` in the
data folder, held by a lock that the system frees however the process ends. Under the same name a new process finds
what its predecessor had begun, and DBOS runs that again at once. What was begun by a worker that does not come back,
its machine being gone, is run again by the others when it has been silent for a minute.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import platform
import secrets
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from core import jobs_beats as beats
from core.database import Database
from core.errors import Misconfigured, Problem
from core.jobs_dbos import POLL, DbosJobs

log = logging.getLogger(__name__)

# What a process manager grants between SIGTERM and SIGKILL is 10 s with Docker
# (https://docs.docker.com/reference/cli/docker/container/stop/), 30 and 90 s with Kubernetes and systemd.
GRACE = 8.0
# How often finished jobs are cleared away.
SWEEP = 600.0
# More workers than this on one machine is a mistake.
_MOST_WORKERS = 64
# Only one worker at a time may look after the dead; any number will do that nobody else on that PostgreSQL takes.
_LOCK = int.from_bytes(b"HB reap", "big")


@dataclass(frozen=True)
class Pace:
    """How often a worker does what, seconds."""

    beat: float = beats.BEAT
    silent: float = beats.SILENT
    poll: float = POLL
    grace: float = GRACE
    sweep: float = SWEEP


class Worker:
    """One process's part in doing jobs."""

    def __init__(self, jobs: DbosJobs, database: Database, name: str, pace: Pace) -> None:
        self.name = name
        self._jobs, self._database, self._pace = jobs, database, pace
        self._well_since = time.monotonic()
        self._last_beat = self._last_sweep = 0.0

    def start(self, services: Any) -> None:
        """Say that it lives, and begin to do jobs; in this order, so that nobody takes it for dead."""
        beats.beat(self._database, self.name)
        self._last_beat = self._last_sweep = time.monotonic()
        self._jobs.launch(self.name, services, poll=self._pace.poll)
        log.info("worker started", extra={"worker": self.name})

    def tick(self) -> None:
        """Do what is due; called about once a second."""
        now = time.monotonic()
        if now - self._last_beat >= self._pace.beat:
            self._beat(now)
        if now - self._last_sweep >= self._pace.sweep:
            self._last_sweep = now
            self._try("clear away", self._jobs.sweep)

    def stop(self) -> bool:
        """End in order: take up nothing more, wait for what runs; return whether all of it is finished.

        What is not finished stays down as begun by this name: run again when a process of the name starts, or taken
        over by another worker.
        """
        finished = self._jobs.drain(self._pace.grace)
        if finished:
            self._try("leave", self._leave)
        else:
            log.warning("jobs are cut off and will run again", extra={"count": len(self._jobs.running)})
        return finished

    def _beat(self, now: float) -> None:
        late = now - self._last_beat > self._pace.silent / 2
        self._last_beat = now
        well = self._try("say that it lives", lambda: beats.beat(self._database, self.name))
        if late or not well:
            self._well_since = now  # after a gap the others may have had it too: it is not they who are dead
        if now - self._well_since >= self._pace.silent:
            self._try("look after the dead", self._look_after_the_dead)

    def _look_after_the_dead(self) -> None:
        with _alone(self._database) as alive_of:
            if alive_of is None:
                return
            alive, dead = alive_of(self._pace.silent)
            count = self._jobs.take_over(alive)
        if dead:
            beats.leave(self._database, *dead)
        if count:
            log.warning("jobs of dead workers run again", extra={"count": count, "workers": sorted(dead)})

    def _leave(self) -> None:
        if not self._jobs.holds_work(self.name):
            beats.leave(self._database, self.name)

    def _try(self, what: str, act: Callable[[], object]) -> bool:
        try:
            act()
        except (SQLAlchemyError, Problem) as exc:
            log.warning("the worker could not %s", what, extra={"error": str(exc)})
            return False
        return True


@contextmanager
def _alone(database: Database) -> Iterator[Callable[[float], tuple[set[str], set[str]]] | None]:
    """Yield, to one process at a time, a function that tells the living workers from the dead; None to the others."""
    with database.session(write=True) as session:
        if not database.sqlite and not session.scalar(text("SELECT pg_try_advisory_xact_lock(:l)"), {"l": _LOCK}):
            yield None
            return
        yield lambda silent: (beats.living(session, silent), beats.silent_ones(session, silent))


@contextmanager
def own_name(folder: Path, *, shared: bool) -> Iterator[str]:
    """Hold a worker's name that no other process here has; ``shared`` where other machines have workers too.

    Raises Misconfigured where there are too many already, or the folder cannot be written.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for number in range(_MOST_WORKERS):
        try:
            file = (folder / f"worker-{number}.lock").open("a+")
        except OSError as exc:
            raise Misconfigured(f"The data folder cannot be written: {exc.strerror}.", field="HANDBILL_DATA") from exc
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            # A copied folder makes another machine's worker, not the same.
            yield (f"{platform.node()}-" if shared else "") + _kept_name(file, number)
            return
    raise Misconfigured(f"{_MOST_WORKERS} workers run in this data folder already.", field="HANDBILL_DATA")


def _kept_name(file: IO[str], number: int) -> str:
    file.seek(0)
    name = file.read().strip()
    if not name:
        name = f"worker-{number}-{secrets.token_hex(4)}"
        file.write(name)
        file.flush()
    return name


def run(services: Any, *, parent: int = 0, pace: Pace | None = None, stop: threading.Event | None = None) -> bool:
    """Do jobs until SIGTERM or SIGINT, or until the process ``parent`` is gone; return whether all begun is finished.

    A second signal ends the process at once. Raises Misconfigured where the database is not ready.
    """
    pace, stop = pace or Pace(), stop or threading.Event()
    jobs: DbosJobs = services.jobs
    with own_name(services.settings.data, shared=bool(services.settings.database_url)) as name, _signals(stop):
        worker = Worker(jobs, services.database, name, pace)
        worker.start(services)
        while not stop.wait(min(1.0, pace.beat)) and not (parent and os.getppid() != parent):
            worker.tick()
        return worker.stop()


@contextmanager
def _signals(stop: threading.Event) -> Iterator[None]:
    """Set the event at the first SIGTERM or SIGINT."""

    def asked(number: int, _frame: object) -> None:
        signal.signal(number, before[signal.Signals(number)])
        stop.set()

    before = {}
    with contextlib.suppress(ValueError):  # not the main thread, as in a test: then the event is set by others
        before = {number: signal.signal(number, asked) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
