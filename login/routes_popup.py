"""The end of a login in a window of its own; and where its page asks for the answer that it could not be given."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify, request

from core.addresses import origin_of
from core.limits import Rule
from core.web import client_address, dress, may_ask, services
from login.popup import Answers, answer_of, is_popup
from login.requests import read_text
from login.routes import about_site, count_look, guarded, login_page, logins, see_other, speak_for, words

if TYPE_CHECKING:
    from login.authorize import Step

blueprint = guarded(Blueprint("login_popup", __name__))
# A page asks every two seconds while a window is open that cannot speak to it; an office stands behind one address.
ASKS = Rule("login-popup", amount=1200, seconds=60)


def told(step: Step) -> Response:
    """Answer the site: by a redirect, by a form, or from this window to the page that opened it."""
    speak_for(step.site)
    location = step.answer.location if step.answer else ""
    if not is_popup(step.asked, step.site):
        return _posted(step, location) if step.asked.posted else see_other(location)
    answer = answer_of(location)
    Answers(services().cache, services().vault).keep(step.asked, answer)
    address = step.asked.get("redirect_uri")
    said = {**about_site(step.site, address), "origin": origin_of(address), "answer": json.dumps(answer)}
    return login_page("popup", words().text("back_to", site=step.site.name), **said)


def _posted(step: Step, location: str) -> Response:
    """Have the browser send the answer to the site as a form (OAuth 2.0 Form Post Response Mode §2)."""
    address = step.asked.get("redirect_uri")
    fields = answer_of(location)
    heading = words().text("back_to", site=step.site.name)
    about = about_site(step.site, address)
    return login_page("form_post", heading, leads_to=origin_of(address), address=address, fields=fields, **about)


def way_back(text: str) -> str:
    """Return where the link back to the site leads: to an answer that says that nobody logged in."""
    from urllib.parse import urlencode

    from login.authorize import refused

    step = refused(logins(), read_text(text))
    if is_popup(step.asked, step.site) or step.asked.posted:
        return f"/oauth/popup?{urlencode({'request': step.asked.text})}"
    return step.answer.location if step.answer else ""


@blueprint.get("/oauth/popup")
def leave() -> Response:
    """Tell the site that nobody logged in: where the link back leads that no plain link can be."""
    from login.authorize import refused

    count_look()
    return told(refused(logins(), read_text(request.args.get("request", ""))))


@blueprint.post("/oauth/popup")
def ask() -> Response:
    """Give a page the answer to its request, once; 204 while there is none.

    It proves that it made the request by the verifier, of which the request held the hash (RFC 7636 §4.2). No cookie
    is read, and only pages of the site's own origins get the answer; for others it waits on (Fetch §3.2).
    """
    services().limits.hit(ASKS, client_address())
    fields = {name: request.form.get(name, "")[:300] for name in ("client_id", "state", "verifier")}
    site, origin = services().sites.by_client_id(fields["client_id"]), request.headers.get("Origin", "")
    own = site is not None and (not origin or may_ask(site, origin))
    answer = Answers(services().cache, services().vault).take(**fields) if own else None
    response = jsonify(answer) if answer else Response(status=204)
    response.vary.add("Origin")
    if origin and own:
        response.headers["Access-Control-Allow-Origin"] = origin
    return dress(response, "api")
