"""`/api/v1/tags`: the tags of a page, written from fields, from the page itself, or merged into it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

from flask import Blueprint, Response, jsonify

from core.addresses import web_address
from core.errors import Invalid, NotAllowed, NotFound, TooLarge
from core.limits import Rule
from core.web import dress, json_body, services, share_with
from og.card_service.page import allowed
from og.routes_previews import Caller, caller, previews

if TYPE_CHECKING:
    from core.sites import Site
    from og.tagging.page import Made, Prefer, Signed, Wish

blueprint = Blueprint("tags", __name__)
# Reading, merging and checking a page takes some tenths of a second of a processor: a person's pace, not a crawler's.
PER_ADDRESS = Rule("tags-address", amount=30, seconds=60)
# A page as it was sent, in JSON's escapes.
LARGEST = 6 * 1024 * 1024


@blueprint.post("/api/v1/tags")
def write() -> Response:
    """Answer with the tags of a page: ``fields``, or ``url``, or ``html`` and ``url``; perhaps with ``card``."""
    from og.tagging.page import make, merged  # at first use: the writer takes a while to load

    who = caller()
    body = json_body(LARGEST)
    if not who.trusted:
        who.limits.hit(PER_ADDRESS, who.address)
    html, url = _html(body), _address(body)
    wish = _wish(body, url, who)
    sign, base_url = _Signing(who, asked=wish.card not in (None, False)), services().settings.base_url
    if html:
        written, made = merged(html, url, wish, sign, base_url)
        return _answer(written, made, written, url, who, sign)
    made = make(wish, sign, base_url)
    return _answer(made.tags.html, made, made.tags.as_document(), url or made.tags.fields.canonical, who, sign)


def _html(body: Mapping[str, Any]) -> str:
    from og.checker.positions import MOST_BYTES  # the reader takes a while to load

    html = body.get("html")
    if html is None:
        return ""
    if not isinstance(html, str) or not html.strip():
        raise Invalid("html is the page's source.", field="html")
    if len(html.encode("utf-8", "replace")) > MOST_BYTES:
        raise TooLarge(f"A page is at most {MOST_BYTES:,} bytes.", field="html")
    return html


def _address(body: Mapping[str, Any]) -> str:
    url = body.get("url")
    if url is not None and not isinstance(url, str):
        raise Invalid("url is the page's address, https://…", field="url")
    if not url and body.get("html"):
        raise Invalid("Say where the page stands, as url: https://…", field="url")
    if not url and "fields" not in body:
        raise Invalid("Send fields, or url, or html and url.", field="fields")
    return web_address(url) if url else ""


def _wish(body: Mapping[str, Any], url: str, who: Caller) -> Wish:
    from og.tagging.page import Wish

    fields = {} if body.get("fields") is None else body["fields"]
    if not isinstance(fields, dict):
        raise Invalid("fields is an object with the keys of a preview.", field="fields")
    prefer = body.get("prefer", "fields")
    if prefer not in ("fields", "page"):
        raise Invalid("prefer is fields or page.", field="prefer")
    page = _read(url, fields, who) if url and not body.get("html") else {}
    base = page.get("url") or url
    said = fields.get("url") or base
    return Wish(
        fields,
        page,
        base,
        cast("Prefer", prefer),
        _card(body, fields),
        _oembed(said, who) if isinstance(said, str) else "",
    )


def _card(body: Mapping[str, Any], fields: Mapping[str, Any]) -> Mapping[str, Any] | bool | None:
    """Return the picture that is asked for, beside the fields or among them; there a text is twitter:card."""
    among = fields.get("card")
    card = body.get("card", None if isinstance(among, str) else among)
    if card is None or isinstance(card, Mapping | bool):
        return card
    raise Invalid("card is an object that says what to draw, or true or false.", field="card")


def _read(url: str, fields: Mapping[str, Any], who: Caller) -> Mapping[str, Any]:
    found: Mapping[str, Any] = previews().fetch(url, lambda: who.before(url)).value
    if found.get("blocked") and not fields.get("title"):
        raise NotFound(f"That page has nothing to show: {found['blocked']}.", code="page_blocked", field="url")
    return found


def _oembed(url: str, who: Caller) -> str:
    """Return where we answer about a page to anybody; empty where we would answer to nobody."""
    built = services()
    asked = f"{built.settings.base_url}/oembed?url={quote(url, safe='')}&format=json"
    if not url or built.settings.preview_anonymous:
        return asked if url else ""
    return f"{asked}&site={who.site.key}" if who.site and is_page_of(who.site, url) else ""


def is_page_of(site: Site, url: str) -> bool:
    """Tell whether an address is on a host of a site's own, or on one that it reads pages of."""
    try:
        return bool(allowed(url, (site,)))
    except NotAllowed:
        return False


class _Signing:
    """Gives the address of a card's picture; of one that nobody asked for it may be None."""

    def __init__(self, who: Caller, *, asked: bool) -> None:
        self.who = who
        self.asked = asked
        self.warnings: list[str] = []

    def __call__(self, data: Mapping[str, Any]) -> Signed | None:
        from og.card import read
        from og.routes_cards import SIGNED

        cards = services().cards
        card, warnings = read(data, cards.layouts)
        self.warnings += warnings
        if not self.who.trusted:
            self.who.limits.hit(SIGNED, self.who.address)
            for url in card.pictures.values():
                self.who.before(url)
        try:
            signed: Signed = cards.sign(card, store=self.who.trusted)
        except NotAllowed:
            if self.asked:
                raise
            return None  # too long for an address, and nothing is stored for whoever has no key
        return signed


def _answer(html: str, made: Made, document: str, url: str, who: Caller, sign: _Signing) -> Response:
    from og.tagging.page import findings

    image = made.tags.image
    answer: dict[str, Any] = {
        "html": html,
        "tags": [tag.as_json() for tag in made.tags.tags],
        "image": image.as_json() if image else None,
        "findings": [finding.as_json() for finding in findings(document, url)],
    }
    if hints := [*made.hints, *sign.warnings]:
        answer["hints"] = list(dict.fromkeys(hints))
    return dress(share_with(jsonify(answer), who.site), "api")
