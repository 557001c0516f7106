"""`/cards`: the playground of preview pictures. A plain form; scripts only show the picture while one types.

It draws for whoever looks at the page, so it is bounded: the page carries a token that is good for some hours, each
address may have so many pictures drawn in a minute, and drawings wait for a place like all others. Nothing is kept.
Lasting addresses are given only where anybody may ask for previews (`HANDBILL_PREVIEW_ANONYMOUS`); elsewhere the page
shows the command that gets one with an API key.
"""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, render_template, request

from core.errors import Invalid, NotAllowed, Problem
from core.limits import Rule
from core.web import client_address, dress, page, services
from embed import cards_page as playground
from og.card import MEDIA_TYPES, PICTURES, Card, alt, read

blueprint = Blueprint("cards_page", __name__)
# Pictures of a megapixel an address may have drawn: somebody who types without a pause asks for four in a second.
DRAWN = Rule("cards-page", amount=300, seconds=60)
MEGAPIXEL = 1_000_000
# For how many hours a page that is open goes on drawing.
HOURS = 12
_PURPOSE = "cards-page"
# The picture of a layout in the list of layouts, pixels.
SMALL = (600, 315)


@blueprint.get("/cards")
def cards() -> Response:
    """Show the form, the picture, and the code to take."""
    values = _values()
    if request.args.get("fragment"):
        return dress(current_app.make_response(render_template("_cards_live.html", **values)), "page")
    return page("cards.html", **values)


@blueprint.get("/cards/picture")
def picture() -> Response:
    """Draw what the form says, for the page alone."""
    elsewhere = request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin"
    if elsewhere or not _fits(request.args.get("token", "")):
        raise NotAllowed("This picture is drawn for the page /cards only: open it anew.", code="page_ended")
    card, _ = _card(playground.asked(request.args.to_dict(), services().cards.layouts))
    for _ in range(1 + card.width * card.height // MEGAPIXEL):
        services().limits.hit(DRAWN, client_address())
    begun = time.perf_counter()
    drawn = services().cards.draw(card)
    response = Response(drawn.data, mimetype=drawn.type)
    response.headers["Cache-Control"] = "private, max-age=300"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Server-Timing"] = f"draw;dur={1000 * (time.perf_counter() - begun):.0f}"
    return dress(response, "api")


def _values() -> dict[str, Any]:
    """Return what the page is made of, and each fragment of it."""
    layouts = services().cards.layouts
    found = playground.asked(request.args.to_dict(), layouts)
    wrong: dict[str, str] = {}
    card: Card | None = None
    warnings: tuple[str, ...] = ()
    try:
        card, warnings = _card(found)
    except Invalid as problem:
        wrong = {problem.field or "layout": problem.message}
    return {
        "asked": found,
        "layouts": layouts,
        "samples": playground.samples(layouts),
        "small": {key: _small(layout) for key, layout in layouts.items()},
        "groups": playground.groups(found, layouts, wrong),
        "pictures_allowed": services().settings.preview_anonymous,
        "wrong": wrong,
        "warnings": warnings,
        "card": card,
        "alt": alt(card) if card else "",
        "media_type": MEDIA_TYPES[card.format] if card else "",
        "token": _token(),
        "source": "/cards/picture?" + urlencode({**found.values, "layout": found.layout, "token": _token()}),
        **_taken(card),
    }


def _card(found: playground.Asked) -> tuple[Card, tuple[str, ...]]:
    """Return the card; pictures of others only where anybody may have us fetch them. Raises Invalid."""
    layouts = services().cards.layouts
    data = found.card(layouts[found.layout].fields)
    left_out: tuple[str, ...] = ()
    if not services().settings.preview_anonymous:
        named = [name for name in PICTURES if data.pop(name, None)]
        left_out = tuple(f"{name}: this server fetches pictures for API keys only." for name in named)
    card, warnings = read(data, layouts)
    return card, (*warnings, *left_out)


def _taken(card: Card | None) -> dict[str, str]:
    """Return the code to take: the address and its tags where they may be given, and the command for an API key."""
    if card is None:
        return {"address": "", "tags": "", "curl": "", "refused": ""}
    built = services()
    taken = {"address": "", "tags": "", "curl": playground.curl(card, built.settings.base_url), "refused": ""}
    if not built.settings.preview_anonymous:
        return {**taken, "refused": "This server gives lasting addresses to API keys only. Send this with yours."}
    try:
        signed = built.cards.sign(card, store=False)
    except Problem as problem:
        return {**taken, "refused": problem.message}
    address = built.settings.base_url + signed.path
    return {**taken, "address": address, "tags": _tags(card, signed, address)}


def _tags(card: Card, signed: Any, address: str) -> str:
    from og.tagging.fields import read as read_fields
    from og.tags import tags_for

    image = {"url": address, "width": signed.width, "height": signed.height, "type": signed.type, "alt": signed.alt}
    fields = {
        "title": card.title,
        "description": card.description,
        "site_name": card.site,
        "author": card.author,
        "lang": card.lang,
        "image": image,
    }
    found, _ = read_fields({name: value for name, value in fields.items() if value})
    return tags_for(found).html


def _small(layout: Any) -> str:
    """Return the address of a layout's own sample, for the list of layouts; "" for one that cannot be drawn."""
    shown = {name: value for name, value in layout.sample.items() if name not in PICTURES}
    width, height = SMALL
    data = {**shown, "layout": layout.key, "format": "webp", "width": width, "height": height}
    built = services().cards
    try:
        path: str = built.sign(read(data, built.layouts)[0], store=False).path
    except Problem:
        return ""  # an operator's layout with an odd sample
    return path


def _token() -> str:
    hour = int(time.time()) // 3600
    return f"{hour}.{services().vault.sign(_PURPOSE, str(hour).encode())}"


def _fits(token: str) -> bool:
    """Return whether a token is one of ours and not too old."""
    hour, _, signature = token.partition(".")
    if not (hour.isascii() and hour.isdigit() and len(hour) < 9):
        return False
    age = int(time.time()) // 3600 - int(hour)
    return 0 <= age <= HOURS and services().vault.verify(_PURPOSE, hour.encode(), signature)
