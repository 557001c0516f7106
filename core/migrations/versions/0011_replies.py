"""The conversations about pages: their places, what was answered there, and what site owners said of that."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    _pages()
    _places()
    _replies()
    _said()


def _pages() -> None:
    name = "reply_pages"
    op.create_table(
        name,
        *_texts("id", "site_key", "address", "href", "made", "asked", "due"),
        *_texts("looked", "leased", nullable=True),
        _of_site(name),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("site_key", "address", name=op.f(f"uq_{name}_site_key_address")),
        sqlite_strict=True,
    )
    op.create_index(op.f(f"ix_{name}_asked"), name, ["asked"])


def _places() -> None:
    name = "reply_places"
    op.create_table(
        name,
        sa.Column("id", BIG, nullable=False),
        *_texts("page_id", "network", "url", "state", "stored", "faces", "due", "problem", "why"),
        *_texts("wanted", "good", nullable=True),
        *_numbers("found", "cut", "failures"),
        _of(name, "page_id", "reply_pages.id"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("page_id", "url", name=op.f(f"uq_{name}_page_id_url")),
        sqlite_strict=True,
    )


def _replies() -> None:
    name = "replies"
    op.create_table(
        name,
        sa.Column("id", BIG, nullable=False),
        sa.Column("place_id", BIG, nullable=False),
        *_texts("key", "remote", "at", "checked", "words", "stored"),
        _of(name, "place_id", "reply_places.id"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("place_id", "remote", name=op.f(f"uq_{name}_place_id_remote")),
        sqlite_strict=True,
    )
    op.create_index(op.f(f"ix_{name}_key"), name, ["key"])
    op.create_index(op.f(f"ix_{name}_checked"), name, ["checked"])


def _said() -> None:
    for name, which, more in (
        ("reply_marks", ("site_key", "key"), [*_numbers("hidden"), *_texts("approved", "at")]),
        ("reply_blocks", ("site_key", "kind", "value"), _texts("at")),
    ):
        op.create_table(
            name,
            *_texts(*which),
            *more,
            _of_site(name),
            sa.PrimaryKeyConstraint(*which, name=op.f(f"pk_{name}")),
            sqlite_strict=True,
        )


def _of_site(table: str) -> sa.ForeignKeyConstraint:
    return _of(table, "site_key", "sites.key")


def _of(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE")


def _texts(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=nullable) for name in names]


def _numbers(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer, nullable=False) for name in names]
