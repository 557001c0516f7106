"""Media of Instagram's API as posts: pictures, films, carousels, stories and comments.

https://developers.facebook.com/docs/instagram-platform/reference/instagram-media (v26.0, read 2026-11). An address of
a picture is signed and dies after some days.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote

from networks._entities import tagged
from networks._graph import Node, page
from networks._pictures import unique
from networks._times import epoch, iso
from networks._walk import counted, dig, ident, line, name, record, records, size, text, web, whole
from networks.records import Answer, Author, Media, Page, Post

HOME = "https://www.instagram.com"
TAGS, NAMES = HOME + "/explore/tags/{}/", HOME + "/{}/"
# What of Instagram's objects only its media and their comments have.
MARKS = frozenset({"media_type", "media_url", "media_product_type", "caption", "permalink", "shortcode"})
# The letters of a short code, in order of their value: base 64 of the media's number (`ig_id`).
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
# How the number is made: https://instagram-engineering.com/sharding-ids-at-instagram-1cf5a71e5a5c (read 2026-11), and
# the same to the second for five recorded media.
BITS, EPOCH = 23, 1_314_220_021_721


def read(answer: Answer, network: str = "instagram") -> Page:
    """Return an answer as a page of posts. A list inside a profile is by that profile."""
    made = page(answer, network, lambda node: post(node, network), _person)
    if made.author is None:
        return made
    owned = tuple(replace(one, author=made.author) if one.author is None else one for one in made.posts)
    return replace(made, posts=owned)


def is_media(node: Node) -> bool:
    """Whether an object of the Graph API is Instagram's."""
    return bool(MARKS & set(node)) or ("text" in node and "timestamp" in node)


def _person(node: Node) -> Author | None:
    handle = name(node.get("username"))
    if not handle or is_media(node):
        return None
    return Author(
        name(node.get("name")) or handle,
        f"@{handle}",
        f"{HOME}/{quote(handle)}/",
        web(node.get("profile_picture_url")),
    )


def _author(node: Node) -> Author | None:
    told = record(node.get("owner") or node.get("from") or node.get("user"))
    handle = name(node.get("username") or told.get("username"))
    return Author(handle, f"@{handle}", f"{HOME}/{quote(handle)}/") if handle else None


def post(node: Node, network: str) -> Post | None:
    """Return a picture, a film, a carousel or a comment as a post."""
    key = ident(node.get("id"))
    if not key or not is_media(node):
        return None
    words, html = tagged(text(node.get("caption") or node.get("text")), hashtag=TAGS, mention=NAMES)
    return Post(
        id=key,
        url=_page_of(node),
        time=iso(node.get("timestamp")) or _time_of(node),
        author=_author(node),
        text=words,
        html=html,
        media=tuple(unique(list(_media(node)))),
        network=network,
        counts=counted(
            likes=node.get("like_count"), replies=node.get("comments_count"), views=node.get("view_count")
        ),
        private=node.get("hidden") is True,
        reply_to=ident(dig(node, "media", "id")) if "text" in node else "",
    )


def _page_of(node: Node) -> str:
    short = ident(node.get("shortcode")) or _short(whole(node.get("ig_id")))
    if found := web(node.get("permalink")):
        return found
    return f"{HOME}/p/{quote(short)}/" if short else ""


def _time_of(node: Node) -> str:
    """Return when a medium was made, from its number, which begins with the milliseconds."""
    found = re.match(r"https://www\.instagram\.com/(?:[^/]+/)?(?:p|reel|tv)/([\w-]{9,12})(?:/|$)", _page_of(node))
    number = 0
    for letter in found[1] if found else "":
        number = number * 64 + LETTERS.index(letter)
    return epoch((number >> BITS) + EPOCH, 1000) if number else ""


def _short(number: int | None) -> str:
    letters = ""
    while number:
        number, rest = divmod(number, 64)
        letters = LETTERS[rest] + letters
    return letters


def _media(node: Node) -> Iterator[Media]:
    """Yield a carousel's parts, where more than their ids are told, or the one picture or film; a film whose file is
    withheld has its still alone.
    """
    parts = [{"media_type": "IMAGE", **one, "children": None} for one in records(dig(node, "children", "data"))]
    if below := [media for one in parts for media in _media(one)]:
        yield from below
        return
    url, still = web(node.get("media_url")), web(node.get("thumbnail_url"))
    sizes = size(node.get("width")), size(node.get("height"))
    alt = line(node.get("alt_text"))
    if node.get("media_type") in ("VIDEO", "REELS") and url:
        yield Media("video", url, *sizes, alt=alt, poster=still)
    elif url or still:
        yield Media("image", url or still, *sizes, alt=alt)
