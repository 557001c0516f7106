"""Until when a network does not want to be asked: one row for each network, host and credential that said so."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from sqlalchemy import delete, select

from core.database import Database
from feeds.pace import MOST_WAIT
from feeds.tables import WaitRow
from networks import limits
from networks.records import Dialect, RateState

# A clock this far off is wrong; less is the way of an answer.
SKEW = timedelta(seconds=30)


class Waits:
    """The table, shared by all processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def until(self, key: str, now: datetime) -> datetime | None:
        """Return until when nobody may ask under a key; None where one may.

        What is further away than any wait was written before our clock was set back.
        """
        with self._database.session() as session:
            until = session.scalar(select(WaitRow.until).where(WaitRow.key == key))
        return until if until and now < until <= now + MOST_WAIT else None

    def put(self, key: str, until: datetime) -> None:
        """Remember it; the longer of two holds."""
        with self._database.session(write=True) as session:
            row = session.get(WaitRow, key)
            if row is None:
                session.add(WaitRow(key=key, until=until))
            else:
                row.until = until if row.until > until + MOST_WAIT else max(row.until, until)

    def clear(self, now: datetime) -> None:
        """Forget those that are over."""
        with self._database.session(write=True) as session:
            session.execute(delete(WaitRow).where(WaitRow.until <= now))


def told(headers: Mapping[str, str], dialect: Dialect, now: datetime, status: int) -> RateState:
    """Return what an answer says about limits, by our clock.

    Networks name moments by theirs. Where its ``Date`` shows that the two differ, the wait is what counts.
    """
    theirs = _date(headers) or now
    skewed = abs(theirs - now) > SKEW
    state = limits.read(headers, dialect, theirs if skewed else now, status)
    until = state.blocked_until
    if until is not None:
        until = min(until - (theirs - now) if skewed else until, now + MOST_WAIT)
    return RateState(state.limit, state.remaining, state.reset, until if until and until > now else None, state.poll)


def _date(headers: Mapping[str, str]) -> datetime | None:
    try:
        found = parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
