"""Servers of networks that have many, at which we are registered as a client."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create the table."""
    names = ("id", "network", "server", "client_id", "sealed", "scope", "created")
    op.create_table(
        "login_servers",
        *(sa.Column(name, sa.Text, nullable=False) for name in names),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_servers")),
        sqlite_strict=True,
    )
