"""What has happened, one row each, written in the transaction that made it happen; read later, in order, by name.

`record` is the outbox pattern (https://microservices.io/patterns/data/transactional-outbox.html): an event is there
if and only if what it tells of was committed. Readers such as the audit log or outgoing webhooks each keep a place of
their own and meet every event at least once.

Numbers are given when events are first read, not when they are written. Transactions commit in another order than
they begin, so a number taken by a writer could become visible after a reader has passed it, and never be read
(https://www.postgresql.org/docs/18/functions-sequence.html says why sequences have gaps). One reader at a time gives
numbers to what it can see, so whatever appears later gets a higher one. What was committed before something else was
written comes before it.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.database import Base, BigInt, Database, JsonText, UtcTime
from core.times import utc_now

log = logging.getLogger(__name__)

# How long, and how many, events are kept, read or not: a reader that is gone must not fill the disk. A month is what
# an operator needs to notice; a hundred thousand rows of a kilobyte are 100 MB.
KEEP = timedelta(days=30)
MOST = 100_000
# An event names what happened and to whom. 64 KiB is what a webhook may carry too (core.jobs.MOST_BYTES).
MOST_BYTES = 64 * 1024
# Rows numbered in one transaction: on SQLite others wait to write meanwhile.
_BATCH = 1000
_KIND = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)+")
_LONGEST_SUBJECT = 500
# The row of `event_readers` that holds the last number given. No reader may be called so.
_COUNTER = ""


class EventRow(Base):
    """One event. ``id`` is the order of writing; ``number`` the order of reading, absent until first read."""

    __tablename__ = "events"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    number: Mapped[int | None] = mapped_column(BigInt, index=True, unique=True)
    at: Mapped[datetime] = mapped_column(UtcTime, index=True)
    kind: Mapped[str]
    subject: Mapped[str]
    data: Mapped[Any] = mapped_column(JsonText)


class EventReader(Base):
    """How far a reader has come: the number of the last event it is done with."""

    __tablename__ = "event_readers"

    name: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInt)


@dataclass(frozen=True)
class Event:
    """What a reader gets. ``number`` is never used twice: readers tell by it whether they have seen the event."""

    number: int
    at: datetime
    kind: str
    subject: str
    data: Any


def record(session: Session, kind: str, subject: str, data: Any = None) -> None:
    """Write that something happened, in the caller's transaction.

    ``kind`` is dotted words such as ``site.added``, ``subject`` what it happened to (a key, an id), ``data`` any JSON
    without secrets. Raises ValueError where one of them does not fit.
    """
    if not _KIND.fullmatch(kind):
        raise ValueError(f"a kind is dotted lower-case words, not {kind!r}")
    if not subject or len(subject) > _LONGEST_SUBJECT or "\0" in subject:
        raise ValueError(f"a subject has 1 to {_LONGEST_SUBJECT} characters, without NUL")
    try:
        size = len(json.dumps(data, allow_nan=False))
    except TypeError as exc:
        raise ValueError(f"data must be JSON: {exc}") from exc
    if size > MOST_BYTES:
        raise ValueError(f"data may have {MOST_BYTES} bytes, not {size}")
    session.add(EventRow(at=utc_now(), kind=kind, subject=subject, data=data))


class Events:
    """The events of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    record = staticmethod(record)

    def consume(self, name: str, handler: Callable[[Event], object], *, most: int = 100) -> int:
        """Hand a reader its next events in order, at most ``most``; return how many it is done with.

        A new reader begins with the oldest event kept. Its place moves on after each event that ``handler`` returns
        from; an error stops it there and is passed on, and next time it begins with the same event. One that is
        killed in between meets the event again. Let one process at a time read under a name (a job with a key does):
        two get the same events twice.
        """
        if name == _COUNTER:
            raise ValueError("a reader needs a name")
        self._number_new()
        done = self._place(name)
        count = 0
        for event in self._after(done, most, name):
            handler(event)
            if not self._move(name, done, event.number):
                break  # another process reads under this name and is further
            done, count = event.number, count + 1
        return count

    def waiting(self, name: str) -> int:
        """Return how many events a reader has before it."""
        place = self._place(name)
        with self._database.session() as session:
            wanted = or_(EventRow.number.is_(None), EventRow.number > place)
            return session.scalar(select(func.count()).select_from(EventRow).where(wanted)) or 0

    def trim(self, *, keep: timedelta = KEEP, most: int = MOST) -> int:
        """Delete what is older or more than is kept, read or not; return how many that were."""
        self._number_new()
        with self._database.session(write=True) as session:
            last = session.scalar(select(func.max(EventRow.number))) or 0
            old = (EventRow.at < utc_now() - keep) | (EventRow.number <= last - most)
            gone = session.scalar(select(func.max(EventRow.number)).where(old)) or 0
            behind = session.scalars(
                select(EventReader.name).where(EventReader.number < gone, EventReader.name != _COUNTER)
            ).all()
            count = len(session.scalars(delete(EventRow).where(old).returning(EventRow.id)).all())
        if behind:
            log.warning("events were deleted that readers had not read", extra={"readers": sorted(behind)})
        return count

    def _number_new(self) -> None:
        """Give numbers to the events that have none, a batch a transaction, only one process at a time."""
        with self._database.session() as session:
            if not session.scalar(select(exists().where(EventRow.number.is_(None)))):
                return
        self._make_reader(_COUNTER)
        while self._number_batch() == _BATCH:
            pass

    def _number_batch(self) -> int:
        with self._database.session(write=True) as session:
            counter = session.get_one(EventReader, _COUNTER, with_for_update=True)
            new = select(EventRow.id).where(EventRow.number.is_(None)).order_by(EventRow.id).limit(_BATCH)
            ids = session.scalars(new).all()
            rows = [{"id": id_, "number": counter.number + n} for n, id_ in enumerate(ids, 1)]
            if rows:
                session.execute(update(EventRow), rows)
            counter.number += len(rows)
        return len(rows)

    def _place(self, name: str) -> int:
        with self._database.session() as session:
            reader = session.get(EventReader, name)
        if reader is None:
            self._make_reader(name)
        return reader.number if reader else 0

    def _make_reader(self, name: str) -> None:
        dialect = sqlite if self._database.sqlite else postgresql
        row = dialect.insert(EventReader).values(name=name, number=0)
        with self._database.session() as session:
            session.execute(row.on_conflict_do_nothing())

    def _after(self, number: int, most: int, name: str) -> list[Event]:
        wanted = select(EventRow).where(EventRow.number > number).order_by(EventRow.number).limit(most)
        with self._database.session() as session:
            rows = session.scalars(wanted).all()
            found = [Event(row.number or 0, row.at, row.kind, row.subject, row.data) for row in rows]
        if found and number and found[0].number > number + 1:
            lost = found[0].number - number - 1
            log.error("a reader missed events that are no longer kept", extra={"reader": name, "events": lost})
        return found

    def _move(self, name: str, old: int, new: int) -> bool:
        change = update(EventReader).where(EventReader.name == name, EventReader.number == old).values(number=new)
        with self._database.session(write=True) as session:
            return bool(session.execute(change).rowcount)  # type: ignore[attr-defined]  # an update's result has it
