"""`/accounts/connect/<token>`: the owner of an account lets a site show its posts.

The first page says what will happen; the way to the network, and back to `/login/<network>/callback`, is that of
every login (`login.routes_upstream` hands over here). Who may do it is said by the address alone: it is random, good
for an hour, and once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, request

from core.web import request_id, services
from login.problems import LoginFailed
from login.routes import (
    about_site,
    browser,
    check_form,
    count_start,
    guarded,
    login_page,
    logins,
    see_other,
    words,
)
from login.ways import Way, label
from networks.icons import icon

if TYPE_CHECKING:
    from collections.abc import Mapping

    from login.attempts import Attempt
    from login.connecting import Choice, Connecting
    from login.invitations import Invitation
    from networks.accounts import Connected
    from networks.parts import Network

blueprint = guarded(Blueprint("login_connect", __name__))
# What went wrong while an account was connected, by what went wrong at the network.
_CODES = {"denied": "connect_denied", "network_failed": "connect_failed", "attempt_over": "connect_over"}
_PURPOSE = "connect"


@blueprint.get("/accounts/connect/<token>")
def connect(token: str) -> Response:
    """Say what will be read and kept; with the page's own mark, go to the network."""
    connecting = _connecting()
    invitation = connecting.invitations.look(token[:100], browser())
    network = connecting.network(invitation.network, invitation.site_key)
    if not logins().marks.fits(request.args.get("go", ""), _PURPOSE, browser(), invitation.hash):
        return _first(token, invitation, network)
    count_start()
    try:
        return see_other(connecting.begin(invitation, browser()))
    except LoginFailed as problem:
        return _failed(problem, network, invitation.site_key)


@blueprint.post("/accounts/choose")
def choose() -> Response:
    """Connect the one of several Pages that the owner chose."""
    state, page = request.form.get("state", "")[:100], request.form.get("page", "")[:100]
    check_form(_PURPOSE, browser(), state, strict=True)
    attempt = logins().attempts.take(state, browser(), request.form.get("network", "")[:50])
    connecting = _connecting()
    network = connecting.network(attempt.network, attempt.site_key)
    try:
        return _done(connecting.choose(attempt, page, browser()), network)
    except LoginFailed as problem:
        return _failed(problem, network, attempt.site_key)


def is_connecting(attempt: Attempt) -> bool:
    """Return whether an attempt that came back is an owner's."""
    from login.connecting import MARK

    return MARK in attempt.extra


def connected(network: Network, attempt: Attempt, fields: Mapping[str, str]) -> Response:
    """Finish what the owner began: store the account, or ask which of several is meant."""
    try:
        outcome = _connecting().finish(network, attempt, fields, browser())
    except LoginFailed as problem:
        return _failed(problem, network, attempt.site_key)
    from login.connecting import Choice

    return _which(outcome, network, attempt) if isinstance(outcome, Choice) else _done(outcome, network)


def _connecting() -> Connecting:
    from login.connecting import Connecting

    return Connecting(logins())


def _first(token: str, invitation: Invitation, network: Network) -> Response:
    said, login = words(), network.login
    mark = logins().marks.make(_PURPOSE, browser(), invitation.hash)
    button = Way(network.key, icon(network), label(said, network), f"/accounts/connect/{token}?go={mark}")
    about = _site(invitation.site_key)
    heading = said.text("connect_title", network=network.name, site=about["site"].name)
    reads = login.lasting.reads if login and login.lasting else ()
    return login_page("connect", heading, ways=[button], reads=reads, network=network.name, **about)


def _which(choice: Choice, network: Network, attempt: Attempt) -> Response:
    mark = logins().marks.make(_PURPOSE, browser(), choice.state)
    fields = {"state": choice.state, "network": network.key, "token": mark}
    heading = words().text("connect_page_title")
    return login_page("connect_page", heading, pages=choice.pages, fields=fields, **_site(attempt.site_key))


def _done(account: Connected, network: Network) -> Response:
    said, about = words(), _site(account.site_key)
    name = account.name or f"@{account.handle}"
    lead = said.text("connected_text", site=about["site"].name, account=name)
    return login_page("connected", said.text("connected_title", network=network.name), lead=lead, **about)


def _failed(problem: LoginFailed, network: Network, site_key: str) -> Response:
    """Show what went wrong, in words about connecting, not about logging in."""
    said, code = words(), _CODES.get(problem.code, problem.code)
    heading = said.text(f"failed_{code}", network=network.name)
    advice = said.text(f"advice_{code}", network=network.name)
    detail = said.text("connect_missing", scopes=problem.message) if code == "missing_scope" else ""
    status = LoginFailed(code).status
    about = _site(site_key)
    return login_page("failed", heading, status, advice=advice, detail=detail, request_id=request_id(), **about)


def _site(key: str) -> dict[str, Any]:
    """Return what a page says of the site; one that was taken away since has nothing to connect."""
    site = services().sites.by_key(key)
    if site is None:
        raise LoginFailed("connect_over")
    return about_site(site, site.origins[0] if site.origins else "")
