"""Which sources are due."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import exists, or_, select, update

from core.database import Database
from core.times import utc_now
from feeds.tables import SourceRow
from networks.account_tables import NetworkAccountRow

# A source that was asked later than now was so before our clock was set back: it is due. Less is how servers differ.
AHEAD = timedelta(hours=1)
# Jobs put in one minute: twice what 10,000 sources of ten minutes each need. The rest is due in the next.
MOST = 2000


def wake(database: Database) -> None:
    """Make due what waits for its owner, where the account has been connected again since."""
    again = (
        NetworkAccountRow.id == SourceRow.account_id,
        NetworkAccountRow.state == "ok",
        NetworkAccountRow.renewed > SourceRow.tried,
    )
    waiting = update(SourceRow).where(SourceRow.state == "needs_owner", exists().where(*again))
    with database.session(write=True) as session:
        session.execute(waiting.values(state="ok", due=utc_now(), failures=0))


def due_sources(database: Database, now: datetime | None = None) -> list[str]:
    """Return the ids of the sources that should be asked now, the longest due first."""
    now = now or utc_now()
    living = (SourceRow.state == "ok", or_(SourceRow.due <= now, SourceRow.tried > now + AHEAD))
    query = select(SourceRow.id).where(*living).order_by(SourceRow.due).limit(MOST)
    with database.session() as session:
        return list(session.scalars(query))
