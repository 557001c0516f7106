"""Slow senders hold a few threads and no more."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import EnvironBuilder, run_wsgi_app

from core.bodies import MOST, Bodies

FORM = {"grant_type": "refresh_token", "refresh_token": "x"}


class Slow(io.BytesIO):
    """A body whose end does not come until it is let go."""

    def __init__(self, reached: threading.Semaphore, let_go: threading.Event) -> None:
        super().__init__(b"a=b")
        self.reached, self.let_go = reached, let_go

    def read(self, size: int | None = -1) -> bytes:
        self.reached.release()
        self.let_go.wait(20)
        return super().read(size)


@pytest.fixture
def held(app: Flask) -> Iterator[None]:
    """As many slow senders as may wait."""
    reached, let_go = threading.Semaphore(0), threading.Event()

    def send() -> None:
        environ = EnvironBuilder("/oauth/token", method="POST").get_environ()
        form = {"CONTENT_TYPE": "application/x-www-form-urlencoded", "CONTENT_LENGTH": "5000"}
        run_wsgi_app(app.wsgi_app, {**environ, **form, "wsgi.input": Slow(reached, let_go)}, buffered=True)

    threads = [threading.Thread(target=send) for _ in range(MOST)]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert reached.acquire(timeout=20)
    yield
    let_go.set()
    for thread in threads:
        thread.join(20)


@pytest.mark.usefixtures("held")
def test_others_are_told_to_come_back_and_whoever_sends_nothing_is_answered(client: FlaskClient) -> None:
    reply = client.post("/oauth/token", data=FORM)
    assert (reply.status_code, reply.get_json()["error"]["code"]) == (503, "busy")
    assert 0 < int(reply.headers["Retry-After"]) <= 5
    assert client.get("/healthz").status_code == 200


def test_a_place_is_free_again(app: Flask, client: FlaskClient) -> None:
    for _ in range(3 * MOST):
        assert client.post("/oauth/token", data=FORM).status_code == 401
    assert app.wsgi_app is not None


@pytest.mark.parametrize("read", ["read", "readline", "readlines", "__iter__"])
def test_all_ways_to_read_a_body(read: str) -> None:
    got = list[bytes]()

    def app(environ: dict[str, object], start_response: object) -> list[bytes]:
        found = getattr(environ["wsgi.input"], read)()
        got.append(found if isinstance(found, bytes) else b"".join(found))
        return []

    Bodies(app)({"wsgi.input": io.BytesIO(b"a\nb\n")}, lambda *_: None)
    assert got == [b"a\n" if read == "readline" else b"a\nb\n"]
