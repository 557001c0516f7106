"""Delete what may not be kept of conversations: replies that nobody confirmed, and pages that nobody looks at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import delete, select

from core.database import Database
from core.times import utc_now
from feeds.keep import pictures_of
from feeds.replies.pace import ALONE, KEPT
from feeds.replies.tables import PageRow, PlaceRow, ReplyRow
from networks.parts import Network

# Replies, and pages, deleted in one transaction: on SQLite others wait to write meanwhile.
_BATCH = 500


def sweep(
    database: Database, networks: Mapping[str, Network], forget: Callable[[str], None], now: datetime | None = None
) -> int:
    """Delete the replies that their network has not confirmed for 30 days, or as long as its policy allows, and the
    pages that nobody asked for in that time, or for a day where no post is about them; return how many replies those
    were.

    Their pictures are forgotten too.
    """
    now, count = now or utc_now(), 0
    for key, network in networks.items():
        before = now - min(network.policy.max_age or KEPT, KEPT)
        while network.replies and (gone := _replies(database, key, before, forget)):
            count += gone
        if network.replies:
            _faces(database, key, before)
    while _pages(database, now - KEPT) or _pages(database, now - ALONE, empty=True):
        pass
    return count


def _replies(database: Database, network: str, before: datetime, forget: Callable[[str], None]) -> int:
    places = select(PlaceRow.id).where(PlaceRow.network == network)
    old = select(ReplyRow).where(ReplyRow.place_id.in_(places), ReplyRow.checked < before).limit(_BATCH)
    with database.session(write=True) as session:
        rows = session.scalars(old).all()
        session.execute(delete(ReplyRow).where(ReplyRow.id.in_([row.id for row in rows])))
    for url in dict.fromkeys(url for row in rows for url in pictures_of(row.stored)):
        forget(url)
    return len(rows)


def _faces(database: Database, network: str, before: datetime) -> None:
    """Empty the places that could not be read for so long: who liked them may have thought better of it."""
    old = select(PlaceRow).where(PlaceRow.network == network, PlaceRow.good < before)
    with database.session(write=True) as session:
        for place in session.scalars(old):
            place.stored, place.faces, place.state, place.good = {}, [], "new", None


def _pages(database: Database, before: datetime, *, empty: bool = False) -> int:
    old = select(PageRow.id).where(PageRow.asked < before)
    if empty:
        old = old.where(~select(PlaceRow.id).where(PlaceRow.page_id == PageRow.id).exists())
    with database.session(write=True) as session:
        ids = list(session.scalars(old.limit(_BATCH)))
        session.execute(delete(PageRow).where(PageRow.id.in_(ids)))
    return len(ids)
