"""What a site's owner sees of the conversations under its pages, and does about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from core.addresses import web_address
from core.errors import NotFound
from core.times import utc_now
from feeds.keep import words_of
from feeds.mentions import told_of_site
from feeds.replies import about
from feeds.replies.moderation import Block, Moderation, State, rules_of
from feeds.replies.store import key_of
from feeds.replies.tables import PageRow, PlaceRow, ReplyRow
from feeds.replies.told import believed
from networks.records import Post

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from core.services import Services
    from core.sites import Site

# Replies shown at once.
USUAL = 50


@dataclass(frozen=True)
class Entry:
    """A reply as its site's owner sees it. ``kind``: ``reply``, ``mention``, ``like`` or ``repost``."""

    id: str
    site_key: str
    page: str
    network: str
    kind: str
    state: State
    post: Post
    words: str
    at: datetime


@dataclass(frozen=True)
class PlaceSeen:
    """A post about a page, and how reading it goes. Times are None where there was none yet."""

    page: str
    network: str
    url: str
    found: bool
    state: str
    replies: int
    due: datetime
    good: datetime | None
    failures: int
    problem: str
    why: str


class Desk:
    """The owner's side. Costs nothing to make."""

    def __init__(self, services: Services, now: Callable[[], datetime] = utc_now) -> None:
        self._services = services
        self._moderation = Moderation(services.database, now)

    def replies(self, site_key: str, *, page: str = "", waiting: bool = False, count: int = USUAL) -> list[Entry]:
        """Return a site's newest replies and mentions, hidden ones too; ``waiting`` those that wait for approval.

        Raises NotFound for an unknown site, and Invalid for what is no page's address.
        """
        site = self._site(site_key)
        address = about.address_of(web_address(page, "page")) if page else ""
        entries = [one for one in self._all(site) if not address or about.address_of(one.page) == address]
        entries = [one for one in entries if not waiting or one.state == "waiting"]
        return sorted(entries, key=lambda one: one.at, reverse=True)[:count]

    def places(self, site_key: str, *, page: str = "") -> list[PlaceSeen]:
        """Return the posts about a site's pages. Raises NotFound and Invalid as `replies` does."""
        site = self._site(site_key)
        address = about.address_of(web_address(page, "page")) if page else ""
        query = select(PlaceRow, PageRow).join(PageRow, PageRow.id == PlaceRow.page_id)
        query = query.where(PageRow.site_key == site.key).order_by(PageRow.made, PlaceRow.id)
        query = query.where(PageRow.address == address) if address else query
        with self._services.database.session() as session:
            return [_seen(session, place, row) for place, row in session.execute(query)]

    def hide(self, key: str, *, hidden: bool = True) -> None:
        """Hide a reply, or show it again, under every site's pages where it stands. Raises NotFound."""
        for entry in self._found(key):
            self._moderation.hide(entry.site_key, key, entry.post, hidden=hidden)

    def approve(self, key: str) -> None:
        """Let a reply be shown, with the words that it has now. Raises NotFound."""
        for entry in self._found(key):
            self._moderation.approve(entry.site_key, key, entry.post, entry.words)

    def block(self, site_key: str, written: str, *, word: bool = False) -> Block:
        """Want no replies of somebody, of a server, or with a word (`Moderation.block`). Raises NotFound, Invalid."""
        return self._moderation.block(self._site(site_key).key, written, word=word)

    def unblock(self, site_key: str, written: str, *, word: bool = False) -> Block:
        """Take that back. Raises NotFound where it was not said, or for an unknown site."""
        return self._moderation.unblock(self._site(site_key).key, written, word=word)

    def blocks(self, site_key: str) -> list[Block]:
        """Return what a site has blocked. Raises NotFound."""
        return self._moderation.blocks(self._site(site_key).key)

    def _found(self, key: str) -> list[Entry]:
        found = {one.site_key: one for site in self._services.sites.all() for one in self._all(site) if one.id == key}
        if not found:
            raise NotFound("There is no such reply.", code="no_reply")
        return list(found.values())

    def _site(self, site_key: str) -> Site:
        site = self._services.sites.by_key(site_key)
        if site is None:
            raise NotFound("There is no site with this key.", field="site")
        return site

    def _all(self, site: Site) -> list[Entry]:
        with self._services.database.session() as session:
            bare = [*_answers(session, site.key), *_mentions(session, site.key)]
            said = [(one.id, one.post) for one in bare]
            rules = rules_of(session, site.key, said, approve=site.options.replies_approve)
        return [Entry(**{**vars(one), "state": rules.state(one.id, one.post, one.words)}) for one in bare]


def _answers(session: Session, site_key: str) -> Iterator[Entry]:
    query = select(ReplyRow, PlaceRow.network, PageRow.href).join(PlaceRow, PlaceRow.id == ReplyRow.place_id)
    query = query.join(PageRow, PageRow.id == PlaceRow.page_id).where(PageRow.site_key == site_key)
    for row, network, href in session.execute(query):
        post = Post.from_stored(row.stored)
        yield Entry(row.key, site_key, href, network, "reply", "shown", post, row.words, row.at)


def _mentions(session: Session, site_key: str) -> Iterator[Entry]:
    for one in told_of_site(session, site_key):
        key, at = key_of("webmention", one.source), one.seen
        if at is not None:
            post = believed(one.post, one.source)
            yield Entry(key, site_key, one.target, "", one.kind, "shown", post, words_of(post), at)


def _seen(session: Session, place: PlaceRow, page: PageRow) -> PlaceSeen:
    count = len(session.scalars(select(ReplyRow.id).where(ReplyRow.place_id == place.id)).all())
    return PlaceSeen(
        page.href, place.network, place.url, place.found, place.state, count, place.due, place.good, place.failures,
        place.problem, place.why,
    )  # fmt: skip
