"""What happens here when somebody takes our app away at a network, or wants deleted what we have from it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from core.database import Database, utc_now
from login.tables import AccountRow, GrantRow, PersonRow, SessionRow
from networks.accounts import withdrawn


def leave(database: Database, network: str, subject: str) -> None:
    """End the sessions that were begun with an account, and what sites were given for it; its feeds stop."""
    with database.session(write=True) as session:
        for account in _accounts(session, network, subject):
            _end(session, account, utc_now())
        withdrawn(session, network, subject)


def forget(database: Database, network: str, subject: str) -> None:
    """Delete an account with all that hangs on it, its kept tokens, and its person where that was their only one."""
    with database.session(write=True) as session:
        for account in _accounts(session, network, subject):
            session.delete(account)
            session.flush()
            other = select(AccountRow.id).where(AccountRow.person_id == account.person_id).limit(1)
            if session.scalar(other) is None:
                session.execute(delete(PersonRow).where(PersonRow.id == account.person_id))
        withdrawn(session, network, subject, forget=True)


def _accounts(session: Session, network: str, subject: str) -> list[AccountRow]:
    wanted = select(AccountRow).where(AccountRow.network == network, AccountRow.subject == subject)
    return list(session.scalars(wanted))


def _end(session: Session, account: AccountRow, now: datetime) -> None:
    session.execute(delete(SessionRow).where(SessionRow.account_id == account.id))
    living = (GrantRow.account_id == account.id, GrantRow.revoked.is_(None))
    session.execute(update(GrantRow).where(*living).values(revoked=now))
