"""Read what is said about one page: find the posts about it, ask their networks, store what came, say when next.

Whatever goes wrong is written down with the place, and what was read last stays. One process at a time reads a page:
it holds a lease on the row, which ends by itself where the process dies.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Select, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.database import Database
from core.errors import Gone, NotFound, Problem, TooSlow
from core.http import Http
from core.log_masking import masked_text
from core.times import utc_now
from feeds import pace as sources
from feeds.fetch import REQUEST, WHOLE
from feeds.keep import time_of
from feeds.named import Memory
from feeds.refresh import WHY
from feeds.replies import about, pace, store
from feeds.replies.ask import NOT_ABOUT, Asker, Heard
from feeds.replies.tables import PageRow, PlaceRow, ReplyRow
from feeds.same import plain
from feeds.waits import Waits
from networks.parts import Network
from networks.records import Post

log = logging.getLogger(__name__)

# Reading takes WHOLE seconds at the most, and storing it little; whoever holds the row longer is dead.
LEASE = timedelta(seconds=WHOLE + 30)
# What is read of a page to see whether it names a post.
MAX_BYTES = 1_000_000


@dataclass(frozen=True)
class Read:
    """How reading a page went: numbers of replies, and how many places could not be read.

    ``busy``: somebody else is at it.
    """

    new: int = 0
    edited: int = 0
    gone: int = 0
    failed: int = 0
    busy: bool = False


@dataclass(frozen=True)
class Means:
    """What reading works with; ``forget`` drops a picture, ``memory`` is the cache."""

    database: Database
    http: Http
    networks: Mapping[str, Network]
    forget: Callable[[str], None] = lambda _: None
    now: Callable[[], datetime] = utc_now
    memory: Memory | None = None
    asker: Asker = field(init=False)

    def __post_init__(self) -> None:
        made = Asker(self.http, Waits(self.database), self.networks, self.now, self.memory)
        object.__setattr__(self, "asker", made)


class Reader:
    """Reads pages' conversations. Costs nothing to make."""

    def __init__(self, means: Means) -> None:
        self._means = means

    def read(self, page_id: str, *, seconds: float = WHOLE, force: bool = False) -> Read:
        """Read the places of a page that are due, within so many seconds; with ``force`` all but those that ended.

        Raises NotFound for an unknown page, and Busy where the database does not answer; what networks do is told in
        what it returns.
        """
        page = self._lease(page_id)
        if page is None:
            return Read(busy=True)
        until = time.monotonic() + seconds
        try:
            due = self._due(page, force=force)
            outcomes = [self._place(page, place, until, brief=seconds < WHOLE) for place in due]
        finally:
            self._plan(page_id)
        done = [one for one in outcomes if one is not None]
        for url in dict.fromkeys(url for one in done for url in one.pictures):
            self._means.forget(url)
        sums = {name: sum(getattr(one, name) for one in done) for name in ("new", "edited", "gone")}
        return Read(**sums, failed=len(outcomes) - len(done))

    def network_of(self, url: str) -> str:
        """Return the key of the network that is asked about a post's address, "" where none knows such ones."""
        return self._means.asker.network_of(url)

    # --- the page ---

    def _lease(self, page_id: str) -> PageRow | None:
        """Take the right to read; None where somebody has it."""
        now = self._means.now()
        free = or_(PageRow.leased.is_(None), PageRow.leased <= now, PageRow.leased > now + LEASE)
        mine = update(PageRow).where(PageRow.id == page_id, free).values(leased=now + LEASE)
        try:
            with self._means.database.session(write=True) as session:
                taken = session.execute(mine.returning(PageRow.id)).first()
                page = session.get(PageRow, page_id)
                if page is None:
                    raise NotFound("There is no such page.", code="no_page")
                if taken:
                    self._find(session, page, now)
        except IntegrityError:  # on PostgreSQL a reader may have named the same post at the same moment
            return None
        return page if taken else None

    def _find(self, session: Session, page: PageRow, now: datetime) -> None:
        """Write down the posts about a page that there are by now; those that do not link there any more go."""
        found = about.posts_about(session, page.site_key, page.address, self._means.networks)
        urls = {plain(post.url): post for post in found}
        rows = {plain(row.url): row for row in session.scalars(_places(page.id))}
        for key, row in rows.items():
            row.found = key in urls
            if not row.found and row.wanted is None:
                session.delete(row)
        for key, post in urls.items():
            if key not in rows and self._means.asker.network_of(post.url):
                session.add(new_place(page.id, post.url, post.network, now, found=True))

    def _due(self, page: PageRow, *, force: bool) -> list[PlaceRow]:
        now = self._means.now()
        with self._means.database.session() as session:
            rows = session.scalars(_places(page.id).order_by(PlaceRow.good.is_not(None), PlaceRow.id)).all()
        return [row for row in rows if row.state != "gone" and (force or pace.is_over(row.due, now))]

    def _plan(self, page_id: str) -> None:
        """Say when the page is read next, and let go of it."""
        now = self._means.now()
        with self._means.database.session(write=True) as session:
            page = session.get(PageRow, page_id)
            if page is None:
                return
            places = session.scalars(_places(page_id)).all()
            due = [place.due for place in places if place.state != "gone" and place.due > now]
            look_again = pace.after_good(_newest(session, page, places, now), now)
            page.looked, page.leased, page.due = now, None, min([look_again, *due])

    # --- one of its places ---

    def _place(self, page: PageRow, place: PlaceRow, until: float, *, brief: bool) -> store.Changes | None:
        """Read one place and store what came; None where that failed. ``brief``: somebody waits for it."""
        try:
            first = place.network if place.good else ""
            belongs = partial(self._belongs, page, place, until)
            heard = self._means.asker.ask(place.url, until, first=first, about=belongs)
        except Problem as problem:
            if not (isinstance(problem, TooSlow) and brief):  # a visitor's patience is no fault of the network's
                self._failed(place.id, problem)
            return None
        return self._went_well(page, place.id, heard)

    def _belongs(self, page: PageRow, place: PlaceRow, until: float, post: Post) -> bool:
        """Return whether a post that a page's element names has to do with the page.

        It links there, or is by whom the site's own sources are of, or the page itself names it: anybody can write an
        element's address, and we hand out no other thread.
        """
        if place.found or page.address in about.links_of(post):
            return True
        with self._means.database.session() as session:
            if about.is_own(session, page.site_key, post.author):
                return True
        left = min(REQUEST, until - time.monotonic())
        if left <= 0:
            return False
        try:
            reply = self._means.http.get(
                page.href, accept="text/html", max_bytes=MAX_BYTES, truncate=True, deadline=left
            )
        except Problem:
            return False
        return about.is_named(reply, frozenset({plain(place.url), plain(post.url)}))

    def _went_well(self, page: PageRow, place_id: int, heard: Heard) -> store.Changes | None:
        now = self._means.now()
        with self._means.database.session(write=True) as session:
            place = session.get(PlaceRow, place_id)
            if place is None:
                return None
            changes = store.store(session, place, heard, now)
            place.good, place.failures, place.problem, place.why = now, 0, "", ""
            place.due = pace.after_good(_newest(session, page, [place], now), now)
        return changes

    def _failed(self, place_id: int, problem: Problem) -> None:
        now, kind = self._means.now(), sources.kind_of(problem)
        kind = "refused" if kind == "owner" or problem.code == NOT_ABOUT else kind
        pictures: tuple[str, ...] = ()
        with self._means.database.session(write=True) as session:
            place = session.get(PlaceRow, place_id)
            if place is None:
                return
            place.problem, place.why = problem.code, masked_text(problem.message, WHY)
            place.failures += kind != "wait"
            place.due = sources.after_bad(kind, place.failures, 0, now, problem.retry_at)
            if isinstance(problem, NotFound | Gone):  # it was deleted, or never had to do with the page
                pictures = store.empty(session, place).pictures
                place.state = _ended(problem)
        log.info("a page's replies could not be read", extra={"place": place_id, "problem": problem.code})
        for url in dict.fromkeys(pictures):
            self._means.forget(url)


def new_place(
    page_id: str, url: str, network: str, now: datetime, *, found: bool = False, wanted: datetime | None = None
) -> PlaceRow:
    """Return the row of a place that was not read yet."""
    return PlaceRow(
        page_id=page_id, network=network, url=url, found=found, wanted=wanted, state="new", stored={}, faces=[],
        cut=False, due=now, good=None, failures=0, problem="", why="",
    )  # fmt: skip


def _ended(problem: Problem) -> str:
    if problem.code == "gone":
        return "gone"
    return "refused" if problem.code == NOT_ABOUT else "new"


def _places(page_id: str) -> Select[PlaceRow]:
    return select(PlaceRow).where(PlaceRow.page_id == page_id)


def _newest(session: Session, page: PageRow, places: Sequence[PlaceRow], now: datetime) -> datetime:
    """Return when something was said last; where there is nothing yet, when the page was asked for first."""
    ids = [place.id for place in places]
    newest = select(ReplyRow.at).where(ReplyRow.place_id.in_(ids)).order_by(ReplyRow.at.desc()).limit(1)
    posts = [time_of(Post.from_stored(place.stored), now) for place in places if place.stored.get("time")]
    return max(filter(None, [session.scalar(newest) if ids else None, *posts]), default=page.made)
