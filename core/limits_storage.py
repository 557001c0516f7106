"""Counters of the limits in our own database: shared by all processes, with no other server to run."""

from __future__ import annotations

import time
from collections.abc import Callable

from limits.storage import Storage
from sqlalchemy import Integer, case, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, BigInt, Database
from core.errors import Problem

# How often a process sweeps away windows that have ended, seconds: rows are small, and few outlive a minute.
_SWEEP = 60.0


class LimitCounter(Base):
    """How much of one caller's allowance is used, and when its window ends (milliseconds since 1970)."""

    __tablename__ = "limit_counters"

    key: Mapped[str] = mapped_column(primary_key=True)
    amount: Mapped[int] = mapped_column(Integer)
    expires: Mapped[int] = mapped_column(BigInt, index=True)


class DatabaseStorage(Storage):
    """A storage for the `limits` package with fixed windows, each begun by a caller's first request."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        super().__init__(wrap_exceptions=True)
        self._database = database
        self._clock = clock
        self._swept = clock()

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        """What the package turns into its StorageError."""
        return (SQLAlchemyError, Problem)

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count, in one statement so that no two lose one, and return the sum; an ended window begins anew."""
        now = self._now()
        dialect = sqlite if self._database.sqlite else postgresql
        row = dialect.insert(LimitCounter).values(key=key, amount=amount, expires=now + expiry * 1000)
        ended = LimitCounter.expires <= now
        upsert = row.on_conflict_do_update(
            index_elements=[LimitCounter.key],
            set_={
                "amount": case((ended, amount), else_=LimitCounter.amount + amount),
                "expires": case((ended, row.excluded.expires), else_=LimitCounter.expires),
            },
        ).returning(LimitCounter.amount)
        with self._database.session() as session:
            total = int(session.scalars(upsert).one())
        self._sweep_sometimes()
        return total

    def get(self, key: str) -> int:
        """Return the sum in the window that runs, 0 where none does."""
        return self._read(key)[0]

    def get_expiry(self, key: str) -> float:
        """Return when the window ends, seconds since 1970; now, where none runs."""
        return self._read(key)[1] / 1000

    def check(self) -> bool:
        """Return whether the storage answers."""
        try:
            self._read("")
        except (SQLAlchemyError, Problem):
            return False
        return True

    def reset(self) -> int:
        """Forget every counter and return how many there were."""
        return self._delete(LimitCounter.key == LimitCounter.key)

    def clear(self, key: str) -> None:
        """Forget one counter."""
        self._delete(LimitCounter.key == key)

    def sweep(self) -> int:
        """Delete the windows that have ended and return how many."""
        return self._delete(LimitCounter.expires <= self._now())

    def _read(self, key: str) -> tuple[int, int]:
        now = self._now()
        with self._database.session() as session:
            row = session.get(LimitCounter, key)
        return (row.amount, row.expires) if row and row.expires > now else (0, now)

    def _delete(self, which: object) -> int:
        with self._database.session(write=True) as session:
            keys = list(session.scalars(select(LimitCounter.key).where(which)))  # type: ignore[arg-type]
            session.execute(delete(LimitCounter).where(which))  # type: ignore[arg-type]
        return len(keys)

    def _sweep_sometimes(self) -> None:
        if self._clock() - self._swept >= _SWEEP:
            self._swept = self._clock()
            self.sweep()

    def _now(self) -> int:
        return int(self._clock() * 1000)
