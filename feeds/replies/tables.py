"""What is stored of the conversations about pages.

reply_pages ── reply_places ── replies     a page of a site, the posts about it, what was answered to each
reply_marks · reply_blocks                 what a site's owner said of replies, and of whom and what they want none

Marks stand apart from the replies, under the reply's own id: a reply that goes and comes back is still hidden.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, BigInt, Flag, JsonText, UtcTime
from core.sites import SiteRow

# A page's id has so many of `feeds.tables.LETTERS`: 59 bits, and it is told to nobody.
PAGE_ID = 12


class PageRow(Base):
    """A page whose conversation somebody wanted to see.

    ``address`` is what pages are compared by (`feeds.replies.about.address_of`), ``href`` how it was asked for.
    ``made`` and ``asked`` are when it was asked for first and last, ``looked`` when its places were last read,
    ``due`` when they are to be read again, ``leased`` until when somebody is reading them.
    """

    __tablename__ = "reply_pages"
    __table_args__ = (UniqueConstraint("site_key", "address"), Index(None, "asked"))

    id: Mapped[str] = mapped_column(primary_key=True)
    site_key: Mapped[str] = mapped_column(Text, ForeignKey(SiteRow.key, ondelete="CASCADE"))
    address: Mapped[str]
    href: Mapped[str]
    made: Mapped[datetime] = mapped_column(UtcTime)
    asked: Mapped[datetime] = mapped_column(UtcTime)
    looked: Mapped[datetime | None] = mapped_column(UtcTime)
    due: Mapped[datetime] = mapped_column(UtcTime)
    leased: Mapped[datetime | None] = mapped_column(UtcTime)


class PlaceRow(Base):
    """A post about a page. ``stored`` is the post (`networks.records.Post.as_stored`), empty before it was read.

    ``found``: it is among the posts of the site's own sources. ``wanted`` is when a page last named it.
    ``state``: ``new``, ``ok``, ``refused`` (it has nothing to do with the page), ``gone``. ``faces`` are those who
    liked it or passed it on, ``[kind, author]`` each. ``cut``: its network left replies out. ``due``, ``good``,
    ``failures``, ``problem`` and ``why`` are as with `feeds.tables.SourceRow`.
    """

    __tablename__ = "reply_places"
    __table_args__ = (UniqueConstraint("page_id", "url"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    page_id: Mapped[str] = mapped_column(Text, ForeignKey("reply_pages.id", ondelete="CASCADE"))
    network: Mapped[str]
    url: Mapped[str]
    found: Mapped[bool] = mapped_column(Flag)
    wanted: Mapped[datetime | None] = mapped_column(UtcTime)
    state: Mapped[str]
    stored: Mapped[Any] = mapped_column(JsonText)
    faces: Mapped[Any] = mapped_column(JsonText)
    cut: Mapped[bool] = mapped_column(Flag)
    due: Mapped[datetime] = mapped_column(UtcTime)
    good: Mapped[datetime | None] = mapped_column(UtcTime)
    failures: Mapped[int]
    problem: Mapped[str]
    why: Mapped[str]


class ReplyRow(Base):
    """What somebody answered. ``key`` is our id of it, the same each time; ``remote`` the network's.

    ``words`` is a digest of what it says, ``checked`` when its network last said that it is there.
    """

    __tablename__ = "replies"
    __table_args__ = (UniqueConstraint("place_id", "remote"), Index(None, "key"), Index(None, "checked"))

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    place_id: Mapped[int] = mapped_column(BigInt, ForeignKey("reply_places.id", ondelete="CASCADE"))
    key: Mapped[str]
    remote: Mapped[str]
    at: Mapped[datetime] = mapped_column(UtcTime)
    checked: Mapped[datetime] = mapped_column(UtcTime)
    words: Mapped[str]
    stored: Mapped[Any] = mapped_column(JsonText)


class ReplyMarkRow(Base):
    """What a site's owner said of a reply. ``approved`` is the digest of the words that they approved, or empty."""

    __tablename__ = "reply_marks"

    site_key: Mapped[str] = mapped_column(Text, ForeignKey(SiteRow.key, ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    hidden: Mapped[bool] = mapped_column(Flag)
    approved: Mapped[str]
    at: Mapped[datetime] = mapped_column(UtcTime)


class ReplyBlockRow(Base):
    """Of whom, or of what, a site wants no replies. ``kind``: ``author``, ``host`` or ``word``."""

    __tablename__ = "reply_blocks"

    site_key: Mapped[str] = mapped_column(Text, ForeignKey(SiteRow.key, ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcTime)
