"""Logs: what a line holds, and what it must never hold."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core import log
from core.log import Seldom
from core.log_masking import HIDDEN, masked, masked_text
from core.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
X = HIDDEN

# text as somebody might log it -> what may be kept
TEXTS = [
    ("nothing to hide", "nothing to hide"),
    ("key hbk_Ab-9_zz and hbs_secretsecret.", f"key hbk_{X} and hbs_{X}."),
    ("Authorization: Bearer abc.def-ghi", f"Authorization: {X}"),
    ("got Bearer abc.def-ghi, refused", f"got Bearer {X}, refused"),
    ("Proxy-Authorization: Basic dTpw\nNext: kept", f"Proxy-Authorization: {X}\nNext: kept"),
    ("Cookie: a=1; session=2", f"Cookie: {X}"),
    ("sent Basic dXNlcjpwYXNzd29yZA== to it", f"sent Basic {X} to it"),
    ("a Basic course", "a Basic course"),
    ("client_secret=abc&x=1", f"client_secret={X}&x=1"),
    ('{"access_token": "abc", "expires_in": 5}', f'{{"access_token": "{X}", "expires_in": 5}}'),
    ("password: hunter2", f"password: {X}"),
    ("GET /share/x?url=https%3A%2F%2Fa.example&text=hi HTTP/1.1", "GET /share/x?url=…&text=… HTTP/1.1"),
    ("https://a.example/p?q=secret#frag was slow", "https://a.example/p?q=…#… was slow"),
    ("https://a.example/cb#access_token=abc", "https://a.example/cb#access_token=…"),
    ("https://a.example?abc", "https://a.example?…"),
    ("'https://a.example/?a=1&b'", "'https://a.example/?a=…&…'"),
    ("https://a.example/?u=https://b.example/?v=1", "https://a.example/?u=…"),
    ("redis://:hunter2@host:6379/0 is down", f"redis://{X}@host:6379/0 is down"),
    ("postgresql://user:hunter2@host/name", f"postgresql://{X}@host/name"),
    ("what? a question", "what? a question"),
    ("/path?", "/path?"),
]
NAMES_HIDDEN = [
    "authorization", "Authorization", "Proxy-Authorization", "cookie", "Set-Cookie", "token", "id_token",
    "csrf_token", "client_secret", "HANDBILL_SECRET_KEY", "password", "code", "state", "api_key", "X-Api-Key",
    "apikey", "code_verifier", "client_assertion", "query_string",
]  # fmt: skip
NAMES_SHOWN = ["status_code", "site_key", "key", "country", "united_states", "event", "path", "method"]


@pytest.mark.parametrize(("given", "kept"), TEXTS)
def test_text(given: str, kept: str) -> None:
    assert masked_text(given) == kept
    assert masked_text(kept) == kept


@pytest.mark.parametrize("name", NAMES_HIDDEN)
@pytest.mark.parametrize("value", ["abc", b"bytes", 12345, ["abc"], {"a": "abc"}])
def test_fields_whose_name_says_secret(name: str, value: object) -> None:
    assert masked(value, name) == HIDDEN
    assert masked({"deep": [{name: value}]}) == {"deep": [{name: HIDDEN}]}


@pytest.mark.parametrize("name", NAMES_SHOWN)
def test_fields_that_are_shown(name: str) -> None:
    assert masked("abc", name) == "abc"


def test_values_that_are_not_text_come_through() -> None:
    assert masked([1, 2.5, None, True, "a"]) == [1, 2.5, None, True, "a"]
    assert masked({"public": True, "token": None}) == {"public": True, "token": None}


class Endless:
    """Something whose words are a secret's."""

    def __str__(self) -> str:
        return "Bearer abcdefgh"


def test_objects_are_masked_by_what_they_say() -> None:
    assert masked(Endless()) == f"Bearer {HIDDEN}"


def test_what_is_large_or_deep_is_cut() -> None:
    deep: object = "x"
    for _ in range(50):
        deep = [deep]
    assert len(str(masked({"title": "a" * 200_000, "deep": deep, "many": list(range(9999))}))) < 10_000


@pytest.mark.parametrize("unit", ["a-", "/", "a", "?", "x://", "=:", "token", "Bearer ", "a/?"])
def test_no_text_takes_long(unit: str) -> None:
    usual = seconds(lambda: masked_text("/a b=c d://e f" * 300))
    assert seconds(lambda: masked_text(unit * 50_000)) < 30 * usual


def seconds(act: Callable[[], object]) -> float:
    def once() -> float:
        start = time.perf_counter()
        act()
        return time.perf_counter() - start

    return min(once() for _ in range(3))


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], list[str]]]:
    """What was written to stderr since the last look, by line; afterwards logging is as it was."""
    root, hook = logging.getLogger(), threading.excepthook
    before = (list(root.handlers), root.level)
    yield lambda: capsys.readouterr().err.splitlines()
    root.handlers, threading.excepthook = before[0], hook
    root.setLevel(before[1])
    log.clear()


def configured(**values: object) -> logging.Logger:
    log.configure(replace(Settings(), **values))
    return logging.getLogger("some.module")


def test_a_line_is_one_json_object(lines: Callable[[], list[str]]) -> None:
    logger = configured()
    log.bind(request_id="abc123")
    logger.warning(
        "fetched %s", "https://a.example/?q=1", extra={"token": "t", "sizes": [1, 2], "note": "two\nlines"}
    )
    (line,) = lines()
    event = json.loads(line)
    assert event.pop("time").endswith("Z")
    assert event == {
        "event": "fetched https://a.example/?q=…",
        "level": "warning",
        "logger": "some.module",
        "request_id": "abc123",
        "token": HIDDEN,
        "sizes": [1, 2],
        "note": "two\nlines",
    }


def test_structlog_goes_the_same_way(lines: Callable[[], list[str]]) -> None:
    import structlog

    configured()
    log.bind(request_id="abc123")
    structlog.get_logger("other").info("hello", api_key="k")
    event = json.loads(lines()[0])
    assert (event["event"], event["api_key"], event["request_id"]) == ("hello", HIDDEN, "abc123")


def test_a_traceback_is_kept_and_masked(lines: Callable[[], list[str]]) -> None:
    logger = configured()
    try:
        raise ValueError("no luck with hbk_abcdefgh")
    except ValueError:
        logger.exception("failed")
    event = json.loads(lines()[0])
    assert "test_log.py" in event["exception"]
    assert "hbk_abcdefgh" not in event["exception"]


def test_text_for_people_cannot_be_forged(lines: Callable[[], list[str]]) -> None:
    logger = configured(log_format="text")
    logger.info("one\n2026-01-01 two\x1b[31m", extra={"note": "three\nfour"})
    (line,) = lines()
    assert r"one\n2026-01-01 two\x1b[31m" in line
    assert r"note='three\nfour'" in line
    assert " info     some.module " in line


def test_levels_and_chatty_libraries(lines: Callable[[], list[str]]) -> None:
    logger = configured(log_level="warning")
    logger.info("unheard")
    logging.getLogger("urllib3.connectionpool").debug("unheard")
    assert lines() == []
    configured(log_level="debug").debug("heard")
    logging.getLogger("urllib3.connectionpool").debug("unheard")
    assert [json.loads(line)["event"] for line in lines()] == ["heard"]


def test_configured_twice_writes_once(lines: Callable[[], list[str]]) -> None:
    configured()
    configured().info("once")
    assert len(lines()) == 1


def test_what_is_bound_is_this_threads_own_and_goes(lines: Callable[[], list[str]]) -> None:
    logger = configured()
    log.bind(request_id="mine")
    thread = threading.Thread(target=logger.info, args=("other",))
    thread.start()
    thread.join()
    log.clear()
    logger.info("later")
    assert not any("mine" in line for line in lines())


def test_a_thread_that_fails_is_logged(lines: Callable[[], list[str]]) -> None:
    configured()
    thread = threading.Thread(target=lambda: 1 // 0, name="worker")
    log_hook = threading.excepthook
    threading.excepthook = log_hook  # pytest has put its own around: ours is what configure set
    try:
        1 // 0  # noqa: B018 -- fails on purpose
    except ZeroDivisionError as exc:
        log_hook(threading.ExceptHookArgs((ZeroDivisionError, exc, exc.__traceback__, thread)))
    event = json.loads(lines()[0])
    assert event["event"] == "thread worker failed"
    assert "ZeroDivisionError" in event["exception"]


def test_seldom() -> None:
    now = [0.0]
    seldom = Seldom(60, clock=lambda: now[0])
    said = []
    for second in (0, 1, 59, 60, 61, 121):
        now[0] = second
        said.append(seldom.due())
    assert said == [True, False, False, True, False, True]


def test_structlog_is_not_imported_before_it_is_needed() -> None:
    code = "import sys, core.log; print('structlog' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
