"""`/check`: the checker as a page. Plain forms; what a script adds is only comfort."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, Response, request

from core.addresses import web_address
from core.errors import Invalid, NotAllowed, Problem
from core.web import client_address, page, services
from networks.icons import icon
from og.routes_check import PER_ADDRESS, may_look
from og.routes_previews import Caller

blueprint = Blueprint("check_page", __name__)
# How long the pictures of a report can be had: a person looks at it, nobody embeds it.
PICTURES = timedelta(minutes=10)
# Characters of a pasted page that stand in the form again beside its report, to be corrected and sent anew.
ECHOED = 100_000


@blueprint.get("/check")
def of_address() -> Response:
    """Show the form, or the report of the page at an address."""
    url = request.args.get("url", "").strip()
    return _shown({"url": url}, _address_report) if url else page("check.html", asked={}, rule_count=_rules())


@blueprint.post("/check")
def of_html() -> Response:
    """Show the report of a page that was pasted."""
    return _shown({name: request.form.get(name, "") for name in ("html", "url")}, _html_report)


def _rules() -> int:
    from og.checker.rules import rules

    return len(rules())


def _shown(asked: dict[str, str], report: Any) -> Response:
    from og.checker.page import page_data

    try:
        data = page_data(report(asked), _picture, _icons())
    except Problem as problem:
        return page("check.html", problem.status, asked=asked, problem=problem, rule_count=_rules())
    if len(asked.get("html", "")) > ECHOED:
        asked = {"url": asked["url"]}
    return page("check.html", asked=asked, report=data, rule_count=_rules())


def _address_report(asked: dict[str, str]) -> Any:
    from og.checker.run import check_address

    built = services()
    if not built.settings.preview_anonymous:
        raise NotAllowed(
            "This server reads no addresses for visitors. Paste the page's HTML below, or ask with an API key.",
            code="no_credential",
            field="url",
        )
    url = web_address(asked["url"] if "://" in asked["url"] else f"https://{asked['url']}")
    who = Caller(None, trusted=False, address=client_address(), limits=built.limits)
    who.limits.hit(PER_ADDRESS, who.address)
    return check_address(url, built.http, built.upstreams, lambda: who.before(url))


def _html_report(asked: dict[str, str]) -> Any:
    from og.checker.run import check_html

    built = services()
    who = Caller(None, trusted=False, address=client_address(), limits=built.limits)
    who.limits.hit(PER_ADDRESS, who.address)
    if not asked["html"].strip():
        raise Invalid("Paste the page's HTML.", field="html")
    url = web_address(asked["url"]) if asked["url"].strip() else ""
    http = built.http if built.settings.preview_anonymous and url and may_look(who, url) else None
    return check_html(asked["html"].encode("utf-8", "replace"), url, http=http, upstreams=built.upstreams)


def _picture(url: str, width: int) -> str:
    address: str = services().media.address(url, width, expires=datetime.now(UTC) + PICTURES)
    return address


def _icons() -> dict[str, str]:
    return {key: icon(network) for key, network in services().networks.items()}
