"""People and their accounts at networks.

An account is known by network, issuer and subject. Somebody who comes with an account we know is its owner; anybody
else is new. An e-mail address never makes two people one, because networks differ in whether they check it, and
addresses change hands: accounts are joined by their owner only, logged in with one while proving the other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.database import Database
from core.errors import NotFound
from core.times import utc_now, written
from login.problems import LoginFailed
from login.tables import (
    AccountRow,
    AliasRow,
    ConsentRow,
    GrantRow,
    PersonRow,
    SessionRow,
    SubjectRow,
    ToldRow,
    new_id,
)
from login.told import account_unlinked, person_deleted, site_disconnected
from networks.oauth import Profile

# Longer ones are no names: what networks allow ends far below, and a hostile server should not fill our disk.
TEXT_MAX = 300
URL_MAX = 2048
# Pairwise subjects and public ones alike fit easily into the 255 ASCII characters of OpenID Connect Core §8.
SUBJECT_MAX = 512
# Control characters, ends of lines, and those of bidirectional text that reach beyond a name (UAX #9 §2): no name
# needs them.
_TURNING = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Account:
    """An account of somebody at a network, and what the network said of them last."""

    id: str
    person_id: str
    profile: Profile
    created: datetime
    seen: datetime


class People:
    """Everybody who has logged in here."""

    def __init__(self, database: Database, now: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._now = now

    def met(self, profile: Profile) -> Account:
        """Return the account that a network told of, made or brought up to date; a new one has a new person."""
        try:
            return self._met(profile)
        except IntegrityError:
            return self._met(profile)  # the same person came twice at once, and the other request was first

    def link(self, person_id: str, profile: Profile) -> Account:
        """Join an account to a person who is logged in. Raises LoginFailed where it belongs to somebody else."""
        with self._database.session(write=True) as session:
            row = self._find(session, profile)
            if row is not None and row.person_id != person_id:
                raise LoginFailed("account_taken")
            return _account(self._store(session, row, profile, person_id))

    def unlink(self, person_id: str, account_id: str) -> None:
        """Take an account from its person, and end the sessions that were begun with it.

        Raises LoginFailed where it is the only one: nobody could log in any more.
        """
        with self._database.session(write=True) as session:
            mine = AccountRow.person_id == person_id
            row = session.scalar(select(AccountRow).where(mine, AccountRow.id == account_id.replace("\0", "")))
            if row is None:
                raise NotFound("There is no such account.")
            if (session.scalar(select(func.count()).select_from(AccountRow).where(mine)) or 0) < 2:
                raise LoginFailed("last_account")
            account_unlinked(session, row, "person")
            session.delete(row)

    def accounts(self, person_id: str) -> list[Account]:
        """Return a person's accounts, the oldest first."""
        query = select(AccountRow).where(AccountRow.person_id == person_id)
        with self._database.session() as session:
            return [_account(row) for row in session.scalars(query.order_by(AccountRow.created, AccountRow.id))]

    def account(self, account_id: str) -> Account | None:
        """Return an account; None where it is gone."""
        with self._database.session() as session:
            row = session.get(AccountRow, account_id)
        return None if row is None else _account(row)

    def subject(self, person_id: str, site_key: str, kind: str = "pairwise") -> str:
        """Return what a site knows a person as; made at the first time, the same ever after."""
        if kind == "public":
            return person_id
        try:
            return self._subject(person_id, site_key)
        except IntegrityError:
            return self._subject(person_id, site_key)

    def agreed(self, person_id: str, site_key: str) -> frozenset[str]:
        """Return the scopes that a person agreed to tell a site; empty for none."""
        with self._database.session() as session:
            row = session.get(ConsentRow, (person_id, site_key))
        return frozenset(row.scope.split()) if row else frozenset()

    def agree(self, person_id: str, site_key: str, scopes: Iterable[str]) -> None:
        """Keep that a person agreed; what was agreed before stays. Raises LoginFailed where the site is gone."""
        try:
            with self._database.session(write=True) as session:
                row = session.get(ConsentRow, (person_id, site_key))
                known = set(row.scope.split()) if row else set()
                scope = " ".join(sorted(known | set(scopes)))
                session.merge(ConsentRow(person_id=person_id, site_key=site_key, scope=scope, at=self._now()))
        except IntegrityError as exc:
            raise LoginFailed("attempt_over") from exc

    def disagree(self, person_id: str, site_key: str) -> None:
        """Take back what a person agreed to; the site's id for them stays, should they come again."""
        with self._database.session(write=True) as session:
            site_disconnected(session, person_id, site_key)

    def known_to(self, person_id: str) -> dict[str, datetime]:
        """Return the keys of the sites that a person agreed to be known to, and when."""
        with self._database.session() as session:
            mine = select(ConsentRow).where(ConsentRow.person_id == person_id)
            return {row.site_key: row.at for row in session.scalars(mine.order_by(ConsentRow.at))}

    def forget(self, person_id: str) -> None:
        """Delete a person with everything that hangs on them; the event tells which sites knew them, and as whom."""
        with self._database.session(write=True) as session:
            person_deleted(session, person_id)
            session.execute(delete(PersonRow).where(PersonRow.id == person_id))

    def export(self, person_id: str) -> dict[str, Any]:
        """Return everything stored about a person, as JSON."""
        with self._database.session() as session:
            person = session.get_one(PersonRow, person_id)
            found: dict[str, Any] = {"id": person.id, "created": written(person.created)}
            for label, table, hidden in _EXPORTED:
                rows = session.scalars(select(table).where(table.person_id == person_id)).all()
                found[label] = [_plain(row, hidden) for row in rows]
            for one in found["accounts"]:
                one["aliases"] = _all(session, AliasRow.alias, AliasRow.account_id == one["id"])
                one["told_to"] = _all(session, ToldRow.site_key, ToldRow.account_id == one["id"])
        return found

    def _met(self, profile: Profile) -> Account:
        with self._database.session(write=True) as session:
            row = self._find(session, profile)
            person_id = row.person_id if row else new_id()
            if row is None:
                session.add(PersonRow(id=person_id, created=self._now()))
                session.flush()
            return _account(self._store(session, row, profile, person_id))

    def _find(self, session: Session, profile: Profile) -> AccountRow | None:
        key = (profile.network, profile.issuer, profile.subject)
        if not profile.subject or len(profile.subject) > SUBJECT_MAX or any(_storable(one) != one for one in key):
            raise LoginFailed("network_failed")
        known = (AccountRow.network, AccountRow.issuer, AccountRow.subject)
        return session.scalar(select(AccountRow).where(*(c == v for c, v in zip(known, key, strict=True))))

    def _store(self, session: Session, row: AccountRow | None, profile: Profile, person_id: str) -> AccountRow:
        if row is None:
            row = AccountRow(
                id=new_id(),
                person_id=person_id,
                network=profile.network,
                issuer=profile.issuer,
                subject=profile.subject,
                created=self._now(),
            )
            session.add(row)
        for name in ("name", "handle", "email", "lang"):
            setattr(row, name, _shown(getattr(profile, name)))
        for name in ("url", "picture"):
            address = getattr(profile, name)
            fit = len(address) <= URL_MAX and address.startswith("https://")
            setattr(row, name, _storable(address) if fit else "")
        # What had to be cut, or cleaned, is another address than the one that was verified.
        row.email_verified = profile.email_verified and bool(row.email) and row.email == profile.email
        row.seen = self._now()
        session.flush()
        for alias in profile.aliases:
            session.merge(AliasRow(account_id=row.id, alias=_storable(alias[:SUBJECT_MAX])))
        return row

    def _subject(self, person_id: str, site_key: str) -> str:
        with self._database.session(write=True) as session:
            mine = (SubjectRow.person_id == person_id, SubjectRow.site_key == site_key)
            row = session.scalar(select(SubjectRow).where(*mine))
            if row is None:
                row = SubjectRow(subject=new_id(), person_id=person_id, site_key=site_key)
                session.add(row)
            return row.subject


# What of a person is exported: the table, and the columns that are not about the person but are keys to something.
_EXPORTED: tuple[tuple[str, Any, frozenset[str]], ...] = (
    ("accounts", AccountRow, frozenset({"person_id"})),
    ("sites", ConsentRow, frozenset({"person_id"})),
    ("subjects", SubjectRow, frozenset({"person_id"})),
    ("sessions", SessionRow, frozenset({"person_id", "hash"})),
    ("logins", GrantRow, frozenset({"person_id"})),
)


def _storable(text: str) -> str:
    """Return text as a database takes it: JSON can say NUL, and halves of surrogate pairs (RFC 8259 §8.2)."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def _shown(text: str) -> str:
    """Return a name as it may stand beside others: without what ends lines, or turns what follows it round."""
    return _TURNING.sub("", _storable(text[:TEXT_MAX]))


def _all(session: Session, column: Any, which: Any) -> list[str]:
    return list(session.scalars(select(column).where(which).order_by(column)))


def _plain(row: Any, hidden: frozenset[str]) -> dict[str, Any]:
    columns = [column.name for column in row.__table__.columns if column.name not in hidden]
    return {name: written(value) if isinstance(value := getattr(row, name), datetime) else value for name in columns}


def _account(row: AccountRow) -> Account:
    profile = Profile(
        network=row.network,
        issuer=row.issuer,
        subject=row.subject,
        name=row.name,
        handle=row.handle,
        url=row.url,
        picture=row.picture,
        email=row.email,
        email_verified=row.email_verified,
        lang=row.lang,
    )
    return Account(row.id, row.person_id, profile, row.created, row.seen)
