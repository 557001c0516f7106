"""Which feed a page announces: in its head, in its Link header, or by a link that a reader would follow.

https://www.rssboard.org/rss-autodiscovery, https://blog.whatwg.org/feed-autodiscovery, RFC 8288 and
https://microformats.org/wiki/rel-feed (all read 2026-11).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from core.link_header import Link, links
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
_COMMENTS = re.compile(r"comment|kommentar|comentario|reactie|/replies/", re.I)
# Links looked at in one page; beyond them are lists of links, not what the page is about.
MOST_LINKS = 2000


def announced(tree: BeautifulSoup, base: str, url: str, header: str = "") -> str:
    """Return the address of a page's feed, or the empty string: those of all posts first, comments' last.

    ``base`` is what addresses in the page are relative to; those of the header are so to the page's own, ``url``.
    """
    told = [*((link, base) for link in _in_page(tree)), *((link, url) for link in links(header, url))]
    found = ((_rank(link), number, _web(link.target, at)) for number, (link, at) in enumerate(told) if _fits(link))
    ranked = [one for one in found if one[2]]
    return min(ranked)[2] if ranked else _followed(tree, base)


def _in_page(tree: BeautifulSoup) -> Iterator[Link]:
    for node in tree.find_all("link", href=True, limit=MOST_LINKS):
        relations = tuple(attr(node, "rel").lower().split())
        yield Link(attr(node, "href"), relations, attr(node, "type"), attr(node, "title"))


def _fits(link: Link) -> bool:
    kind = _plain(link.type)
    if "stylesheet" in link.relations or _OTHER.search(kind) or _OTHER.search(link.target):
        return False
    if "feed" in link.relations:
        return True
    return "alternate" in link.relations and bool(_FEED.match(kind) or kind in _PERHAPS)


def _rank(link: Link) -> int:
    """Return how far from the wanted feed one is: what a type leaves open, a page, comments."""
    kind = _plain(link.type)
    return (
        8 * bool(_COMMENTS.search(link.title or link.target))
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


def attr(node: Any, wanted: str) -> str:
    """Return an element's attribute; those that are lists of words come as such, none as the empty string."""
    value = node.get(wanted) if node is not None else None
    return " ".join(value) if isinstance(value, list) else value or ""
