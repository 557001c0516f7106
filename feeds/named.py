"""Ask for what posts only name: who wrote them, what they pass on, what they quote (`networks._named.Named`).

A server is believed what its own people say, and who they are. So a post that is another server's is asked for there,
where it is shown with name and face; where that fails it stays what it was, an address or words without a face. Who
wants to be quoted with leave alone is linked, not shown. All of it is bounded, and what came is remembered: most
people write more than one post.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any, Protocol, TypeVar

from core.addresses import origin_of
from core.errors import Problem
from networks._named import Found, Named, is_bare
from networks._walk import host_of
from networks.records import STUMBLES, Answer, Author, Page, Post, Request, guarded

# Posts, and people, that are asked for in one reading: a page of an outbox has twenty (networks/_activitypub.py).
MOST = 20
# Seconds for one of them, and for all: half of what a reading takes.
ONE, WHOLE = 4.0, 15.0
# Seconds that they are remembered: words may be edited or deleted, faces change seldom.
POST, PERSON = 3600.0, 86400.0
# Seconds that it is remembered that somebody does not tell, and that a server was in trouble.
REFUSED, TROUBLE = 86400.0, 900.0
# For how long what came is better than nothing while a server is in trouble.
STALE = 7 * 86400.0
# Failures that are an answer: asked again, it would be the same.
_LASTING = frozenset(
    {"not_found", "gone", "withdrawn", "not_allowed", "login_expired", "bad_reply", "address_refused", "invalid"}
)

T = TypeVar("T")


class Memory(Protocol):
    """What is asked of the cache (`core.cache_fetch.Cache`)."""

    def peek(self, key: str) -> Any:
        """Return what is kept, however old, or None."""

    def get(self, key: str) -> Any:
        """Return what is kept and fresh, or None."""

    def set(self, key: str, value: Any, seconds: float, *, stale: float = 0) -> None:
        """Keep JSON for so many seconds, and for ``stale`` more."""


class Naming:
    """One reading's questions. ``ask`` sends a request within so many seconds; ``until`` is when to end (monotonic).

    ``lacking`` says afterwards that something could not be asked for this time, ``cut`` that it was never tried.
    """

    def __init__(self, named: Named, ask: Callable[[Request, float], Answer], memory: Memory, until: float) -> None:
        self._named, self._ask, self._memory = named, ask, memory
        self._until = min(until, time.monotonic() + WHOLE)
        self._asked = {"post": 0, "person": 0}
        self.lacking = self.cut = False

    def with_author(self, post: Post) -> Post:
        """Return a post of its own server's telling with who wrote it."""
        author = post.author
        if author is None or author.avatar or not host_of(author.url) or host_of(author.url) != host_of(post.id):
            return post
        found = self._remembered("person", author.url, self._named.person, PERSON, asdict)
        known = Author(**found) if found else author
        return replace(post, author=known) if host_of(known.url) == host_of(author.url) else post

    def completed(self, post: Post, home: str) -> Post:
        """Return a post that the server at ``home`` tells, with what it passes on or quotes."""
        mine = self.with_author(post) if host_of(post.id) == home else post
        repost = self._whole(post.repost, home) if post.repost else None
        quote = self._quoted(post, post.quote, home) if post.quote else None
        return replace(mine, repost=repost, quote=quote)

    def _whole(self, post: Post, home: str) -> Post:
        """Return what is passed on, by its own server's word where that can be had."""
        if host_of(post.id) == home and not is_bare(post):
            return self.completed(replace(post, repost=None), home)
        found = self._found(post.id)
        if found is None:
            return _faceless(post)
        return self.completed(replace(found.post, repost=None), host_of(found.post.id))

    def _quoted(self, by: Post, post: Post, home: str) -> Post:
        if host_of(post.id) == home and not is_bare(post):
            return self.with_author(post)
        found = self._found(post.id)
        if found is None:
            return _faceless(post)
        whole = replace(found.post, quote=None, repost=None)
        if found.quotable or (host_of(by.id) == host_of(whole.id) == home and _by_one(by, whole)):
            return self.with_author(whole)
        return Post(id=post.id, url=post.url, network=post.network)

    def _found(self, url: str) -> Found | None:
        found = self._remembered("post", url, self._named.post, POST, _kept)
        return Found(Post.from_stored(found["post"]), found["quotable"]) if found else None

    def _remembered(
        self, kind: str, url: str, read: Callable[[Answer], T | None], seconds: float, kept: Callable[[T], Any]
    ) -> Any:
        """Return what is known of an address, as JSON, asked for where it is not; None where nothing is."""
        key = f"named {kind} {url}"
        held = self._memory.get(key)
        request = self._named.ask(url) if held is None else None
        if request is None:
            return held
        left = min(ONE, self._until - time.monotonic())
        if self._asked[kind] >= MOST or left <= 0:
            self.lacking = self.cut = True
            return self._memory.peek(key)
        self._asked[kind] += 1
        try:
            found = _read(read, self._ask(request, left))
            held = kept(found) if found is not None else {}
        except Problem as problem:
            lasting = problem.code in _LASTING
            self.lacking = self.lacking or not lasting
            held, seconds = ({}, REFUSED) if lasting else (self._memory.peek(key) or {}, TROUBLE)
        self._memory.set(key, held, seconds, stale=STALE)
        return held


def _by_one(one: Post, other: Post) -> bool:
    return bool(one.author and other.author and one.author.url == other.author.url)


def _faceless(post: Post) -> Post:
    """Return a post that another server than its own tells: whose face it is, that one cannot say."""
    author = replace(post.author, avatar="") if post.author else None
    return replace(post, author=author, quote=_faceless(post.quote) if post.quote else None)


def of_one(
    pages: tuple[Page, ...], home: str, who: Callable[[Post], Request | None], read: Callable[[Request], Page]
) -> tuple[Page, ...]:
    """Return pages with their one author, of whom posts tell the address alone; where asking fails, as they are.

    Only the list's own server, with the origin ``home``, is asked: it could name anybody, who would be asked, and
    shown with name and face.
    """
    posts = [post for page in pages for post in page.posts]
    told = posts[0].author if len({post.author for post in posts}) == 1 else None
    request = who(posts[0]) if told else None
    if told is None or request is None or origin_of(request.url) != home:
        return pages
    try:
        author = read(request).author
    except Problem:
        return pages
    if author is None or origin_of(author.url) != home:  # nobody says who somebody elsewhere is
        return pages
    return tuple(_by(author, told, page) for page in pages)


def _by(author: Author, told: Author, page: Page) -> Page:
    title = author.name if page.title in ("", told.name, told.handle) else page.title
    posts = tuple(replace(post, author=author) for post in page.posts)
    return replace(page, title=title, author=author, posts=posts)


def _read(read: Callable[[Answer], T | None], answer: Answer) -> T | None:
    try:
        return read(answer)
    except STUMBLES:
        return None


def _kept(found: Found) -> dict[str, Any]:
    return {"post": guarded(found.post).as_stored(), "quotable": found.quotable}
