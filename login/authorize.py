"""What an authorization request leads to: a page where somebody logs in or agrees, or an answer to the site.

The order of the questions is OpenID Connect Core §3.1.2.3 and §3.1.2.4: may this browser's session be used for the
request, may we show anything at all, has the person agreed.
"""

# Authlib comes without types.
# mypy: disable-error-code="import-untyped"

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import AccessDeniedError
from authlib.oidc.core.errors import ConsentRequiredError, LoginRequiredError

from login.attempts import LIFE
from login.problems import LoginFailed
from login.provider import Answer, ProtocolRequest
from login.requests import AuthRequest, site_of

if TYPE_CHECKING:
    from core.sites import Site
    from login.service import Logins
    from login.sessions import LoginSession


@dataclass(frozen=True)
class Step:
    """What comes next.

    ``answer`` sends the browser back to the site. Without one, ``page`` says what is shown: ``choose`` a network,
    or ``consent``; ``network`` is the one the site has chosen already. ``session`` is who is logged in, where that
    may be used for this request.
    """

    site: Site
    asked: AuthRequest
    answer: Answer | None = None
    page: Literal["", "choose", "consent"] = ""
    network: str = ""
    session: LoginSession | None = None


def step(logins: Logins, asked: AuthRequest, session: LoginSession | None, mark: str = "") -> Step:
    """Return what a request leads to. ``mark`` tells that somebody has just logged in for it (`Logins.onward`).

    Raises LoginFailed where the site that asks cannot be told from another, so that nothing may be sent to it.
    """
    site = _checked(logins, asked)
    usable = session if session and _usable(logins, asked, site, session, mark) else None
    try:
        grant = logins.server.get_consent_grant(_protocol(logins, asked), usable)
        if usable is None:
            return Step(site, asked, page="choose", network=_hinted_network(logins, asked, site))
        _check_hint(logins, asked, site, usable)
        if _must_ask(logins, asked, site, usable):
            if "none" in asked.prompts:
                raise ConsentRequiredError()
            return Step(site, asked, page="consent", session=usable)
    except OAuth2Error as error:
        return Step(site, asked, answer=_told(logins, error, asked))
    return Step(site, asked, answer=_given(logins, grant, usable, asked))


def agreed(logins: Logins, asked: AuthRequest, session: LoginSession, mark: str = "") -> Step:
    """Keep that the person agreed on the page that asked, and answer the site."""
    site = _checked(logins, asked)
    if not _usable(logins, asked, site, session, mark):
        raise LoginFailed("attempt_over")
    try:
        _check_hint(logins, asked, site, session)
        logins.people.agree(session.person_id, site.key, asked.scopes)
        grant = logins.server.get_consent_grant(_protocol(logins, asked), session)
    except OAuth2Error as error:
        return Step(site, asked, answer=_told(logins, error, asked))
    return Step(site, asked, answer=_given(logins, grant, session, asked))


def refused(logins: Logins, asked: AuthRequest) -> Step:
    """Tell the site that the person said no (RFC 6749 §4.1.2.1)."""
    site = _checked(logins, asked)
    return Step(site, asked, answer=_told(logins, AccessDeniedError(), asked))


def _checked(logins: Logins, asked: AuthRequest) -> Site:
    site = site_of(asked, logins.sites)
    # Authlib repeats it in an error, whose characters RFC 6749 §4.1.2.1 limits.
    if not asked.get("response_type").isascii() or set(asked.get("response_type")) & set('"\\'):
        raise LoginFailed("bad_request", "This response_type is none.")
    return site


def _usable(logins: Logins, asked: AuthRequest, site: Site, session: LoginSession, mark: str) -> bool:
    """Return whether a session may be used for a request, or somebody must log in, or choose, first."""
    age = session.age(logins.sessions.now())
    if logins.done(asked, mark, session):
        return not asked.wants_new or age <= LIFE
    account = logins.people.account(session.account_id)
    if account is None or not logins.accepts(site, account.profile):
        return False
    try:
        max_age = asked.max_age
    except ValueError:
        max_age = None  # refused in a moment
    if max_age is not None and age.total_seconds() > max_age:
        return False
    if asked.prompts & {"login", "select_account"}:
        return False
    return _is_who_is_meant(logins, asked, site, session)


def _is_who_is_meant(logins: Logins, asked: AuthRequest, site: Site, session: LoginSession) -> bool:
    if network := _hinted_network(logins, asked, site):
        account = logins.people.account(session.account_id)
        if account is None or account.profile.network != network:
            return False
    if hint := asked.get("id_token_hint"):
        claims = logins.hinted(hint)
        return claims is not None and claims["sub"] == logins.subject(session.person_id, site)
    return True


def is_another(logins: Logins, asked: AuthRequest, site: Site, session: LoginSession) -> bool:
    """Return whether the site has shown by an ID token of ours that it means somebody else than is logged in."""
    claims = logins.hinted(asked.get("id_token_hint"))
    return claims is not None and claims["sub"] != logins.subject(session.person_id, site)


def _check_hint(logins: Logins, asked: AuthRequest, site: Site, session: LoginSession) -> None:
    """Raise Authlib's error where somebody else has logged in than is meant (OpenID Connect Core §3.1.2.2, 4)."""
    if is_another(logins, asked, site, session):
        raise LoginRequiredError()


def _hinted_network(logins: Logins, asked: AuthRequest, site: Site) -> str:
    """Return the network that the site's own button chose, if one can log in with it here; else nothing."""
    wanted = asked.get("network")
    return next((network.key for network in logins.offered(site) if network.key == wanted), "")


def _must_ask(logins: Logins, asked: AuthRequest, site: Site, session: LoginSession) -> bool:
    if "consent" in asked.prompts:
        return True
    return not site.options.login_trusted and not asked.scopes <= logins.people.agreed(session.person_id, site.key)


def _protocol(logins: Logins, asked: AuthRequest) -> ProtocolRequest:
    fields: dict[str, list[str]] = {}
    for name, value in asked.pairs:
        fields.setdefault(name, []).append(value)
    return ProtocolRequest("GET", f"{logins.issuer}/oauth/authorize", fields)


def _told(logins: Logins, error: OAuth2Error, asked: AuthRequest) -> Answer:
    """Return the redirect that tells the site of an error; its address was checked (RFC 6749 §4.1.2.1)."""
    error.redirect_uri, error.state = asked.get("redirect_uri"), asked.get("state")
    return _to_the_letter(logins.server.handle_error_response(None, error), asked)


def _given(logins: Logins, grant: Any, session: LoginSession, asked: AuthRequest) -> Answer:
    """Return the redirect with a code."""
    return _to_the_letter(logins.server.create_authorization_response(grant.request, session, grant), asked)


def _to_the_letter(answer: Answer, asked: AuthRequest) -> Answer:
    """Leave a site's address as it is registered, its query too (RFC 6749 §3.1.2): Authlib writes it anew."""
    address = asked.get("redirect_uri")
    own = len(parse_qsl(urlsplit(address).query, keep_blank_values=True))
    added = parse_qsl(urlsplit(answer.location).query, keep_blank_values=True)[own:]
    joint = "#" if asked.get("response_mode") == "fragment" else "&" if "?" in address else "?"
    answer.headers["Location"] = f"{address}{joint}{urlencode(added)}"
    return answer
