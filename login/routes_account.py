"""`/account`: what is stored about somebody here: to see, to take along, to change, to delete."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, request

from core.web import dress
from login.problems import LoginFailed
from login.routes import (
    about_site,
    browser,
    check_form,
    drop_session,
    guarded,
    login_page,
    logins,
    see_other,
    session,
    words,
)
from login.ways import Way, way, ways
from networks.icons import icon

if TYPE_CHECKING:
    from login.sessions import LoginSession

blueprint = guarded(Blueprint("account", __name__))


@blueprint.get("/account")
def account() -> Response:
    """Show somebody what is stored about them; whoever is not logged in may log in."""
    said, current = words(), session()
    if current is None:
        offers = ways(logins(), said, None, {}, browser())
        return login_page("account_log_in", said.text("account_title"), ways=offers)
    fresh = logins().sessions.fresh(current)
    return login_page(
        "account",
        said.text("account_title"),
        accounts=_accounts(current),
        sites=_sites(current),
        token=logins().marks.make("account", current.token),
        fresh=fresh,
        ways=_adding(current) if fresh else ways(logins(), said, None, {}, browser()),
    )


@blueprint.get("/account/export")
def export() -> Response:
    """Send everything stored about somebody, as one JSON file."""
    current = _current()
    body = json.dumps(logins().people.export(current.person_id), ensure_ascii=False, indent=2)
    response = dress(Response(body, content_type="application/json; charset=utf-8"), "api")
    response.headers["Content-Disposition"] = 'attachment; filename="handbill-my-data.json"'
    return response


@blueprint.post("/account/unlink")
def unlink() -> Response:
    """Take an account away."""
    current = _changing()
    logins().people.unlink(current.person_id, request.form.get("account", ""))
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
    fields = {"add": logins().marks.make("add", current.token)}
    return [way(logins(), words(), network, fields, browser()) for network in logins().offered(None)]


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
