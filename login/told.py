"""What sites were told of somebody, and the events that say that it is no more, for `login.notices` to pass on.

Each is written in the transaction that makes it true. A site appears with its own id of the person and with nothing
else of theirs; a site that was told of one account is not told what becomes of another.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.events import record
from core.site_options import stored_options
from core.sites import SiteRow
from login.tables import AccountRow, ConsentRow, SubjectRow, ToldRow

DELETED, UNLINKED, DISCONNECTED = "login.person_deleted", "login.account_unlinked", "login.site_disconnected"
"""Kinds of events: somebody's data is deleted, an account of theirs is gone, they let go of a site."""


def person_deleted(session: Session, person_id: str) -> None:
    """Write that everything about somebody is deleted, with the id that each site knew them by."""
    record(session, DELETED, person_id, _subjects(session, person_id, _sites_of(session, person_id)))


def account_unlinked(session: Session, account: AccountRow, by: Literal["person", "network"]) -> None:
    """Write that an account is no way in any more, by its owner's or the network's wish; each site hears it once."""
    mine = ToldRow.account_id == account.id
    told = session.scalars(select(ToldRow.site_key).where(mine)).all()
    session.execute(delete(ToldRow).where(mine))
    if told:
        sites = _subjects(session, account.person_id, told)
        record(session, UNLINKED, account.person_id, {"network": account.network, "by": by, "sites": sites})


def site_disconnected(session: Session, person_id: str, site_key: str) -> None:
    """Take back what a site may know of somebody, and write that; where there was nothing, nothing has happened."""
    accounts = select(AccountRow.id).where(AccountRow.person_id == person_id)
    agreed = delete(ConsentRow).where(ConsentRow.person_id == person_id, ConsentRow.site_key == site_key)
    told = delete(ToldRow).where(ToldRow.site_key == site_key, ToldRow.account_id.in_(accounts))
    gone = [row for rows in (agreed, told) for row in session.execute(rows.returning(rows.table.c.site_key))]
    if gone and (sites := _subjects(session, person_id, [site_key])):
        record(session, DISCONNECTED, person_id, sites)


def _sites_of(session: Session, person_id: str) -> set[str]:
    """Return the keys of the sites that know somebody: those that were told, were agreed to, or got an id."""
    accounts = select(AccountRow.id).where(AccountRow.person_id == person_id)
    told = session.scalars(select(ToldRow.site_key).where(ToldRow.account_id.in_(accounts)))
    agreed = session.scalars(select(ConsentRow.site_key).where(ConsentRow.person_id == person_id))
    known = session.scalars(select(SubjectRow.site_key).where(SubjectRow.person_id == person_id))
    return {*told, *agreed, *known}


def _subjects(session: Session, person_id: str, sites: Iterable[str]) -> dict[str, str]:
    """Return what each of some sites knows somebody as; those that never got an id are left out."""
    rows = session.scalars(select(SubjectRow).where(SubjectRow.person_id == person_id))
    pairwise = {row.site_key: row.subject for row in rows}
    found = {row.key: row.options for row in session.scalars(select(SiteRow).where(SiteRow.key.in_(list(sites))))}
    public = {key for key, options in found.items() if stored_options(options).login_subject == "public"}
    named = {key: person_id if key in public else pairwise.get(key, "") for key in sorted(found)}
    return {key: subject for key, subject in named.items() if subject}
