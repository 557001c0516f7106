"""The tags that say what a page is about: complete, escaped, in order, as HTML and as data. Written here only.

    fields, hints = read({"title": "Tea & cake", "url": "https://example.org/tea"})
    tags_for(fields).html

Order: the title, the description and the address; Open Graph (https://ogp.me), each picture with its details right
after it; what belongs to the type of page; X's cards (https://docs.x.com/x-for-websites/cards/overview/markup, read
2026-11); colour, icons, the page in other forms; JSON-LD last. What a tag says reads back the same everywhere:
nothing of a value can end its tag, and no template language finds its marks in one.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from types import MappingProxyType
from typing import Any

from og.record import Image, Media
from og.tagging.fields import Fields
from og.tagging.jsonld import SCRIPT_ID, graph, written
from og.tagging.values import AVAILABILITY, locale

# X's large card takes no smaller picture (https://docs.x.com/x-for-websites/cards/overview/summary-card-with-large-image).
LARGE_LEAST = (300, 157)
# og:locale:alternate for so many of a page's languages; sites with two hundred name them by hreflang.
MOST_LOCALES = 20
# Where template languages (Jinja, Twig, Liquid, Vue, Angular, JavaScript) begin something: a page is often one.
_TEMPLATE = re.compile(r"\{(?=[{%#])|\$(?=\{)")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")


@dataclass(frozen=True)
class Style:
    """How tags are written in a page: closed as XML asks, other letters than ASCII's as references."""

    closed: bool = False
    ascii: bool = False


PLAIN = Style()


@dataclass(frozen=True)
class Written:
    """One tag. ``field`` is what it was written from; ``text`` the content of a title or a script."""

    tag: str
    attributes: Mapping[str, str]
    text: str = ""
    field: str = ""

    @property
    def html(self) -> str:
        """The tag as HTML."""
        return self.as_html()

    def as_html(self, style: Style = PLAIN) -> str:
        """Return the tag as HTML: double quotation marks, everything escaped."""
        said = "".join(f' {name}="{escaped(value, style)}"' for name, value in self.attributes.items())
        if self.tag in ("title", "script"):
            return f"<{self.tag}{said}>{self._content(style)}</{self.tag}>"
        return f"<{self.tag}{said}{' /' if style.closed else ''}>"

    def _content(self, style: Style) -> str:
        if self.tag == "title":
            return escaped(self.text, style, quote=False)
        return _NOT_ASCII.sub(_unit, self.text) if style.ascii else self.text

    def as_json(self) -> dict[str, Any]:
        """Return the tag as the API has it."""
        return {"tag": self.tag, "attributes": dict(self.attributes), **({"text": self.text} if self.text else {})}


@dataclass(frozen=True)
class Tags:
    """All tags, in order. ``given`` are the fields that somebody asked for, beside those that the page has itself."""

    tags: tuple[Written, ...]
    fields: Fields
    given: frozenset[str] = field(default_factory=frozenset)

    @property
    def html(self) -> str:
        """The tags as lines of HTML."""
        return "\n".join(tag.html for tag in self.tags)

    @property
    def image(self) -> Image | None:
        """The picture they name first."""
        return self.fields.image

    def as_document(self) -> str:
        """Return a page that holds these tags and nothing else, for whoever reads pages."""
        said = {"lang": self.fields.lang, "dir": self.fields.dir}
        attributes = "".join(f' {name}="{value}"' for name, value in said.items() if value)
        return (
            f'<!doctype html>\n<html{attributes}>\n<head>\n<meta charset="utf-8">\n{self.html}\n</head>\n'
            "<body></body>\n</html>\n"
        )


def escaped(value: str, style: Style = PLAIN, *, quote: bool = True) -> str:
    """Return text as it may stand in an attribute, and in a page that a template engine fills in.

    Without ``quote`` it may stand in an element only, where quotation marks are plain text.
    """
    text = _TEMPLATE.sub(_reference, html.escape(value, quote))
    return _NOT_ASCII.sub(_reference, text) if style.ascii else text


def _reference(match: re.Match[str]) -> str:
    return f"&#{ord(match[0])};"


def _unit(match: re.Match[str]) -> str:
    """A character as JSON writes it: UTF-16 units."""
    units = match[0].encode("utf-16-be")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))


def tags_for(fields: Fields, *, given: frozenset[str] | None = None) -> Tags:
    """Return the tags that say these fields. ``given`` are those somebody asked for; all, where nothing is said."""
    asked = fields.present() if given is None else given
    pieces = [
        _first(fields), _open_graph(fields), _pictures(fields), _films(fields), _article(fields),
        _typed(fields), _x(fields), _more(fields), _links(fields), _structured(fields),
    ]  # fmt: skip
    return Tags(tuple(chain.from_iterable(pieces)), fields, asked)


# --- the shapes of tags ---


def _named(key: str, value: str, source: str) -> Iterator[Written]:
    if value:
        yield Written("meta", MappingProxyType({"name": key, "content": value}), field=source)


def _property(key: str, value: str, source: str) -> Iterator[Written]:
    if value:
        yield Written("meta", MappingProxyType({"property": key, "content": value}), field=source)


def _link(relation: str, address: str, source: str, **more: str) -> Iterator[Written]:
    if address:
        said = {name: value for name, value in more.items() if value}
        yield Written("link", MappingProxyType({"rel": relation, **said, "href": address}), field=source)


# --- the tags, part by part ---


def _first(fields: Fields) -> Iterator[Written]:
    if fields.title:
        yield Written("title", MappingProxyType({}), fields.title, "title")
    yield from _named("description", fields.description, "description")
    yield from _named("author", fields.author, "author")
    yield from _named("robots", fields.robots, "robots")
    yield from _link("canonical", fields.canonical, "canonical")


def og_type(fields: Fields) -> str:
    """Return the page's og:type: as it is said, else an article where it has a date, else a website."""
    return fields.type or ("article" if fields.published else "website")


def _open_graph(fields: Fields) -> Iterator[Written]:
    yield from _property("og:type", og_type(fields), "type")
    yield from _property("og:title", fields.title, "title")
    yield from _property("og:description", fields.description, "description")
    yield from _property("og:url", fields.url, "url")
    yield from _property("og:site_name", fields.site_name, "site_name")
    own = fields.locale or locale(fields.lang)
    yield from _property("og:locale", own, "locale" if fields.locale else "lang")
    for other in _other_locales(fields, own):
        yield from _property("og:locale:alternate", other, "locales")


def _other_locales(fields: Fields, own: str) -> list[str]:
    names = fields.locales or (locale(name) for name in fields.hreflang if name != "x-default")
    return [name for name in dict.fromkeys(names) if name and name != own][:MOST_LOCALES]


def _pictures(fields: Fields) -> Iterator[Written]:
    for image in fields.images:
        yield from _property("og:image", image.url, "images")
        yield from _details("og:image", image, "images")
        yield from _property("og:image:alt", image.alt, "images")


def _details(prefix: str, media: Image | Media, source: str) -> Iterator[Written]:
    yield from _property(f"{prefix}:width", str(media.width or ""), source)
    yield from _property(f"{prefix}:height", str(media.height or ""), source)
    yield from _property(f"{prefix}:type", media.type, source)


def _films(fields: Fields) -> Iterator[Written]:
    for name, media in (("video", fields.video), ("audio", fields.audio)):
        if media:
            yield from _property(f"og:{name}", media.url, name)
            yield from _details(f"og:{name}", media, name)


def _article(fields: Fields) -> Iterator[Written]:
    """Dates are said of every page: readers take them whatever the type is."""
    yield from _property("article:published_time", fields.published, "published")
    yield from _property("article:modified_time", fields.modified, "modified")
    if og_type(fields) == "article":
        yield from _property("article:expiration_time", fields.expires, "expires")
        yield from _property("article:author", fields.author_url, "author_url")
        yield from _property("article:section", fields.section, "section")
        for tag in fields.tags:
            yield from _property("article:tag", tag, "tags")


def _typed(fields: Fields) -> Iterator[Written]:
    """What the types of https://ogp.me/#types have of their own, and Facebook's and Pinterest's product."""
    kind = og_type(fields).partition(".")[0]
    if kind == "profile":
        for name in ("first_name", "last_name", "username", "gender"):
            yield from _property(f"profile:{name}", getattr(fields, name), name)
    elif kind in ("book", "books"):
        yield from _property("book:author", fields.author_url, "author_url")
        yield from _property("book:isbn", fields.isbn, "isbn")
    elif kind == "product":
        yield from _product(fields)
    if kind in ("book", "video", "music"):
        yield from _property(f"{kind}:release_date", fields.released, "released")
    if kind in ("video", "music"):
        yield from _property(f"{kind}:duration", str(fields.duration or ""), "duration")
    if kind in ("book", "video"):
        for tag in fields.tags:
            yield from _property(f"{kind}:tag", tag, "tags")
    yield from _property("fb:app_id", fields.fb_app_id, "fb_app_id")


def _product(fields: Fields) -> Iterator[Written]:
    """https://developers.facebook.com/docs/marketing-api/catalog/guides/microdata-tags (read 2026-11)."""
    if fields.price and fields.currency:
        yield from _property("product:price:amount", fields.price, "price")
        yield from _property("product:price:currency", fields.currency, "price")
    yield from _property("product:availability", AVAILABILITY.get(fields.availability, ("", ""))[1], "availability")
    yield from _property("product:condition", fields.condition, "condition")
    yield from _property("product:brand", fields.brand, "brand")
    yield from _property("product:retailer_item_id", fields.sku, "sku")


# --- X ---


def x_card(fields: Fields) -> str:
    """Return the card for X: as it is said where the page has what that card needs, else by the picture's size."""
    if (fields.card == "player" and fields.player) or (fields.card == "app" and fields.app_ids):
        return fields.card
    image = fields.image
    if image is None or fields.card == "summary":
        return "summary"
    small = (image.width and image.width < LARGE_LEAST[0]) or (image.height and image.height < LARGE_LEAST[1])
    return "summary" if small else "summary_large_image"


def _x(fields: Fields) -> Iterator[Written]:
    card = x_card(fields)
    yield from _named("twitter:card", card, "card")
    yield from _named("twitter:site", fields.twitter_site, "twitter_site")
    yield from _named("twitter:creator", fields.twitter_creator, "twitter_creator")
    yield from _named("twitter:title", fields.title, "title")
    yield from _named("twitter:description", fields.description, "description")
    if fields.image:
        yield from _named("twitter:image", fields.image.url, "images")
        yield from _named("twitter:image:alt", fields.image.alt, "images")
    if card == "player" and fields.player:
        yield from _named("twitter:player", fields.player.src, "player")
        yield from _named("twitter:player:width", str(fields.player.width or 1280), "player")
        yield from _named("twitter:player:height", str(fields.player.height or 720), "player")
    if card == "app":
        for shop, number in fields.app_ids.items():
            yield from _named(f"twitter:app:id:{shop}", number, "app_ids")


# --- the rest ---


def _more(fields: Fields) -> Iterator[Written]:
    yield from _named("fediverse:creator", fields.creator, "creator")
    yield from _named("theme-color", fields.theme_color, "theme_color")
    for icon in fields.icons:
        yield from _link(icon.rel, icon.url, "icons", type=icon.type, sizes=icon.sizes)


def _links(fields: Fields) -> Iterator[Written]:
    for name, address in fields.hreflang.items():
        yield from _link("alternate", address, "hreflang", hreflang=name)
    yield from _link("amphtml", fields.amp, "amp")
    yield from _link("shortlink", fields.shortlink, "shortlink")
    for feed in fields.feeds:
        yield from _link("alternate", feed.url, "feeds", type=feed.type, title=feed.title)
    for answer in fields.oembed:
        yield from _link("alternate", answer.url, "oembed", type=answer.type, title=fields.title)


def _structured(fields: Fields) -> Iterator[Written]:
    node = graph(fields, og_type(fields))
    if node:
        said = MappingProxyType({"type": "application/ld+json", "id": SCRIPT_ID})
        yield Written("script", said, written(node), "jsonld")
