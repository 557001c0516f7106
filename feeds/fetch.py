"""Ask a network for a source's posts: look-ups first, then its list, page by page, as `networks.records.Feed` says.

Nothing here stores anything but waits. Whatever a network does wrong is a `core.errors.Problem`; where a later page
fails, the earlier ones are kept, and it is asked for again the next time, so that no hole stays.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

from core.addresses import origin_of
from core.errors import BadReply, Gone, HostBusy, Problem, TooSlow
from core.http import Http, Reply
from feeds.named import Memory, Naming, of_one
from feeds.pace import untold
from feeds.waits import Waits, told
from networks import limits
from networks._walk import host_of
from networks.parts import Network
from networks.records import STUMBLES, Answer, Dialect, Feed, More, Page, RateState, Request

# What a network is asked for whose file does not say.
ACCEPT = "application/json, application/atom+xml;q=0.9, */*;q=0.5"
# The largest real feeds of podcasts have some megabytes; Mastodon's limit for what it fetches is one.
MAX_BYTES = 5_000_000
# Pages of a list read at once: a new source gets some history, and one that was away catches up.
PAGES = 3
# Pages read behind a gap, in all, until posts are met that are known; and gaps of a list that are remembered.
BEHIND, GAPS = 12, 3
# WebFinger, actor, outbox, first page is four (networks/fediverse.py).
STEPS = 5
# Seconds for one request, and for all requests of one refresh.
REQUEST, WHOLE = 8.0, 30.0
# For how long the way to a list is remembered: accounts move from server to server, but not every day.
REMEMBER = timedelta(days=1)


T = TypeVar("T")
# Where to read on, and how many pages at most; a list, since it is stored as JSON.
Gap = list[Any]


@dataclass(frozen=True)
class Asking:
    """Which source is asked, with what is known of it.

    ``account`` names the credential, ``token`` goes into the Authorization header, ``key`` into the query.
    ``known`` says how many of these ids are stored already: where there are any, no further page is needed. ``old``
    marks a source that was read before: what lies between its posts and those read now is missed. ``failures`` are
    those in a row until now. ``most`` is how many posts may be paid for, None where none costs anything.
    """

    address: str
    account: str = ""
    token: str = field(default="", repr=False)
    key: str = field(default="", repr=False)
    found: Mapping[str, Any] = field(default_factory=dict)
    etag: str = ""
    modified: str = ""
    digest: str = ""
    known: Callable[[list[str]], int] = lambda _: 0
    old: bool = False
    seconds: float = WHOLE
    failures: int = 0
    most: int | None = None


@dataclass(frozen=True)
class Fetched:
    """What came. ``unchanged``: the list is as it was. ``problem`` is what stopped a later page. ``behind`` are pages
    from behind a gap that an earlier fetch left. ``cut``: some of what posts only name was not asked for yet."""

    pages: tuple[Page, ...] = ()
    behind: tuple[Page, ...] = ()
    unchanged: bool = False
    found: Mapping[str, Any] = field(default_factory=dict)
    etag: str = ""
    modified: str = ""
    digest: str = ""
    moved: str = ""
    poll: timedelta | None = None
    problem: Problem | None = None
    cut: bool = False


class Fetcher:
    """Asks networks. One for the process, shared by its threads. Without a ``memory`` (the cache) nobody is asked who
    is only named."""

    def __init__(self, http: Http, waits: Waits, now: Callable[[], datetime], memory: Memory | None = None) -> None:
        self._http = http
        self._waits = waits
        self._now = now
        self._memory = memory

    def fetch(self, network: Network, asking: Asking) -> Fetched:
        """Return a source's posts. Raises Problem where not even the first page came."""
        return _Visit(self._http, self._waits, self._now, network, asking, self._memory).fetch()


class _Visit:
    """One fetch of one source."""

    def __init__(
        self, http: Http, waits: Waits, now: Callable[[], datetime], network: Network, asking: Asking,
        memory: Memory | None,
    ) -> None:  # fmt: skip
        if network.feed is None:
            raise BadReply(f"{network.name} has no posts to read.", code="not_found")
        self._http, self._waits, self._now, self._memory = http, waits, now, memory
        self._network, self._feed, self._asking = network, network.feed, asking
        self._until = time.monotonic() + asking.seconds
        self._poll: timedelta | None = None
        self._looked_up = False
        self._key = ""
        self._more = self._feed.more if asking.token or asking.key else ()
        self._home = origin_of(self._first().url)

    def fetch(self) -> Fetched:
        try:
            return self._fetched()
        except HostBusy as busy:
            if busy.code == "rate_limited" and busy.retry_at is None:  # nor may others ask with this credential
                self._waits.put(self._key, untold(self._asking.failures + 1, self._now()))
            raise

    def _fetched(self) -> Fetched:
        request = self._remembered()
        if request is not None:
            try:
                return self._list(request)
            except Problem as problem:
                if problem.code not in ("not_found", "gone", "withdrawn", "not_allowed", "bad_reply"):
                    raise
        self._looked_up = True  # for the first time, or because what was there may have moved
        return self._list(self._found(self._first()))

    # --- the way to the list ---

    def _first(self) -> Request:
        with_credential = bool(self._asking.token or self._asking.key) and self._feed.ask_with
        return (with_credential or self._feed.ask)(self._asking.address)

    def _remembered(self) -> Request | None:
        found = self._asking.found
        if "until" not in found or datetime.fromisoformat(found["until"]) <= self._now():
            return None
        return Request(found["url"], headers=found["headers"])

    def _found(self, request: Request) -> Request:
        for _ in range(STEPS):
            if request.then is None:
                return request
            answer = self._answer(request)[0]
            request = stumbling(request.then, answer)
        raise BadReply("The network sends us from one look-up to the next.", code="bad_reply")

    # --- the list ---

    def _list(self, request: Request, *, announced: bool = False) -> Fetched:
        # What a list only names may have changed, or ended, where the list has not.
        answer, reply = self._answer(request, conditional=not self._more)
        digest = hashlib.sha256(answer.body).hexdigest()
        poll = self._poll
        same = reply.status == 200 and digest == self._asking.digest and not self._more
        if reply.status == 304 or same:
            found = self._to_remember(request)
            return Fetched(unchanged=True, found=found, poll=poll, moved="" if announced else reply.moved)
        page = self._read(answer)
        if page.feed and not announced:
            return self._list(Request(page.feed), announced=True)  # a plain page names its feed
        pages, problem = self._further(page)
        behind, gaps = self._behind(pages, problem)
        named, cut = self._named((*pages, *behind), answer.url)
        pages, behind = named[: len(pages)], named[len(pages) :]
        found = self._to_remember(request)
        if gaps or cut:  # then the list is read as a whole again, and what is behind the gap after it
            found, etag, modified, digest = {**found, **({"gaps": gaps} if gaps else {})}, "", "", ""
        else:
            etag, modified = (reply.headers.get(name, "")[:256] for name in ("etag", "last-modified"))
        return Fetched(
            pages, behind, found=found, etag=etag, modified=modified, digest=digest,
            moved="" if announced else reply.moved, poll=self._poll or poll, problem=problem, cut=cut,
        )  # fmt: skip

    def _further(self, page: Page) -> tuple[tuple[Page, ...], Problem | None]:
        """Return the page with those behind it, as far as they are new and cost nothing; and what stopped that.

        Behind a page that is not full may be nothing: then what is not on it was deleted (`feeds.keep`).
        """
        pages, met = [page], {page.next}
        most = 1 if self._feed.cost else PAGES
        while pages[-1].next and len(pages) < most and (self._short(pages) or not self._knows(pages[-1])):
            try:
                pages.append(self._read(self._answer(stumbling(self._feed.resume, pages[-1].next))[0]))
            except Problem as problem:
                return tuple(pages), problem
            if pages[-1].next in met:
                break
            met.add(pages[-1].next)
        return tuple(pages), None

    def _behind(self, pages: tuple[Page, ...], problem: Problem | None) -> tuple[tuple[Page, ...], list[Gap]]:
        """Read on where earlier fetches had to stop; return those pages, and where to read on the next time."""
        new, behind = self._gap(pages, problem), []
        gaps = [[url, left] for url, left in self._asking.found.get("gaps", ()) if url != (new and new[0])]
        if problem is None and gaps:
            url, left = gaps.pop()
            read, rest = self._from(url, left)
            behind += read
            gaps += [rest] if rest else []
        return tuple(behind), [*([new] if new else []), *gaps][:GAPS]

    def _gap(self, pages: tuple[Page, ...], problem: Problem | None) -> Gap | None:
        """Return where the pages end before they should: the address to go on with, and how many pages at most."""
        last, old = pages[-1], self._asking.old
        if not last.next or self._feed.cost or (self._knows(last) and problem is None):
            return None
        if problem is not None:
            return [last.next, BEHIND if old else PAGES - len(pages)]
        return [last.next, BEHIND] if old and len(pages) >= PAGES and not self._short(list(pages)) else None

    def _from(self, url: str, left: int) -> tuple[list[Page], Gap | None]:
        """Read from an address on, until all posts of a page are known; return where to go on, None for nowhere."""
        pages: list[Page] = []
        while left > 0 and len(pages) < PAGES:
            try:
                pages.append(self._read(self._answer(stumbling(self._feed.resume, url))[0]))
            except Problem as problem:
                lost = problem.code in ("not_found", "gone", "withdrawn", "bad_reply", "invalid")
                return pages, None if lost else [url, left]
            ids = [post.id for post in pages[-1].posts]
            url, left = pages[-1].next, left - 1
            if not url or (ids and self._asking.known(ids) >= len(set(ids))):
                return pages, None
        return pages, [url, left] if left > 0 else None

    def _named(self, pages: tuple[Page, ...], url: str) -> tuple[tuple[Page, ...], bool]:
        """Return pages with what their posts only name; and whether there was no time for some of that."""
        if self._feed.who:
            who = self._feed.who
            pages = of_one(pages, origin_of(url), who, lambda request: self._plain(self._answer(request)[0]))
        if not self._feed.named or self._memory is None:
            return pages, False
        naming = Naming(self._feed.named, self._of_another, self._memory, self._until)
        home, made = host_of(url), list[Page]()
        for page in pages:
            posts = tuple(naming.completed(post, home) for post in page.posts)
            made.append(replace(page, posts=posts, partial=page.partial or naming.lacking))
        return tuple(made), naming.cut

    def _of_another(self, request: Request, seconds: float) -> Answer:
        poll = self._poll
        try:
            return self._answer(request, most=seconds)[0]
        finally:
            self._poll = poll  # how often another server wants to be asked is not about this list

    def _short(self, pages: list[Page]) -> bool:
        return sum(len(page.posts) for page in pages) < self._feed.size

    def _knows(self, page: Page) -> bool:
        # A pinned post stands on the first page for years: it says nothing of what is behind the others.
        return self._asking.known([post.id for post in page.posts if not post.pinned]) > 0

    def _to_remember(self, request: Request) -> dict[str, Any]:
        if request.method != "GET" or request.body is not None or request.url == self._first().url:
            return {}
        if not self._looked_up:
            return {name: value for name, value in self._asking.found.items() if name != "gaps"}
        until = self._now() + REMEMBER
        return {"url": request.url, "headers": dict(request.headers), "until": until.isoformat()}

    # --- one request ---

    def _answer(self, request: Request, *, conditional: bool = False, most: float = REQUEST) -> tuple[Answer, Reply]:
        self._key = f"{self._network.key} {urlsplit(request.url).netloc} {self._asking.account}".strip()
        until = self._waits.until(self._key, self._now())
        if until:
            raise HostBusy("The network asked us to wait.", code="rate_limited", retry_at=until)
        reply = self._send(request, most, conditional=conditional)
        self._learn(reply)
        return Answer(reply.body, reply.url, reply.status, reply.headers), reply

    def _send(self, request: Request, most: float, *, conditional: bool) -> Reply:
        left = min(most, self._until - time.monotonic())
        if left <= 0:
            raise TooSlow("The network took too long.")
        asking, headers = self._asking, {**self._feed.headers, **request.headers}
        url = _within(request.url, self._feed, asking.most)
        if origin_of(url) == self._home and urlsplit(url).scheme == "https":  # nobody else gets our credential
            headers |= {"Authorization": f"Bearer {asking.token}"} if asking.token else {}
            url = _with_key(url, self._feed, asking.key)
        if request.method == "GET":
            etag, modified = (asking.etag, asking.modified) if conditional else ("", "")
            accept = headers.pop("Accept", ACCEPT)
            return self._http.get(
                url,
                accept=accept,
                headers=headers,
                max_bytes=MAX_BYTES,
                deadline=left,
                etag=etag,
                last_modified=modified,
            )
        return self._http.request(
            request.method, url, headers=headers, body=request.body or b"", max_bytes=MAX_BYTES, deadline=left
        )

    def _learn(self, reply: Reply) -> None:
        """Remember what the network says about its limits; raise where it refuses for them."""
        state = heeded(reply, self._key, self._feed.limits, self._waits, self._now())
        self._poll = state.poll or self._poll
        if reply.status == 410:
            raise Gone("The network says that this is gone for good.")

    def _read(self, answer: Answer) -> Page:
        page = self._plain(answer)
        for more in self._more:
            page = self._with(more, page, answer)
        return page

    def _with(self, more: More, page: Page, first: Answer) -> Page:
        """Ask for what a list only names; where that fails the page is as it was, and says that it is partial."""
        found: list[Answer] = []
        try:
            for step in (more.ask, more.after):
                request = stumbling(step, found[-1] if found else first) if step else None
                if request is None:
                    break
                found.append(self._answer(request)[0])
        except Problem:
            page = replace(page, partial=True)
        if not found:
            return page
        try:
            return stumbling(lambda given: more.add(page, first, given), found)
        except Problem:
            return replace(page, partial=True)

    def _plain(self, answer: Answer) -> Page:
        page = stumbling(lambda a: self._feed.read(a.body, a.url, a.headers, a.status), answer)
        if answer.status >= 400:
            raise BadReply(f"The network answered with status {answer.status}.", code="bad_reply")
        return page


def heeded(reply: Reply, key: str, dialect: Dialect, waits: Waits, now: datetime) -> RateState:
    """Remember under a key what a network says about its limits; raise HostBusy where it refuses for them.

    Where it does not say until when, ``retry_at`` is None, and a minute is waited.
    """
    state = told(reply.headers, dialect, now, reply.status)
    until = state.blocked_until
    refused = reply.status in (420, 429) or (until is not None and reply.status in limits.REFUSING)
    if until or refused:
        waits.put(key, until or untold(1, now))
    if refused:
        raise HostBusy("The network asks us to wait.", code="rate_limited", retry_at=until)
    return state


def stumbling(step: Callable[[Any], T], given: Any) -> T:
    """Take a step of a network's file; whatever it stumbles over in an answer is BadReply.

    What a network calls gone without saying 410 may come back: accounts that are suspended, or closed for a while.
    """
    try:
        return step(given)
    except Gone as exc:
        raise Gone(exc.message, code="withdrawn") from exc
    except STUMBLES as exc:
        raise BadReply("The network's answer is not of the form it documents.", code="bad_reply") from exc


def _within(url: str, feed: Feed, most: int | None) -> str:
    """Return an address that asks for no more posts than may be paid for."""
    if most is None or most >= feed.size or not feed.count_parameter:
        return url
    return re.sub(rf"(?<=[?&]){re.escape(feed.count_parameter)}=\d+", f"{feed.count_parameter}={most}", url)


def _with_key(url: str, feed: Feed, key: str) -> str:
    if not key or not feed.key_parameter:
        return url
    return f"{url}{'&' if urlsplit(url).query else '?'}{urlencode({feed.key_parameter: key})}"
