"""Webmention, the receiving side (https://www.w3.org/TR/webmention/ §3.2): pages that mention those of our sites.

Anybody may say that a page mentions another. It is written down, and a job reads that page with the safe client: only
where it does link to ours is there a mention. A page that is told again is read again; one that is gone, or has lost
its link, is forgotten.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urldefrag, urlsplit

from sqlalchemy import delete, select

from core.addresses import origin_of, web_address
from core.errors import AddressRefused, FetchFailed, Invalid
from core.limits import Rule
from core.times import utc_now
from feeds.mention_page import Found, read
from feeds.webhook_tables import MentionRow
from networks.records import Post

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from core.services import Services

CHECK = "webmentions.check"
# Mentions told from one address, and of pages on one host: a link farm's, or a busy blog's on its busiest day.
PER_ADDRESS = Rule("webmention-address", amount=60, seconds=3600)
PER_HOST = Rule("webmention-host", amount=60, seconds=3600)
# What is read of a page, and how long that may take, seconds: as for previews.
MAX_BYTES, DEADLINE = 1_000_000, 8.0
ACCEPT = "text/html, application/xhtml+xml, application/json;q=0.8, text/plain;q=0.5, */*;q=0.1"
# What could not be looked at in this time is forgotten.
PATIENCE = timedelta(days=7)
# A mention that waits longer than this has lost its job.
FORGOTTEN = timedelta(minutes=5)
AT_ONCE = 500


@dataclass(frozen=True)
class Mention:
    """A page that mentions one of ours. ``kind``: ``mention``, ``reply``, ``like`` or ``repost``."""

    id: str
    site_key: str
    source: str
    target: str
    kind: str
    state: str
    problem: str = ""
    post: Post = field(default_factory=lambda: Post(""))
    seen: datetime | None = None


class Mentions:
    """The mentions of all sites. Costs nothing to make; ``now`` is the clock."""

    def __init__(self, services: Services, now: Callable[[], datetime] = utc_now) -> None:
        self._services = services
        self._now = now

    def receive(self, source: str, target: str, caller: str = "") -> Mention:
        """Write down that a page is said to mention one of ours, and have it read.

        Raises Invalid where that cannot be, and TooMany for who says it too often.
        """
        page, ours = web_address(source, "source"), urldefrag(web_address(target, "target"))[0]
        if urldefrag(page)[0] == ours:
            raise Invalid("A page does not mention itself.", field="source")
        self._services.limits.hit(PER_ADDRESS, caller)
        self._services.limits.hit(PER_HOST, urlsplit(page).hostname or "")
        site = self._site_of(ours)
        with self._services.database.session(write=True) as session:
            row = session.scalar(select(MentionRow).where(MentionRow.source == page, MentionRow.target == ours))
            row = row or _new(session, site, page, ours)
            row.state, row.asked = "waiting", self._now()
            session.flush()
            mention = _mention(row)
        self._services.jobs.enqueue(CHECK, {"mention": mention.id}, dedupe=mention.id)
        return mention

    def check(self, mention_id: str) -> None:
        """Read the page, and write down what it says of ours, or forget it. FetchFailed is for another try."""
        with self._services.database.session() as session:
            row = session.get(MentionRow, mention_id)
        if row is None:
            return
        try:
            found = self._read(row)
        except FetchFailed as problem:
            self._note(row, state="failed", problem=problem.message)
            if isinstance(problem, AddressRefused):
                return  # it is refused the next time too
            raise
        if found is None:
            with self._services.database.session() as session:
                session.execute(delete(MentionRow).where(MentionRow.id == row.id))
            return
        self._note(row, state="here", problem="", kind=found.kind, stored=found.post.as_stored(), seen=self._now())

    def of(self, target: str, most: int = 200) -> list[Mention]:
        """Return the mentions of a page that were found to be there, the newest first."""
        ours = urldefrag(web_address(target, "target"))[0]
        query = select(MentionRow).where(MentionRow.target == ours, MentionRow.seen.is_not(None))
        with self._services.database.session() as session:
            rows = session.scalars(query.order_by(MentionRow.asked.desc(), MentionRow.id).limit(most))
            return [_mention(row) for row in rows]

    def sweep(self) -> None:
        """Forget what never could be looked at."""
        old = (MentionRow.seen.is_(None), MentionRow.asked < self._now() - PATIENCE)
        with self._services.database.session() as session:
            session.execute(delete(MentionRow).where(*old))

    def put_forgotten(self) -> None:
        """Put the jobs that were lost."""
        lost = (MentionRow.state == "waiting", MentionRow.asked < self._now() - FORGOTTEN)
        query = select(MentionRow.id).where(*lost).order_by(MentionRow.asked).limit(AT_ONCE)
        with self._services.database.session() as session:
            ids = list(session.scalars(query))
        for mention_id in ids:
            self._services.jobs.enqueue(CHECK, {"mention": mention_id}, dedupe=mention_id)

    def _read(self, row: MentionRow) -> Found | None:
        """Return what the page says, None where it is gone or does not mention ours. Raises FetchFailed."""
        reply = self._services.http.get(
            row.source, accept=ACCEPT, max_bytes=MAX_BYTES, truncate=True, deadline=DEADLINE
        )
        if reply.status in (404, 410):
            return None
        if reply.status != 200:
            raise FetchFailed(f"The page answered {reply.status}.")
        return read(reply, row.source, row.target)

    def _note(self, row: MentionRow, **changes: Any) -> None:
        with self._services.database.session(write=True) as session:
            stored = session.get(MentionRow, row.id)
            for name, value in changes.items() if stored else ():
                setattr(stored, name, value)

    def _site_of(self, target: str) -> str:
        origin = origin_of(target)
        site = next((site for site in self._services.sites.all() if site.allows_origin(origin)), None)
        if site is None:
            raise Invalid("The target is no page of a site that is registered here.", field="target")
        return site.key


def told_of_site(session: Session, site_key: str, most: int = 5000) -> list[Mention]:
    """Return the mentions of a site's pages that were found to be there, the newest first."""
    query = select(MentionRow).where(MentionRow.site_key == site_key, MentionRow.seen.is_not(None))
    return [_mention(row) for row in session.scalars(query.order_by(MentionRow.asked.desc()).limit(most))]


def _new(session: Session, site: str, source: str, target: str) -> MentionRow:
    row = MentionRow(
        id=secrets.token_hex(12), site_key=site, source=source, target=target, kind="mention", stored={}, problem="",
        seen=None,
    )  # fmt: skip
    session.add(row)
    return row


def _mention(row: MentionRow) -> Mention:
    return Mention(
        row.id, row.site_key, row.source, row.target, row.kind, row.state, row.problem, Post.from_stored(row.stored),
        row.seen,
    )  # fmt: skip
