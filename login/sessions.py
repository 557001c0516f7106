"""Sessions: which browser is logged in as whom. The cookie holds a secret, the table its hash.

A login always makes a new session and ends the one the browser had (session fixation, OWASP ASVS 3.2.1). A session
ends two weeks after the login, whatever is done with it: who they are is proved anew then.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from core.database import Database
from core.times import utc_now
from login.people import Account
from login.tables import SessionRow, digest, new_id, new_secret

LIFE = timedelta(days=14)
# After a login, what is delicate may be done without another one for this long (oauth threats, 41).
FRESH = timedelta(minutes=5)


@dataclass(frozen=True)
class LoginSession:
    """A browser's session. ``auth_time`` is when the person last proved who they are; ``id`` is no secret."""

    id: str
    person_id: str
    account_id: str
    auth_time: datetime
    token: str = field(repr=False)

    def age(self, now: datetime) -> timedelta:
        """Return how long ago the person proved who they are."""
        return now - self.auth_time


class Sessions:
    """The sessions of all browsers."""

    def __init__(self, database: Database, now: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self.now = now

    def start(self, account: Account, instead_of: str = "") -> LoginSession:
        """Begin a session for the owner of an account; end the one whose token the browser brought, if any."""
        now = self.now().replace(microsecond=0)  # ID tokens count whole seconds; a login is never in the future
        token = new_secret()
        with self._database.session(write=True) as session:
            # Of two logins that come at once with the same cookie, one gets the old row, and its id.
            about = (SessionRow.id, SessionRow.person_id, SessionRow.expires)
            ended = delete(SessionRow).where(SessionRow.hash == digest(instead_of)).returning(*about)
            old = session.execute(ended).one_or_none() if instead_of else None
            # Sites know a session by its id: it stays while the person stays the same.
            same = old is not None and old.person_id == account.person_id and old.expires > self.now()
            row = SessionRow(
                id=old.id if old and same else new_id(),
                hash=digest(token),
                person_id=account.person_id,
                account_id=account.id,
                auth_time=now,
                expires=now + LIFE,
            )
            session.add(row)
            return LoginSession(row.id, account.person_id, account.id, now, token)

    def find(self, token: str) -> LoginSession | None:
        """Return the living session of a token; None for any other."""
        if not token:
            return None
        with self._database.session() as session:
            row = session.scalar(select(SessionRow).where(SessionRow.hash == digest(token)))
        if row is None or row.expires <= self.now():
            return None
        return LoginSession(row.id, row.person_id, row.account_id, row.auth_time, token)

    def fresh(self, session: LoginSession) -> bool:
        """Return whether the person proved who they are just now."""
        return session.age(self.now()) <= FRESH

    def end(self, session_id: str) -> None:
        """End a session."""
        with self._database.session() as session:
            session.execute(delete(SessionRow).where(SessionRow.id == session_id))

    def of(self, person_id: str) -> list[str]:
        """Return the ids of a person's sessions."""
        with self._database.session() as session:
            return list(session.scalars(select(SessionRow.id).where(SessionRow.person_id == person_id)))

    def sweep(self) -> None:
        """Delete those that have ended."""
        with self._database.session(write=True) as session:
            session.execute(delete(SessionRow).where(SessionRow.expires <= self.now()))
