"""What was answered to an object of any fediverse server: its `replies` collection, as far as it is given.

https://www.w3.org/TR/activitystreams-vocabulary/#dfn-replies (read 2026-11). Most servers list addresses only, and
each of those is a question of its own: a few are asked. A server is believed what its own people say: what it says of
another server's is asked for there, or left out. Likes and shares are counted where their collections say so; nobody
lists whose they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from networks import _activitypub
from networks._activitystreams import id_of
from networks._errors import opened, problem
from networks._walk import every, host_of, ident, record, web
from networks.conversations import Discussion, Question
from networks.records import Answer, Post, Request

# ActivityPub §3.2; servers that negotiate strictly know one of the two.
ACCEPT = 'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
# Replies that are asked for one by one.
FURTHER = 10
# Replies read of one answer.
MOST = 500


def question(url: str) -> Question | None:
    """Return what to ask about the object at an https address of its own; None for other addresses."""
    address = web(url)
    parts = urlsplit(address)
    fits = parts.scheme == "https" and len(parts.path) > 1 and not parts.query
    return Question(_get(address), _object, needed=True) if fits else None


def _get(url: str) -> Request:
    return Request(url, headers={"Accept": ACCEPT})


def _object(answer: Answer) -> Discussion:
    body = record(opened(answer, _activitypub.CODES))
    post = public_post(body, answer.url)
    if post is None:
        raise problem("not_found" if ident(body.get("type")) else "bad_reply")
    told = body.get("replies") or body.get("comments")  # PeerTube's name for films, Castopod's for episodes
    if isinstance(told, str):
        further = (Question(_get(web(told)), partial(_list, post.id)),) if web(told) else ()
        return Discussion(post=post, cut=bool(further), next=further)
    return replace(_collection(record(told), answer.url, post.id), post=post)


def _list(parent: str, answer: Answer) -> Discussion:
    return _collection(record(opened(answer, _activitypub.CODES)), answer.url, parent)


def _collection(body: Any, url: str, parent: str) -> Discussion:
    """Read a collection, or its first page where that stands in it; what is elsewhere is asked for."""
    first = record(body.get("first"))
    items = [one for held in (body, first) for key in ("items", "orderedItems") for one in every(held.get(key))]
    whole = [one for one in items[:MOST] if isinstance(one, dict)]
    here = tuple(_answers(whole, url, parent))
    elsewhere = [name for one in whole if host_of(name := ident(one.get("id"))) not in ("", host_of(url))]
    named = [web(one) for one in [*(one for one in items if isinstance(one, str)), *elsewhere][:FURTHER]]
    # A first page of which only the address is told, as text (WordPress) or in an object (GoToSocial), is asked for;
    # a later page names the first one too.
    onward = web(first.get("next") or body.get("next") or ("" if items else id_of(body.get("first"))), url)
    further = [Question(_get(one), partial(_one, parent)) for one in named if one]
    further += [Question(_get(onward), partial(_list, parent))] if onward and onward != url else []
    return Discussion(replies=here, cut=bool(further), next=tuple(further))


def _answers(items: list[Any], url: str, parent: str) -> Iterator[Post]:
    for item in items:
        post = public_post(item, url)
        if post:
            yield replace(post, reply_to=post.reply_to or parent)


def _one(parent: str, answer: Answer) -> Discussion:
    post = public_post(record(opened(answer, _activitypub.CODES)), answer.url)
    return Discussion(replies=(replace(post, reply_to=post.reply_to or parent),) if post else ())


def public_post(body: Any, url: str) -> Post | None:
    """Return a public object as a post, None where the server at ``url`` cannot speak for it, or for its author."""
    found = _activitypub.page(body, url, "fediverse").posts if body else ()
    post = found[0] if len(found) == 1 else None
    if post is None or post.private or post.repost:
        return None
    own, theirs = {host_of(url), ""}, {host_of(post.id), host_of(post.author.url if post.author else "")}
    if not theirs <= own:
        return None
    return post if host_of(post.url) in own else replace(post, url=web(post.id))
