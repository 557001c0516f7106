"""Posts of atproto's app.bsky as posts: feeds, lists of posts, threads, quotes, and bare records.

Lexicons: https://github.com/bluesky-social/atproto/tree/main/lexicons/app/bsky (read 2026-11). A view is what the app
server makes of a record; a record alone has no names and no picture addresses, which its owner's DID stands in for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from networks import _oembed
from networks._entities import Span, of_bytes, woven
from networks._errors import opened
from networks._pictures import unique
from networks._syndication import language
from networks._times import iso, of_tid
from networks._walk import (
    counted,
    dig,
    digest,
    every,
    ident,
    line,
    name,
    query,
    record,
    records,
    size,
    web,
    with_query,
)
from networks.records import Answer, Author, Link, Media, Page, Post

# Error names: the lexicons' own, and https://atproto.com/specs/xrpc (read 2026-11).
CODES = {
    "BlockedActor": "not_allowed", "BlockedByActor": "not_allowed", "AccountTakedown": "gone",
    "NotFound": "not_found",
    "ActorNotFound": "not_found", "UnknownFeed": "not_found", "UnknownList": "not_found",
    "RecordNotFound": "not_found",
    "RepoNotFound": "not_found", "RepoDeactivated": "gone", "RepoTakendown": "gone", "RepoSuspended": "gone",
    "AccountDeactivated": "gone", "ExpiredToken": "login_expired", "InvalidToken": "login_expired",
    "AuthMissing": "login_expired", "AuthenticationRequired": "login_expired", "AuthRequired": "login_expired",
    "RateLimitExceeded": "rate_limited", "UpstreamFailure": "unavailable", "UpstreamTimeout": "unavailable",
    "InternalServerError": "unavailable", "NotEnoughResources": "unavailable",
}  # fmt: skip
# Labels every client hides or blurs: https://docs.bsky.app/docs/advanced-guides/moderation (read 2026-11).
SENSITIVE = frozenset(
    {
        "porn",
        "sexual",
        "nudity",
        "graphic-media",
        "gore",
        "nsfl",
        "sexual-figurative",
        "self-harm",
        "sensitive",
        "!warn",
    }
)
HIDDEN = frozenset({"!no-unauthenticated", "!hide", "!takedown", "!suspend"})
CDN = "https://cdn.bsky.app/img/feed_fullsize/plain/{did}/{cid}@jpeg"
PROFILE = "https://bsky.app/profile/"
# What stands for a handle that does not lead back to its DID: https://atproto.com/specs/handle (read 2026-11)
NO_HANDLE = "handle.invalid"
# Where Bluesky's own program takes moving pictures from; their sizes stand in the address, what they show behind one
# of two marks (bluesky-social/social-app, src/lib/gif-alt-text.ts, read 2026-11).
MOVING = "media.tenor.com"
_ALT = re.compile(r"^(?:User-provided alt text|ALT):\s*")
View = Mapping[str, Any]


def page(answer: Answer, network: str = "bluesky") -> Page:
    """Return an answer as a page of posts."""
    data = opened(answer, CODES)
    if _oembed.is_one(data):
        return _oembed.page(data, answer, network)
    body = record(data)
    made = (_item(view, reason, network) for view, reason in _views(data))
    posts = tuple(post for post in made if post)
    cursor = ident(body.get("cursor"))
    owner = _author(_profile(body)) if _profile(body) else _one_author(posts)
    title = name(body.get("displayName") or dig(body, "list", "name") or dig(body, "feed", "displayName"))
    title = title or (owner.name or owner.handle if owner else "")
    return Page(title, posts, with_query(answer.url, cursor=cursor) if cursor and posts else "", owner)


def _profile(body: View) -> View:
    nested = next(
        (one for key in ("subject", "creator", "actor") if (one := record(body.get(key))).get("handle")), {}
    )
    return body if "handle" in body and "record" not in body else nested


def _views(data: Any) -> Iterator[tuple[View, View]]:
    """Yield each post with the reason it is there, from any of the lists that hold posts."""
    body = record(data)
    if _is_post(body):
        yield body, {}
        return
    if isinstance(data, list):
        listed = data
    elif isinstance(body.get("post"), dict):
        listed = [body]
    else:
        thread = body.get("thread")
        keys = ("feed", "posts", "items", "records", "bookmarks", "notifications")
        found = [one for key in keys for one in every(body.get(key))]
        listed = [*found, *(_flat(thread) if isinstance(thread, dict) else every(thread))]
    for one in records(listed):
        view = record(dig(one, "value", "post")) or record(one.get("post")) or record(one.get("item")) or one
        if _is_post(view):
            yield view, record(one.get("reason"))


def _flat(thread: View, depth: int = 30) -> Iterator[View]:
    """Yield a thread's posts in reading order: the parents, the post, the replies."""
    if not depth:
        return
    if isinstance(thread.get("parent"), dict):
        yield from _flat({**thread["parent"], "replies": None}, depth - 1)
    yield {"post": thread.get("post")}
    for reply in records(thread.get("replies")):
        yield from _flat({**reply, "parent": None}, depth - 1)


def _is_post(view: View) -> bool:
    kind = ident(_record_of(view).get("$type") or view.get("$type"))
    return _record_of(view) != {} and (not kind or "post" in kind.lower() or kind.endswith("viewRecord"))


def _record_of(view: View) -> View:
    """Return the record in a view, in a quoted view, in a reply of listRecords, or alone."""
    for key in ("record", "value"):
        inner = record(view.get(key))
        if isinstance(inner.get("text"), str) or ("createdAt" in inner and "embed" in inner):
            return inner
    return view if isinstance(view.get("text"), str) and ("createdAt" in view or "$type" in view) else {}


def _one_author(posts: tuple[Post, ...]) -> Author | None:
    authors = {post.author for post in posts if post.repost is None}
    return authors.pop() if len(authors) == 1 else None


def _item(view: View, reason: View, network: str) -> Post | None:
    post = _post(view, network)
    who = _author(record(reason.get("by")))
    if not who or post is None:
        pinned = ident(reason.get("$type")).endswith("reasonPin")
        return Post(**{**vars(post), "pinned": True}) if post and pinned else post
    when, uri = iso(reason.get("indexedAt")), ident(reason.get("uri"))
    return Post(
        id=uri or f"{post.id}#repost-{ident(dig(reason, 'by', 'did'))}", url=post.url, time=when or post.time,
        author=who, network=network, repost=post, private=post.private or _labels(record(reason.get("by")), HIDDEN),
    )  # fmt: skip


def _post(view: View, network: str, *, deep: bool = True) -> Post | None:
    said, who = _record_of(view), record(view.get("author"))
    uri = ident(view.get("uri"))
    author = _author(who)
    raw = said.get("text") if isinstance(said.get("text"), str) else ""
    words, html = woven(str(raw), _spans(str(raw), said))
    did = ident(who.get("did")) or (uri.split("/")[2] if uri.startswith("at://") and uri.count("/") > 2 else "")
    embed = record(view.get("embed")) or next(iter(records(view.get("embeds"))), {}) or record(said.get("embed"))
    if not uri and not words and not embed:
        return None
    key = uri.rpartition("/")[2]
    return Post(
        id=uri or ident(view.get("cid")) or digest(ident(said.get("createdAt")), words),
        url=_page_of(ident(who.get("handle")), did, key),
        time=_time(said, view, key),
        author=author,
        text=words,
        html=html,
        media=tuple(unique(_media(embed, did))),
        network=network,
        lang=next((tag for one in every(said.get("langs")) if (tag := language(one))), ""),
        sensitive=_labels(view, SENSITIVE) or _self_labels(said),
        link=_card(embed, did),
        quote=_quote(embed, network) if deep else None,
        counts=counted(
            likes=view.get("likeCount"), reposts=view.get("repostCount"), replies=view.get("replyCount"),
            quotes=view.get("quoteCount"),
        ),
        reply_to=ident(dig(said, "reply", "parent", "uri")),
        private=_labels(who, HIDDEN) or _labels(view, HIDDEN - {"!no-unauthenticated"}),
        tags=tuple(_tags(said)),
    )  # fmt: skip


def _page_of(handle: str, did: str, key: str) -> str:
    who = handle if handle and handle != NO_HANDLE else did
    if not who:
        return ""
    return (
        f"{PROFILE}{quote(who, safe=':.')}/post/{quote(key, safe='()')}" if key else PROFILE + quote(who, safe=":.")
    )


def _time(said: View, view: View, key: str) -> str:
    """Return when a post was made. Its own word counts unless it is later than when the network first saw it."""
    made, seen = iso(said.get("createdAt")), iso(view.get("indexedAt"))
    return min(made, seen) if made and seen else made or seen or of_tid(key)


def _author(who: View) -> Author | None:
    handle, did = name(who.get("handle")), ident(who.get("did"))
    handle = "" if handle == NO_HANDLE else handle
    if not handle and not did:
        return None
    shown = name(who.get("displayName")) or handle or did
    return Author(shown, f"@{handle}" if handle else "", _page_of(handle, did, ""), web(who.get("avatar")))


def _labels(view: View, wanted: frozenset[str]) -> bool:
    return any(
        ident(label.get("val")) in wanted and label.get("neg") is not True for label in records(view.get("labels"))
    )


def _self_labels(said: View) -> bool:
    return any(ident(label.get("val")) in SENSITIVE for label in records(dig(said, "labels", "values")))


def _tags(said: View) -> list[str]:
    marked = [
        dig(feature, "tag") for facet in records(said.get("facets")) for feature in records(facet.get("features"))
    ]
    return [tag for one in [*every(said.get("tags")), *marked][:30] if (tag := name(one))]


# --- words ---


def _spans(raw: str, said: View) -> Iterator[Span]:
    for facet in records(said.get("facets"))[:500]:
        start, end = dig(facet, "index", "byteStart"), dig(facet, "index", "byteEnd")
        place = of_bytes(raw, start, end) if type(start) is int and type(end) is int else None
        href = next((to for feature in records(facet.get("features")) if (to := _target(feature))), "")
        if place and href:
            yield Span(*place, href)


def _target(feature: View) -> str:
    kind = ident(feature.get("$type"))
    if kind.endswith("#mention"):
        return PROFILE + quote(ident(feature.get("did")), safe=":.")
    if kind.endswith("#tag"):
        return "https://bsky.app/hashtag/" + quote(ident(feature.get("tag")), safe="")
    return web(feature.get("uri"))


# --- what is attached ---


def _kind(embed: View) -> str:
    """Return ``images``, ``video``, ``gallery``, ``external``, ``record`` or ``recordWithMedia``."""
    found = re.match(r"app\.bsky\.embed\.(\w+)", ident(embed.get("$type")))
    return found[1] if found else ""


def _media(embed: View, did: str) -> list[Media]:
    if _kind(embed) == "recordWithMedia":
        return _media(record(embed.get("media")), did)
    if _kind(embed) == "video":
        return _video(embed)
    pictures = [*records(embed.get("images")), *records(embed.get("items"))]
    moving = _moving(record(embed.get("external")))
    return [one for one in (moving, *(_picture(picture, did) for picture in pictures)) if one]


def _moving(outer: View) -> Media | None:
    """Return the moving picture that a link stands for: Bluesky has no other form of one."""
    url = web(outer.get("uri"))
    parts = urlsplit(url)
    if parts.netloc != MOVING or not parts.path.endswith(".gif"):
        return None
    sizes = query(url)
    alt = _ALT.sub("", line(outer.get("description"))) or name(outer.get("title"))
    return Media("image", url, size(sizes.get("ww")), size(sizes.get("hh")), alt=alt)


def _picture(picture: View, did: str) -> Media | None:
    blob = record(picture.get("image"))
    url = web(picture.get("fullsize")) or web(picture.get("thumb")) or _blob(blob, did)
    sizes = size(dig(picture, "aspectRatio", "width")), size(dig(picture, "aspectRatio", "height"))
    return Media("image", url, *sizes, alt=line(picture.get("alt"))) if url else None


def _blob(blob: View, did: str) -> str:
    cid = ident(dig(blob, "ref", "$link") or blob.get("cid"))
    return CDN.format(did=quote(did, safe=":"), cid=quote(cid)) if did and cid else ""


def _video(embed: View) -> list[Media]:
    url, still = web(embed.get("playlist")), web(embed.get("thumbnail"))
    if not url:
        return [Media("image", still)] if still else []
    sizes = size(dig(embed, "aspectRatio", "width")), size(dig(embed, "aspectRatio", "height"))
    return [Media("video", url, *sizes, alt=line(embed.get("alt")), poster=still, embed=True)]


def _card(embed: View, did: str) -> Link | None:
    if _kind(embed) == "recordWithMedia":
        return _card(record(embed.get("media")), did)
    if _kind(embed) == "record":
        return _card_of_record(record(embed.get("record")))
    outer = record(embed.get("external"))
    if _moving(outer):
        return None
    url, thumb = web(outer.get("uri")), outer.get("thumb")
    picture = web(thumb) or _blob(record(thumb), did)
    return Link(url, name(outer.get("title")), name(outer.get("description")), picture) if url else None


def _card_of_record(inner: View) -> Link | None:
    """Return a card for a quoted feed, list or starter pack, which are no posts."""
    kinds = {"generatorView": "feed", "listView": "lists", "starterPackView": "starter-pack", "labelerView": ""}
    kind = ident(inner.get("$type")).rpartition("#")[2]
    part = next((path for view, path in kinds.items() if kind.startswith(view)), None)
    creator = record(inner.get("creator"))
    if part is None or not creator:
        return None
    home = _page_of(ident(creator.get("handle")), ident(creator.get("did")), "")
    key = ident(inner.get("uri")).rpartition("/")[2]
    title = name(
        inner.get("displayName") or inner.get("name") or dig(inner, "record", "name") or creator.get("displayName")
    )
    return Link(
        f"{home}/{part}/{quote(key)}" if part else home,
        title,
        name(inner.get("description") or dig(inner, "record", "description")),
        web(inner.get("avatar")),
    )


def _quote(embed: View, network: str) -> Post | None:
    """Return the quoted post; one that is blocked, detached or deleted is not there."""
    if _kind(embed) == "recordWithMedia":
        return _quote(record(embed.get("record")), network)
    inner = record(embed.get("record"))
    if any(inner.get(key) is True for key in ("notFound", "blocked", "detached")) or not _record_of(inner):
        return None
    return _post(inner, network, deep=False)


# --- for what reads posts one by one ---


def post_of(view: View) -> Post | None:
    """Return one post's view as a post; ``private`` marks one that is not for strangers."""
    return _post(view, "bluesky") if _is_post(view) else None


def author_of(who: View) -> Author | None:
    """Return a profile as an author."""
    return _author(who)


def labelled(view: View, wanted: frozenset[str]) -> bool:
    """Whether a view has one of these labels, and it was not taken back."""
    return _labels(view, wanted)
