"""Pages that are their own feed: h-feed and h-entry in HTML, or as parsed microformats JSON.

https://microformats.org/wiki/h-entry and https://microformats.org/wiki/microformats2-parsing (read 2026-11). Only
what a post needs is read; `_microformats_html` finds the properties.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from networks._announced import announced, attr
from networks._depth import whole_tags
from networks._html import of_clean, of_text, sanitised
from networks._microformats_html import kinds, marks, properties, renamed
from networks._pictures import unique, within
from networks._times import iso
from networks._walk import digest, every, ident, name, record, records, text, web
from networks.records import Author, Media, MediaType, Page, Post

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

# Entries read from one page.
MOST_ENTRIES = 200
# What stands for a post by itself.
ENTRIES = ["h-entry", "h-event", "h-review"]
FILES: tuple[tuple[str, MediaType], ...] = (("photo", "image"), ("video", "video"), ("audio", "audio"))
Properties = Mapping[str, list[Any]]


def is_json(data: Any) -> bool:
    """Whether parsed JSON is microformats: items with a list of types and properties."""
    first = next(iter(records(record(data).get("items"))), {})
    return isinstance(first.get("type"), list) and isinstance(first.get("properties"), dict)


def page_of_json(data: Any, url: str, network: str) -> Page:
    """Return microformats JSON as a page of posts."""
    items = records(record(data).get("items"))
    feed = next((one for one in items if "h-feed" in every(one.get("type"))), {})
    card = next((one for one in items if "h-card" in every(one.get("type"))), {})
    entries = [
        one for one in [*items, *records(feed.get("children")), *records(card.get("children"))] if _is_entry(one)
    ]
    author = _author(record(feed.get("properties")).get("author"), url) or _card(record(card.get("properties")), url)
    return _page(_first(record(feed.get("properties")), "name"), entries, author, url, network)


def _is_entry(item: Mapping[str, Any]) -> bool:
    return bool({"h-entry", "h-event", "h-review", "h-cite"} & {ident(kind) for kind in every(item.get("type"))})


def page_of_html(body: str, url: str, network: str, link: str = "") -> Page:
    """Return an HTML page's entries as posts, or the address of the feed that it or its Link field announces."""
    from bs4 import BeautifulSoup

    tree = BeautifulSoup(whole_tags(body), "html.parser")
    base = web(attr(tree.find("base", href=True), "href"), url) or url
    made = _page_of_tree(tree, base, network)
    if made.posts:
        return made
    if feed := announced(tree, base, url, link):
        return Page(title=made.title, author=made.author, feed=feed)
    return _page_of_tree(tree, base, network) if renamed(tree) else made


def _page_of_tree(tree: BeautifulSoup, base: str, network: str) -> Page:
    nodes = [node for node in tree.find_all(class_=ENTRIES) if not _inside_entry(node)][:MOST_ENTRIES]
    entries = [{"properties": properties(node, base)} for node in nodes]
    feed, card = tree.find(class_="h-feed"), _own_card(tree)
    own = properties(feed, base) if feed else {}
    author = _author(own.get("author"), base) or (_card(properties(card, base), base) if card else None)
    title = _first(own, "name") or (tree.title.get_text() if tree.title else "")
    return _page(title, entries, author, base, network)


def _page(title: Any, entries: list[Any], author: Author | None, url: str, network: str) -> Page:
    posts = (_post(record(one.get("properties")), author, url, network) for one in entries[:MOST_ENTRIES])
    return Page(title=name(title), posts=tuple(post for post in posts if post.id), author=author)


def _post(properties: Properties, author: Author | None, base: str, network: str) -> Post:
    content = _first_any(properties, "content")
    raw = text(record(content).get("html"))
    words = text(record(content).get("value")) or text(content) or text(_first_any(properties, "summary"))
    clean = sanitised(raw, base) or of_text(words)
    shown, title = of_clean(clean), name(_first(properties, "name"))
    url = web(_first(properties, "url"), base)
    published, changed = iso(_first(properties, "published")), iso(_first(properties, "updated"))
    return Post(
        id=ident(_first(properties, "uid")) or url or digest(published, title, shown),
        url=url or web(_first(properties, "uid"), base),
        time=published or changed,
        author=_author(properties.get("author"), base) or author,
        text=shown or title,
        html=clean or of_text(title),
        media=tuple(_media(properties, raw, base)),
        network=network,
        title="" if not shown or shown.startswith(title[:40]) else title,
        edited=changed if published and changed > published else "",
        reply_to=_cited(properties, "in-reply-to", base),
        tags=tuple(filter(None, map(name, every(properties.get("category"))[:30]))),
    )


def _first_any(properties: Properties, key: str) -> Any:
    return next(iter(every(properties.get(key))), None)


def _first(properties: Properties, key: str) -> str:
    value = _first_any(properties, key)
    return text(record(value).get("value") or value)


def _cited(properties: Properties, key: str, base: str) -> str:
    value = _first_any(properties, key)
    nested = record(record(value).get("properties"))
    return web(_first(nested, "url") or record(value).get("value") or value, base)


def _author(value: Any, base: str) -> Author | None:
    first = next(iter(every(value)), None)
    if isinstance(first, str):
        return Author(url=web(first)) if web(first) else Author(name(first)) if name(first) else None
    return _card(record(record(first).get("properties")), base)


def _card(properties: Properties, base: str) -> Author | None:
    photo = _first_any(properties, "photo")
    made = Author(
        name=name(_first(properties, "name")),
        url=web(_first(properties, "url"), base),
        avatar=web(record(photo).get("value") or photo, base),
    )
    return made if made.name or made.url else None


def _media(properties: Properties, html: str, base: str) -> list[Media]:
    found = []
    for key, kind in FILES:
        for value in every(properties.get(key)):
            url = web(record(value).get("value") or value, base)
            found += [Media(kind, url, alt=name(record(value).get("alt")))] if url else []
    return unique([*found, *within(html, base)])


def _inside_entry(node: Tag) -> bool:
    return any({*ENTRIES, "h-cite"} & set(marks(parent)) or parent.name == "template" for parent in node.parents)


def _own_card(tree: BeautifulSoup) -> Tag | None:
    """Return the page's own card: the first that stands in no entry, where it is a commenter's, or a place's."""
    return next((node for node in tree.find_all(class_="h-card") if not _inside_item(node)), None)


def _inside_item(node: Tag) -> bool:
    """Whether an element stands in an item of microformats2 other than a feed (https://indieweb.org/authorship)."""
    return any(set(kinds(parent)) - {"h-feed"} for parent in node.parents)
