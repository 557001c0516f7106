"""Sites' own credentials at networks, and with which application an account was connected.

Accounts of Bluesky were known by the server they lived on, which changes when somebody moves; now they are known by
their DID alone.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Create the tables."""
    name = "site_credentials"
    op.create_table(
        name,
        *(sa.Column(column, sa.Text, nullable=False) for column in ("site_key", "network", "sealed", "changed")),
        sa.ForeignKeyConstraint(["site_key"], ["sites.key"], name=op.f(f"fk_{name}_site_key"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("site_key", "network", name=op.f(f"pk_{name}")),
        sqlite_strict=True,
    )
    op.create_index(op.f(f"ix_{name}_network"), name, ["network"])
    name = "network_account_apps"
    op.create_table(
        name,
        *(sa.Column(column, sa.Text, nullable=False) for column in ("account_id", "app")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["network_accounts.id"], name=op.f(f"fk_{name}_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f(f"pk_{name}")),
        sqlite_strict=True,
    )
    op.execute(
        "UPDATE login_accounts SET issuer = 'https://bsky.social' WHERE id IN ("
        "SELECT min(one.id) FROM login_accounts AS one WHERE one.network = 'bluesky' AND NOT EXISTS ("
        "SELECT 1 FROM login_accounts AS other WHERE other.network = 'bluesky' AND other.subject = one.subject"
        " AND other.issuer = 'https://bsky.social') GROUP BY one.subject)"
    )
