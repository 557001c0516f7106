"""Posts of X's API v2 with what it includes beside them; those of v1.1; and oEmbed answers.

https://docs.x.com/x-api/fundamentals/data-dictionary (read 2026-11). A post names its author, media, polls and the
posts it refers to by id; they stand in ``includes``. When a post was made is in its id too, for answers that bring no
other field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape, unescape
from typing import Any
from urllib.parse import quote, urlsplit

from networks._entities import Span, tagged, woven
from networks._errors import opened
from networks._html import of_clean, sanitised
from networks._pictures import unique
from networks._syndication import language
from networks._times import iso, of_x_id
from networks._walk import counted, dig, every, ident, line, name, record, records, size, text, web, whole, with_query
from networks.records import Answer, Author, Link, Media, Option, Page, Poll, Post

# v1.1's numbers (https://developer.x.com/en/support/x-api/error-troubleshooting) and v2's problem types
# (https://docs.x.com/x-api/fundamentals/response-codes-and-errors), both read 2026-11.
SITE = "https://x.com/"
PROBLEMS = {
    "resource-not-found": "not_found", "not-authorized-for-resource": "not_allowed", "usage-capped": "rate_limited",
    "credits-depleted": "not_allowed", "credits": "not_allowed", "client-forbidden": "not_allowed",
    "unsupported-authentication": "login_expired",
}  # fmt: skip
CODES = {
    "17": "not_found", "32": "login_expired", "34": "not_found", "50": "not_found", "63": "not_found",
    "64": "not_allowed",
    "88": "rate_limited", "89": "login_expired", "99": "login_expired", "135": "login_expired", "144": "not_found",
    "179": "not_allowed", "185": "rate_limited", "215": "login_expired", "326": "login_expired", "416": "not_allowed",
    **{f"https://api.{at}.com/2/problems/{kind}": code for at in ("twitter", "x") for kind, code in PROBLEMS.items()},
    "Unauthorized": "login_expired", "Too Many Requests": "rate_limited", "CreditsDepleted": "not_allowed",
    "SpendCapReached": "not_allowed",
}  # fmt: skip
# Codes for "no language": undetermined, no words, art, only mentions, cashtags, tags, media, very short.
NO_LANGUAGE = frozenset({"und", "zxx", "art", "qam", "qct", "qht", "qme", "qst"})
# The HTML of an oEmbed answer, and the marks of one kind in a text, that are read.
LONGEST, MOST_MARKS = 20_000, 200
_STATUS = re.compile(r"/status(?:es)?/(\d{1,19})")
_OF_MEDIA = re.compile(r"/status/\d+/(?:photo|video)/\d")
Tweet = Mapping[str, Any]


@dataclass(frozen=True)
class Beside:
    """What stands beside the posts of an answer, by id."""

    users: Mapping[str, Tweet] = field(default_factory=dict)
    media: Mapping[str, Tweet] = field(default_factory=dict)
    polls: Mapping[str, Tweet] = field(default_factory=dict)
    tweets: Mapping[str, Tweet] = field(default_factory=dict)


def page(answer: Answer, network: str = "x") -> Page:
    """Return an answer as a page of posts."""
    data = opened(answer, CODES)
    body = record(data)
    if isinstance(body.get("html"), str) and "author_name" in body:
        return _of_oembed(body, network)
    beside = _beside(record(body.get("includes")))
    listed = [one for one in records(data if isinstance(data, list) else body.get("data", data)) if _is_post(one)]
    posts = tuple(_post(one, beside, network) for one in listed)
    owner = _owner(body, posts)
    return Page(_title(body, owner), posts, _next(answer, body), owner)


def _is_post(value: Tweet) -> bool:
    return isinstance(value.get("text") or value.get("full_text"), str) and bool(
        ident(value.get("id_str") or value.get("id"))
    )


def _beside(includes: Tweet) -> Beside:
    def by(key: str, mark: str) -> dict[str, Tweet]:
        return {ident(one.get(mark)): one for one in records(includes.get(key))}

    return Beside(by("users", "id"), by("media", "media_key"), by("polls", "id"), by("tweets", "id"))


def _owner(body: Tweet, posts: tuple[Post, ...]) -> Author | None:
    about = record(body.get("data"))
    if "username" in about:
        return _author(about)
    authors = {post.author for post in posts}
    return authors.pop() if len(authors) == 1 else None


def _title(body: Tweet, owner: Author | None) -> str:
    return (owner.name if owner else "") or name(dig(body, "data", "name") or dig(body, "data", "title"))


def _next(answer: Answer, body: Tweet) -> str:
    token = ident(dig(body, "meta", "next_token"))
    if not token:
        return ""
    key = "next_token" if "/search/" in urlsplit(answer.url).path else "pagination_token"
    return with_query(answer.url, **{key: token})


def _author(user: Tweet) -> Author | None:
    handle = name(user.get("username") or user.get("screen_name"))
    if not handle and not name(user.get("name")):
        return None
    url = f"https://x.com/{quote(handle, safe='')}" if handle else ""
    face = web(user.get("profile_image_url") or user.get("profile_image_url_https"))
    return Author(
        name(user.get("name")) or handle, f"@{handle}" if handle else "", url, face.replace("_normal.", "_bigger.")
    )


def _post(tweet: Tweet, beside: Beside, network: str, *, deep: bool = True) -> Post:
    key = ident(tweet.get("id_str") or tweet.get("id"))
    author = _author(beside.users.get(ident(tweet.get("author_id")), record(tweet.get("user"))))
    refers = {ident(one.get("type")): ident(one.get("id")) for one in records(tweet.get("referenced_tweets"))}
    passed, quoted = _referred(tweet, refers, beside, network) if deep else (None, None)
    words, html = ("", "") if passed else _words(tweet, {quoted.id} if quoted else set())
    history = [ident(one) for one in every(tweet.get("edit_history_tweet_ids"))]
    lang = language(tweet.get("lang"))
    return Post(
        id=key,
        url=_page_of(key, author),
        time=iso(tweet.get("created_at")) or of_x_id(key),
        author=author,
        text=words,
        html=html,
        media=() if passed else tuple(_media(tweet, beside)),
        network=network,
        lang="" if lang in NO_LANGUAGE else lang,
        sensitive=tweet["possibly_sensitive"] if isinstance(tweet.get("possibly_sensitive"), bool) else None,
        link=None if passed else _card(tweet),
        poll=_poll(tweet, beside),
        quote=quoted,
        repost=passed,
        counts={} if passed else _counts(tweet),
        edited=of_x_id(history[-1]) if len(history) > 1 else "",
        reply_to=refers.get("replied_to", "") or ident(tweet.get("in_reply_to_status_id_str")),
        private=dig(tweet, "user", "protected") is True,
        tags=tuple(filter(None, (name(one.get("tag")) for one in records(dig(tweet, "entities", "hashtags"))))),
    )


def _page_of(key: str, author: Author | None) -> str:
    return f"{author.url}/status/{quote(key)}" if author and author.handle else f"https://x.com/i/status/{quote(key)}"


def _referred(
    tweet: Tweet, refers: Mapping[str, str], beside: Beside, network: str
) -> tuple[Post | None, Post | None]:
    """Return the post passed on, and the post quoted; one that is not included is its address alone."""
    found: list[Post | None] = []
    for kind, old in (("retweeted", "retweeted_status"), ("quoted", "quoted_status")):
        inner = beside.tweets.get(refers.get(kind, ""), record(tweet.get(old)))
        if _is_post(inner):
            found.append(_post(inner, beside, network, deep=False))
        else:
            key = refers.get(kind, "")
            found.append(Post(id=key, url=_page_of(key, None), time=of_x_id(key), network=network) if key else None)
    return found[0], found[1]


def _counts(tweet: Tweet) -> dict[str, int]:
    told = record(tweet.get("public_metrics"))
    return counted(
        likes=told.get("like_count", tweet.get("favorite_count")),
        reposts=told.get("retweet_count", tweet.get("retweet_count")),
        replies=told.get("reply_count"),
        quotes=told.get("quote_count"),
        views=told.get("impression_count"),
    )


# --- words ---


def _words(tweet: Tweet, quoted: set[str]) -> tuple[str, str]:
    """Return text and HTML of a post, the long form where there is one. X sends ``&``, ``<`` and ``>`` escaped."""
    long = record(tweet.get("note_tweet"))
    given = long if isinstance(long.get("text"), str) else tweet
    raw = str(given.get("full_text") or given.get("text") or "")
    if not isinstance(given.get("entities"), dict):  # not asked for, so nothing is marked
        return tagged(unescape(raw), hashtag=SITE + "hashtag/{}", mention=SITE + "{}")
    return woven(raw, _spans(raw, given["entities"], quoted), escaped=True)


def _spans(raw: str, entities: Tweet, quoted: set[str]) -> Iterator[Span]:
    """Yield what is marked in a text. Where the marks are off by a few characters, the words themselves are found."""
    for one in [*records(entities.get("urls")), *records(entities.get("media"))][:MOST_MARKS]:
        word = str(one.get("url") or "")
        place = _place(raw, one, (word,))
        target = web(one.get("expanded_url") or one.get("unwound_url"))
        ours = _OF_MEDIA.search(target) or ((found := _STATUS.search(target)) and found[1] in quoted)
        if place and word:
            yield Span(*place, word, name(one.get("display_url")) or target or word, drop=bool(ours))
    for key, mark, value, base in (
        ("mentions", "@", "username", SITE), ("user_mentions", "@", "screen_name", SITE),
        ("hashtags", "#", "tag", SITE + "hashtag/"), ("cashtags", "$", "tag", SITE + "search?q=%24"),
    ):  # fmt: skip
        for one in records(entities.get(key))[:MOST_MARKS]:
            word = name(one.get(value) or one.get("text"))
            place = _place(raw, one, (mark + word, "＠" + word if mark == "@" else "＃" + word))
            if place and word:
                yield Span(*place, base + quote(word, safe=""))


def _place(raw: str, one: Tweet, words: tuple[str, ...]) -> tuple[int, int] | None:
    indices = every(one.get("indices"))
    start, end = one.get("start", indices[0] if indices else None), one.get("end", indices[-1] if indices else None)
    if (
        type(start) is int
        and type(end) is int
        and raw[max(start, 0) : end].lower() in {word.lower() for word in words}
    ):
        return start, end
    near = max(0, start - 12) if type(start) is int else 0
    for word in words:
        at = raw.lower().find(word.lower(), near) if len(word) > 1 else -1
        if at >= 0:
            return at, at + len(word)
    return None


# --- what is attached ---


def _media(tweet: Tweet, beside: Beside) -> list[Media]:
    keys = [ident(key) for key in every(dig(tweet, "attachments", "media_keys"))]
    given = [beside.media.get(key, {}) for key in keys]
    given += records(dig(tweet, "extended_entities", "media")) or records(dig(tweet, "entities", "media"))
    return unique([one for one in map(_file, given) if one])


def _file(one: Tweet) -> Media | None:
    still = web(one.get("url") if one.get("type") == "photo" and "media_url_https" not in one else None)
    still = still or web(one.get("preview_image_url") or one.get("media_url_https"))
    sizes = (
        size(one.get("width") or dig(one, "original_info", "width")),
        size(one.get("height") or dig(one, "original_info", "height")),
    )
    alt = line(one.get("alt_text") or one.get("ext_alt_text"))
    variants = [*records(one.get("variants")), *records(dig(one, "video_info", "variants"))]
    films = [
        (whole(v.get("bit_rate") or v.get("bitrate")) or 0, web(v.get("url")))
        for v in variants
        if v.get("content_type") == "video/mp4"
    ]
    best = max((film for film in films if film[1]), default=(0, ""))[1]
    if one.get("type") in ("video", "animated_gif") and best:
        return Media("video", best, *sizes, alt=alt, poster=still)
    return Media("image", still, *sizes, alt=alt) if still else None


def _card(tweet: Tweet) -> Link | None:
    for one in records(dig(tweet, "entities", "urls")):
        url, title = web(one.get("unwound_url") or one.get("expanded_url")), name(one.get("title"))
        if url and title and not _STATUS.search(url):
            return Link(url, title, name(one.get("description")), web(dig(one, "images", 0, "url")))
    return None


def _poll(tweet: Tweet, beside: Beside) -> Poll | None:
    key = ident(dig(tweet, "attachments", "poll_ids", 0))
    poll = beside.polls.get(key, {})
    told = sorted(records(poll.get("options")), key=lambda one: whole(one.get("position")) or 0)
    options = tuple(Option(name(one.get("label")), whole(one.get("votes"))) for one in told)
    if not options:
        return None
    votes = sum(option.votes or 0 for option in options)
    return Poll(
        options, votes, None, closed=poll.get("voting_status") == "closed", closes=iso(poll.get("end_datetime"))
    )


def _of_oembed(body: Tweet, network: str) -> Page:
    """Return the one post of an oEmbed answer (https://docs.x.com/x-for-websites/oembed-api)."""
    url = web(body.get("url"))
    found = _STATUS.search(url)
    home = web(body.get("author_url"))
    handle = urlsplit(home).path.strip("/")
    author = Author(name(body.get("author_name")), f"@{handle}" if handle else "", home)
    quoted = re.search(r"(?is)<p\b[^>]*>.*?</p>", text(body.get("html"))[:LONGEST])
    html = sanitised(quoted[0]) if quoted else ""
    if not found:
        return Page(title=author.name, author=author)
    words = of_clean(html) or name(body.get("title"))
    post = Post(found[1], url, of_x_id(found[1]), author, words, html or f"<p>{escape(words)}</p>", network=network)
    return Page(title=author.name, posts=(post,), author=author)
