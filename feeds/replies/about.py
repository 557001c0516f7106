"""Which posts are about a page: those that link to it, however they write its address.

Two addresses are one page's where they differ in nothing but http or https, a leading www, a slash at the end, a
fragment, and what is added to see where people come from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import TYPE_CHECKING

from sqlalchemy import Text, func, select, type_coerce

from core.addresses import web_address
from core.errors import Invalid
from core.http import Reply
from feeds.same import plain
from feeds.tables import PostRow, SourceRow
from networks.parts import Network
from networks.records import Author, Post

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

# Places of one page that are found by themselves: who posts a page oftener than that means the newest.
MOST = 10
# Posts looked at for one page, the newest: those that have its host and a part of its path somewhere.
MOST_READ = 200
# Links read of one post; the longest real ones have some dozens.
MOST_LINKS = 100
_HREF = re.compile(r'href="([^"]{1,8000})"')
_PLAIN = re.compile(r"[a-z0-9_-]{3,}")
# Where a page names a post: in our element, in our element as a `div`, in a link.
_NAMING = ("posts", "data-posts", "href")


def address_of(url: str) -> str:
    """Return what pages are compared by, "" for what is no web address."""
    try:
        return plain(web_address(url))
    except Invalid:
        return ""


def links_of(post: Post) -> frozenset[str]:
    """Return the addresses that a post links to, as `address_of` writes them."""
    hrefs = [unescape(found) for found in _HREF.findall(post.html)[:MOST_LINKS]]
    return frozenset(filter(None, map(address_of, [*hrefs, post.link.url if post.link else ""])))


def posts_about(session: Session, site_key: str, address: str, networks: Mapping[str, Network]) -> list[Post]:
    """Return the posts of a site's own sources that link to a page, the newest first; of reposts what they pass on.

    Only those of networks that tell what was answered.
    """
    telling = [key for key, network in networks.items() if network.replies]
    mine = select(SourceRow.id).where(SourceRow.site_key == site_key, SourceRow.network.in_(telling))
    query = select(PostRow.stored).where(PostRow.source_id.in_(mine))
    text = func.lower(type_coerce(PostRow.stored, Text))
    for part in _parts(address):
        query = query.where(text.contains(part, autoescape=True))
    found: dict[str, Post] = {}
    for stored in session.scalars(query.order_by(PostRow.at.desc()).limit(MOST_READ)):
        post = Post.from_stored(stored)
        post = post.repost or post
        if post.url and not post.private and address in links_of(post):
            found.setdefault(plain(post.url), post)
    return list(found.values())[:MOST]


def _parts(address: str) -> Iterator[str]:
    """Yield what stands in a stored post that links there: its host, and the longest plain piece of its path.

    Letters of other scripts are left out: they are stored as escapes, and networks write them in several ways.
    """
    host, _, path = address.partition("/")
    if host.isascii():
        yield host.lower()
    pieces = _PLAIN.findall(re.sub(r"%[0-9A-Fa-f]{2}", "/", path.partition("?")[0]).lower())
    if pieces:
        yield max(pieces, key=len)


def is_named(reply: Reply, urls: frozenset[str]) -> bool:
    """Return whether a page's HTML names one of these addresses (`feeds.same.plain`), as a place or as a link."""
    from selectolax.lexbor import LexborHTMLParser

    from networks._depth import too_deep

    html = reply.body.decode("utf-8", "replace")
    if reply.status != 200 or reply.media_type not in ("text/html", "application/xhtml+xml") or too_deep(html):
        return False
    nodes = LexborHTMLParser(html).css(",".join(f"[{name}]" for name in _NAMING))
    values = (value for node in nodes for name in _NAMING if (value := node.attributes.get(name)))
    return any(plain(word) in urls for value in values for word in re.split(r"[\s,]+", value))


def is_own(session: Session, site_key: str, author: Author | None) -> bool:
    """Return whether somebody is whom one of a site's own sources is of."""
    if author is None or not author.handle:
        return False
    query = select(SourceRow.address).where(SourceRow.site_key == site_key)
    handle = author.handle.lstrip("@").casefold()
    return any(_handle(address) == handle for address in session.scalars(query))


def _handle(source: str) -> str:
    return source.strip().removeprefix("acct:").removeprefix("https://bsky.app/profile/").lstrip("@").casefold()
