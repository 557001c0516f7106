"""Attempts: a browser was sent to a network, and what we must know when it comes back.

    begun = attempts.begin(Start("github", browser=browser, site_key="…", request="client_id=…"))
    …redirect to the network with begun.state, the challenge of begun.verifier, begun.nonce…
    attempt = attempts.take(state, browser, "github")

The state is good once, for ten minutes, in the browser that began, for the network it was made for (RFC 9700 §4.7,
OpenID Connect Core §3.1.2.1). Whatever else comes is refused alike. Verifier and nonce are sealed, so that a stolen
copy of the database finishes nobody's login.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from core.database import Database
from core.times import utc_now
from core.vault import SealBroken, Vault
from login.problems import LoginFailed
from login.tables import AttemptRow, digest, new_secret

# Long enough for a second factor on another device; the mark the threat list sets (oauth threats, 33).
LIFE = timedelta(minutes=10)
# What is kept at most, whoever asks: past it the oldest go. A row has about a kilobyte. Ten minutes of four thousand
# people at the networks at once are more than a small machine can answer anyway.
MOST = 4_000
# Tabs of one browser that are under way at once.
MOST_PER_BROWSER = 10
_PURPOSE = "login attempt"


@dataclass(frozen=True)
class Start:
    """What is known when somebody is sent off.

    ``browser`` is the secret of the cookie that binds the attempt; ``browser_hash`` stands in for it where that is a
    cookie of another host (`login.elsewhere`). ``server`` is the server among many. For an OpenID client,
    ``request`` is its authorization request, as `login.requests` writes it; for a plain log-in ``return_to`` is where
    the visitor goes afterwards; both belong to the site ``site_key``. ``person_id`` is set where somebody logged in
    adds another account. ``shown`` says that the page named the site and what it will be told.
    ``extra`` is for the engine that drives the network: small JSON, sealed.
    """

    network: str
    browser: str = field(repr=False)
    server: str = ""
    site_key: str = ""
    return_to: str = ""
    request: str = ""
    shown: bool = False
    person_id: str = ""
    extra: Mapping[str, object] = field(default_factory=dict, repr=False)
    browser_hash: str = field(default="", repr=False)


@dataclass(frozen=True)
class Attempt:
    """An attempt that has come back. ``verifier`` (RFC 7636) and ``nonce`` are what was sent along."""

    network: str
    server: str
    site_key: str
    return_to: str
    request: str
    shown: bool
    person_id: str
    verifier: str = field(repr=False)
    nonce: str = field(repr=False)
    extra: Mapping[str, object] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Begun:
    """What to send along to the network."""

    state: str = field(repr=False)
    verifier: str = field(repr=False)
    nonce: str = field(repr=False)


class Attempts:
    """The attempts under way."""

    def __init__(self, database: Database, vault: Vault, now: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._vault = vault
        self._now = now

    def begin(self, start: Start) -> Begun:
        """Keep what is known and return what to send along."""
        begun = Begun(new_secret(), new_secret(), new_secret())
        key = digest(begun.state)
        secrets = {"verifier": begun.verifier, "nonce": begun.nonce, "extra": dict(start.extra)}
        row = AttemptRow(
            hash=key,
            browser=start.browser_hash or digest(start.browser),
            network=start.network,
            server=start.server,
            site_key=start.site_key or None,
            return_to=start.return_to,
            request=start.request,
            shown=start.shown,
            person_id=start.person_id or None,
            sealed=self._vault.seal(_PURPOSE, json.dumps(secrets).encode(), key),
            expires=self._now() + LIFE,
        )
        with self._database.session(write=True) as session:
            self._make_room(session, row.browser)
            session.add(row)
        return begun

    def take(self, state: str, browser: str, network: str, server: str = "") -> Attempt:
        """Return the attempt of a state and end it. Raises LoginFailed for an unknown, used, old or foreign one.

        It ends whatever comes of it: who guesses, or brings somebody else's, gets one try.
        """
        key = digest(state)
        with self._database.session(write=True) as session:
            row = session.scalar(delete(AttemptRow).where(AttemptRow.hash == key).returning(AttemptRow))
        fits = (
            row is not None
            and bool(browser)
            and row.browser == digest(browser)
            and (row.network, row.server) == (network, server)
            and row.expires > self._now()
        )
        if row is None or not fits:
            raise LoginFailed("attempt_over")
        return self._attempt(row)

    def sweep(self) -> None:
        """Delete those that nobody will finish."""
        with self._database.session(write=True) as session:
            session.execute(delete(AttemptRow).where(AttemptRow.expires <= self._now()))

    def _attempt(self, row: AttemptRow) -> Attempt:
        try:
            secrets = json.loads(self._vault.open(_PURPOSE, row.sealed, row.hash))
        except SealBroken as exc:
            raise LoginFailed("attempt_over") from exc
        return Attempt(
            network=row.network,
            server=row.server,
            site_key=row.site_key or "",
            return_to=row.return_to,
            request=row.request,
            shown=row.shown,
            person_id=row.person_id or "",
            verifier=secrets["verifier"],
            nonce=secrets["nonce"],
            extra=secrets["extra"],
        )

    def _make_room(self, session: Session, browser: str) -> None:
        session.execute(delete(AttemptRow).where(AttemptRow.expires <= self._now()))
        for most, mine in ((MOST_PER_BROWSER, AttemptRow.browser == browser), (MOST, AttemptRow.hash != "")):
            count = session.scalar(select(func.count()).select_from(AttemptRow).where(mine)) or 0
            if count >= most:
                oldest = select(AttemptRow.hash).where(mine).order_by(AttemptRow.expires).limit(count - most + 1)
                session.execute(delete(AttemptRow).where(AttemptRow.hash.in_(oldest)))
