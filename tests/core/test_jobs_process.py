"""The jobs process beside the server: there, again when it dies, and gone when the server is."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient

import core.jobs_process
from core import jobs_beats as beats
from core.jobs_dbos import DbosJobs
from core.jobs_process import JobsProcess, keep
from core.settings import Settings
from tests.core.jobs_doubles import ROOT, nothing, until

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"


def environment(data: Path, base: str = "http://127.0.0.1:8000") -> dict[str, str]:
    ours = {"HANDBILL_DATA": str(data), "HANDBILL_ENV": "development", "HANDBILL_BASE_URL": base}
    return {**{k: v for k, v in os.environ.items() if not k.startswith("HANDBILL_")}, **ours}


def flask(data: Path, *command: str, base: str = "http://127.0.0.1:8000") -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", *command],
        cwd=ROOT, env=environment(data, base), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_it_is_started_again_and_ends_when_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core.jobs_process, "_FIRST_WAIT", 0.01)
    trace, stop = tmp_path / "trace", threading.Event()
    code = f"import os, time; open({str(trace)!r}, 'a').write(f'{{os.getpid()}}\\n'); time.sleep(60)"
    keeper = threading.Thread(target=keep, args=([sys.executable, "-c", code], os.getppid(), stop))
    keeper.start()
    until(lambda: trace.is_file() and trace.read_text().endswith("\n"))
    os.kill(int(trace.read_text()), signal.SIGKILL)
    until(lambda: trace.read_text().count("\n") == 2)
    stop.set()
    keeper.join()
    with pytest.raises(ProcessLookupError):
        os.kill(int(trace.read_text().split()[-1]), 0)


def test_one_that_does_not_end_is_ended_and_so_is_one_without_a_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core.jobs_process, "_PATIENCE", 0.2)
    keep([sys.executable, "-c", STUBBORN], parent=1, stop=threading.Event())
    keep([sys.executable, "-c", STUBBORN], parent=os.getppid(), stop=stopping_soon())


def stopping_soon() -> threading.Event:
    stop = threading.Event()
    threading.Timer(0.5, stop.set).start()
    return stop


def test_stopping_what_was_never_started_does_nothing() -> None:
    JobsProcess(Settings()).stop()


def ready(base: str) -> dict[str, str]:
    try:
        with urllib.request.urlopen(base + "/readyz", timeout=5) as reply:
            found: dict[str, str] = json.load(reply)
    except (OSError, urllib.error.URLError):
        return {}
    return found


def workers(data: Path) -> set[int]:
    """The processes that hold a worker's name in the data folder."""
    lock = data / "worker-0.lock"
    if not lock.is_file():
        return set()
    inode = f":{lock.stat().st_ino}"
    rows = [row.split() for row in Path("/proc/locks").read_text().splitlines()]
    return {int(row[4]) for row in rows if row[1] == "FLOCK" and row[5].endswith(inode)}


def test_serve_keeps_a_jobs_process_and_stops_it(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    server = flask(tmp_path, "serve", "--port", str(port), "--workers", "1", base=base)
    try:
        until(lambda: ready(base).get("jobs") == "ok", 60)
        [first] = workers(tmp_path)
        os.kill(first, signal.SIGKILL)
        until(lambda: workers(tmp_path) - {first}, 60)
        assert ready(base)["jobs"] == "ok"
        until(lambda: "worker" in (tmp_path / "worker-0.lock").read_text())
    finally:
        server.send_signal(signal.SIGINT)
        _, err = server.communicate(timeout=60)
    assert workers(tmp_path) == set()
    assert "started again" in err
    assert "Traceback" not in err


def test_a_worker_ends_when_its_server_is_gone(tmp_path: Path) -> None:
    worker = flask(tmp_path, "jobs", "run", "--parent", "1")  # which is not our number
    _, err = worker.communicate(timeout=60)
    assert worker.returncode == 0, err
    assert "worker started" in err
    assert workers(tmp_path) == set()


def ask(app: Flask, *command: str) -> Result:
    with app.app_context():
        return app.test_cli_runner().invoke(args=command)


def told(app: Flask, *command: str) -> Any:
    return json.loads(ask(app, *command, "--json").stdout)


def test_without_a_worker_the_doctor_warns_and_the_server_stays_ready(app: Flask, client: FlaskClient) -> None:
    [jobs] = [f for f in told(app, "doctor") if f["message"].startswith("jobs:")]
    assert jobs["severity"] == "warning"
    assert "no worker has beaten for a minute" in jobs["message"]
    reply = client.get("/readyz")
    assert (reply.status_code, reply.json["jobs"]) == (200, "no worker has beaten for a minute")
    beats.beat(app.extensions["handbill"].database, "somebody")
    assert client.get("/readyz").json["jobs"] == "ok"
    [jobs] = [f for f in told(app, "doctor") if f["message"].startswith("jobs:")]
    assert jobs["severity"] == "ok"


def test_jobs_are_counted_and_the_failed_shown(app: Flask) -> None:
    jobs = DbosJobs(app.extensions["handbill"].settings, {"note": nothing})
    jobs.client.cancel_workflow(jobs.enqueue("note"))
    job = jobs.enqueue("note", delay=60)
    jobs.close()
    found = told(app, "jobs", "status")
    assert [found[name] for name in ("waiting", "delayed", "running", "failed")] == [0, 1, 0, 1]
    [failed] = found["newest_failed"]
    assert failed["name"] == "note"
    assert failed["id"] != job
    assert "note" in ask(app, "jobs", "status").stdout
    assert told(app, "jobs", "status", "--failed", "0")["newest_failed"] == []


def test_a_worker_is_held_to_the_rules_of_production(tmp_path: Path) -> None:
    given = {**environment(tmp_path), "HANDBILL_ENV": "production"}
    argv = [sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "run"]
    found = subprocess.run(argv, cwd=ROOT, env=given, capture_output=True, text=True, check=False)
    assert found.returncode == 1
    assert "HANDBILL_SECRET_KEY" in found.stderr
