"""Delete what a network does not let us keep: posts that it did not confirm for as long as its policy allows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import select, update

from core.database import Database
from core.times import utc_now
from feeds import keep
from feeds.tables import SAMPLE, FeedRow, LinkRow, PostRow, SourceRow
from feeds.waits import Waits
from networks.parts import Network

# Posts deleted in one transaction: on SQLite others wait to write meanwhile.
_BATCH = 500


def reap(
    database: Database,
    networks: Mapping[str, Network],
    forget: Callable[[str], None],
    now: datetime | None = None,
) -> int:
    """Delete posts older than their network's ``Policy.max_age`` since it last had them; return how many.

    Their pictures are forgotten too.
    """
    now = now or utc_now()
    Waits(database).clear(now)
    count = 0
    for key, network in networks.items():
        age = network.policy.max_age
        while age is not None and (gone := _some(database, key, now - age, forget)):
            count += gone
    return count


def _some(database: Database, network: str, before: datetime, forget: Callable[[str], None]) -> int:
    made_up = select(SourceRow.id).where(SourceRow.state == SAMPLE)
    mine = (PostRow.network == network, PostRow.checked < before, PostRow.source_id.not_in(made_up))
    old = select(PostRow).where(*mine).limit(_BATCH)
    with database.session(write=True) as session:
        rows = session.scalars(old).all()
        pictures = keep.remove(session, rows)
        feeds = select(LinkRow.feed_id).where(LinkRow.source_id.in_({row.source_id for row in rows}))
        if rows:
            session.execute(update(FeedRow).where(FeedRow.id.in_(feeds)).values(version=FeedRow.version + 1))
    for url in dict.fromkeys(pictures):
        forget(url)
    return len(rows)
