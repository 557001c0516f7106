"""`/oauth/authorize`: where a site sends people to log in, and the page on which they choose a network or agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, Response, request

from core.addresses import origin_of
from login.problems import LoginFailed
from login.requests import DONE, AuthRequest, read, read_text
from login.routes import (
    about_site,
    browser,
    check_form,
    count_look,
    guarded,
    login_page,
    logins,
    see_other,
    session,
    speak_for,
    words,
)
from login.routes_popup import told, way_back
from login.ways import tells, ways

if TYPE_CHECKING:
    from core.sites import Site
    from login.authorize import Step

blueprint = guarded(Blueprint("authorize", __name__))


@blueprint.get("/oauth/authorize")
def authorize() -> Response:
    """Answer the site where somebody is logged in and has agreed; else show what is missing."""
    from login.authorize import step

    pairs = parse_qsl(request.query_string.decode("utf-8", "replace"), keep_blank_values=True)
    asked = read(pairs)
    mark = dict(pairs).get(DONE, "")
    count_look()
    return _shown(step(logins(), asked, session(), mark), mark)


@blueprint.post("/oauth/authorize")
def authorize_by_form() -> Response:
    """Take a request that was sent as a form (OpenID Connect Core §3.1.2.1), and go on as if it were an address.

    Coming from another site, a form brings no cookies of ours; the redirect does.
    """
    pairs = list(request.form.items(multi=True))
    return see_other(f"/oauth/authorize?{urlencode(read(pairs).pairs)}")


@blueprint.post("/oauth/authorize/answer")
def answer() -> Response:
    """Take what somebody said on the page that asks whether the site may know them."""
    from login.authorize import agreed, refused

    count_look()
    asked, current = read_text(request.form.get("request", "")), session()
    if current is None:
        raise LoginFailed("attempt_over")
    check_form("consent", current.token, asked.text)
    mark = request.form.get(DONE, "")
    if request.form.get("answer") == "deny":
        return _shown(refused(logins(), asked), mark)
    return _shown(agreed(logins(), asked, current, mark), mark)  # a plain client may send no button


def _shown(step: Step, mark: str) -> Response:
    speak_for(step.site)
    if step.answer is not None:
        return told(step)
    if step.page == "consent":
        return _consent(step, mark)
    if step.network:
        return see_other(f"/login/{step.network}?{urlencode({'request': step.asked.text})}")
    return _choice(step)


def _common(step: Step) -> dict[str, Any]:
    address = step.asked.get("redirect_uri")
    return {
        **about_site(step.site, address),
        "told": tells(words(), step.site, step.asked.scopes),
        "leads_to": origin_of(address),
        "back": way_back(step.asked.text),
    }


def _choice(step: Step) -> Response:
    said, asked = words(), step.asked
    fields = {"request": asked.text}
    offers = ways(logins(), said, step.site, fields, browser())
    heading = said.text("log_in_to", site=step.site.name)
    return login_page("choose", heading, ways=offers, known=_known(asked, step.site), **_common(step))


def _known(asked: AuthRequest, site: Site) -> dict[str, str]:
    """Return the button of the account that is logged in already, where the site only asks to choose."""
    from login.authorize import is_another

    current = session()
    if current is None or "login" in asked.prompts or asked.get("max_age") or asked.get("network"):
        return {}
    if is_another(logins(), asked, site, current):
        return {}
    account = logins().people.account(current.account_id)
    if account is None or not logins().accepts(site, account.profile):
        return {}
    label = words().text("continue_as", person=account.profile.name or account.profile.handle)
    return {"href": logins().onward(asked.text, current), "label": label}


def _consent(step: Step, mark: str) -> Response:
    said, current = words(), step.session
    account = logins().people.account(current.account_id) if current else None
    if current is None or account is None:
        raise LoginFailed("attempt_over")
    profile = account.profile
    network = logins().services.networks.get(profile.network)
    text = step.asked.text
    fields = {"request": text, "token": logins().marks.make("consent", current.token, text)}
    again = [(name, value) for name, value in step.asked.pairs if name not in ("prompt", "network")]
    return login_page(
        "consent",
        said.text("consent_title", site=step.site.name),
        who=said.text("logged_in_as", person=profile.name, network=network.name if network else profile.network),
        allow=said.text("continue"),
        fields=fields | ({DONE: mark} if mark else {}),
        other="/oauth/authorize?" + urlencode([*again, ("prompt", "login")]),
        **_common(step),
    )
