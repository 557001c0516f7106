"""What was answered to a post of Bluesky's, from the app server that is meant for the public web.

app.bsky.feed.getPostThread, getLikes, getRepostedBy: https://docs.bsky.app/docs/api/app-bsky-feed-get-post-thread
(read 2026-11). What is blocked or deleted comes without its words, and is left out; so is what the author of the
thread hid (`hiddenReplies` of its threadgate: https://docs.bsky.app/docs/tutorials/thread-gates, read 2026-11), and
who asks to be shown only to people who are logged in. Whom a threadgate lets answer is the app server's to hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any
from urllib.parse import quote

from networks._bluesky_posts import CODES, HIDDEN, SENSITIVE, author_of, labelled, post_of
from networks._errors import opened, problem
from networks._post_addresses import bluesky
from networks._walk import dig, every, ident, record, records
from networks.conversations import Discussion, Question
from networks.records import Answer, Author, Post, Request

API = "https://public.api.bsky.app/xrpc/"
# Levels asked for: 1,000 may be (lexicons/app/bsky/feed/getPostThread.json), but nobody reads that far.
DEPTH = 30
# Posts read of one answer.
MOST = 1000
# "limit: maximum 100": lexicons/app/bsky/feed/getLikes.json and getRepostedBy.json (read 2026-11)
FACES = 100
# What Bluesky's own moderators mark as not worth anybody's time; its apps hide it from everybody.
# https://docs.bsky.app/docs/advanced-guides/moderation (read 2026-11)
UNWANTED = HIDDEN | {"spam", "impersonation"}
View = Mapping[str, Any]


def question(url: str) -> Question | None:
    """Return what to ask about the post on a page ``https://bsky.app/profile/HANDLE/post/KEY``; None for others."""
    found = bluesky(url)
    if found is None:
        return None
    who, key = found.user, found.id
    if who.startswith("did:"):
        return Question(_ask_thread(who, key), _thread, needed=True)
    lookup = f"{API}com.atproto.identity.resolveHandle?handle={quote(who.lower(), safe='')}"
    return Question(Request(lookup, then=partial(_resolved, key)), _thread, needed=True)


def _resolved(key: str, answer: Answer) -> Request:
    did = ident(record(opened(answer, CODES)).get("did"))
    if not did.startswith("did:"):
        raise problem("not_found")
    return _ask_thread(did, key)


def _ask_thread(did: str, key: str) -> Request:
    uri = quote(f"at://{did}/app.bsky.feed.post/{key}", safe="")
    return Request(f"{API}app.bsky.feed.getPostThread?uri={uri}&depth={DEPTH}&parentHeight=0")


def _thread(answer: Answer) -> Discussion:
    data = record(opened(answer, CODES))
    root = record(data.get("thread"))
    view = record(root.get("post"))
    post = _post(view)
    if post is None or not post.id.startswith("at://"):
        raise problem(_missing(root))
    replies = tuple(islice(_below(root, frozenset(_hidden(data, view))), MOST + 1))
    faces = [_faces(post.id, kind) for kind in ("likes", "reposts") if post.counts.get(kind) != 0]
    return Discussion(post=post, replies=replies[:MOST], cut=len(replies) > MOST, next=tuple(faces))


def _missing(root: View) -> str:
    """Return why a thread has no post of its own: deleted or withdrawn, not for strangers, or no thread at all."""
    if root.get("notFound") is True or post_of(record(root.get("post"))):
        return "not_found"
    return "not_allowed" if root.get("blocked") is True else "bad_reply"


def _below(root: View, hidden: frozenset[str]) -> Iterator[Post]:
    """Yield the posts below one, each before its answers. Nothing is shown below what is not."""
    waiting = [(ident(dig(root, "post", "uri")), one) for one in records(root.get("replies"))[::-1]]
    while waiting:
        parent, node = waiting.pop()
        post = _post(record(node.get("post")))
        if post is not None and post.id not in hidden:
            yield replace(post, reply_to=parent)
            waiting += [(post.id, one) for one in records(node.get("replies"))[::-1]]


def _hidden(data: View, root: View) -> Iterator[str]:
    """Yield the addresses of the replies that the thread's author hid."""
    for gate in (record(data.get("threadgate")), record(root.get("threadgate"))):
        yield from (ident(uri) for uri in every(dig(gate, "record", "hiddenReplies")))


def _post(view: View) -> Post | None:
    """Return a post, None where it is not for strangers; an author's own label covers what they write."""
    who = record(view.get("author"))
    post = post_of(view)
    if post is None or post.private or labelled(who, UNWANTED) or labelled(view, UNWANTED):
        return None
    return replace(post, sensitive=True) if labelled(who, SENSITIVE) else post


def _faces(uri: str, kind: str) -> Question:
    method = "getLikes" if kind == "likes" else "getRepostedBy"
    request = Request(f"{API}app.bsky.feed.{method}?uri={quote(uri, safe='')}&limit={FACES}")
    return Question(request, partial(_faces_of, kind))


def _faces_of(kind: str, answer: Answer) -> Discussion:
    people = tuple(_people(answer))
    return Discussion(likes=people) if kind == "likes" else Discussion(reposts=people)


def _people(answer: Answer) -> Iterator[Author]:
    data = record(opened(answer, CODES))
    actors = [record(one.get("actor")) for one in records(data.get("likes"))] or records(data.get("repostedBy"))
    for actor in actors[:FACES]:
        author = None if labelled(actor, UNWANTED) else author_of(actor)
        if author:
            yield author
