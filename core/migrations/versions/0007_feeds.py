"""Feeds: what they mix, the posts that were read, and what was said of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    _feeds()
    _sources()
    _links()
    _posts()
    _marks()
    name = "feed_waits"
    op.create_table(
        name, *_texts("key", "until"), sa.PrimaryKeyConstraint("key", name=op.f(f"pk_{name}")), sqlite_strict=True
    )
    op.create_index(op.f(f"ix_{name}_until"), name, ["until"])


def _feeds() -> None:
    name = "feeds"
    op.create_table(
        name,
        *_texts("id", "site_key", "name", "options", "created", "asked"),
        *(sa.Column(column, sa.Integer, nullable=False) for column in ("approve", "sample")),
        sa.Column("version", BIG, nullable=False),
        _to_site(name),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sqlite_strict=True,
    )
    op.create_index(op.f(f"ix_{name}_site_key"), name, ["site_key"])


def _sources() -> None:
    name, who = "feed_sources", ("site_key", "network", "address", "account_id")
    texts = ("title", "found", "etag", "modified", "digest", "hub", "topic", "moved_to", "state", "due")
    numbers = ("moved_seen", "interval", "failures", "doubtful", "month_posts")
    op.create_table(
        name,
        *_texts("id", *who, *texts, "problem", "why", "month"),
        *(sa.Column(column, sa.Integer, nullable=False) for column in numbers),
        *_texts("leased", "tried", "good", "read_at", "pushed_until", nullable=True),
        _to_site(name),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint(*who, name=op.f(f"uq_{name}_site_key_network_address_account_id")),
        sqlite_strict=True,
    )
    op.create_index(op.f(f"ix_{name}_state_due"), name, ["state", "due"])


def _links() -> None:
    name = "feed_links"
    op.create_table(
        name,
        *_texts("feed_id", "source_id"),
        _to(name, "feed_id", "feeds.id"),
        _to(name, "source_id", "feed_sources.id"),
        sa.PrimaryKeyConstraint("feed_id", "source_id", name=op.f(f"pk_{name}")),
        sqlite_strict=True,
    )
    op.create_index(op.f(f"ix_{name}_source_id"), name, ["source_id"])


def _posts() -> None:
    name = "feed_posts"
    op.create_table(
        name,
        sa.Column("id", BIG, nullable=False),
        *_texts("source_id", "network", "remote", "at", "seen", "checked", "words", "stored"),
        *_texts("edited", "missed", nullable=True),
        _to(name, "source_id", "feed_sources.id"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("source_id", "remote", name=op.f(f"uq_{name}_source_id_remote")),
        sqlite_strict=True,
    )
    op.create_index(op.f(f"ix_{name}_source_id_at"), name, ["source_id", "at"])


def _marks() -> None:
    name = "feed_marks"
    op.create_table(
        name,
        *_texts("feed_id"),
        sa.Column("post_id", BIG, autoincrement=False, nullable=False),
        *(sa.Column(column, sa.Integer, nullable=False) for column in ("hidden", "pinned", "approved")),
        sa.Column("same_as", BIG, nullable=True),
        _to(name, "feed_id", "feeds.id"),
        _to(name, "post_id", "feed_posts.id"),
        _to(name, "same_as", "feed_posts.id", "SET NULL"),
        sa.PrimaryKeyConstraint("feed_id", "post_id", name=op.f(f"pk_{name}")),
        sqlite_strict=True,
    )
    op.create_index(op.f(f"ix_{name}_post_id"), name, ["post_id"])
    op.create_index(op.f(f"ix_{name}_same_as"), name, ["same_as"])


def _texts(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=nullable) for name in names]


def _to_site(name: str) -> sa.ForeignKeyConstraint:
    return _to(name, "site_key", "sites.key")


def _to(name: str, column: str, target: str, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{name}_{column}"), ondelete=ondelete)
