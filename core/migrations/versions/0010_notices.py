"""What sites are told by webhooks, and by which names networks know whoever has an account here."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    _endpoints()
    _notices()
    _pairs("network_account_owners", "network_accounts", "subject")
    _pairs("login_account_aliases", "login_accounts", "alias")
    _told()


def _endpoints() -> None:
    name = "notice_endpoints"
    op.create_table(
        name,
        *_texts("site_key", "url", "sealed", "state", "problem", "created"),
        *_texts("failing", nullable=True),
        _points(name, "site_key", "sites.key"),
        sa.PrimaryKeyConstraint("site_key", name=op.f(f"pk_{name}")),
        sqlite_strict=True,
    )


def _notices() -> None:
    name = "notices"
    op.create_table(
        name,
        *_texts("id", "site_key", "kind", "about", "body", "created", "state", "due", "error"),
        sa.Column("event", BIG, nullable=False),
        *(sa.Column(column, sa.Integer, nullable=False) for column in ("attempts", "status")),
        *_texts("tried", "leased", nullable=True),
        _points(name, "site_key", "sites.key"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("site_key", "event", name=op.f(f"uq_{name}_site_key_event")),
        sqlite_strict=True,
    )
    for columns in (["state", "due"], ["site_key", "about"], ["created"]):
        op.create_index(op.f(f"ix_{name}_{'_'.join(columns)}"), name, columns)


def _pairs(name: str, accounts: str, column: str) -> None:
    """Create a table of the other names of accounts."""
    op.create_table(
        name,
        *_texts("account_id", column),
        _points(name, "account_id", f"{accounts}.id"),
        sa.PrimaryKeyConstraint("account_id", column, name=op.f(f"pk_{name}")),
        sqlite_strict=True,
    )
    op.create_index(op.f(f"ix_{name}_{column}"), name, [column])


def _told() -> None:
    name = "login_told"
    op.create_table(
        name,
        *_texts("account_id", "site_key"),
        _points(name, "account_id", "login_accounts.id"),
        _points(name, "site_key", "sites.key"),
        sa.PrimaryKeyConstraint("account_id", "site_key", name=op.f(f"pk_{name}")),
        sqlite_strict=True,
    )
    # Of logins that are still stored it is known which account a site was told of.
    known = "SELECT DISTINCT account_id, site_key FROM login_grants"
    op.execute(f"INSERT INTO login_told (account_id, site_key) {known}")


def _points(name: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    label = op.f(f"fk_{name}_{column}")
    return sa.ForeignKeyConstraint([column], [target], name=label, ondelete="CASCADE")


def _texts(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=nullable) for name in names]
