"""Deliveries as they came: stored before they are acknowledged, kept for a week, so that they can be worked through
again."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.database import Database
from core.errors import NotFound
from core.times import utc_now
from core.vault import Vault
from feeds.webhook_tables import DeliveryRow
from networks.webhooks import Delivery

log = logging.getLogger(__name__)
# For how long a delivery is kept and known as a repetition. Meta tries again for 36 hours, TikTok for three days
# (https://developers.tiktok.com/doc/webhooks-overview): beyond that nobody does.
KEEP = timedelta(days=7)
# A delivery that waits longer than this has lost its job, or the job never was put.
FORGOTTEN = timedelta(minutes=2)
# Tries after which a delivery is left alone: a job has five, so twice a lost one.
MOST_ATTEMPTS = 10
# Deliveries put again at a time; there are more only after a long outage, and the next round takes them.
AT_ONCE = 500
# No header of interest is longer; signatures with SHA-512 have 135 characters.
LONGEST_HEADER = 1000
_PURPOSE = "webhook body"


@dataclass(frozen=True)
class Kept:
    """Which row a delivery is in; whether it is new; whether it has still to be worked through."""

    id: str
    fresh: bool
    waiting: bool


class Deliveries:
    """The deliveries in the database; their bodies are sealed, since some hold what people wrote."""

    def __init__(self, database: Database, vault: Vault, now: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._vault = vault
        self._now = now

    def put(
        self, network: str, subscription_id: str, delivery_id: str, delivery: Delivery, names: tuple[str, ...]
    ) -> Kept:
        """Store a delivery with its headers of these names, unless it is there; it survives a power cut then."""
        which = (network, subscription_id, delivery_id)
        row = self._row(which, delivery, names)
        try:
            with self._database.session(write=True) as session:
                known = _find(session, which)
                if known is not None:
                    return Kept(known.id, fresh=False, waiting=known.state == "waiting")
                session.add(row)
        except IntegrityError:  # on PostgreSQL two at once may both find nothing
            with self._database.session() as session:
                known = _find(session, which)
            return Kept(known.id if known else "", fresh=False, waiting=False)
        self._flush()
        return Kept(row.id, fresh=True, waiting=True)

    def find(self, row_id: str) -> DeliveryRow:
        """Return a delivery's row. Raises NotFound."""
        with self._database.session() as session:
            row = session.get(DeliveryRow, row_id)
        if row is None:
            raise NotFound("There is no such delivery; they are kept for a week.", code="no_delivery")
        return row

    def begin(self, row_id: str) -> DeliveryRow | None:
        """Count a try and return the row; None where it is gone or was worked through already."""
        with self._database.session(write=True) as session:
            row = session.get(DeliveryRow, row_id)
            if row is None or row.state != "waiting":
                return None
            row.attempts += 1
            return row

    def finish(self, row_id: str, problem: str = "") -> None:
        """Note that a delivery was worked through, or why it cannot be."""
        values = {"state": "failed" if problem else "done", "error": problem[:500]}
        with self._database.session(write=True) as session:
            session.execute(update(DeliveryRow).where(DeliveryRow.id == row_id).values(**values))

    def again(self, row_id: str) -> DeliveryRow:
        """Have a delivery worked through once more. Raises NotFound."""
        self.find(row_id)
        values = {"state": "waiting", "error": "", "attempts": 0}
        with self._database.session(write=True) as session:
            session.execute(update(DeliveryRow).where(DeliveryRow.id == row_id).values(**values))
        return self.find(row_id)

    def opened(self, row: DeliveryRow) -> Delivery:
        """Return a delivery as it came. Raises SealBroken where the key that sealed it was taken away."""
        return Delivery(self._vault.open(_PURPOSE, row.sealed, _context(row)), row.headers)

    def newest(self, most: int, state: str = "") -> list[DeliveryRow]:
        """Return the newest deliveries, of one state where it is named."""
        query = select(DeliveryRow).order_by(DeliveryRow.received.desc(), DeliveryRow.id).limit(most)
        if state:
            query = query.where(DeliveryRow.state == state)
        with self._database.session() as session:
            return list(session.scalars(query))

    def sweep(self) -> None:
        """Delete what has been kept for long enough; give up what was tried too often."""
        tired = (DeliveryRow.state == "waiting", DeliveryRow.attempts >= MOST_ATTEMPTS)
        with self._database.session(write=True) as session:
            session.execute(delete(DeliveryRow).where(DeliveryRow.received < self._now() - KEEP))
            session.execute(update(DeliveryRow).where(*tired).values(state="failed", error="It was tried too often."))

    def forgotten(self) -> list[str]:
        """Return the ids of deliveries that nobody works through, the oldest first."""
        old = (DeliveryRow.state == "waiting", DeliveryRow.received < self._now() - FORGOTTEN)
        query = select(DeliveryRow.id).where(*old).order_by(DeliveryRow.received).limit(AT_ONCE)
        with self._database.session() as session:
            return list(session.scalars(query))

    def _row(self, which: tuple[str, str, str], delivery: Delivery, names: tuple[str, ...]) -> DeliveryRow:
        network, subscription_id, delivery_id = which
        kept = {name: delivery.header(name)[:LONGEST_HEADER] for name in names if delivery.header(name)}
        row = DeliveryRow(
            id=secrets.token_hex(12), network=network, subscription_id=subscription_id, delivery_id=delivery_id,
            headers=kept, received=self._now(), state="waiting", attempts=0, error="",
        )  # fmt: skip
        row.sealed = self._vault.seal(_PURPOSE, delivery.body, _context(row))
        return row

    def _flush(self) -> None:
        """Have SQLite's log on the disk: our connections leave that to the next checkpoint (core/database.py), and
        what was acknowledged is not sent again. While another checkpoints, that one does it."""
        if not self._database.sqlite or self._database.path is None:
            return
        connection = self._database.engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)").close()
        finally:
            connection.close()


def _find(session: Session, which: tuple[str, str, str]) -> DeliveryRow | None:
    columns = (DeliveryRow.network, DeliveryRow.subscription_id, DeliveryRow.delivery_id)
    return session.scalar(select(DeliveryRow).where(*(c == v for c, v in zip(columns, which, strict=True))))


def _context(row: DeliveryRow) -> str:
    return f"{row.id} {row.network} {row.subscription_id}"
