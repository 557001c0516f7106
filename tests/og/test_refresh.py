"""Stale previews: answered at once, read anew by a worker, or by this process where there is none."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from app import SCHEDULES
from core import jobs_beats as beats
from core.jobs_eager import EagerJobs
from og.refresh import REFRESH
from tests.core.cache_doubles import eventually, refreshing
from tests.core.jobs_doubles import until
from tests.core.test_jobs_process import environment
from tests.doubles import an_app

ROOT = Path(__file__).resolve().parents[2]


class Page:
    """A page whose title counts how often it was asked for."""

    def __init__(self, server: HTTPServer) -> None:
        self.url = f"http://{server.host}:{server.port}/page"
        self.host = f"{server.host}:{server.port}"
        self.asked = 0
        self.status = 200
        server.expect_request("/page").respond_with_handler(self._answer)

    def _answer(self, _request: Request) -> Response:
        self.asked += 1
        return Response(f"<title>Read {self.asked} times</title>", self.status, content_type="text/html")


@pytest.fixture
def page() -> Iterator[Page]:
    with HTTPServer("127.0.0.1", 0, threaded=True) as server:
        yield Page(server)


@pytest.fixture
def served(tmp_path: Path, page: Page) -> Iterator[Flask]:
    app = an_app(tmp_path, preview_anonymous="on", http_allow=page.host)
    yield app
    eventually(lambda: not refreshing())
    app.extensions["handbill"].close()


def make_stale(app: Flask, url: str) -> None:
    app.extensions["handbill"].cache.set(f"preview:{url}", {"url": url, "title": "Old"}, 0, stale=1000)


def ask(app: Flask, url: str) -> Any:
    return app.test_client().get("/api/v1/preview", query_string={"url": url})


def title_kept(app: Flask, url: str) -> str:
    found: dict[str, str] = app.extensions["handbill"].cache.peek(f"preview:{url}")
    return found["title"]


def put_jobs(app: Flask) -> EagerJobs:
    """Hand the application jobs that run at once, with a worker that lives."""
    services = app.extensions["handbill"]
    beats.beat(services.database, "a-worker")
    jobs = EagerJobs(services.handlers, services)
    services.__dict__["jobs"] = jobs
    return jobs


class Noted(EagerJobs):
    """Notes what is put, and runs nothing."""

    def __init__(self, inner: EagerJobs) -> None:
        super().__init__(inner.handlers, inner.services)
        self.put: list[tuple[str, dict[str, Any], str]] = []

    def enqueue(self, name: str, payload: Any = None, **more: Any) -> str:
        self.put.append((name, dict(payload), more["dedupe"]))
        return "1"


def test_a_stale_preview_is_answered_at_once_and_read_anew_by_a_job(served: Flask, page: Page) -> None:
    jobs = put_jobs(served)
    make_stale(served, page.url)
    answer = ask(served, page.url)
    assert answer.json["title"] == "Old"
    assert "max-age=60" in answer.headers["Cache-Control"]
    eventually(lambda: title_kept(served, page.url) == "Read 1 times")
    assert ask(served, page.url).json["title"] == "Read 1 times"
    assert not jobs.failed


def test_a_crowd_puts_one_job_for_the_address(served: Flask, page: Page) -> None:
    noted = Noted(put_jobs(served))
    served.extensions["handbill"].__dict__["jobs"] = noted
    make_stale(served, page.url)
    for _ in range(30):
        assert ask(served, page.url + "#part").json["title"] == "Old"
    eventually(lambda: not refreshing())
    assert noted.put == [(REFRESH, {"url": page.url}, hashlib.sha256(page.url.encode()).hexdigest())]
    assert page.asked == 0, "a web process reads nothing anew"


def test_without_a_worker_the_web_process_reads_it(served: Flask, page: Page) -> None:
    make_stale(served, page.url)
    assert ask(served, page.url).json["title"] == "Old"
    eventually(lambda: title_kept(served, page.url) == "Read 1 times")
    assert "jobs" not in served.extensions["handbill"].__dict__


def test_on_postgresql_without_redis_a_worker_may_keep_it_elsewhere(tmp_path: Path) -> None:
    app = an_app(tmp_path, database_url="postgresql://nobody@127.0.0.1:1/none")
    assert app.extensions["handbill"].previews._elsewhere("https://example.org/") is False


def test_a_job_twice_or_for_a_page_that_fails_does_no_harm(served: Flask, page: Page) -> None:
    jobs = put_jobs(served)
    make_stale(served, page.url)
    page.status = 503
    jobs.enqueue(REFRESH, {"url": page.url})
    jobs.enqueue(REFRESH, {"url": page.url})
    assert (page.asked, title_kept(served, page.url), jobs.failed, jobs.delayed) == (1, "Old", [], [])


def test_housekeeping_runs_by_its_schedules(served: Flask) -> None:
    jobs = put_jobs(served)
    for name, cron in SCHEDULES.items():
        jobs.every(cron, name)
        jobs.run_due(name)
    assert not jobs.failed
    assert not jobs.delayed


def test_a_real_worker_reads_it(served: Flask, page: Page) -> None:
    """The whole way: this process puts the job with DBOS, another one does it, this one finds the result."""
    settings = served.extensions["handbill"].settings
    given = {**environment(settings.data), "HANDBILL_HTTP_ALLOW": page.host}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "run"]
    worker = subprocess.Popen(command, cwd=ROOT, env=given, stderr=subprocess.DEVNULL)
    try:
        until(lambda: _lives(served), 60)
        make_stale(served, page.url)
        assert ask(served, page.url).json["title"] == "Old"
        until(lambda: title_kept(served, page.url) == "Read 1 times", 30)
        assert served.extensions["handbill"].jobs.status().failed == 0
    finally:
        worker.terminate()
        worker.wait(30)


def _lives(app: Flask) -> bool:
    with app.extensions["handbill"].database.session() as session:
        return beats.state(session) == beats.OK
