"""`/login/<network>`: the first step of a login with a network, and the page of the developer network."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, request

from core.errors import NotFound
from core.web import dress, services
from login import elsewhere
from login.looks import stylesheet
from login.problems import LoginFailed
from login.routes import (
    about_site,
    browser,
    check_form,
    count_start,
    from_own_page,
    guarded,
    landed,
    login_page,
    logins,
    see_other,
    session,
    speak_for,
    words,
)
from login.routes_popup import way_back
from login.targets import ticket_about
from login.ways import label, tells, way, ways
from networks.oauth import Told

if TYPE_CHECKING:
    from login.targets import Target
    from networks.parts import Network

blueprint = guarded(Blueprint("login_start", __name__))
# What the field for a server is filled with as an example: names that are nobody's (RFC 2606 §3).
EXAMPLES = {"mastodon": "mastodon.example", "bluesky": "ann.example", "indieauth": "ann.example"}
# Somebody to log in as with one press of the button; any other will do.
_ANYBODY = {"name": "Ada Example", "email": "ada@example.org", "subject": "ada"}


def target() -> Target:
    """Return what this request logs somebody in for."""
    from login.targets import target_of

    found = target_of(logins(), request.values, browser(), session())
    speak_for(found.site)
    return found


def offered(key: str, wanted: Target) -> Network:
    """Return a network that can be used for this; raise LoginFailed for any other."""
    found = next((network for network in logins().offered(wanted.site) if network.key == key), None)
    if found is None or found.login is None:
        raise LoginFailed("network_off")
    return found


@blueprint.get("/login")
def log_in() -> Response:
    """Offer the networks to somebody who comes from the data page on another host; that page itself is not here."""
    wanted = target()
    if not wanted.account or wanted.person_id or wanted.return_to != elsewhere.PAGE:
        return see_other(elsewhere.page(services().settings))
    said = words()
    offers = ways(logins(), said, wanted.site, wanted.fields, browser())
    return login_page("account_log_in", said.text("account_title"), ways=offers)


@blueprint.get("/login/accent/<colour>.css")
def accent(colour: str) -> Response:
    """Send the style sheet of a site's colour. It follows from the address alone, so it may be kept for good."""
    if not re.fullmatch("[0-9a-f]{6}", colour):
        raise NotFound("A colour has six hexadecimal digits.")
    return dress(Response(stylesheet(colour), content_type="text/css; charset=utf-8"), "immutable")


@blueprint.get("/login/<network>")
def start(network: str) -> Response:
    """Send the browser to the network; before that, say who asks, where no page of ours has said it yet."""
    from login.apps import UPSTREAM
    from login.upstream.driver import begin

    wanted = target()
    if _astray(wanted):
        return see_other(elsewhere.page(services().settings))
    count_start()
    found = offered(network, wanted)
    part = found.login
    if part is None or part.flow not in UPSTREAM:
        raise LoginFailed("network_off")
    if not wanted.request and not wanted.shown:
        return _first(found, wanted)
    server = request.args.get("server", "").strip()
    if part.servers and not server:
        return _which(found, wanted)
    try:
        return see_other(begin(logins(), found, wanted.start(found.key, browser(), server)))
    except LoginFailed as problem:
        if problem.code != "wrong_server":
            raise
        return _which(found, wanted, wrong=words().text("failed_wrong_server"))


def _astray(wanted: Target) -> bool:
    """Return whether a login is for the data page on another host, and does not say for which browser there."""
    data = wanted.return_to == elsewhere.PAGE and not wanted.account
    return data and services().settings.apart


def _which(network: Network, wanted: Target, wrong: str = "") -> Response:
    """Ask where somebody is at home, on a network of many servers."""
    said = words()
    ticket = logins().marks.make("shown", browser(), *ticket_about(wanted.fields))
    fields = {**wanted.fields, "ticket": ticket if wanted.shown else ""}
    about = _said(wanted)
    # The form leads to a server that nobody knows yet, back, and on to the site: `form-action` holds for all of it.
    servers = ("https:", *(f"http://{host}" for host in services().settings.http_allow))
    values: dict[str, Any] = {
        **about,
        "leads_to": " ".join((*servers, about["leads_to"])),
        "network": network,
        "fields": {name: value for name, value in fields.items() if value},
        "given": request.args.get("server", "")[:300] or wanted.hint,
        "example": EXAMPLES.get(network.key, ""),
        "wrong": wrong,
    }
    return login_page("server", label(said, network), 422 if wrong else 200, **values)


def _first(network: Network, wanted: Target) -> Response:
    """Say what is about to happen: whoever comes by a link from elsewhere has seen nothing of ours."""
    said = words()
    button = way(logins(), said, network, wanted.fields, browser())
    return login_page("start", label(said, network), ways=[button], **_said(wanted))


def _said(wanted: Target) -> dict[str, Any]:
    """Return what a page says of what the login is for."""
    if wanted.site is None or wanted.return_to == elsewhere.PAGE:
        return {"told": [], "leads_to": services().settings.studio_url if wanted.account else ""}
    address = wanted.return_to or wanted.origin
    if wanted.return_to:
        lines = [words().text("needs_scripts", site=wanted.site.name)]
    else:
        lines = tells(words(), wanted.site, wanted.scopes)
    return {
        **about_site(wanted.site, address),
        "told": lines,
        "leads_to": wanted.origin,
        "back": wanted.return_to or way_back(wanted.request),
    }


# --- the developer network: a page of ours ---


@blueprint.get("/login/developer")
def developer() -> Response:
    """Show the form on which anybody says who they are."""
    wanted = target()
    offered("developer", wanted)
    if _astray(wanted):
        return see_other(elsewhere.page(services().settings))
    hint = wanted.hint
    given = _ANYBODY if not hint else {"name": hint, "email": hint if "@" in hint else "", "subject": hint}
    return _developer_form(wanted, given)


@blueprint.post("/login/developer")
def developer_form() -> Response:
    """Log in whoever the form says."""
    wanted = target()
    network = offered("developer", wanted)
    form = {name: request.form.get(name, "").strip() for name in _ANYBODY}
    try:
        check_form("developer", browser(), *sorted(wanted.fields.values()))
    except LoginFailed as problem:
        if not from_own_page():
            raise
        # Two tabs opened at one moment, in a browser we did not know: the later cookie stands, and this form was made
        # for the other one. Nothing that was typed is lost.
        return _developer_form(wanted, form, wrong=words().text(f"failed_{problem.code}"))
    count_start()
    if not form["subject"]:
        return _developer_form(wanted, form, wrong=words().text("subject_missing"))
    if network.login is None:
        raise LoginFailed("network_off")
    from dataclasses import replace

    shown = replace(wanted, shown=True)  # the form stood on a page that said it
    return landed(network.login.profile(Told(form=form)), shown.attempt("developer"))


def _developer_form(wanted: Target, given: dict[str, str], wrong: str = "") -> Response:
    said = words()
    token = logins().marks.make("developer", browser(), *sorted(wanted.fields.values()))
    named = wanted.site if wanted.return_to != elsewhere.PAGE else None
    heading = said.text("log_in_to", site=named.name) if named else said.text("developer_title")
    fields = {**wanted.fields, "token": token}
    status = 422 if wrong else 200
    return login_page("developer", heading, status, fields=fields, given=given, wrong=wrong, **_said(wanted))
