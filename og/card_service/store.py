"""Descriptions of preview pictures that are too long for an address, kept by their digest.

The rule, which docs/pictures.md tells operators: a description stays for as long as its picture is asked for at least
once in `KEEP`. Beyond `MOST` of them, the ones not asked for the longest go first, but none that was asked for within
`IN_USE`: then new ones are refused. Asked for is also what is signed again, so a lost one comes back with its page.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.database import Base, Database, UtcTime
from core.errors import Busy
from core.log import Seldom
from core.recent import Recent
from core.times import utc_now

log = logging.getLogger(__name__)
# A page that nobody shared or looked up in over a year; platforms ask for a picture anew within a month of a sharing
# (Facebook: every 30 days, https://developers.facebook.com/docs/sharing/webmasters/crawler/, read 2026-11).
KEEP = timedelta(days=400)
# Rows: at the 4 KB that a long card has, 200 MB.
MOST = 50_000
# What was asked for in this time is never taken for others' sake: a month and a half holds a platform's whole round.
IN_USE = timedelta(days=45)
# How exact "asked for" is: more exact would be a write for every reading.
GRAIN = timedelta(days=1)
# Rows taken away in one go, so that one caller does not pay for a year.
_BATCH = 500
# Descriptions of which a process remembers that it wrote the day down.
_REMEMBERED = 4096


class CardPayload(Base):
    """One description: canonical JSON, and when it was last asked for."""

    __tablename__ = "card_payloads"

    id: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[str]
    at: Mapped[datetime] = mapped_column(UtcTime, index=True)


class CardStore:
    """The descriptions. ``database`` is opened when first needed, for most cards fit into their address."""

    def __init__(
        self, database: Callable[[], Database], *, now: Callable[[], datetime] = utc_now, most: int = MOST
    ) -> None:
        self._open = database
        self._now = now
        self._most = most
        self._noted: Recent[bool] = Recent(_REMEMBERED, GRAIN.total_seconds())
        self._silent = Seldom()

    def keep(self, key: str, body: str) -> None:
        """Keep a body under its digest; where it is there, note that it was asked for.

        Raises Busy, with ``retry_at``, where there is no room, and where the database does not answer.
        """
        database = self._open()
        with database.session(write=True) as session:
            if session.get(CardPayload, key) is None:
                self._make_room(session)
            insert = sqlite.insert if database.sqlite else postgresql.insert
            row = insert(CardPayload).values(id=key, body=body, at=self._now())
            session.execute(row.on_conflict_do_update(index_elements=["id"], set_={"at": self._now()}))

    def body(self, key: str) -> str | None:
        """Return a body, None where it is not kept."""
        with self._open().session() as session:
            return session.scalar(select(CardPayload.body).where(CardPayload.id == key))

    def touch(self, key: str) -> None:
        """Note that a description was asked for. What cannot be noted is no reason not to answer."""
        try:
            self._noted.get(key, lambda: self._note(key))
        except (Busy, SQLAlchemyError) as exc:
            if self._silent.due():
                log.warning("cards: the day of use cannot be noted: %s", type(exc).__name__)

    def _note(self, key: str) -> bool:
        now = self._now()
        with self._open().session(write=True) as session:
            stale = update(CardPayload).where(CardPayload.id == key, CardPayload.at < now - GRAIN)
            session.execute(stale.values(at=now))
        return True

    def _make_room(self, session: Session) -> None:
        """Take away what was not asked for in a long time, and more where there are too many."""
        now = self._now()
        self._take(session, now - KEEP, _BATCH)
        over = (session.scalar(select(func.count()).select_from(CardPayload)) or 0) + 1 - self._most
        if over <= 0:
            return
        self._take(session, now - IN_USE, max(over, _BATCH))
        if (session.scalar(select(func.count()).select_from(CardPayload)) or 0) >= self._most:
            raise Busy(
                "So many long cards are in use that no more are kept. Shorten the text until it fits an address.",
                retry_at=now + GRAIN,
            )

    def _take(self, session: Session, before: datetime, most: int) -> None:
        oldest = select(CardPayload.id).where(CardPayload.at < before).order_by(CardPayload.at).limit(most)
        session.execute(delete(CardPayload).where(CardPayload.id.in_(oldest)))
