"""What the tests of jobs share: handlers that leave a trace, services, and workers as processes to be killed.

``python -m tests.core.jobs_doubles DATA DATABASE_URL TRACE PACE`` is such a worker.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from core import jobs_dbos
from core.database import Database, ensure, upgrade
from core.jobs import Handler
from core.jobs_dbos import DbosJobs
from core.jobs_worker import Pace, run
from core.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
FAST = {"beat": 0.2, "silent": 2.0, "poll": 0.05, "grace": 5.0, "sweep": 600.0}


def note(trace: Path, *words: object) -> None:
    """Append a line, whole, whoever else writes."""
    with trace.open("a") as file:
        file.write(" ".join(map(str, words)) + "\n")


def lines(trace: Path) -> list[list[str]]:
    return [line.split() for line in trace.read_text().splitlines()] if trace.is_file() else []


def nothing(payload: dict[str, Any], services: Any) -> None:
    """A job that does nothing."""


def slow(payload: dict[str, Any], services: Any) -> None:
    note(services.trace, "begin", payload["n"], os.getpid())
    time.sleep(payload["seconds"])
    note(services.trace, "end", payload["n"], os.getpid())


def die(payload: dict[str, Any], services: Any) -> None:
    note(services.trace, "begin", payload["n"], os.getpid())
    os.kill(os.getpid(), signal.SIGKILL)


HANDLERS: dict[str, Handler] = {"slow": slow, "die": die}


@dataclass(frozen=True)
class SomeServices:
    """As much of `core.web.Services` as a worker needs."""

    settings: Settings
    trace: Path

    @cached_property
    def database(self) -> Database:
        database = Database(self.settings.database)
        ensure(database)
        return database

    @cached_property
    def jobs(self) -> DbosJobs:
        return DbosJobs(self.settings, HANDLERS)

    def close(self) -> None:
        self.jobs.close()
        self.database.close()


def some_services(data: Path, url: str = "", trace: Path | None = None) -> SomeServices:
    """Services on a database with all its tables."""
    made = SomeServices(Settings(data=data, database_url=url), trace or data / "trace")
    database = Database(made.settings.database)
    upgrade(database)
    database.close()
    made.jobs.upgrade()
    return made


def a_worker(services: SomeServices, data: Path | None = None, **pace: float) -> subprocess.Popen[bytes]:
    """A worker process on the same database; with a data folder of its own it is one on another machine."""
    given = [data or services.settings.data, services.settings.database_url, services.trace]
    argv = [sys.executable, "-m", "tests.core.jobs_doubles", *map(str, given), json.dumps({**FAST, **pace})]
    return subprocess.Popen(argv, cwd=ROOT)


def until(true: Callable[[], object], seconds: float = 30) -> None:
    """Wait for something to come true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.02)


def main() -> None:
    data, url, trace, pace = sys.argv[1:]
    jobs_dbos.MOST_DEATHS = 0
    services = SomeServices(Settings(data=Path(data), database_url=url), Path(trace))
    sys.exit(0 if run(services, pace=Pace(**json.loads(pace))) else 7)


if __name__ == "__main__":
    main()
