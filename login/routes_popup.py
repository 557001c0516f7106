"""The end of a login in a window of its own; and where its page asks for the answer that it could not be given."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify, request

from core.limits import Rule
from core.web import client_address, dress, may_ask, services
from login.popup import Answers, answer_of, is_popup
from login.requests import origin_of, read_text
from login.routes import about_site, guarded, login_page, logins, see_other, words

if TYPE_CHECKING:
    from login.authorize import Step

blueprint = guarded(Blueprint("login_popup", __name__))
# A page asks every two seconds while a window is open that cannot speak to it; an office stands behind one address.
ASKS = Rule("login-popup", amount=1200, seconds=60)


def told(step: Step) -> Response:
    """Answer the site: by a redirect, or from this window to the page that opened it."""
    location = step.answer.location if step.answer else ""
    if not is_popup(step.asked, step.site):
        return see_other(location)
    answer = answer_of(location)
    Answers(services().cache, services().vault).keep(step.asked, answer)
    address = step.asked.get("redirect_uri")
    said = {**about_site(step.site, address), "origin": origin_of(address), "answer": json.dumps(answer)}
    return login_page("popup", words().text("back_to", site=step.site.name), **said)


def way_back(text: str) -> str:
    """Return where the link back to the site leads: to an answer that says that nobody logged in."""
    from urllib.parse import urlencode

    from login.authorize import refused

    step = refused(logins(), read_text(text))
    if is_popup(step.asked, step.site):
        return f"/oauth/popup?{urlencode({'request': step.asked.text})}"
    return step.answer.location if step.answer else ""


@blueprint.get("/oauth/popup")
def leave() -> Response:
    """Tell the page that nobody logged in: where the link back to the site leads, in a window of its own."""
    from login.authorize import refused

    return told(refused(logins(), read_text(request.args.get("request", ""))))


@blueprint.post("/oauth/popup")
def ask() -> Response:
    """Give a page the answer to its request, once; 204 while there is none.

    It proves that it made the request by the verifier, of which the request held the hash (RFC 7636 §4.2). No cookie
    is read, and only pages of the site's own origins may read the answer (Fetch §3.2).
    """
    services().limits.hit(ASKS, client_address())
    fields = {name: request.form.get(name, "")[:300] for name in ("client_id", "state", "verifier")}
    answer = Answers(services().cache, services().vault).take(**fields)
    response = jsonify(answer) if answer else Response(status=204)
    site = services().sites.by_client_id(fields["client_id"])
    origin = request.headers.get("Origin", "")
    response.vary.add("Origin")
    if site and may_ask(site, origin):
        response.headers["Access-Control-Allow-Origin"] = origin
    return dress(response, "api")
