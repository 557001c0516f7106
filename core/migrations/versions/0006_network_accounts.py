"""Accounts at networks that owners of sites have connected, for their feeds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table."""
    name = "network_accounts"
    texts = ("id", "site_key", "network", "issuer", "subject", "name", "handle", "scope", "state", "sealed")
    op.create_table(
        name,
        *(sa.Column(column, sa.Text, nullable=False) for column in texts),
        sa.Column("version", BIG, nullable=False),
        *(sa.Column(column, sa.Text, nullable=False) for column in ("connected", "renewed")),
        *(sa.Column(column, sa.Text, nullable=True) for column in ("expires", "leased")),
        sa.ForeignKeyConstraint(["site_key"], ["sites.key"], name=op.f(f"fk_{name}_site_key"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint(
            "site_key", "network", "issuer", "subject", name=op.f(f"uq_{name}_site_key_network_issuer_subject")
        ),
        sqlite_strict=True,
    )
    op.create_index(op.f(f"ix_{name}_expires"), name, ["expires"])
