"""`/api/v1/check`: what is wrong with a page's tags, and how the page looks on each platform, for programs."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from core.addresses import web_address
from core.errors import Invalid, TooMany
from core.limits import Rule
from core.web import dress, json_body, services, share_with
from og.routes_previews import Caller, caller

blueprint = Blueprint("check", __name__)
# A check takes a second of a processor at the worst: a person's pace, not a crawler's.
PER_ADDRESS = Rule("check-address", amount=30, seconds=60)
# A page as it was sent, in JSON's escapes.
LARGEST = 6 * 1024 * 1024


@blueprint.get("/api/v1/check")
def of_address() -> Response:
    """Check the page at an address."""
    from og.checker.run import check_address  # BeautifulSoup's rules and all: not for every start

    who = caller()
    url = request.args.get("url", "")
    if not url:
        raise Invalid("Say which page, as url=https://…", field="url")
    built = services()
    report = check_address(web_address(url), built.http, built.upstreams, lambda: _before(who, url))
    return _answer(report.as_json(), who)


@blueprint.post("/api/v1/check")
def of_html() -> Response:
    """Check a page that is sent: ``html``, and ``url``, where it stands or will stand."""
    from og.checker.run import check_html  # BeautifulSoup's rules and all: not for every start

    who = caller()
    body = json_body(LARGEST)
    html, url = body.get("html"), body.get("url")
    if not isinstance(html, str) or not html.strip():
        raise Invalid("Send the page's HTML.", field="html")
    if not isinstance(url, str) or not url:
        raise Invalid("Say where the page stands, as url: https://…", field="url")
    address = web_address(url)
    if not who.trusted:
        who.limits.hit(PER_ADDRESS, who.address)
    built = services()
    http = built.http if may_look(who, address) else None
    report = check_html(html.encode("utf-8", "replace"), address, http=http, upstreams=built.upstreams)
    return _answer(report.as_json(), who)


def may_look(who: Caller, url: str) -> bool:
    """Return whether the caller may have other servers asked: beyond the budget a page is checked without that."""
    try:
        who.before(url)
    except TooMany:
        return False
    return True


def _before(who: Caller, url: str) -> None:
    if not who.trusted:
        who.limits.hit(PER_ADDRESS, who.address)
    who.before(url)


def _answer(report: dict[str, Any], who: Caller) -> Response:
    return dress(share_with(jsonify(report), who.site), "api")
