"""What happens when a network has told us who somebody is.

    arrival = arrived(logins, profile, attempt, old_token)

The engine that drove the network calls this once, with the attempt it took (`login.attempts`). The answer is a new
session, whose token belongs into the cookie, and where the browser goes next.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from login.attempts import Attempt
from login.problems import LoginFailed
from login.requests import scopes_of
from login.sessions import LoginSession
from networks.oauth import Profile

if TYPE_CHECKING:
    from login.service import Logins


@dataclass(frozen=True)
class Arrival:
    """A login that is done. ``to`` is a path of ours, or the registered address the site gave."""

    session: LoginSession = field(repr=False)
    to: str


def arrived(logins: Logins, profile: Profile, attempt: Attempt, old_token: str = "") -> Arrival:
    """Log the person in, or join the account to the one who is, and say where they go.

    ``old_token`` is what the browser's session cookie holds: that session ends. Raises LoginFailed where an account
    cannot be joined.
    """
    if attempt.person_id:
        return _linked(logins, profile, attempt, old_token)
    account = logins.people.met(profile)
    _end_of_another(logins, old_token, account.person_id)
    session = logins.sessions.start(account, instead_of=old_token)
    if attempt.request:
        if attempt.shown:  # the page they chose the network on said what the site will be told
            logins.people.agree(account.person_id, attempt.site_key, scopes_of(attempt.request))
        return Arrival(session, logins.onward(attempt.request, session))
    return Arrival(session, attempt.return_to or "/account")


def _end_of_another(logins: Logins, old_token: str, person_id: str) -> None:
    """Log out whoever was logged in here before, if that was somebody else: sites are told, and it is over for them.

    Nobody could log that session out any more, for its cookie is gone.
    """
    old = logins.sessions.find(old_token)
    if old is not None and old.person_id != person_id:
        from login.logout import end

        end(logins, old.id)


def _linked(logins: Logins, profile: Profile, attempt: Attempt, old_token: str) -> Arrival:
    """Join an account. Whoever began must still be logged in here as the same person."""
    current = logins.sessions.find(old_token)
    if current is None or current.person_id != attempt.person_id:
        raise LoginFailed("attempt_over")
    account = logins.people.link(attempt.person_id, profile)
    return Arrival(logins.sessions.start(account, instead_of=old_token), "/account")
