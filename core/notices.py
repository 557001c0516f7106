"""Webhooks out: what has happened, told to the sites that it concerns, signed, until they have heard it.

    event (in the transaction of what happened) → notices, one for each site concerned → tries → done, or failed

Signed as Standard Webhooks has it (https://github.com/standard-webhooks/standard-webhooks, spec read 2026-11), sent
by jobs through the guarded client. Nothing is lost when a process dies: events are read at least once, a notice is
made once for each event, and one whose sender died is sent again with the same ``webhook-id``. See docs/webhooks.md.
"""

from __future__ import annotations

import logging
import random
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from core.errors import FetchFailed, HostBusy, Invalid, NotFound
from core.hosts import seconds_asked
from core.notice import Notice, Teller
from core.notice_endpoints import Endpoint, Endpoints
from core.notice_tables import EndpointRow, NoticeRow
from core.times import utc_now

if TYPE_CHECKING:
    from core.events import Event
    from core.services import Services

log = logging.getLogger(__name__)
READER, SEND = "notices", "notices.send"
# Seconds before each try; a fifth more at the most, by chance. Standard Webhooks, "retries" (spec read 2026-11).
WAITS = (0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
_JITTER = 0.2
# The same page asks for 15 to 30 seconds.
DEADLINE = 15.0
# A site may ask us to wait with Retry-After; beyond the longest pause of ours it is not believed.
WAITING = frozenset({429, 502, 503, 504})
# Of the answer only the status counts.
MOST_ANSWER = 1024
# Whoever sends holds the row so long: past it, they are dead.
LEASE = timedelta(seconds=60)
# How long a notice waits for an earlier one about the same person: then order matters less than being told.
IN_ORDER = timedelta(hours=1)
# An address at which nothing has arrived for so long is turned off: longer than all tries of one notice (76 hours).
GIVE_UP = timedelta(days=5)
# Kept to be looked up, and sent again: what arrived for a week, what did not for a month, as events are.
KEEP_DONE, KEEP_FAILED = timedelta(days=7), timedelta(days=30)
# Jobs put in a minute; the next minute puts more.
MOST = 500
_ERROR = 200


@dataclass(frozen=True)
class Tried:
    """How a try went: the status, 0 without an answer; what was wrong, and when the site may be asked again."""

    status: int = 0
    error: str = ""
    wait: float = 0.0
    counts: bool = True


class Notices:
    """Tells sites. Costs nothing to make; ``now`` is the clock."""

    def __init__(self, services: Services, now: Callable[[], datetime] = utc_now) -> None:
        self._services = services
        self._database = services.database
        self._now = now
        self.endpoints = Endpoints(services.database, services.vault, services.settings, now)

    # --- from events to notices ---

    def spread(self, tellers: Mapping[str, Teller]) -> None:
        """Make notices of the events since the last time, and have them sent. One process at a time does."""
        while self._services.events.consume(READER, lambda event: self._tell(event, tellers)):
            pass
        self.put_due()

    def _tell(self, event: Event, tellers: Mapping[str, Teller]) -> None:
        teller = tellers.get(event.kind)
        for notice in teller(event) if teller else ():
            with self._database.session(write=True) as session:
                place = session.get(EndpointRow, notice.site_key)
                same = (NoticeRow.site_key == notice.site_key, NoticeRow.event == event.number)
                if place and place.created <= event.at and not session.scalar(select(exists().where(*same))):
                    session.add(self._new(notice, event, place))

    def _new(self, notice: Notice, event: Event, place: EndpointRow) -> NoticeRow:
        on = place.state == "active"
        return NoticeRow(
            id=f"msg_{secrets.token_urlsafe(16)}", site_key=notice.site_key, event=event.number, kind=notice.kind,
            about=notice.about, body=notice.body(event.at), created=self._now(), due=self._now(), attempts=0,
            state="waiting" if on else "failed", status=0, error="" if on else _off(place.problem),
        )  # fmt: skip

    # --- sending ---

    def put_due(self) -> None:
        """Put a job for each notice that is due: those just made, those to be tried again, those left behind.

        Each site's first before any site's second: one that has many, or answers slowly, keeps nobody else waiting.
        """
        turn = func.row_number().over(partition_by=NoticeRow.site_key, order_by=NoticeRow.event)
        self._put_all(select(NoticeRow).where(*_due(self._now())).order_by(turn, NoticeRow.event).limit(MOST))

    def _put_next(self, row: NoticeRow) -> None:
        """Put what has waited for a notice: the next one about the same person."""
        same = (NoticeRow.site_key == row.site_key, NoticeRow.about == row.about)
        self._put_all(select(NoticeRow).where(*same, *_due(self._now())))

    def _put_all(self, query: Select[NoticeRow]) -> None:
        with self._database.session() as session:
            rows = session.scalars(query).all()
        for row in rows:
            self._put(row)

    def send(self, notice_id: str) -> None:
        """Try one notice, where it is due and nobody else is at it."""
        row = self._lease(notice_id)
        if row is None:
            return
        try:
            place = self.endpoints.find(row.site_key)
        except NotFound:
            return  # the site is told no more: the notice goes with the next sweep
        tried = self._post(place, row.id, row.body)
        row = self._learn(row, tried)
        if row.state == "waiting" and row.due <= self._now() + timedelta(seconds=60):
            self._put(row, delay=(row.due - self._now()).total_seconds())
        elif row.state != "waiting":
            self._put_next(row)

    def test(self, site_key: str) -> Tried:
        """Send a ``webhook.test`` now, once, and return how it went; one that arrives turns the address on again."""
        place = self.endpoints.find(site_key)
        body = Notice(site_key, "webhook.test", "", {"site": site_key}).body(self._now())
        tried = self._post(place, f"msg_{secrets.token_urlsafe(16)}", body)
        if not tried.error:
            self.endpoints.arrived(site_key)
        return tried

    def _put(self, row: NoticeRow, delay: float = 0) -> None:
        self._services.jobs.enqueue(
            SEND, {"notice": row.id}, key=row.site_key, dedupe=f"{row.id} {row.attempts}", delay=max(0.0, delay)
        )

    def _lease(self, notice_id: str) -> NoticeRow | None:
        now = self._now()
        taken = update(NoticeRow).where(NoticeRow.id == notice_id, *_due(now)).values(leased=now + LEASE, tried=now)
        with self._database.session(write=True) as session:
            if session.execute(taken.returning(NoticeRow.id)).first() is None:
                return None
            return session.get(NoticeRow, notice_id)

    def _post(self, place: Endpoint, notice_id: str, body: str) -> Tried:
        if not place.secrets:
            return Tried(error="The secret cannot be read: HANDBILL_SECRET_KEY was changed. Rotate it.")
        headers = {"Content-Type": "application/json", **signed(place.secrets, notice_id, self._now(), body)}
        try:
            reply = self._services.http.request(
                "POST", place.url, headers=headers, body=body.encode(), max_bytes=MOST_ANSWER, truncate=True,
                deadline=DEADLINE, redirects=0,
            )  # fmt: skip
        except HostBusy as exc:  # nobody was asked: the try does not count
            left = (exc.retry_at - self._now()).total_seconds() if exc.retry_at else 60.0
            return Tried(error=exc.message, wait=max(1.0, left), counts=False)
        except FetchFailed as exc:
            return Tried(error=exc.message)
        if 200 <= reply.status < 300:
            return Tried(reply.status)
        asked = reply.headers.get("retry-after", "") if reply.status in WAITING else ""
        return Tried(reply.status, f"It answered {reply.status}.", seconds_asked(asked, self._now()))

    # --- what became of it ---

    def _learn(self, row: NoticeRow, tried: Tried) -> NoticeRow:
        """Write down how a try went, and when the next one is, in one transaction."""
        with self._database.session(write=True) as session:
            kept, place = session.get(NoticeRow, row.id), session.get(EndpointRow, row.site_key)
            if kept is None or place is None:
                return row
            kept.leased, kept.status, kept.error = None, tried.status, tried.error[:_ERROR]
            kept.attempts += tried.counts
            if not tried.error:
                kept.state, place.state, place.problem, place.failing = "done", "active", "", None
            else:
                self._failed(session, kept, place, tried)
        return kept

    def _failed(self, session: Session, row: NoticeRow, place: EndpointRow, tried: Tried) -> None:
        now = self._now()
        place.failing = place.failing or now
        tired = row.attempts >= len(WAITS) or (not tried.counts and row.created < now - GIVE_UP)
        if tried.status == 410:
            self._turn_off(session, place, "It answered 410: it wants to be told no more.")
        elif tired and place.failing < now - GIVE_UP:
            self._turn_off(session, place, f"Nothing has arrived for {GIVE_UP.days} days. {tried.error}")
        if tired or place.state != "active":
            row.state = "failed"
            return
        wait = WAITS[row.attempts] * (1 + _JITTER * random.random()) if tried.counts else 0.0  # noqa: S311 -- spreads load
        row.due = now + timedelta(seconds=max(wait, tried.wait))

    def _turn_off(self, session: Session, place: EndpointRow, why: str) -> None:
        place.state, place.problem = "off", why[:_ERROR]
        waiting = (NoticeRow.site_key == place.site_key, NoticeRow.state == "waiting")
        session.execute(update(NoticeRow).where(*waiting).values(state="failed", leased=None, error=_off(why)))
        log.warning("a site's webhook was turned off", extra={"site": place.site_key, "why": place.problem})

    # --- looking back ---

    def newest(self, site_key: str, most: int, *, failed: bool = False) -> list[NoticeRow]:
        """Return the newest notices to a site."""
        query = select(NoticeRow).where(NoticeRow.site_key == site_key).order_by(NoticeRow.event.desc()).limit(most)
        with self._database.session() as session:
            return list(session.scalars(query.where(NoticeRow.state == "failed") if failed else query))

    def replay(self, notice_id: str) -> NoticeRow:
        """Have a notice sent again, under its own id. Raises NotFound, and Invalid where the site is told no more."""
        with self._database.session(write=True) as session:
            row = session.get(NoticeRow, notice_id.replace("\0", ""))
            if row is None:
                raise NotFound("There is no such notice; failed ones are kept for a month.", code="no_delivery")
            place = session.get(EndpointRow, row.site_key)
            if place is None or place.state != "active":
                raise Invalid("The site's webhook is off: sites webhook test KEY turns it on.", field="id")
            row.state, row.attempts, row.due, row.leased, row.error = "waiting", 0, self._now(), None, ""
        self._put(row)
        return row

    def sweep(self) -> None:
        """Delete what was kept for long enough, and what nobody is to be told any more; seal secrets anew."""
        now = self._now()
        done = (NoticeRow.state == "done", NoticeRow.created < now - KEEP_DONE)
        nobody = NoticeRow.site_key.not_in(select(EndpointRow.site_key))
        with self._database.session(write=True) as session:
            session.execute(delete(NoticeRow).where(*done))
            session.execute(delete(NoticeRow).where(or_(NoticeRow.created < now - KEEP_FAILED, nobody)))
        self.endpoints.reseal()


def signed(secrets_of: tuple[str, ...], notice_id: str, at: datetime, body: str) -> dict[str, str]:
    """Return the three headers: the id, the time of this try, and a signature for each secret in force."""
    from standardwebhooks.webhooks import Webhook

    signatures = [Webhook(secret).sign(notice_id, at, body) for secret in secrets_of]
    return {
        "webhook-id": notice_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _due(now: datetime) -> tuple[Any, ...]:
    """Return the conditions that a notice may be sent now: it is due, nobody is at it, and none goes before it."""
    free = or_(NoticeRow.leased.is_(None), NoticeRow.leased <= now)
    return NoticeRow.state == "waiting", NoticeRow.due <= now, free, ~_held_up(now)


def _held_up(now: datetime) -> Any:
    """Return the condition that an earlier notice about the same person is still to be sent."""
    earlier = aliased(NoticeRow)
    return exists().where(
        earlier.site_key == NoticeRow.site_key,
        earlier.about == NoticeRow.about,
        earlier.event < NoticeRow.event,
        earlier.state == "waiting",
        NoticeRow.created > now - IN_ORDER,
    )


def _off(why: str) -> str:
    return f"The webhook is off. {why}"[:_ERROR]
