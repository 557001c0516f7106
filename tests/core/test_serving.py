"""What stops a server before it starts, in one sentence: a port that others have, a folder that cannot be written."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from sqlalchemy import text

from core.database import Database
from core.doctor import examine
from core.errors import Busy, Misconfigured
from core.serving import _check_free
from core.settings import data_folder, shown
from tests.doubles import an_app, some_settings


@pytest.fixture(params=[False, True], ids=["alone", "shared"])
def taken(request: pytest.FixtureRequest) -> Iterator[int]:
    """A port that somebody listens on: by himself, or as granian's workers do, who share it."""
    with socket.socket() as other:
        if request.param:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_a_port_that_another_server_has(taken: int) -> None:
    with pytest.raises(Misconfigured, match="is taken by another program"):
        _check_free("127.0.0.1", taken)


def test_a_port_is_free_again(taken: int) -> None:
    with socket.socket() as mine:
        mine.bind(("127.0.0.1", 0))
        port = mine.getsockname()[1]
    _check_free("127.0.0.1", port)
    _check_free("127.0.0.1", port)
    assert taken != port


def test_an_address_of_another_machine() -> None:
    with pytest.raises(Misconfigured, match=r"Nobody can listen on port 8000 of 192\.0\.2\.1"):
        _check_free("192.0.2.1", 8000)


def test_a_data_folder_that_cannot_be(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    settings = some_settings(tmp_path, data=str(file / "data"))
    with pytest.raises(Misconfigured, match=r"cannot be made: Not a directory\. Set HANDBILL_DATA"):
        data_folder(settings)
    with pytest.raises(Misconfigured, match="cannot be made"):
        an_app(tmp_path, data=str(file / "data"))
    app = an_app(tmp_path, secret_key="k" * 40)
    services = app.extensions["handbill"]
    object.__setattr__(services, "settings", settings)
    assert [
        found.message for found in examine(services) if found.severity == "error" and "data folder" in found.message
    ]


def test_settings_are_shown_as_they_are_written(tmp_path: Path) -> None:
    rows = {row["name"]: row for row in shown(some_settings(tmp_path))}
    assert (rows["HANDBILL_LIMITS"]["value"], rows["HANDBILL_PREVIEW_ANONYMOUS"]["value"]) == ("off", "off")
    assert rows["HANDBILL_STUDIO_URL"]["default"]
    apart = {row["name"]: row for row in shown(some_settings(tmp_path, studio_url="http://localhost:8000"))}
    assert not apart["HANDBILL_STUDIO_URL"]["default"]


def test_what_redis_is_told_is_no_address(tmp_path: Path) -> None:
    app = an_app(tmp_path, redis_url="127.0.0.1")
    assert [f.severity for f in examine(app.extensions["handbill"]) if "must look like redis://" in f.message] == [
        "error"
    ]


def test_what_cannot_be_stored_is_a_matter_of_waiting_and_of_the_log(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    database: Database = app.extensions["handbill"].database

    def full() -> None:
        with database.session(write=True) as session:
            session.execute(text("PRAGMA max_page_count = 1"))
            session.execute(text("CREATE TABLE more (words TEXT) STRICT"))
            session.execute(text("INSERT INTO more VALUES (:words)"), {"words": "x" * 100_000})

    with pytest.raises(Busy, match="can store nothing now"):
        full()
    assert "the disk is full" in caplog.text


def test_the_doctor_says_that_the_disk_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    services = an_app(tmp_path).extensions["handbill"]
    for free, severity in ((0, "error"), (100 * 2**20, "warning"), (2**40, "ok")):
        monkeypatch.setattr("core.doctor.shutil.disk_usage", lambda _, free=free: SimpleNamespace(free=free))
        assert [f.severity for f in examine(services) if f.message.startswith("data folder")] == [severity]
