"""What GitHub answers as posts: releases, events, commits, issues, pull requests, gists, files of a release.

https://docs.github.com/en/rest (2022-11-28, read 2026-11). Whatever has a page (``html_url``) and a time is a post;
events are said in words by `networks/_github_events.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from networks._entities import linked
from networks._errors import opened
from networks._github_events import sentence
from networks._html import anchor, of_clean, sanitised
from networks._pictures import unique, within
from networks._times import epoch, iso
from networks._walk import (
    counted,
    dig,
    ident,
    name,
    next_of_link,
    query,
    record,
    records,
    text,
    web,
    whole,
    with_query,
)
from networks.records import Answer, Author, Media, Page, Post

SITE = "https://github.com"
# Items of a page unless asked otherwise: https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api
PER_PAGE = 30
CODES = {
    "Not Found": "not_found", "Bad credentials": "login_expired", "Requires authentication": "login_expired",
    "This installation has been suspended": "not_allowed",
}  # fmt: skip
# What things call their heading: an issue, an advisory, a release, a tag, a repository.
TITLES = ("title", "summary", "name", "tag_name", "full_name")
Item = Mapping[str, Any]


def page(answer: Answer, network: str = "github") -> Page:
    """Return an answer as a page of posts."""
    if answer.body.lstrip()[:1] == b"<":
        from networks import _documents

        return _documents.page(answer, network)
    data = opened(answer, CODES)
    body = record(data)
    items = records(body.get("items")) if isinstance(body.get("items"), list) else records(data)
    posts = tuple(post for post in (_post(item, answer.url, network) for item in items) if post)
    owner = _person(body) if "login" in body else None
    title = name(body.get("full_name")) or (owner.name if owner else "") or _title(answer.url)
    return Page(title, posts, _next(answer, len(items), data), owner)


def _title(url: str) -> str:
    found = re.search(r"/(?:repos|users|orgs)/([^/?#]+(?:/[^/?#]+)?)", urlsplit(web(url)).path)
    if not found:
        return ""
    return found[1] if "/repos/" in url else found[1].split("/")[0]


def _next(answer: Answer, count: int, data: Any) -> str:
    told = next_of_link(answer.headers.get("link", ""), answer.url)
    if told is not None:
        return told
    asked = query(answer.url)
    full = count >= (whole(asked.get("per_page")) or PER_PAGE)
    if "link" in answer.headers or not full or not isinstance(data, list):
        return ""
    return with_query(answer.url, page=str((whole(asked.get("page")) or 1) + 1))


def _person(user: Item) -> Author | None:
    login = name(user.get("login"))
    if not login:
        shown = name(user.get("name"))
        return Author(shown) if shown else None
    home = f"{SITE}/{quote(login.removesuffix('[bot]'), safe='')}"
    url = f"{SITE}/apps/{quote(login.removesuffix('[bot]'))}" if login.endswith("[bot]") else home
    return Author(name(user.get("name")) or login, f"@{login}", url, web(user.get("avatar_url")))


def _post(item: Item, url: str, network: str) -> Post | None:
    if isinstance(item.get("payload"), dict) or (isinstance(item.get("type"), str) and "repo" in item):
        return _event(item, network)
    if isinstance(item.get("event"), str) and "actor" in item:
        return _issue_event(item, url, network)
    if isinstance(item.get("commit"), dict) and "sha" in item:
        return _commit(item, network)
    if "browser_download_url" in item and "tag_name" not in item:
        return _file(item, network)
    is_person = "login" in item
    return None if is_person or not _page_of(item) or not _time(item) else _thing(item, network)


def _page_of(item: Item) -> str:
    """Return a thing's page; a comment on a gist tells only where the API has it."""
    if found := web(item.get("html_url")):
        return found
    under = re.fullmatch(r"https://api\.github\.com/gists/(\w{5,40})/comments/(\d{1,15})", text(item.get("url")))
    return f"https://gist.github.com/{under[1]}#gistcomment-{under[2]}" if under else ""


def _time(item: Item) -> str:
    keys = ("published_at", "created_at", "pushed_at", "updated_at", "submitted_at", "starred_at")
    return next((when for key in keys if (when := iso(item.get(key)) or epoch(item.get(key)))), "")


def _thing(item: Item, network: str) -> Post:
    """Return a release, an issue, a comment, a gist or a repository: they share their names for things."""
    words, html, media = body_of(item)
    if not words:
        words, html = linked(text(item.get("description")))
    made, changed = _time(item), iso(item.get("updated_at"))
    assets = records(item.get("assets"))
    return Post(
        id=ident(item.get("node_id")) or ident(item.get("id") or item.get("ghsa_id")),
        url=_page_of(item),
        time=made,
        author=_person(record(item.get("author") or item.get("user") or item.get("owner"))),
        text=words,
        html=html,
        media=tuple(media),
        network=network,
        counts=counted(
            downloads=sum(whole(asset.get("download_count")) or 0 for asset in assets) if assets else None,
            likes=dig(item, "reactions", "total_count"), replies=item.get("comments"),
        ),
        title=name(next((item[key] for key in TITLES if item.get(key)), "")),
        edited=changed if "title" in item and changed > made else "",
        private=_hidden(item),
        tags=tuple(filter(None, (name(label.get("name")) for label in records(item.get("labels"))[:30]))),
    )  # fmt: skip


def _hidden(item: Item) -> bool:
    """Whether a thing is not for everybody: a release that is not out, a private repository, an advisory in work."""
    secret = "ghsa_id" in item and item.get("state", "published") not in ("published", "withdrawn")
    return (item.get("draft") is True and "tag_name" in item) or item.get("private") is True or secret


def body_of(item: Item) -> tuple[str, str, list[Media]]:
    """Return text, HTML and pictures of a body: its HTML where that was asked for, else its Markdown as text."""
    raw, base = text(item.get("body_html")), web(item.get("html_url")) or SITE
    if raw:
        # A fold has no place in a post: its head is a line, and what is in it stands below.
        html = sanitised(raw.replace("<summary>", "<p>").replace("</summary>", "</p>"), base)
        return of_clean(html), html, unique(within(raw, base))
    words, html = linked(text(item.get("body")))
    return words, html, []


def _commit(item: Item, network: str) -> Post:
    told = record(item.get("commit"))
    first, _, rest = text(told.get("message")).partition("\n")
    words, html = linked(rest.strip())
    author = _person(record(item.get("author"))) or _person(record(told.get("author")))
    when = iso(dig(told, "author", "date")) or iso(dig(told, "committer", "date"))
    url = web(item.get("html_url")) or page_of(text(item.get("url")))
    return Post(
        id=ident(item.get("sha")), url=url, time=when, author=author, text=words, html=html, network=network,
        title=name(first), counts=counted(replies=told.get("comment_count")),
    )  # fmt: skip


def _file(item: Item, network: str) -> Post:
    words, html = linked(text(item.get("label")))
    return Post(
        id=ident(item.get("node_id")) or ident(item.get("id")), url=web(item.get("browser_download_url")),
        time=_time(item), author=_person(record(item.get("uploader"))), text=words, html=html, network=network,
        title=name(item.get("name")), counts=counted(downloads=item.get("download_count")),
    )  # fmt: skip


def _event(item: Item, network: str) -> Post | None:
    """Return an event said in words: who did what, where, and what was written."""
    repo = name(dig(item, "repo", "name")).strip("/")
    said = sentence(ident(item.get("type")), record(item.get("payload")), repo)
    who = _person(record(item.get("actor")))
    key = ident(item.get("id"))
    if not key:
        return None
    words, html = linked(said.words)
    url = web(said.url) or (f"{SITE}/{quote(repo)}" if repo else who.url if who else SITE)
    head = f"{said.verb} {said.thing}".strip()
    return Post(
        id=key, url=url, time=_time(item), author=who, network=network,
        text="\n\n".join(part for part in (head, words) if part),
        html=f"<p>{anchor('', said.verb)} {anchor(url, said.thing)}</p>{html}".replace(" </p>", "</p>"),
        private=item.get("public") is False,
    )  # fmt: skip


def _issue_event(item: Item, url: str, network: str) -> Post | None:
    key, kind = ident(item.get("id")), name(item.get("event")).replace("_", " ")
    issue = record(item.get("issue"))
    found = re.search(r"/repos/([^/]+/[^/]+)/issues/(\d+)", url)
    asked = f"{SITE}/{found[1]}/issues/{found[2]}" if found else page_of(text(item.get("url")))
    thing = name(issue.get("title")) or (f"#{found[2]}" if found else "an issue")
    where = web(issue.get("html_url")) or asked
    if not key:
        return None
    return Post(
        id=key, url=f"{where}#event-{key}" if where and "#" not in where else where, time=_time(item),
        author=_person(record(item.get("actor"))), text=f"{kind} {thing}", network=network,
        html=f"<p>{anchor('', kind)} {anchor(where, thing)}</p>",
    )  # fmt: skip


def page_of(api: str) -> str:
    """Return the page for an address of the API, as near as its path tells."""
    found = re.fullmatch(r"https://api\.github\.com/repos/([^/]+/[^/]+)((?:/[^?#]*)?)", api)
    if not found:
        return ""
    path = found[2].replace("/commits/", "/commit/", 1).replace("/pulls/", "/pull/", 1).replace("/git/", "/", 1)
    return web(f"{SITE}/{found[1]}{re.sub('/issues/events/.*', '/issues', path)}")
