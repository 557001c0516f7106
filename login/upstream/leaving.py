"""What happens here when somebody takes our app away at a network, or wants deleted what we have from it.

Sites that were told of the account hear of it (`login.told`); feeds that were read with their access stand still, and
after a deletion have no post of theirs any more.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from core.database import Database
from core.times import utc_now
from login.apps import MARK, App
from login.tables import AccountRow, AliasRow, GrantRow, PersonRow, SessionRow
from login.told import account_unlinked, person_deleted
from networks.accounts import withdrawn


def leave(database: Database, app: App, subject: str) -> None:
    """End the sessions that were begun with an account, and what sites were given for it; its feeds stop."""
    with database.session(write=True) as session:
        for account in _accounts(session, app, subject):
            account_unlinked(session, account, "network")
            _end(session, account, utc_now())
        withdrawn(session, app.network.key, subject, app=app.name)


def forget(database: Database, app: App, subject: str) -> None:
    """Delete an account with all that hangs on it, its kept tokens, and its person where that was their only one."""
    with database.session(write=True) as session:
        for account in _accounts(session, app, subject):
            others = (AccountRow.person_id == account.person_id, AccountRow.id != account.id)
            if session.scalar(select(AccountRow.id).where(*others).limit(1)) is None:
                person_deleted(session, account.person_id)
                session.execute(delete(PersonRow).where(PersonRow.id == account.person_id))
            else:
                account_unlinked(session, account, "network")
                session.delete(account)
        withdrawn(session, app.network.key, subject, forget=True, app=app.name)


def _accounts(session: Session, app: App, subject: str) -> list[AccountRow]:
    """Return the accounts that came by this application: one knows nothing of another's people."""
    also = select(AliasRow.account_id).where(AliasRow.alias == subject)
    mine = or_(AccountRow.subject == subject, AccountRow.id.in_(also))
    issuer = AccountRow.issuer
    came = issuer.endswith(app.mark, autoescape=True) if app.mark else ~issuer.contains(MARK, autoescape=True)
    return list(session.scalars(select(AccountRow).where(AccountRow.network == app.network.key, mine, came)))


def _end(session: Session, account: AccountRow, now: datetime) -> None:
    session.execute(delete(SessionRow).where(SessionRow.account_id == account.id))
    living = (GrantRow.account_id == account.id, GrantRow.revoked.is_(None))
    session.execute(update(GrantRow).where(*living).values(revoked=now))
