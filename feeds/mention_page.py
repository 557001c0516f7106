"""What a page that is said to mention ours says: whether it links there, as what, and in which words.

A page in HTML is parsed: a link in a comment, or written out as text, is none. Of JSON a value must be the address,
and in plain text it must stand (https://www.w3.org/TR/webmention/#webmention-verification).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import unescape
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urldefrag

import ada_url

from core.addresses import LONGEST as LONGEST_ADDRESS
from core.addresses import web_address
from core.errors import BadReply, Invalid
from core.http import Reply
from networks import _microformats
from networks._depth import too_deep
from networks._times import iso
from networks._walk import name
from networks.records import Author, Page, Post
from og.preview import from_html
from og.reader.encoding import as_utf8

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

Kind = Literal["mention", "reply", "like", "repost"]
# https://indieweb.org/reply, /like, /repost (read 2026-11): what a link to another page is, by its class.
# A citation in full stands there as a property in words (p-), a bare address as one that is a link (u-).
KINDS: dict[str, Kind] = {
    "u-in-reply-to": "reply", "u-like-of": "like", "u-repost-of": "repost",
    "p-in-reply-to": "reply", "p-like-of": "like", "p-repost-of": "repost",
}  # fmt: skip
# Attributes that link (https://html.spec.whatwg.org/multipage/indices.html#attributes-3).
LINKING = ("href", "src", "cite", "data", "poster")
# Elements above a link that are looked at for what it is: a citation has some levels.
_ABOVE = 6
# Characters of a page in which its entry is looked for; the link may stand behind them. Reading microformats takes
# twenty times as long as finding links, and whoever mentions us says how much there is to read.
ENTRY_IN = 200_000
# Links as the sanitiser writes them.
_HREF = re.compile(r'href="([^"]{1,2048})"')
# As much of a page's words as a comment may have.
LONGEST = 5000


@dataclass(frozen=True)
class Found:
    """A mention: what it is, and the page's words as a post."""

    kind: Kind
    post: Post


def read(reply: Reply, source: str, target: str) -> Found | None:
    """Return what a page says of ours, None where it does not link there. Raises BadReply for one that is no page."""
    if reply.media_type in ("text/html", "application/xhtml+xml"):
        return _in_html(reply, source, target)
    if reply.media_type == "application/json" or reply.media_type.endswith("+json"):
        return _bare(source) if target in set(_strings(reply.json())) else None
    if reply.media_type == "text/plain":
        pattern = rf"(?<![^\s<(\"']){re.escape(target)}(?![^\s>)\"'#.,;!?])"
        return _bare(source) if re.search(pattern, reply.body.decode("utf-8", "replace")) else None
    raise BadReply("The page is of no kind that links can be found in.")


def _in_html(reply: Reply, source: str, target: str) -> Found | None:
    from selectolax.lexbor import LexborHTMLParser

    raw, _ = as_utf8(reply.body, reply.headers.get("content-type", ""))
    html = raw.decode("utf-8", "replace")
    if too_deep(html):
        raise BadReply("The page is nested too deep.")
    tree = LexborHTMLParser(html)
    base_node = tree.css_first("base[href]")
    base = _joined(reply.url, (base_node.attributes.get("href") or "") if base_node else "") or reply.url
    links = [node for node in tree.css(",".join(f"[{one}]" for one in LINKING)) if _leads(node, base, target)]
    if not links:
        return None
    kinds = [kind for node in links if (kind := _kind(node))]
    return Found(kinds[0] if kinds else "mention", _post(html, reply, source, target))


def _leads(node: LexborNode, base: str, target: str) -> bool:
    given = (node.attributes.get(one) for one in LINKING)
    return any(_same(_joined(base, value), target) for value in given if value)


def _joined(base: str, address: str) -> str:
    """Return an absolute address, "" for none. Thousands of links are, against a base that the page chose."""
    try:
        return str(ada_url.URL(address, base).href) if len(address) <= LONGEST_ADDRESS else ""
    except ValueError:
        return ""


def _same(address: str, target: str) -> bool:
    """Return whether an address is that of our page, wherever in it."""
    try:
        return urldefrag(web_address(address))[0] == target
    except (Invalid, ValueError):
        return False


def _kind(node: LexborNode) -> Kind | None:
    """Return what a link is by its own class, or by that of the citation it stands in."""
    here: LexborNode | None = node
    for _ in range(_ABOVE):
        if here is None:
            break
        marks = (here.attributes.get("class") or "").split()
        if found := next((KINDS[mark] for mark in marks if mark in KINDS), None):
            return found
        if "h-entry" in marks or "e-content" in marks:
            break
        here = here.parent
    return None


def _post(html: str, reply: Reply, source: str, target: str) -> Post:
    """Return the page's entry; where it has none, what the page says of itself."""
    page = _entries(html[:ENTRY_IN], reply.url)
    if page.posts:
        entry = _of_several(page.posts, (source, reply.url), target)
        return replace(entry, id=source, url=entry.url or source, text=entry.text[:LONGEST])
    said = from_html(html.encode("utf-8", "replace"), reply.url, "text/html; charset=utf-8")
    author = name(said.author or said.site_name)
    return Post(
        id=source,
        url=source,
        time=iso(said.published) if "T" in said.published else "",
        author=Author(author) if author else None,
        text=said.description[:LONGEST],
        title=said.title,
        lang=said.lang,
    )


def _of_several(entries: Sequence[Post], pages: tuple[str, ...], target: str) -> Post:
    """Return the entry that a page is about; of a page of many, as a blog's first, the one that links to ours."""
    own = (post for post in entries if post.url in pages)
    linking = (
        post for post in entries if _same(post.reply_to, target) or any(_same(to, target) for to in _hrefs(post))
    )
    return next(own, None) or next(linking, None) or entries[0]


def _hrefs(post: Post) -> list[str]:
    return [unescape(found) for found in _HREF.findall(post.html)]


def _entries(html: str, url: str) -> Page:
    return _microformats.page_of_html(html, url, "") if "h-entry" in html else Page()


def _bare(source: str) -> Found:
    return Found("mention", Post(id=source, url=source))


def _strings(value: Any, depth: int = 20) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif depth and isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _strings(one, depth - 1)
