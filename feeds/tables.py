"""What is stored of feeds.

feeds ── feed_links ── feed_sources ── feed_posts      a feed mixes sources; two feeds of a site may share one
   └──────────────── feed_marks ───────────┘           what the owner of a feed, or we, said of a post in it
feed_waits                                             until when a network does not want to be asked

A post belongs to its source, not to the network: ids in RSS are anybody's words, and one site's feed must not be able
to overwrite another's posts.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, BigInt, Flag, JsonText, UtcTime
from core.sites import SiteRow

# As a site's key is written (core.sites); 20 of 31 letters are 99 bits: a feed is found by who was told of it.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
FEED_ID, SOURCE_ID = 20, 12
# The state of a source that is never asked: its posts are made up (feeds/sample.py).
SAMPLE = "sample"


def new_id(length: int) -> str:
    """Return a fresh random id that may stand in an address and on a command line."""
    return "".join(secrets.choice(LETTERS) for _ in range(length))


def _site() -> Any:
    return mapped_column(Text, ForeignKey(SiteRow.key, ondelete="CASCADE"))


class FeedRow(Base):
    """A feed. ``version`` counts what changed in it; ``asked`` is when somebody last wanted to see it."""

    __tablename__ = "feeds"
    __table_args__ = (Index(None, "site_key"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    site_key: Mapped[str] = _site()
    name: Mapped[str]
    options: Mapped[Any] = mapped_column(JsonText)
    approve: Mapped[bool] = mapped_column(Flag)
    sample: Mapped[bool] = mapped_column(Flag)
    version: Mapped[int] = mapped_column(BigInt)
    created: Mapped[datetime] = mapped_column(UtcTime)
    asked: Mapped[datetime] = mapped_column(UtcTime)


class SourceRow(Base):
    """A source of a site, and how asking it goes.

    ``found`` is the request that its posts came with, so that an account need not be looked up each time. ``state``
    is ``ok``, ``gone`` (it said so, and is left alone), ``needs_owner`` or ``sample``. ``due`` is when it is asked
    next, ``tried`` and ``good`` when it was asked and when that went well, ``read_at`` when its list was last read.
    ``interval`` is the seconds between two reads. ``doubtful`` says that a post was missing from its list the last
    time. ``month`` and ``month_posts`` count what a network bills.
    """

    __tablename__ = "feed_sources"
    __table_args__ = (UniqueConstraint("site_key", "network", "address", "account_id"), Index(None, "state", "due"))

    id: Mapped[str] = mapped_column(primary_key=True)
    site_key: Mapped[str] = _site()
    network: Mapped[str]
    address: Mapped[str]
    account_id: Mapped[str]
    title: Mapped[str]
    found: Mapped[Any] = mapped_column(JsonText)
    etag: Mapped[str]
    modified: Mapped[str]
    digest: Mapped[str]
    hub: Mapped[str]
    topic: Mapped[str]
    moved_to: Mapped[str]
    moved_seen: Mapped[int]
    state: Mapped[str]
    due: Mapped[datetime] = mapped_column(UtcTime)
    leased: Mapped[datetime | None] = mapped_column(UtcTime)
    tried: Mapped[datetime | None] = mapped_column(UtcTime)
    good: Mapped[datetime | None] = mapped_column(UtcTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcTime)
    pushed_until: Mapped[datetime | None] = mapped_column(UtcTime)
    interval: Mapped[int]
    failures: Mapped[int]
    problem: Mapped[str]
    why: Mapped[str]
    doubtful: Mapped[bool] = mapped_column(Flag)
    month: Mapped[str]
    month_posts: Mapped[int]


class LinkRow(Base):
    """A source's part in a feed."""

    __tablename__ = "feed_links"
    __table_args__ = (Index(None, "source_id"),)

    feed_id: Mapped[str] = mapped_column(Text, ForeignKey("feeds.id", ondelete="CASCADE"), primary_key=True)
    source_id: Mapped[str] = mapped_column(Text, ForeignKey("feed_sources.id", ondelete="CASCADE"), primary_key=True)


class PostRow(Base):
    """A post. ``stored`` is `networks.records.Post.as_stored`; ``words`` a digest of what makes it another post.

    ``at`` is its time, or when it was first seen; ``seen`` when that was; ``checked`` when its network last said that
    it is there; ``edited`` when it was last found changed; ``missed`` when it was missing from its list.
    """

    __tablename__ = "feed_posts"
    __table_args__ = (UniqueConstraint("source_id", "remote"), Index(None, "source_id", "at"))

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    source_id: Mapped[str] = mapped_column(Text, ForeignKey("feed_sources.id", ondelete="CASCADE"))
    network: Mapped[str]
    remote: Mapped[str]
    at: Mapped[datetime] = mapped_column(UtcTime)
    seen: Mapped[datetime] = mapped_column(UtcTime)
    checked: Mapped[datetime] = mapped_column(UtcTime)
    edited: Mapped[datetime | None] = mapped_column(UtcTime)
    missed: Mapped[datetime | None] = mapped_column(UtcTime)
    words: Mapped[str]
    stored: Mapped[Any] = mapped_column(JsonText)


class MarkRow(Base):
    """What was said of a post in a feed. ``same_as`` is the post that already shows what this one says."""

    __tablename__ = "feed_marks"
    __table_args__ = (Index(None, "post_id"), Index(None, "same_as"))

    feed_id: Mapped[str] = mapped_column(Text, ForeignKey("feeds.id", ondelete="CASCADE"), primary_key=True)
    post_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("feed_posts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    hidden: Mapped[bool] = mapped_column(Flag)
    pinned: Mapped[bool] = mapped_column(Flag)
    approved: Mapped[bool] = mapped_column(Flag)
    same_as: Mapped[int | None] = mapped_column(BigInt, ForeignKey("feed_posts.id", ondelete="SET NULL"))


class WaitRow(Base):
    """Until when a network does not want to be asked under one credential. ``key`` names network, host, account."""

    __tablename__ = "feed_waits"

    key: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[datetime] = mapped_column(UtcTime, index=True)
