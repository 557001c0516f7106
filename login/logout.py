"""Logging out: here, at the word of a site, and telling the other sites.

OpenID Connect RP-Initiated Logout 1.0 and Back-Channel Logout 1.0. Without an ID token that names the person who is
logged in, anybody could log anybody out with a link or a picture: then the person is asked (RP-Initiated §6).
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from core.errors import BadReply
from core.http import REDIRECTING
from login.id_tokens import session_name, signed
from login.problems import LoginFailed
from login.tables import new_id

if TYPE_CHECKING:
    from core.services import Services
    from core.sites import Site
    from login.service import Logins
    from login.sessions import LoginSession

EVENT = "http://schemas.openid.net/event/backchannel-logout"
# Back-Channel Logout §2.4 recommends two minutes at most.
NOTICE_LIFE = 120
# What a site's form may bring (RP-Initiated §2); the rest is passed over.
FIELDS = ("id_token_hint", "client_id", "post_logout_redirect_uri", "state", "logout_hint", "ui_locales")


@dataclass(frozen=True)
class Logout:
    """What a site asks for. ``to`` is its registered address, with its state; ``sure`` is whether nobody is asked."""

    site: Site | None
    to: str
    sure: bool


def asked(logins: Logins, values: Mapping[str, str], session: LoginSession | None) -> Logout:
    """Return what a request to log out comes to. Raises LoginFailed where it contradicts itself."""
    claims = logins.hinted(values.get("id_token_hint", ""))
    client_id = values.get("client_id", "")
    if claims and client_id and claims["aud"] != client_id:
        raise LoginFailed("bad_request", "The id_token_hint is another client's.")
    site = logins.sites.by_client_id(claims["aud"] if claims else client_id)
    back = values.get("post_logout_redirect_uri", "")
    to = back if site and back in site.logout_return_to else ""
    if to and values.get("state"):
        to += ("&" if "?" in to else "?") + urlencode({"state": values["state"]})
    mine = session is None or (site is not None and claims is not None and _names(logins, claims, session, site))
    return Logout(site, to, claims is not None and mine)


def _names(logins: Logins, claims: Mapping[str, Any], session: LoginSession, site: Site) -> bool:
    return bool(claims["sub"] == logins.subject(session.person_id, site))


def end(logins: Logins, session_id: str) -> None:
    """End a session, and have the sites told that asked for it.

    What was given for use in the person's absence (offline_access) lives on, as Back-Channel Logout §2.7 has it.
    """
    grants = logins.grants.of_session(session_id)
    for grant in grants:
        if "offline_access" not in grant.scope.split():
            logins.grants.revoke(grant.id)
    logins.sessions.end(session_id)
    for site_key, person_id in dict.fromkeys((grant.site_key, grant.person_id) for grant in grants):
        site = logins.sites.by_key(site_key)
        if site and site.options.login_logout_notice:
            notice = {"site": site_key, "sub": logins.subject(person_id, site), "session": session_id}
            logins.services.jobs.enqueue("login.tell_logout", notice, key=site_key)


def tell(services: Services, notice: Mapping[str, str]) -> None:
    """Tell a site that somebody has logged out. Raises FetchFailed, to be tried again, where it does not answer.

    A redirect is no answer: the token is for this address, and a GET elsewhere would tell nobody anything (§2.5).
    """
    logins: Logins = services.logins
    site = logins.sites.by_key(notice["site"])
    if site is None or not site.options.login_logout_notice:
        return
    token = logout_token(logins, site, notice["sub"], notice["session"])
    headers = {"Accept": "*/*", "Content-Type": "application/x-www-form-urlencoded"}
    body = urlencode({"logout_token": token}).encode()
    reply = services.http.send("POST", site.options.login_logout_notice, headers, body)
    if reply.status >= 500 or reply.status in REDIRECTING:
        raise BadReply(f"The site answered {reply.status} to a logout notice.")


def logout_token(logins: Logins, site: Site, subject: str, session_id: str) -> str:
    """Return a logout token (Back-Channel Logout §2.4): for one site, once, and never to be taken for an ID token."""
    now = int(time.time())
    claims = {
        "iss": logins.issuer,
        "aud": site.client_id,
        "sub": subject,
        "sid": session_name(session_id, site.key),
        "iat": now,
        "exp": now + NOTICE_LIFE,
        "jti": new_id(),
        "events": {EVENT: {}},
    }
    return signed(logins.keys.signer(site.options.login_algorithm), claims, "logout+jwt")
