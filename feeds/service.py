"""The feeds of this server: made, listed, removed, marked, read, and refreshed."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from core.errors import Busy, Invalid, NotFound, Problem
from core.times import utc_now
from feeds import keep, pace
from feeds.budget import Spent, spent
from feeds.feed import Entry, Feed, FeedPage, Reading, entries_of, feed_of
from feeds.options import USUAL, FeedOptions, checked_options
from feeds.refresh import Means, Refreshed, Refresher
from feeds.tables import FEED_ID, SOURCE_ID, FeedRow, LinkRow, MarkRow, PostRow, SourceRow, new_id
from networks.accounts import Accounts
from networks.parts import Network

if TYPE_CHECKING:
    from core.services import Services

log = logging.getLogger(__name__)

NAME_MAX = 100
# Sources of one feed; a page that mixes more is a planet, and planets have a program of their own.
MOST_SOURCES = 50
# Seconds that somebody waits who asks for a feed of which nothing is stored yet. A browser's patience is near ten.
FILL = 6.0
# When a feed was asked for last is written down at most so often.
NOTED = timedelta(hours=1)
# A source whose pictures' addresses have expired is read again at most so often, seconds. TikTok's live shortest, six
# hours: https://developers.tiktok.com/doc/tiktok-api-v2-video-object (2026-08-24, read 2026-11).
REREAD = 600
# The job that refreshes one source (feeds/jobs.py).
REFRESH = "feeds.refresh"


@dataclass(frozen=True)
class Source:
    """A source as an owner writes it, and how asking it goes. Times are None where there was none yet."""

    id: str
    network: str
    address: str
    account_id: str
    title: str
    state: str
    due: datetime
    tried: datetime | None
    good: datetime | None
    interval: int
    failures: int
    problem: str
    why: str
    posts: int
    month_posts: int


class Feeds:
    """The service. One for the process, shared by its threads.

    ``token`` gives the access token of a connected account, good now (`core.services.Services.account_token`).
    """

    def __init__(self, services: Services, now: Callable[[], datetime] = utc_now) -> None:
        self._services = services
        self._now = now

    @cached_property
    def accounts(self) -> Accounts:
        """The accounts that owners have connected."""
        return Accounts(self._services.database, self._services.vault, self._now)

    @cached_property
    def refresher(self) -> Refresher:
        """What asks the networks."""
        built = self._services
        means = Means(
            built.database,
            built.http,
            built.networks,
            token=built.account_token,
            refused=lambda account, token, why: built.accounts.refused(account, token, why),
            key=lambda network: built.settings.credential(network, "API_KEY"),
            forget=lambda url: built.media.forget(url),
            now=self._now,
            memory=built.cache,
        )
        return Refresher(means)

    # --- making and removing ---

    def add(
        self,
        name: str,
        site_key: str,
        sources: Sequence[str],
        *,
        options: FeedOptions | None = None,
        approve: bool = False,
        accounts: Sequence[str] = (),
        sample: bool = False,
    ) -> Feed:
        """Make a feed of sources written ``NETWORK:ADDRESS``; ``accounts`` are ids of connected accounts that read.

        Raises Invalid, naming the field, and NotFound for an unknown site.
        """
        name = name.strip()
        if not 1 <= len(name) <= NAME_MAX or not name.isprintable():
            raise Invalid(f"A feed's name has 1 to {NAME_MAX} printable characters.", field="name")
        if self._services.sites.by_key(site_key) is None:
            raise NotFound("There is no site with this key.", field="site")
        if not 1 <= len(sources) <= MOST_SOURCES:
            raise Invalid(f"A feed has 1 to {MOST_SOURCES} sources.", field="source")
        kept = checked_options(options or FeedOptions())
        wanted = dict.fromkeys(self._source(written, site_key, accounts) for written in sources)
        now, feed_id = self._now(), new_id(FEED_ID)
        with self._services.database.session(write=True) as session:
            session.add(
                FeedRow(
                    id=feed_id,
                    site_key=site_key,
                    name=name,
                    options=kept.as_json(),
                    approve=approve,
                    sample=sample,
                    version=1,
                    created=now,
                    asked=now,
                )
            )
            session.flush()
            for one in wanted:
                session.add(LinkRow(feed_id=feed_id, source_id=source_id(session, site_key, one, now)))
            session.flush()
            return feed_of(session, feed_id)

    def remove(self, feed_id: str) -> None:
        """Remove a feed, and its sources where no other feed shows them. Raises NotFound."""
        with self._services.database.session(write=True) as session:
            feed_of(session, feed_id)
            sources = list(session.scalars(select(LinkRow.source_id).where(LinkRow.feed_id == feed_id)))
            session.execute(delete(FeedRow).where(FeedRow.id == feed_id))
            alone = [one for one in sources if not session.scalar(_shown_by(one))]
            posts = session.scalars(select(PostRow).where(PostRow.source_id.in_(alone))).all()
            pictures = keep.remove(session, posts)
            session.execute(delete(SourceRow).where(SourceRow.id.in_(alone)))
        for url in dict.fromkeys(pictures):
            self._services.media.forget(url)

    def all(self, site_key: str = "") -> list[Feed]:
        """Return the feeds of a site, or of all sites; the oldest first."""
        query = select(FeedRow.id).order_by(FeedRow.created, FeedRow.id)
        query = query.where(FeedRow.site_key == site_key) if site_key else query
        with self._services.database.session() as session:
            return [feed_of(session, one) for one in session.scalars(query)]

    def find(self, feed_id: str) -> Feed:
        """Return a feed. Raises NotFound."""
        with self._services.database.session() as session:
            return feed_of(session, feed_id)

    def sources(self, feed_id: str) -> list[Source]:
        """Return how asking each of a feed's sources goes. Raises NotFound."""
        count = select(func.count()).where(PostRow.source_id == SourceRow.id).scalar_subquery()
        query = select(SourceRow, count).join(LinkRow, LinkRow.source_id == SourceRow.id)
        month = f"{self._now():%Y-%m}"
        with self._services.database.session() as session:
            feed_of(session, feed_id)
            rows = session.execute(query.where(LinkRow.feed_id == feed_id).order_by(SourceRow.id)).all()
            return [_shown_source(row, posts, month) for row, posts in rows]

    def spent(self, source: Source, budget: int) -> Spent | None:
        """Return what a source has cost this month of a budget in posts; None where its network bills nothing."""
        return spent(self._services.networks.get(source.network), source.month_posts, budget, self._now())

    # --- what an owner says of posts ---

    def mark(self, feed_id: str, post_id: int, **said: bool) -> None:
        """Hide, pin or approve a post in a feed (``hidden``, ``pinned``, ``approved``), or take that back.

        Raises NotFound where the feed does not have it.
        """
        sources = select(LinkRow.source_id).where(LinkRow.feed_id == feed_id)
        with self._services.database.session(write=True) as session:
            feed_of(session, feed_id)
            mine = (PostRow.id == post_id, PostRow.source_id.in_(sources))
            if session.scalar(select(PostRow.id).where(*mine)) is None:
                raise NotFound("This feed has no such post.", code="no_post")
            row = session.get(MarkRow, (feed_id, post_id))
            if row is None:
                row = MarkRow(feed_id=feed_id, post_id=post_id, hidden=False, pinned=False, approved=False)
                session.add(row)
            for name in ("hidden", "pinned", "approved"):
                setattr(row, name, said.get(name, getattr(row, name)))
            session.execute(update(FeedRow).where(FeedRow.id == feed_id).values(version=FeedRow.version + 1))

    def everything(self, feed_id: str, count: int = USUAL) -> list[Entry]:
        """Return a feed's newest posts as its owner sees them: also hidden ones, and those that wait for approval."""
        sources = select(LinkRow.source_id).where(LinkRow.feed_id == feed_id)
        newest = select(PostRow.id).where(PostRow.source_id.in_(sources))
        with self._services.database.session() as session:
            feed_of(session, feed_id)
            ids = session.scalars(newest.order_by(PostRow.at.desc(), PostRow.id.desc()).limit(count))
            return entries_of(session, feed_id, list(ids))

    # --- reading ---

    def read(self, feed_id: str, *, count: int = USUAL, cursor: str = "", data: bool = False) -> FeedPage:
        """Return a page of a feed; ``data`` for forms that programs read. Raises NotFound and Invalid.

        Where nothing was read yet, the sources are asked at once, for some seconds; else nobody waits for a network.
        """
        page = self._page(feed_id, count, cursor, data)
        if page.waiting and not cursor:
            self._fill(feed_id)
            page = self._page(feed_id, count, cursor, data)
        self._note(page.feed)
        return page

    def _page(self, feed_id: str, count: int, cursor: str, data: bool) -> FeedPage:
        with self._services.database.session() as session:
            feed = feed_of(session, feed_id)
            return Reading(session, self._services.networks, feed, self._now(), data=data).page(count, cursor)

    def _fill(self, feed_id: str) -> None:
        """Ask a new feed's sources, as far as there is a thread and time; the others are left to the worker."""
        until = time.monotonic() + FILL
        for source in self.sources(feed_id):
            left = until - time.monotonic()
            if source.tried is not None:
                continue  # somebody is at it
            try:
                if left < 1:
                    raise Busy("There is no time left.")
                with self._services.upstreams:
                    self.refresher.refresh(source.id, seconds=left)
            except Busy:
                self.put(source.id)

    def _note(self, feed: Feed) -> None:
        """Write down that somebody asked; what slept is woken."""
        now = self._now()
        if now - feed.asked < NOTED:
            return
        try:
            with self._services.database.session(write=True) as session:
                session.execute(update(FeedRow).where(FeedRow.id == feed.id).values(asked=now))
            if now - feed.asked > pace.IDLE:
                for source in self.sources(feed.id):
                    self.put(source.id)
        except Busy:
            return  # the next one who asks says it again

    # --- refreshing ---

    def put(self, source_id: str) -> None:
        """Have a source refreshed by the worker."""
        try:
            self._services.jobs.enqueue(REFRESH, {"source": source_id}, key=source_id, dedupe=source_id)
        except Problem as problem:
            log.warning("a refresh could not be put: %s", problem.message)

    def reread(self, source_id: str) -> None:
        """Have a source read again as a whole, whose pictures' addresses have expired, if that was not done just now.

        A page has twenty pictures, and whoever looks at it asks for all of them.
        """
        key = f"feeds reread {source_id}"
        if self._services.cache.get(key):
            return
        self._services.cache.set(key, True, REREAD)
        try:
            self._services.jobs.enqueue(
                REFRESH, {"source": source_id, "anew": True}, key=source_id, dedupe=f"{source_id} anew"
            )
        except Problem as problem:
            log.warning("a source could not be put to be read again: %s", problem.message)

    def refresh(self, feed_id: str) -> list[Refreshed]:
        """Refresh all of a feed's sources, here and now, also those that have ended. Raises NotFound."""
        return [self.refresher.refresh(source.id, force=True) for source in self.sources(feed_id)]

    # --- what is written as a source ---

    def _source(self, written: str, site_key: str, accounts: Sequence[str]) -> tuple[str, str, str]:
        """Return network, address and account of ``NETWORK:ADDRESS``. Raises Invalid."""
        key, colon, address = written.strip().partition(":")
        network = self._services.networks.get(key.lower())
        if not colon or network is None or network.feed is None:
            raise Invalid("A source is NETWORK:ADDRESS, such as rss:https://example.org/feed.", field="source")
        account = self._account(network, site_key, accounts)
        ask = (account and network.feed.ask_with) or network.feed.ask
        ask(address.strip())
        return network.key, address.strip(), account

    def _account(self, network: Network, site_key: str, given: Sequence[str]) -> str:
        if network.feed is None or network.feed.access != "account":
            return ""
        mine = [one for one in self.accounts.all(site_key) if one.network == network.key]
        chosen = [one.id for one in mine if one.id in given] or [one.id for one in mine][:2]
        if len(chosen) == 1:
            return chosen[0]
        if network.feed.optional:
            return ""
        how = (
            f"Connect one: accounts connect {network.key} --site {site_key}." if not mine else "Say which: --account."
        )
        raise Invalid(f"{network.name} shows posts to connected accounts only. {how}", field="account")


def feeds_of(services: Services) -> Feeds:
    """Return the feeds of an application."""
    return Feeds(services)


def source_id(session: Session, site_key: str, wanted: tuple[str, str, str], now: datetime) -> str:
    """Return the id of a site's source, made where there is none."""
    network, address, account = wanted
    same = {"site_key": site_key, "network": network, "address": address, "account_id": account}
    found = session.scalar(select(SourceRow.id).filter_by(**same))
    if found is not None:
        return found
    row = SourceRow(id=new_id(SOURCE_ID), **same, **_FRESH, found={}, due=now, interval=pace.FIRST, doubtful=False)
    session.add(row)
    session.flush()
    return row.id


_FRESH: Mapping[str, Any] = {
    **dict.fromkeys(("title", "etag", "modified", "digest", "hub", "topic", "moved_to"), ""),
    **dict.fromkeys(("problem", "why", "month"), ""), "state": "ok", "moved_seen": 0, "failures": 0, "month_posts": 0,
}  # fmt: skip


def _shown_by(source_id: str) -> Any:
    return select(LinkRow.feed_id).where(LinkRow.source_id == source_id).limit(1)


def _shown_source(row: SourceRow, posts: int, month: str) -> Source:
    return Source(
        row.id, row.network, row.address, row.account_id, row.title, row.state, row.due, row.tried, row.good,
        row.interval, row.failures, row.problem, row.why, posts, row.month_posts if row.month == month else 0,
    )  # fmt: skip
