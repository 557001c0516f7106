"""Preview pictures whose description is too long for an address: kept here, by a digest of what they say."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "card_payloads",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_payloads")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_card_payloads_at"), "card_payloads", ["at"])
