"""What is stored of deliveries from networks, of what we are subscribed to, and of mentions.

`webhook_subscriptions` has a row for each address that a network or hub sends to, `webhook_deliveries` what was sent,
for a week, `webmentions` the pages that mention ours.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, JsonText, UtcTime
from core.sites import SiteRow


class SubscriptionRow(Base):
    """Where a network or hub sends to: ``/webhooks/<network>/<id>``.

    ``account`` is whom it is for, as an operator wrote it, empty for everybody; ``hub`` and ``topic`` are set where
    we asked a hub ourselves. ``sealed`` holds the secrets. ``state``: ``waiting`` (asked for, or not heard of yet),
    ``active``, ``ending`` (we asked the hub to stop), ``refused`` (the hub said no), ``ended`` (the network said so).
    ``ask_at`` is when the hub is asked next, ``lease_until`` when it stops by itself; ``failures`` counts asking in
    vain, and ``problem`` says why.
    """

    __tablename__ = "webhook_subscriptions"
    __table_args__ = (Index(None, "hub", "topic"), Index(None, "ask_at"))

    id: Mapped[str] = mapped_column(primary_key=True)
    network: Mapped[str]
    account: Mapped[str]
    hub: Mapped[str]
    topic: Mapped[str]
    sealed: Mapped[str]
    state: Mapped[str]
    problem: Mapped[str]
    failures: Mapped[int]
    created: Mapped[datetime] = mapped_column(UtcTime)
    heard: Mapped[datetime | None] = mapped_column(UtcTime)
    ask_at: Mapped[datetime | None] = mapped_column(UtcTime)
    lease_until: Mapped[datetime | None] = mapped_column(UtcTime)


class DeliveryRow(Base):
    """One delivery. ``sealed`` is the body; ``state``: ``waiting``, ``done`` or ``failed``, with the reason.

    ``subscription_id`` is "" for the network's own address, and says there which site's application signed it, where
    it was not the server's (`feeds.webhook_apps`).
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        UniqueConstraint("network", "subscription_id", "delivery_id"),
        Index(None, "received"),
        Index(None, "state", "received"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    network: Mapped[str]
    subscription_id: Mapped[str]
    delivery_id: Mapped[str]
    headers: Mapped[Any] = mapped_column(JsonText)
    sealed: Mapped[str]
    received: Mapped[datetime] = mapped_column(UtcTime)
    state: Mapped[str]
    attempts: Mapped[int]
    error: Mapped[str]


class MentionRow(Base):
    """A page that mentions one of a site's (https://www.w3.org/TR/webmention/).

    ``kind`` is ``mention``, ``reply``, ``like`` or ``repost``. ``stored`` is `networks.records.Post.as_stored`.
    ``state``: ``waiting`` (to be looked at), ``here``, ``failed`` (it could not be looked at; what was known before
    stays). ``seen`` is when the link was last found. A mention that is no more has no row.
    """

    __tablename__ = "webmentions"
    __table_args__ = (
        UniqueConstraint("source", "target"),
        Index(None, "target", "state"),
        Index(None, "state", "asked"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    site_key: Mapped[str] = mapped_column(Text, ForeignKey(SiteRow.key, ondelete="CASCADE"))
    source: Mapped[str]
    target: Mapped[str]
    kind: Mapped[str]
    stored: Mapped[Any] = mapped_column(JsonText)
    state: Mapped[str]
    problem: Mapped[str]
    asked: Mapped[datetime] = mapped_column(UtcTime)
    seen: Mapped[datetime | None] = mapped_column(UtcTime)
