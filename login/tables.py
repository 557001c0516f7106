"""What is stored about people and logins. Secrets are kept as SHA-256 only: they are random, so that is enough.

people ── accounts            who somebody is at which network
   │        ├── aliases       what else the network may call them
   │        └── told          which sites were told of the account
   ├───── sessions            a browser in which somebody is logged in here
   ├───── subjects            what a site knows somebody as
   ├───── consents            what somebody has agreed to tell a site
   └───── grants ── codes     one login at a site, and what was given out for it
               └─── tokens
attempts                      a browser that was sent to a network and has not come back
signing keys                  what ID tokens are signed with
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, Flag, JsonText, UtcTime
from core.sites import SiteRow

# 256 bits: cannot be guessed at any rate (RFC 9700 §4.9 and RFC 6749 §10.10 ask for 128 at least, better 160).
SECRET_BYTES = 32


def new_secret(prefix: str = "") -> str:
    """Return a fresh random secret that may stand in an address."""
    return prefix + secrets.token_urlsafe(SECRET_BYTES)


def new_id() -> str:
    """Return a fresh id that says nothing and is met by nobody's guess: 128 bits in 22 characters."""
    return secrets.token_urlsafe(16)


def digest(secret: str) -> str:
    """Return what is stored in place of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _owner(*, nullable: bool = False) -> Any:
    return mapped_column(Text, ForeignKey("login_people.id", ondelete="CASCADE"), nullable=nullable)


def _site(*, nullable: bool = False) -> Any:
    return mapped_column(Text, ForeignKey(SiteRow.key, ondelete="CASCADE"), nullable=nullable)


class PersonRow(Base):
    """Somebody. All that is known of them stands in their accounts."""

    __tablename__ = "login_people"

    id: Mapped[str] = mapped_column(primary_key=True)
    created: Mapped[datetime] = mapped_column(UtcTime)


class AccountRow(Base):
    """What a network said of somebody, the last time they came from there."""

    __tablename__ = "login_accounts"
    __table_args__ = (UniqueConstraint("network", "issuer", "subject"), Index(None, "person_id"))

    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = _owner()
    network: Mapped[str]
    issuer: Mapped[str]
    subject: Mapped[str]
    name: Mapped[str]
    handle: Mapped[str]
    url: Mapped[str]
    picture: Mapped[str]
    email: Mapped[str]
    email_verified: Mapped[bool] = mapped_column(Flag)
    lang: Mapped[str]
    created: Mapped[datetime] = mapped_column(UtcTime)
    seen: Mapped[datetime] = mapped_column(UtcTime)


class AliasRow(Base):
    """Another id by which a network may call the owner of an account, when it asks us to forget them."""

    __tablename__ = "login_account_aliases"

    account_id: Mapped[str] = mapped_column(
        Text, ForeignKey("login_accounts.id", ondelete="CASCADE"), primary_key=True
    )
    alias: Mapped[str] = mapped_column(primary_key=True, index=True)


class ToldRow(Base):
    """That a site was told of an account: it is told when the account is gone, and no other site is."""

    __tablename__ = "login_told"

    account_id: Mapped[str] = mapped_column(
        Text, ForeignKey("login_accounts.id", ondelete="CASCADE"), primary_key=True
    )
    site_key: Mapped[str] = mapped_column(Text, ForeignKey(SiteRow.key, ondelete="CASCADE"), primary_key=True)


class SessionRow(Base):
    """A browser in which somebody is logged in. ``auth_time`` is when they last proved who they are."""

    __tablename__ = "login_sessions"
    __table_args__ = (Index(None, "person_id"), Index(None, "expires"))

    id: Mapped[str] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[str] = _owner()
    account_id: Mapped[str] = mapped_column(Text, ForeignKey("login_accounts.id", ondelete="CASCADE"))
    auth_time: Mapped[datetime] = mapped_column(UtcTime)
    expires: Mapped[datetime] = mapped_column(UtcTime)


class AttemptRow(Base):
    """A browser that was sent to a network. ``sealed`` is what must not be read in a stolen copy of the database."""

    __tablename__ = "login_attempts"
    __table_args__ = (Index(None, "browser"), Index(None, "expires"))

    hash: Mapped[str] = mapped_column(primary_key=True)
    browser: Mapped[str]
    network: Mapped[str]
    server: Mapped[str]
    site_key: Mapped[str | None] = _site(nullable=True)
    return_to: Mapped[str]
    request: Mapped[str]
    shown: Mapped[bool] = mapped_column(Flag)
    person_id: Mapped[str | None] = _owner(nullable=True)
    sealed: Mapped[str]
    expires: Mapped[datetime] = mapped_column(UtcTime)


class GrantRow(Base):
    """One login at a site. Whatever was given out for it ends when it is revoked."""

    __tablename__ = "login_grants"
    __table_args__ = (Index(None, "person_id"), Index(None, "session_id"), Index(None, "created"))

    id: Mapped[str] = mapped_column(primary_key=True)
    site_key: Mapped[str] = _site()
    person_id: Mapped[str] = _owner()
    account_id: Mapped[str] = mapped_column(Text, ForeignKey("login_accounts.id", ondelete="CASCADE"))
    session_id: Mapped[str]
    scope: Mapped[str]
    auth_time: Mapped[datetime] = mapped_column(UtcTime)
    created: Mapped[datetime] = mapped_column(UtcTime)
    revoked: Mapped[datetime | None] = mapped_column(UtcTime)


class CodeRow(Base):
    """An authorization code (RFC 6749 §4.1.2). It stays a while after its use, so that a second one is noticed."""

    __tablename__ = "login_codes"
    __table_args__ = (Index(None, "grant_id"), Index(None, "expires"))

    hash: Mapped[str] = mapped_column(primary_key=True)
    grant_id: Mapped[str] = mapped_column(Text, ForeignKey("login_grants.id", ondelete="CASCADE"))
    redirect_uri: Mapped[str]
    challenge: Mapped[str]
    nonce: Mapped[str]
    expires: Mapped[datetime] = mapped_column(UtcTime)
    used: Mapped[datetime | None] = mapped_column(UtcTime)


class TokenRow(Base):
    """An access or refresh token (RFC 6749 §1.4, §1.5). ``used`` marks a refresh token that was exchanged."""

    __tablename__ = "login_tokens"
    __table_args__ = (
        CheckConstraint("kind IN ('access', 'refresh')", name="kind"),
        Index(None, "grant_id"),
        Index(None, "expires"),
    )

    hash: Mapped[str] = mapped_column(primary_key=True)
    grant_id: Mapped[str] = mapped_column(Text, ForeignKey("login_grants.id", ondelete="CASCADE"))
    kind: Mapped[str]
    scope: Mapped[str]
    created: Mapped[datetime] = mapped_column(UtcTime)
    expires: Mapped[datetime] = mapped_column(UtcTime)
    used: Mapped[datetime | None] = mapped_column(UtcTime)


class ConsentRow(Base):
    """What somebody has agreed to tell a site."""

    __tablename__ = "login_consents"

    person_id: Mapped[str] = mapped_column(Text, ForeignKey("login_people.id", ondelete="CASCADE"), primary_key=True)
    site_key: Mapped[str] = mapped_column(Text, ForeignKey(SiteRow.key, ondelete="CASCADE"), primary_key=True)
    scope: Mapped[str]
    at: Mapped[datetime] = mapped_column(UtcTime)


class SubjectRow(Base):
    """What a site knows somebody as (OpenID Connect Core §8.1): random, so that two sites cannot compare."""

    __tablename__ = "login_subjects"
    __table_args__ = (UniqueConstraint("person_id", "site_key"),)

    subject: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = _owner()
    site_key: Mapped[str] = _site()


class SigningKeyRow(Base):
    """A key that ID tokens are signed with; the private half is sealed."""

    __tablename__ = "login_signing_keys"
    __table_args__ = (UniqueConstraint("algorithm", "number"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    algorithm: Mapped[str]
    number: Mapped[int]
    public: Mapped[Any] = mapped_column(JsonText)
    private: Mapped[str]
    created: Mapped[datetime] = mapped_column(UtcTime)
    signs_from: Mapped[datetime] = mapped_column(UtcTime)
