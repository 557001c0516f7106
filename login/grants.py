"""What is given out to sites for a login: codes, access tokens, refresh tokens. All of one login hang on one grant.

A code is good once, for a minute, at the client it was made for. A refresh token is good once and brings the next.
Whoever uses either a second time ends the whole grant, because two hold it then, and one of them is not the site
(RFC 6749 §4.1.2 and §10.5, RFC 9700 §4.14.2). Taking is one statement of SQL, so of many at the same moment at most
one succeeds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.database import Database
from core.times import utc_now
from login.problems import LoginFailed
from login.sessions import LoginSession
from login.tables import CodeRow, GrantRow, TokenRow, ToldRow, digest, new_id, new_secret

# A site's server asks within a second; RFC 6749 §4.1.2 recommends ten minutes at most, our threat list a minute (5).
CODE_LIFE = timedelta(seconds=60)
# Of no use but for what /oauth/userinfo says, which seldom changes.
ACCESS_LIFE = timedelta(hours=1)
# A site that does not ask for a month is not in use; after three, the person proves anew who they are.
REFRESH_LIFE = timedelta(days=30)
GRANT_LIFE = timedelta(days=90)
# Used and ended ones are kept this long, to notice a second use.
NOTICED = timedelta(days=1)

# Like the prefixes of `core.sites`: a scanner of code, and our own log, spot a leaked one.
PREFIXES = {"code": "hbc_", "access": "hbt_", "refresh": "hbr_"}


@dataclass(frozen=True)
class Grant:
    """One login at a site."""

    id: str
    site_key: str
    person_id: str
    account_id: str
    session_id: str
    scope: str
    auth_time: datetime


@dataclass(frozen=True)
class Code:
    """A code that was just taken: used up."""

    grant: Grant
    redirect_uri: str
    challenge: str
    nonce: str


@dataclass(frozen=True)
class Token:
    """A token somebody brought. ``live`` is whether it is still good."""

    hash: str
    kind: str
    grant: Grant
    scope: str
    created: datetime
    expires: datetime
    live: bool
    used: bool


@dataclass(frozen=True)
class Wanted:
    """What a code is made for: the site, what it asks for, and what it must prove to get it (RFC 7636)."""

    site_key: str
    scope: str
    redirect_uri: str
    challenge: str
    nonce: str = ""


class Grants:
    """Everything given out."""

    def __init__(self, database: Database, now: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self.now = now

    def new_code(self, session: LoginSession, wanted: Wanted) -> str:
        """Begin a grant for somebody logged in and return its code. Raises LoginFailed where they are gone by now."""
        code = new_secret(PREFIXES["code"])
        grant = GrantRow(
            id=new_id(),
            site_key=wanted.site_key,
            person_id=session.person_id,
            account_id=session.account_id,
            session_id=session.id,
            scope=wanted.scope,
            auth_time=session.auth_time,
            created=self.now(),
        )
        row = CodeRow(
            hash=digest(code),
            grant_id=grant.id,
            redirect_uri=wanted.redirect_uri,
            challenge=wanted.challenge,
            nonce=wanted.nonce,
            expires=self.now() + CODE_LIFE,
        )
        with _still_there(), self._database.session(write=True) as db:
            db.add(grant)
            db.flush()
            db.add(row)
            db.merge(ToldRow(account_id=grant.account_id, site_key=grant.site_key))
        return code

    def take_code(self, code: str, site_key: str) -> Code | None:
        """Use up a code of a site and return what it was made for; None for any that is not good.

        One that was used before ends its grant.
        """
        key = digest(code)
        with self._database.session(write=True) as db:
            found = db.execute(_with_grant(CodeRow).where(CodeRow.hash == key)).one_or_none()
            if found is None or found[1].site_key != site_key:
                return None
            row, grant = found
            if not _use(db, CodeRow, key, self.now()):
                _revoke(db, grant.id, self.now())
                return None
            if row.expires <= self.now() or grant.revoked:
                return None
            return Code(_grant(grant), row.redirect_uri, row.challenge, row.nonce)

    def new_token(self, grant: Grant, kind: str, scope: str) -> str:
        """Give out an access or a refresh token. Raises LoginFailed where the grant is gone by now."""
        token = new_secret(PREFIXES[kind])
        now = self.now()
        row = TokenRow(
            hash=digest(token),
            grant_id=grant.id,
            kind=kind,
            scope=scope,
            created=now,
            expires=now + (ACCESS_LIFE if kind == "access" else REFRESH_LIFE),
        )
        with _still_there(), self._database.session() as db:
            db.add(row)
        return token

    def find(self, token: str) -> Token | None:
        """Return what a token is, good or not; None for one that we did not give out, or long ago."""
        query = _with_grant(TokenRow).where(TokenRow.hash == digest(token))
        with self._database.session() as db:
            found = db.execute(query).one_or_none()
        return None if found is None else self._token(*found)

    def use_refresh(self, token: Token) -> bool:
        """Use up a refresh token; False where another was faster, which ends the grant."""
        with self._database.session(write=True) as db:
            if _use(db, TokenRow, token.hash, self.now()):
                return True
            _revoke(db, token.grant.id, self.now())
        return False

    def revoke(self, grant_id: str) -> None:
        """End a grant with all its tokens."""
        with self._database.session(write=True) as db:
            _revoke(db, grant_id, self.now())

    def revoke_token(self, token: Token) -> None:
        """End a token: an access token alone, a refresh token with its whole grant (RFC 7009 §2.1)."""
        if token.kind == "refresh":
            self.revoke(token.grant.id)
            return
        with self._database.session() as db:
            db.execute(delete(TokenRow).where(TokenRow.hash == token.hash))

    def of_session(self, session_id: str) -> list[Grant]:
        """Return the grants of a session that are not revoked."""
        query = select(GrantRow).where(GrantRow.session_id == session_id, GrantRow.revoked.is_(None))
        with self._database.session() as db:
            return [_grant(row) for row in db.scalars(query.order_by(GrantRow.created))]

    def of(self, person_id: str, site_key: str) -> list[Grant]:
        """Return a person's grants at a site that are not revoked."""
        mine = (GrantRow.person_id == person_id, GrantRow.site_key == site_key, GrantRow.revoked.is_(None))
        with self._database.session() as db:
            return [_grant(row) for row in db.scalars(select(GrantRow).where(*mine))]

    def sweep(self) -> None:
        """Delete what has ended and what is too old to be noticed when it comes again."""
        past = self.now() - NOTICED
        with self._database.session(write=True) as db:
            for table in (CodeRow, TokenRow):
                db.execute(delete(table).where(table.expires <= past))
            kept = (exists().where(table.grant_id == GrantRow.id) for table in (CodeRow, TokenRow))
            db.execute(delete(GrantRow).where(GrantRow.created <= past, *(~found for found in kept)))

    def _token(self, row: TokenRow, grant: GrantRow) -> Token:
        now = self.now()
        ended = row.expires <= now or grant.created + GRANT_LIFE <= now or grant.revoked is not None
        return Token(
            hash=row.hash,
            kind=row.kind,
            grant=_grant(grant),
            scope=row.scope,
            created=row.created,
            expires=min(row.expires, grant.created + GRANT_LIFE),
            live=not ended and row.used is None,
            used=row.used is not None,
        )


@contextmanager
def _still_there() -> Iterator[None]:
    """Raise LoginFailed where the person, the account or the site was deleted since it was looked up."""
    try:
        yield
    except IntegrityError as exc:
        raise LoginFailed("attempt_over") from exc


def _with_grant(table: type[CodeRow] | type[TokenRow]) -> Any:
    return select(table, GrantRow).join(GrantRow, GrantRow.id == table.grant_id)


def _use(db: Session, table: type[CodeRow] | type[TokenRow], key: str, now: datetime) -> bool:
    """Mark a row used; False where it was already."""
    marked = update(table).where(table.hash == key, table.used.is_(None)).values(used=now).returning(table.hash)
    return db.scalar(marked) is not None


def _revoke(db: Session, grant_id: str, now: datetime) -> None:
    db.execute(update(GrantRow).where(GrantRow.id == grant_id, GrantRow.revoked.is_(None)).values(revoked=now))


def _grant(row: GrantRow) -> Grant:
    return Grant(row.id, row.site_key, row.person_id, row.account_id, row.session_id, row.scope, row.auth_time)
