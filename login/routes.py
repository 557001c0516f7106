"""What the log-in routes share: cookies, pages in the reader's language, redirects, who may send a form.

Cookies are host-only, HttpOnly and SameSite=Lax; on https they are Secure and called ``__Host-…``, which no neighbour
in the domain can set (RFC 6265bis §4.1.3.2). One names the browser, so that what begins here ends here; the other is
the session.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from flask import Blueprint, Response, g, make_response, redirect, request
from werkzeug.exceptions import HTTPException

from core import web
from core.addresses import origin_of
from core.limits import Rule
from core.web import client_address, dress, request_id, services
from login import elsewhere
from login.looks import look_of
from login.problems import LoginFailed

if TYPE_CHECKING:
    from core.sites import Site
    from login.attempts import Attempt
    from login.service import Logins
    from login.sessions import LoginSession
    from networks.oauth import Profile

# A person clicks; a program that starts logins by the thousand fills tables and asks networks in our name. A school
# or a company stands behind one address: its people may all log in within minutes. Ten minutes of one address stay
# below what is kept of all (`login.attempts.MOST`).
STARTS = Rule("login-starts", amount=300, seconds=60)
# Whoever only looks at what a site asks for leaves nothing behind; each login looks two or three times.
LOOKS = Rule("login-looks", amount=900, seconds=60)
SESSION, BROWSER = "hb-session", "hb-browser"


def logins() -> Logins:
    """Return the logins of the running application."""
    return cast("Logins", services().logins)


# --- cookies ---


def cookie_name(name: str) -> str:
    """Return a cookie's name on this host. Ports of one host share cookies, so the studio's have other names."""
    name = f"{name}-studio" if web.at_studio() else name
    return f"__Host-{name}" if _secure() else name


def own_origin() -> str:
    """Return the configured origin of the host that this request came to."""
    settings = services().settings
    return settings.studio_url if web.at_studio() else settings.base_url


def _secure() -> bool:
    return own_origin().startswith("https://")


def browser() -> str:
    """Return the secret that names this browser; a new one gets its cookie with the response."""
    if "login_browser" not in g:
        from login.tables import new_secret

        known = request.cookies.get(cookie_name(BROWSER), "")
        g.login_browser_new = not 20 <= len(known) <= 100
        g.login_browser = new_secret() if g.login_browser_new else known
    return str(g.login_browser)


def session() -> LoginSession | None:
    """Return this browser's session; None where nobody is logged in."""
    if "login_session" not in g:
        token = request.cookies.get(cookie_name(SESSION), "")
        g.login_session = logins().sessions.find(token) if token else None
    return cast("LoginSession | None", g.login_session)


def put_cookie(response: Response, name: str, value: str) -> None:
    """Set one of our cookies until the browser is closed."""
    response.set_cookie(cookie_name(name), value, path="/", secure=_secure(), httponly=True, samesite="Lax")


def drop_session(response: Response) -> Response:
    """Take the session's cookie away."""
    response.delete_cookie(cookie_name(SESSION), path="/", secure=_secure(), httponly=True, samesite="Lax")
    return response


def _kept(response: Response) -> Response:
    if g.get("login_browser_new"):
        put_cookie(response, BROWSER, browser())
        g.login_browser_new = False
    return response


# --- what is sent ---


def words() -> Any:  # widgets.words.Words: a floor above this one
    """Return the words in the reader's language: as the site asks, else the browser; of those the site has chosen."""
    catalog = services().login_words
    chosen = [found for tag in g.get("login_languages", ()) if (found := catalog.nearest(tag))]
    try:
        wanted = request.values.get("ui_locales", "")[:200].split()
    except HTTPException:  # a form that is too large to be read: this may be the page that says so
        wanted = request.args.get("ui_locales", "")[:200].split()
    if not chosen:
        known = next(filter(catalog.nearest, wanted), "")
        return catalog.words(known) if known else catalog.best(request.headers.get("Accept-Language", ""))
    wanted += [tag for tag, _ in request.accept_languages][:20]
    return catalog.words(next((tag for tag in map(catalog.nearest, wanted) if tag in chosen), chosen[0]))


def speak_for(site: Site | None) -> None:
    """Have the pages of this request speak the languages that a site has chosen."""
    if site is not None:
        g.login_languages = site.options.login_languages


def login_page(template: str, heading: str, status: int = 200, leads_to: str = "", **values: Any) -> Response:
    """Render a log-in page. ``leads_to`` is the origin where sending its form may end.

    Browsers hold a form's redirects to ``form-action`` too (CSP Level 3 §6.3.1). An opener is left alone: a site may
    wait for us in a pop-up. Referrers stay among our own pages: with none at all, browsers would send a form of ours
    with ``Origin: null`` (Fetch §3.1). The header says "nothing at all" nevertheless, for whoever does not read the
    page; the page's own ``meta`` lets our own origin in (HTML Standard, 4.2.5.1: the later one holds).
    """
    said = {"words": words(), "heading": heading, "site": None, "back": "", "look": None, "site_host": "", **values}
    response = web.page(f"login/{template}.html", status, **said)
    policy = response.headers["Content-Security-Policy"]
    if leads_to:
        policy = policy.replace("form-action 'self'", f"form-action 'self' {leads_to}")
    response.headers["Content-Security-Policy"] = policy
    response.headers["Cross-Origin-Opener-Policy"] = "unsafe-none"
    response.headers["Referrer-Policy"] = "no-referrer"
    return _kept(response)


def about_site(site: Site | None, address: str = "") -> dict[str, Any]:
    """Return what a page says of a site, and how it looks: its registered name, its host, its logo from here."""
    if site is None:
        return {}
    host = origin_of(address).partition("://")[2] if address else ""
    return {"site": site, "site_host": host, "look": look_of(site.options, services().media.address)}


def see_other(address: str) -> Response:
    """Send the browser on, with GET whatever came in (303), and without telling where it comes from."""
    response = dress(make_response(redirect(address, code=303)), "page")
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cross-Origin-Opener-Policy"] = "unsafe-none"
    return _kept(response)


def landed(profile: Profile, attempt: Attempt) -> Response:
    """Finish a login: what every engine's route ends with once a network has told who somebody is.

    Where it is for the data page on another host, it ends there (`login.elsewhere`).
    """
    from login.arrivals import arrived

    if elsewhere.FIELD in attempt.extra:
        return see_other(elsewhere.hand_over(logins(), profile, attempt))
    old = request.cookies.get(cookie_name(SESSION), "")
    arrival = arrived(logins(), profile, attempt, old)
    response = see_other(arrival.to)
    put_cookie(response, SESSION, arrival.session.token)
    return response


# --- who may ask ---


def count_start() -> None:
    """Count one more start of a login from this address; raise TooMany beyond the rule."""
    services().limits.hit(STARTS, client_address())


def count_look() -> None:
    """Count one more request of a site that came by this address; raise TooMany beyond the rule."""
    services().limits.hit(LOOKS, client_address())


def from_own_page() -> bool | None:
    """Return whether a page of this origin sent the request, by what the browser says; None where it says nothing.

    A page that is told to keep its referrer to itself sends ``Origin: null``: there Sec-Fetch-Site decides, which no
    page can set, and which is ``cross-site`` for a frame without an origin.
    """
    origin, place = request.headers.get("Origin", ""), request.headers.get("Sec-Fetch-Site", "")
    if origin not in ("", "null", own_origin()) or place not in ("", "same-origin"):
        return False
    if origin == "null" and not place:
        return False
    return True if origin or place else None


def check_form(purpose: str, secret: str, *about: str, strict: bool = False) -> None:
    """Hold a form to its token and its origin; raise LoginFailed for one of another page, browser or site.

    Browsers say where a form comes from (Fetch §3.1, Fetch Metadata §2.3), plain clients may not. On the way in the
    token is enough for those: it is bound to their own cookie. ``strict`` forms change what is stored about somebody,
    and must come from a page of ours by the sender's own word.
    """
    known = from_own_page()
    if known is False or (strict and known is None):
        raise LoginFailed("wrong_form")
    if not logins().marks.fits(request.form.get("token", ""), purpose, secret, *about):
        raise LoginFailed("wrong_form")


def failed(problem: LoginFailed, site: Site | None = None, back: str = "") -> Response:
    """Show what went wrong, what to do, and the way back."""
    speak_for(site)
    said = words()
    heading, advice = said.text(f"failed_{problem.code}"), said.text(f"advice_{problem.code}")
    plain = problem.code.replace("_", " ")
    detail = problem.message if problem.message != plain else ""
    about = {**about_site(site, back), "back": back} if site and back else {}
    return login_page(
        "failed", heading, problem.status, advice=advice, detail=detail, request_id=request_id(), **about
    )


def guarded(blueprint: Blueprint) -> Blueprint:
    """Have a blueprint's failures shown as pages."""
    blueprint.register_error_handler(LoginFailed, failed)
    return blueprint
