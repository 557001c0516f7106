"""`/oauth/end_session`: logging out, at the word of a site or from our own pages."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, Response, request

from core.addresses import origin_of
from login.routes import (
    about_site,
    check_form,
    drop_session,
    guarded,
    login_page,
    logins,
    see_other,
    session,
    speak_for,
    words,
)

blueprint = guarded(Blueprint("logout", __name__))


@blueprint.get("/oauth/end_session")
def end_session() -> Response:
    """Log out at once where the site proves whom it means; else ask (RP-Initiated Logout 1.0 §2)."""
    from login.logout import FIELDS, asked, end

    values = {name: request.args[name] for name in FIELDS if request.args.get(name)}
    current = session()
    wanted = asked(logins(), values, current)
    if current is not None and not wanted.sure:
        return _question(values, current.token, wanted.to)
    if current is not None:
        end(logins(), current.id)
    return drop_session(see_other(wanted.to) if wanted.to and wanted.sure else _done(wanted.to))


@blueprint.post("/oauth/end_session")
def end_session_by_form() -> Response:
    """Take the answer of our own page; what a site's form says goes on as an address, which brings our cookies."""
    from login.logout import FIELDS, asked, end

    values = {name: request.form[name] for name in FIELDS if request.form.get(name)}
    if "token" not in request.form:
        return see_other(f"/oauth/end_session?{urlencode(values)}")
    current = session()
    wanted = asked(logins(), values, current)
    if current is not None:
        check_form("logout", current.token, *sorted(values.values()))
        end(logins(), current.id)
    return drop_session(see_other(wanted.to) if wanted.to else _done(""))


def _question(values: dict[str, str], secret: str, to: str) -> Response:
    from login.logout import asked

    site = asked(logins(), values, None).site
    speak_for(site)
    said = words()
    fields = {**values, "token": logins().marks.make("logout", secret, *sorted(values.values()))}
    about = about_site(site, to) if to else {}
    leads_to = origin_of(to) if to else ""
    return login_page(
        "logout", said.text("logout_title"), lead=said.text("logout_text"), fields=fields, leads_to=leads_to, **about
    )


def _done(back: str) -> Response:
    said = words()
    return login_page("logout", said.text("logged_out"), lead=said.text("logged_out_text"), fields={}, back=back)
