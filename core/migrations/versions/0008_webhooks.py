"""Webhooks: what we are subscribed to, what was delivered; and pages that mention ours."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Create the tables."""
    _subscriptions()
    _deliveries()
    _mentions()


def _subscriptions() -> None:
    name = "webhook_subscriptions"
    op.create_table(
        name,
        *_texts("id", "network", "account", "hub", "topic", "sealed", "state", "problem", "created"),
        sa.Column("failures", sa.Integer, nullable=False),
        *_texts("heard", "ask_at", "lease_until", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sqlite_strict=True,
    )
    op.create_index(op.f(f"ix_{name}_hub_topic"), name, ["hub", "topic"])
    op.create_index(op.f(f"ix_{name}_ask_at"), name, ["ask_at"])


def _deliveries() -> None:
    name, which = "webhook_deliveries", ("network", "subscription_id", "delivery_id")
    op.create_table(
        name,
        *_texts("id", *which, "headers", "sealed", "received", "state", "error"),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint(*which, name=op.f(f"uq_{name}_network_subscription_id_delivery_id")),
        sqlite_strict=True,
    )
    op.create_index(op.f(f"ix_{name}_received"), name, ["received"])
    op.create_index(op.f(f"ix_{name}_state_received"), name, ["state", "received"])


def _mentions() -> None:
    name = "webmentions"
    op.create_table(
        name,
        *_texts("id", "site_key", "source", "target", "kind", "stored", "state", "problem", "asked"),
        *_texts("seen", nullable=True),
        sa.ForeignKeyConstraint(["site_key"], ["sites.key"], name=op.f(f"fk_{name}_site_key"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("source", "target", name=op.f(f"uq_{name}_source_target")),
        sqlite_strict=True,
    )
    op.create_index(op.f(f"ix_{name}_target_state"), name, ["target", "state"])
    op.create_index(op.f(f"ix_{name}_state_asked"), name, ["state", "asked"])


def _texts(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=nullable) for name in names]
