"""Which feed a page announces: in its head, in its Link header, or by a link that a reader would follow.

https://www.rssboard.org/rss-autodiscovery, https://blog.whatwg.org/feed-autodiscovery, RFC 8288 and
https://microformats.org/wiki/rel-feed (all read 2026-11).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from networks._walk import origin, web

if TYPE_CHECKING:
    from bs4 import BeautifulSoup

# Types of feeds, and names for them that programs wrote before there was one.
_FEED = re.compile(r"(?:application|text)/(?:x[.-])?(?:(?:rss|atom|rdf|feed)(?:\+xml|\+json)?)$")
# Types that feeds have, and other things too.
_PERHAPS = frozenset({"text/xml", "application/xml", "application/json"})
# What the types above are of, elsewhere: descriptions of searches, oEmbed, WordPress's and other programs' data.
_OTHER = re.compile(r"oembed|opensearch|/wp-json/|/xmlrpc|rsd\b|sitemap|wlwmanifest|\?rest_route=", re.I)
# Ends of addresses that feeds have.
_LIKE_A_FEED = re.compile(
    r"/(?:feeds?|rss2?|atom)/?$|[/._-](?:feed|rss2?|atom|index)\.(?:xml|rss|atom|rdf|json)$|\.(?:rss|atom|rdf)$|"
    r"^https?://feeds\.|[?&](?:feed|format|alt)=(?:rss2?|atom|feed)\b",
    re.I,
)
_LINK = re.compile(r"<([^<>]{1,2000})>([^<>]{0,1000})")
_COMMENTS = re.compile(r"comment|kommentar|comentario|reactie|/replies/", re.I)
# Links looked at in one page; beyond them are lists of links, not what the page is about.
MOST_LINKS = 2000


def announced(tree: BeautifulSoup, base: str, header: str = "") -> str:
    """Return the address of a page's feed, or the empty string: those of all posts first, comments' last."""
    found = [one for one in (*_in_page(tree), *_in_header(header)) if one[1]]
    ranked = [(rank, number, address) for number, (rank, told) in enumerate(found) if (address := _web(told, base))]
    return min(ranked)[2] if ranked else _followed(tree, base)


def _in_page(tree: BeautifulSoup) -> Iterator[tuple[int, str]]:
    for node in tree.find_all("link", href=True, limit=MOST_LINKS):
        address, title = attr(node, "href"), attr(node, "title")
        yield _rank(attr(node, "type"), address, title), address if _fits(node, address) else ""


def _in_header(header: str) -> Iterator[tuple[int, str]]:
    for found in _LINK.finditer(header):
        rel, kind, title = (_parameter(found[2], name) for name in ("rel", "type", "title"))
        yield _rank(kind, found[1], title), found[1] if _says_feed(rel, kind, found[1]) else ""


def _fits(node: Any, address: str) -> bool:
    return _says_feed(attr(node, "rel"), attr(node, "type"), address)


def _says_feed(rel: str, kind: str, address: str) -> bool:
    words, kind = rel.lower().split(), _plain(kind)
    if "stylesheet" in words or _OTHER.search(kind) or _OTHER.search(address):
        return False
    if "feed" in words:
        return True
    return "alternate" in words and bool(_FEED.match(kind) or kind in _PERHAPS)


def _rank(kind: str, address: str, title: str) -> int:
    """Return how far from the wanted feed one is: what a type leaves open, a page, comments."""
    kind = _plain(kind)
    return (
        8 * bool(_COMMENTS.search(title or address))
        + 4 * (kind == "text/html")
        + 2 * (kind in _PERHAPS or not kind)
        + (kind == "application/json")
    )


def _followed(tree: BeautifulSoup, base: str) -> str:
    """Return where a link leads that says it is a feed, or has the address of one on the same site."""
    named: list[tuple[bool, int, str]] = []
    for node in tree.find_all("a", href=True, limit=MOST_LINKS):
        address = _web(attr(node, "href"), base)
        if _FEED.match(_plain(attr(node, "type"))) and address:
            return address
        if _LIKE_A_FEED.search(address) and (origin(address) == origin(base) or "://feeds." in address):
            named.append((bool(_COMMENTS.search(address)), len(named), address))
    return min(named)[2] if named else ""


def _web(address: str, base: str) -> str:
    """Return an address, also one that says it is a feed's by its scheme (``feed:https://…``, ``feed://…``)."""
    address = address.strip()
    if address.lower().startswith("feed:"):
        address = address[5:] if "://" in address[5:] else "https:" + address[5:]
    found = web(address, base)
    return "" if found == base else found


def _plain(kind: str) -> str:
    return kind.partition(";")[0].strip().lower()


def _parameter(parameters: str, name: str) -> str:
    found = re.search(rf';\s*{name}\s*=\s*(?:"([^"]*)"|([^\s;,"]+))', parameters, re.I)
    return (found[1] or found[2] or "") if found else ""


def attr(node: Any, wanted: str) -> str:
    """Return an element's attribute; those that are lists of words come as such, none as the empty string."""
    value = node.get(wanted) if node is not None else None
    return " ".join(value) if isinstance(value, list) else value or ""
