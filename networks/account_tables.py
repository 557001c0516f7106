"""The tables of connected accounts (`networks.accounts`). Tokens stand in them sealed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, BigInt, UtcTime
from core.sites import SiteRow


class NetworkAccountRow(Base):
    """A connected account. ``version`` counts what was stored; ``leased`` is until when somebody renews it."""

    __tablename__ = "network_accounts"
    __table_args__ = (UniqueConstraint("site_key", "network", "issuer", "subject"), Index(None, "expires"))

    id: Mapped[str] = mapped_column(primary_key=True)
    site_key: Mapped[str] = mapped_column(Text, ForeignKey(SiteRow.key, ondelete="CASCADE"))
    network: Mapped[str]
    issuer: Mapped[str]
    subject: Mapped[str]
    name: Mapped[str]
    handle: Mapped[str]
    scope: Mapped[str]
    state: Mapped[str]
    sealed: Mapped[str]
    version: Mapped[int] = mapped_column(BigInt)
    connected: Mapped[datetime] = mapped_column(UtcTime)
    renewed: Mapped[datetime] = mapped_column(UtcTime)
    expires: Mapped[datetime | None] = mapped_column(UtcTime)
    leased: Mapped[datetime | None] = mapped_column(UtcTime)


class AccountOwnerRow(Base):
    """Whoever connected an account, by an id of theirs: a network that takes our access away names them, not the
    Page that they let us read."""

    __tablename__ = "network_account_owners"

    account_id: Mapped[str] = mapped_column(
        Text, ForeignKey("network_accounts.id", ondelete="CASCADE"), primary_key=True
    )
    subject: Mapped[str] = mapped_column(primary_key=True, index=True)


class AccountAppRow(Base):
    """The application that an account was connected with, where that was not the server's own: it is renewed and
    given back with the same."""

    __tablename__ = "network_account_apps"

    account_id: Mapped[str] = mapped_column(
        Text, ForeignKey("network_accounts.id", ondelete="CASCADE"), primary_key=True
    )
    app: Mapped[str]
