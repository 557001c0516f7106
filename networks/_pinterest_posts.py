"""Pinterest's pins and boards as posts. https://developers.pinterest.com/docs/api/v5/ (5.23, read 2026-11)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from networks import _oembed
from networks._entities import linked
from networks._errors import opened
from networks._pictures import unique
from networks._times import iso
from networks._walk import counted, dig, ident, name, record, records, size, text, web, with_query
from networks.records import Answer, Author, Link, Media, Page, Post

HOME = "https://www.pinterest.com"
# https://developers.pinterest.com/docs/reference/error-handling/ and answers seen (read 2026-11)
CODES = {
    "2": "login_expired", "3": "login_expired", "7": "login_expired", "8": "rate_limited", "29": "not_allowed",
    "40": "not_found", "50": "not_found", "2072": "not_found",
}  # fmt: skip
Item = Mapping[str, Any]


def page(answer: Answer, network: str = "pinterest") -> Page:
    """Return an answer as a page of posts."""
    data = opened(answer, CODES)
    if _oembed.is_one(data):
        return _oembed.page(data, answer, network)
    body = record(data)
    items = records(body.get("items")) if isinstance(body.get("items"), list) else records(data)
    posts = tuple(post for post in (_post(item, network) for item in items) if post)
    mark = ident(body.get("bookmark"))
    owner = _account(body) if "account_type" in body or "profile_image" in body else _one_author(posts)
    title = name(body.get("name") or body.get("business_name")) or (owner.name if owner else "")
    return Page(title, posts, with_query(answer.url, bookmark=mark) if mark and posts else "", owner)


def _one_author(posts: tuple[Post, ...]) -> Author | None:
    authors = {post.author for post in posts}
    return authors.pop() if len(authors) == 1 else None


def _account(body: Item) -> Author | None:
    user = name(body.get("username"))
    if not user:
        return None
    shown = name(body.get("business_name")) or user
    return Author(shown, f"@{user}", f"{HOME}/{quote(user)}/", web(body.get("profile_image")))


def _post(item: Item, network: str) -> Post | None:
    key, user = ident(item.get("id")), name(dig(item, "board_owner", "username") or dig(item, "owner", "username"))
    is_board = "pin_count" in item or "privacy" in item
    if not key or not (is_board or "created_at" in item or "media" in item) or "account_type" in item:
        return None
    words, html = linked(text(item.get("description")))
    url = web(item.get("link"))
    return Post(
        id=key,
        url=_board(user, name(item.get("name"))) if is_board else f"{HOME}/pin/{quote(key)}/",
        time=iso(item.get("created_at")),
        author=Author(user, f"@{user}", f"{HOME}/{quote(user)}/") if user else None,
        text=words,
        html=html,
        media=tuple(unique(list(_media(record(item.get("media")), name(item.get("alt_text")))))),
        network=network,
        link=Link(url, name(item.get("title"))) if url else None,
        counts=_counts(record(item.get("pin_metrics"))),
        title=name(item.get("title") or item.get("name")),
        private=item.get("privacy") in ("SECRET", "PROTECTED"),
    )


def _board(user: str, title: str) -> str:
    """Return a board's page: its name in small letters, words apart by hyphens."""
    slug = "-".join("".join(letter if letter.isalnum() else " " for letter in title.lower()).split())
    return f"{HOME}/{quote(user)}/{quote(slug)}/" if user and slug else ""


def _counts(metrics: Item) -> dict[str, int]:
    told = record(metrics.get("lifetime_metrics")) or record(metrics.get("90d"))
    return counted(
        likes=told.get("reaction"), reposts=told.get("save"), replies=told.get("comment"),
        views=told.get("impression"),
    )  # fmt: skip


def _media(media: Item, alt: str) -> Iterator[Media]:
    for one in records(media.get("items")):
        yield from _media({**one, "items": None}, name(one.get("title")) or alt)
    still = _largest(record(media.get("images")))
    cover = web(media.get("cover_image_url")) or web(media.get("image_cover_url")) or (still.url if still else "")
    film = web(media.get("video_url"))
    if film:
        yield Media("video", film, size(media.get("width")), size(media.get("height")), alt, cover)
    elif still:
        yield Media("image", still.url, still.width, still.height, alt)
    elif cover:
        yield Media("image", cover, alt=alt)


def _largest(images: Item) -> Media | None:
    found = [
        Media("image", web(one.get("url")), size(one.get("width")), size(one.get("height")))
        for one in map(record, images.values())
    ]
    return max((one for one in found if one.url), key=lambda one: one.width * one.height, default=None)
