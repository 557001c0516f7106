"""The conversation about a page, from what is stored: nobody waits for a network, but for seconds at first.

    Conversations(services).of("https://blog.example/post", site=site) -> feeds.conversation.Conversation

Only pages of a registered site's origins have one. A post about the page is found among those of the site's own
sources, or named by the page's element: then it must have to do with the page (`feeds.replies.read`), and it is shown
to those alone who name it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy import Select, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.addresses import origin_of, web_address
from core.errors import Busy, Invalid, Problem, TooMany
from core.limits import Rule
from core.times import utc_now
from feeds.conversation import Conversation
from feeds.replies import about, pace
from feeds.replies.build import Builder
from feeds.replies.read import LEASE, Means, Reader, new_place
from feeds.replies.tables import PAGE_ID, PageRow, PlaceRow
from feeds.same import plain
from feeds.tables import new_id

if TYPE_CHECKING:
    from core.services import Services
    from core.sites import Site

log = logging.getLogger(__name__)

# Replies given at once, and the most.
USUAL, MOST = 50, 500
# Posts that one element may name, and that are kept of one page.
NAMED = 5
# Seconds that somebody waits who asks first for a page's conversation: people came to read the page above it.
FILL = 3.0
# When a page was asked for last is written down at most so often.
NOTED = timedelta(hours=1)
# Pages of one site that are asked for the first time in an hour: a whole blog's, read by a crawler.
NEW_PAGES = Rule("replies-pages", amount=1000, seconds=3600)
# Posts that elements name for the first time in an hour: each is one more address that we ask.
NEW_POSTS = Rule("replies-posts", amount=300, seconds=3600)
# The same of one caller: one who makes pages or posts up is not to use up what is there for all.
CALLERS_PAGES = Rule("replies-pages-caller", amount=200, seconds=3600)
CALLERS_POSTS = Rule("replies-posts-caller", amount=60, seconds=3600)
# The job that reads one page's places (feeds/jobs.py).
READ = "replies.read"


class Conversations:
    """The service. Costs nothing to make; ``now`` is the clock."""

    def __init__(self, services: Services, now: Callable[[], datetime] = utc_now) -> None:
        self._services, self._now = services, now

    @cached_property
    def reader(self) -> Reader:
        """What asks the networks."""
        built = self._services
        means = Means(
            built.database,
            built.http,
            built.networks,
            forget=lambda url: built.media.forget(url),
            now=self._now,
            memory=built.cache,
        )
        return Reader(means)

    def of(
        self, href: str, *, posts: Sequence[str] = (), site: Site | None = None, count: int = USUAL, caller: str = ""
    ) -> Conversation:
        """Return what is said about a page: the first ``count`` replies in reading order.

        ``posts`` are the addresses of posts that the page's element names, ``caller`` the network address of whoever
        asks: one has few pages and posts written down in an hour. A page that is none of the site's, or
        without ``site`` of no site, has an empty conversation. Raises Invalid for what is no web address, or a count
        that cannot be.
        """
        if not 1 <= count <= MOST:
            raise Invalid(f"A conversation has 1 to {MOST} replies.", field="count")
        href = web_address(href, "href")
        owner = self.owner(href, site)
        if owner is None:
            return Conversation(href=href)
        named = self._named(posts)
        page = self._page(owner.key, href, named, caller)
        if page is not None:
            self._freshen(page, named)
        return Builder(self._services, owner, self._now()).conversation(href, page.id if page else None, named, count)

    def owner(self, href: str, site: Site | None) -> Site | None:
        """Return whose page it is; None where it is not this site's, or, without one, nobody's."""
        origin = origin_of(href)
        if site is not None:
            return site if site.allows_origin(origin) else None
        return next((one for one in self._services.sites.all() if one.allows_origin(origin)), None)

    def put(self, page_id: str) -> None:
        """Have a page's places read by the worker."""
        try:
            self._services.jobs.enqueue(READ, {"page": page_id}, key=page_id, dedupe=page_id)
        except Problem as problem:
            log.warning("a reading of replies could not be put: %s", problem.message)

    # --- what is written down of a page ---

    def _named(self, posts: Iterable[str]) -> dict[str, str]:
        """Return the addresses of posts that some network can be asked about, by what they are compared by."""
        found: dict[str, str] = {}
        for given in posts:
            try:
                url = web_address(given.strip(), "posts")
            except Invalid:
                continue
            if url.startswith("https://") and self.reader.network_of(url):
                found.setdefault(plain(url), url)
        return dict(list(found.items())[:NAMED])

    def _page(self, site_key: str, href: str, named: dict[str, str], caller: str) -> PageRow | None:
        """Return the row of a page, made where there is none; None where it may not be made now."""
        address = about.address_of(href)
        mine = select(PageRow).where(PageRow.site_key == site_key, PageRow.address == address)
        with self._services.database.session() as session:
            page = session.scalar(mine)
            known = set(map(plain, session.scalars(_named_of(page.id)))) if page else set[str]()
        if page is not None and known >= set(named) and self._now() - page.asked < NOTED:
            return page
        try:
            if page is None:
                self._count(CALLERS_PAGES, NEW_PAGES, caller, site_key)
            named = {key: url for key, url in named.items() if key in known or self._may_name(site_key, caller)}
            with self._services.database.session(write=True) as session:
                page = session.scalar(mine) or self._new(session, site_key, address, href)
                page.asked = self._now()
                self._name(session, page, named)
        except (Busy, TooMany) as problem:
            log.info("a page's conversation was not written down: %s", problem.message)
        except IntegrityError:
            log.info("a page's conversation is being written down by another process")
        return page

    def _new(self, session: Session, site_key: str, address: str, href: str) -> PageRow:
        now = self._now()
        page = PageRow(
            id=new_id(PAGE_ID), site_key=site_key, address=address, href=href, made=now, asked=now, looked=None,
            due=now, leased=None,
        )  # fmt: skip
        session.add(page)
        session.flush()
        return page

    def _name(self, session: Session, page: PageRow, named: dict[str, str]) -> None:
        """Write down the posts that an element names. Others make room: first those that nothing was read of, then
        those named longest ago; who names many that are about nothing pushes none out that is shown."""
        now = self._now()
        rows = {plain(row.url): row for row in session.scalars(select(PlaceRow).where(PlaceRow.page_id == page.id))}
        for key, url in named.items():
            if key in rows:
                rows[key].wanted = now
            else:
                place = new_place(page.id, url, self.reader.network_of(url), now, wanted=now)
                session.add(place)
                rows[key] = place
                page.due = now
        wanted = [row for row in rows.values() if row.wanted]
        wanted.sort(key=lambda row: (plain(row.url) in named, row.state == "ok", row.wanted or now))
        for row in wanted[: max(0, len(wanted) - 2 * NAMED)]:
            if row.found:
                row.wanted = None
            else:
                session.delete(row)

    def _may_name(self, site_key: str, caller: str) -> bool:
        try:
            self._count(CALLERS_POSTS, NEW_POSTS, caller, site_key)
        except TooMany:
            return False
        return True

    def _count(self, callers: Rule, sites: Rule, caller: str, site_key: str) -> None:
        if caller:
            self._services.limits.hit(callers, f"{site_key} {caller}")
        self._services.limits.hit(sites, site_key)

    # --- keeping it fresh ---

    def _freshen(self, page: PageRow, named: dict[str, str]) -> None:
        """Have a page read where it is time: at once where nothing is known yet, else by the worker."""
        now = self._now()
        if not pace.is_over(page.due, now) or not pace.is_over(page.leased, now, LEASE):
            return
        if self._unread(page, named):
            self._fill(page.id)
        else:
            self.put(page.id)

    def _unread(self, page: PageRow, named: dict[str, str]) -> bool:
        """Return whether what is stored is no answer: it was never read, or too long ago."""
        if page.looked is None or self._now() - page.looked > pace.OLD:
            return True
        if not named:
            return False
        fresh = (PlaceRow.page_id == page.id, PlaceRow.state == "new", PlaceRow.failures == 0)
        with self._services.database.session() as session:
            return any(plain(url) in named for url in session.scalars(select(PlaceRow.url).where(*fresh)))

    def _fill(self, page_id: str) -> None:
        """Read a page's places for whoever waits; what that leaves over is left to the worker."""
        until = time.monotonic() + FILL
        try:
            with self._services.upstreams:
                self.reader.read(page_id, seconds=FILL)
        except Busy:
            self.put(page_id)
            return
        if time.monotonic() >= until or self._left(page_id):
            self.put(page_id)

    def _left(self, page_id: str) -> bool:
        fresh = (PlaceRow.page_id == page_id, PlaceRow.state == "new", PlaceRow.due <= self._now())
        with self._services.database.session() as session:
            return bool(session.scalar(select(func.count()).select_from(PlaceRow).where(*fresh)))


def _named_of(page_id: str) -> Select[str]:
    return select(PlaceRow.url).where(PlaceRow.page_id == page_id, PlaceRow.wanted.is_not(None))
