"""Which workers live: each writes a row anew every few seconds, by the database's clock, not its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.database import Base, Database, UtcTime
from core.times import utc_now

# A worker that has not written for so long, seconds, is taken for dead: six times it must have failed to.
SILENT = 60.0
BEAT = 10.0
OK = "ok"
NOBODY = "no worker has beaten for a minute"


class Worker(Base):
    """A process that does jobs, and when it was last heard of."""

    __tablename__ = "workers"

    name: Mapped[str] = mapped_column(primary_key=True)
    beat: Mapped[datetime] = mapped_column(UtcTime)


def beat(database: Database, name: str) -> None:
    """Write that a worker lives."""
    dialect = sqlite if database.sqlite else postgresql
    with database.session() as session:
        now = _now(session)
        row = dialect.insert(Worker).values(name=name, beat=now)
        session.execute(row.on_conflict_do_update(index_elements=[Worker.name], set_={"beat": row.excluded.beat}))


def leave(database: Database, *names: str) -> None:
    """Forget workers: those that ended in order, or whose work others have taken."""
    with database.session() as session:
        session.execute(delete(Worker).where(Worker.name.in_(names)))


def living(session: Session, silent: float = SILENT) -> set[str]:
    """Return the names of the workers heard of in the last ``silent`` seconds."""
    since = _now(session) - timedelta(seconds=silent)
    return set(session.scalars(select(Worker.name).where(Worker.beat > since)))


def silent_ones(session: Session, silent: float = SILENT) -> set[str]:
    """Return the names of the workers not heard of for ``silent`` seconds, which did not end in order."""
    return set(session.scalars(select(Worker.name))) - living(session, silent)


def state(session: Session) -> str:
    """Return "ok", or in words that nobody does jobs just now."""
    return OK if living(session) else NOBODY


def _now(session: Session) -> datetime:
    """Return the time by the database's clock: those of several machines differ."""
    if session.get_bind().dialect.name == "sqlite":
        return utc_now()
    now: datetime = session.scalars(select(func.clock_timestamp())).one()
    return now.astimezone(UTC)
