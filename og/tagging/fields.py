"""What tags are written from: the preview's keys, and what Open Graph and schema.org know beyond them, put right.

    fields, hints = read({"title": "…", "image": "/a.png", "published": "2026-11-22"}, base="https://example.org/")

Our own preview JSON is taken as it is. Texts lose control characters, line ends and marks that turn the direction of
what stands around them; addresses are made full, and what is no http(s) address is left out; dates become ISO 8601. A
value of a wrong kind is refused with the name of its field; what is only odd is left out with a hint.

Beyond the preview's keys, all optional: ``locale`` and ``locales`` (og:locale and its alternates), ``section``,
``tags``, ``author_url``, ``expires`` (articles), ``twitter_site``, ``twitter_creator``, ``schema`` (the type of the
JSON-LD), ``logo`` (the publisher's), ``price``, ``currency``, ``availability``, ``condition``, ``brand``, ``sku``
(products), ``first_name``, ``last_name``, ``username``, ``gender`` (profiles), ``isbn``, ``released`` (books, films,
records), ``duration`` (seconds), ``starts``, ``ends``, ``place``, ``address`` (events), ``fb_app_id``, ``app_ids``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any, TypeVar

from core.errors import Invalid
from og.reader.addresses import absolute
from og.record import Feed, Icon, Image, Media, OEmbed, Player
from og.tagging import values as value

Made = TypeVar("Made")
# What the reader takes of each (og/rules); longer texts are cut there, and shown by nobody.
LONGEST = {"title": 1000, "description": 5000}
USUAL = 1000
# As many as the reader takes (og/reader/rules/media.py, links.py), and an article's tags as Facebook lists them.
MOST_IMAGES, MOST_ICONS, MOST_FEEDS, MOST_OEMBED, MOST_LANGUAGES, MOST_TAGS, MOST_LOCALES = 20, 40, 40, 4, 250, 50, 50


@dataclass(frozen=True)
class Fields:
    """The fields, each sound or absent: an empty text, 0, None or an empty tuple is absent."""

    url: str = ""
    canonical: str = ""
    title: str = ""
    description: str = ""
    images: tuple[Image, ...] = ()
    video: Media | None = None
    audio: Media | None = None
    site_name: str = ""
    type: str = ""
    author: str = ""
    published: str = ""
    modified: str = ""
    lang: str = ""
    dir: str = ""
    icons: tuple[Icon, ...] = ()
    theme_color: str = ""
    feeds: tuple[Feed, ...] = ()
    oembed: tuple[OEmbed, ...] = ()
    player: Player | None = None
    card: str = ""
    robots: str = ""
    creator: str = ""
    shortlink: str = ""
    amp: str = ""
    hreflang: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    locale: str = ""
    locales: tuple[str, ...] = ()
    section: str = ""
    tags: tuple[str, ...] = ()
    author_url: str = ""
    expires: str = ""
    twitter_site: str = ""
    twitter_creator: str = ""
    schema: str = ""
    logo: str = ""
    price: str = ""
    currency: str = ""
    availability: str = ""
    condition: str = ""
    brand: str = ""
    sku: str = ""
    first_name: str = ""
    last_name: str = ""
    username: str = ""
    gender: str = ""
    isbn: str = ""
    released: str = ""
    duration: int = 0
    starts: str = ""
    ends: str = ""
    place: str = ""
    address: str = ""
    fb_app_id: str = ""
    app_ids: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def image(self) -> Image | None:
        """The first picture."""
        return self.images[0] if self.images else None

    @property
    def favicon(self) -> str:
        """The first icon that browsers show in a tab, else the first."""
        icons = sorted(self.icons, key=lambda icon: icon.rel != "icon")
        return icons[0].url if icons else ""

    def present(self) -> frozenset[str]:
        """Return the names of the fields that are there."""
        return frozenset(item.name for item in fields(self) if getattr(self, item.name))


_TEXTS = (
    "title", "description", "site_name", "author", "robots", "section", "brand", "sku", "first_name", "last_name",
    "username", "gender", "isbn", "place", "address", "condition",
)  # fmt: skip
_ADDRESSES = ("url", "canonical", "shortlink", "amp", "author_url", "logo")
_DATES = ("published", "modified", "expires", "released", "starts", "ends")
# Words of a fixed form: each field's reader returns the empty string for what is none.
_WORDS: Mapping[str, Callable[[str], str]] = {
    "type": value.kind,
    "lang": value.language,
    "dir": value.direction,
    "theme_color": value.color,
    "card": value.card,
    "creator": value.account,
    "locale": value.locale,
    "twitter_site": value.handle,
    "twitter_creator": value.handle,
    "schema": value.schema,
    "price": value.price,
    "currency": value.currency,
    "availability": value.availability,
    "fb_app_id": value.number,
}
# Of the preview's keys those that no tag says.
_SILENT = frozenset({"sources", "blocked", "favicon", "image"})
NAMES = frozenset({item.name for item in fields(Fields)} | _SILENT)


def read(data: Mapping[str, Any], base: str = "") -> tuple[Fields, tuple[str, ...]]:
    """Return the fields that some JSON says, and hints about what was left out.

    ``base`` is what addresses are relative to, where ``url`` does not say it. Raises Invalid, which names the field.
    """
    reading = _Reading(data, base)
    return reading.fields(), tuple(reading.hints)


class _Reading:
    def __init__(self, data: Mapping[str, Any], base: str) -> None:
        self.data = {name: told for name, told in data.items() if told is not None}
        self.hints = [f"There is no field {name[:40]!r}." for name in self.data if name not in NAMES]
        url = self.data.get("url", "")
        self.base = (absolute(url, base or "about:blank") if isinstance(url, str) else "") or base

    def fields(self) -> Fields:
        made = Fields(
            images=self.images(),
            video=self.media("video"),
            audio=self.media("audio"),
            icons=self.icons(),
            feeds=self.several("feeds", MOST_FEEDS, self.feed),
            oembed=self.several("oembed", MOST_OEMBED, self.oembed),
            player=self.player(),
            hreflang=self.languages(),
            locales=tuple(filter(None, map(value.locale, self.list_of_texts("locales", MOST_LOCALES)))),
            tags=tuple(dict.fromkeys(self.list_of_texts("tags", MOST_TAGS))),
            duration=value.pixels(self.data.get("duration", "")),
            app_ids=self.apps(),
            **{name: self.text(name) for name in _TEXTS},
            **{name: self.link(name, self.data.get(name, "")) for name in _ADDRESSES},
            **{name: self.word(name, value.date) for name in _DATES},
            **{name: self.word(name, shaped) for name, shaped in _WORDS.items()},
        )
        return replace(made, url=made.url or made.canonical, canonical=made.canonical or made.url)

    def text(self, name: str) -> str:
        told = self.data.get(name, "")
        if isinstance(told, (int, float)) and not isinstance(told, bool):
            told = str(told)
        if not isinstance(told, str):
            raise Invalid(f"{name} is a text.", field=name)
        return value.words(told, LONGEST.get(name, USUAL))

    def word(self, name: str, shaped: Callable[[str], str]) -> str:
        if name == "card" and not isinstance(self.data.get(name, ""), str):
            return ""  # the picture to draw, which is no field of the page
        told = self.text(name)
        found = shaped(told)
        if told and not found:
            self.left_out(name, told)
        return found

    def left_out(self, name: str, told: str) -> None:
        self.hints.append(f"{name} was left out: {told[:60]!r} cannot be used.")

    def link(self, name: str, told: Any) -> str:
        if not isinstance(told, str):
            raise Invalid(f"{name} is an address.", field=name)
        found = absolute(value.words(told, 5000), self.base or "about:blank")
        if told.strip() and not found:
            self.left_out(name, told)
        return found

    def objects(self, name: str, most: int) -> list[Mapping[str, Any]]:
        """Return a list of objects; an address alone is an object with that ``url``, and one object a list of one."""
        told = self.data.get(name, [])
        items = told if isinstance(told, list | tuple) else [told] if told else []
        if len(items) > most:
            self.hints.append(f"Of {name} only the first {most} are written.")
        found = [{"url": item} if isinstance(item, str) else item for item in items[:most]]
        if not all(isinstance(item, Mapping) for item in found):
            raise Invalid(f"{name} is an address, an object with url, or a list of these.", field=name)
        return found

    def several(self, name: str, most: int, make: Callable[[str, Mapping[str, Any]], Made]) -> tuple[Made, ...]:
        found: dict[str, Made] = {}
        for item in self.objects(name, most):
            if url := self.link(name, item.get("url") or ""):
                found.setdefault(url, make(url, item))
        return tuple(found.values())

    def images(self) -> tuple[Image, ...]:
        first, rest = (self.several(name, MOST_IMAGES, self.image) for name in ("image", "images"))
        once = {image.url: image for image in (*reversed(rest), *reversed(first))}
        order = dict.fromkeys(image.url for image in (*first, *rest))
        return tuple(once[url] for url in order)[:MOST_IMAGES]

    def image(self, url: str, item: Mapping[str, Any]) -> Image:
        width, height, kind = self.shape(item)
        alt = item.get("alt") or ""
        return Image(url, width, height, kind, value.words(alt if isinstance(alt, str) else "", USUAL))

    def shape(self, item: Mapping[str, Any]) -> tuple[int, int, str]:
        width, height = (value.pixels(item.get(name) or "") for name in ("width", "height"))
        kind = item.get("type") or ""
        return width, height, value.media_type(kind if isinstance(kind, str) else "")

    def media(self, name: str) -> Media | None:
        found = self.several(name, 1, lambda url, item: (url, self.shape(item)))
        return Media(found[0][0], found[0][1][2], *found[0][1][:2]) if found else None

    def icons(self) -> tuple[Icon, ...]:
        icons = self.several("icons", MOST_ICONS, self.icon)
        favicon = self.link("favicon", self.data.get("favicon", ""))
        return icons if not favicon or any(icon.url == favicon for icon in icons) else (Icon(favicon, "icon"), *icons)

    def icon(self, url: str, item: Mapping[str, Any]) -> Icon:
        rel, sizes, kind = (
            said if isinstance(said := item.get(key), str) else "" for key in ("rel", "sizes", "type")
        )
        return Icon(url, value.icon_relation(rel), value.sizes(sizes), value.media_type(kind))

    def feed(self, url: str, item: Mapping[str, Any]) -> Feed:
        kind, title = (said if isinstance(said := item.get(key), str) else "" for key in ("type", "title"))
        return Feed(url, value.media_type(kind) or "application/rss+xml", value.words(title, 200))

    def oembed(self, url: str, item: Mapping[str, Any]) -> OEmbed:
        return OEmbed(url, value.oembed_type(str(item.get("type") or "")))

    def player(self) -> Player | None:
        told = self.data.get("player")
        if not told:
            return None
        if not isinstance(told, Mapping):
            raise Invalid("player is an object with src.", field="player")
        src = self.link("player", told.get("src") or "")
        if not src.startswith("https://"):
            return None  # X, Player card: https only
        width, height = (value.pixels(told.get(name) or "") for name in ("width", "height"))
        return Player(value.words(str(told.get("provider") or ""), 60), src, width, height)

    def languages(self) -> Mapping[str, str]:
        told = self.mapping("hreflang")
        found = {
            name: address
            for name, url in list(told.items())[:MOST_LANGUAGES]
            if value.hreflang(name) and (address := self.link("hreflang", url))
        }
        return MappingProxyType(found)

    def apps(self) -> Mapping[str, str]:
        told = {shop: str(number) for shop, number in self.mapping("app_ids").items()}
        return MappingProxyType({shop: told[shop] for shop in value.SHOPS if value.app_id(told.get(shop, ""))})

    def mapping(self, name: str) -> Mapping[str, Any]:
        told = self.data.get(name, {})
        if not isinstance(told, Mapping):
            raise Invalid(f"{name} is an object.", field=name)
        return told

    def list_of_texts(self, name: str, most: int) -> list[str]:
        told = self.data.get(name, [])
        items = [told] if isinstance(told, str) else told
        if not isinstance(items, list | tuple) or not all(isinstance(item, str) for item in items):
            raise Invalid(f"{name} is a list of texts.", field=name)
        return [text for item in items[:most] if (text := value.words(item, USUAL))]
