"""`/account`: what is stored about somebody here: to see, to take along, to change, to delete."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from core.notice_jobs import nudge
from core.web import at_studio, dress, services
from login import elsewhere
from login.problems import LoginFailed
from login.routes import (
    about_site,
    browser,
    check_form,
    drop_session,
    guarded,
    landed,
    login_page,
    logins,
    see_other,
    session,
    words,
)
from login.ways import Way, way, ways
from networks.icons import icon

if TYPE_CHECKING:
    from core.sites import Site
    from login.people import Account
    from login.sessions import LoginSession

blueprint = guarded(Blueprint("account", __name__))


@blueprint.get("/account")
def account() -> Response:
    """Show somebody what is stored about them; whoever is not logged in may log in.

    ``site`` is the key of a site with applications of its own at networks: its visitors come by those.
    """
    said, current = words(), session()
    if current is None:
        site = logins().sites.by_key(request.args.get("site", ""))
        return login_page("account_log_in", said.text("account_title"), **_ways_in(site))
    fresh = logins().sessions.fresh(current)
    about = logins().people.account(current.account_id)
    own = about is not None and logins().accepts(None, about.profile)
    return login_page(
        "account",
        said.text("account_title"),
        accounts=_accounts(current),
        sites=_sites(current),
        token=logins().marks.make("account", current.token),
        fresh=fresh,
        adding=fresh and own,
        **({"ways": _adding(current) if own else []} if fresh else _ways_in(_site_of(about))),
    )


@blueprint.get("/account/arrive")
def arrive() -> Response:
    """Take over a login that a network has answered at the base address, where this page has a host of its own."""
    profile, attempt = elsewhere.taken_over(logins(), request.args.get("code", "")[:100], browser())
    return landed(profile, attempt)


@blueprint.get("/account/export")
def export() -> Response:
    """Send everything stored about somebody, as one JSON file; not at the word of another site's page."""
    current = _current()
    if request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none"):
        raise LoginFailed("wrong_form")
    body = json.dumps(logins().people.export(current.person_id), ensure_ascii=False, indent=2)
    response = dress(Response(body, content_type="application/json; charset=utf-8"), "api")
    response.headers["Content-Disposition"] = 'attachment; filename="handbill-my-data.json"'
    return response


@blueprint.post("/account/unlink")
def unlink() -> Response:
    """Take an account away."""
    current = _changing()
    logins().people.unlink(current.person_id, request.form.get("account", ""))
    nudge(logins().services)
    return see_other("/account")


@blueprint.post("/account/disconnect")
def disconnect() -> Response:
    """Take back what a site was told it may know, and end what was given to it."""
    current = _changing(delicate=False)
    site = logins().sites.by_key(request.form.get("site", ""))
    for grant in logins().grants.of(current.person_id, site.key) if site else ():
        logins().grants.revoke(grant.id)
    if site:
        logins().people.disagree(current.person_id, site.key)
        nudge(logins().services)
    return see_other("/account")


@blueprint.post("/account/log-out")
def log_out() -> Response:
    """End this browser's session."""
    from login.logout import end

    end(logins(), _changing(delicate=False).id)
    said = words()
    return drop_session(login_page("logout", said.text("logged_out"), lead=said.text("logged_out_text"), fields={}))


@blueprint.post("/account/delete")
def delete() -> Response:
    """Delete everything about somebody."""
    from login.logout import end

    current = _changing()
    if request.form.get("sure") != "yes":
        raise LoginFailed("wrong_form")
    for session_id in logins().sessions.of(current.person_id):
        end(logins(), session_id)
    logins().people.forget(current.person_id)
    nudge(logins().services)
    said = words()
    heading, lead = said.text("account_deleted"), said.text("account_deleted_text")
    return drop_session(login_page("logout", heading, lead=lead, fields={}))


def _current() -> LoginSession:
    current = session()
    if current is None:
        raise LoginFailed("attempt_over")
    return current


def _changing(*, delicate: bool = True) -> LoginSession:
    """Return the session of somebody who sent a form of ours; a delicate one needs a login of just now."""
    current = _current()
    check_form("account", current.token, strict=True)
    if delicate and not logins().sessions.fresh(current):
        raise LoginFailed("too_old_session")
    return current


def _adding(current: LoginSession) -> list[Way]:
    """Return the buttons that add an account."""
    if not at_studio():
        fields, base = {"add": logins().marks.make("add", current.token)}, ""
    else:
        name, base = elsewhere.name_of(browser()), services().settings.base_url
        fields = {"add": elsewhere.adding(logins(), current, name), elsewhere.FIELD: name}
    found = [way(logins(), words(), network, fields, browser()) for network in logins().offered(None)]
    return [replace(one, href=base + one.href) for one in found]


def _ways_in(site: Site | None) -> dict[str, Any]:
    """Return what a page shows to whoever is to log in: the networks, or the way to where they are."""
    fields = {"site": site.key, "return_to": elsewhere.PAGE} if site else {}
    if not at_studio():
        return {"ways": ways(logins(), words(), site, fields, browser())}
    fields[elsewhere.FIELD] = elsewhere.name_of(browser())
    return {"ways": [], "there": f"{services().settings.base_url}/login?{urlencode(fields)}"}


def _site_of(account: Account | None) -> Site | None:
    """Return the site by whose own application somebody came, where the server has none that knows them."""
    network = services().networks.get(account.profile.network) if account else None
    if account is None or network is None:
        return None
    ours, issuer = logins().apps.of(network), account.profile.issuer
    known = ours is not None and ours.vouches(issuer)
    return None if known else logins().sites.by_key(logins().apps.site_of(network, issuer))


def _accounts(current: LoginSession) -> list[dict[str, Any]]:
    found = []
    for one in logins().people.accounts(current.person_id):
        profile, network = one.profile, logins().services.networks.get(one.profile.network)
        found.append(
            {
                "id": one.id,
                "network": network.name if network else profile.network,
                "icon": icon(network) if network else "",
                "name": profile.name or profile.handle or profile.subject,
                "handle": profile.handle,
                "email": profile.email,
                "day": one.created.date().isoformat(),
            }
        )
    return found


def _sites(current: LoginSession) -> list[dict[str, Any]]:
    known = logins().people.known_to(current.person_id)
    found = [(logins().sites.by_key(key), at) for key, at in known.items()]
    return [{**about_site(site), "day": at.date().isoformat()} for site, at in found if site]
