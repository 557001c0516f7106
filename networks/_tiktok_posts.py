"""TikTok's video lists as posts: the Display API, the business API's list, and oEmbed answers.

https://developers.tiktok.com/doc/tiktok-api-v2-video-object (read 2026-11). A cover's address dies after six hours.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from networks import _oembed
from networks._entities import tagged
from networks._errors import opened
from networks._times import epoch
from networks._walk import counted, ident, name, record, records, size, text, web, with_query
from networks.records import Answer, Author, Media, Page, Post

HOME = "https://www.tiktok.com"
# https://developers.tiktok.com/doc/tiktok-api-v2-error-handling, and the business API's return codes (read 2026-11)
CODES = {
    "ok": "ok", "0": "ok", "access_token_invalid": "login_expired", "access_token_expired": "login_expired",
    "scope_not_authorized": "no_permission", "scope_permission_missed": "no_permission",
    "rate_limit_exceeded": "rate_limited", "internal_error": "unavailable", "invalid_params": "bad_reply",
    "invalid_file_upload": "bad_reply", "40100": "rate_limited", "40102": "login_expired", "40104": "login_expired",
    "40105": "login_expired", "40001": "not_allowed", "40016": "rate_limited", "40133": "rate_limited",
    "50000": "unavailable", "51010": "unavailable",
}  # fmt: skip
Item = Mapping[str, Any]


def page(answer: Answer, network: str = "tiktok") -> Page:
    """Return an answer as a page of posts."""
    body = record(opened(answer, CODES))
    if _oembed.is_one(body):
        return _oembed.page(body, answer, network)
    data = record(body.get("data"))
    owner = _person(record(data.get("user")) or data)
    posts = tuple(post for post in (_post(item, owner, network) for item in records(data.get("videos"))) if post)
    cursor = ident(data.get("cursor"))
    onward = with_query(answer.url, cursor=cursor) if data.get("has_more") is True and cursor and posts else ""
    return Page(owner.name if owner else "", posts, onward, owner)


def _person(user: Item) -> Author | None:
    shown, handle = name(user.get("display_name")), name(user.get("username"))
    if not shown and not handle:
        return None
    url = f"{HOME}/@{quote(handle)}" if handle else web(user.get("profile_deep_link"))
    return Author(
        shown or handle, f"@{handle}" if handle else "", url, web(user.get("avatar_url") or user.get("profile_image"))
    )


def _post(item: Item, owner: Author | None, network: str) -> Post | None:
    key = ident(item.get("id") or item.get("item_id"))
    if not key:
        return None
    told = text(item.get("video_description") or item.get("caption") or item.get("title"))
    words, html = tagged(told, hashtag=HOME + "/tag/{}", mention=HOME + "/@{}")
    title = name(item.get("title"))
    url = web(item.get("share_url")) or f"{HOME}/@/video/{quote(key)}"
    return Post(
        id=key,
        url=with_query(url, utm_campaign=None, utm_medium=None, utm_source=None),
        time=epoch(item.get("create_time")),
        author=owner or _of_address(url),
        text=words,
        html=html,
        media=tuple(_media(item)),
        network=network,
        counts=counted(
            likes=item.get("like_count", item.get("likes")), replies=item.get("comment_count", item.get("comments")),
            reposts=item.get("share_count", item.get("shares")), views=item.get("view_count",
            item.get("video_views")),
        ),
        title="" if title and words.startswith(title[:30]) else title,
    )  # fmt: skip


def _of_address(url: str) -> Author | None:
    """Return who a video's own address says it is by."""
    handle = next((part[1:] for part in url.split("/")[3:4] if part.startswith("@") and len(part) > 1), "")
    return Author(name(handle), f"@{name(handle)}", f"{HOME}/@{quote(handle)}") if handle else None


def _media(item: Item) -> list[Media]:
    still = web(item.get("cover_image_url") or item.get("thumbnail_url"))
    player = web(item.get("embed_link") or item.get("embed_url"))
    sizes = size(item.get("width")), size(item.get("height"))
    if player:
        return [Media("video", player, *sizes, poster=still, embed=True)]
    return [Media("image", still, *sizes)] if still else []
