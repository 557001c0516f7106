"""Public answers kept in memory: given again to whoever asks the same, and to nobody else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app

from core.kept import LARGEST, MOST, ROOM, Kept

PUBLIC = [("Cache-Control", "public, max-age=3600"), ("Content-Type", "text/plain"), ("ETag", '"a"')]


class Behind:
    """An application that counts how often it is asked."""

    def __init__(self, status: str = "200 OK", headers: list[tuple[str, str]] = PUBLIC, body: bytes = b"x") -> None:
        self.status, self.headers, self.body, self.asked, self.closed = status, headers, body, 0, 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.asked += 1
        start_response(self.status, [*self.headers, ("X-Request-Id", str(self.asked))])
        return [self.body, str(environ.get("HTTP_ORIGIN", "")).encode()]


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def ask(app: Kept, path: str = "/widgets/share.json", method: str = "GET", **headers: str) -> tuple[bytes, str, Any]:
    environ = EnvironBuilder(path, method=method, headers={k.replace("_", "-"): v for k, v in headers.items()})
    body, status, found = run_wsgi_app(app, environ.get_environ(), buffered=True)
    return b"".join(body), status, found


def test_the_same_question_is_answered_from_memory_until_it_ends() -> None:
    behind, clock = Behind(), Clock()
    app = Kept(behind, clock)
    first, second = ask(app), ask(app)
    assert (first[0], behind.asked) == (second[0], 1)
    assert first[2]["X-Request-Id"] != second[2]["X-Request-Id"]
    assert len(second[2].getlist("X-Request-Id")) == 1
    clock.now = 11
    ask(app)
    assert behind.asked == 2


def test_what_differs_in_anything_it_varies_by_is_another_question() -> None:
    behind = Behind()
    app = Kept(behind)
    assert ask(app, Origin="https://a.example")[0] == b"xhttps://a.example"
    assert ask(app, Origin="https://b.example")[0] == b"xhttps://b.example"
    ask(app, Accept_Encoding="br")
    ask(app, Accept_Language="de")
    ask(app, "/widgets/share.json?lang=de")
    assert behind.asked == 5


@pytest.mark.parametrize(
    "headers",
    [{"Authorization": "Bearer x"}, {"Cookie": "a=b"}, {"Cache_Control": "no-cache"}, {"Range": "bytes=0-1"}],
)
def test_who_is_somebody_passes_by(headers: dict[str, str]) -> None:
    behind = Behind()
    app = Kept(behind)
    ask(app, **headers)
    ask(app, **headers)
    ask(app)
    ask(app, **headers)
    assert behind.asked == 4


@pytest.mark.parametrize(
    "behind",
    [
        Behind(status="404 NOT FOUND"),
        Behind(headers=[("Cache-Control", "no-store")]),
        Behind(headers=[("Cache-Control", "public, max-age=60")]),
        Behind(headers=[]),
        Behind(body=b"x" * (LARGEST + 1)),
    ],
    ids=["error", "private", "brief", "unsaid", "large"],
)
def test_what_may_not_be_kept_is_not(behind: Behind) -> None:
    app = Kept(behind)
    assert ask(app)[0] == ask(app)[0] == behind.body
    assert behind.asked == 2


def test_what_one_host_was_given_another_is_not() -> None:
    """The studio's host has none of it."""
    behind = Behind()
    app = Kept(behind)
    assert [ask(app, Host=host)[2]["X-Request-Id"] for host in ("a.example", "b.example")] == ["1", "2"]
    ask(app, Host="a.example")
    assert behind.asked == 2


def test_other_methods_and_other_paths_pass_by() -> None:
    behind = Behind()
    app = Kept(behind)
    for _ in range(2):
        ask(app, method="POST")
        ask(app, "/share/x")
    assert behind.asked == 4


def test_an_unchanged_answer_is_not_sent_again() -> None:
    app = Kept(Behind())
    ask(app)
    body, status, headers = ask(app, If_None_Match='"a"')
    assert (body, status) == (b"", "304 NOT MODIFIED")
    assert "Content-Type" not in headers
    assert headers["ETag"] == '"a"'
    assert ask(app, If_None_Match='"b"')[1] == "200 OK"


def test_memory_is_bounded() -> None:
    app = Kept(Behind())
    for number in range(MOST + 50):
        ask(app, f"/widgets/share.json?n={number}")
    assert len(app._answers) == MOST


def test_the_bytes_in_memory_are_bounded() -> None:
    behind = Behind(body=b"x" * LARGEST)
    app = Kept(behind)
    for n in range(2 * ROOM // LARGEST):
        ask(app, f"/media/{n}.webp")
        ask(app, "/media/again.webp", Accept=str(n % 2))
    assert sum(len(answer.body) for answer in app._answers.values()) == app._bytes <= ROOM
    behind.asked = 0
    ask(app, "/media/0.webp")
    ask(app, f"/media/{2 * ROOM // LARGEST - 1}.webp")
    assert behind.asked == 1, "the newest is still there"


PRIVATE = [("Cache-Control", "private, max-age=60"), ("Content-Type", "application/json")]


def test_a_preview_is_kept_for_the_key_that_asked_and_no_other() -> None:
    behind = Behind(headers=PRIVATE)
    app = Kept(behind)
    path = "/api/v1/preview?url=https://a.example/"
    for count, bearer in ((1, "Bearer a"), (1, "Bearer a"), (2, "Bearer b"), (2, "Bearer b")):
        ask(app, path, Authorization=bearer)
        assert behind.asked == count
    ask(app, path)
    ask(app, path)
    assert behind.asked == 4, "what is private is nobody's without a key"


def test_a_key_that_wants_it_anew_or_elsewhere_passes_by() -> None:
    behind = Behind(headers=PRIVATE)
    app = Kept(behind)
    for path in ("/api/v1/preview?url=x&refresh=1", "/widgets/share.json", "/api/v1/previews"):
        ask(app, path, Authorization="Bearer a")
        ask(app, path, Authorization="Bearer a")
    ask(app, "/api/v1/preview?url=x", Authorization="Bearer a", Cookie="a=b")
    ask(app, "/api/v1/preview?url=x", Authorization="Bearer a", Cookie="a=b")
    assert behind.asked == 8


def test_an_answer_is_given_for_as_long_as_its_version_is_the_newest() -> None:
    brief = [("Cache-Control", "public, max-age=60"), ("Content-Type", "text/plain")]
    behind, version = Behind(headers=brief), ["1"]
    app = Kept(behind, Clock(), stamp=lambda path, _query: version[0] if path.startswith("/api/v1/feeds/") else None)
    for _ in range(3):
        ask(app, "/api/v1/feeds/a")
    assert behind.asked == 1
    version[0] = "2"
    ask(app, "/api/v1/feeds/a")
    assert behind.asked == 2
    version[0] = ""  # it cannot be said
    ask(app, "/api/v1/feeds/a")
    ask(app, "/api/v1/feeds/a")
    assert behind.asked == 4
    ask(app, "/widgets/share.json")
    ask(app, "/widgets/share.json")
    assert behind.asked == 6  # without a version a minute is too short to be kept
