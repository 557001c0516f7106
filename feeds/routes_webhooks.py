"""`/webhooks/<network>[/<subscription-id>]` and `/webmention`: what others tell us."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify, make_response, request
from werkzeug.exceptions import RequestEntityTooLarge

from core.errors import Gone, NotAllowed, NotFound, TooLarge
from core.limits import Rule
from core.web import client_address, dress, services
from networks.webhooks import Delivery, Echo

if TYPE_CHECKING:
    from feeds.webhooks import Webhooks

blueprint = Blueprint("webhooks", __name__)
# Meta batches up to a thousand changes and stays far below; GitHub may send 25 MB, of pushes that hold thousands of
# commits (https://docs.github.com/en/webhooks/webhook-events-and-payloads#payload-cap), which no feed needs.
LARGEST = 1_000_000
# Two addresses of 2,048 characters, each of them written as %xx.
LARGEST_FORM = 16 * 1024
# What is refused is counted by address: neither an id nor a signature is to be guessed, and a flood is cut short.
REFUSED = Rule("webhook-refused", amount=60, seconds=60)


@blueprint.get("/webhooks/<network>")
@blueprint.get("/webhooks/<network>/<subscription_id>")
def greeted(network: str, subscription_id: str = "") -> Response:
    """Answer a network or hub that asks whether this address is ours."""
    query = request.args.to_dict()
    try:
        return _said(_webhooks().greet(network, subscription_id, query))
    except (NotFound, NotAllowed, Gone):
        services().limits.hit(REFUSED, client_address())
        raise


@blueprint.post("/webhooks/<network>")
@blueprint.post("/webhooks/<network>/<subscription_id>")
def delivered(network: str, subscription_id: str = "") -> Response:
    """Take a delivery: its bytes first, then whose they are, and only a job looks into them."""
    delivery = Delivery(raw_body(LARGEST), {name.lower(): value for name, value in request.headers})
    try:
        return _said(_webhooks().take(network, subscription_id, delivery))
    except (NotFound, NotAllowed, Gone):
        services().limits.hit(REFUSED, client_address())
        raise


@blueprint.post("/webmention")
def mentioned() -> Response:
    """Take the word that a page mentions one of a site's (https://www.w3.org/TR/webmention/#receiving-webmentions)."""
    from feeds.mentions import Mentions

    request.max_content_length = LARGEST_FORM
    told = Mentions(services()).receive(
        request.form.get("source", ""), request.form.get("target", ""), client_address()
    )
    response = jsonify({"source": told.source, "target": told.target, "state": told.state})
    response.status_code = 202
    return dress(response, "api")


def raw_body(largest: int) -> bytes:
    """Return the request's body as it came; raise TooLarge beyond so many bytes, without reading on."""
    problem = TooLarge(f"A delivery has {largest} bytes at the most.")
    request.max_content_length = largest + 1
    try:
        body = request.get_data(cache=True)
    except RequestEntityTooLarge as exc:
        raise problem from exc
    if len(body) > largest:  # of one that comes in chunks some servers just end the stream there
        raise problem
    return body


def _webhooks() -> Webhooks:
    from feeds.webhooks import Webhooks

    return Webhooks(services())


def _said(echo: Echo | None) -> Response:
    """Return the words that are waited for, or none; never as a page: they are a stranger's."""
    response = make_response(echo.text if echo else "", 200)
    response.content_type = f"{echo.type}; charset=utf-8" if echo else "text/plain; charset=utf-8"
    return dress(response, "api")
