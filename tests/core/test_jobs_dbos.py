"""Jobs in a database: keys, schedules, clearing away, what is stored, and what is said when it cannot be."""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text

from core import jobs_dbos
from core.errors import Busy, Misconfigured
from core.jobs import Job
from core.jobs_dbos import DbosJobs
from core.settings import Settings
from tests.core.jobs_doubles import ROOT, nothing, until


class Gate:
    """A handler that waits to be let through, and counts how many wait there at once."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.inside: list[int] = []
        self.done: list[int] = []
        self.due: list[str] = []

    def wait(self, payload: dict[str, Any], _services: Any) -> None:
        self.inside.append(payload["n"])
        self.open.wait(20)
        self.inside.remove(payload["n"])
        self.done.append(payload["n"])

    def tick(self, payload: dict[str, Any], _services: Any) -> None:
        self.due.append(payload["due"])


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings for each database."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else ""
    return Settings(data=tmp_path, database_url=url)


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def jobs(settings: Settings, gate: Gate) -> Iterator[DbosJobs]:
    """Jobs with a worker in this process."""
    jobs = DbosJobs(settings, {"wait": gate.wait, "tick.now": gate.tick})
    jobs.every("* * * * * *", "tick.now")
    jobs.upgrade()
    jobs.launch("tests", None, poll=0.02)
    yield jobs
    gate.open.set()
    jobs.drain(5)
    jobs.close()


def test_keys_schedules_and_clearing_away(jobs: DbosJobs, gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one test, because a worker takes seconds to start."""
    one_job_of_a_key_runs_at_a_time_in_the_order_they_were_put(jobs, gate)
    until(lambda: len(gate.due) > 1)
    assert len(set(gate.due)) == len(gate.due), "no time is due twice"
    what_was_finished_long_ago_is_deleted(jobs, monkeypatch)
    a_schedule_that_is_no_longer_wanted_is_dropped(jobs)


def one_job_of_a_key_runs_at_a_time_in_the_order_they_were_put(jobs: DbosJobs, gate: Gate) -> None:
    for n in range(4):
        jobs.enqueue("wait", {"n": n}, key="a")
    for n in (10, 11):
        jobs.enqueue("wait", {"n": n})
    jobs.enqueue("wait", {"n": 20}, key="b")
    until(lambda: len(gate.inside) >= 4)
    time.sleep(0.3)
    assert sorted(gate.inside) == [0, 10, 11, 20]
    assert jobs.holds_work("tests")
    gate.open.set()
    until(lambda: len(gate.done) == 7)
    assert [n for n in gate.done if n < 10] == [0, 1, 2, 3]


def what_was_finished_long_ago_is_deleted(jobs: DbosJobs, monkeypatch: pytest.MonkeyPatch) -> None:
    until(lambda: jobs.status(0).running == 0)
    assert jobs.sweep() == 0
    monkeypatch.setattr(jobs_dbos, "KEEP_DONE", timedelta(seconds=-5))
    assert jobs.sweep() >= 7


def a_schedule_that_is_no_longer_wanted_is_dropped(jobs: DbosJobs) -> None:
    assert [row["schedule_name"] for row in jobs.client.list_schedules()] == ["tick.now"]
    jobs.schedules.clear()
    jobs._apply_schedules()
    assert jobs.client.list_schedules() == []


@pytest.fixture
def without_worker(settings: Settings) -> Iterator[DbosJobs]:
    """Jobs as a web process has them."""
    jobs = DbosJobs(settings, {"note": nothing})
    jobs.upgrade()
    yield jobs
    jobs.close()


def test_failed_jobs_are_bounded(without_worker: DbosJobs, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = without_worker
    monkeypatch.setattr(jobs_dbos, "MOST_FAILED", 3)
    ids = [jobs.enqueue("note", {"n": n}) for n in range(5)]
    jobs.client.cancel_workflows(ids)
    assert jobs.status().failed == 5
    assert jobs.sweep() == 2
    assert jobs.status().failed == 3


def test_what_is_kept_is_json_in_a_private_file_with_a_write_ahead_log(tmp_path: Path) -> None:
    jobs = DbosJobs(Settings(data=tmp_path), {"note": nothing})
    jobs.enqueue("note", {"a": 1}, key="k", dedupe="d")
    path = tmp_path / "jobs.sqlite"
    with sqlite3.connect(path) as connection:
        [(inputs,)] = connection.execute("SELECT inputs FROM workflow_input").fetchall()
        [(kind,)] = connection.execute("SELECT serialization FROM workflow_status").fetchall()
        [(mode,)] = connection.execute("PRAGMA journal_mode").fetchall()
    connection.close()
    jobs.close()
    assert json.loads(inputs)["positionalArgs"][0]["payload"] == {"a": 1}
    assert (kind, mode) == ("portable_json", "wal")
    assert path.stat().st_mode & 0o777 == 0o600


def test_jobs_may_be_put_from_many_threads_at_once(without_worker: DbosJobs) -> None:
    jobs, given = without_worker, list[str]()

    def put(n: int) -> None:
        given.append(jobs.enqueue("note", {"n": n}, dedupe=str(n % 2)))

    threads = [threading.Thread(target=put, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(given) == 12
    assert len(set(given)) == 2
    assert jobs.status().waiting == 2


@pytest.mark.servers
def test_postgresql_without_tables_says_what_to_do(postgres_url: str, tmp_path: Path) -> None:
    jobs = DbosJobs(Settings(data=tmp_path, database_url=postgres_url), {"note": nothing})
    for ask in (lambda: jobs.enqueue("note"), lambda: jobs.enqueue("note", dedupe="d"), jobs.status):
        with pytest.raises(Misconfigured, match="db upgrade"):
            ask()
    jobs.upgrade()
    jobs.upgrade()
    jobs.enqueue("note")
    assert jobs.status().waiting == 1
    jobs.close()


@pytest.mark.servers
def test_a_user_who_may_not_make_tables_is_told_so(postgres_url: str, tmp_path: Path) -> None:
    engine, name = create_engine(postgres_url), f"poor_{secrets.token_hex(4)}"
    with engine.begin() as connection:
        connection.execute(text(f"CREATE ROLE {name} LOGIN"))
    engine.dispose()
    poor = make_url(postgres_url).set(username=name).render_as_string(hide_password=False)
    jobs = DbosJobs(Settings(data=tmp_path, database_url=poor), {"note": nothing})
    with pytest.raises(Misconfigured, match="may not make a schema"):
        jobs.upgrade()
    jobs.close()


@pytest.mark.servers
def test_a_database_that_does_not_answer_is_busy(postgres_url: str, tmp_path: Path) -> None:
    nobody = "postgresql+psycopg://user:hunter2@127.0.0.1:1/nobody"
    jobs = DbosJobs(Settings(data=tmp_path, database_url=nobody), {"note": nothing})
    with pytest.raises(Busy) as caught:
        jobs.enqueue("note")
    assert caught.value.retry_at is not None
    assert "hunter2" not in str(caught.value)
    jobs.close()


def test_a_job_that_takes_its_workers_along_is_given_up(without_worker: DbosJobs) -> None:
    jobs = without_worker
    job = jobs.enqueue("note", {"n": 1}, key="k")
    for _ in range(jobs_dbos.MOST_DEATHS + 1):
        begin_as_the_dead(jobs, job)
        assert jobs.take_over({"dead"}) == 0
        assert jobs.take_over({"alive"}) == 1
    assert jobs.take_over({"alive"}) == 0
    [failed] = jobs.status().newest_failed
    assert failed.id == job
    assert "worker died" in failed.error


def begin_as_the_dead(jobs: DbosJobs, job: str) -> None:
    """Put a job down as begun by a worker that is no more; it must be on the queue where it was."""
    statement = text(
        f"UPDATE {jobs._table} SET status = 'PENDING', executor_id = 'dead', "  # noqa: S608
        "recovery_attempts = recovery_attempts + 1 "
        "WHERE workflow_uuid = :job AND status = 'ENQUEUED' AND queue_name = 'keyed' AND queue_partition_key = 'k'"
    )
    with jobs._engine.begin() as connection:
        assert connection.execute(statement, {"job": job}).rowcount == 1


IMPORTS = "import sys, wsgi; wsgi.app.extensions['handbill'].jobs; print(*sys.modules)"


def test_an_application_that_puts_no_job_does_not_import_what_keeps_them(tmp_path: Path) -> None:
    given = {**os.environ, "HANDBILL_ENV": "development", "HANDBILL_DATA": str(tmp_path)}
    out = subprocess.run(
        [sys.executable, "-c", IMPORTS], cwd=ROOT, env=given, capture_output=True, text=True, check=True
    )
    assert "dbos" not in out.stdout.split()


def test_an_id_is_of_one_job_whatever_the_try() -> None:
    job = Job("a", "note", {}, dedupe="d")
    tries = [replace(job, attempt=n) for n in (1, 2, 3)]
    assert {jobs_dbos._plain_id(jobs_dbos._try_id(t)) for t in tries} == {"a"}
    assert len({jobs_dbos._try_id(t) for t in tries}) == len({jobs_dbos._claim(t) for t in tries}) == 3
