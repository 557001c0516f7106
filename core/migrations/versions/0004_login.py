"""Log-in: people and their accounts, sessions, attempts, what was given out to sites, signing keys."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the tables of `login/tables.py`."""
    _table("login_people", _text("id", "created"))
    _accounts()
    _sessions()
    _attempts()
    _grants()
    _codes()
    _tokens()
    _agreements()
    _signing_keys()


def _table(name: str, columns: list[Any], *constraints: Any, key: tuple[str, ...] = ("id",)) -> None:
    op.create_table(
        name,
        *columns,
        sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{name}")),
        *constraints,
        sqlite_strict=True,
    )


def _text(*names: str, nullable: bool = False) -> list[Any]:
    return [sa.Column(name, sa.Text, nullable=nullable) for name in names]


def _number(name: str) -> Any:
    return sa.Column(name, sa.Integer, nullable=False)


def _refers(table: str, column: str, to: str) -> Any:
    return sa.ForeignKeyConstraint([column], [to], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE")


def _unique(table: str, *columns: str) -> Any:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def _index(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def _accounts() -> None:
    name = "login_accounts"
    _table(
        name,
        [
            *_text("id", "person_id", "network", "issuer", "subject", "name", "handle", "url", "picture", "email"),
            _number("email_verified"),
            *_text("lang", "created", "seen"),
        ],
        _refers(name, "person_id", "login_people.id"),
        _unique(name, "network", "issuer", "subject"),
    )
    _index(name, "person_id")


def _sessions() -> None:
    name = "login_sessions"
    _table(
        name,
        _text("id", "hash", "person_id", "account_id", "auth_time", "expires"),
        _refers(name, "person_id", "login_people.id"),
        _refers(name, "account_id", "login_accounts.id"),
        _unique(name, "hash"),
    )
    _index(name, "person_id", "expires")


def _attempts() -> None:
    name = "login_attempts"
    _table(
        name,
        [
            *_text("hash", "browser", "network", "server"),
            *_text("site_key", nullable=True),
            *_text("return_to", "request"),
            _number("shown"),
            *_text("person_id", nullable=True),
            *_text("sealed", "expires"),
        ],
        _refers(name, "site_key", "sites.key"),
        _refers(name, "person_id", "login_people.id"),
        key=("hash",),
    )
    _index(name, "browser", "expires")


def _grants() -> None:
    name = "login_grants"
    _table(
        name,
        [
            *_text("id", "site_key", "person_id", "account_id", "session_id", "scope", "auth_time", "created"),
            *_text("revoked", nullable=True),
        ],
        _refers(name, "site_key", "sites.key"),
        _refers(name, "person_id", "login_people.id"),
        _refers(name, "account_id", "login_accounts.id"),
    )
    _index(name, "person_id", "session_id", "created")


def _codes() -> None:
    name = "login_codes"
    _table(
        name,
        [
            *_text("hash", "grant_id", "redirect_uri", "challenge", "nonce", "expires"),
            *_text("used", nullable=True),
        ],
        _refers(name, "grant_id", "login_grants.id"),
        key=("hash",),
    )
    _index(name, "grant_id", "expires")


def _tokens() -> None:
    name = "login_tokens"
    _table(
        name,
        [
            *_text("hash", "grant_id", "kind", "scope", "created", "expires"),
            *_text("used", nullable=True),
        ],
        _refers(name, "grant_id", "login_grants.id"),
        sa.CheckConstraint("kind IN ('access', 'refresh')", name=op.f(f"ck_{name}_kind")),
        key=("hash",),
    )
    _index(name, "grant_id", "expires")


def _agreements() -> None:
    _table(
        "login_consents",
        _text("person_id", "site_key", "scope", "at"),
        _refers("login_consents", "person_id", "login_people.id"),
        _refers("login_consents", "site_key", "sites.key"),
        key=("person_id", "site_key"),
    )
    _table(
        "login_subjects",
        _text("subject", "person_id", "site_key"),
        _refers("login_subjects", "person_id", "login_people.id"),
        _refers("login_subjects", "site_key", "sites.key"),
        _unique("login_subjects", "person_id", "site_key"),
        key=("subject",),
    )


def _signing_keys() -> None:
    name = "login_signing_keys"
    _table(
        name,
        [*_text("id", "algorithm"), _number("number"), *_text("public", "private", "created", "signs_from")],
        _unique(name, "algorithm", "number"),
    )
