"""Accounts that owners of sites have connected, so that their feeds can be read: tokens sealed, and renewed in time.

    account = accounts.connect("site-key", profile, tokens, scopes)
    access = accounts.access(account.id, renew)      # good now: renewed first where it is about to end

Many networks give a new refresh token with each renewal and take the old one back, so two renewals at once lose the
account. Whoever renews takes a lease on the row; the others wait for what it stores. The old tokens stay until the
new ones are stored. Where the network says that the owner must agree again, the account says so, and is left alone
until they do.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from core import events
from core.database import Database
from core.errors import Busy, NotFound, Problem
from core.resealing import reseal
from core.times import utc_now
from core.vault import SealBroken, Vault
from networks.account_tables import AccountAppRow, AccountOwnerRow, NetworkAccountRow
from networks.oauth import Profile

# A token is renewed when this share of its life is over: early enough to try again for days where it lives for weeks.
RENEW_AT = 0.8
# How long whoever renews may take, seconds: a request has 5 (login), and what comes back must be stored.
LEASE = 20
# How long the others wait for that, and how often they look, seconds.
WAIT, LOOK = 8.0, 0.05
_PURPOSE = "network account"


class NeedsOwner(Problem):
    """The owner must connect the account anew: the network does not take our token any more."""

    code, status = "needs_owner", 409


@dataclass(frozen=True)
class Tokens:
    """What a network gave. ``expires`` is when ``access`` ends, None for never or not told."""

    access: str = field(repr=False)
    refresh: str = field(default="", repr=False)
    expires: datetime | None = None


@dataclass(frozen=True)
class Connected:
    """An account. ``state`` is ``needs_owner`` where its owner must agree again.

    ``app`` is the site's own application that it was connected with, "" for the server's.
    """

    id: str
    site_key: str
    network: str
    issuer: str
    subject: str
    name: str
    handle: str
    scopes: tuple[str, ...]
    state: Literal["ok", "needs_owner"]
    connected: datetime
    renewed: datetime
    expires: datetime | None
    app: str = ""


class Accounts:
    """The connected accounts of all sites."""

    def __init__(self, database: Database, vault: Vault, now: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._vault = vault
        self._now = now

    def connect(
        self,
        site_key: str,
        profile: Profile,
        tokens: Tokens,
        scopes: tuple[str, ...],
        owner: tuple[str, ...] = (),
        app: str = "",
    ) -> Connected:
        """Store an account with its tokens; one that the site had already gets the new ones.

        ``owner`` are the ids of whoever connected it, where that is not the account itself; ``app`` is the site's own
        application that it was connected with.
        """
        who = (NetworkAccountRow.network, NetworkAccountRow.issuer, NetworkAccountRow.subject)
        key = (profile.network, profile.issuer, profile.subject)
        with self._database.session(write=True) as session:
            same = (NetworkAccountRow.site_key == site_key, *(c == v for c, v in zip(who, key, strict=True)))
            row = session.scalar(select(NetworkAccountRow).where(*same)) or self._new(session, site_key, key)
            row.name, row.handle, row.scope = profile.name[:300], profile.handle[:300], " ".join(scopes)
            self._put(row, tokens)
            session.flush()
            _owned_by(session, row, (*owner, *profile.aliases))
            _connected_with(session, row, app)
            return _connected(session, row)

    def all(self, site_key: str = "") -> list[Connected]:
        """Return the accounts of a site, or of all sites; the oldest first."""
        query = select(NetworkAccountRow).order_by(NetworkAccountRow.connected, NetworkAccountRow.id)
        if site_key:
            query = query.where(NetworkAccountRow.site_key == site_key)
        with self._database.session() as session:
            return [_connected(session, row) for row in session.scalars(query).all()]

    def closed(self) -> list[Connected]:
        """Return the accounts whose tokens should be there and do not open: the key that sealed them is gone."""
        query = select(NetworkAccountRow).where(NetworkAccountRow.state == "ok").order_by(NetworkAccountRow.connected)
        with self._database.session() as session:
            return [_connected(session, row) for row in session.scalars(query).all() if self._opened(row) is None]

    def find(self, account_id: str) -> Connected:
        """Return an account. Raises NotFound."""
        with self._database.session() as session:
            return _connected(session, _row(session, account_id))

    def disconnect(self, account_id: str) -> Tokens | None:
        """Delete an account; return what it had, to give back. None where that cannot be read any more."""
        with self._database.session(write=True) as session:
            row = _row(session, account_id)
            tokens = self._opened(row)
            session.execute(delete(NetworkAccountRow).where(NetworkAccountRow.id == account_id))
            events.record(session, "account.disconnected", row.id, _told(row))
        return tokens

    def refused(self, account_id: str, access: str, why: str) -> None:
        """Take note that a network refused a token before its time: it is renewed at next use, or the owner asked.

        Nothing happens where another token is stored by now. Raises NotFound.
        """
        with self._database.session(write=True) as session:
            row = _row(session, account_id)
            tokens = self._opened(row)
            if tokens is None or tokens.access != access or row.state != "ok":
                return
            if tokens.refresh:
                row.expires = self._now()
            else:
                _ask_owner(session, row, why)

    def due(self) -> list[str]:
        """Return the ids of accounts whose tokens should be renewed now, ahead of their use."""
        with self._database.session() as session:
            living = (NetworkAccountRow.state == "ok", NetworkAccountRow.expires.is_not(None))
            rows = session.scalars(select(NetworkAccountRow).where(*living).order_by(NetworkAccountRow.expires))
            return [row.id for row in rows if self._is_due(row)]

    def reseal(self) -> None:
        """Seal under the newest key what another one sealed, so that this other can be taken away."""
        reseal(self._database, self._vault, NetworkAccountRow, _PURPOSE, self._resealed)

    def access(self, account_id: str, renew: Callable[[Tokens], Tokens]) -> str:
        """Return an access token that is good now, renewing it first where most of its life is over.

        ``renew`` asks the network, and raises NeedsOwner where the owner must agree again. Another failure is passed
        on only where the old token is no good any more. Raises NotFound and NeedsOwner.
        """
        with self._database.session() as session:
            row = _row(session, account_id)
        tokens = self._usable(row)
        if not self._is_due(row):
            return tokens.access
        try:
            return self._renewed(row, renew).access
        except NeedsOwner:
            raise
        except Problem:
            if tokens.expires is None or tokens.expires <= self._now():
                raise
            return tokens.access

    def _renewed(self, row: NetworkAccountRow, renew: Callable[[Tokens], Tokens]) -> Tokens:
        """Renew, or wait for whoever does."""
        until = time.monotonic() + WAIT
        while not self._lease(row.id, row.version):
            if time.monotonic() > until:
                raise Busy("The account is being renewed.", retry_at=self._now() + timedelta(seconds=LEASE))
            time.sleep(LOOK)
            with self._database.session() as session:
                now = _row(session, row.id)
            if now.version != row.version:
                return self._usable(now)
        try:
            fresh = renew(self._usable(row))
        except NeedsOwner as exc:
            self._ask_owner(row.id, exc)
            raise
        except Problem:
            self._release(row.id)
            raise
        return self._store(row, fresh)

    def _store(self, row: NetworkAccountRow, fresh: Tokens) -> Tokens:
        with self._database.session(write=True) as session:
            stored = _row(session, row.id)
            if not stored.sealed:  # the owner took the app away meanwhile
                return self._usable(stored)
            kept = Tokens(fresh.access, fresh.refresh or self._usable(row).refresh, fresh.expires)
            self._put(stored, kept)
        return kept

    def _put(self, row: NetworkAccountRow, tokens: Tokens) -> None:
        row.sealed = self._sealed(row, tokens)
        row.state, row.version, row.leased = "ok", row.version + 1, None
        row.renewed, row.expires = self._now(), tokens.expires

    def _sealed(self, row: NetworkAccountRow, tokens: Tokens) -> str:
        data = json.dumps({"access": tokens.access, "refresh": tokens.refresh}).encode()
        return self._vault.seal(_PURPOSE, data, _context(row))

    def _resealed(self, row: NetworkAccountRow) -> str | None:
        tokens = self._opened(row)
        return None if tokens is None else self._sealed(row, tokens)

    def _new(self, session: Session, site_key: str, key: tuple[str, str, str]) -> NetworkAccountRow:
        network, issuer, subject = key
        made = {"id": secrets.token_hex(8), "site_key": site_key, "network": network, "issuer": issuer}
        row = NetworkAccountRow(**made, subject=subject, version=0, connected=self._now())
        session.add(row)
        return row

    def _usable(self, row: NetworkAccountRow) -> Tokens:
        tokens = self._opened(row)
        if tokens is None or row.state != "ok":
            raise NeedsOwner("The account must be connected anew by its owner.")
        return tokens

    def _opened(self, row: NetworkAccountRow) -> Tokens | None:
        try:
            said: dict[str, Any] = json.loads(self._vault.open(_PURPOSE, row.sealed, _context(row)))
        except SealBroken:
            return None
        return Tokens(said["access"], said["refresh"], row.expires)

    def _is_due(self, row: NetworkAccountRow) -> bool:
        return row.expires is not None and row.renewed + (row.expires - row.renewed) * RENEW_AT <= self._now()

    def _lease(self, account_id: str, version: int) -> bool:
        """Take the right to renew; of many at once, over all processes, one gets it."""
        free = or_(NetworkAccountRow.leased.is_(None), NetworkAccountRow.leased <= self._now())
        mine = (NetworkAccountRow.id == account_id, NetworkAccountRow.version == version, free)
        taken = update(NetworkAccountRow).where(*mine).values(leased=self._now() + timedelta(seconds=LEASE))
        with self._database.session(write=True) as session:
            return bool(session.execute(taken.returning(NetworkAccountRow.id)).first())

    def _release(self, account_id: str) -> None:
        with self._database.session(write=True) as session:
            mine = NetworkAccountRow.id == account_id
            session.execute(update(NetworkAccountRow).where(mine).values(leased=None))

    def _ask_owner(self, account_id: str, why: NeedsOwner) -> None:
        """Mark an account, and tell it once, in the transaction that marks it."""
        with self._database.session(write=True) as session:
            row = _row(session, account_id)
            if row.state == "ok":
                _ask_owner(session, row, why.message)


def withdrawn(session: Session, network: str, subject: str, *, forget: bool = False, app: str = "") -> None:
    """Somebody took our app away at a network: erase the tokens of the accounts that they are, or have connected.

    ``forget`` deletes the accounts, and has what was read with them deleted (``erase`` in the event). ``app`` is the
    application that says so: it knows of what was connected with itself, and of nothing else.
    """
    theirs = select(AccountOwnerRow.account_id).where(AccountOwnerRow.subject == subject)
    mine = or_(NetworkAccountRow.subject == subject, NetworkAccountRow.id.in_(theirs))
    wanted = (NetworkAccountRow.network == network, mine, _by_app(app))
    for row in session.scalars(select(NetworkAccountRow).where(*wanted)).all():
        if forget:
            events.record(session, "account.disconnected", row.id, {**_told(row), "erase": True})
            session.delete(row)
            continue
        if row.state == "ok":
            _ask_owner(session, row, "Its owner took the app away at the network.")
        row.sealed, row.version = "", row.version + 1  # whoever renews just now must not bring it back to life


def _owned_by(session: Session, row: NetworkAccountRow, subjects: tuple[str, ...]) -> None:
    """Write down by which ids the network knows whoever has connected an account now."""
    session.execute(delete(AccountOwnerRow).where(AccountOwnerRow.account_id == row.id))
    others = {subject for subject in subjects if subject and subject != row.subject}
    session.add_all(AccountOwnerRow(account_id=row.id, subject=subject) for subject in sorted(others))


def _connected_with(session: Session, row: NetworkAccountRow, app: str) -> None:
    session.execute(delete(AccountAppRow).where(AccountAppRow.account_id == row.id))
    if app:
        session.add(AccountAppRow(account_id=row.id, app=app))
        session.flush()


def _by_app(app: str) -> ColumnElement[bool]:
    if app:
        return NetworkAccountRow.id.in_(select(AccountAppRow.account_id).where(AccountAppRow.app == app))
    return NetworkAccountRow.id.not_in(select(AccountAppRow.account_id))


def _ask_owner(session: Session, row: NetworkAccountRow, why: str) -> None:
    row.state, row.leased = "needs_owner", None
    events.record(session, "account.needs_owner", row.id, {**_told(row), "why": why})


def _told(row: NetworkAccountRow) -> dict[str, str]:
    """Return what an event tells of an account."""
    return {"network": row.network, "site": row.site_key, "handle": row.handle}


def _context(row: NetworkAccountRow) -> str:
    """Return what binds sealed tokens to their row, so that those of another row do not open in it."""
    return f"{row.id} {row.site_key} {row.network} {row.subject}"


def _row(session: Session, account_id: str) -> NetworkAccountRow:
    row = session.get(NetworkAccountRow, account_id)
    if row is None:
        raise NotFound("There is no connected account with this id.", code="no_account")
    return row


def _connected(session: Session, row: NetworkAccountRow) -> Connected:
    other = session.get(AccountAppRow, row.id)
    return Connected(
        id=row.id,
        site_key=row.site_key,
        network=row.network,
        issuer=row.issuer,
        subject=row.subject,
        name=row.name,
        handle=row.handle,
        scopes=tuple(row.scope.split()),
        state="ok" if row.state == "ok" else "needs_owner",
        connected=row.connected,
        renewed=row.renewed,
        expires=row.expires,
        app=other.app if other else "",
    )
