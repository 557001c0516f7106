"""Sites: who may use this server, from which origins, and with which secrets.

A site has a public ``key`` (in its pages, no secret), a ``client_id`` for log-in, and secrets: API keys ``hbk_…``
and client secrets ``hbs_…``. Of a secret only the SHA-256 is kept. A slow password hash would add nothing: it makes
each guess dear, and 256 random bits cannot be guessed at any price, while every request with an API key would pay
for it. The prefixes let scanners of code, and our own log, spot a leaked one.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Literal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, delete, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.database import Base, Database, Flag, JsonText, UtcTime
from core.errors import Busy, Invalid, NotFound
from core.origins import checked_addresses, checked_origin, few
from core.recent import Recent
from core.site_options import SiteOptions, checked_option, stored_options
from core.times import utc_now

Kind = Literal["api", "client"]

PREFIXES: dict[Kind, str] = {"api": "hbk_", "client": "hbs_"}
# Letters and digits that no font and no telephone confuses; 12 of 31 are 59 bits: nobody meets one by guessing.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_KEY_LENGTH = 12
# What a person still reads in a list; the studio shows it in one line.
NAME_MAX = 100
# How long a process may not notice what another one changed, seconds.
_NOTICED = 5.0
# Sites and tokens remembered by a process, wrong ones included, so that guessing cannot fill the memory.
_REMEMBERED = 1024


class SiteRow(Base):
    """A site as it is stored."""

    __tablename__ = "sites"

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    client_id: Mapped[str] = mapped_column(Text, unique=True)
    origins: Mapped[list[str]] = mapped_column(JsonText)
    return_to: Mapped[list[str]] = mapped_column(JsonText)
    logout_return_to: Mapped[list[str]] = mapped_column(JsonText)
    public: Mapped[bool] = mapped_column(Flag)
    options: Mapped[dict[str, Any]] = mapped_column(JsonText)
    created: Mapped[datetime] = mapped_column(UtcTime)


class SecretRow(Base):
    """One secret of a site, hashed; a site may have several at a time while one takes over from another."""

    __tablename__ = "site_secrets"
    __table_args__ = (CheckConstraint("kind IN ('api', 'client')", name="kind"), Index(None, "site_key", "kind"))

    hash: Mapped[str] = mapped_column(Text, primary_key=True)
    site_key: Mapped[str] = mapped_column(Text, ForeignKey("sites.key", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(Text)
    created: Mapped[datetime] = mapped_column(UtcTime)
    expires: Mapped[datetime | None] = mapped_column(UtcTime)
    # The day only: enough to see that an old key is still in use, and one write a day instead of one a request.
    last_used: Mapped[str | None] = mapped_column(Text)


@dataclass(frozen=True)
class Site:
    """A site, without its secrets."""

    key: str
    name: str
    client_id: str
    origins: tuple[str, ...]
    return_to: tuple[str, ...]
    logout_return_to: tuple[str, ...] = ()
    public: bool = False
    options: SiteOptions = field(default_factory=SiteOptions)

    def allows_origin(self, origin: str) -> bool:
        """Return whether a request's Origin header is one of this site's. Browsers send it in normal form."""
        return origin in self.origins


@dataclass(frozen=True)
class NewSite:
    """A site just made, with the only sight of its secrets; a public client has no client secret."""

    site: Site
    key: str
    client_id: str
    client_secret: str | None = field(repr=False)
    api_key: str = field(repr=False)


class Sites:
    """The sites in the database, with the last ones asked for kept in memory for a few seconds."""

    def __init__(
        self,
        database: Database,
        *,
        now: Callable[[], datetime] = utc_now,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._now = now
        self._by_key: Recent[Site | None] = Recent(_REMEMBERED, _NOTICED, clock)
        self._by_client: Recent[Site | None] = Recent(_REMEMBERED, _NOTICED, clock)
        self._by_token: Recent[_Grant | None] = Recent(_REMEMBERED, _NOTICED, clock)

    def add(
        self,
        name: str,
        *,
        origins: Iterable[str],
        return_to: Iterable[str],
        logout_return_to: Iterable[str] = (),
        public: bool = False,
    ) -> NewSite:
        """Make a site with fresh key and secrets; Invalid names the field that will not do. Names may repeat."""
        row = SiteRow(
            key=_letters(_KEY_LENGTH),
            name=_checked_name(name),
            client_id=_letters(2 * _KEY_LENGTH),
            origins=_CHECKS["origins"](origins),
            return_to=_CHECKS["return_to"](return_to),
            logout_return_to=_CHECKS["logout_return_to"](logout_return_to),
            public=public,
            options=asdict(SiteOptions()),
            created=self._now(),
        )
        with self._database.session(write=True) as session:
            session.add(row)
            session.flush()
            api_key = self._new_secret(session, row.key, "api")
            client_secret = None if public else self._new_secret(session, row.key, "client")
        self._forget()
        return NewSite(_site(row), row.key, row.client_id, client_secret, api_key)

    def all(self) -> list[Site]:
        """Return every site, the oldest first."""
        with self._database.session() as session:
            return [_site(row) for row in session.scalars(select(SiteRow).order_by(SiteRow.created, SiteRow.key))]

    def by_key(self, key: str) -> Site | None:
        """Return the site of a public key; None for an unknown one. At most a few seconds old."""
        # What cannot be a key is not looked up: PostgreSQL would stumble over a NUL in it.
        return self._by_key.get(key, lambda: self._read(key)) if _is_key(key) else None

    def by_client_id(self, client_id: str) -> Site | None:
        """Return the site that logs people in under a client id; None for an unknown one."""
        if len(client_id) != 2 * _KEY_LENGTH or not set(client_id) <= set(_LETTERS):
            return None
        return self._by_client.get(client_id, lambda: self._read_client(client_id))

    def by_api_key(self, token: str) -> Site | None:
        """Return the site whose API key this is; None for an unknown or expired one."""
        if not token.startswith(PREFIXES["api"]):
            return None
        digest = _digest(token)
        grant = self._by_token.get(digest, lambda: self._grant(digest))
        if grant is None or not hmac.compare_digest(grant.digest, digest) or grant.expired(self._now()):
            return None
        return self.by_key(grant.site_key)

    def check_client_secret(self, client_id: str, secret: str) -> bool:
        """Return whether the secret is a living one of that client; takes as long for a wrong one as for a right."""
        if not set(client_id) <= set(_LETTERS):
            return False
        digest, found = _digest(secret), False
        query = (
            select(SecretRow)
            .join(SiteRow, SiteRow.key == SecretRow.site_key)
            .where(SiteRow.client_id == client_id, SecretRow.kind == "client", _living(self._now()))
        )
        with self._database.session() as session:
            for row in session.scalars(query):
                found |= hmac.compare_digest(row.hash, digest)
        return found

    def rotate(self, key: str, which: Kind, overlap: timedelta = timedelta(hours=24)) -> str:
        """Make a new secret and return it, this once; the old ones live on for the overlap, no longer.

        Raises NotFound for an unknown site, Invalid for a kind it does not have or an overlap below zero. Other
        processes may honour an ended secret some seconds longer.
        """
        self._check_rotation(key, which, overlap)
        end = self._now() + overlap
        with self._database.session(write=True) as session:
            mine = (SecretRow.site_key == key, SecretRow.kind == which)
            session.execute(delete(SecretRow).where(*mine, SecretRow.expires <= self._now()))
            session.execute(
                update(SecretRow)
                .where(*mine, or_(SecretRow.expires.is_(None), SecretRow.expires > end))
                .values(expires=end)
            )
            secret = self._new_secret(session, key, which)
        self._forget()
        return secret

    def configure(self, key: str, **options: Any) -> Site:
        """Change some options of a site and return it; Invalid names an unknown option or a value that won't do."""
        return self.change(key, options)

    def change(self, key: str, options: Mapping[str, Any] = MappingProxyType({}), **itself: Any) -> Site:
        """Change options of a site, and its ``name``, ``origins``, ``return_to`` or ``logout_return_to``, each whole.

        All or nothing. Raises NotFound, and Invalid for what will not do. Other processes notice within some seconds.
        """
        switched = {name: checked_option(name, value) for name, value in options.items()}
        changed = {name: _CHECKS[name](value) for name, value in itself.items()}
        with self._database.session(write=True) as session:
            row = session.get(SiteRow, key) if _is_key(key) else None
            if row is None:
                raise _unknown_site(key)
            row.options = {**row.options, **switched}
            for name, value in changed.items():
                setattr(row, name, value)
        self._forget()
        return _site(row)

    def remove(self, key: str) -> None:
        """Delete a site and all that is stored for it, feeds, connected accounts and logins too. Raises NotFound."""
        with self._database.session(write=True) as session:
            row = session.get(SiteRow, key) if _is_key(key) else None
            if row is None:
                raise _unknown_site(key)
            session.delete(row)
        self._forget()

    def _read(self, key: str) -> Site | None:
        with self._database.session() as session:
            row = session.get(SiteRow, key)
        return None if row is None else _site(row)

    def _read_client(self, client_id: str) -> Site | None:
        with self._database.session() as session:
            row = session.scalar(select(SiteRow).where(SiteRow.client_id == client_id))
        return None if row is None else _site(row)

    def _grant(self, digest: str) -> _Grant | None:
        # The index may be searched in varying time: that tells about the hash of a guess, and no next guess follows.
        with self._database.session() as session:
            row = session.get(SecretRow, digest)
        if row is None or row.kind != "api":
            return None
        self._note_use(row)
        return _Grant(row.hash, row.site_key, row.expires)

    def _note_use(self, row: SecretRow) -> None:
        today = self._now().date().isoformat()
        if row.last_used == today:
            return
        try:
            with self._database.session() as session:
                session.execute(update(SecretRow).where(SecretRow.hash == row.hash).values(last_used=today))
        except Busy:
            return  # a note is no reason to turn somebody away; the next request writes it

    def _new_secret(self, session: Session, key: str, kind: Kind) -> str:
        secret = PREFIXES[kind] + secrets.token_urlsafe(32)
        session.add(SecretRow(hash=_digest(secret), site_key=key, kind=kind, created=self._now()))
        return secret

    def _check_rotation(self, key: str, which: Kind, overlap: timedelta) -> None:
        site = self._read(key) if _is_key(key) else None
        if site is None:
            raise _unknown_site(key)
        if which not in PREFIXES:
            raise Invalid(f"Which secret: api or client, not {which!r}.", field="which")
        if which == "client" and site.public:
            raise Invalid("A public client has no client secret.", field="which")
        if overlap < timedelta(0):
            raise Invalid("The overlap must not be below zero.", field="overlap")

    def _forget(self) -> None:
        self._by_key.clear()
        self._by_client.clear()
        self._by_token.clear()


@dataclass(frozen=True)
class _Grant:
    """What an API key opens, and until when."""

    digest: str
    site_key: str
    expires: datetime | None

    def expired(self, now: datetime) -> bool:
        return self.expires is not None and self.expires <= now


def _site(row: SiteRow) -> Site:
    return Site(
        key=row.key,
        name=row.name,
        client_id=row.client_id,
        origins=tuple(row.origins),
        return_to=tuple(row.return_to),
        logout_return_to=tuple(row.logout_return_to),
        public=row.public,
        options=stored_options(row.options),
    )


def _checked_name(name: str) -> str:
    name = name.strip()
    if not 1 <= len(name) <= NAME_MAX or not name.isprintable():
        raise Invalid(f"A site's name has 1 to {NAME_MAX} printable characters.", field="name")
    return name


# How each part of a site is checked.
_CHECKS: dict[str, Callable[[Any], Any]] = {
    "name": _checked_name,
    "origins": lambda given: few("origin", [checked_origin(text) for text in given]),
    "return_to": lambda given: few("return_to", checked_addresses("return_to", given)),
    "logout_return_to": lambda given: few("logout_return_to", checked_addresses("logout_return_to", given)),
}


def _living(now: datetime) -> Any:
    return or_(SecretRow.expires.is_(None), SecretRow.expires > now)


def _unknown_site(key: str) -> NotFound:
    return NotFound(f"There is no site {key[:40]!r}.", field="key")


def _is_key(text: str) -> bool:
    return len(text) == _KEY_LENGTH and set(text) <= set(_LETTERS)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _letters(count: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(count))
