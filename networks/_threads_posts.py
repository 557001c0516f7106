"""Media of the Threads API as posts: texts, pictures, films, carousels, quotes and reposts.

https://developers.facebook.com/docs/threads/threads-media and /retrieve-and-discover-posts (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from networks._entities import tagged
from networks._graph import Node, page, unshimmed
from networks._pictures import unique
from networks._times import iso
from networks._walk import counted, dig, ident, line, name, record, records, text, web, whole
from networks.records import Answer, Author, Link, Media, Option, Page, Poll, Post

HOME = "https://www.threads.com"
MARKS = frozenset({"media_type", "media_product_type", "text", "permalink", "shortcode", "timestamp"})
OPTIONS = "abcd"


def read(answer: Answer, network: str = "threads") -> Page:
    """Return an answer as a page of posts."""
    return page(answer, network, lambda node: _post(node, network), _person)


def _person(node: Node) -> Author | None:
    handle = name(node.get("username"))
    if not handle or MARKS & set(node):
        return None
    face = web(node.get("threads_profile_picture_url") or node.get("profile_picture_url"))
    return Author(name(node.get("name")) or handle, f"@{handle}", f"{HOME}/@{quote(handle)}", face)


def _post(node: Node, network: str, *, deep: bool = True) -> Post | None:
    key, handle = ident(node.get("id")), name(node.get("username"))
    if not key or not MARKS & set(node):
        return None
    words, html = tagged(text(node.get("text")), hashtag=HOME + "/search?q=%23{}", mention=HOME + "/@{}")
    quoted, passed = record(node.get("quoted_post")), record(node.get("reposted_post"))
    return Post(
        id=key,
        url=_page_of(node, handle),
        time=iso(node.get("timestamp")),
        author=Author(handle, f"@{handle}", f"{HOME}/@{quote(handle)}") if handle else None,
        text=words,
        html=html,
        media=tuple(unique(list(_media(node)))),
        network=network,
        sensitive=True if node.get("is_spoiler_media") is True else None,
        link=_link(node),
        poll=_poll(record(node.get("poll_attachment"))),
        quote=_post(quoted, network, deep=False) if deep else None,
        repost=_post(passed, network, deep=False) if deep else None,
        counts=counted(
            likes=node.get("like_count"), replies=node.get("reply_count"), reposts=node.get("repost_count"),
            quotes=node.get("quote_count"), views=node.get("views"),
        ),
        private=node.get("hide_status") in ("HIDDEN", "COVERED", "BLOCKED", "RESTRICTED"),
        reply_to=ident(dig(node, "replied_to", "id")),
        tags=tuple(filter(None, (name(node.get("topic_tag")),))),
    )  # fmt: skip


def _page_of(node: Node, handle: str) -> str:
    short = ident(node.get("shortcode"))
    return web(node.get("permalink")) or (f"{HOME}/@{quote(handle)}/post/{quote(short)}" if handle and short else "")


def _link(node: Node) -> Link | None:
    url = unshimmed(node.get("link_attachment_url"))
    return Link(url) if url else None


def _media(node: Node) -> Iterator[Media]:
    parts = records(dig(node, "children", "data"))
    if below := [media for one in parts for media in _media({**one, "children": None})]:
        yield from below
        return
    url, still = web(node.get("media_url")) or web(node.get("gif_url")), web(node.get("thumbnail_url"))
    alt, kind = line(node.get("alt_text")), node.get("media_type")
    if kind == "VIDEO" and url:
        yield Media("video", url, alt=alt, poster=still)
    elif kind == "AUDIO" and url:
        yield Media("audio", url, alt=alt)
    elif url or still:
        yield Media("image", url or still, alt=alt)


def _poll(poll: Node) -> Poll | None:
    """Return a poll; Threads tells shares of the votes, from which the votes follow."""
    total = whole(poll.get("total_votes"))
    titles = {letter: name(poll.get(f"option_{letter}")) for letter in OPTIONS}
    options = tuple(
        Option(title, _votes(poll.get(f"option_{letter}_votes_percentage"), total))
        for letter, title in titles.items()
        if title
    )
    return Poll(options, total, closes=iso(poll.get("expiration_timestamp"))) if options else None


def _votes(share: Any, total: int | None) -> int | None:
    if total is None or isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 100:
        return None
    return round(total * share / (1 if share <= 1 else 100))
