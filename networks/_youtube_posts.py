"""YouTube's Data API v3 as posts: videos, uploads, playlists, search, activities, comments; and its Atom feeds.

https://developers.google.com/youtube/v3/docs (read 2026-11).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from html import unescape
from typing import Any
from urllib.parse import quote

from networks import _oembed
from networks._entities import linked
from networks._errors import opened
from networks._html import of_clean, sanitised
from networks._syndication import language
from networks._times import iso
from networks._walk import counted, dig, ident, loaded, name, record, records, size, text, web, with_query
from networks.records import Answer, Author, Media, Page, Post

HOME = "https://www.youtube.com"
# Reasons: https://developers.google.com/youtube/v3/docs/errors (read 2026-11).
CODES = {
    "quotaExceeded": "rate_limited", "rateLimitExceeded": "rate_limited", "userRateLimitExceeded": "rate_limited",
    "dailyLimitExceeded": "rate_limited", "RESOURCE_EXHAUSTED": "rate_limited", "authError": "login_expired",
    "authorizationRequired": "login_expired", "keyInvalid": "login_expired", "keyExpired": "login_expired",
    "API_KEY_INVALID": "login_expired", "UNAUTHENTICATED": "login_expired", "accessNotConfigured": "login_expired",
    "SERVICE_DISABLED": "login_expired", "API_KEY_SERVICE_BLOCKED": "login_expired",
    "API_KEY_IP_ADDRESS_BLOCKED": "login_expired", "API_KEY_HTTP_REFERRER_BLOCKED": "login_expired",
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": "no_permission", "RATE_LIMIT_EXCEEDED": "rate_limited",
    "insufficientPermissions": "no_permission", "playlistNotFound": "not_found", "channelNotFound": "not_found",
    "videoNotFound": "not_found", "notFound": "not_found", "NOT_FOUND": "not_found", "channelClosed": "gone",
    "channelSuspended": "gone", "forbidden": "not_allowed", "playlistForbidden": "not_allowed",
    "playlistItemsNotAccessible": "not_allowed", "channelForbidden": "not_allowed",
    "PERMISSION_DENIED": "not_allowed",
    "backendError": "unavailable", "internalError": "unavailable",
}  # fmt: skip
# Titles of videos that are in a playlist and nowhere else any more.
UNSEEN = frozenset({"Private video", "Deleted video"})
SIZES = ("maxres", "standard", "high", "medium", "default")
Item = Mapping[str, Any]


def page(answer: Answer, network: str = "youtube") -> Page:
    """Return an answer as a page of posts."""
    if answer.body.lstrip()[:1] == b"<":
        return _of_atom(answer, network)
    data = opened(answer, CODES)
    if _oembed.is_one(data):
        return _oembed.page(data, answer, network)
    body = record(data)
    items = records(body.get("items")) if isinstance(body.get("items"), list) else records(data)
    posts = tuple(post for post in (_post(item, network) for item in items) if post)
    channel = next((item for item in items if _kind(item) == "channel"), {})
    owner = _of_channel(channel) or _one_author(posts)
    more = ident(body.get("nextPageToken"))
    onward = with_query(answer.url, pageToken=more) if more else ""
    return Page(owner.name if owner else name(dig(body, "snippet", "title")), posts, onward, owner)


def named(answer: Answer) -> list[str]:
    """Return the ids of the videos that a list of the API holds; none for anything else."""
    if answer.body.lstrip()[:1] == b"<":
        return []
    items = records(record(loaded(answer.body)).get("items"))
    found = (_address(item, record(item.get("snippet"))) for item in items if _kind(item) == "playlistItem")
    return [key for key, url in found if "/watch?" in url]


def with_details(page: Page, answer: Answer) -> Page:
    """Return a page whose videos have what an answer of ``videos`` says of them: counts, language, age, tags."""
    told = (_post(item, "") for item in records(record(opened(answer, CODES)).get("items")))
    known = {post.id: post for post in told if post}
    return replace(page, posts=tuple(_detailed(post, known.get(post.id)) for post in page.posts))


def _detailed(post: Post, told: Post | None) -> Post:
    if told is None:
        return post
    counts, sensitive = {**post.counts, **told.counts}, told.sensitive or post.sensitive
    return replace(post, counts=counts, sensitive=sensitive, lang=told.lang or post.lang, tags=told.tags or post.tags)


def _of_atom(answer: Answer, network: str) -> Page:
    """Return ``videos.xml`` as posts: its entries have no text, but a description in Media RSS."""
    from networks import _documents

    made = _documents.page(answer, network)
    return replace(made, posts=tuple(_as_video(post) for post in made.posts))


def _as_video(post: Post) -> Post:
    key = post.id.rpartition(":")[2] if post.id.startswith("yt:video:") else ""
    if not key:
        return post
    still = next((one for one in post.media if one.type == "image"), None)
    poster = still.url if still else next((one.poster for one in post.media if one.poster), "")
    return replace(
        post, id=key, media=(_film(key, poster, still.width if still else 0, still.height if still else 0),)
    )


def _film(key: str, poster: str, width: int, height: int) -> Media:
    return Media("video", f"{HOME}/embed/{quote(key)}", width, height, poster=poster, embed=True)


def _kind(item: Item) -> str:
    return ident(item.get("kind")).partition("#")[2]


def _one_author(posts: tuple[Post, ...]) -> Author | None:
    authors = {post.author for post in posts}
    return authors.pop() if len(authors) == 1 else None


def _of_channel(item: Item) -> Author | None:
    told = record(item.get("snippet")) or record(dig(item, "brandingSettings", "channel"))
    title, key = name(told.get("title")), ident(item.get("id"))
    if not title:
        return None
    handle = name(told.get("customUrl"))
    handle = handle if handle.startswith("@") else ""
    return Author(title, handle, f"{HOME}/{handle or 'channel/' + quote(key)}", _still(told)[0])


def _told(item: Item) -> Item:
    """Return an item's words: of a search they come as HTML, as recorded answers show, of anything else plain."""
    told = record(item.get("snippet"))
    if _kind(item) != "searchResult":
        return told
    return {**told, **{key: unescape(text(told.get(key))) for key in ("title", "description", "channelTitle")}}


def _unseen(item: Item, told: Item) -> bool:
    """Whether a video is in a playlist and nowhere else any more, in whatever language that is said."""
    bare = _kind(item) == "playlistItem" and told.get("thumbnails") == {} and "videoOwnerChannelId" not in told
    return bare or name(told.get("title")) in UNSEEN


def _post(item: Item, network: str) -> Post | None:
    told = _told(item)
    if _kind(item) in ("comment", "commentThread") or "textDisplay" in told or "topLevelComment" in told:
        return _comment(item, network)
    if _kind(item) in (
        "channel",
        "channelSection",
        "caption",
        "videoCategory",
        "guideCategory",
        "i18nLanguage",
        "i18nRegion",
    ):
        return None
    key, url = _address(item, told)
    if not key or not told or _unseen(item, told):
        return None
    words, html = linked(text(told.get("description")))
    is_video = "/watch?" in url
    still = _still(told)
    films = (_film(key, *still),) if is_video else (Media("image", *still),) if still[0] else ()
    return Post(
        id=key,
        url=url,
        time=iso(dig(item, "contentDetails", "videoPublishedAt")) or iso(told.get("publishedAt")),
        author=_author(told),
        text=words,
        html=html,
        media=films,
        network=network,
        lang=language(told.get("defaultLanguage") or told.get("defaultAudioLanguage")),
        sensitive=_adult(item),
        counts=_counts(record(item.get("statistics"))),
        title=name(told.get("title")),
        private=dig(item, "status", "privacyStatus") == "private",
        tags=tuple(filter(None, map(name, [tag for tag in _tags(told) if isinstance(tag, str)][:30]))),
    )


def _tags(told: Item) -> list[Any]:
    tags = told.get("tags")
    return tags if isinstance(tags, list) else []


def _adult(item: Item) -> bool | None:
    rating = dig(item, "contentDetails", "contentRating", "ytRating")
    return True if rating == "ytAgeRestricted" else None


def _counts(told: Item) -> dict[str, int]:
    return counted(likes=told.get("likeCount"), views=told.get("viewCount"), replies=told.get("commentCount"))


def _address(item: Item, told: Item) -> tuple[str, str]:
    """Return id and page of what an item is about: a video, else a playlist, else a channel."""
    kind, own = _kind(item), ident(item.get("id"))
    places = list(_places(item, told))
    video = _first(places, "videoId") or (own if kind in ("video", "") and re.fullmatch(r"[\w-]{11}", own) else "")
    if video:
        return video, f"{HOME}/watch?v={quote(video)}"
    listed = _first(places, "playlistId") or (own if kind == "playlist" else "")
    if listed:
        return listed, f"{HOME}/playlist?list={quote(listed)}"
    channel = _first(places, "channelId")
    room = channel or ident(told.get("channelId"))
    return (own or channel, f"{HOME}/channel/{quote(room)}") if room else ("", "")


def _places(item: Item, told: Item) -> Iterator[Item]:
    """Yield where an item may say what it is about: a search's id, a resource, an upload, an activity's details."""
    details = record(item.get("contentDetails"))
    yield record(item.get("id"))
    yield record(told.get("resourceId"))
    yield {key: value for key, value in details.items() if key == "videoId"}
    for one in details.values():
        yield record(record(one).get("resourceId"))
        yield {key: value for key, value in record(one).items() if key == "videoId"}


def _first(places: list[Item], key: str) -> str:
    return next((found for one in places if (found := ident(one.get(key)))), "")


def _author(told: Item) -> Author | None:
    title = name(told.get("videoOwnerChannelTitle") or told.get("channelTitle"))
    key = ident(told.get("videoOwnerChannelId") or told.get("channelId"))
    return Author(title, url=f"{HOME}/channel/{quote(key)}" if key else "") if title or key else None


def _still(told: Item) -> tuple[str, int, int]:
    """Return the largest still picture with its size."""
    known = record(told.get("thumbnails"))
    best = next((one for key in SIZES if web((one := record(known.get(key))).get("url"))), {})
    return web(best.get("url")), size(best.get("width")), size(best.get("height"))


def _comment(item: Item, network: str) -> Post | None:
    thread = record(item.get("snippet"))
    told = record(dig(thread, "topLevelComment", "snippet")) or thread
    key = ident(item.get("id"))
    html = sanitised(told.get("textDisplay"), HOME)
    video = ident(told.get("videoId") or thread.get("videoId"))
    room = ident(told.get("channelId") or thread.get("channelId"))
    base = (
        f"{HOME}/watch?v={quote(video)}&lc={quote(key)}"
        if video
        else f"{HOME}/channel/{quote(room)}/community?lc={quote(key)}"
    )
    shown = name(told.get("authorDisplayName"))
    made, changed = iso(told.get("publishedAt")), iso(told.get("updatedAt"))
    if not key:
        return None
    return Post(
        id=key, url=base, time=made or changed, text=of_clean(html), html=html, network=network,
        author=Author(shown, shown if shown.startswith("@") else "", web(told.get("authorChannelUrl")),
                      web(told.get("authorProfileImageUrl"))) if shown else None,
        counts=counted(likes=told.get("likeCount"), replies=thread.get("totalReplyCount")),
        edited=changed if made and changed > made else "", reply_to=ident(told.get("parentId")),
    )  # fmt: skip
