"""`POST /api/v1/clicks`: the beacon of a share button, only for sites whose owner turned counting on."""

from __future__ import annotations

from flask import Blueprint, Response, request

from core.errors import Invalid, NotAllowed
from core.limits import Rule
from core.web import asking_site, client_address, dress, json_body, services, share_with

blueprint = Blueprint("clicks", __name__)
# Far more than a person clicks, far less than a script needs to make a page look loved.
RULE = Rule("clicks", amount=30, seconds=60)
# A site key, a network and an address of 2,048 characters, all escaped.
LARGEST_BODY = 16 * 1024


@blueprint.post("/api/v1/clicks")
def add() -> Response:
    """Count one click. Nothing about the visitor is kept; Sec-GPC (Global Privacy Control) is respected."""
    body = json_body(LARGEST_BODY)
    site = asking_site(str(body.get("site", "")))
    if site is None:
        raise Invalid("Name the site by its key.", field="site")
    if not request.headers.get("Origin"):
        raise NotAllowed("Clicks are counted for pages of the site only.", code="origin_not_allowed")
    key = str(body.get("network", ""))
    if key not in services().networks:
        raise Invalid(f"There is no network {key[:40]!r}.", code="unknown_network", field="network")
    if site.options.clicks and request.headers.get("Sec-GPC") != "1":
        from widgets.clicks import Clicks  # at first use: it brings the database

        services().limits.hit(RULE, client_address())
        Clicks(services().database).add(site, key, str(body.get("url", "")))
    return share_with(dress(Response(status=204), "api"), site)
