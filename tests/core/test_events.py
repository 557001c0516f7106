"""Events: written with what they tell of, read in order, none passed over however transactions overlap."""

from __future__ import annotations

import logging
import random
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text, update

import core.events
from core.database import Database
from core.events import Event, EventRow, Events, record
from core.schema import upgrade
from core.times import utc_now

ROOT = Path(__file__).resolve().parents[2]


def write(database: Database, *subjects: str) -> None:
    for subject in subjects:
        with database.session() as session:
            record(session, "site.added", subject, {"n": 1})


def read(events: Events, name: str = "audit", **options: Any) -> list[str]:
    seen: list[str] = []
    events.consume(name, lambda event: seen.append(event.subject), **options)
    return seen


def test_an_event_is_read_as_it_was_written(database: Database) -> None:
    before = utc_now()
    data = {"text": "Grüße \0 👋", "list": [1, None]}
    with database.session() as session:
        record(session, "site.secret_rotated", "key 1", data)
    seen: list[Event] = []
    assert Events(database).consume("audit", seen.append) == 1
    [event] = seen
    assert (event.number, event.kind, event.subject, event.data) == (1, "site.secret_rotated", "key 1", data)
    assert before <= event.at <= utc_now()


def test_an_event_is_there_only_if_its_transaction_was_committed(database: Database) -> None:
    def fail() -> None:
        with database.session() as session:
            record(session, "site.added", "never")
            session.flush()
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    write(database, "yes")
    assert read(Events(database)) == ["yes"]


def test_readers_keep_places_of_their_own(database: Database) -> None:
    events = Events(database)
    write(database, "a", "b", "c")
    assert read(events, "audit", most=2) == ["a", "b"]
    assert read(events, "hooks") == ["a", "b", "c"]
    assert events.waiting("audit") == 1
    write(database, "d")
    assert events.waiting("audit") == 2
    assert read(events, "audit") == ["c", "d"]
    assert read(events, "audit") == read(events, "hooks", most=0) == []
    assert read(events, "hooks") == ["d"]


def test_a_reader_that_fails_meets_the_same_event_again(database: Database) -> None:
    events, seen = Events(database), []
    write(database, "a", "bad", "c")

    def handler(event: Event) -> None:
        seen.append(event.subject)
        if event.subject == "bad" and seen.count("bad") == 1:
            raise ConnectionError

    with pytest.raises(ConnectionError):
        events.consume("hooks", handler)
    assert events.consume("hooks", handler) == 2
    assert seen == ["a", "bad", "bad", "c"]


READER = """
import os, signal, sys
from core.database import Database
from core.events import Events
def handler(event):
    print(event.subject, flush=True)
    if event.subject == "b":
        os.kill(os.getpid(), signal.SIGKILL)
Events(Database(sys.argv[1])).consume("hooks", handler)
"""


def test_a_reader_that_is_killed_meets_the_same_event_again(database: Database, database_url: str) -> None:
    write(database, "a", "b", "c")
    killed = subprocess.run(
        [sys.executable, "-c", READER, database_url], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert killed.stdout.split() == ["a", "b"]
    assert read(Events(database), "hooks") == ["b", "c"]


@pytest.mark.servers
def test_what_is_committed_late_is_not_passed_over(postgres_url: str) -> None:
    """On SQLite writers follow one another; here a first one may commit last."""
    database = Database(postgres_url)
    upgrade(database)
    events = Events(database)
    with database.session() as slow:
        record(slow, "site.added", "slow")
        slow.flush()
        write(database, "quick")
        assert read(events) == ["quick"]
    write(database, "last")
    assert read(events) == ["slow", "last"]
    database.close()


def test_writers_and_a_reader_at_the_same_time_lose_and_repeat_nothing(database: Database) -> None:
    events, seen, chance = Events(database), list[str](), random.Random(7)
    pauses = [[chance.random() / 100 for _ in range(20)] for _ in range(4)]

    def write_some(writer: int) -> None:
        for n, pause in enumerate(pauses[writer]):
            with database.session() as session:
                record(session, "site.added", f"{writer}:{n}")
                session.flush()
                time.sleep(pause)

    threads = [threading.Thread(target=write_some, args=(writer,)) for writer in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        seen += read(events, most=7)
    while more := read(events):
        seen += more
    assert len(seen) == len(set(seen)) == 80
    for writer in range(4):
        mine = [subject for subject in seen if subject.startswith(f"{writer}:")]
        assert mine == [f"{writer}:{n}" for n in range(20)], "what one wrote after another is read so"


def test_readers_of_different_names_number_events_together(database: Database) -> None:
    write(database, *map(str, range(50)))
    seen: dict[str, list[tuple[int, str]]] = {name: [] for name in "abcd"}

    def consume(name: str) -> None:
        Events(database).consume(name, lambda event: seen[name].append((event.number, event.subject)))

    threads = [threading.Thread(target=consume, args=(name,)) for name in seen]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wanted = [(n + 1, str(n)) for n in range(50)]
    assert list(seen.values()) == [wanted] * 4


def test_of_two_with_one_name_the_slower_stops(database: Database) -> None:
    events, seen = Events(database), []
    write(database, "a", "b", "c")

    def overtaken(event: Event) -> None:
        seen.append(event.subject)
        assert read(events) == ["a", "b", "c"]

    assert events.consume("audit", overtaken) == 0
    assert seen == ["a"]


def test_old_events_go_read_or_not_and_numbers_are_not_used_again(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    events = Events(database)
    write(database, "a", "b", "c", "d")
    read(events, "audit")
    read(events, "hooks", most=1)
    with database.session() as session:
        session.execute(update(EventRow).where(EventRow.subject != "d").values(at=utc_now() - timedelta(days=31)))
    assert events.trim() == 3
    assert [r.readers for r in caplog.records if "had not read" in r.message] == [["hooks"]]
    assert read(events, "hooks") == ["d"]
    assert [r.events for r in caplog.records if "missed" in r.message] == [2]
    assert events.trim(most=0) == 1
    write(database, "e")
    numbers: list[int] = []
    events.consume("audit", lambda event: numbers.append(event.number))
    assert numbers == [5]
    assert [r.levelno for r in caplog.records] == [logging.WARNING, logging.ERROR]


def test_more_than_is_kept_goes_oldest_first(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core.events, "_BATCH", 4)
    events = Events(database)
    write(database, *map(str, range(10)))
    assert events.trim(most=3) == 7
    assert events.trim(most=3) == 0
    assert read(events) == ["7", "8", "9"]


MISTAKES: list[tuple[str, str, Any]] = [
    ("Added", "x", None),
    ("added", "x", None),
    ("site.added", "", None),
    ("site.added", "x" * 501, None),
    ("site.added", "a\0b", None),
    ("site.added", "x", object()),
    ("site.added", "x", float("inf")),
    ("site.added", "x", "y" * 70_000),
]


@pytest.mark.parametrize(("kind", "subject", "data"), MISTAKES)
def test_a_mistake_is_said_at_once(tmp_path: Path, kind: str, subject: str, data: Any) -> None:
    database = Database(f"sqlite:///{tmp_path / 'handbill.sqlite'}")
    upgrade(database)
    with database.session() as session, pytest.raises(ValueError, match=r"kind|subject|data|JSON"):
        record(session, kind, subject, data)
    assert read(Events(database)) == []
    database.close()


def test_a_reader_needs_a_name(database: Database) -> None:
    with pytest.raises(ValueError, match="name"):
        Events(database).consume("", print)


def test_events_take_no_write_lock_to_say_that_there_are_none(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'handbill.sqlite'}")
    upgrade(database)
    events = Events(database)
    write(database, "a")
    read(events)
    with database.session(write=True) as session:
        session.execute(text("SELECT 1"))
        assert read(events) == []
    database.close()
