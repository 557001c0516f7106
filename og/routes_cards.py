"""`/og/…` and `/api/v1/images`: preview pictures, signed, drawn and sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, jsonify, request

from core.addresses import web_address
from core.errors import Invalid, NotAllowed, NotFound
from core.limits import Rule
from core.web import client_address, dress, json_body, services, share_with
from og.card import FORMATS, MEDIA_TYPES, read
from og.card_service.form import clamped, from_query
from og.card_service.page import allowed, card_of
from og.routes_previews import Caller, caller

if TYPE_CHECKING:
    from og.card import Card
    from og.cards import Cards, Drawn

blueprint = Blueprint("cards", __name__)
# A card's JSON: two texts of 2,000 characters and four addresses of 4,000, in JSON's escapes.
LARGEST = 128 * 1024
# Signing costs little; what is signed may be drawn for good. A person's pace, for who has no API key.
SIGNED = Rule("image-address", amount=60, seconds=3600)
SIGNED_SITE = Rule("image-site", amount=600, seconds=3600)
# A drawing takes some hundredths of a second of a processor. What is kept already is not counted.
UNSIGNED = Rule("card-address", amount=60, seconds=60)
PAGES = Rule("page-card-address", amount=60, seconds=60)
# Seconds that an unsigned picture, and the card of a page, is kept here. Elsewhere an unsigned one, and one that came
# with a warning, may be kept for as long.
DAY = 86400.0
DAILY = "public, max-age=86400, stale-while-revalidate=604800"
PAGE = "public, max-age=3600, stale-while-revalidate=86400, stale-if-error=604800"
# What is being made anew, or lacks a picture, is asked for again soon.
SOON = "public, max-age=60, stale-while-revalidate=86400"
# Characters of warnings that go into a header: proxies take 8 KB for all of them.
_TOLD = 1000


@blueprint.post("/api/v1/images")
def sign() -> Response:
    """Sign a card, and say what picture will be at its address."""
    who = caller()
    cards = _cards()
    card, warnings = read(json_body(LARGEST), cards.layouts)
    warnings = (*warnings, *_unreachable(card))
    _before(who, card)
    signed = cards.sign(card, store=who.trusted)
    answer: dict[str, Any] = {
        "url": services().settings.base_url + signed.path,
        "width": signed.width,
        "height": signed.height,
        "type": signed.type,
        "alt": signed.alt,
    }
    if warnings:
        answer["warnings"] = list(warnings)
    return dress(share_with(jsonify(answer), who.site), "api")


def _unreachable(card: Card) -> list[str]:
    """Return a warning for each picture that is no address of the web, such as a path: it will not be drawn."""
    other = (name for name, at in card.pictures.items() if not at.lower().startswith(("http://", "https://")))
    return [f"{name}: a picture is the address of one, with http or https. It will be left out." for name in other]


def _before(who: Caller, card: Card) -> None:
    """Count a caller without an API key, and each picture it would have us fetch; raise TooMany when it is enough."""
    if who.trusted:
        return
    who.limits.hit(SIGNED, who.address)
    if who.site:
        who.limits.hit(SIGNED_SITE, who.site.key)
    for url in card.pictures.values():
        who.before(url)


@blueprint.get("/og/<layout>/<payload>.<signature>.<ending>")
def signed(layout: str, payload: str, signature: str, ending: str) -> Response:
    """Answer with the picture of an address that we signed."""
    cards = _cards()
    asked = cards.read(layout, payload, signature, _format(ending))
    name = cards.name(asked)
    if request.if_none_match.contains(name):
        return _unchanged(name)
    drawn = cards.picture(asked)
    return _sent(drawn, layout, "" if drawn.lasting else DAILY if drawn.whole else SOON)


@blueprint.get("/og/<layout>.<ending>")
def unsigned(layout: str, ending: str) -> Response:
    """Answer with a picture that nobody signed, of a layout that the operator made public."""
    cards, built = _cards(), services()
    ending = _format(ending)
    if layout not in cards.layouts:
        raise NotFound("There is no such layout.", code="unknown_layout")
    if layout not in built.settings.public_layouts:
        raise NotAllowed("Pictures in this layout need a signed address.", code="layout_not_public")
    data, left_out = clamped(from_query(request.args.items()))
    card, warnings = read({**data, "layout": layout, "format": ending}, cards.layouts)
    drawn = cards.drawn(card, kept=DAY, before=lambda: built.limits.hit(UNSIGNED, client_address()))
    return _sent(drawn, layout, DAILY, (*left_out, *warnings))


@blueprint.get("/og/page.<ending>")
def of_page(ending: str) -> Response:
    """Answer with the card of a page of a registered site, read from the page itself."""
    cards, built = _cards(), services()
    ending = _format(ending)
    if not request.args.get("url"):
        raise Invalid("Say which page, as url=https://…", field="url")
    url = web_address(request.args["url"])
    allowed(url, built.sites.all(), development=not built.settings.production)

    def before() -> None:
        built.limits.hit(PAGES, client_address())

    page = built.previews.fetch(url, before)
    data = card_of(page.value, built.settings.base_url, request.args.get("layout", ""))
    card, warnings = read({**data, "size": request.args.get("size"), "format": ending}, cards.layouts)
    drawn = cards.drawn(card, kept=DAY, before=before)
    return _sent(drawn, "page", SOON if page.stale or not drawn.whole else PAGE, warnings)


def _cards() -> Cards:
    found: Cards = services().cards
    return found


def _format(ending: str) -> str:
    if ending not in FORMATS:
        raise NotFound(f"Pictures are sent as {', '.join(FORMATS)}.", code="unknown_format")
    return ending


def _sent(drawn: Drawn, layout: str, lifetime: str, warnings: tuple[str, ...] = ()) -> Response:
    """Answer with a picture; without a lifetime it is the same for good."""
    response = Response(drawn.data, mimetype=drawn.type)
    response.set_etag(drawn.name)
    if lifetime:
        response.headers["Cache-Control"] = lifetime
    told = (*warnings, *drawn.warnings)
    if told:
        response.headers["X-Handbill-Warnings"] = _header(told)
    ending = next((ending for ending, kind in MEDIA_TYPES.items() if kind == drawn.type), "png")
    response.headers["Content-Disposition"] = f'inline; filename="{layout}.{ending}"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.make_conditional(request)
    return dress(response, "immutable")


def _unchanged(name: str) -> Response:
    """Say that what the caller has is still the picture, without drawing it (RFC 9110 §15.4.5)."""
    response = Response(status=304)
    response.set_etag(name)
    return dress(response, "immutable")


def _header(warnings: tuple[str, ...]) -> str:
    """Return sentences as a header takes them: ASCII, one line (RFC 9110 §5.5)."""
    text = " ".join(" ".join(warnings).split())
    return text.encode("ascii", "backslashreplace").decode("ascii")[:_TOLD]
