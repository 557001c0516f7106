"""Sites and their secrets, click counts, counters of the limits.

Versions are counted in four digits, because `core.schema` compares them to tell older from newer.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the first tables."""
    _sites()
    _site_secrets()
    _clicks()
    _limit_counters()


def _sites() -> None:
    op.create_table(
        "sites",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("client_id", sa.Text, nullable=False),
        sa.Column("origins", sa.Text, nullable=False),
        sa.Column("return_to", sa.Text, nullable=False),
        sa.Column("logout_return_to", sa.Text, nullable=False),
        sa.Column("public", sa.Integer, nullable=False),
        sa.Column("options", sa.Text, nullable=False),
        sa.Column("created", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sites")),
        sa.UniqueConstraint("client_id", name=op.f("uq_sites_client_id")),
        sqlite_strict=True,
    )


def _site_secrets() -> None:
    op.create_table(
        "site_secrets",
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("site_key", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("created", sa.Text, nullable=False),
        sa.Column("expires", sa.Text, nullable=True),
        sa.Column("last_used", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_site_secrets")),
        sa.ForeignKeyConstraint(
            ["site_key"], ["sites.key"], name=op.f("fk_site_secrets_site_key"), ondelete="CASCADE"
        ),
        sa.CheckConstraint("kind IN ('api', 'client')", name=op.f("ck_site_secrets_kind")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_site_secrets_site_key_kind"), "site_secrets", ["site_key", "kind"])


def _clicks() -> None:
    op.create_table(
        "clicks",
        sa.Column("site_key", sa.Text, nullable=False),
        sa.Column("day", sa.Text, nullable=False),
        sa.Column("network", sa.Text, nullable=False),
        sa.Column("page", sa.Text, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("site_key", "day", "network", "page", name=op.f("pk_clicks")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_clicks_site_key_page"), "clicks", ["site_key", "page"])


def _limit_counters() -> None:
    op.create_table(
        "limit_counters",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("amount", sa.Integer, nullable=False),
        sa.Column("expires", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_limit_counters")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_limit_counters_expires"), "limit_counters", ["expires"])
