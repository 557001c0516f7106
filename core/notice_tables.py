"""What is stored of telling sites: where each wants to be told, and what it is told, until it has heard it.

`notice_endpoints` has a row for each site that registered an address, `notices` one for each notice to it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, BigInt, UtcTime
from core.sites import SiteRow


class EndpointRow(Base):
    """Where a site is told. ``sealed`` holds its secrets; ``state`` is ``active`` or ``off``, ``problem`` says why.

    ``created`` is when the address was set, and what happened before is not told; ``failing`` is since when nothing
    has arrived.
    """

    __tablename__ = "notice_endpoints"

    site_key: Mapped[str] = mapped_column(Text, ForeignKey(SiteRow.key, ondelete="CASCADE"), primary_key=True)
    url: Mapped[str]
    sealed: Mapped[str]
    state: Mapped[str]
    problem: Mapped[str]
    created: Mapped[datetime] = mapped_column(UtcTime)
    failing: Mapped[datetime | None] = mapped_column(UtcTime)


class NoticeRow(Base):
    """One notice to one site. ``id`` is its ``webhook-id``, the same at every try; ``body`` is sent as it stands.

    ``event`` is the number of the event that it tells (`core.events`), so that it is made once; ``about`` whom it
    is about: their notices are sent in the order in which things happened. ``state``: ``waiting``, ``done`` or
    ``failed``. ``due`` is when it is tried next, ``tried`` when it was last, ``leased`` until when somebody sends it;
    ``status`` what was answered, 0 where nothing was, and ``error`` says what was wrong with it.
    """

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint("site_key", "event"),
        Index(None, "state", "due"),
        Index(None, "site_key", "about"),
        Index(None, "created"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    site_key: Mapped[str] = mapped_column(Text, ForeignKey(SiteRow.key, ondelete="CASCADE"))
    event: Mapped[int] = mapped_column(BigInt)
    kind: Mapped[str]
    about: Mapped[str]
    body: Mapped[str]
    created: Mapped[datetime] = mapped_column(UtcTime)
    state: Mapped[str]
    attempts: Mapped[int]
    due: Mapped[datetime] = mapped_column(UtcTime)
    tried: Mapped[datetime | None] = mapped_column(UtcTime)
    leased: Mapped[datetime | None] = mapped_column(UtcTime)
    status: Mapped[int]
    error: Mapped[str]
