"""Reddit's listings as posts: links and texts (t3), comments (t1), threads, and single things.

https://www.reddit.com/dev/api, https://github.com/reddit-archive/reddit/wiki/JSON (read 2026-11). Without
``raw_json=1`` all text comes with ``&lt;``, ``&gt;`` and ``&amp;`` in it, HTML as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any
from urllib.parse import quote, urlsplit

from networks import _oembed
from networks._errors import opened, problem
from networks._html import of_clean, of_text, sanitised
from networks._pictures import kind_of, unique, within
from networks._times import epoch
from networks._walk import counted, dig, every, ident, name, record, records, size, text, web, whole, with_query
from networks.records import Answer, Author, Link, Media, Option, Page, Poll, Post

HOME = "https://www.reddit.com"
# Names of refusals: https://github.com/reddit-archive/reddit r2/r2/lib/errors.py (read 2026-11).
CODES = {
    "USER_DOESNT_EXIST": "not_found", "SUBREDDIT_NOEXIST": "not_found", "SUBREDDIT_NOTALLOWED": "not_allowed",
    "RATELIMIT": "rate_limited", "USER_REQUIRED": "login_expired", "private": "not_allowed", "banned": "not_found",
    "quarantined": "not_allowed", "gold_only": "not_allowed", "invalid_grant": "login_expired",
    "invalid_token": "login_expired", "unsupported_grant_type": "bad_reply",
}  # fmt: skip
DELETED = frozenset({"[deleted]", "[removed]"})
# Where Reddit keeps what people upload.
FILES = frozenset({"i.redd.it", "v.redd.it", "preview.redd.it", "external-preview.redd.it", "i.reddituploads.com"})
# Replies under replies deeper than this are behind a link on the site too.
DEEPEST = 12
Thing = Mapping[str, Any]


def page(answer: Answer, network: str = "reddit") -> Page:
    """Return an answer as a page of posts."""
    if answer.body.lstrip()[:1] == b"<":
        from networks import _documents

        return _documents.page(answer, network)
    data = opened(answer, CODES)
    if _oembed.is_one(data):
        return _oembed.page(data, answer, network)
    _refused(record(dig(data, "json")))
    things = list(_things(data))
    posts = tuple(post for post in (_post(kind, thing, network) for kind, thing in things) if post)
    after = ident(dig(data, "data", "after"))
    gone = tuple(ident(thing.get("name")) for _, thing in things if thing.get("removed_by_category"))
    owner = _person(record(dig(data, "data"))) if record(data).get("kind") == "t2" else None
    return Page(
        _title(answer.url, data), posts, with_query(answer.url, after=after) if after else "", owner, gone=gone
    )


def _refused(answered: Thing) -> None:
    """Raise the error of an answer to a form: ``{"json": {"errors": [[code, words, field]]}}``."""
    first = [ident(one) for one in every(dig(every(answered.get("errors")), 0))]
    if first:
        raise problem(CODES.get(first[0], "bad_reply"), " ".join(first[1:2]))


def _title(url: str, data: Any) -> str:
    about = record(dig(data, "data"))
    told = name(about.get("display_name_prefixed") or dig(about, "subreddit", "display_name_prefixed"))
    found = re.search(r"/(r|u|user)/([^/?#.<>]+)", urlsplit(web(url)).path)
    return told or (f"{'r' if found[1] == 'r' else 'u'}/{found[2]}" if found else name(about.get("name")))


def _things(data: Any, depth: int = DEEPEST) -> Iterator[tuple[str, Thing]]:
    """Yield kind and data of each post and comment, a thread's replies behind what they answer."""
    if depth <= 0:
        return
    if isinstance(data, list):
        for one in data:
            yield from _things(one, depth)
        return
    thing, inner = record(data), record(dig(data, "data"))
    kind = ident(thing.get("kind"))
    if kind in ("t1", "t3", "t5"):
        yield kind, inner
        yield from _things(inner.get("replies"), depth - 1)
    elif kind == "Listing" or "children" in inner:
        yield from _things(inner.get("children"), depth)
    elif "sorted_links" in thing:  # a collection, which a community's moderators put together
        yield from _things(thing["sorted_links"], depth)
    elif "json" in thing or "things" in inner:
        yield from _things(dig(thing, "json", "data", "things") or inner.get("things"), depth)
    elif isinstance(thing.get("permalink"), str):
        yield ("t3" if "title" in thing else "t1"), thing


def _post(kind: str, thing: Thing, network: str, *, deep: bool = True) -> Post | None:
    key = ident(thing.get("name")) or (f"{kind}_{ident(thing.get('id'))}" if ident(thing.get("id")) else "")
    if not key:
        return None
    if kind == "t5":
        return _community(key, thing, network)
    html = _words(thing, "selftext" if kind == "t3" else "body")
    words = of_clean(html)
    crossed = next(iter(records(thing.get("crosspost_parent_list"))), {})
    mature, spoiler = thing.get("over_18") is True, thing.get("spoiler") is True
    when = epoch(thing.get("edited"))
    return Post(
        id=key,
        url=_page_of(kind, thing),
        time=epoch(thing.get("created_utc")) or epoch(thing.get("created")),
        author=_person(thing),
        text=words,
        html=html,
        media=tuple(_media(thing, html)),
        network=network,
        sensitive=mature or spoiler if "over_18" in thing or "spoiler" in thing else None,
        link=_link(thing),
        poll=_poll(record(thing.get("poll_data"))),
        quote=_post("t3", crossed, network, deep=False) if crossed and deep else None,
        counts=counted(likes=thing.get("ups", thing.get("score")), replies=thing.get("num_comments"),
                       reposts=thing.get("num_crossposts")),
        title=name(unescape(text(thing.get("title")))),
        warning="NSFW" if mature else "Spoiler" if spoiler else "",
        edited=when,
        reply_to=ident(thing.get("parent_id")) if kind == "t1" else "",
        pinned=thing.get("stickied") is True or thing.get("pinned") is True,
        private=thing.get("subreddit_type") in ("private", "employees_only"),
        tags=tuple(filter(None, (name(thing.get("link_flair_text")),))),
    )  # fmt: skip


def _community(key: str, thing: Thing, network: str) -> Post:
    """Return a community in a list of communities as a post about it."""
    html = _words(thing, "public_description")
    place, face = text(thing.get("url")), web(unescape(text(thing.get("icon_img"))).partition("?")[0])
    return Post(
        id=key,
        url=web(HOME + place) if place.startswith("/") else web(place),
        time=epoch(thing.get("created_utc")) or epoch(thing.get("created")),
        text=of_clean(html),
        html=html,
        media=(Media("image", face),) if face else (),
        network=network,
        sensitive=thing["over18"] if isinstance(thing.get("over18"), bool) else None,
        title=name(unescape(text(thing.get("title")))) or name(thing.get("display_name_prefixed")),
        private=thing.get("subreddit_type") not in ("public", "restricted", None),
    )


def _person(thing: Thing) -> Author | None:
    told = thing.get("author", thing.get("name"))
    user = name(told if isinstance(told, str) else None)
    if not user or user in DELETED or user.startswith(("t1_", "t3_")):
        return None
    face = web(unescape(text(thing.get("icon_img"))).partition("?")[0])
    return Author(user, f"u/{user}", f"{HOME}/user/{quote(user)}", face)


def _page_of(kind: str, thing: Thing) -> str:
    link = text(thing.get("permalink"))
    if not link:  # in a list of messages: what it answers stands beside it
        link = text(thing.get("context")).partition("?")[0]
    if link.startswith("/"):
        return web(HOME + link)
    room, post = ident(thing.get("subreddit")), ident(thing.get("link_id")).removeprefix("t3_")
    key = ident(thing.get("id"))
    if kind == "t1" and post and key:
        return f"{HOME}/r/{quote(room or 'all')}/comments/{quote(post)}/_/{quote(key)}/"
    return web(link) or (f"{HOME}/comments/{quote(key)}/" if key and kind == "t3" else "")


def _words(thing: Thing, key: str) -> str:
    """Return the HTML of a text; one that was taken away is empty."""
    written, html = text(thing.get(key)), text(thing.get(key + "_html"))
    if written in DELETED:
        return ""
    if html and "<" not in html:
        html = unescape(html)
    return sanitised(html, HOME) or of_text(unescape(written))


def _link(thing: Thing) -> Link | None:
    """Return the page that a link post is about; a text's or a picture's own address is none, nor a crosspost's."""
    url = web(unescape(text(thing.get("url_overridden_by_dest") or thing.get("url"))), HOME)
    parts, key = urlsplit(url), ident(thing.get("id"))
    own = parts.netloc in FILES or (key and key in parts.path.split("/")) or thing.get("crosspost_parent_list")
    if not url or own or thing.get("is_self") is True or thing.get("is_gallery") is True or kind_of("", url):
        return None
    told = record(dig(thing, "media", "oembed"))
    title = name(told.get("title")) or name(unescape(text(thing.get("title"))))
    return Link(url, title, name(told.get("description")), _thumbnail(thing))


def _thumbnail(thing: Thing) -> str:
    return web(unescape(text(thing.get("thumbnail"))))


def _media(thing: Thing, html: str) -> list[Media]:
    film = record(dig(thing, "secure_media", "reddit_video") or dig(thing, "media", "reddit_video"))
    shown = _preview(thing)
    if film and web(film.get("fallback_url")):
        url = web(film.get("fallback_url"))
        return [
            Media("video", url, size(film.get("width")), size(film.get("height")), poster=shown.url if shown else "")
        ]
    pictures = list(_gallery(thing))
    direct = web(unescape(text(thing.get("url_overridden_by_dest") or thing.get("url"))))
    kind = kind_of("", direct)
    if kind == "image" and not pictures:
        sizes = (shown.width, shown.height) if shown else (0, 0)
        return [Media("image", direct, *sizes)]
    if kind == "video" and not pictures:
        return [Media("video", direct, poster=shown.url if shown else "")]
    return unique([*pictures, *([shown] if shown and not pictures else []), *within(html)])


def _preview(thing: Thing) -> Media | None:
    source = record(dig(thing, "preview", "images", 0, "source"))
    url = web(unescape(text(source.get("url"))))
    return Media("image", url, size(source.get("width")), size(source.get("height"))) if url else None


def _gallery(thing: Thing) -> Iterator[Media]:
    """Yield a gallery's pictures in its order, or the pictures inside a text."""
    known = record(thing.get("media_metadata"))
    items = records(dig(thing, "gallery_data", "items"))
    order = items or [{"media_id": key} for key in known]
    for item in order:
        one = record(known.get(ident(item.get("media_id"))))
        if one.get("e") == "RedditVideo" and (film := web(unescape(text(one.get("hlsUrl"))))):
            yield Media("video", film, size(one.get("x")), size(one.get("y")), name(item.get("caption")), embed=True)
        largest = record(one.get("s"))
        sizes = size(largest.get("x")), size(largest.get("y"))
        film = web(unescape(text(largest.get("mp4"))))
        url = web(unescape(text(largest.get("u") or largest.get("gif"))))
        caption = name(item.get("caption"))
        if film and not url:
            yield Media("video", film, *sizes, alt=caption)
        elif url:
            yield Media("image", url, *sizes, alt=caption)


def _poll(poll: Thing) -> Poll | None:
    options = tuple(
        Option(name(one.get("text")), whole(one.get("vote_count"))) for one in records(poll.get("options"))
    )
    if not options:
        return None
    return Poll(options, whole(poll.get("total_vote_count")), closes=epoch(poll.get("voting_end_timestamp"), 1000))
