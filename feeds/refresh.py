"""Refresh one source: ask its network, store what came, and say when it is asked next.

Whatever goes wrong is written down with the source, and what was read last stays. One process at a time refreshes a
source: it holds a lease on the row, which ends by itself where the process dies.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from core import events
from core.database import Database
from core.errors import Busy, NotFound, PermissionMissing, Problem, TooMany
from core.http import Http
from core.log_masking import masked_text
from core.times import utc_now
from feeds import keep, pace, same
from feeds.budget import affords, next_month, why_not
from feeds.fetch import WHOLE, Asking, Fetched, Fetcher
from feeds.named import Memory
from feeds.options import options_of
from feeds.tables import SAMPLE, FeedRow, LinkRow, PostRow, SourceRow
from feeds.waits import Waits
from networks.parts import Network

log = logging.getLogger(__name__)

# A refresh takes WHOLE seconds at the most, and storing it little; whoever holds the row longer is dead.
LEASE = timedelta(seconds=WHOLE + 30)
# A feed that moved for good has said so so often before its new address is written down: a mistake is undone sooner.
SIGHTINGS = 3
# So many tokens in a row may be refused before the owner is asked: it may not be the token that is wrong.
TOKENS = 3
# Kept of a network's words about a failure, for a person to read.
WHY = 300

Token = Callable[[str], str]
"""Gives an account's access token, by the account's id; raises NeedsOwner where its owner must agree again."""


@dataclass(frozen=True)
class Refreshed:
    """How a refresh went: numbers of posts, or the code of what went wrong. ``busy``: somebody else is at it."""

    id: str
    network: str
    address: str
    new: int = 0
    edited: int = 0
    gone: int = 0
    unchanged: bool = False
    busy: bool = False
    problem: str = ""
    why: str = ""
    due: datetime | None = None


@dataclass(frozen=True)
class Means:
    """What a refresh works with.

    ``token`` gives an account's access token, and ``refused`` is told (account, token, why) where a network does not
    take it; ``key`` gives the operator's key for a network, ``forget`` drops a picture. ``memory`` is the cache.
    """

    database: Database
    http: Http
    networks: Mapping[str, Network]
    token: Token
    refused: Callable[[str, str, str], None] = lambda _account, _token, _why: None
    key: Callable[[str], str] = lambda _: ""
    forget: Callable[[str], None] = lambda _: None
    now: Callable[[], datetime] = utc_now
    memory: Memory | None = None
    waits: Waits = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "waits", Waits(self.database))


class Refresher:
    """Refreshes sources. One for the process, shared by its threads."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._fetcher = Fetcher(means.http, means.waits, means.now, means.memory)

    def refresh(
        self, source_id: str, *, seconds: float = WHOLE, force: bool = False, anew: bool = False
    ) -> Refreshed:
        """Refresh a source within so many seconds. ``force`` asks one that has ended, too; ``anew`` reads also what
        is as it was: all pages that are read of a new one, whose pictures' addresses may have expired.

        Raises NotFound for an unknown source, and Busy where the database does not answer; what networks do is told
        in what it returns.
        """
        source = self._lease(source_id, force=force)
        if source is None:
            return self._as_it_is(source_id)
        network = self._means.networks.get(source.network)
        if network is None:
            return self._failed(source, None, NotFound("This network is not known here any more."))
        outcome: Fetched | Problem | None = None
        try:
            outcome = self._outcome(source, network, seconds, anew=anew)
        finally:
            if outcome is None:  # a mistake of ours must not leave it locked
                self._release(source_id)
        if isinstance(outcome, Problem):
            return self._failed(source, network, outcome)
        return self._went_well(source.id, network, outcome)

    # --- asking ---

    def _outcome(self, source: SourceRow, network: Network, seconds: float, *, anew: bool) -> Fetched | Problem:
        """Return what came, or what went wrong. A token that was refused is told of: it may be renewed."""
        try:
            token = self._means.token(source.account_id) if source.account_id else ""
            try:
                return self._fetch(source, network, token, seconds, anew=anew)
            except Problem as problem:
                # What lacks a permission here may be good for the account's other sources.
                if problem.code == "login_expired" and token and not isinstance(problem, PermissionMissing):
                    self._means.refused(source.account_id, token, masked_text(problem.message, WHY))
                return problem
        except Problem as problem:
            return problem

    def _fetch(self, source: SourceRow, network: Network, token: str, seconds: float, *, anew: bool) -> Fetched:
        feed = network.feed
        asking = Asking(
            source.address,
            account=source.account_id,
            token=token,
            key=self._means.key(network.key) if feed and feed.access == "key" else "",
            found=source.found,
            etag="" if source.doubtful or anew else source.etag,
            modified="" if source.doubtful or anew else source.modified,
            digest="" if anew else source.digest,
            known=lambda ids: 0 if anew else self._known(source.id, ids),
            old=source.read_at is not None,
            seconds=seconds,
            failures=source.failures,
            most=self._left(source, network) if feed and feed.cost else None,
        )
        return self._fetcher.fetch(network, asking)

    def _left(self, source: SourceRow, network: Network) -> int:
        """Return how many posts the feeds of this source may still pay for this month.

        Raises TooMany where that is less than the network gives at once.
        """
        now = self._means.now()
        with self._means.database.session() as session:
            rows = session.scalars(_feeds_of(source.id)).all()
        budget = max((options_of(row.options).budget for row in rows), default=0)
        paid = source.month_posts if source.month == f"{now:%Y-%m}" else 0
        if not affords(network, budget - paid):
            raise TooMany(why_not(network, paid, budget), code="budget_spent", retry_at=next_month(now))
        return budget - paid

    def _known(self, source_id: str, ids: list[str]) -> int:
        query = select(func.count()).where(PostRow.source_id == source_id, PostRow.remote.in_(ids))
        with self._means.database.session() as session:
            return session.scalar(query) or 0

    # --- the row ---

    def _lease(self, source_id: str, *, force: bool) -> SourceRow | None:
        """Take the right to refresh; None where somebody has it, or where the source has ended."""
        now = self._means.now()
        # A lease that ends later than any can was taken before our clock was set back.
        free = or_(SourceRow.leased.is_(None), SourceRow.leased <= now, SourceRow.leased > now + LEASE)
        mine = update(SourceRow).where(SourceRow.id == source_id, free)
        mine = mine.where(SourceRow.state != SAMPLE) if force else mine.where(SourceRow.state == "ok")
        with self._means.database.session(write=True) as session:
            taken = session.execute(mine.values(leased=now + LEASE, tried=now).returning(SourceRow.id)).first()
            row = _row(session, source_id)
        return row if taken else None

    def _release(self, source_id: str) -> None:
        with self._means.database.session(write=True) as session:
            session.execute(update(SourceRow).where(SourceRow.id == source_id).values(leased=None))

    def _as_it_is(self, source_id: str) -> Refreshed:
        with self._means.database.session() as session:
            row = _row(session, source_id)
        return Refreshed(
            row.id, row.network, row.address, busy=row.state == "ok", problem=row.problem, why=row.why, due=row.due
        )

    def _went_well(self, source_id: str, network: Network, fetched: Fetched) -> Refreshed:
        now = self._means.now()
        with self._means.database.session(write=True) as session:
            row = _row(session, source_id)
            if network.feed and network.feed.cost:
                _count(session, row, fetched, now)
            if fetched.unchanged:
                changes = keep.unchanged(session, row, network, now)
            else:
                changes = keep.store(session, row, network, fetched.pages, now)
                changes.add(keep.history(session, row, network, fetched.behind, now))
                _learn(row, fetched)
            row.found, row.read_at = dict(fetched.found), now
            _follow(session, row, network, fetched.moved)
            same.mark(session, row.id, [*changes.new, *changes.edited], self._means.networks)
            row.state, row.failures, row.problem, row.why = "ok", 0, "", ""
            row.good, row.leased = now, None
            self._plan(session, row, network, fetched, now)
            if changes:
                _tell(session, row.id)
        self._forget(changes.pictures)
        return Refreshed(
            row.id,
            row.network,
            row.address,
            new=len(changes.new),
            edited=len(changes.edited),
            gone=changes.gone,
            unchanged=fetched.unchanged,
            due=row.due,
        )

    def _plan(self, session: Session, row: SourceRow, network: Network, fetched: Fetched, now: datetime) -> None:
        """Say when to ask next."""
        wishes = [page.again for page in fetched.pages[:1]] + [fetched.poll]
        told = max((wish for wish in wishes if wish), default=None)
        if not fetched.unchanged:
            row.interval = pace.interval(keep.times_of(session, row.id, pace.RECENT), network.policy, now, told)
        asked = max((feed.asked for feed in session.scalars(_feeds_of(row.id))), default=now)
        pushed = row.pushed_until is not None and row.pushed_until > now
        row.due = pace.after_good(row.interval, now, idle=now - asked > pace.IDLE, pushed=pushed)
        if fetched.cut:
            row.due = min(row.due, now + timedelta(seconds=pace.SHORTEST))
        if told:  # not a tenth earlier, and GitHub says it with answers that have not changed too
            row.due = max(row.due, now + told)
        if fetched.problem is not None:  # some pages came: what is missing is asked for when it may be
            row.due = max(row.due, pace.after_bad("wait", 1, row.interval, now, fetched.problem.retry_at))

    def _failed(self, source: SourceRow, network: Network | None, problem: Problem) -> Refreshed:
        now, kind = self._means.now(), pace.kind_of(problem)
        if kind == "owner" and not source.account_id:
            kind = "refused"
        elif problem.code == "login_expired" and source.failures + 1 < TOKENS:
            kind = "trouble"  # with a new token it may go well
        if isinstance(problem, Busy):
            kind = "wait"
        pictures: list[str] = []
        with self._means.database.session(write=True) as session:
            row = _row(session, source.id)
            row.leased, row.problem, row.why = None, problem.code, masked_text(problem.message, WHY)
            row.failures += kind != "wait" or (problem.code == "rate_limited" and problem.retry_at is None)
            row.due = pace.after_bad(kind, row.failures, row.interval, now, problem.retry_at)
            if kind == "gone":
                row.state = "gone"
            if kind == "gone" or problem.code == "withdrawn":
                pictures = _withdraw(session, row, network)
            elif kind == "owner" and row.state != "needs_owner":
                _ask_owner(session, row)
        log.info("a feed's source failed", extra={"source": row.id, "network": row.network, "problem": problem.code})
        self._forget(pictures)
        return Refreshed(row.id, row.network, row.address, problem=row.problem, why=row.why, due=row.due)

    def _forget(self, pictures: list[str]) -> None:
        for url in dict.fromkeys(pictures):
            self._means.forget(url)


def _row(session: Session, source_id: str) -> SourceRow:
    row = session.get(SourceRow, source_id)
    if row is None:
        raise NotFound("There is no such source of a feed.", code="no_source")
    return row


def _feeds_of(source_id: str) -> Any:
    return select(FeedRow).join(LinkRow, LinkRow.feed_id == FeedRow.id).where(LinkRow.source_id == source_id)


def _learn(row: SourceRow, fetched: Fetched) -> None:
    """Write down what the list said of itself."""
    first = fetched.pages[0]
    whole = fetched.problem is None  # else the rest is still to be had
    row.etag, row.modified = (fetched.etag, fetched.modified) if whole else ("", "")
    row.digest = fetched.digest if whole else ""
    row.title = first.title or row.title
    row.hub, row.topic = first.hub, first.topic


def _count(session: Session, row: SourceRow, fetched: Fetched, now: datetime) -> None:
    """Count what is paid for: each post that came and was not read before on this day (UTC; `feeds.budget`).

    Of a list that is as it was, those that it held are meant.
    """
    today, mine = now.replace(hour=0, minute=0, second=0, microsecond=0), PostRow.source_id == row.id
    if fetched.unchanged:
        held = (mine, PostRow.checked >= (row.read_at or now), PostRow.checked < today)
        paid = session.scalar(select(func.count()).where(*held)) or 0
    else:
        ids = {post.id for page in fetched.pages for post in page.posts}
        again = (mine, PostRow.remote.in_(ids), PostRow.checked >= today)
        paid = len(ids) - (session.scalar(select(func.count()).where(*again)) or 0)
    month = f"{now:%Y-%m}"
    row.month_posts = (row.month_posts if row.month == month else 0) + paid
    row.month = month


def _follow(session: Session, row: SourceRow, network: Network, moved: str) -> None:
    """Write a feed's new address down when it was sent there often enough, one time after the other."""
    if not moved or network.feed is None or _plain_address(network, moved) != moved:
        row.moved_to, row.moved_seen = "", 0
        return
    row.moved_seen = row.moved_seen + 1 if row.moved_to == moved else 1
    row.moved_to = moved
    if row.moved_seen < SIGHTINGS or _plain_address(network, row.address) is None:
        return
    mine = (SourceRow.site_key == row.site_key, SourceRow.network == row.network, SourceRow.address == moved)
    if session.scalar(select(SourceRow.id).where(*mine, SourceRow.account_id == row.account_id)) is None:
        row.address, row.moved_to, row.moved_seen = moved, "", 0


def _plain_address(network: Network, address: str) -> str | None:
    """Return what is asked for an address where that is all there is to ask; None where there is more to it."""
    try:
        request = network.feed.ask(address) if network.feed else None
    except Problem:
        return None
    return request.url if request and request.then is None and request.method == "GET" else None


def _ask_owner(session: Session, row: SourceRow) -> None:
    """Leave a source alone until its owner has connected again. Where the account itself is not good any more, that
    was told already (``account.needs_owner``)."""
    row.state = "needs_owner"
    if row.problem == "login_expired":
        told = {"network": row.network, "site": row.site_key, "address": row.address, "why": row.why}
        events.record(session, "feed.needs_owner", row.id, told)


def _withdraw(session: Session, row: SourceRow, network: Network | None) -> list[str]:
    """Delete the posts of an account that is no more, as its owner or its network wishes; those of a feed's document
    stay. Return their pictures."""
    if network is None or _plain_address(network, row.address) == row.address:
        return []
    rows = session.scalars(select(PostRow).where(PostRow.source_id == row.id)).all()
    pictures = keep.remove(session, rows)
    if rows:
        _tell(session, row.id)
    return pictures


def _tell(session: Session, source_id: str) -> None:
    """Count the change in every feed that shows the source: who listens is told."""
    feeds = select(LinkRow.feed_id).where(LinkRow.source_id == source_id)
    session.execute(update(FeedRow).where(FeedRow.id.in_(feeds)).values(version=FeedRow.version + 1))
