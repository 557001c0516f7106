"""Long descriptions in the database: kept as long as they are used, and never more than there is room for."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from core.database import Database
from core.errors import Busy
from og.card_service.store import GRAIN, IN_USE, KEEP, CardPayload, CardStore


class Clock:
    def __init__(self) -> None:
        self.at = datetime(2026, 11, 22, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def later(self, span: timedelta) -> None:
        self.at += span


@pytest.fixture
def clock() -> Clock:
    return Clock()


def a_store(database: Database, clock: Clock, most: int = 5) -> CardStore:
    return CardStore(lambda: database, now=clock, most=most)


def rows(database: Database) -> dict[str, datetime]:
    with database.session() as session:
        return {row.id: row.at for row in session.scalars(select(CardPayload))}


def test_the_same_is_kept_once(database: Database, clock: Clock) -> None:
    store = a_store(database, clock)
    store.keep("a", '{"title":"A"}')
    store.keep("a", '{"title":"A"}')
    assert store.body("a") == '{"title":"A"}'
    assert store.body("b") is None
    assert rows(database) == {"a": clock.at}


def test_many_at_once_keep_one(database: Database, clock: Clock) -> None:
    store = a_store(database, clock)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: store.keep("a", "{}"), range(8)))
    assert list(rows(database)) == ["a"]


def test_what_is_asked_for_stays(database: Database, clock: Clock) -> None:
    store = a_store(database, clock)
    store.keep("used", "{}")
    store.keep("unused", "{}")
    for _ in range(3):
        clock.later(KEEP - GRAIN)
        a_store(database, clock).touch("used")
    a_store(database, clock).keep("new", "{}")
    assert set(rows(database)) == {"used", "new"}


def test_signing_anew_is_asking_too(database: Database, clock: Clock) -> None:
    store = a_store(database, clock)
    store.keep("a", "{}")
    clock.later(timedelta(days=300))
    store.keep("a", "{}")
    assert rows(database)["a"] == clock.at


def test_a_day_is_noted_once(database: Database, clock: Clock) -> None:
    store = a_store(database, clock)
    store.keep("a", "{}")
    first = rows(database)["a"]
    clock.later(GRAIN / 2)
    store.touch("a")
    assert rows(database)["a"] == first
    clock.later(GRAIN)
    store.touch("a")
    assert rows(database)["a"] == first  # this process has noted it: others have not
    a_store(database, clock).touch("a")
    assert rows(database)["a"] == clock.at


def test_where_there_are_too_many_the_longest_unused_go(database: Database, clock: Clock) -> None:
    store = a_store(database, clock, most=3)
    for name in "ab":
        store.keep(name, "{}")
    clock.later(IN_USE + GRAIN)
    for name in "cde":
        store.keep(name, "{}")
    assert set(rows(database)) == {"c", "d", "e"}


def test_nothing_in_use_goes_for_others(database: Database, clock: Clock) -> None:
    store = a_store(database, clock, most=3)
    for name in "abc":
        store.keep(name, "{}")
    with pytest.raises(Busy) as caught:
        store.keep("d", "{}")
    assert caught.value.retry_at == clock.at + GRAIN
    assert set(rows(database)) == {"a", "b", "c"}
    store.keep("a", "{}")  # what is there already may be signed as ever


def test_a_database_that_does_not_answer_is_no_reason_not_to_show(clock: Clock) -> None:
    def none() -> Database:
        raise Busy("The database does not answer now.")

    CardStore(none, now=clock).touch("a")


def test_the_count_is_of_rows(database: Database, clock: Clock) -> None:
    store = a_store(database, clock, most=100)
    for n in range(20):
        store.keep(f"{n}", "{}")
    with database.session() as session:
        assert session.scalar(select(func.count()).select_from(CardPayload)) == 20
