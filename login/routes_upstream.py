"""`/login/<network>/callback`: the browser is back from a network; and what networks ask of us as their client."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, request

from core.errors import BadRequest
from core.notice_jobs import nudge
from core.vault import SealBroken
from core.web import dress, services
from login import elsewhere
from login.problems import LoginFailed
from login.routes import browser, failed, guarded, landed, login_page, logins, see_other, words
from login.routes_connect import connected, is_connecting
from login.routes_popup import way_back

if TYPE_CHECKING:
    from login.apps import App
    from login.attempts import Attempt
    from networks.parts import Network

blueprint = guarded(Blueprint("login_upstream", __name__))
# Fields of a callback are a code, a state and little more; Apple's first one has a name too.
LARGEST_FORM = 64 * 1024
# Seconds in which a browser follows a redirect.
AT_ONCE = 120
_PURPOSE = "login form"
# What a confirmation code looks like: a signature of ours (`core.vault`). Anything else is a stranger's words.
_CODE = re.compile(r"[\w-]{22}", re.ASCII)


@blueprint.get("/login/<network>/callback")
@blueprint.get("/login/<network>/<server_id>/callback")
def back(network: str, server_id: str = "") -> Response:
    """Take the browser back: find out who it is, and go on to where the login was for."""
    from login.upstream.driver import finish, take

    found = _network(network)
    fields = _fields(found)
    if found.login and found.login.flow == "signed" and "hash" not in fields:
        return login_page("unfold", words().text("log_in"))
    attempt = take(logins(), found, fields, browser(), server_id)
    if is_connecting(attempt):
        return connected(found, attempt, fields)
    try:
        profile = finish(logins(), found, attempt, fields)
    except LoginFailed as problem:
        return _failed(problem, attempt)
    return landed(profile, attempt)


@blueprint.post("/login/<network>/callback")
def posted(network: str) -> Response:
    """Take a callback that comes as a form from the network's own page (OAuth 2.0 Form Post Response Mode).

    A form from another site brings no cookie of ours (SameSite=Lax), so it is sent round once: as a GET the browser
    says again who it is. What was posted goes along sealed, because a code and a name have no place in a log.
    """
    found = _network(network)
    if found.login is None or found.login.response_mode != "form_post":
        raise LoginFailed("bad_request")
    request.max_content_length = LARGEST_FORM
    fields = {name: value for name, value in request.form.items() if len(value) <= LARGEST_FORM // 4}
    data = json.dumps({"at": time.time(), "fields": fields}).encode()
    sealed = services().vault.seal(_PURPOSE, data, found.key)
    return see_other(f"/login/{found.key}/callback?{urlencode({'sealed': sealed})}")


@blueprint.get("/login/indieauth/client.json")
def indieauth_client() -> Response:
    """Say what we are as an IndieAuth client (§4.2)."""
    from login.upstream.driver import NAME
    from login.upstream.indieauth import client_metadata

    return _document(client_metadata(services().settings.base_url, NAME))


@blueprint.get("/login/bluesky/client.json")
def atproto_client() -> Response:
    """Say what we are as a client on the AT Protocol."""
    from login.upstream.atproto import client_metadata
    from login.upstream.driver import NAME

    return _document(client_metadata(services().settings.base_url, NAME))


@blueprint.get("/login/<network>/<server_id>/client")
def client(network: str, server_id: str) -> Response:
    """Say what we are to a server that knows a client by its address: a page with its name and its callback.

    https://indieauth.spec.indieweb.org/20220212/#client-information-discovery, which Misskey reads.
    """
    from login.upstream.driver import NAME
    from login.upstream.servers import client_path

    login = _network(network).login
    if login is None or login.by_address is None or not re.fullmatch("[0-9a-f]{16}", server_id):
        raise LoginFailed("network_off")
    here, base = client_path(network, server_id), services().settings.base_url
    return_to = base + here.removesuffix("client") + "callback"
    host = base.partition("://")[2]
    response = login_page("client", NAME, here=base + here, return_to=return_to, home=base + "/", host=host)
    response.headers["Link"] = f'<{return_to}>; rel="redirect_uri"'
    return response


@blueprint.post("/login/<network>/deauthorize")
def deauthorize(network: str) -> Response:
    """Somebody took our app away at the network: end their sessions, and whatever sites were given for them."""
    from login.upstream.leaving import leave

    app, user = _signed(network)
    leave(services().database, app, user)
    nudge(services())
    return dress(jsonify({}), "api")


@blueprint.post("/login/<network>/delete-data")
def delete_data(network: str) -> Response:
    """Somebody wants deleted what we have from the network: delete it, and say where that can be looked up."""
    from login.upstream.leaving import forget

    app, user = _signed(network)
    forget(services().database, app, user)
    nudge(services())
    key, about = app.network.key, " ".join(filter(None, (app.network.key, user, app.name)))
    code = services().vault.sign("login deletion", about.encode())  # the same each time it is asked
    url = f"{services().settings.base_url}/login/{key}/deleted?{urlencode({'code': code})}"
    return dress(jsonify({"url": url, "confirmation_code": code}), "api")


@blueprint.get("/login/<network>/deleted")
def deleted(network: str) -> Response:
    """Say that what we had was deleted. It is done at once, so there is nothing to wait for."""
    _network(network)
    said = words()
    code = request.args.get("code", "")
    return login_page("deleted", said.text("account_deleted"), code=code if _CODE.fullmatch(code) else "")


def _signed(key: str) -> tuple[App, str]:
    """Return the application whose secret signed a request, and whom it is about there.

    The request does not say which application it is of: each one's secret is tried, the server's first.
    """
    from login.upstream.signed_request import LONGEST, user_of

    found = _network(key)
    if found.login is None or not found.login.signed_requests:
        raise LoginFailed("network_off")
    request.max_content_length = 2 * LONGEST
    text, wrong = request.form.get("signed_request", ""), None
    for app in logins().apps.all(found):
        try:
            return app, user_of(text, app.values.get("CLIENT_SECRET", ""))
        except BadRequest as exc:
            wrong = exc
    raise wrong or LoginFailed("network_off")


def _document(said: Mapping[str, Any]) -> Response:
    response = jsonify(said)
    response.headers["Cache-Control"] = "public, max-age=3600"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return dress(response, "api")


def _network(key: str) -> Network:
    found: Network | None = services().networks.get(key)
    if found is None or found.login is None or next(logins().apps.all(found), None) is None:
        raise LoginFailed("network_off")
    return found


def _fields(network: Network) -> dict[str, str]:
    """Return what came back. A field that comes twice is a mistake, or a trick (RFC 6749 §3.1)."""
    if "sealed" in request.args and network.login and network.login.response_mode == "form_post":
        return _opened(request.args["sealed"], network.key)
    if any(len(request.args.getlist(name)) > 1 for name in request.args):
        raise LoginFailed("attempt_over")
    return dict(request.args.items())


def _opened(sealed: str, key: str) -> dict[str, str]:
    try:
        said = json.loads(services().vault.open(_PURPOSE, sealed, key))
    except (SealBroken, ValueError) as exc:
        raise LoginFailed("attempt_over") from exc
    if time.time() - said["at"] > AT_ONCE:
        raise LoginFailed("attempt_over")
    return dict(said["fields"])


def _failed(problem: LoginFailed, attempt: Attempt) -> Response:
    """Show what went wrong, with the way back to the site that asked."""
    told = attempt.site_key and attempt.return_to != elsewhere.PAGE
    site = logins().sites.by_key(attempt.site_key) if told else None
    return failed(problem, site, _way_back(attempt) if site else "")


def _way_back(attempt: Attempt) -> str:
    """Return where the site wants people who did not log in: for an OpenID client, with an answer that says so."""
    return way_back(attempt.request) if attempt.request else attempt.return_to
