"""Ask a network what was answered to one post: its first question, and those that the answers lead to.

Nothing here stores anything but waits. Whatever a network does wrong is a `core.errors.Problem`; where something is
missing that is not needed, what came is kept.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from core.errors import BadReply, Gone, HostBusy, NotFound, Problem, TooSlow
from core.http import Http, Reply
from feeds.fetch import ACCEPT, MAX_BYTES, REQUEST, STEPS, heeded, stumbling
from feeds.named import Memory, Naming
from feeds.waits import Waits
from networks.conversations import Discussion, Question, Replies
from networks.parts import Network
from networks.records import Answer, Post, Request

# Requests for one post: itself, its context, two for faces, and some for what is far down, or told of one by one.
MOST_QUESTIONS = 16
# Failures that say "this server does not speak so": another network's form of the same address may be right.
_OTHERWISE = frozenset({"not_found", "bad_reply", "not_allowed", "login_expired"})
# What a page is not about.
NOT_ABOUT = "not_about"


@dataclass(frozen=True)
class Heard:
    """What was heard of a post, by which network. ``partial``: some answer that is not needed did not come."""

    network: str
    post: Post
    said: Discussion
    partial: bool = False


class Asker:
    """Asks networks. Costs nothing to make. Without a ``memory`` (the cache) nobody is asked who is only named."""

    def __init__(
        self, http: Http, waits: Waits, networks: Mapping[str, Network], now: Callable[[], datetime],
        memory: Memory | None = None,
    ) -> None:  # fmt: skip
        self._http, self._waits, self._networks, self._now = http, waits, networks, now
        self._memory = memory

    def network_of(self, url: str) -> str:
        """Return the key of the network that is asked about a post's address first, "" where none knows such ones."""
        return next((network.key for network, _ in self._ways(url)), "")

    def ask(self, url: str, until: float, *, first: str = "", about: Callable[[Post], bool]) -> Heard:
        """Return what there is of a post by the time ``until`` (monotonic). ``first`` is the network to begin with.

        ``about`` says whether the post has to do with the page; where not, nothing more is asked of it, and NotFound
        ``not_about`` is raised. Raises Problem where what is needed did not come.
        """
        ways = sorted(self._ways(url), key=lambda way: way[0].key != first)
        failed: Problem = NotFound("No network here knows such an address of a post.")
        for network, question in ways:
            try:
                return self._visit(network, question, until, about)
            except Problem as problem:
                failed = problem
                if problem.code not in _OTHERWISE or network.key == first:
                    break
        raise failed

    def _ways(self, url: str) -> list[tuple[Network, Question]]:
        """Return which networks may know an address, and what to ask them; a host's own network alone, if any."""
        host = urlsplit(url).hostname or ""
        telling = sorted((n for n in self._networks.values() if n.replies), key=_lateness)
        owners = {network.key for network in self._networks.values() if network.owns(host)}
        asked = [(n, n.replies.ask(url)) for n in telling if n.replies and (not owners or n.key in owners)]
        return [(network, question) for network, question in asked if question]

    def _visit(self, network: Network, first: Question, until: float, about: Callable[[Post], bool]) -> Heard:
        part = network.replies
        if part is None:
            raise NotFound(f"{network.name} does not tell what was answered.")
        said = self._answered(network.key, part, first, until)
        if said.post is None:
            raise BadReply("The network's answer has no post.", code="bad_reply")
        if not about(said.post):
            raise NotFound("This post has nothing to do with the page.", code=NOT_ABOUT)
        post, waiting, partial = said.post, deque(said.next), False
        for _ in range(MOST_QUESTIONS - 1):
            if not waiting:
                break
            question = waiting.popleft()
            try:
                more = self._answered(network.key, part, question, until)
            except Problem as problem:
                if question.needed:
                    raise _beside(problem) from problem
                partial = True
                continue
            waiting += more.next
            said = _together(said, more)
        said = replace(said, replies=self._with_people(network.key, part, said.replies, until))
        return Heard(network.key, post, said, partial or bool(waiting))

    def _with_people(self, key: str, part: Replies, replies: tuple[Post, ...], until: float) -> tuple[Post, ...]:
        """Return replies with who wrote them, where they say only where to find them."""
        if part.named is None or self._memory is None:
            return replies

        def ask(request: Request, seconds: float) -> Answer:
            return self._answer(key, part, request, min(until, time.monotonic() + seconds))

        naming = Naming(part.named, ask, self._memory, until)
        return tuple(naming.with_author(post) for post in replies)

    def _answered(self, key: str, part: Replies, question: Question, until: float) -> Discussion:
        request = question.request
        for _ in range(STEPS):
            answer = self._answer(key, part, request, until)
            if request.then is None:
                return stumbling(question.read, answer)
            request = stumbling(request.then, answer)
        raise BadReply("The network sends us from one look-up to the next.", code="bad_reply")

    def _answer(self, network: str, part: Replies, request: Request, until: float) -> Answer:
        key = f"{network} {urlsplit(request.url).netloc}"
        wait = self._waits.until(key, self._now())
        if wait:
            raise HostBusy("The network asked us to wait.", code="rate_limited", retry_at=wait)
        reply = self._send(part, request, until)
        heeded(reply, key, part.limits, self._waits, self._now())
        if reply.status == 410:
            raise Gone("The network says that this is gone for good.")
        return Answer(reply.body, reply.url, reply.status, reply.headers)

    def _send(self, part: Replies, request: Request, until: float) -> Reply:
        left = min(REQUEST, until - time.monotonic())
        if left <= 0:
            raise TooSlow("The network took too long.")
        headers = {**part.headers, **request.headers}
        accept = headers.pop("Accept", ACCEPT)
        return self._http.get(request.url, accept=accept, headers=headers, max_bytes=MAX_BYTES, deadline=left)


def _lateness(network: Network) -> bool:
    return bool(network.replies and network.replies.last)


def _beside(problem: Problem) -> Problem:
    """Return what a failure beside the post itself means: the post is there, so nothing is gone."""
    lost = problem.code in _OTHERWISE | {"gone", "withdrawn"}
    return BadReply(problem.message, code="bad_reply") if lost else problem


def _together(one: Discussion, other: Discussion) -> Discussion:
    known = {post.id for post in one.replies}
    replies = [*one.replies, *(post for post in other.replies if post.id not in known)]
    return replace(
        one, replies=tuple(replies), likes=one.likes + other.likes, reposts=one.reposts + other.reposts,
        cut=one.cut or other.cut,
    )  # fmt: skip
