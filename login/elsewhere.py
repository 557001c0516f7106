"""Logging in for the data page where that has a host of its own (HANDBILL_STUDIO_URL).

Networks send people back to the base address; the session belongs to the other host, whose cookies the base address
does not see. So the page there sends the browser off with the hash of its own cookie's secret, and what a network has
told is handed over by an address that is good once, within two minutes, in the browser with that cookie:

    the studio's /account  →  /login?account=HASH  →  network  →  /login/…/callback  →  the studio's /account/arrive

Nothing is joined and no session begun on the way: that happens where the cookies are (`login.arrivals`). An address
begun in somebody else's browser ends there in nothing (login CSRF, oauth threats 34).
"""

from __future__ import annotations

import json
import re
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from core.vault import SealBroken
from login.problems import LoginFailed
from networks.oauth import Profile

if TYPE_CHECKING:
    from core.settings import Settings
    from login.attempts import Attempt
    from login.service import Logins
    from login.sessions import LoginSession

# The field that carries the hash, and its name in an attempt's ``extra``.
FIELD = "account"
# The page, and where a login for it ends.
PAGE = "/account"
# Seconds in which a browser follows a redirect.
AT_ONCE = 120
_HASH = re.compile(r"[0-9a-f]{64}")
_NETWORK = "account"
_PURPOSE = "login elsewhere"


def page(settings: Settings) -> str:
    """Return the data page's address: a path where it is here."""
    return settings.studio_url + PAGE if settings.apart else PAGE


def name_of(browser: str) -> str:
    """Return what stands for a browser of the other host in addresses here."""
    from login.tables import digest

    return digest(browser)


def checked(value: str) -> str:
    """Return such a name; raise LoginFailed for what is none."""
    if not _HASH.fullmatch(value):
        raise LoginFailed("bad_request")
    return value


def adding(logins: Logins, session: LoginSession, name: str) -> str:
    """Return what proves here that somebody logged in there, just now, wants to add an account."""
    from login.sessions import FRESH

    until = session.auth_time.timestamp() + FRESH.total_seconds()
    data = json.dumps({"person": session.person_id, "until": until}).encode()
    return logins.services.vault.seal(_PURPOSE, data, name)


def added_by(logins: Logins, proof: str, name: str) -> str:
    """Return who that was. Raises LoginFailed."""
    try:
        said = json.loads(logins.services.vault.open(_PURPOSE, proof, name))
    except SealBroken as exc:
        raise LoginFailed("attempt_over") from exc
    if said["until"] < time.time():
        raise LoginFailed("too_old_session")
    return str(said["person"])


def hand_over(logins: Logins, profile: Profile, attempt: Attempt) -> str:
    """Return the address at which the other host takes over what a network has told."""
    from login.attempts import Start

    extra = {"profile": asdict(profile), "at": time.time()}
    start = Start(
        _NETWORK,
        browser="",
        browser_hash=str(attempt.extra[FIELD]),
        site_key=attempt.site_key,
        return_to=PAGE,
        person_id=attempt.person_id,
        shown=attempt.shown,
        extra=extra,
    )
    code = logins.attempts.begin(start).state
    return f"{page(logins.services.settings)}/arrive?{urlencode({'code': code})}"


def taken_over(logins: Logins, code: str, browser: str) -> tuple[Profile, Attempt]:
    """Return what was handed over, once. Raises LoginFailed for what is unknown, used, old, or another browser's."""
    attempt = logins.attempts.take(code, browser, _NETWORK)
    said: Any = attempt.extra
    if not isinstance(said.get("profile"), dict) or not 0 <= time.time() - said["at"] <= AT_ONCE:
        raise LoginFailed("attempt_over")
    return Profile(**{**said["profile"], "aliases": tuple(said["profile"].get("aliases", ()))}), attempt
