"""JSON Feed 1 and 1.1 as posts (https://www.jsonfeed.org/version/1.1/, read 2026-11)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from networks._html import of_clean, of_text, sanitised
from networks._pictures import kind_of, unique, within
from networks._syndication import MOST_ITEMS, language, plain_title, tags_of, told_apart
from networks._times import epoch, iso
from networks._walk import digest, every, ident, name, record, records, text, web
from networks.records import Author, Media, Page, Post


def is_one(data: Any) -> bool:
    """Whether parsed JSON is a JSON Feed, or near enough."""
    body = record(data)
    return "jsonfeed.org/version" in text(body.get("version")) or (
        isinstance(body.get("items"), list) and ("title" in body or "home_page_url" in body or "feed_url" in body)
    )


def page(data: Any, url: str, network: str) -> Page:
    """Return a JSON Feed as a page of posts."""
    feed = record(data)
    home = web(feed.get("home_page_url"), url)
    base = home or url
    made = _author(feed, base)
    face = web(feed.get("icon") or feed.get("favicon"), base)
    title = plain_title(feed.get("title"))
    author = made or (Author(title, url=home, avatar=face) if title else None)
    lang = language(feed.get("language"))
    posts = (_post(item, base, network, author, lang) for item in records(feed.get("items"))[:MOST_ITEMS])
    return Page(
        title=title,
        posts=tuple(told_apart(posts)),
        next=web(feed.get("next_url"), url),
        author=author,
        hub=next((web(one.get("url"), url) for one in records(feed.get("hubs")) if one.get("type") == "WebSub"), ""),
        topic=web(feed.get("feed_url"), url),
    )


def _author(item: Mapping[str, Any], base: str) -> Author | None:
    given = next(iter(records(item.get("authors"))), None) or item.get("author")
    first = {"name": given} if isinstance(given, str) else record(given)
    made = Author(name(first.get("name")), url=web(first.get("url"), base), avatar=web(first.get("avatar"), base))
    return made if made.name or made.url else None


def _post(item: Mapping[str, Any], base: str, network: str, author: Author | None, lang: str) -> Post:
    raw, words = text(item.get("content_html")), text(item.get("content_text"))
    url = web(item.get("url"), base) or web(item.get("external_url"), base) or web(item.get("id"))
    clean = sanitised(raw, url or base) or of_text(words or text(item.get("summary")))
    title, shown = plain_title(item.get("title")), words or of_clean(clean)
    published, changed = (iso(item.get(key)) or epoch(item.get(key)) for key in ("date_published", "date_modified"))
    media = tuple(_media(item, raw, base, url or base))
    return Post(
        id=ident(item.get("id")) or url or digest(title, shown, *(one.url for one in media)),
        url=url,
        time=published or changed,
        author=_author(item, base) or author,
        text=shown,
        html=clean,
        media=media,
        network=network,
        lang=language(item.get("language")) or lang,
        title="" if title == shown else title,
        edited=changed if published and changed > published else "",
        tags=tags_of(every(item.get("tags"))),
    )


def _media(item: Mapping[str, Any], html: str, base: str, inner: str) -> list[Media]:
    cover = web(item.get("image"), base) or web(item.get("banner_image"), base)
    files = []
    for one in records(item.get("attachments")):
        url = web(one.get("url"), base)
        kind = kind_of(ident(one.get("mime_type")), url)
        if url and kind:
            files.append(Media(kind, url, alt=name(one.get("title")), poster=cover if kind != "image" else ""))
    first = [Media("image", cover)] if cover and not files else []
    return unique([*first, *files, *within(html, inner)])
