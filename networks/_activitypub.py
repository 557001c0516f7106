"""ActivityStreams 2 as posts: outboxes, collections, activities and objects of any fediverse server.

https://www.w3.org/TR/activitystreams-vocabulary/, https://www.w3.org/TR/activitypub/, and what is common beside them:
https://docs.joinmastodon.org/spec/activitypub/ (all read 2026-11). An object may stand as itself, as its address, or
as a list of either; whatever is only an address is left as one, since nothing is fetched here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from networks._errors import opened, problem
from networks._html import looks_like_html, of_clean, of_text, plain, sanitised
from networks._pictures import kind_of, unique, within
from networks._syndication import language
from networks._times import iso
from networks._walk import counted, dig, digest, every, ident, name, record, records, size, text, web, whole
from networks.records import Answer, Author, Media, MediaType, Option, Page, Poll, Post

# Items read from one page of an outbox; Mastodon's have 20, PeerTube's 10, WordPress's 10.
MOST_ITEMS = 200
ACTORS = frozenset({"Person", "Group", "Organization", "Service", "Application"})
COLLECTIONS = frozenset({"Collection", "OrderedCollection", "CollectionPage", "OrderedCollectionPage"})
WRAPPERS = frozenset({"Create", "Update", "Add", "Invite", "Offer"})
SILENT = frozenset(
    [
        "Accept",
        "Reject",
        "TentativeAccept",
        "TentativeReject",
        "Follow",
        "Block",
        "Ignore",
        "Like",
        "Dislike",
        "Flag",
        "Undo",
        "Remove",
        "Move",
        "View",
        "Read",
        "Listen",
        "Join",
        "Leave",
        "Travel",
        "Arrive",
        "Link",
        "Mention",
        "Hashtag",
        "PropertyValue",
        "Emoji",
        "Place",
        "Profile",
        "Relationship",
        "EmojiReact",
    ]
)
KINDS: dict[str, MediaType] = {"Image": "image", "Video": "video", "Audio": "audio"}
PUBLIC = ("https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public")
CODES = {"Request not signed": "not_allowed"}
Object = Mapping[str, Any]


def page(data: Any, url: str, network: str) -> Page:
    """Return parsed ActivityStreams as a page of posts."""
    body = record(data)
    kind = _type(body)
    if kind == "Tombstone":
        raise problem("gone")
    items = list(_items(data))[:MOST_ITEMS]
    posts = tuple(post for post in (_post(record(item), item, network) for item in items) if post and post.id)
    owner = actor(body) if kind in ACTORS else actor(body.get("attributedTo") or body.get("actor"))
    owner = owner if kind in ACTORS or (kind in COLLECTIONS and owner) else _one_author(posts)
    title = name(_said(body, "name")) if kind in COLLECTIONS or kind in ACTORS else ""
    title = title or (owner.name or owner.handle if owner else "") or name(body.get("subject"))
    return Page(title=title, posts=posts, next=_next(body, kind, url), author=owner, gone=tuple(_gone(items)))


def of_answer(answer: Answer, network: str) -> Page:
    """Return an answer as a page of posts."""
    return page(opened(answer, CODES), answer.url, network)


def _type(value: Object) -> str:
    kinds = [
        ident(one).rpartition("#")[2].rpartition(":")[2] for one in every(value.get("type") or value.get("@type"))
    ]
    return next((kind for kind in kinds if kind), "")


def _items(data: Any) -> Iterator[Any]:
    """Yield what a collection holds, its first page too where that stands in it; or the object itself."""
    if isinstance(data, list):
        yield from data
        return
    body = record(data)
    if _type(body) in COLLECTIONS or "orderedItems" in body or "items" in body:
        yield from every(body.get("orderedItems"))
        yield from every(body.get("items"))
        if isinstance(body.get("first"), dict):
            yield from _items(body["first"])
    elif _type(body) not in ACTORS:
        yield body


def _next(body: Object, kind: str, url: str) -> str:
    first = body.get("first")
    onward = body.get("next") or (dig(first, "next") if isinstance(first, dict) and _items_in(first) else first)
    return web(_id(onward), url) if kind in COLLECTIONS or "orderedItems" in body else ""


def _items_in(value: Object) -> bool:
    return bool(value.get("orderedItems") or value.get("items"))


def _gone(items: list[Any]) -> Iterator[str]:
    for item in records(items):
        if _type(item) == "Delete" or _type(item) == "Tombstone":
            yield _id(item.get("object")) or _id(item)


def _id(value: Any) -> str:
    return ident(value) if isinstance(value, str) else ident(record(value).get("id") or record(value).get("href"))


def _one_author(posts: tuple[Post, ...]) -> Author | None:
    authors = {post.author for post in posts}
    return authors.pop() if len(authors) == 1 else None


# --- people ---


def actor(value: Any) -> Author | None:
    """Return who an actor is, from the actor itself or from its address alone; of several the first person."""
    listed = every(value)
    people = [one for one in records(listed) if _type(one) == "Person"]
    first = next(iter(people), None) or next(iter(listed), None)
    if isinstance(first, str):
        return Author(_user(first), _handle(first, ""), web(first)) if web(first) else None
    body = record(first)
    url = _page_of(body) or web(body.get("id"))
    user = name(body.get("preferredUsername"))
    shown = _without_emoji(plain(_said(body, "name")), body) or user or _user(url)
    made = Author(
        shown,
        _handle(url or ident(body.get("id")), user),
        url,
        _picture(body.get("icon")) or _picture(body.get("image")),
    )
    return made if made.name or made.url else None


def _without_emoji(shown: str, body: Object) -> str:
    for tag in records(body.get("tag"))[:50]:
        if _type(tag) == "Emoji":
            shown = shown.replace(f":{name(tag.get('name')).strip(':')}:", "")
    return name(shown)


def _user(url: str) -> str:
    """Return the name in ``/@me``, ``/users/me``, ``/u/me`` or ``/author/me``, else the host."""
    parts = urlsplit(web(url))
    found = re.search(
        r"/(?:@|(?:users?|u|author|accounts?|c|m|video-channels|profile|p)/@?)([\w.\-]{1,60})/?$", parts.path
    )
    return found[1] if found else parts.netloc


def _handle(url: str, user: str) -> str:
    host = urlsplit(web(url)).netloc
    user = user or (_user(url) if _user(url) != host else "")
    return f"@{user}@{host}" if user and host else ""


def _picture(value: Any) -> str:
    first = next(iter(every(value)), None)
    if isinstance(first, str):
        return web(first)
    return _page_of(record(first))


# --- objects ---


def _page_of(body: Object, kind: str = "text/html") -> str:
    """Return the address of a page among an object's addresses, which may be text, links, or both."""
    links = every(body.get("url"))
    typed = [one for one in records(links) if ident(one.get("mediaType")).startswith(kind)]
    found = [*typed, *[one for one in links if isinstance(one, str)], *records(links)]
    return next((address for one in found if (address := web(_id(one)))), "") or web(body.get("href"))


def _post(body: Object, item: Any, network: str, *, deep: bool = True) -> Post | None:
    if isinstance(item, str):
        return Post(id=ident(item), url=web(item), network=network) if deep and web(item) else None
    kind = _type(body)
    if kind in WRAPPERS:
        inner = body.get("object")
        return _wrapped(body, inner, network) if inner else None
    if kind == "Announce":
        return _repost(body, network)
    if kind in SILENT or kind in ACTORS or kind in COLLECTIONS or kind in ("Delete", "Tombstone"):
        return None
    return _object(body, kind, network, deep=deep) if _says(body) else None


def _says(body: Object) -> bool:
    keys = ("content", "contentMap", "name", "nameMap", "summary", "attachment", "image", "url", "published")
    return any(body.get(key) for key in keys)


def _wrapped(body: Object, inner: Any, network: str) -> Post | None:
    known = {key: body[key] for key in ("published", "to", "cc") if body.get(key)}
    if isinstance(inner, str):
        inner = {"id": inner, "published": body.get("published"), "type": "Note"}
    author = {} if record(inner).get("attributedTo") else {"attributedTo": body.get("actor")}
    whole_object = {**known, **author, **{key: value for key, value in record(inner).items() if value is not None}}
    return _post(whole_object, whole_object, network)


def _repost(body: Object, network: str) -> Post | None:
    inner = next(iter(every(body.get("object"))), None)
    passed = _post(record(inner), inner, network)
    page_url = web(_page_of(body)) or (passed.url if passed else "") or web(body.get("id"))
    return Post(
        id=ident(body.get("id")) or page_url,
        url=page_url,
        time=iso(body.get("published")),
        author=actor(body.get("actor") or body.get("attributedTo")),
        network=network,
        repost=passed,
        private=_private(body),
    )


def _object(body: Object, kind: str, network: str, *, deep: bool) -> Post:
    url = _page_of(body) or web(body.get("id"))
    raw, lang = _content(body)
    clean = sanitised(raw, url)
    title, published = name(plain(_said(body, "name"))), iso(body.get("published"))
    shown, changed = of_clean(clean), iso(body.get("updated"))
    return Post(
        id=ident(body.get("id")) or url or digest(published, title, shown),
        url=url,
        time=published or changed,
        author=actor(body.get("attributedTo") or body.get("actor")),
        text=shown,
        html=clean,
        media=tuple(_media(body, kind, raw, url)),
        network=network,
        lang=lang,
        sensitive=body["sensitive"] if isinstance(body.get("sensitive"), bool) else None,
        poll=_poll(body),
        quote=_quote(body, network) if deep else None,
        counts=counted(
            likes=dig(body, "likes", "totalItems"), reposts=dig(body, "shares", "totalItems"),
            replies=dig(body, "replies", "totalItems"), views=body.get("views"),
        ),
        title="" if title == shown else title,
        warning=_warning(body, kind),
        edited=changed if published and changed > published else "",
        reply_to=_id(next(iter(every(body.get("inReplyTo"))), None)),
        private=_private(body),
        tags=tuple(_tags(body)),
    )  # fmt: skip


def _tags(body: Object) -> Iterator[str]:
    for tag in records(body.get("tag"))[:30]:
        if _type(tag) == "Hashtag" and name(tag.get("name")).lstrip("#"):
            yield name(tag.get("name")).lstrip("#")


def _said(body: Object, key: str) -> str:
    """Return a natural-language value (AS2 Core §4.7): plain, or the first of its languages."""
    value = text(body.get(key))
    return value or next((found for one in record(body.get(key + "Map")).values() if (found := text(one))), "")


def _content(body: Object) -> tuple[str, str]:
    """Return an object's HTML and its language; a summary stands in where an article has nothing else."""
    plain_one, by_lang = text(body.get("content")), record(body.get("contentMap"))
    lang = next(
        (language(key) for key, value in by_lang.items() if not plain_one or value == body.get("content")), ""
    )
    html = plain_one or _said(body, "content") or (_said(body, "summary") if not body.get("sensitive") else "")
    told = ident(body.get("mediaType"))
    if told == "text/plain" or (not told and not looks_like_html(html)):
        return of_text(html), lang
    if told == "text/markdown":
        return of_text(html), lang
    return html, lang or language(record(body.get("language")).get("identifier"))


def _warning(body: Object, kind: str) -> str:
    """Return the words in front of sensitive content: the summary of a note, but not of an article."""
    told = body.get("sensitive") is True or kind in ("Note", "Question", "")
    return name(plain(_said(body, "summary"))) if told and _said(body, "content") else ""


def _private(body: Object) -> bool:
    """Whether a post is addressed, and not to everybody (ActivityPub §5.6)."""
    given = [ident(one) if isinstance(one, str) else _id(one) for key in ("to", "cc") for one in every(body.get(key))]
    return bool(given) and not any(one in PUBLIC for one in given)


def _media(body: Object, kind: str, html: str, base: str) -> list[Media]:
    poster = _picture(body.get("icon")) or _picture(body.get("preview"))
    found = [_file(one, base) for key in ("attachment", "image") for one in every(body.get(key))]
    if kind in KINDS:
        own = next((file for file in _files(body) if file), "")
        files = [Media(KINDS[kind], own, poster=poster)] if own else []
        found = [*files, *([Media("image", poster)] if poster and not own else []), *found]
    return unique([one for one in found if one] + within(html, base))


def _files(body: Object) -> Iterator[str]:
    """Yield the addresses of a film's own files, which PeerTube nests in the playlist of its stream."""
    links = list(records(body.get("url")))
    links += [tag for one in links for tag in records(one.get("tag"))]
    for link in links:
        kind = ident(link.get("mediaType"))
        if kind.startswith(("video/", "audio/", "image/")):
            yield web(link.get("href"))


def _file(one: Any, base: str) -> Media | None:
    if isinstance(one, str):
        return Media("image", web(one, base)) if web(one, base) else None
    body = record(one)
    kind = _type(body)
    if kind in ("PropertyValue", "Link", "Page", "Note"):
        return None
    url = _picture(body) if not isinstance(body.get("href"), str) else web(body.get("href"), base)
    found = kind_of(ident(body.get("mediaType")), url, KINDS.get(kind, "") if not body.get("mediaType") else "")
    if not url or found is None:
        return None
    alt = " ".join((_said(body, "name") or _said(body, "summary")).split())
    return Media(found, url, size(body.get("width")), size(body.get("height")), alt, _picture(body.get("icon")))


def _poll(body: Object) -> Poll | None:
    for key in ("oneOf", "anyOf"):
        options = tuple(
            Option(name(_said(one, "name")), whole(dig(one, "replies", "totalItems")))
            for one in records(body.get(key))
        )
        if options:
            closed = body.get("closed")
            votes = [option.votes for option in options if option.votes is not None]
            return Poll(
                options, sum(votes) if votes else None, whole(body.get("votersCount")), key == "anyOf",
                closed is True or isinstance(closed, str), iso(body.get("endTime")),
            )  # fmt: skip
    return None


def _quote(body: Object, network: str) -> Post | None:
    """Return what a note quotes: FEP-044f `quote`, Misskey's and Fedibird's names, FEP-e232's links."""
    inner = body.get("quote")
    if isinstance(inner, dict):
        return _post(inner, inner, network, deep=False)
    names = (inner, body.get("quoteUrl"), body.get("quoteUri"), body.get("_misskey_quote"))
    url = next((address for one in names if (address := web(one))), "")
    return Post(id=url, url=url, network=network) if url else None


def outbox_of(answer: Answer) -> str:
    """Return the outbox of an actor."""
    found = web(record(opened(answer, CODES)).get("outbox"), answer.url)
    if not found:
        raise problem("not_found")
    return found


def actor_of(answer: Answer) -> str:
    """Return the actor that a WebFinger answer names (RFC 7033; https://docs.joinmastodon.org/spec/webfinger/)."""
    links = records(record(opened(answer)).get("links"))
    found = (web(one.get("href")) for one in links if one.get("rel") == "self" and "json" in ident(one.get("type")))
    address = next(filter(None, found), "")
    if not address:
        raise problem("not_found")
    return address


def first_of(answer: Answer) -> str:
    """Return the first page of a collection, or its own address where that stands in it."""
    body = record(opened(answer, CODES))
    return web(_id(body.get("first")), answer.url) or answer.url
