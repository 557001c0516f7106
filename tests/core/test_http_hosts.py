"""How hosts are treated: few requests at once, Retry-After, and the circuit breaker."""

from __future__ import annotations

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.errors import BadReply, HostBusy, TooSlow, Unreachable
from core.hosts import AT_ONCE, FAILURES, FIRST_PAUSE, LAST_PAUSE, LONGEST_WAIT, Hosts, seconds_asked
from core.http_deadline import Deadline
from core.netguard import Guard
from tests.core.http_origin import PUBLIC, Origins, a_page, an_http, drip, reply

URL = "http://good.example/"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0), (" 120 ", 120), ("9" * 400, LONGEST_WAIT), ("Sun, 22 Nov 2026 12:00:30 GMT", 30),
        ("Sun, 22 Nov 2026 12:00:30 -0000", 30), ("Sun, 22 Nov 2026 11:00:00 GMT", 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_WAIT), ("Fri, 31 Dec 9999 23:59:59 -2359", LONGEST_WAIT),
        ("", 0), ("soon", 0), ("-5", 0), ("1.5", 0), ("٣", 0), ("Sun, 99 Nov 2026 12:00:30 GMT", 0),
    ],
)  # fmt: skip
def test_retry_after_is_read(value: str, seconds: float) -> None:
    assert seconds_asked(value, NOW) == seconds


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
def test_a_host_that_asks_for_time_gets_it(status: str) -> None:
    clock = Clock()
    http, origins = a_page(reply(status=status, Retry_After="30"), reply(b"back"), hosts=Hosts(clock))
    assert http.get(URL).status == int(status[:3])
    with pytest.raises(HostBusy) as caught:
        http.get(URL + "other")
    assert caught.value.retry_at
    assert timedelta(seconds=25) < caught.value.retry_at - datetime.now(UTC) <= timedelta(seconds=30)
    assert len(origins.requests) == 1
    clock.now += 30
    assert http.get(URL).body == b"back"


def test_other_statuses_and_other_hosts_are_not_held() -> None:
    http, origins = a_page(reply(status="200 OK", Retry_After="30"), reply(status="429 X", Retry_After="30"), reply())
    origins.names["other.example"] = [[PUBLIC]]
    assert [http.get(url).status for url in (URL, URL, "http://other.example/")] == [200, 429, 200]


def test_a_failing_host_is_left_alone_for_longer_and_longer() -> None:
    clock = Clock()
    http, origins = a_page(hosts=Hosts(clock))
    origins.failing = FAILURES + 1
    for _ in range(FAILURES):
        with pytest.raises(Unreachable):
            http.get(URL)
    for pause in (FIRST_PAUSE, FIRST_PAUSE * 2):
        tried = len(origins.connected)
        with pytest.raises(HostBusy):
            http.get(URL)
        clock.now += pause - 1
        with pytest.raises(HostBusy):
            http.get(URL)
        assert len(origins.connected) == tried
        clock.now += 1
        if origins.failing:
            with pytest.raises(Unreachable):
                http.get(URL)
    assert [http.get(URL).body for _ in range(3)] == [b"hello"] * 3


def test_a_success_between_failures_counts() -> None:
    http, _ = a_page(*[reply(status="502 X"), reply(status="502 X"), reply()] * FAILURES)
    assert [http.get(URL).status for _ in range(3 * FAILURES)] == [502, 502, 200] * FAILURES


def test_a_slow_host_and_one_that_says_it_is_down_count_as_failing() -> None:
    for answer, error in ((drip(b""), TooSlow), (reply(status="504 X"), None)):
        http, _ = a_page(answer)
        for _ in range(FAILURES):
            if error:
                with pytest.raises(error):
                    http.get(URL, deadline=0.1)
            else:
                assert http.get(URL).status == 504
        with pytest.raises(HostBusy):
            http.get(URL)


def test_one_page_that_fails_is_left_alone_and_the_hosts_others_are_not() -> None:
    clock = Clock()
    http, origins = a_page(*[reply(status="502 X")] * FAILURES, reply(b"fine"), hosts=Hosts(clock))
    for _ in range(FAILURES):
        assert http.get(URL + "broken").status == 502
    with pytest.raises(HostBusy):
        http.get(URL + "broken")
    assert http.get(URL + "other").body == b"fine"
    assert len(origins.requests) == FAILURES + 1
    with pytest.raises(HostBusy):  # another page's good answer says nothing of it
        http.get(URL + "broken")
    clock.now += FIRST_PAUSE
    assert http.get(URL + "broken").body == b"fine"
    assert http.get(URL + "broken").body == b"fine"


@pytest.mark.parametrize("answer", [reply(status="503 X"), reply(b"x" * 9, Content_Encoding="gzip"), drip(b"")])
def test_a_host_on_which_one_page_after_the_other_fails_is_left_alone(answer: Any) -> None:
    http, origins = a_page(answer)
    for number in range(FAILURES):
        with suppress(BadReply, TooSlow):
            assert http.get(f"{URL}{number}", deadline=0.2).status == 503
    asked = len(origins.connected)
    with pytest.raises(HostBusy):
        http.get(URL + "new")
    assert len(origins.connected) == asked


def test_one_request_alone_tries_a_host_again() -> None:
    clock = Clock()
    hosts = Hosts(clock)
    for _ in range(FAILURES):
        with hosts.turn("h", Deadline(5)) as turn:
            turn.failed()
    clock.now += FIRST_PAUSE
    with hosts.turn("h", Deadline(5)) as probe:
        with pytest.raises(HostBusy), hosts.turn("h", Deadline(5)):
            pass
        probe.succeeded()
    with hosts.turn("h", Deadline(5)), hosts.turn("h", Deadline(5)):
        pass


def test_a_probe_that_ends_without_a_verdict_lets_the_next_one_try() -> None:
    clock = Clock()
    hosts = Hosts(clock)
    for _ in range(FAILURES):
        with hosts.turn("h", Deadline(5)) as turn:
            turn.failed()
    clock.now += FIRST_PAUSE
    for _ in range(3):
        with hosts.turn("h", Deadline(5)):
            pass


def test_the_pause_has_an_end() -> None:
    clock = Clock()
    hosts = Hosts(clock)
    for _ in range(FAILURES + 20):
        with hosts.turn("h", Deadline(5)) as turn:
            turn.failed()
        clock.now += LAST_PAUSE
    clock.now -= 1
    with pytest.raises(HostBusy), hosts.turn("h", Deadline(5)):
        pass
    clock.now += 1
    with hosts.turn("h", Deadline(5)):
        pass


def test_four_requests_at_once_and_the_fifth_waits() -> None:
    inside, most, lock, gate = [0], [0], threading.Lock(), threading.Event()

    def answer(sock: socket.socket) -> None:
        with lock:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
        gate.wait(0.05)
        with lock:
            inside[0] -= 1
        sock.sendall(reply(b"x"))

    http, _ = a_page(answer)
    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(lambda _: http.get(URL).body, range(24))) == [b"x"] * 24
    assert most == [AT_ONCE]


def test_who_waits_too_long_for_a_turn_is_told() -> None:
    hosts, done = Hosts(), threading.Event()

    def stay() -> None:
        with hosts.turn("h", Deadline(5)):
            done.wait(5)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for _ in range(AT_ONCE):
            pool.submit(stay)
        while hosts._table.get("h") is None or hosts._table["h"].inside < AT_ONCE:
            done.wait(0.01)
        with pytest.raises(TooSlow), hosts.turn("h", Deadline(0.05)):
            pass
        done.set()


def test_the_table_is_bounded_and_never_forgets_who_is_inside() -> None:
    hosts = Hosts(most=10)
    with hosts.turn("first", Deadline(5)):
        for n in range(100):
            with hosts.turn(f"h{n}", Deadline(5)):
                pass
        assert len(hosts) == 10
        assert "first" in hosts._table


def test_an_origin_of_tests_plays_many_hosts() -> None:
    origins = Origins([reply(status="429 X", Retry_After="30"), reply(b"fine")])
    http = an_http(origins, Guard(allow=("127.0.0.1:7650",)))
    assert http.get("http://127.0.0.1:7650/busy").status == 429
    with pytest.raises(HostBusy):
        http.get("http://127.0.0.1:7650/busy")
    assert http.get("http://127.0.0.1:7650/fine").body == b"fine"
