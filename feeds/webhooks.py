"""Webhooks in: verified byte for byte, stored, acknowledged, and worked through by a job.

    raw body → secret of the address → signature, in constant time → age → stored → 2xx → job → refresh, deletions

Nothing parses a body that nobody signed. What is stored waits for its job, however the process ends; a repetition is
acknowledged and dropped. See docs/webhooks.md.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from core.errors import BadReply, NotAllowed, Problem
from core.times import utc_now
from core.vault import SealBroken
from feeds.service import REFRESH
from feeds.tables import SourceRow
from feeds.webhook_apps import SiteApps
from feeds.webhook_sources import concerned, delete_posts
from feeds.webhook_store import Deliveries, Kept
from feeds.webhook_subscriptions import Place, Subscriptions
from feeds.webhook_tables import DeliveryRow, SubscriptionRow
from networks.webhooks import Delivery, Echo, Event, by_body

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.services import Services

log = logging.getLogger(__name__)
PROCESS = "webhooks.process"
# Seconds in which deliveries about one source have it read once, at their end: a burst costs one request, and what
# happens while it is being read has it read again.
BURST = 5
# How often it is written down that an address was sent to.
NOTED = timedelta(hours=1)


class Webhooks:
    """What networks send. Costs nothing to make; ``now`` is the clock."""

    def __init__(self, services: Services, now: Callable[[], datetime] = utc_now) -> None:
        self._services = services
        self._now = now
        parts = (services.database, services.vault)
        self.deliveries = Deliveries(*parts, now)
        self.own = SiteApps(services.site_credentials)
        self.subscriptions = Subscriptions(*parts, services.settings, services.networks, now, self.own)

    def greet(self, key: str, subscription_id: str, query: Mapping[str, str]) -> Echo:
        """Answer a network that asks whether an address is ours. Raises NotFound, Gone, and NotAllowed."""
        place = self.subscriptions.place(key, subscription_id)
        if place.hook.websub is not None and place.row is not None:
            from feeds.websub import verify

            return verify(self.subscriptions, place.row, query, self._now())
        echo = place.hook.handshake(query, place.secrets)
        if echo is None:
            raise NotAllowed("That is not the question that this network asks.", code="wrong_webhook_question")
        self._heard(place)
        return echo

    def take(self, key: str, subscription_id: str, delivery: Delivery) -> Echo | None:
        """Store a delivery; return what the network wants to hear besides that it came.

        Returns when it is stored for good, or was before. Raises NotFound, Gone, and NotAllowed for what is not
        signed, or too old. What a hub sends without a right signature is dropped without a word, as WebSub has it
        (https://www.w3.org/TR/websub/#signature-validation).
        """
        place = self.subscriptions.place(key, subscription_id)
        signer = self._signer(place, delivery)
        if signer is None:
            if place.hook.websub is not None:
                log.info("a hub's delivery was not signed rightly", extra={"network": key})
                return None
            raise NotAllowed("The signature is missing, or not of this address.", code="wrong_webhook_signature")
        if not place.hook.timely(delivery, self._now()):
            raise NotAllowed("The delivery was sent too long ago.", code="stale_delivery")
        echo = place.hook.reply(delivery)
        if echo is None:
            kept = self.deliveries.put(key, signer, self._id(place, delivery), delivery, place.hook.headers)
            if kept.waiting:
                self._enqueue(kept)
        self._heard(place)
        return echo

    def process(self, row_id: str) -> None:
        """Work through a stored delivery: delete what was deleted, have the rest read anew.

        A delivery that makes no sense is marked so, and not tried again: it would make none then either.
        """
        row = self.deliveries.begin(row_id)
        network = self._services.networks.get(row.network) if row else None
        if row is None:
            return
        try:
            if network is None or network.webhook is None:
                raise BadReply("This network is not known here any more.")
            events = network.webhook.read(self.deliveries.opened(row))
        except (BadReply, SealBroken) as exc:
            self.deliveries.finish(row_id, str(exc))
            return
        for source_id in self._apply(row, events):
            self._have_read(source_id)
        self.deliveries.finish(row_id)

    def replay(self, row_id: str) -> DeliveryRow:
        """Have a delivery worked through again. Raises NotFound."""
        row = self.deliveries.again(row_id)
        self._services.jobs.enqueue(PROCESS, {"delivery": row_id}, dedupe=row_id)
        return row

    def put_forgotten(self) -> None:
        """Put the jobs of deliveries that nobody works through."""
        for row_id in self.deliveries.forgotten():
            self._services.jobs.enqueue(PROCESS, {"delivery": row_id}, dedupe=row_id)

    def _signer(self, place: Place, delivery: Delivery) -> str | None:
        """Return by what a delivery is known to be signed: the subscription's id, "" for the server's application at
        the network's own address, or a site (`feeds.webhook_apps`); None where nobody of them did."""
        if place.row is None:
            return self.own.signer(place.hook, delivery, place.secrets.keys)
        return place.id if place.hook.verifies(delivery, place.secrets) else None

    def _have_read(self, source_id: str) -> None:
        now = self._now().timestamp()
        burst, into = divmod(now, BURST)
        self._services.jobs.enqueue(
            REFRESH, {"source": source_id}, key=source_id, dedupe=f"{source_id} {burst:.0f}", delay=BURST - into
        )

    def _apply(self, row: DeliveryRow, events: Iterable[Event]) -> list[str]:
        """Delete the posts that are no more; return the sources to be read anew, each once."""
        network, services = self._services.networks[row.network], self._services
        with services.database.session() as session:
            subscription = session.get(SubscriptionRow, row.subscription_id) if row.subscription_id else None
            sites = self.own.sites(network.webhook, row.subscription_id)
            found = [(event, concerned(session, network, subscription, event, sites)) for event in events]
        for event, sources in found:
            if event.kind == "deleted" and sources:
                self._delete(event.subject, sources)
            elif event.kind == "ended" and subscription:
                self.subscriptions.note(subscription, state="ended", problem=event.subject[:200])
        told = (source for event, sources in found for source in sources if event.kind != "ended")
        return list(dict.fromkeys(source.id for source in told if source.state != "gone"))

    def _delete(self, remote: str, sources: Iterable[SourceRow]) -> None:
        with self._services.database.session(write=True) as session:
            pictures = delete_posts(session, sources, remote)
        for url in dict.fromkeys(pictures):
            self._services.media.forget(url)

    def _id(self, place: Place, delivery: Delivery) -> str:
        try:
            found = place.hook.delivery(delivery)
        except BadReply:
            found = by_body(delivery)
        # A feed may honestly become again what it was before, and a hub names no time: only within an hour are equal
        # bodies one delivery. One that is worked through twice has the feed read twice.
        return f"{found} {self._now():%Y-%m-%dT%H}" if place.hook.websub is not None else found

    def _enqueue(self, kept: Kept) -> None:
        """Put the job; where that fails the delivery is stored all the same, and `put_forgotten` puts it."""
        try:
            self._services.jobs.enqueue(PROCESS, {"delivery": kept.id}, dedupe=kept.id)
        except Problem as problem:
            log.warning("a delivery's job could not be put yet: %s", problem.message)

    def _heard(self, place: Place) -> None:
        """Note that an address is in use, not more often than somebody wants to know."""
        row, now = place.row, self._now()
        if row is not None and (row.heard is None or row.heard < now - NOTED or row.state == "waiting"):
            state = "active" if row.state == "waiting" and place.hook.websub is None else row.state
            self.subscriptions.note(row, heard=now, state=state)
