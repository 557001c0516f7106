"""`/oembed`: what to put where the address of a page, a picture or a widget stands, for programs that ask so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, jsonify, make_response, request

from core.addresses import origin_of, web_address
from core.errors import Invalid, NotAllowed, NotFound, Problem, Unauthorized, Unsupported
from core.limits import Rule
from core.web import asking_site, client_address, dress, services, share_with
from embed import oembed
from embed.oembed import Bounds, Json, Thumbnail
from embed.own_pages import preview_of
from embed.routes_reader import post_at
from og.routes_previews import PER_SITE, Caller, caller
from og.routes_tags import is_page_of

if TYPE_CHECKING:
    from og.card import Card

blueprint = Blueprint("oembed", __name__)
FORMATS = ("json", "xml")
# A program that shows links asks once for each and keeps the answer; what is in the cache is not counted.
PER_ADDRESS = Rule("oembed-address", amount=60, seconds=3600)
# The same answer for everybody, or for whoever has the key.
KEPT = f"public, max-age={oembed.GOOD}, stale-while-revalidate=86400"
KEPT_POST = f"public, max-age={oembed.GOOD}"
# Pictures made smaller for somebody anonymous end within ten minutes.
SOON = f"public, max-age={oembed.SOON}"
PRIVATE = "private, max-age=60"


@blueprint.get("/oembed")
def answer() -> Response:
    """Answer about an address, as JSON or XML."""
    form = request.args.get("format", "json").lower() or "json"
    if form not in FORMATS:
        raise Unsupported(f"Answers are given as {' or '.join(FORMATS)}.", code="unsupported_format", field="format")
    if not request.args.get("url"):
        raise Invalid("Say which address, as url=https://…", field="url")
    url = web_address(request.args["url"])
    room = oembed.bounds(request.args)
    own = origin_of(url) == services().settings.base_url
    found, lifetime, who = (_own(url, room), KEPT, None) if own else _page(url, room)
    response = jsonify(found) if form == "json" else _as_xml(found)
    response.headers["Cache-Control"] = lifetime
    return dress(share_with(response, who.site if who else None), "api")


def _as_xml(found: Json) -> Response:
    response = make_response(oembed.as_xml(found))
    response.headers["Content-Type"] = "text/xml; charset=utf-8"
    return response


# --- pages ---


def _page(url: str, room: Bounds) -> tuple[Json, str, Caller]:
    who, before = _asker(url)
    found = _post(url, room, who, before)
    if found is not None:
        soon = found["cache_age"] == oembed.SOON
        return found, PRIVATE if who.trusted else SOON if soon else KEPT_POST, who
    preview: Mapping[str, Any] = services().previews.fetch(url, before).value
    if preview.get("blocked") == "login_wall":
        raise Unauthorized("That page is for people who have logged in.", code="private_page", field="url")
    if preview.get("blocked"):
        raise NotFound(f"That page has nothing to show: {preview['blocked']}.", code="page_blocked", field="url")
    found = oembed.of_page(preview, url, room, _frame(who), lambda *given: _smaller(who, *given))
    resized = found.get("thumbnail_url") not in (None, (preview.get("image") or {}).get("url"))
    if resized and who.site is None:
        found["cache_age"] = oembed.SOON
    return found, PRIVATE if who.trusted else SOON if resized and who.site is None else KEPT, who


def _post(url: str, room: Bounds, who: Caller, before: Callable[[], None]) -> Json | None:
    """Return the answer about a network's post; None where the address is none's, or it is shown as any page."""
    from widgets.card_posts import height
    from widgets.feed_posts import item

    seen, built = post_at(url, "", who, None, before), services()
    if seen is not None and seen.shown is None:
        raise NotFound("That post is no longer there.", code="page_blocked", field="url")
    post = item(seen.shown, built.catalog.words("en")) if seen and seen.shown else None
    if seen is None or post is None:
        return None
    policy, high = built.networks[seen.network].policy, height({**post, "look": ""}, room.width or oembed.WIDTH)
    found = oembed.of_post(post, room, _frame(who), url, high, data=policy.json)
    thumbnail = _still(who, seen.still, room, policy.hold) if seen.still else None
    if thumbnail is None:
        return found
    return found | thumbnail.said() | ({} if who.site else {"cache_age": oembed.SOON})


def _still(who: Caller, url: str, room: Bounds, hold: timedelta | None) -> Thumbnail | None:
    """Return a post's picture from our proxy; None where it cannot be had."""
    try:
        seen = services().media.describe(url, hold)
    except Problem:
        return None
    return _smaller(who, url, seen.width, seen.height, room.within(oembed.THUMBNAIL), hold)


def _asker(url: str) -> tuple[Caller, Callable[[], None]]:
    """Return who asks, and what counts it.

    A site that names our answer in its pages (rel=alternate, ``site=``) wants any program to have it: for pages on
    its own hosts its key is enough, within the site's budget. Else the rules are those of the preview.
    """
    named = request.headers.get("Authorization") or request.headers.get("Origin")
    site = None if named else asking_site(request.args.get("site", ""))
    if site is None or not is_page_of(site, url):
        who = caller()
        return who, lambda: who.before(url)
    limits, address = services().limits, client_address()

    def before() -> None:
        limits.hit(PER_ADDRESS, address)
        limits.hit(PER_SITE, site.key)

    return Caller(site, trusted=False, address=address, limits=limits), before


def _frame(who: Caller) -> str:
    """Return the address of the card's frame that will show it where the answer is put; empty where none would.

    A frame for a site is shown on that site's pages only; one for nobody in particular wherever anybody may ask.
    """
    built = services()
    frame = f"{built.settings.base_url}/widgets/card/frame"
    if built.settings.preview_anonymous:
        return frame
    on_its_pages = who.site and (who.trusted or request.headers.get("Origin"))
    return f"{frame}?{urlencode({'site': who.site.key})}" if who.site and on_its_pages else ""


def _smaller(
    who: Caller, url: str, width: int, height: int, room: Bounds, hold: timedelta | None = None
) -> Thumbnail | None:
    """Return a page's picture from our proxy, as large as there is room for."""
    from og.media_service.address import WIDTHS, anonymous_until
    from og.pictures.pixels import fitted

    built = services()
    expires = None if who.site else anonymous_until(datetime.now(UTC))
    for most in reversed(WIDTHS):
        size = fitted(width, height, most)
        if room.hold(*size):
            try:
                return Thumbnail(
                    built.settings.base_url + built.media.address(url, most, expires=expires, hold=hold), *size
                )
            except Problem:
                return None  # an address that nobody would fetch
    return None


# --- what is ours ---

Source = Callable[[str, Bounds], Json | None]


def _own(url: str, room: Bounds) -> Json:
    for source in SOURCES:
        found = source(url, room)
        if found is not None:
            return found
    raise NotFound("There is nothing to embed at this address.", code="not_found", field="url")


def _picture(url: str, room: Bounds) -> Json | None:
    """A card's picture, drawn smaller where there is less room."""
    match = oembed.PICTURE.fullmatch(urlsplit(url).path)
    if match is None:
        return None
    cards, base_url = services().cards, services().settings.base_url
    try:
        card: Card = cards.card(cards.read(*match.groups()))
    except NotAllowed as exc:
        raise NotFound("There is no such picture.", field="url") from exc
    width, height = room.scaled(card.width, card.height)
    address = url
    if (width, height) != (card.width, card.height):
        signed = _drawn_smaller(card, width, height)
        address, width, height = base_url + signed.path, signed.width, signed.height
    return oembed.of_picture(Thumbnail(address, width, height), _alt(card), base_url)


def _drawn_smaller(card: Card, width: int, height: int) -> Any:
    from og.card import SHORTEST

    if min(width, height) < SHORTEST:
        raise NotFound("There is not room enough for this picture.", code="no_room", field="maxwidth")
    try:
        return services().cards.sign(replace(card, width=width, height=height, max_bytes=0), store=False)
    except NotAllowed as exc:
        raise NotFound("This picture can be had in its own size only.", code="no_room", field="maxwidth") from exc


def _alt(card: Card) -> str:
    from og.card import alt

    return alt(card)


def _widget(url: str, room: Bounds) -> Json | None:
    """A widget's frame."""
    key = oembed.frame_key(urlsplit(url).path)
    widget = services().widgets.get(key) if key else None
    return oembed.of_frame(url, key, widget.summary, room, services().settings.base_url) if widget else None


def _own_page(url: str, room: Bounds) -> Json | None:
    """A page of ours."""
    base_url = services().settings.base_url
    try:
        preview = preview_of(urlsplit(url).path, base_url)
    except Problem:
        return None
    return oembed.of_page(preview, url, room, f"{base_url}/widgets/card/frame", lambda *_: None)


SOURCES: tuple[Source, ...] = (_picture, _widget, _own_page)
