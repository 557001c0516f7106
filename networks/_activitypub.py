"""ActivityStreams 2 as posts: outboxes, collections, activities and objects of any fediverse server.

https://www.w3.org/TR/activitystreams-vocabulary/, https://www.w3.org/TR/activitypub/, and what is common beside them:
https://docs.joinmastodon.org/spec/activitypub/ (all read 2026-11). An object may stand as itself, as its address, or
as a list of either; whatever is only an address is left as one, since nothing is fetched here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from networks._activitypub_media import link_of, media_of, points_away
from networks._activitystreams import Object, id_of, mime_of, page_of, picture_of, said, type_of
from networks._errors import opened, problem
from networks._html import looks_like_html, of_clean, of_text, plain, sanitised
from networks._mastodon_posts import FALLBACK
from networks._syndication import language
from networks._times import iso
from networks._walk import counted, dig, digest, every, host_of, ident, name, record, records, text, web, whole
from networks.records import Answer, Author, Option, Page, Poll, Post

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
PUBLIC = ("https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public")
CODES = {"Request not signed": "not_allowed"}
# The same without a mark, at the end, as Misskey and its forks write it; addresses have 2,000 characters at the most.
_RE_LENGTH = 5000
_RE = re.compile(
    r'(?:<br\s?/?>|</?p>|</?span>){0,6}\s?RE:\s?(?:</span>)?<a\s[^<>]{0,999}?href="([^"<>]{1,2000})"[^<>]{0,999}>[^<>]{0,2000}'
    r"</a>(?:</(?:span|p)>|\s){0,6}\Z"
)
# What a link to an object says where it is a quote: Misskey's word, Fedibird's, and FEP-044f's.
_QUOTES = frozenset(
    f"{space}{word}"
    for spaces, word in (
        (("https://misskey-hub.net/ns#", "https://misskey-hub.net/ns/", "misskey:"), "_misskey_quote"),
        (("http://fedibird.com/ns#", "fedibird:"), "quoteUri"),
        (("https://w3id.org/fep/044f#",), "quote"),
    )
    for space in spaces
)
# What stands in an actor's address in place of a name: a number (Mastodon 4.4, lotide, NodeBB), or the ids of Misskey
# and its forks, letters and digits in turn (packages/backend/src/misc/id/aidx.ts, read 2026-11).
_NUMBER = re.compile(r"\d+|(?=\d*(?:[a-z]+\d+){3})[0-9a-z]{16,}")


def page(data: Any, url: str, network: str) -> Page:
    """Return parsed ActivityStreams as a page of posts."""
    body = record(data)
    kind = type_of(body)
    if kind == "Tombstone":
        raise problem("gone")
    items = list(_items(data))[:MOST_ITEMS]
    posts = tuple(post for post in (_post(record(item), item, network) for item in items) if post and post.id)
    owner = actor(body) if kind in ACTORS else actor(body.get("attributedTo") or body.get("actor"))
    owner = owner if kind in ACTORS or (kind in COLLECTIONS and owner) else _one_author(posts)
    title = name(said(body, "name")) if kind in COLLECTIONS or kind in ACTORS else ""
    title = title or (owner.name or owner.handle if owner else "") or name(body.get("subject"))
    return Page(title=title, posts=posts, next=_next(body, kind, url), author=owner, gone=tuple(_gone(items)))


def _items(data: Any) -> Iterator[Any]:
    """Yield what a collection holds, its first page too where that stands in it; or the object itself."""
    if isinstance(data, list):
        yield from data
        return
    body = record(data)
    if type_of(body) in COLLECTIONS or "orderedItems" in body or "items" in body:
        yield from every(body.get("orderedItems"))
        yield from every(body.get("items"))
        if isinstance(body.get("first"), dict):
            yield from _items(body["first"])
    elif type_of(body) not in ACTORS:
        yield body


def _next(body: Object, kind: str, url: str) -> str:
    first = body.get("first")
    onward = body.get("next") or (dig(first, "next") if isinstance(first, dict) and _items_in(first) else first)
    return web(id_of(onward), url) if kind in COLLECTIONS or "orderedItems" in body else ""


def _items_in(value: Object) -> bool:
    return bool(value.get("orderedItems") or value.get("items"))


def _gone(items: list[Any]) -> Iterator[str]:
    for item in records(items):
        if type_of(item) == "Delete" or type_of(item) == "Tombstone":
            yield id_of(item.get("object")) or id_of(item)


def _one_author(posts: tuple[Post, ...]) -> Author | None:
    authors = {post.author for post in posts}
    return authors.pop() if len(authors) == 1 else None


# --- people ---


def actor(value: Any) -> Author | None:
    """Return who an actor is, from the actor itself or from its address alone; of several the first person."""
    listed = every(value)
    people = [one for one in records(listed) if type_of(one) == "Person"]
    first = next(iter(people), None) or next(iter(listed), None)
    if isinstance(first, str):
        return Author(_user(first), _handle(first, ""), web(first)) if web(first) else None
    body = record(first)
    url = page_of(body) or web(body.get("id"))
    user = name(body.get("preferredUsername"))
    shown = _without_emoji(plain(said(body, "name")), body) or user or _user(url)
    made = Author(
        shown,
        _handle(url or ident(body.get("id")), user),
        url,
        picture_of(body.get("icon")) or picture_of(body.get("image")),
    )
    return made if made.name or made.url else None


def _without_emoji(shown: str, body: Object) -> str:
    for tag in records(body.get("tag"))[:50]:
        if type_of(tag) == "Emoji":
            shown = shown.replace(f":{name(tag.get('name')).strip(':')}:", "")
    return name(shown)


def _user(url: str) -> str:
    """Return the name in ``/@me``, ``/users/me``, ``/u/me`` or ``/author/me``, else the host."""
    parts = urlsplit(web(url))
    found = re.search(
        r"/(?:@|(?:users?|u|author|accounts?|c|m|video-channels|channel|profile|p)/@?)([\w.\-]{1,60})/?$", parts.path
    )
    return found[1] if found and not _NUMBER.fullmatch(found[1]) else parts.netloc


def _handle(url: str, user: str) -> str:
    host = urlsplit(web(url)).netloc
    user = user or (_user(url) if _user(url) != host else "")
    return f"@{user}@{host}" if user and host else ""


# --- objects ---


def _post(body: Object, item: Any, network: str, *, deep: bool = True) -> Post | None:
    if isinstance(item, str):
        return Post(id=ident(item), url=web(item), network=network) if deep and web(item) else None
    kind = type_of(body)
    if kind in WRAPPERS:
        return _wrapped(body, kind, next(iter(every(body.get("object"))), None), network)
    if kind == "Announce":
        return _repost(body, network)
    unknown = "object" in body and "actor" in body  # an activity, such as Lemmy's Lock and Warn
    if unknown or kind in SILENT | ACTORS | COLLECTIONS | {"Delete", "Tombstone"}:
        return None
    return _object(body, kind, network, deep=deep) if _says(body) else None


def _says(body: Object) -> bool:
    keys = ("content", "contentMap", "name", "nameMap", "summary", "attachment", "image", "url", "published")
    return any(body.get(key) for key in keys)


def _wrapped(body: Object, kind: str, inner: Any, network: str) -> Post | None:
    """Return what an activity is about. Where it only names that, what was created is a post, what was added none."""
    known = {key: body[key] for key in ("published", "to", "cc") if body.get(key)}
    if isinstance(inner, str):
        inner = {"id": inner, "published": body.get("published"), "type": "Note"} if kind == "Create" else {}
    found = {key: value for key, value in record(inner).items() if value is not None}
    told, author = body.get("actor"), found.get("attributedTo")
    if not author or (isinstance(told, dict) and id_of(told) and id_of(told) == author):
        found["attributedTo"] = told  # it may say more of who that is
    return _post({**known, **found}, {**known, **found}, network) if inner else None


def _repost(body: Object, network: str) -> Post | None:
    """Return what is passed on; many give no time. Groups pass on likes, edits and deletions too: those are none."""
    inner = next(iter(every(body.get("object"))), None)
    edited = type_of(record(inner)) in WRAPPERS - {"Create"}
    passed = None if edited else _post(record(inner), inner, network)
    if passed is None:
        return None
    page_url = page_of(body) or passed.url or web(body.get("id"))
    return Post(
        id=ident(body.get("id")) or page_url,
        url=page_url,
        time=iso(body.get("published")) or passed.time,
        author=actor(body.get("actor") or body.get("attributedTo")),
        network=network,
        repost=passed,
        private=_private(body),
    )


def _object(body: Object, kind: str, network: str, *, deep: bool) -> Post:
    url = web(body.get("id")) if points_away(body, kind) else page_of(body) or web(body.get("id"))
    quote = _quote(body, network) if deep else None
    raw, lang = _content(body), _language(body)
    raw = _without_fallback(raw, quote) if quote else raw
    clean = sanitised(raw, url)
    title, published = name(plain(said(body, "name"))), iso(body.get("published"))
    shown, changed = of_clean(clean), iso(body.get("updated"))
    return Post(
        id=ident(body.get("id")) or url or digest(published, title, shown),
        url=url,
        time=published or changed,
        author=actor(body.get("attributedTo") or body.get("actor")),
        text=shown,
        html=clean,
        media=tuple(media_of(body, kind, raw, url)),
        network=network,
        lang=lang,
        sensitive=body["sensitive"] if isinstance(body.get("sensitive"), bool) else None,
        link=link_of(body, kind, url),
        poll=_poll(body),
        quote=quote,
        counts=counted(
            likes=dig(body, "likes", "totalItems"), reposts=dig(body, "shares", "totalItems"),
            replies=dig(body, "replies", "totalItems"), views=body.get("views"),
        ),
        title="" if title == shown else title,
        warning=_warning(body, kind),
        edited=changed if published and changed > published else "",
        reply_to=id_of(next(iter(every(body.get("inReplyTo"))), None)),
        private=_private(body),
        tags=tuple(_tags(body)),
    )  # fmt: skip


def _tags(body: Object) -> Iterator[str]:
    """Yield hashtags, each once: Owncast writes those twice that are its owner's and in the words too."""
    said = [name(tag.get("name")).lstrip("#") for tag in records(body.get("tag"))[:30] if type_of(tag) == "Hashtag"]
    yield from dict.fromkeys(filter(None, said))


def _content(body: Object) -> str:
    """Return an object's HTML. A summary stands in where an article has nothing else, as a podcast's description."""
    html = said(body, "content") or (said(body, "summary") if not body.get("sensitive") else "")
    if not html and isinstance(body.get("description"), dict):
        return _content({**body["description"], "description": None})
    told = ident(body.get("mediaType"))
    plain_text = told in ("text/plain", "text/markdown") or (not told and not looks_like_html(html))
    return of_text(html) if plain_text else html


def _language(body: Object) -> str:
    """Return an object's language: its content's among those of ``contentMap``, or the only one there.

    Else as PeerTube, Lemmy (``language``) and Mobilizon (``inLanguage``) tell it.
    """
    shown, by_lang = body.get("content"), record(body.get("contentMap"))
    same = [key for key, value in by_lang.items() if not text(shown) or value == shown]
    told = [
        *same,
        *(by_lang if len(by_lang) == 1 else ()),
        dig(body, "language", "identifier"),
        body.get("inLanguage"),
    ]
    return next((tag for one in told if (tag := language(one)) and tag != "und"), "")


def _warning(body: Object, kind: str) -> str:
    """Return the words in front of sensitive content: the summary of a note, but not of an article."""
    told = body.get("sensitive") is True or kind in ("Note", "Question", "")
    return name(plain(said(body, "summary"))) if told and said(body, "content") else ""


def _private(body: Object) -> bool:
    """Whether a post is addressed, and not to everybody (ActivityPub §5.6); LitePub marks direct messages besides."""
    if body.get("directMessage") is True:
        return True
    given = [
        ident(one) if isinstance(one, str) else id_of(one) for key in ("to", "cc") for one in every(body.get(key))
    ]
    return bool(given) and not any(one in PUBLIC for one in given)


def _poll(body: Object) -> Poll | None:
    for key in ("oneOf", "anyOf"):
        options = tuple(
            Option(name(said(one, "name")), whole(dig(one, "replies", "totalItems")))
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
    names = [inner, *(body.get(key) for key in ("quoteUrl", "quoteUri", "_misskey_quote")), *_linked(body)]
    url = next((address for one in names if (address := web(one))), "")
    return Post(id=url, url=url, network=network) if url else None


def _without_fallback(html: str, quote: Post) -> str:
    """Return HTML without the words "RE: address" that stand in it for those whose server knows no quotes."""
    html = FALLBACK.sub("", html)
    found = _RE.search(html, max(0, len(html) - _RE_LENGTH))
    same = found and host_of(unescape(found[1])) == host_of(quote.url)
    return html[: found.start()] if found and same else html


def _linked(body: Object) -> Iterator[str]:
    """Yield the objects that a text links to as quotes (FEP-e232, https://w3id.org/fep/e232, read 2026-11)."""
    for tag in records(body.get("tag"))[:50]:
        rels = [ident(rel) for rel in every(tag.get("rel"))]
        kind = mime_of(tag)
        if type_of(tag) == "Link" and "json" in kind and "activity" in kind and (not rels or _QUOTES & set(rels)):
            yield ident(tag.get("href"))


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
    return web(id_of(body.get("first")), answer.url) or answer.url
