"""Bring together what a page says of itself and what a caller asks for, and make the tags of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, Protocol

from og.card_service.page import card_of
from og.checker.positions import Page
from og.preview import from_html
from og.reader.clean_text import clean, cut
from og.record import Image, OEmbed
from og.tagging.fields import LONGEST, USUAL, Fields, read
from og.tagging.merge import merge
from og.tagging.values import locale
from og.tags import Tags, og_type, tags_for

if TYPE_CHECKING:
    from og.check import Finding

Data = Mapping[str, Any]
Prefer = Literal["fields", "page"]
# What of a page's preview is no statement to repeat: why it could not be read, where from, what it shows on X (that
# depends on tags that no preview holds), and what search engines may do, which is the page's own affair.
_NOT_REPEATED = frozenset({"sources", "blocked", "card", "robots", "player"})
# A field that is asked for takes these of the page's with it.
_TOGETHER = {"image": "images", "images": "image", "favicon": "icons", "icons": "favicon", "url": "canonical"}
# Fields that the reader finds in a page's text by what its tags say of the page (og/reader/document.py, is_home).
_DEPENDENT = ("author", "published", "video", "audio")
# How often a page is read anew for that; of 601 pages none took more than two.
ROUNDS = 3
# Characters: more than any layout shows, and an address that needs no storing (og/card_service/address.py).
LONGEST_ON_CARD = 300


class Signed(Protocol):
    """The address of a picture of ours that is drawn when it is asked for: see `og.cards`."""

    @property
    def path(self) -> str:
        """The address from the root of this server."""

    @property
    def width(self) -> int:
        """Pixels."""

    @property
    def height(self) -> int:
        """Pixels."""

    @property
    def type(self) -> str:
        """The media type."""

    @property
    def alt(self) -> str:
        """What the picture says, in words."""


Sign = Callable[[Data], Signed | None]


@dataclass(frozen=True)
class Wish:
    """What is asked for.

    ``asked`` are the caller's fields, ``page`` what the page says itself (a preview as JSON), ``base`` where it is.
    ``card`` is the picture to draw: an object of its fields; True for one as we would draw it; None for one where the
    page has no picture; False for none. ``oembed`` is the address that answers about the page, if any.
    """

    asked: Data
    page: Data
    base: str = ""
    prefer: Prefer = "fields"
    card: Data | bool | None = None
    oembed: str = ""


@dataclass(frozen=True)
class Made:
    """The tags, and what was odd about the fields."""

    tags: Tags
    hints: tuple[str, ...]


def make(wish: Wish, sign: Sign | None = None, origin: str = "", *, again: bool = False) -> Made:
    """Return the tags. ``sign`` gives the address of a card's picture, ``origin`` stands before it.

    ``again`` says that the tags go into the page they are made from: its own picture, which the card then takes the
    place of, is not shown on it, or the next card would be another.

    Raises Invalid, which names the field, for what cannot be a page's.
    """
    data, given = combined(wish)
    fields, hints = read(data, wish.base)
    given = given & fields.present()
    shown = not again or "images" in given
    card = card_for(fields, wish.card, origin, pictured=shown) if sign else {}
    if sign and card and (signed := sign(card)):
        image = Image(f"{origin}{signed.path}", signed.width, signed.height, signed.type, signed.alt)
        fields, given = replace(fields, images=(image,)), given | {"images"}
    if wish.oembed and not fields.oembed and fields.title:
        fields = replace(fields, oembed=(OEmbed(wish.oembed, "application/json+oembed"),))
    return Made(tags_for(fields, given=given), hints)


def combined(wish: Wish) -> tuple[dict[str, Any], frozenset[str]]:
    """Return all fields, and the names of those that the caller's word decided."""
    asked = {name: value for name, value in wish.asked.items() if value not in (None, "", [], {})}
    if "images" not in asked and "image" in asked:
        asked["images"] = [asked.pop("image")] if not isinstance(asked["image"], list) else asked.pop("image")
    page = {name: _settled(name, value) for name, value in wish.page.items() if name not in _NOT_REPEATED}
    if "lang" in asked and wish.page.get("sources", {}).get("dir") == "lang" and wish.prefer == "fields":
        page.pop("dir", None)  # it followed from the page's language
    first, second = (page, asked) if wish.prefer == "page" else (asked, page)
    taken = set(first) | {_TOGETHER[name] for name in first if name in _TOGETHER}
    rest = {name: value for name, value in second.items() if name not in taken}
    given = set(asked if wish.prefer == "fields" else rest)
    given |= {_TOGETHER[name] for name in given if name in _TOGETHER}
    return {**rest, **first}, frozenset(given)


def _settled(name: str, value: Any) -> Any:
    """A text of a page as our reader will read it again: what is escaped many times over is read to its end."""
    if isinstance(value, list):
        return [_settled(name, item) for item in value]
    if isinstance(value, Mapping) and isinstance(value.get("alt"), str):
        return {**value, "alt": _settled("alt", value["alt"])}
    if name not in ("title", "description", "site_name", "author", "alt"):
        return value
    for _ in range(8):
        before, value = value, clean(value, LONGEST.get(name, USUAL))
        if value == before:
            break
    return value


def card_for(fields: Fields, card: Data | bool | None, origin: str, *, pictured: bool = True) -> dict[str, Any]:
    """Return the card to draw; empty where none is asked for, or there is nothing to say on it.

    ``pictured`` says whether it may show the picture of the fields.
    """
    asked = dict(card) if isinstance(card, Mapping) else {}
    if card is False or (card is None and fields.images) or not (fields.title or asked):
        return {}
    shown = fields if pictured else replace(fields, images=())
    usual = {**card_of(_preview(shown), origin), **_more(fields)}
    return {**{name: value for name, value in usual.items() if value}, **asked}


def _preview(fields: Fields) -> dict[str, Any]:
    """Return the fields as a preview has them, in so far as a card shows them."""
    return {
        "url": fields.canonical,
        "title": cut(fields.title, LONGEST_ON_CARD),
        "description": cut(fields.description, LONGEST_ON_CARD),
        "type": "blog" if fields.schema == "BlogPosting" else og_type(fields),
        "images": [image.as_json() for image in fields.images],
        "icons": [icon.as_json() for icon in fields.icons],
        **{name: getattr(fields, name) for name in ("site_name", "author", "published", "lang", "theme_color")},
    }


def _more(fields: Fields) -> dict[str, str]:
    """Return what a preview does not say, and a card can show."""
    found = {
        "logo": fields.logo,
        "date": fields.starts,
        "badge": fields.section,
        "value": f"{fields.price} {fields.currency}" if fields.price and fields.currency else "",
    }
    return {name: value for name, value in found.items() if value}


def findings(html: str, url: str) -> tuple[Finding, ...]:
    """Return what our own checker says of a page with the tags in it."""
    from og.checker.run import check_html  # at first use: it brings BeautifulSoup

    return check_html(html.encode(), url, "text/html; charset=utf-8").findings


def preview_of(html: bytes, url: str) -> dict[str, Any]:
    """Return the preview of a page that is sent, as JSON."""
    return from_html(html, url, "text/html; charset=utf-8").as_json()


def merged(html: str, url: str, wish: Wish, sign: Sign | None = None, origin: str = "") -> tuple[str, Made]:
    """Return a page with its tags merged in, and the tags. Half characters in it become U+FFFD."""
    page = html.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()
    said = preview_of(page, url)
    if isinstance(wish.asked.get("lang"), str) and Page(page).first("html") is None:
        # No element to say it on: og:locale does, and a reader takes the language from there.
        wish = replace(wish, asked={**wish.asked, "lang": locale(wish.asked["lang"]).replace("_", "-")})
    for _ in range(ROUNDS):
        made = make(replace(wish, page=said, base=url), sign, origin, again=True)
        written = merge(page, url, made.tags)
        more = _found(preview_of(written, url), made.tags.fields)
        if not more:
            break
        said = {**said, **more}
    return written.decode(), made


def _found(preview: Data, fields: Fields) -> dict[str, Any]:
    """Return what is read of a page with its tags and is none of them: a date, now that it is known as an article."""
    return {name: preview[name] for name in _DEPENDENT if name in preview and not getattr(fields, name)}
