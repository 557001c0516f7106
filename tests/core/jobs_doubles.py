"""What the tests of jobs share: handlers that leave a trace, services, and workers as processes to be killed.

``python -m tests.core.jobs_doubles`` makes such workers.
"""

from __future__ import annotations

import importlib
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
from core.database import Database
from core.jobs import Handler
from core.jobs_dbos import DbosJobs
from core.jobs_worker import Pace, run
from core.schema import ensure, upgrade
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
    """As much of `core.services.Services` as a worker needs."""

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


class Workers:
    """Makes worker processes from one that has everything imported: that alone takes each two seconds."""

    def __init__(self) -> None:
        self._nursery = subprocess.Popen(
            [sys.executable, "-m", "tests.core.jobs_doubles"],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self._running: list[AWorker] = []

    def ask(self, *words: object) -> int:
        """Have the first process do something and say one number."""
        assert self._nursery.stdin is not None
        assert self._nursery.stdout is not None
        self._nursery.stdin.write(json.dumps(words) + "\n")
        self._nursery.stdin.flush()
        return int(self._nursery.stdout.readline())

    def start(self, services: SomeServices, data: Path | None = None, *, deaths: int = 3, **pace: float) -> AWorker:
        """Start a worker on the same database; with a data folder of its own it is one on another machine."""
        given = [data or services.settings.data, services.settings.database_url, services.trace]
        worker = AWorker(self, self.ask("start", *map(str, given), deaths, {**FAST, **pace}))
        self._running.append(worker)
        return worker

    def end(self) -> None:
        """End those that a failed test left, and the first process."""
        for worker in self._running:
            if worker.code is None:
                worker.kill()
        self._nursery.communicate()


@dataclass
class AWorker:
    """A process that does jobs."""

    workers: Workers
    pid: int
    code: int | None = None

    def send(self, number: int) -> None:
        os.kill(self.pid, number)

    def wait(self) -> int:
        """Wait for its end and return its exit code, minus the signal's number where one ended it."""
        if self.code is None:
            self.code = self.workers.ask("wait", self.pid)
        return self.code

    def kill(self) -> None:
        self.send(signal.SIGKILL)
        self.wait()


def until(true: Callable[[], object], seconds: float = 30) -> None:
    """Wait for something to come true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.02)


def work(data: str, url: str, trace: str, deaths: int, pace: dict[str, float]) -> int:
    """Be a worker."""
    jobs_dbos.MOST_DEATHS = deaths
    services = SomeServices(Settings(data=Path(data), database_url=url), Path(trace))
    return 0 if run(services, pace=Pace(**pace)) else 7


def main() -> None:
    """Start workers, and wait for them, as told by lines on stdin."""
    importlib.import_module("dbos")
    for line in sys.stdin:
        word, *given = json.loads(line)
        if word == "wait":
            _, status = os.waitpid(given[0], 0)
            answer = os.waitstatus_to_exitcode(status)
        else:
            answer = os.fork()
            if not answer:
                os._exit(work(*given))
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
