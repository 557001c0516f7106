"""LinkedIn's posts as posts: the Posts API, and the older shapes of UGC posts, shares and comments.

https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api (202607, read 2026-11), and
/little-text-format beside it: words in which 14 characters are escaped, and names and tags are written out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urljoin

from networks._entities import Span, linked
from networks._errors import opened
from networks._times import epoch
from networks._walk import counted, dig, every, ident, line, name, record, records, text, web, whole, with_query
from networks.records import Answer, Author, Link, Media, Option, Page, Poll, Post

HOME = "https://www.linkedin.com"
API = "https://api.linkedin.com"
# https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/error-handling (read 2026-11)
CODES = {
    "65600": "login_expired", "65601": "login_expired", "65602": "login_expired", "65604": "login_expired",
    "EXPIRED_ACCESS_TOKEN": "login_expired", "REVOKED_ACCESS_TOKEN": "login_expired",
    "EMPTY_ACCESS_TOKEN": "login_expired",
    "INVALID_ACCESS_TOKEN": "login_expired", "TOO_MANY_REQUESTS": "rate_limited", "ACCESS_DENIED": "no_permission",
    "RESOURCE_NOT_FOUND": "not_found", "NOT_FOUND": "not_found", "NONEXISTENT_VERSION": "bad_reply",
}  # fmt: skip
SHARE = "com.linkedin.ugc.ShareContent"
_LITTLE = re.compile(
    r"@\[(?P<name>(?:\\.|[^\]\\]){1,300})\] ?\((?P<urn>urn:[^()\s]{1,200})\)"
    r"|\{hashtag\|\\?[#＃]\|(?P<tag>(?:\\.|[^{}\\]){1,200})\}"
    r"|(?P<address>https?://(?:\\[^\s]|[^\s\\<>\"'\u3000]){3,2000}(?<![.,;:!?)\]}]))"
    r"|(?<![\w&/])[#＃](?P<word>(?!\d+(?!\w))(?:\w|\\_){1,100})"
    r"|\\(?P<char>[\\|{}@\[\]()<>#*_~])"
)
Item = Mapping[str, Any]


def page(answer: Answer, network: str = "linkedin") -> Page:
    """Return an answer as a page of posts."""
    data = opened(answer, CODES)
    body = record(data)
    items = records(body.get("elements")) if isinstance(body.get("elements"), list) else records(data)
    posts = tuple(post for post in (_post(item, network) for item in items) if post)
    title = name(body.get("localizedName") or body.get("name") or body.get("vanityName"))
    authors = {post.author for post in posts}
    owner = authors.pop() if len(authors) == 1 else None
    return Page(title or (owner.name if owner else ""), posts, _next(answer, body), owner)


def _next(answer: Answer, body: Item) -> str:
    links = records(dig(body, "paging", "links"))
    onward = next((text(one.get("href")) for one in links if one.get("rel") == "next"), "")
    return with_query(web(urljoin(answer.url or API, onward)) or web(API + onward)) if onward else ""


def _post(item: Item, network: str) -> Post | None:
    urn = ident(item.get("id") or item.get("$URN"))
    if not urn or not _says(item):
        return None
    old = record(dig(item, "specificContent", SHARE))
    written = item.get("commentary")
    raw = (
        text(written)
        if isinstance(written, str)
        else text(dig(old, "shareCommentary", "text") or dig(item, "text", "text") or dig(item, "message", "text"))
    )
    words, html = little(raw) if isinstance(written, str) else linked(raw)
    content = record(item.get("content"))
    poll = record(content.get("poll"))
    edited = dig(item, "lifecycleStateInfo", "isEditedByAuthor") is True
    made = _time(item)
    shared = ident(
        dig(item, "reshareContext", "parent") or dig(item, "reshareContext", "root") or item.get("resharedShare")
    )
    other = Post(id=shared, url=_page_of(shared), network=network) if shared else None
    return Post(
        id=urn,
        url=_page_of(ident(item.get("$URN")) if "$URN" in item else urn),
        time=made,
        author=_author(item),
        text=words,
        html=html,
        media=tuple(_media(content, old)),
        network=network,
        link=_link(content, old),
        poll=_poll(poll),
        quote=other if words else None,
        repost=None if words else other,
        counts=_counts(item),
        title=name(poll.get("question") or dig(content, "media", "title")),
        edited=epoch(item.get("lastModifiedAt"), 1000) if edited else "",
        private=_hidden(item),
        reply_to=ident(item.get("parentComment") or item.get("object")),
    )


def _says(item: Item) -> bool:
    return any(key in item for key in ("commentary", "specificContent", "content", "message")) or isinstance(
        dig(item, "text", "text"), str
    )


def _time(item: Item) -> str:
    given = (
        item.get("publishedAt"),
        item.get("firstPublishedAt"),
        item.get("createdAt"),
        dig(item, "created", "time"),
    )
    return next((when for one in given if (when := epoch(one, 1000))), "")


def _hidden(item: Item) -> bool:
    """Whether a post is a draft, an advertisement that no page shows, or not for everybody."""
    advertised = record(item.get("adContext"))
    dark = advertised.get("isDsc") is True or (
        bool(advertised) and dig(item, "distribution", "feedDistribution") == "NONE"
    )
    state, seen = item.get("lifecycleState", "PUBLISHED"), item.get("visibility", "PUBLIC")
    seen = dig(seen, "com.linkedin.ugc.MemberNetworkVisibility") if isinstance(seen, dict) else seen
    return dark or state != "PUBLISHED" or seen not in ("PUBLIC", None)


def _page_of(urn: str) -> str:
    if not urn:
        return ""
    return f"{HOME}/feed/update/{quote(urn if urn.startswith('urn:') else 'urn:li:share:' + urn, safe=':(),')}/"


def _author(item: Item) -> Author | None:
    urn = ident(item.get("author") or item.get("owner") or item.get("actor"))
    told = record(item.get("author~") or item.get("owner~") or item.get("actor~"))
    first = " ".join(filter(None, (name(told.get("localizedFirstName")), name(told.get("localizedLastName")))))
    shown = name(told.get("localizedName")) or first
    key = urn.rpartition(":")[2]
    vanity = name(told.get("vanityName"))
    kind = "company" if "organization" in urn else "in"
    url = f"{HOME}/{kind}/{quote(vanity or key)}" if vanity or (kind == "company" and key) else ""
    return Author(shown or vanity, f"@{vanity}" if vanity else "", url) if shown or url else None


def little(raw: str) -> tuple[str, str]:
    """Return text and HTML of little text: escapes undone, names, tags and addresses as links."""
    spans = []
    for found in _LITTLE.finditer(raw):
        if found["char"]:
            spans.append(Span(*found.span(), "", found["char"]))
        elif found["urn"]:
            spans.append(Span(*found.span(), _member(found["urn"]), _plain(found["name"])))
        elif found["address"]:
            spans.append(Span(*found.span(), address := _plain(found["address"]), address))
        else:
            tag = _plain(found["tag"] or found["word"])
            spans.append(Span(*found.span(), f"{HOME}/feed/hashtag/{quote(tag, safe='')}", f"#{tag}"))
    return linked(raw, spans)


def _plain(escaped: str) -> str:
    return re.sub(r"\\(.)", r"\1", escaped)


def _member(urn: str) -> str:
    return f"{HOME}/company/{quote(urn.rpartition(':')[2])}" if "organization" in urn else ""


def _counts(item: Item) -> dict[str, int]:
    return counted(
        likes=dig(item, "likesSummary", "totalLikes"),
        replies=dig(item, "commentsSummary", "aggregatedTotalComments")
        or dig(item, "commentsSummary", "totalFirstLevelComments"),
    )


# --- what is attached: pictures are told by their ids, unless the request had them resolved ---


def _media(content: Item, old: Item) -> list[Media]:
    given = [record(content.get("media")), *records(dig(content, "multiImage", "images"))]
    given += [*records(old.get("media")), *records(content.get("contentEntities"))]
    found = []
    for one in given:
        url = (
            web(one.get("downloadUrl"))
            or web(dig(one, "id~", "downloadUrl"))
            or web(dig(one, "thumbnails", 0, "resolvedUrl"))
        )
        is_film = "video" in ident(one.get("id") or one.get("media"))
        if url and not web(one.get("originalUrl")):
            found.append(Media("video" if is_film else "image", url, alt=line(one.get("altText"))))
    return found


def _link(content: Item, old: Item) -> Link | None:
    article = record(content.get("article"))
    if url := web(article.get("source")):
        return Link(url, name(article.get("title")), name(article.get("description")), web(article.get("thumbnail")))
    for one in records(old.get("media")):
        if url := web(one.get("originalUrl")):
            picture = web(dig(one, "thumbnails", 0, "url"))
            return Link(url, name(dig(one, "title", "text")), name(dig(one, "description", "text")), picture)
    first = record(next(iter(every(content.get("contentEntities"))), None))
    url = web(first.get("entityLocation"))
    return Link(url, name(content.get("title")), name(content.get("description"))) if url else None


def _poll(poll: Item) -> Poll | None:
    options = tuple(
        Option(name(one.get("text")), whole(one.get("voteCount"))) for one in records(poll.get("options"))
    )
    if not options:
        return None
    votes = [option.votes for option in options if option.votes is not None]
    return Poll(options, sum(votes) if votes else None, whole(poll.get("uniqueVotersCount")))
