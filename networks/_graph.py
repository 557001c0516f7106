"""Meta's Graph API, which Facebook, Instagram and Threads share: how lists are wrapped, paged, and refused.

https://developers.facebook.com/docs/graph-api (v26.0, read 2026-11). Addresses of further pages carry the token; it
is taken off before they leave here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from networks import _oembed
from networks._errors import opened
from networks._walk import dig, ident, name, record, records, web, with_query
from networks.records import Answer, Author, Page, Post

# https://developers.facebook.com/docs/graph-api/guides/error-handling and /overview/rate-limiting (read 2026-11)
CODES = {
    **dict.fromkeys(("4", "17", "32", "341", "368", "613", "80000", "80001", "80002", "80003", "80004", "80005"),
    "rate_limited"), **dict.fromkeys(("80006", "80007", "80008", "80009", "80014"), "rate_limited"),
    **dict.fromkeys(("102", "190", "450", "452", "458", "459", "460", "463", "464", "467"), "login_expired"),
    **dict.fromkeys(("100/33", "803", "110", "2108006"), "not_found"),
    **dict.fromkeys(("3", "10", *map(str, range(200, 300))), "no_permission"),
    **dict.fromkeys(("1", "2", "is_transient"), "unavailable"),
}  # fmt: skip
# The edges that hold posts inside another object, and objects that wrap one.
EDGES = (
    "published_posts",
    "posts",
    "feed",
    "media",
    "threads",
    "stories",
    "videos",
    "photos",
    "albums",
    "tags",
    "live_videos",
)
WRAPPERS = ("business_discovery", "mentioned_media", "mentioned_comment", "instagram_business_account")
Node = Mapping[str, Any]


def page(
    answer: Answer, network: str, translate: Callable[[Node], Post | None], person: Callable[[Node], Author | None]
) -> Page:
    """Return an answer as a page of posts: a list, one object, objects by their ids, or a list inside an object."""
    data = opened(answer, CODES)
    if _oembed.is_one(data):
        return _oembed.page(data, answer, network)
    body = _unwrapped(record(data))
    nodes = list(_nodes(data if isinstance(data, list) else body))
    posts = tuple(post for post in map(translate, nodes) if post)
    owner = person(body) if "data" not in body else None
    authors = {post.author for post in posts}
    owner = owner or (authors.pop() if len(authors) == 1 else None)
    title = (owner.name if owner else "") or name(body.get("name"))
    return Page(title, posts, _next(answer, body), owner)


def _unwrapped(body: Node) -> Node:
    return next((record(body[key]) for key in WRAPPERS if isinstance(body.get(key), dict)), body)


def _nodes(data: Any) -> Iterator[Node]:
    body = record(data)
    if isinstance(data, list) or isinstance(body.get("data"), list):
        yield from records(data if isinstance(data, list) else body["data"])
    elif edges := [record(body[key]) for key in EDGES if isinstance(dig(body, key, "data"), list)]:
        for edge in edges:
            yield from records(edge["data"])
    elif body and all(key.replace("_", "").isdigit() and isinstance(value, dict) for key, value in body.items()):
        yield from records(list(body.values()))
    elif body:
        yield body


def _next(answer: Answer, body: Node) -> str:
    paging = next(
        (record(dig(body, key, "paging")) for key in EDGES if dig(body, key, "paging")), record(body.get("paging"))
    )
    told = with_query(web(paging.get("next")))
    after = ident(dig(paging, "cursors", "after"))
    # A page that names no next is the last; Threads and Business Discovery never name one and have the cursor alone.
    alone = "paging" not in body or urlsplit(web(answer.url)).netloc.startswith("graph.threads.")
    return told or (with_query(answer.url, after=after) if after and alone else "")


def unshimmed(url: Any) -> str:
    """Return where a link leads that goes through l.facebook.com and its like."""
    address = web(url)
    parts = urlsplit(address)
    if parts.netloc.startswith(("l.facebook.", "lm.facebook.", "l.instagram.", "l.threads.")):
        return web(next(iter(parse_qs(parts.query).get("u", [])), "")) or address
    return address
