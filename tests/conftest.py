"""Fixtures that every test may ask for; everything else is a plain function in `tests/doubles.py`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings

from core.sites import NewSite
from tests.doubles import a_site, an_app

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
pytest_plugins = ("tests.servers",)
# The only thing a continuous-integration machine may lack: other people's pages, which are not ours to ship.
MAY_BE_ABSENT = "the shared corpus is not beside this checkout"
CI = os.environ.get("CI") == "true"
# How long an example takes says more of the machine, and of what it imports first, than of the code. On the machine
# that judges a change the examples are the same each time (so is the tests' order: `.ci/run`); everywhere else, new.
settings.register_profile("without a clock", settings.default, deadline=None, derandomize=CI)
settings.load_profile("without a clock")


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Saved pages and hostile input beside the checkout: third parties' works, read and never copied."""
    folder = SHARED / "corpus"
    if not folder.is_dir():
        pytest.skip(MAY_BE_ABSENT)
    return folder


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """An application of its own, on SQLite in a folder of its own."""
    made = an_app(tmp_path)
    yield made
    made.extensions["handbill"].close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client of the application; it keeps cookies as a browser does."""
    return app.test_client()


@pytest.fixture
def site(app: Flask) -> NewSite:
    """A site with one origin and click counting off."""
    return a_site(app)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Under CI=true a skipped test has failed: what is missing there must be installed by `.ci/run`."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if CI and report.skipped and MAY_BE_ABSENT not in str(report.longrepr):
        report.outcome = "failed"
