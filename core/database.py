"""Storage: typed SQLAlchemy models on SQLite by default, on PostgreSQL by one setting; nothing else differs.

Models derive from `Base` and use `Text`, `Integer`, `BigInt` and the three types below, because those are what
a STRICT table of SQLite takes (https://www.sqlite.org/stricttables.html) and PostgreSQL stores alike. Sessions
are plain context managers: jobs and protocol code need no web framework for them.
"""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Dialect,
    Engine,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    create_engine,
    event,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.pool import Pool, StaticPool

from core.errors import Busy, Misconfigured
from core.times import utc_now

# How long one waits for another's write, seconds. A browser's patience is near ten: answer 503 well before.
WAIT = 5
# Connections a process may hold. A web worker has 32 threads, and jobs share its pool; PostgreSQL's own default is
# 100 for all clients (https://www.postgresql.org/docs/18/runtime-config-connection.html), so a worker takes a fifth.
_POOL = {"sqlite": {"pool_size": 8, "max_overflow": 40}, "postgresql": {"pool_size": 5, "max_overflow": 15}}
# STRICT came with 3.37 (https://www.sqlite.org/releaselog/3_37_0.html).
_OLDEST_SQLITE = (3, 37, 0)
_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
_SQLITE_FAULTS = {
    "SQLITE_NOTADB": "is not a SQLite database. Move it away, or put the backup back (docs/operating.md)",
    "SQLITE_CORRUPT": "is damaged. Put the backup back (docs/operating.md)",
    "SQLITE_CANTOPEN": "cannot be opened. The data folder must exist and be writable for this user",
    "SQLITE_READONLY": "cannot be written. The file and its folder must be writable for this user",
    "SQLITE_FULL": "cannot grow, because the disk is full",
    "SQLITE_BUSY": "is held by another program for too long",
}

# What reading pages survives: only what is to be stored fails, until there is room again.
_NO_ROOM = ("SQLITE_FULL", "SQLITE_READONLY")

log = logging.getLogger(__name__)
_INHERITED: list[Pool] = []

BigInt = BigInteger().with_variant(Integer(), "sqlite")
"""64 bits on both: SQLite's INTEGER has them, and its STRICT tables know no BIGINT."""


class UtcTime(TypeDecorator[datetime]):
    """An aware datetime, kept as text like 2026-11-22T08:09:10.000000Z: of one width, so that it sorts as time."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Return the text; ValueError for a naive datetime, whose zone one would have to guess."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without a zone cannot be stored")
        return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return the datetime, in UTC."""
        return None if value is None else datetime.fromisoformat(value)


class JsonText(TypeDecorator[Any]):
    """Any JSON value, kept as text (RFC 8259). NUL is written as an escape, so PostgreSQL takes it too."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:  # noqa: ARG002
        """Return the text, the same for equal values."""
        return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """Return the value."""
        return None if value is None else json.loads(value)


class Flag(TypeDecorator[bool]):
    """A truth value kept as 0 or 1: STRICT tables know no BOOLEAN."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: bool | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        """Return 0 or 1."""
        return None if value is None else int(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> bool | None:  # noqa: ARG002
        """Return the truth value."""
        return None if value is None else bool(value)


class Base(DeclarativeBase):
    """Base of every model: constraints have predictable names, tables are STRICT on SQLite."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map = {str: Text}  # noqa: RUF012 -- SQLAlchemy reads it from the class

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        # Not by __table_args__: a model that sets its own would lose it.
        if isinstance(cls.__table__, Table):
            cls.__table__.dialect_options["sqlite"]["strict"] = True


class Database:
    """One database, reached by an SQLAlchemy address; connections are made when first needed."""

    def __init__(self, url: str) -> None:
        try:
            self._url = make_url(url)
        except ArgumentError as exc:
            # The address holds a password: it is not repeated.
            raise Misconfigured("HANDBILL_DATABASE_URL is not an address.", field="HANDBILL_DATABASE_URL") from exc
        if self._url.get_backend_name() not in _POOL:
            raise Misconfigured(
                f"HANDBILL_DATABASE_URL must begin with postgresql://, not {self._url.get_backend_name()}://.",
                field="HANDBILL_DATABASE_URL",
            )

    @property
    def sqlite(self) -> bool:
        """Whether this is SQLite; else it is PostgreSQL."""
        return self._url.get_backend_name() == "sqlite"

    @property
    def path(self) -> Path | None:
        """The file of a SQLite database; None for one in memory or for PostgreSQL."""
        name = self._url.database
        return Path(name) if self.sqlite and name and name != ":memory:" else None

    @cached_property
    def engine(self) -> Engine:
        """The SQLAlchemy engine. Raises Misconfigured where the PostgreSQL driver is not installed."""
        try:
            engine = create_engine(self._url, **self._options())
        except ModuleNotFoundError as exc:
            raise Misconfigured(
                "HANDBILL_DATABASE_URL names PostgreSQL, whose driver is not installed: make setup installs it.",
                field="HANDBILL_DATABASE_URL",
            ) from exc
        if self.sqlite:
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
        leave_to_parent(engine)
        return engine

    def _options(self) -> dict[str, Any]:
        if self.sqlite and self.path is None:
            # One connection for all threads: each connection to :memory: would be a database of its own.
            return {"poolclass": StaticPool, "connect_args": {"check_same_thread": False}}
        options: dict[str, Any] = {**_POOL[self._url.get_backend_name()], "pool_timeout": WAIT}
        options["hide_parameters"] = True  # an error's text, and so the log, names columns but not what is in them
        if not self.sqlite:
            options |= {"pool_pre_ping": True, "connect_args": {"connect_timeout": WAIT}}
        return options

    @cached_property
    def _sessions(self) -> sessionmaker[Session]:
        return sessionmaker(self.engine, expire_on_commit=False)

    @contextmanager
    def session(self, *, write: bool = False) -> Iterator[Session]:
        """Yield a session; commit on success, roll back on any error.

        Say ``write=True`` to read before writing in the same transaction: SQLite then takes its write lock at the
        start, where a wait is possible; upgrading a read later fails at once when another has written meanwhile
        (https://www.sqlite.org/isolation.html). Raises Busy where the database does not answer in time.
        """
        try:
            with self._sessions.begin() as session:
                if write and self.sqlite:
                    session.connection(execution_options={"handbill_begin": "BEGIN IMMEDIATE"})
                yield session
        except PoolTimeout as exc:
            raise _busy() from exc
        except OperationalError as exc:
            fault = _sqlite_fault(exc) if self.sqlite else "SQLITE_BUSY"
            if fault in _NO_ROOM:
                log.error("the database %s %s", self.path, _SQLITE_FAULTS[fault])
                raise Busy("This server can store nothing now. Its operator finds the reason in the log.") from exc
            if fault != "SQLITE_BUSY":
                raise  # a missing table, say: waiting does not help, the log must show it
            raise _busy() from exc

    def close(self) -> None:
        """Close all connections; new ones are opened when needed. One in memory stays open: it is its data."""
        if "engine" in self.__dict__ and not (self.sqlite and self.path is None):
            self.engine.dispose()


def leave_to_parent(engine: Engine) -> None:
    """See to it that a process forked off opens connections of its own: sharing one corrupts what it says or stores
    (https://www.sqlite.org/howtocorrupt.html §2.6, https://www.postgresql.org/docs/18/libpq-connect.html)."""
    known = weakref.ref(engine)

    def forked() -> None:
        if (mine := known()) is not None and not isinstance(mine.pool, StaticPool):
            _INHERITED.append(mine.pool)  # kept, because to be swept up would close the parent's connections
            mine.dispose(close=False)

    os.register_at_fork(after_in_child=forked)


def _busy() -> Busy:
    return Busy("The database does not answer now.", retry_at=utc_now() + timedelta(seconds=WAIT))


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    """Set what SQLite keeps per connection. With WAL and NORMAL a power cut may lose the last commits, no more."""
    connection.isolation_level = None  # the driver would begin transactions itself, late and never for DDL
    for pragma in (f"busy_timeout={WAIT * 1000}", "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("handbill_begin", "BEGIN"))


def _sqlite_fault(exc: DatabaseError) -> str:
    """Return SQLite's primary result code by name (https://www.sqlite.org/rescode.html), or the empty string."""
    name = getattr(exc.orig, "sqlite_errorname", "")
    return "_".join(name.split("_")[:2])


@contextmanager
def explained(database: Database) -> Iterator[None]:
    """Turn what a driver says at start-up into a sentence that names the setting to change."""
    try:
        yield
    except DatabaseError as exc:
        if not database.sqlite:
            # Drivers name host, user and database in their message, never the password.
            raise Misconfigured(f"PostgreSQL: {exc.orig}".strip(), field="HANDBILL_DATABASE_URL") from exc
        fault = _SQLITE_FAULTS.get(_sqlite_fault(exc), f"cannot be used: {exc.orig}")
        raise Misconfigured(f"The database {database.path or 'in memory'} {fault}.", field="HANDBILL_DATA") from exc


def damage(database: Database) -> str:
    """Return the first fault that SQLite finds in its file, the empty string where it finds none. Reads all of it."""
    if not database.sqlite:
        return ""  # PostgreSQL looks after its own files
    with explained(database), database.engine.connect() as connection:
        found = str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar())
    return "" if found == "ok" else found


def make_file(database: Database) -> None:
    """Make the data folder and an empty file that only this user can read: it will hold hashed secrets."""
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        raise Misconfigured(f"Python's SQLite is {sqlite3.sqlite_version}, which is too old: 3.37 is needed.")
    if database.path is None:
        return
    try:
        database.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(database.path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as exc:
        raise Misconfigured(
            f"The database {database.path} cannot be made: {exc.strerror}.", field="HANDBILL_DATA"
        ) from exc


@contextmanager
def locked(path: Path | None) -> Iterator[None]:
    """Hold the lock file beside a SQLite database; the system frees it when the process ends, however it ends."""
    if path is None:
        yield
        return
    import fcntl

    with path.with_name(path.name + ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
