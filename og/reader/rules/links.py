"""What the page links to about itself: icons, feeds, oEmbed, other languages, AMP, short address, rel=me."""

from __future__ import annotations

import re
from collections.abc import Iterator

from og.reader.clean_text import clean
from og.reader.document import Document
from og.reader.icons import ranked
from og.reader.rules.media import media_type
from og.record import Feed, Icon, OEmbed
from og.rule import Candidate, Rule, link, meta

# More than any page of 601 has; sites with every language of the world name 200.
MOST_ICONS, MOST_FEEDS, MOST_LANGUAGES = 40, 40, 250
_ICONS = ("icon", "apple-touch-icon", "apple-touch-icon-precomposed", "fluid-icon", "mask-icon")
FEED_TYPES = {
    "application/rss+xml": "application/rss+xml",
    "application/atom+xml": "application/atom+xml",
    "application/feed+json": "application/feed+json",
    "application/rdf+xml": "application/rdf+xml",
    "text/rss+xml": "application/rss+xml",
    "text/atom+xml": "application/atom+xml",
}
FEED_RELATIONS = frozenset({"alternate", "feed", "service.feed"})
OEMBED_TYPES = ("application/json+oembed", "text/json+oembed", "application/xml+oembed", "text/xml+oembed")
OEMBED_RELATIONS = frozenset({"alternate", "alternative"})
_LANGUAGE = re.compile(r"x-default|[a-zA-Z]{2,3}(?:[-_][a-zA-Z0-9]{2,8}){0,3}")


def _found(document: Document) -> list[tuple[Icon, bool]]:
    """The icons of the page, and whether each is an alternative that only old browsers take."""
    found: list[tuple[Icon, bool]] = []
    for relations, tag in document.links:
        relation = next((name for name in _ICONS if name in relations), "")
        if relation and len(found) < MOST_ICONS and (address := document.address(tag["href"])):
            sizes = " ".join(tag.get("sizes", "").lower().split())[:60]
            icon = Icon(address, relation, sizes, media_type(tag.get("type", "")))
            found.append((icon, "alternate" in relations))
    return found


def _icons(document: Document) -> Iterator[tuple[Icon, ...]]:
    yield ranked([icon for icon, _ in document.remembered("icons", lambda: _found(document))])


def _icon(document: Document) -> Iterator[str]:
    """The largest of the icons that browsers show in a tab."""
    found = document.remembered("icons", lambda: _found(document))
    for alternative in (False, True):
        for icon in ranked([icon for icon, old in found if icon.rel == "icon" and old is alternative]):
            yield icon.url


def _feeds(document: Document) -> Iterator[tuple[Feed, ...]]:
    found: dict[str, Feed] = {}
    for relations, tag in document.links:
        if not relations & FEED_RELATIONS:
            continue
        kind = FEED_TYPES.get(media_type(tag.get("type", "")), "")
        if kind and (address := document.address(tag["href"])):
            found.setdefault(address, Feed(address, kind, clean(tag.get("title", ""), 200)))
    yield tuple(found.values())[:MOST_FEEDS]


def _oembed(document: Document) -> Iterator[tuple[OEmbed, ...]]:
    found = [
        OEmbed(address, kind)
        for relations, tag in document.links
        if relations & OEMBED_RELATIONS and (kind := tag.get("type", "").strip().lower()) in OEMBED_TYPES
        if (address := document.address(tag["href"]))
    ]
    yield tuple(dict.fromkeys(found))[:4]


def _languages(document: Document) -> Iterator[dict[str, str]]:
    found: dict[str, str] = {}
    for relations, tag in document.links:
        name = tag.get("hreflang", "").strip()
        if name and "alternate" in relations and _LANGUAGE.fullmatch(name) and len(found) < MOST_LANGUAGES:
            address = document.address(tag["href"])
            if address:
                found.setdefault(name.replace("_", "-"), address)
    yield found


def _me(document: Document) -> Iterator[tuple[str, ...]]:
    found = (document.address(tag["href"]) for relations, tag in document.links if "me" in relations)
    yield tuple(dict.fromkeys(address for address in found if address))[:50]


def _address(value: str, document: Document) -> str:
    return document.address(value)


ICONS = Rule("icons", "icons", (Candidate("link:icon", _icons),))
FAVICON = Rule(
    "favicon",
    "favicon",
    (Candidate("link:icon", _icon), *link("apple-touch-icon", "apple-touch-icon-precomposed", "fluid-icon"),
     *meta("msapplication-tileimage")),
    _address,
)  # fmt: skip
FEEDS = Rule("feeds", "feeds", (Candidate("link:alternate", _feeds),))
OEMBED = Rule("oembed", "oembed", (Candidate("link:alternate", _oembed),))
HREFLANG = Rule("hreflang", "hreflang", (Candidate("link:alternate", _languages),))
AMP = Rule("amp", "amp", link("amphtml"), _address)
SHORTLINK = Rule("shortlink", "shortlink", link("shortlink", "shorturl"), _address)
ME = Rule("me", "me", (Candidate("link:me", _me),))
