"""Whose news a delivery is: the feeds' sources that it is about, and the posts that it says were deleted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.errors import Problem
from feeds import keep
from feeds.tables import FeedRow, LinkRow, PostRow, SourceRow
from feeds.webhook_tables import SubscriptionRow
from networks.account_tables import NetworkAccountRow
from networks.parts import Network
from networks.webhooks import Event

# An id of an account that stands in the address of its list: not a page's number or a version.
_ID = re.compile(r"[0-9A-Za-z][\w.-]{4,}")


def concerned(
    session: Session,
    network: Network,
    subscription: SubscriptionRow | None,
    event: Event,
    sites: Sequence[str] | None = None,
) -> list[SourceRow]:
    """Return the sources that an event is about.

    A subscription at a hub is for one topic, another may be for one account. Beyond that the event names accounts, by
    number, name or address; one that names none is about all of the network's sources. ``sites`` are those whose
    sources count, None for all.
    """
    mine = select(SourceRow).where(SourceRow.network == network.key)
    if sites is not None:
        mine = mine.where(SourceRow.site_key.in_(sites))
    if subscription is not None and subscription.hub and not _has_own_hub(network):
        mine = mine.where(SourceRow.hub == subscription.hub, SourceRow.topic == subscription.topic)
    rows = session.scalars(mine).all()
    if subscription is not None and subscription.hub:
        return [row for row in rows if topic_of(network, row) == (subscription.hub, subscription.topic)]
    if subscription is not None and subscription.account:
        rows = _of(session, rows, [subscription.account])
    return _of(session, rows, event.accounts) if event.accounts else list(rows)


def topic_of(network: Network, source: SourceRow) -> tuple[str, str]:
    """Return the hub that has a source's news, and the address it knows the source by; empty where there is none."""
    websub = network.webhook.websub if network.webhook else None
    if websub is None:
        return "", ""
    if not websub.hub:
        return (source.hub, source.topic) if source.hub and source.topic else ("", "")
    topic = websub.topic(_asked(network, source))
    return (websub.hub, topic) if topic else ("", "")


def _has_own_hub(network: Network) -> bool:
    return bool(network.webhook and network.webhook.websub and network.webhook.websub.hub)


def delete_posts(session: Session, sources: Iterable[SourceRow], remote: str) -> list[str]:
    """Delete a post from these sources, and count the change in every feed that shows one.

    Return the addresses of the post's pictures, to be forgotten.
    """
    ids = [source.id for source in sources]
    rows = session.scalars(select(PostRow).where(PostRow.source_id.in_(ids), PostRow.remote == remote)).all()
    pictures = keep.remove(session, rows)
    if rows:
        feeds = select(LinkRow.feed_id).where(LinkRow.source_id.in_([row.source_id for row in rows]))
        session.execute(update(FeedRow).where(FeedRow.id.in_(feeds)).values(version=FeedRow.version + 1))
    return pictures


def _of(session: Session, rows: Sequence[SourceRow], accounts: Iterable[str]) -> list[SourceRow]:
    """Return the sources of some accounts: by what was written, by who was connected, or by what was read."""
    wanted = {name for account in accounts for name in _names(account)}
    owners = _owners(session, rows)
    return [
        row
        for row in rows
        if wanted & (_names(row.address) | owners.get(row.account_id, set()) | _found(row))
        or any(_wrote(session, row, name) for name in wanted)
    ]


def _owners(session: Session, rows: Sequence[SourceRow]) -> Mapping[str, set[str]]:
    ids = {row.account_id for row in rows if row.account_id}
    found = session.scalars(select(NetworkAccountRow).where(NetworkAccountRow.id.in_(ids))) if ids else ()
    return {row.id: _names(row.subject) | _names(row.handle) for row in found}


def _names(account: str) -> set[str]:
    """Return what an account may be written like: with and without @, as an address, in capitals or not; of an
    address its first two parts as well, behind which others may stand (``owner/repository/tree/main``)."""
    plain = account.strip().lower().removeprefix("@").rstrip("/")
    path = re.sub(r"^(?:https?://)?[^/]+\.[a-z]{2,}/", "", plain).removeprefix("@")
    first = "/".join(path.split("?")[0].split("/")[:2]).removesuffix(".git") if path != plain else ""
    return {name for name in (plain, path, first) if name and name != "me"}


def _found(row: SourceRow) -> set[str]:
    """Return the ids in the address that a look-up led to, such as ``/2/users/12345/tweets``."""
    found: Any = row.found or {}
    return {word.lower() for word in _ID.findall(unquote(str(found.get("url", ""))))}


def _wrote(session: Session, row: SourceRow, account: str) -> bool:
    """Return whether a source's posts have an account's id before their own, as those of Facebook's Pages have."""
    if not account.isdecimal():
        return False
    begins = PostRow.remote.startswith(f"{account}_", autoescape=True)
    return session.scalar(select(PostRow.id).where(PostRow.source_id == row.id, begins).limit(1)) is not None


def _asked(network: Network, source: SourceRow) -> str:
    """Return the address that a source is read from, as far as that is known."""
    found: Any = source.found or {}
    if found.get("url"):
        return str(found["url"])
    try:
        return network.feed.ask(source.address).url if network.feed else ""
    except Problem:
        return ""
