"""What the tests of notices share: a server that tells, a site of it, and where that site is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from tests.core.notice_receiver import Receiver, Teacher, a_teacher
from tests.doubles import a_site


@pytest.fixture
def teacher(tmp_path: Path, httpserver: HTTPServer) -> Iterator[Teacher]:
    """A server with something to tell, closed at the end."""
    with a_teacher(tmp_path, httpserver) as made:
        yield made


@pytest.fixture
def site(teacher: Teacher) -> str:
    """The key of a site of that server."""
    return a_site(teacher.app).key


@pytest.fixture
def receiver(httpserver: HTTPServer) -> Receiver:
    """Where a site is told."""
    return Receiver(httpserver)
