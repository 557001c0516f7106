"""The JSON-LD of a page (https://schema.org, https://www.w3.org/TR/json-ld11/): a node, of the type og:type implies.

What search engines ask of each: https://developers.google.com/search/docs/appearance/structured-data (read 2026-11).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from og.reader.jsonld import graph_of, rank, types
from og.record import Image
from og.tagging.fields import Fields
from og.tagging.values import AVAILABILITY

Node = dict[str, Any]
# By this the script is known again as ours, to be replaced when the tags are merged anew.
SCRIPT_ID = "hb-jsonld"
_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "article": "Article", "product": "Product", "product.item": "Product", "product.group": "Product",
        "event": "Event", "profile": "ProfilePage", "book": "Book", "books.book": "Book", "video": "VideoObject",
        "video.other": "VideoObject", "video.movie": "Movie", "video.episode": "TVEpisode",
        "video.tv_show": "TVSeries", "music.song": "MusicRecording", "music.album": "MusicAlbum",
        "music.playlist": "MusicPlaylist", "music.radio_station": "RadioStation", "place": "Place",
        "business.business": "LocalBusiness", "restaurant.restaurant": "Restaurant",
    }
)  # fmt: skip
_ARTICLES = ("Article", "NewsArticle", "BlogPosting", "TechArticle", "Report")
_PAGES = ("WebPage", "AboutPage", "ContactPage", "CollectionPage", "FAQPage", "WebSite")
# The end of a script, of a comment, the marks of template languages, and two characters that ended lines in scripts
# before 2019 (https://html.spec.whatwg.org/multipage/scripting.html#restrictions-for-contents-of-script-elements).
_UNSAFE = re.compile(r"[<>&\u2028\u2029]|\{(?=[{%#])|\$(?=\{)")


def written(node: Node) -> str:
    """Return a node as JSON that may stand in a script element, in HTML and in XML, whatever its texts hold."""
    text = json.dumps(node, ensure_ascii=False, separators=(",", ":"))
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def schema_of(fields: Fields, kind: str) -> str:
    """Return the type of schema.org for an og:type; the first page of a site is the site."""
    if fields.schema:
        return fields.schema
    if kind in _TYPES:
        return "AudioObject" if _TYPES[kind] == "VideoObject" and fields.audio and not fields.video else _TYPES[kind]
    parts = urlsplit(fields.canonical)
    return "WebSite" if fields.canonical and parts.path in ("", "/") and not parts.query else "WebPage"


def graph(fields: Fields, kind: str) -> Node:
    """Return the node that says what the page is about; empty where there is no title to say it with."""
    if not fields.title:
        return {}
    schema = schema_of(fields, kind)
    make = _article if schema in _ARTICLES else _SPECIAL.get(schema, _thing)
    return _filled({"@context": "https://schema.org", "@type": schema, **make(fields)})


def same_kind(blocks: list[bytes], schema: str) -> bool:
    """Tell whether a page's own JSON-LD says already what a node of this type would."""
    wanted = rank({"@type": schema})
    for node in graph_of(blocks).nodes:
        if schema in types(node) or (rank(node) == wanted < 9) or (schema in _PAGES and rank(node) < 9):
            return True
    return False


def _filled(node: Node) -> Node:
    """Return a node without what it lacks."""
    return {key: value for key, value in node.items() if value not in ("", None, [], {}, ())}


def _thing(fields: Fields) -> Node:
    """What everything has."""
    return {
        "name": fields.title,
        "description": fields.description,
        "url": fields.canonical,
        "image": [_picture(image) for image in fields.images],
        "inLanguage": fields.lang,
        "datePublished": fields.published,
        "dateModified": fields.modified,
        "author": _person(fields),
        "publisher": _publisher(fields),
    }


def _site(fields: Fields) -> Node:
    """A site's own page is named like the site: https://developers.google.com/search/docs/appearance/site-names."""
    name = fields.site_name or fields.title
    return {**_thing(fields), "name": name, "headline": fields.title if name != fields.title else ""}


def _picture(image: Image) -> Node | str:
    if not image.alt and not (image.width and image.height):
        return image.url
    size = {"width": image.width, "height": image.height} if image.width and image.height else {}
    return _filled({"@type": "ImageObject", "url": image.url, **size, "caption": image.alt})


def _person(fields: Fields) -> Node:
    return _filled({"@type": "Person", "name": fields.author, "url": fields.author_url}) if fields.author else {}


def _publisher(fields: Fields) -> Node:
    logo = {"@type": "ImageObject", "url": fields.logo} if fields.logo else {}
    return _filled({"@type": "Organization", "name": fields.site_name, "logo": logo}) if fields.site_name else {}


def _article(fields: Fields) -> Node:
    rest = {key: value for key, value in _thing(fields).items() if key != "name"}
    return {
        "headline": fields.title,
        **rest,
        "mainEntityOfPage": fields.canonical,
        "articleSection": fields.section,
        "keywords": list(fields.tags),
        "expires": fields.expires,
    }


def _product(fields: Fields) -> Node:
    offers: Node = {}
    if fields.price and fields.currency:
        available = AVAILABILITY.get(fields.availability, ("", ""))[0]
        offers = {
            "@type": "Offer",
            "price": fields.price,
            "priceCurrency": fields.currency,
            "availability": f"https://schema.org/{available}" if available else "",
            "url": fields.canonical,
        }
    brand = {"@type": "Brand", "name": fields.brand} if fields.brand else {}
    said = {key: value for key, value in _thing(fields).items() if key in ("name", "description", "url", "image")}
    return {**said, "sku": fields.sku, "brand": brand, "offers": _filled(offers)}


def _event(fields: Fields) -> Node:
    place = _filled({"@type": "Place", "name": fields.place, "address": fields.address})
    said = {key: value for key, value in _thing(fields).items() if not key.startswith(("date", "author", "publish"))}
    return {
        **said,
        "startDate": fields.starts,
        "endDate": fields.ends,
        "location": place if len(place) > 1 else {},
        "organizer": _publisher(fields),
    }


def _profile(fields: Fields) -> Node:
    page = _thing(fields)
    person = {
        "@type": "Person",
        "name": " ".join(filter(None, (fields.first_name, fields.last_name))) or fields.author or fields.title,
        **{name: page[name] for name in ("description", "url", "image")},
        **_names(fields),
    }
    return {
        "name": fields.title,
        "url": fields.canonical,
        "inLanguage": fields.lang,
        "dateCreated": fields.published,
        "dateModified": fields.modified,
        "mainEntity": _filled(person),
    }


def _names(fields: Fields) -> Node:
    return {
        "givenName": fields.first_name,
        "familyName": fields.last_name,
        "alternateName": fields.username,
        "gender": fields.gender,
    }


def _film(fields: Fields) -> Node:
    """Google's rules for videos ask for name, thumbnailUrl and uploadDate."""
    said = {key: value for key, value in _thing(fields).items() if key not in ("image", "datePublished")}
    video = fields.audio if schema_of(fields, fields.type) == "AudioObject" else fields.video
    return {
        **said,
        "thumbnailUrl": [image.url for image in fields.images],
        "uploadDate": fields.published or fields.released,
        "duration": f"PT{fields.duration}S" if fields.duration else "",
        "contentUrl": video.url if video else "",
        "encodingFormat": video.type if video else "",
        "embedUrl": fields.player.src if fields.player else "",
    }


def _work(fields: Fields) -> Node:
    """A book, a film, a record."""
    said = _thing(fields)
    return {
        **said,
        "datePublished": fields.released or said["datePublished"],
        "isbn": fields.isbn,
        "duration": f"PT{fields.duration}S" if fields.duration else "",
        "keywords": list(fields.tags),
    }


def _somewhere(fields: Fields) -> Node:
    said = {key: value for key, value in _thing(fields).items() if key in ("name", "description", "url", "image")}
    return {**said, "address": fields.address}


def _someone(fields: Fields) -> Node:
    node: Node = _profile(fields)["mainEntity"]
    return node


_SPECIAL: Mapping[str, Callable[[Fields], Node]] = MappingProxyType(
    {
        "Product": _product, "Event": _event, "ProfilePage": _profile, "Person": _someone, "VideoObject": _film,
        "AudioObject": _film, "Book": _work, "Movie": _work, "TVEpisode": _work, "TVSeries": _work,
        "MusicRecording": _work, "MusicAlbum": _work, "PodcastEpisode": _work, "Place": _somewhere,
        "LocalBusiness": _somewhere, "Restaurant": _somewhere, "WebSite": _site,
    }
)  # fmt: skip
