"""Posts of Facebook Pages as posts, and their photos, films, albums, events and comments.

https://developers.facebook.com/docs/graph-api/reference/page-post/ (v26.0, read 2026-11).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from networks._entities import tagged
from networks._graph import Node, page, unshimmed
from networks._instagram_posts import is_media
from networks._instagram_posts import post as instagram_post
from networks._pictures import unique
from networks._times import epoch, iso
from networks._walk import counted, dig, ident, line, name, record, records, size, text, web
from networks.records import Answer, Author, Link, Media, Page, Post

HOME = "https://www.facebook.com"
TIMES = ("created_time", "creation_time", "timestamp", "start_time", "updated_time")
# What only posts have; a page, a group, an account and a number of visits have none of these.
MARKS = frozenset(
    {"created_time", "creation_time", "permalink_url", "message", "story", "attachments", "status_type"}
)

# Attachments that are cards: of pages elsewhere, of events. Films of other sites are `video_share_youtube` and such
# (described at https://developers.facebook.com/docs/graph-api/reference/story-attachment/).
SHARES = frozenset({"share", "native_templates", "external", "event"})


def read(answer: Answer, network: str = "facebook") -> Page:
    """Return an answer as a page of posts."""
    return page(answer, network, lambda node: _post(node, network), _person)


def _person(node: Node) -> Author | None:
    """Return the page, group or person that an object is."""
    shown = name(node.get("name"))
    if not shown or MARKS & set(node) - {"created_time"} or "access_token" in node:
        return None
    handle = name(node.get("username"))
    key = ident(node.get("id"))
    url = web(node.get("link")) or (f"{HOME}/{quote(handle or key)}" if handle or key else "")
    face = web(dig(node, "picture", "data", "url")) or web(node.get("profile_picture_url"))
    return Author(shown, f"@{handle}" if handle else "", url, face)


def _author(node: Node) -> Author | None:
    told = record(node.get("from") or node.get("owner"))
    key, shown = ident(told.get("id")), name(told.get("name") or told.get("username"))
    if not shown:
        return None
    return Author(shown, "", f"{HOME}/{quote(key)}" if key else "", web(dig(told, "picture", "data", "url")))


def _post(node: Node, network: str) -> Post | None:
    if is_media(node):
        return instagram_post(node, network)
    key = ident(node.get("id"))
    if not key or not MARKS & set(node) or "access_token" in node or _is_group(node):
        return None
    told = text(node.get("message")) or text(node.get("description")) or text(node.get("story"))
    title = name(node.get("title")) or (name(node.get("name")) if "message" not in node else "")
    words, html = tagged(told, hashtag=HOME + "/hashtag/{}")
    attached = [one for attachment in records(dig(node, "attachments", "data")) for one in _flat(attachment)]
    attached += [record(node.get("attachment"))] if node.get("attachment") else []
    made, changed = (
        next(filter(None, map(_time, [node.get(key) for key in TIMES])), ""),
        iso(node.get("updated_time")),
    )
    return Post(
        id=key,
        url=_page_of(node, key),
        time=made,
        author=_author(node),
        text=words,
        html=html,
        media=tuple(_media(node, attached)),
        network=network,
        link=_link(attached, node),
        counts=_counts(node),
        title="" if title == words else title,
        edited=changed if node.get("is_edited") is True and changed > made else "",
        private=_hidden(node),
        reply_to=ident(dig(node, "parent", "id")),
    )


def _is_group(node: Node) -> bool:
    return (
        "member_count" in node
        or "fan_count" in node
        or ("privacy" in node and "message" not in node and "name" in node)
    )


def _time(value: Any) -> str:
    return iso(value) or epoch(value)


def _hidden(node: Node) -> bool:
    """Whether a post is not out yet, or hidden from the page."""
    planned = "scheduled_publish_time" in node and node.get("is_published") is not True
    return (
        planned
        or node.get("is_hidden") is True
        or node.get("is_published") is False
        or node.get("published") is False
    )


def _page_of(node: Node, key: str) -> str:
    for mark in ("permalink_url", "link"):
        value = text(node.get(mark))
        if found := web(HOME + value if value.startswith("/") else value):
            return found
    owner, _, post = key.partition("_")
    if post and "comment_count" not in node:
        return f"{HOME}/{quote(owner)}/posts/{quote(post)}"
    return f"{HOME}/{quote(key)}"


def _counts(node: Node) -> dict[str, int]:
    def total(*edges: str) -> Any:
        return next(
            (found for edge in edges if (found := dig(node, edge, "summary", "total_count")) is not None), None
        )

    return counted(
        likes=total("reactions", "likes") if total("reactions", "likes") is not None else node.get("like_count"),
        reposts=dig(node, "shares", "count"),
        replies=total("comments") if total("comments") is not None else node.get("comment_count"),
        views=node.get("views") or node.get("live_views"),
    )


# --- what is attached ---


def _flat(attachment: Node) -> Iterator[Node]:
    """Yield an attachment's parts: an album's pictures stand below it."""
    below = records(dig(attachment, "subattachments", "data"))
    yield from below or [attachment]


def _media(node: Node, attached: list[Node]) -> list[Media]:
    found = [_file(one) for one in attached if not _is_share(one)]
    found += [_own(node)]
    cover = web(node.get("full_picture")) or web(dig(node, "cover", "source")) or web(node.get("picture"))
    kept = [one for one in found if one]
    return unique(kept or ([Media("image", cover)] if cover and not any(map(_is_share, attached)) else []))


def _own(node: Node) -> Media | None:
    """Return the picture or the film that an object is itself."""
    images = sorted(records(node.get("images")), key=lambda one: size(one.get("width")), reverse=True)
    if images and web(images[0].get("source")):
        first = images[0]
        return Media(
            "image", web(first.get("source")), size(first.get("width")), size(first.get("height")), _alt(node)
        )
    film = web(node.get("source"))
    if film and ("length" in node or "format" in node or "embed_html" in node):
        return Media("video", film, alt=name(node.get("title")), poster=web(node.get("picture")))
    return None


def _alt(node: Node) -> str:
    return line(node.get("alt_text_custom") or node.get("alt_text"))


def _file(one: Node) -> Media | None:
    still = record(dig(one, "media", "image"))
    url, film = web(still.get("src")), web(dig(one, "media", "source"))
    sizes = size(still.get("width")), size(still.get("height"))
    kind = ident(one.get("media_type") or one.get("type"))
    alt = name(one.get("description")) if kind == "photo" else ""
    if "video" in kind and film:
        return Media("video", film, *sizes, poster=url)
    return Media("image", url, *sizes, alt=alt) if url else None


def _is_share(one: Node) -> bool:
    """Whether an attachment is a card of a page elsewhere; the "film" of one is another site's player, no file."""
    kind = ident(one.get("type"))
    return kind in SHARES or kind.startswith("video_share") or one.get("media_type") == "link"


def _link(attached: list[Node], node: Node) -> Link | None:
    for one in attached:
        url = unshimmed(one.get("unshimmed_url") or one.get("url"))
        if _is_share(one) and url:
            picture = web(dig(one, "media", "image", "src")) or web(node.get("full_picture"))
            return Link(url, name(one.get("title")), name(one.get("description")), picture)
    return None
