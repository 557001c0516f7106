"""Invitations: an address that the owner of an account opens once, to let a site show that account's posts.

    token = invitations.invite("site-key", "instagram")      # into the address, shown once
    invitation = invitations.look(token, browser)            # whoever has the address, for an hour
    invitations.begin(invitation, browser)                   # from here on in this browser only
    invitations.use(invitation.hash, browser)                # and then never again

Looking changes nothing: mail programs and messengers open addresses to preview them. Whoever goes on first holds the
address until the account is connected, so that a mistake at the network can be made good. Invitations lie among the
attempts (`login.tables.AttemptRow`), where ``request`` tells them apart; what ends attempts ends them too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update

from core.database import Database
from core.times import utc_now
from login.problems import LoginFailed
from login.tables import AttemptRow, digest, new_secret

# Long enough to send the address to somebody who has to look for their password, short enough to be forgotten.
LIFE = timedelta(hours=1)
_KIND = "connect"


@dataclass(frozen=True)
class Invitation:
    """An invitation that is good. ``hash`` names it."""

    hash: str
    site_key: str
    network: str


class Invitations:
    """The invitations that nobody has used yet."""

    def __init__(self, database: Database, now: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._now = now

    def invite(self, site_key: str, network: str) -> str:
        """Make an invitation and return its secret."""
        token = new_secret("hbc_")  # the form of our codes, which are masked in logs
        row = AttemptRow(
            hash=digest(token),
            browser="",
            network=network,
            server="",
            site_key=site_key,
            return_to="",
            request=_KIND,
            shown=False,
            sealed="",
            expires=self._now() + LIFE,
        )
        with self._database.session(write=True) as session:
            session.add(row)
        return token

    def look(self, token: str, browser: str) -> Invitation:
        """Return an invitation; raise LoginFailed for one that is used, too old, or begun in another browser."""
        with self._database.session() as session:
            row = session.scalar(select(AttemptRow).where(*self._good(digest(token), browser)))
        if row is None or not row.site_key:
            raise LoginFailed("connect_over")
        return Invitation(row.hash, row.site_key, row.network)

    def begin(self, invitation: Invitation, browser: str) -> None:
        """Keep an invitation for this browser; raise LoginFailed where another was first."""
        good = self._good(invitation.hash, browser)
        mine = update(AttemptRow).where(*good).values(browser=digest(browser)).returning(AttemptRow.hash)
        with self._database.session(write=True) as session:
            taken = session.execute(mine).first()
        if taken is None:
            raise LoginFailed("connect_over")

    def use(self, name: str, browser: str) -> None:
        """End an invitation; raise LoginFailed where it has ended, so that of two at once one gets through."""
        with self._database.session(write=True) as session:
            used = delete(AttemptRow).where(*self._good(name, browser)).returning(AttemptRow.hash)
            if session.execute(used).first() is None:
                raise LoginFailed("connect_over")

    def _good(self, name: str, browser: str) -> tuple[ColumnElement[bool], ...]:
        mine = AttemptRow.browser.in_(("", digest(browser)))
        return (AttemptRow.hash == name, AttemptRow.request == _KIND, AttemptRow.expires > self._now(), mine)
