"""Limits: counted exactly by many at once, kept to nobody's address, let through when the counters are down."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import event, select, text

from core.database import Database
from core.errors import Misconfigured, TooMany
from core.limits import Limits, Rule
from core.limits_storage import DatabaseStorage, LimitCounter
from core.settings import Settings
from tests.servers import RedisServer

ROOT = Path(__file__).resolve().parents[2]
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp()
RULE = Rule("login", 3, 60)
SETTINGS = Settings(secret_key=("k" * 40,))


class Clock:
    """The time in seconds, moved by hand."""

    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limits(database: Database, clock: Clock) -> Limits:
    return Limits(SETTINGS, database, clock)


def passed(limits: Limits, times: int, rule: Rule = RULE, key: str = "198.51.100.7") -> int:
    """Hit some times and return how often it was let through."""
    count = 0
    for _ in range(times):
        try:
            limits.hit(rule, key)
        except TooMany:
            continue
        count += 1
    return count


def test_beyond_the_rule_it_says_when_to_come_back(limits: Limits, clock: Clock) -> None:
    assert passed(limits, 3) == 3
    clock.at += 10
    with pytest.raises(TooMany, match="at most 3 times in one minute") as caught:
        limits.hit(RULE, "198.51.100.7")
    assert caught.value.retry_at == datetime.fromtimestamp(NOON + 60, UTC)
    assert caught.value.retry_after(datetime.fromtimestamp(clock.at, UTC)) == 50


def test_a_window_ends(limits: Limits, clock: Clock) -> None:
    assert passed(limits, 5) == 3
    clock.at += 59.9
    assert passed(limits, 1) == 0
    clock.at += 0.1
    assert passed(limits, 5) == 3


def test_callers_and_rules_are_counted_apart(limits: Limits) -> None:
    assert passed(limits, 5) == 3
    assert passed(limits, 5, key="198.51.100.8") == 3
    assert passed(limits, 5, rule=Rule("other", 2, 60)) == 2
    for key in (("a", "bc"), ("ab", "c"), ("abc",), ("abc", "")):
        limits.hit(Rule("once", 1, 60), *key)


@pytest.mark.parametrize("key", ["", "\0", "\udcff", "a" * 100_000, "🙂", "'; DROP TABLE sites; --"])
def test_any_text_is_a_key(limits: Limits, key: str) -> None:
    assert passed(limits, 5, key=key) == 3


def test_off_means_off(database: Database) -> None:
    off = Limits(replace(SETTINGS, limits=False), database)
    assert passed(off, 50) == 50
    with database.session() as session:
        assert session.scalars(select(LimitCounter)).all() == []


def test_no_address_is_kept_and_no_name_lasts_a_day(limits: Limits, database: Database, clock: Clock) -> None:
    names = []
    for _ in range(2):
        limits.hit(RULE, "198.51.100.7")
        with database.session() as session:
            names.append({row.key for row in session.scalars(select(LimitCounter))})
        clock.at += 86400
    assert "198" not in str(names)
    assert len(names[0] | names[1]) == 2


def test_another_secret_gives_other_names(database: Database, limits: Limits, clock: Clock) -> None:
    other = Limits(replace(SETTINGS, secret_key=("z" * 40,)), database, clock)
    assert passed(limits, 3) == 3
    assert passed(other, 3) == 3


def test_ended_windows_are_swept_away(limits: Limits, database: Database, clock: Clock) -> None:
    for n in range(20):
        limits.hit(RULE, str(n))
    clock.at += 61
    limits.hit(RULE, "last")
    with database.session() as session:
        assert len(session.scalars(select(LimitCounter)).all()) == 1


def test_a_flood_is_turned_away_from_memory(limits: Limits, database: Database) -> None:
    passed(limits, 4)
    asked: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *a: asked.append(a[2]))
    assert passed(limits, 100) == 0
    assert asked == []


def test_threads_are_counted_exactly(limits: Limits) -> None:
    counts: list[int] = []
    threads = [
        threading.Thread(target=lambda: counts.append(passed(limits, 10, Rule("many", 40, 600)))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 40


CODE = """
import sys
from core.database import Database
from core.errors import TooMany
from core.limits import Limits, Rule
from core.settings import Settings
database = Database(sys.argv[1])
limits, count = Limits(Settings(secret_key=("k" * 40,)), database), 0
for _ in range(20):
    try:
        limits.hit(Rule("many", 30, 600), "x")
        count += 1
    except TooMany:
        pass
database.close()
print(count)
"""


def test_processes_share_the_sums(database: Database, database_url: str) -> None:
    command = [sys.executable, "-W", "error", "-c", CODE, database_url]
    processes = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert sum(int(process.communicate()[0]) for process in processes) == 30


def test_without_its_table_callers_are_let_through_and_it_is_said_once(
    limits: Limits, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with database.session() as session:
        session.execute(text("DROP TABLE limit_counters"))
    with caplog.at_level(logging.WARNING):
        assert passed(limits, 10) == 10
    assert len([r for r in caplog.records if "nothing is counted" in r.getMessage()]) == 1
    assert not limits.check()


def test_the_storage_does_what_the_package_asks_of_one(database: Database, clock: Clock) -> None:
    storage = DatabaseStorage(database, clock)
    assert (storage.get("a"), storage.get_expiry("a")) == (0, NOON)
    assert [storage.incr("a", 60, 2), storage.incr("a", 60), storage.incr("b", 5)] == [2, 3, 1]
    assert (storage.get("a"), storage.get_expiry("a")) == (3, NOON + 60)
    assert storage.check()
    clock.at += 5
    assert storage.sweep() == 1
    storage.clear("a")
    assert storage.get("a") == 0
    storage.incr("c", 5)
    assert storage.reset() == 1


@pytest.mark.servers
def test_redis_counts_and_a_dead_one_lets_through(
    redis_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    settings = replace(SETTINGS, redis_url=redis_server.url)
    one, other = (Limits(settings, Database("sqlite://")) for _ in range(2))
    assert passed(one, 2) + passed(other, 3) == 3
    assert one.check()
    redis_server.kill()
    with caplog.at_level(logging.WARNING):
        assert passed(one, 10, key="someone else") == 10
    assert len([r for r in caplog.records if "nothing is counted" in r.getMessage()]) == 1


@pytest.mark.parametrize("url", ["what://host", "localhost", "redis"])
def test_a_redis_address_that_is_none(url: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        Limits(replace(SETTINGS, redis_url=url), Database("sqlite://")).hit(RULE, "x")
    assert caught.value.field == "HANDBILL_REDIS_URL"
