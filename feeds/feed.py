"""What a feed shows: its sources' posts, mixed and filtered, a page at a time.

A page goes on behind the last post that it has, not after so many: posts that arrive meanwhile neither repeat nor
hide any. The cursor says where; it is opaque to everybody else.
"""

from __future__ import annotations

import binascii
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from core.errors import Invalid, NotFound
from feeds.options import MOST, FeedOptions, options_of
from feeds.tables import FEED_ID, LETTERS, FeedRow, LinkRow, MarkRow, PostRow, SourceRow
from networks.parts import Network
from networks.records import Post

# Posts looked through for one page: where a filter lets nothing through, it ends all the same.
BATCH, MOST_BATCHES = 100, 10
# A source is late when it was not read for so many intervals.
LATE = 3
_CURSOR = struct.Struct(">qqi")


@dataclass(frozen=True)
class Feed:
    """A feed without its posts."""

    id: str
    site_key: str
    name: str
    options: FeedOptions
    approve: bool
    sample: bool
    version: int
    created: datetime
    asked: datetime


@dataclass(frozen=True)
class Entry:
    """A post in a feed. ``id`` is the row's."""

    id: int
    at: datetime
    checked: datetime
    post: Post
    network: str
    source: str
    pinned: bool = False
    hidden: bool = False
    approved: bool = False
    same_as: int | None = None


@dataclass(frozen=True)
class FeedPage:
    """One page. ``next`` is a cursor or None; ``stale``: some source could not be read lately; ``waiting``: no source
    was read yet."""

    feed: Feed
    entries: tuple[Entry, ...]
    next: str | None
    stale: bool
    waiting: bool


@dataclass(frozen=True)
class Place:
    """Where a page goes on: behind this post, having shown so many."""

    at: datetime
    id: int
    shown: int

    def write(self) -> str:
        """Return the cursor."""
        since = self.at - _EPOCH
        micros = (since.days * 86400 + since.seconds) * 1_000_000 + since.microseconds
        return urlsafe_b64encode(_CURSOR.pack(micros, self.id, self.shown)).rstrip(b"=").decode()


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def place_of(cursor: str) -> Place | None:
    """Read a cursor; None for the beginning. Raises Invalid."""
    if not cursor:
        return None
    try:
        micros, row, shown = _CURSOR.unpack(urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)))
        return Place(_EPOCH + timedelta(microseconds=micros), row, shown)
    except (UnicodeError, binascii.Error, struct.error, ValueError, OverflowError) as exc:
        raise Invalid("This cursor is not one of ours.", field="cursor") from exc


def feed_of(session: Session, feed_id: str) -> Feed:
    """Return a feed. Raises NotFound."""
    known = len(feed_id) == FEED_ID and set(feed_id) <= set(LETTERS)
    row = session.get(FeedRow, feed_id) if known else None
    if row is None:
        raise NotFound("There is no feed with this id.", code="no_feed")
    return Feed(
        row.id, row.site_key, row.name, options_of(row.options), row.approve, row.sample, row.version, row.created,
        row.asked,
    )  # fmt: skip


class Reading:
    """Reads one page of one feed. ``data`` leaves out what its network lets be in no data form."""

    def __init__(
        self, session: Session, networks: Mapping[str, Network], feed: Feed, now: datetime, *, data: bool
    ) -> None:
        self._session, self._networks, self._now = session, networks, now
        self._feed, self._data = feed, data

    def page(self, count: int, cursor: str) -> FeedPage:
        """Return a page of at most ``count`` posts. Raises Invalid for a wrong cursor or count."""
        if not 1 <= count <= MOST:
            raise Invalid(f"A page has 1 to {MOST} posts.", field="count")
        place, pinned = place_of(cursor), list(self._pinned())
        first = pinned[: count - 1] if place is None else []
        shown = place.shown if place else 0
        most = self._feed.options.most
        room = min(count, most - shown) if most else count
        entries, more = self._rest(room - len(first), place, {one.id for one in pinned}) if room > 0 else ([], None)
        entries = [*first, *entries]
        shown += len(entries)
        onward = None if more is None or (most and shown >= most) else Place(more.at, more.id, shown).write()
        return FeedPage(self._feed, tuple(entries), onward, *_health(self._sources(), self._now))

    def _pinned(self) -> Iterator[Entry]:
        rows = self._rows(self._ids(None, pinned=True).limit(MOST))
        yield from (entry for entry in rows if self._may(entry))

    def _rest(self, count: int, place: Place | None, besides: set[int]) -> tuple[list[Entry], Entry | None]:
        """Return the entries behind a place, and the last one of them where there are more."""
        found: list[Entry] = []
        for _ in range(MOST_BATCHES):
            batch = self._rows(self._ids(place).limit(BATCH))
            for entry in batch:
                if entry.id in besides or not self._shows(entry):
                    continue
                if len(found) >= count:
                    return found, found[-1] if found else None
                found.append(entry)
            if len(batch) < BATCH:
                return found, None
            place = Place(batch[-1].at, batch[-1].id, 0)
        return found, batch[-1]

    def _ids(self, place: Place | None, *, pinned: bool = False) -> Select[Any]:
        """Select the ids of what may be shown, the newest first."""
        links = select(LinkRow.source_id).where(LinkRow.feed_id == self._feed.id)
        mark = and_(MarkRow.post_id == PostRow.id, MarkRow.feed_id == self._feed.id)
        query = select(PostRow.id).outerjoin(MarkRow, mark).where(PostRow.source_id.in_(links))
        silent = MarkRow.post_id.is_(None)
        if self._feed.approve:
            query = query.where(or_(MarkRow.approved == 1, MarkRow.pinned == 1))
        query = query.where(MarkRow.pinned == 1) if pinned else query
        query = query.where(or_(silent, and_(MarkRow.hidden == 0, MarkRow.same_as.is_(None))))
        if place is not None:
            query = query.where(or_(PostRow.at < place.at, and_(PostRow.at == place.at, PostRow.id < place.id)))
        return query.order_by(PostRow.at.desc(), PostRow.id.desc())

    def _rows(self, ids: Select[Any]) -> list[Entry]:
        return entries_of(self._session, self._feed.id, list(self._session.scalars(ids)))

    def _shows(self, entry: Entry) -> bool:
        return self._may(entry) and self._feed.options.shows(entry.post)

    def _may(self, entry: Entry) -> bool:
        """Return whether the network's policy lets a post be shown here."""
        network = self._networks.get(entry.network)
        if network is None or (self._data and not network.policy.json):
            return False
        age = network.policy.max_age
        return (
            age is None or self._feed.sample or self._now - entry.checked <= age
        )  # the reaper comes by once an hour only

    def _sources(self) -> Sequence[SourceRow]:
        query = select(SourceRow).join(LinkRow, LinkRow.source_id == SourceRow.id)
        return self._session.scalars(query.where(LinkRow.feed_id == self._feed.id)).all()


def entries_of(session: Session, feed_id: str, ids: Sequence[int]) -> list[Entry]:
    """Return posts by their rows' ids, in that order, with what was said of them in a feed."""
    mark = and_(MarkRow.post_id == PostRow.id, MarkRow.feed_id == feed_id)
    query = select(PostRow, MarkRow).outerjoin(MarkRow, mark).where(PostRow.id.in_(ids))
    found = {row.id: _entry(row, said) for row, said in session.execute(query)}
    return [found[one] for one in ids if one in found]


def _entry(row: PostRow, said: MarkRow | None) -> Entry:
    marks = {} if said is None else {n: getattr(said, n) for n in ("pinned", "hidden", "approved", "same_as")}
    return Entry(row.id, row.at, row.checked, Post.from_stored(row.stored), row.network, row.source_id, **marks)


def _health(sources: Sequence[SourceRow], now: datetime) -> tuple[bool, bool]:
    """Return whether some source could not be read lately, and whether none was read yet."""
    late = any(s.failures or s.state == "needs_owner" or _late(s, now) for s in sources)
    return late, bool(sources) and all(s.good is None and (s.tried is None or s.leased is not None) for s in sources)


def _late(source: SourceRow, now: datetime) -> bool:
    if source.state != "ok":
        return False
    since = source.good or source.due
    return now - since > timedelta(seconds=LATE * max(source.interval, 600))
