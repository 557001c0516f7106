"""Statuses of Mastodon's API as posts: Mastodon, Pleroma, Akkoma, GoToSocial, Pixelfed, Friendica and others speak
it.

https://docs.joinmastodon.org/entities/Status/ (4.6, read 2026-11).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote, urlsplit

from networks._errors import opened, problem
from networks._html import of_clean, sanitised
from networks._pictures import kind_of, unique
from networks._syndication import language
from networks._times import iso
from networks._walk import (
    counted,
    dig,
    ident,
    line,
    name,
    next_of_link,
    origin,
    query,
    record,
    records,
    size,
    text,
    web,
    whole,
    with_query,
)
from networks.records import Answer, Author, Link, Media, Option, Page, Poll, Post

# Words that stand for a refusal beside the common ones (app/controllers/api/base_controller.rb, 4.6).
CODES = {
    "This method requires an authenticated user": "login_expired",
    "This API requires an authenticated user": "login_expired",
    "Record not found": "not_found",
    "Too many requests": "rate_limited",
    "This action is not allowed": "not_allowed",
}
# Where a page goes on before the last status's id; other lists have ids of their own, told in the Link header only.
BY_STATUS = re.compile(r"/api/v1/(?:accounts/[^/]+/statuses|timelines/.+)/?")
PUBLIC = frozenset({"public", "unlisted", "local", ""})
# Ended by the next one that begins, so that many which never end are not each looked through to the same place.
FALLBACK = re.compile(r'(?is)<(p|span) class="quote-inline">(?:(?!<\1 class="quote).){0,3000}?</\1>')


def page(answer: Answer, network: str) -> Page:
    """Return statuses as a page of posts, whatever list they come in."""
    data = opened(answer, CODES)
    return of_data(data, answer, network)


def of_data(data: Any, answer: Answer, network: str) -> Page:
    """Return parsed statuses as a page of posts."""
    listed = list(_statuses(data))
    posts = tuple(post for post in (_post(status, network) for status in listed) if post)
    owner = _account(record(data)) if _is_account(record(data)) else _one_author(posts)
    title = _tag(answer.url) or (owner.name or owner.handle if owner else "") or name(record(data).get("title"))
    return Page(title=title, posts=posts, next=_next(answer, listed), author=owner)


def _statuses(data: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the statuses in a list, a thread, a search, notifications, conversations, or one alone."""
    if isinstance(data, dict) and not _is_status(data):
        for key in ("ancestors", "status", "last_status", "statuses", "descendants"):
            yield from (one for one in records(data.get(key)) if _is_status(one))
        return
    for one in records(data):
        if _is_status(one):
            yield one
        else:
            yield from (
                held for key in ("status", "last_status") for held in records(one.get(key)) if _is_status(held)
            )


def _is_status(value: Mapping[str, Any]) -> bool:
    told = isinstance(value.get("content"), str) or isinstance(value.get("reblog"), dict)
    return told and bool(ident(value.get("id"))) and not _is_account(value)


def _is_account(value: Mapping[str, Any]) -> bool:
    return isinstance(value.get("acct") or value.get("username"), str) and "content" not in value


def _one_author(posts: tuple[Post, ...]) -> Author | None:
    authors = {post.author for post in posts}
    return authors.pop() if len(authors) == 1 else None


def _tag(url: str) -> str:
    found = re.search(r"/timelines/tag/([^/?#]+)", url)
    return f"#{unquote(found[1])}" if found else ""


def _next(answer: Answer, listed: list[Mapping[str, Any]]) -> str:
    told = next_of_link(answer.headers.get("link", ""), answer.url)
    if told is not None:
        return told
    address = web(answer.url)
    if not address or not BY_STATUS.fullmatch(urlsplit(address).path) or not listed:
        return ""
    last = ident(listed[-1].get("id"))
    return (
        with_query(address, max_id=last, min_id=None, since_id=None) if last != query(address).get("max_id") else ""
    )


def _post(status: Mapping[str, Any], network: str, *, deep: bool = True) -> Post | None:
    page_url = web(status.get("url")) or web(status.get("uri"))
    passed = record(status.get("reblog"))
    post = Post(
        id=ident(status.get("uri")) or ident(status.get("id")),
        url=page_url,
        time=iso(status.get("created_at")),
        author=_account(record(status.get("account"))),
        network=network,
        edited=iso(status.get("edited_at")),
        pinned=status.get("pinned") is True,
        private=ident(status.get("visibility")) not in PUBLIC,
    )
    if passed:
        inner = _post(passed, network) if deep else None
        return replace(post, url=_page_of_repost(page_url, inner), repost=inner)
    return _filled(post, status, network, deep=deep)


def _page_of_repost(url: str, inner: Post | None) -> str:
    """Return where a repost is seen: its own address is an activity, not a page, on most servers."""
    return inner.url if inner and inner.url and (not url or url.endswith("/activity")) else url


def _filled(post: Post, status: Mapping[str, Any], network: str, *, deep: bool) -> Post:
    quoted = _quoted(status, network) if deep else None
    raw = text(status.get("content"))
    html = sanitised(FALLBACK.sub("", raw) if quoted else raw, post.url)
    answered = ident(status.get("in_reply_to_id"))
    return replace(
        post,
        text=of_clean(html),
        html=html,
        media=tuple(_media(status, post.url)),
        lang=language(status.get("language")),
        sensitive=status["sensitive"] if isinstance(status.get("sensitive"), bool) else None,
        warning=name(status.get("spoiler_text")),
        link=_card(record(status.get("card"))),
        poll=_poll(record(status.get("poll"))),
        quote=quoted,
        counts=counted(
            likes=status.get("favourites_count"),
            reposts=status.get("reblogs_count"),
            replies=status.get("replies_count"),
            quotes=status.get("quotes_count"),
        ),
        reply_to=answered,
        tags=tuple(filter(None, (name(tag.get("name")) for tag in records(status.get("tags"))[:30]))),
    )


def _quoted(status: Mapping[str, Any], network: str) -> Post | None:
    """Return the quoted status where its author agreed; Pleroma and Fedibird put it there without that wrapper."""
    quote = record(status.get("quote"))
    inner = record(quote.get("quoted_status")) or (quote if _is_status(quote) else {})
    agreed = quote.get("state") in (None, "accepted")
    inner = inner or record(dig(status, "pleroma", "quote"))
    return _post(inner, network, deep=False) if agreed and _is_status(inner) else None


def _account(account: Mapping[str, Any]) -> Author | None:
    acct, url = name(account.get("acct") or account.get("username")), web(account.get("url"))
    if not acct and not url:
        return None
    if acct and "@" not in acct and url:
        acct = f"{acct}@{urlsplit(url).netloc}"
    shown = name(account.get("display_name"))
    for emoji in records(account.get("emojis"))[:50]:
        shown = shown.replace(f":{name(emoji.get('shortcode'))}:", "")
    handle = f"@{acct}" if acct else ""
    avatar = web(account.get("avatar_static")) or web(account.get("avatar"))
    return Author(" ".join(shown.split()) or name(account.get("username")) or acct, handle, url, avatar)


def _media(status: Mapping[str, Any], base: str) -> list[Media]:
    found = []
    for one in records(status.get("media_attachments")):
        url = web(one.get("url"), origin(base)) or web(one.get("remote_url"))
        told = ident(one.get("type"))
        kind = kind_of("", url, {"gifv": "video"}.get(told, told if told != "unknown" else ""))
        if not url or kind is None:
            continue
        meta = record(dig(one, "meta", "original")) or record(one.get("meta"))
        still = web(one.get("preview_url"), origin(base)) if kind != "image" else ""
        alt = line(one.get("description"))
        found.append(
            Media(kind, url, size(meta.get("width")), size(meta.get("height")), alt, still if still != url else "")
        )
    return unique(found)


def _card(card: Mapping[str, Any]) -> Link | None:
    url = web(card.get("url"))
    if not url:
        return None
    return Link(url, name(card.get("title")), name(card.get("description")), web(card.get("image")))


def _poll(poll: Mapping[str, Any]) -> Poll | None:
    options = tuple(
        Option(name(one.get("title")), whole(one.get("votes_count"))) for one in records(poll.get("options"))
    )
    if not options:
        return None
    return Poll(
        options, whole(poll.get("votes_count")), whole(poll.get("voters_count")), poll.get("multiple") is True,
        poll.get("expired") is True, iso(poll.get("expires_at")),
    )  # fmt: skip


def id_of_lookup(answer: Answer) -> str:
    """Return an account's id from the answer of ``accounts/lookup``; raise what it refuses with."""
    found = ident(record(opened(answer, CODES)).get("id"))
    if not found:
        raise problem("not_found")
    return found


# --- for what reads statuses one by one ---


def is_status(value: Mapping[str, Any]) -> bool:
    """Whether an object is a status, and not an account."""
    return _is_status(value)


def post_of(status: Mapping[str, Any], network: str) -> Post | None:
    """Return one status as a post; ``reply_to`` is the id that its server has for what it answers."""
    return _post(status, network)


def author_of(account: Mapping[str, Any]) -> Author | None:
    """Return an account as an author."""
    return _account(account)
