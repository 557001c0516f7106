"""Networks that tell of single posts, as a small internet: Mastodon, Misskey, Bluesky, X, TikTok, GitHub."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image

from tests.login.internet import Asked

TOOTS, NOTES = "https://toots.example", "https://notes.example"
FILES = "https://files.example"
BLUESKY = "https://public.api.bsky.app/xrpc"
DID = "did:plc:abcdefghijklmnopqrstuvwx"
ME = {
    "id": "7", "acct": "ada", "username": "ada", "display_name": "Ada Lovelace", "url": f"{TOOTS}/@ada",
    "avatar": f"{FILES}/face.png", "avatar_static": f"{FILES}/face.png",
}  # fmt: skip
WIDE = {"type": "image", "url": f"{FILES}/wide.png", "description": "Stalls along the quay",
        "meta": {"original": {"width": 1200, "height": 675}}}  # fmt: skip
SAID = "The market moves to <a href='https://river.example/'>the river</a> on Thursday, an hour earlier than before."


def status(number: int, words: str = SAID, **more: Any) -> dict[str, Any]:
    """A status of the server's own."""
    return {
        "id": str(number), "uri": f"{TOOTS}/users/ada/statuses/{number}", "url": f"{TOOTS}/@ada/{number}",
        "created_at": "2026-03-05T09:30:00Z", "content": f"<p>{words}</p>", "account": ME, "visibility": "public",
        "media_attachments": [], "language": "en", "favourites_count": 12, "reblogs_count": 3, "replies_count": 1,
        **more,
    }  # fmt: skip


def skeet(key: str, words: str = "The quay is older than the town.", **more: Any) -> dict[str, Any]:
    """A post's view of Bluesky's."""
    author = {"did": DID, "handle": "grace.example", "displayName": "Grace Hopper", "avatar": f"{FILES}/face.png"}
    return {
        "uri": f"at://{DID}/app.bsky.feed.post/{key}", "cid": "bafy", "author": author | more.pop("author", {}),
        "record": {"$type": "app.bsky.feed.post", "text": words, "createdAt": "2026-03-05T09:30:00Z"},
        "indexedAt": "2026-03-05T09:30:01Z", "likeCount": 5, **more,
    }  # fmt: skip


QUOTED = skeet("3kquoted00000") | {"$type": "app.bsky.embed.record#viewRecord"}
QUOTED["value"] = QUOTED.pop("record")
POLL = {"options": [{"title": "Bread", "votes_count": 6}, {"title": "Cheese", "votes_count": 4}], "votes_count": 10}
CARD = {"url": "https://river.example/market", "title": "The market moves", "description": "From April on the quay.",
        "image": f"{FILES}/square.png"}  # fmt: skip
CLIP = {"type": "video", "url": f"{FILES}/clip.mp4", "preview_url": f"{FILES}/wide.png", "description": "Bread",
        "meta": {"original": {"width": 1280, "height": 720}}}  # fmt: skip
ARABIC = "السوق ينتقل إلى النهر يوم الخميس."
# The statuses of the Mastodon server by their number; a test may change them.
STATUSES: dict[int, dict[str, Any]] = {
    100001: status(100001),
    100002: status(100002, media_attachments=[WIDE]),
    100003: status(100003, "What do you buy first?", poll=POLL),
    100004: status(100004, "Read this.", card=CARD),
    100005: status(100005, "The ship sinks.", sensitive=True, spoiler_text="A film ends badly"),
    100006: status(100006, "Careful.", sensitive=True, media_attachments=[WIDE]),
    100007: status(100007, "A clip.", media_attachments=[CLIP]),
    100008: status(100008, ARABIC, language="ar"),
    100009: status(100009, "For my followers.", visibility="private"),
    100010: status(100010, "Somebody else's.", account=ME | {"url": "https://elsewhere.example/@ada"}),
    100011: status(100011, "<img src=x onerror=a(1)><script>a(2)</script><a href='javascript:a(3)'>x</a>"),
    100012: status(100012, "Edited.", edited_at="2026-03-06T09:30:00Z"),
    100013: status(100013, "word " * 300),
}
SKEETS: dict[str, dict[str, Any]] = {
    "3kplain000000": skeet("3kplain000000"),
    "3kquote000000": skeet("3kquote000000", "Look.", embed={"$type": "app.bsky.embed.record#view", "record": QUOTED}),
    "3khidden00000": skeet("3khidden00000", author={"labels": [{"val": "!no-unauthenticated"}]}),
}
TWEET = (
    '<blockquote class="twitter-tweet"><p lang="en" dir="ltr">just setting up my twttr</p>&mdash; jack (@jack) '
    '<a href="https://x.com/jack/status/1580000000000000000">October 12, 2022</a></blockquote>'
)
RELEASE = {
    "id": 1, "node_id": "RE_1", "html_url": "https://github.com/ada/engine/releases/tag/v1.0", "tag_name": "v1.0",
    "name": "Engine 1.0", "published_at": "2026-03-05T09:30:00Z", "body_html": "<p>It <strong>turns</strong>.</p>",
    "author": {"login": "ada", "avatar_url": f"{FILES}/face.png"},
}  # fmt: skip
FILM = {
    "version": "1.0", "type": "video", "title": "How bread is made #bread", "author_name": "Ada", "html": "<b></b>",
    "author_unique_id": "ada", "author_url": "https://www.tiktok.com/@ada", "provider_name": "TikTok",
    "thumbnail_url": f"{FILES}/tall.png", "thumbnail_width": 576, "thumbnail_height": 1024,
}  # fmt: skip
NOTE = {
    "@context": "https://www.w3.org/ns/activitystreams", "type": "Note", "id": f"{NOTES}/notes/9abcdefghi",
    "attributedTo": f"{NOTES}/users/9xyz", "content": "<p>こんにちは</p>", "published": "2026-03-05T09:30:00Z",
    "to": ["https://www.w3.org/ns/activitystreams#Public"],
}  # fmt: skip
ACTOR = {
    "@context": "https://www.w3.org/ns/activitystreams", "type": "Person", "id": f"{NOTES}/users/9xyz",
    "name": "Yuki", "preferredUsername": "yuki", "url": f"{NOTES}/@yuki",
    "icon": {"type": "Image", "url": f"{FILES}/face.png"},
}  # fmt: skip
PAGE = b"<!doctype html><title>The page itself</title><meta name=description content='As any page.'>"


def picture(width: int, height: int) -> Any:
    """A picture, as the files' server sends it."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), (200, 110, 60)).save(out, "PNG")
    return lambda _asked: (200, out.getvalue(), {"Content-Type": "image/png"})


def _gone(_asked: Asked) -> Any:
    return 404, {"error": "Record not found"}


def _post(asked: Asked) -> Any:
    key = asked.query["uris"].rpartition("/")[2]
    return {"posts": [SKEETS[key]] if key in SKEETS else []}


def tweet() -> dict[str, Any]:
    """X's oEmbed answer."""
    return {
        "url": "https://x.com/jack/status/1580000000000000000", "author_name": "jack",
        "author_url": "https://x.com/jack", "html": TWEET, "type": "rich", "version": "1.0", "provider_name": "X",
    }  # fmt: skip


def _tweet(asked: Asked) -> Any:
    if asked.query["url"].endswith("/status/1580000000000000000"):
        return tweet()
    return 404, {"error": "Sorry, that page does not exist", "request": "/oembed"}


def pages() -> dict[str, Any]:
    """The internet: an address without its query, and what it answers."""
    statuses = {f"{TOOTS}/api/v1/statuses/{n}": (lambda _asked, n=n: STATUSES[n]) for n in STATUSES}
    return {
        **statuses,
        **{f"{TOOTS}/@ada/{n}": PAGE for n in [*STATUSES, 999999]},
        f"{TOOTS}/api/v1/statuses/999999": _gone,
        "https://blog.example/@ada/123456": PAGE,  # another software's page, which has such an address too
        "https://blog.example/api/v1/statuses/123456": (404, b"<!doctype html><title>Not found</title>"),
        f"{NOTES}/notes/9abcdefghi": NOTE,
        f"{NOTES}/users/9xyz": ACTOR,
        f"{NOTES}/notes/9deleted00": (410, {"type": "Tombstone", "id": f"{NOTES}/notes/9deleted00"}),
        f"{BLUESKY}/com.atproto.identity.resolveHandle": {"did": DID},
        f"{BLUESKY}/app.bsky.feed.getPosts": _post,
        "https://bsky.app/profile/grace.example/post/3khidden00000": PAGE,
        "https://publish.x.com/oembed": _tweet,
        "https://api.github.com/repos/ada/engine/releases/tags/v1.0": RELEASE,
        "https://www.tiktok.com/oembed": FILM,
        **{f"{FILES}/{name}.png": picture(*size) for name, size in SIZES.items()},
    }


SIZES = {"wide": (1200, 675), "square": (400, 400), "face": (120, 120), "tall": (576, 1024)}
SHOWN: dict[str, str] = {
    "toot": f"{TOOTS}/@ada/100001", "picture": f"{TOOTS}/@ada/100002", "poll": f"{TOOTS}/@ada/100003",
    "card": f"{TOOTS}/@ada/100004", "warning": f"{TOOTS}/@ada/100005", "sensitive": f"{TOOTS}/@ada/100006",
    "clip": f"{TOOTS}/@ada/100007", "arabic": f"{TOOTS}/@ada/100008", "hostile": f"{TOOTS}/@ada/100011",
    "edited": f"{TOOTS}/@ada/100012", "note": f"{NOTES}/notes/9abcdefghi", "long": f"{TOOTS}/@ada/100013",
    "skeet": "https://bsky.app/profile/grace.example/post/3kplain000000",
    "quote": "https://bsky.app/profile/grace.example/post/3kquote000000",
    "x": "https://x.com/jack/status/1580000000000000000", "release": str(RELEASE["html_url"]),
    "film": "https://www.tiktok.com/@ada/video/6718335390845095173",
}  # fmt: skip
GONE = {
    "toot": f"{TOOTS}/@ada/999999", "note": f"{NOTES}/notes/9deleted00", "x": "https://x.com/jack/status/1580000000000000001",
    "skeet": "https://bsky.app/profile/grace.example/post/3kdeleted0000",
}  # fmt: skip
AS_A_PAGE = {
    "private": f"{TOOTS}/@ada/100009", "not of that server": f"{TOOTS}/@ada/100010",
    "no such software": "https://blog.example/@ada/123456",
    "only for those logged in": "https://bsky.app/profile/grace.example/post/3khidden00000",
}  # fmt: skip
