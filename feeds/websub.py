"""Ask hubs for the news of feeds, and keep asking: https://www.w3.org/TR/websub/ (2018-01-23), as a subscriber.

The jobs process compares what there is with what is wanted, every few minutes: a source whose feed names a hub is
subscribed to, a lease that nears its end is renewed, and what no source wants any more is unsubscribed. Before a hub
is asked it is written down what for, since its question back may come before its answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from sqlalchemy import select

from core.addresses import origin_of
from core.errors import NotFound, Problem
from core.log_masking import masked_text
from core.settings import is_loopback
from core.times import utc_now
from feeds.tables import SourceRow
from feeds.webhook_sources import topic_of
from feeds.webhook_subscriptions import Subscriptions, new_secret
from feeds.webhook_tables import SubscriptionRow
from networks.webhooks import Echo

if TYPE_CHECKING:
    from core.services import Services

ASK = "webhooks.ask"
# Asked for; the hub decides. Google's gives five days at the most, others ten
# (https://pubsubhubbub.github.io/PubSubHubbub/pubsubhubbub-core-0.4.html#rfc.section.5.1 has ten as the example).
LEASE = timedelta(days=10)
# What a hub's answer is held to: shorter ones would have us ask all the time, longer ones are as good as for ever.
SHORTEST, LONGEST = timedelta(minutes=10), timedelta(days=365)
# A lease is renewed when this share of it is over.
RENEW_AT = 0.8
# A hub that was asked and does not come back with its question is asked again after this, doubled each time.
PATIENCE, LAST_PATIENCE = timedelta(minutes=30), timedelta(days=1)
# How often an ending is asked for; the lease ends by itself.
ENDINGS = 3
# Challenges are random strings; the longest seen have some sixty characters.
LONGEST_CHALLENGE = 1000
# A hub answers a request with 202 and no body.
MAX_REPLY = 64 * 1024


def verify(subscriptions: Subscriptions, row: SubscriptionRow, query: Mapping[str, str], now: datetime) -> Echo:
    """Answer a hub that asks whether we meant it (§5.3); raise NotFound where we asked for no such thing."""
    mode, challenge = query.get("hub.mode", ""), query.get("hub.challenge", "")
    if query.get("hub.topic", "") != row.topic or len(challenge) > LONGEST_CHALLENGE:
        mode = ""
    if mode == "denied":
        problem = masked_text(query.get("hub.reason", ""), 200)
        subscriptions.note(row, state="refused", problem=problem, ask_at=now + LAST_PATIENCE, lease_until=None)
        return Echo("")
    if mode == "subscribe" and challenge and row.state in ("waiting", "active", "refused"):
        lease = _lease(query.get("hub.lease_seconds", ""))
        times = {"heard": now, "lease_until": now + lease, "ask_at": now + lease * RENEW_AT}
        subscriptions.note(row, state="active", problem="", failures=0, **times)
        return Echo(challenge)
    if mode == "unsubscribe" and challenge and row.state == "ending":
        subscriptions.remove(row.id)
        return Echo(challenge)
    raise NotFound("This was not asked for.", code="no_subscription")


def _lease(seconds: str) -> timedelta:
    given = (
        timedelta(seconds=int(seconds))
        if seconds.isascii() and 0 < len(seconds) <= 9 and seconds.isdigit()
        else LEASE
    )
    return max(SHORTEST, min(given, LONGEST))


class Hubs:
    """What is asked of hubs. Costs nothing to make; ``now`` is the clock."""

    def __init__(self, services: Services, now: Callable[[], datetime] = utc_now) -> None:
        self._services = services
        self._now = now
        self._subscriptions = Subscriptions(
            services.database, services.vault, services.settings, services.networks, now
        )

    def check(self) -> list[str]:
        """Compare what there is with what is wanted; return the ids of the subscriptions to be asked for now."""
        wanted, rows = self._wanted(), [row for row in self._subscriptions.all() if row.hub]
        known = {(row.network, row.hub, row.topic): row for row in rows}
        for key in wanted:
            if key not in known:
                self._new(*key)
        for key, row in known.items():
            if row.state == "active" and not self._subscriptions.secret_of(row):
                self._subscriptions.note(row, ask_at=self._now())  # what is sent proves nothing: agree on a new one
            if key not in wanted and row.state != "ending":
                self._subscriptions.note(row, state="ending", ask_at=self._now(), failures=0)
            elif key in wanted and row.state == "ending":
                self._subscriptions.note(row, state="waiting", ask_at=self._now(), failures=0)
        self._push(wanted, rows)
        return self._due()

    def ask(self, subscription_id: str) -> None:
        """Ask a hub for what a subscription is to become. What goes wrong is written down, and tried again later."""
        row = self._find(subscription_id)
        if row is None:
            return
        ending = row.state == "ending"
        if ending and self._over(row):
            self._subscriptions.remove(row.id)
            return
        patience = min(PATIENCE * 2 ** min(row.failures, 10), LAST_PATIENCE)
        self._subscriptions.note(row, failures=row.failures + 1, ask_at=self._now() + patience)
        problem = self._post(row, "unsubscribe" if ending else "subscribe")
        if problem:
            self._subscriptions.note(row, problem=problem)

    def _post(self, row: SubscriptionRow, mode: str) -> str:
        """Send a request (§5.1); return what was wrong, "" where the hub took it."""
        fields = {
            "hub.callback": self._subscriptions.address(row.network, row.id), "hub.mode": mode,
            "hub.topic": row.topic, "hub.lease_seconds": f"{LEASE.total_seconds():.0f}",
            "hub.secret": self._subscriptions.secret_of(row) or self._subscriptions.rotate(row.id),
        }  # fmt: skip
        form = "application/x-www-form-urlencoded"
        try:
            reply = self._services.http.post(
                row.hub, body=urlencode(fields).encode(), content_type=form, max_bytes=MAX_REPLY
            )
        except Problem as problem:
            return problem.message
        return "" if 200 <= reply.status < 300 else f"The hub answered {reply.status}."

    def _wanted(self) -> dict[tuple[str, str, str], list[str]]:
        """Return what is to be subscribed to, with the sources that want it."""
        keys = [key for key, network in self._services.networks.items() if network.webhook and network.webhook.websub]
        found: dict[tuple[str, str, str], list[str]] = {}
        query = select(SourceRow).where(SourceRow.network.in_(keys), SourceRow.state == "ok")
        with self._services.database.session() as session:
            for row in session.scalars(query):
                hub, topic = topic_of(self._services.networks[row.network], row)
                if hub and self._may_be_asked(hub):
                    found.setdefault((row.network, hub, topic), []).append(row.id)
        return found

    def _may_be_asked(self, hub: str) -> bool:
        """Return whether a hub can reach us, and whether the secret can be told it: not over a plain connection."""
        near = is_loopback(origin_of(hub))
        return near or (hub.startswith("https:") and not is_loopback(self._services.settings.base_url))

    def _new(self, network: str, hub: str, topic: str) -> None:
        self._subscriptions.new(network, secret=new_secret(), hub=hub, topic=topic, ask_at=self._now())

    def _push(self, wanted: Mapping[tuple[str, str, str], Iterable[str]], rows: Iterable[SubscriptionRow]) -> None:
        """Write down for each source until when its news are sent to us: it need not be asked so often."""
        until = {
            source: row.lease_until
            for row in rows
            if row.state == "active"
            for source in wanted.get((row.network, row.hub, row.topic), ())
        }
        with self._services.database.session(write=True) as session:
            for row in session.scalars(select(SourceRow).where(SourceRow.id.in_(until))) if until else ():
                if row.pushed_until != until[row.id]:
                    row.pushed_until = until[row.id]

    def _due(self) -> list[str]:
        due = (SubscriptionRow.hub != "", SubscriptionRow.ask_at <= self._now())
        with self._services.database.session() as session:
            return list(session.scalars(select(SubscriptionRow.id).where(*due).order_by(SubscriptionRow.ask_at)))

    def _over(self, row: SubscriptionRow) -> bool:
        return row.failures >= ENDINGS or row.lease_until is None or row.lease_until <= self._now()

    def _find(self, subscription_id: str) -> SubscriptionRow | None:
        with self._services.database.session() as session:
            return session.get(SubscriptionRow, subscription_id)
