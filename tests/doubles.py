"""Plain functions that make what a test needs, with sound defaults that a test changes by name."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.serving import make_server

from app import create_app
from core.database import Database, make_file
from core.schema import upgrade
from core.settings import Settings, load
from core.sites import NewSite
from networks import Networks
from tests.lateness import late

ORIGIN = "https://blog.example.org"


def some_settings(folder: Path, **changes: str) -> Settings:
    """Settings as `make run` has them, with a data folder of the test's own."""
    given = {"ENV": "development", "BASE_URL": "http://127.0.0.1:8000", "DATA": str(folder / "data"), "LIMITS": "off"}
    named = {f"HANDBILL_{name.upper()}": value for name, value in {**given, **changes}.items()}
    return load(named, credentials=Networks().credentials)


def an_app(folder: Path, **changes: str) -> Flask:
    """An application, its SQLite database made already."""
    settings = some_settings(folder, **changes)
    if not settings.database_url:
        with_schema(Database(settings.database))
    made = create_app(settings)
    made.testing = True
    made.config["PROPAGATE_EXCEPTIONS"] = False
    return made


def with_schema(database: Database) -> Database:
    """A database with the newest schema: a SQLite file that is not there yet is a copy of one made before.

    The migrations take a twentieth of a second, and thousands of tests want their outcome.
    """
    if database.path is None or database.path.exists():
        upgrade(database)
    else:
        make_file(database)
        database.path.write_bytes(_upgraded())
    return database


@cache
def _upgraded() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/handbill.sqlite")
        upgrade(database)
        database.close()  # the last one to leave writes everything into the one file
        return Path(folder, "handbill.sqlite").read_bytes()


def a_site(app: Flask, **changes: Any) -> NewSite:
    """A registered site."""
    given: dict[str, Any] = {"origins": (ORIGIN,), "return_to": (ORIGIN + "/back",)}
    return app.extensions["handbill"].sites.add(changes.pop("name", "Blog"), **{**given, **changes})


def with_http(app: Flask, http: object) -> Flask:
    """Hand the application an HTTP client in place of the one it would make."""
    app.extensions["handbill"].__dict__["http"] = http
    return app


@contextmanager
def serving(app: Flask, port: int = 0) -> Iterator[str]:
    """The application on a real port of this machine; yields its origin."""
    server = make_server("127.0.0.1", port, late(app), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
