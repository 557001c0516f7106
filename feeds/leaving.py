"""What feeds do when the account that they are read with is gone, or its owner took our access away.

`networks.accounts` writes an event; the job that runs every minute reads it here. Sources stand still at once, not at
their next refresh only, and where the owner asked for deletion their posts go too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.times import utc_now
from feeds import keep
from feeds.tables import FeedRow, LinkRow, PostRow, SourceRow
from networks.account_tables import NetworkAccountRow

if TYPE_CHECKING:
    from core.events import Event
    from core.services import Services

READER = "feeds"
KINDS = frozenset({"account.needs_owner", "account.disconnected"})


def follow(services: Services) -> None:
    """Read what became of accounts since the last time. One process at a time does."""
    while services.events.consume(READER, lambda event: _follow(services, event)):
        pass


def _follow(services: Services, event: Event) -> None:
    if event.kind not in KINDS:
        return
    pictures: list[str] = []
    with services.database.session(write=True) as session:
        account = session.get(NetworkAccountRow, event.subject)
        if account is not None and account.state == "ok":
            return  # it was connected anew since
        for source in session.scalars(select(SourceRow).where(SourceRow.account_id == event.subject)).all():
            source.state, source.tried = "needs_owner", source.tried or utc_now()
            source.problem = source.problem or ("needs_owner" if account else "no_account")
            network = services.networks.get(source.network)
            if event.data.get("erase") and (network is None or network.policy.own_only):
                pictures += _erase(session, source)
    for url in dict.fromkeys(pictures):
        services.media.forget(url)


def _erase(session: Session, source: SourceRow) -> list[str]:
    """Delete the posts of a source; return their pictures."""
    rows = session.scalars(select(PostRow).where(PostRow.source_id == source.id)).all()
    pictures = keep.remove(session, rows)
    source.found, source.etag, source.modified, source.digest, source.title = {}, "", "", "", ""
    shown_in = select(LinkRow.feed_id).where(LinkRow.source_id == source.id)
    session.execute(update(FeedRow).where(FeedRow.id.in_(shown_in)).values(version=FeedRow.version + 1))
    return pictures
