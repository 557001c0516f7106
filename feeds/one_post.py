"""One post by the address of its page, for a card that shows the post itself.

Where a feed of the site has the post, what is stored there is shown: nobody is asked. Else its network is asked
(`networks.parts.PostCard`), once for all who want to see it, and what it says is kept in the cache for as long as the
network's policy lets it be. Whatever goes wrong is no error: the card is then that of any page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Text, select, type_coerce
from sqlalchemy.orm import Session

from core.errors import AddressRefused, Busy, Gone, HostBusy, NotFound, Problem, TooMany, TooSlow, Unreachable
from core.services import Services
from core.times import utc_now
from feeds.fetch import Asking, Fetched, Fetcher
from feeds.tables import SAMPLE, FeedRow, LinkRow, MarkRow, PostRow, SourceRow
from feeds.waits import Waits
from networks._post_addresses import PostAddress
from networks.parts import Network, PostCard
from networks.records import Author, Feed, Policy, Post, Request

# An edited or deleted post is changed here within these seconds of the next look at it; a day is how long an old
# answer is better than none where the network does not answer, and less where its policy says so.
FRESH, STALE = 600.0, 86400.0
# Seconds for all requests about one post: the page itself is read after it where this fails, and takes up to nine
# (og.reader.fetch.DEADLINE), while a browser's patience is near ten.
SECONDS = 3.0
# Seconds a failure is remembered: of a network in trouble; of a server that is none of those that we can ask.
TROUBLE, NO_SUCH = 300.0, 3600.0
# Rows that are looked at for one address: as many feeds of one site may have the same post.
MOST_ROWS = 50


@dataclass(frozen=True)
class OnePost:
    """A post by its address; None for one that its network says is gone. ``source`` is the feed's that has it."""

    network: str
    post: Post | None
    source: str = ""


class OnePosts:
    """Posts by their addresses. One for a request, or for the process; it keeps nothing itself."""

    def __init__(self, services: Services, now: Callable[[], datetime] = utc_now) -> None:
        self._services = services
        self._now = now

    def find(self, url: str) -> tuple[Network, PostAddress] | None:
        """Return which post an address names, and whose network that is; None for an address of anything else.

        On a host of a network's own only that network counts; on any other, servers that anybody may run.
        """
        networks: Mapping[str, Network] = self._services.networks
        host = urlsplit(url).hostname or ""
        owner = next((network for network in networks.values() if network.owns(host)), None)
        for network in [owner] if owner else networks.values():
            found = network.card.find(url) if network.card else None
            if found:
                return network, found
        return None

    def read(self, url: str, site_key: str = "", before: Callable[[], None] = lambda: None) -> OnePost | None:
        """Return the post at an address; None where it is to be shown as any page is.

        ``before`` is called before anybody is asked, and may refuse by raising TooMany.
        """
        found = self.find(url)
        if found is None:
            return None
        network, at = found
        stored = self._stored(network, at, site_key) if site_key else None
        if stored or network.card is None:
            return stored
        try:
            return self._fetched(network, network.card, at, site_key, before)
        except Problem:
            return None

    # --- what a feed of the site has ---

    def _stored(self, network: Network, at: PostAddress, site_key: str) -> OnePost | None:
        needle = re.split(r"[/_]", at.id)[-1] or at.id
        mine = (SourceRow.site_key == site_key, PostRow.network == network.key)
        words = type_coerce(PostRow.stored, Text).contains(needle, autoescape=True)
        query = select(PostRow, SourceRow.state).join(SourceRow).where(*mine, words)
        with self._services.database.session() as session:
            for row, state in session.execute(query.order_by(PostRow.checked.desc()).limit(MOST_ROWS)):
                post = Post.from_stored(row.stored)
                if self._may(network, at, post) and self._current(network.policy, row, state) and _open(session, row):
                    return OnePost(network.key, replace(post, network=network.key), row.source_id)
        return None

    def _may(self, network: Network, at: PostAddress, post: Post) -> bool:
        asked = network.card.find(post.url) if network.card else None
        return at.same(asked) and not post.repost and not post.private

    def _current(self, policy: Policy, row: PostRow, state: str) -> bool:
        return policy.max_age is None or state == SAMPLE or self._now() - row.checked <= policy.max_age

    # --- what its network says ---

    def _fetched(
        self, network: Network, card: PostCard, at: PostAddress, site_key: str, before: Callable[[], None]
    ) -> OnePost | None:
        account = self._account(network, card, site_key)
        if card.ask is None and not account:
            return None
        key = f"post:{network.key}:{at.origin}/{at.id} {account}"
        fresh, stale = lifetime(network.policy)

        def load() -> dict[str, Any]:
            before()
            return self._load(network, card, at, account, self._services.cache.peek(key) or {})

        found = self._services.cache.fetch(key, load, fresh=fresh, stale=stale, negative=self._held).value
        if found.get("gone"):
            return OnePost(network.key, None)
        return OnePost(network.key, Post.from_stored(found["post"])) if "post" in found else None

    def _account(self, network: Network, card: PostCard, site_key: str) -> str:
        """Return the id of a connected account of the site's that may ask; empty where none is needed, or none is."""
        if card.ask_with is None or not site_key:
            return ""
        known = self._services.feeds.accounts.all(site_key)
        return next((one.id for one in known if one.network == network.key and one.state == "ok"), "")

    def _load(
        self, network: Network, card: PostCard, at: PostAddress, account: str, old: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Ask for the post. What comes is kept with what the next request may say it has."""
        token = self._services.account_token(account) if account else ""
        make = card.ask_with if token and card.ask_with else card.ask
        if make is None:
            return {}
        asking = Asking(
            at.id, account=account, token=token, seconds=SECONDS,
            **{name: old.get(name, "") for name in ("etag", "modified", "digest") if "post" in old},
        )  # fmt: skip
        try:
            fetched = self._ask(network, card, at, make(at), asking)
        except (Gone, NotFound):
            return {"gone": True}
        if fetched.unchanged:
            return dict(old)
        posts = fetched.pages[0].posts
        if not posts or posts[0].private:
            return {}  # its author lets it be seen by those alone who are logged in there
        post = replace(self._known(network, card, at, posts[0]), network=network.key)
        validators = {"etag": fetched.etag, "modified": fetched.modified, "digest": fetched.digest}
        return {"post": post.as_stored(), **validators}

    def _ask(self, network: Network, card: PostCard, at: PostAddress, request: Request, asking: Asking) -> Fetched:
        """Make a request and read the answer as that of a feed with one page."""
        own, read = network.feed, card.translate
        translate = (lambda answer: read(answer, at)) if read else own.translate if own else None
        if translate is None:
            raise NotFound(f"{network.name} has no posts to read.")
        headers, limits = (own.headers, own.limits) if own else ({}, "none")
        named = own.named if own else None
        feed = Feed(translate, lambda _: request, source="", headers=headers, limits=limits, cost=True, named=named)
        fetcher = Fetcher(self._services.http, Waits(self._services.database), self._now, self._services.cache)
        return fetcher.fetch(replace(network, feed=feed), asking)

    def _known(self, network: Network, card: PostCard, at: PostAddress, post: Post) -> Post:
        """Return a post with its author, where the answer said only where the author is."""
        request = card.who(post) if card.who else None
        if request is None:
            return post
        try:
            pages = self._ask(network, card, at, request, Asking(request.url, seconds=SECONDS / 2)).pages
        except Problem:
            return post
        author: Author | None = pages[0].author if pages else None
        return replace(post, author=author or post.author)

    def _held(self, problem: Problem) -> float:
        """Return for how many seconds a failure is remembered."""
        if isinstance(problem, Busy | TooMany | AddressRefused):
            return 0.0  # of us or of the caller at this moment: nobody else's answer
        if isinstance(problem, HostBusy) and problem.retry_at:
            return min(max((problem.retry_at - self._now()).total_seconds(), 1.0), NO_SUCH)
        return TROUBLE if isinstance(problem, TooSlow | Unreachable) or problem.code == "unavailable" else NO_SUCH


def lifetime(policy: Policy) -> tuple[float, float]:
    """Return for how many seconds a post is fresh, and may be shown stale after that."""
    ages = [age.total_seconds() for age in (policy.max_age, policy.media_age, policy.delete_within) if age]
    most = min([FRESH + STALE, *ages])
    fresh = min(FRESH, most / 2)
    return fresh, min(STALE, most - fresh)


def _open(session: Session, row: PostRow) -> bool:
    """Whether some feed shows a post: its owner has not hidden it, and approved it where that is asked for."""
    mark = (MarkRow.feed_id == LinkRow.feed_id) & (MarkRow.post_id == row.id)
    query = select(FeedRow.approve, MarkRow.hidden, MarkRow.approved, MarkRow.pinned).select_from(LinkRow)
    query = query.join(FeedRow, FeedRow.id == LinkRow.feed_id).outerjoin(MarkRow, mark)
    rows = session.execute(query.where(LinkRow.source_id == row.source_id))
    return any(not hidden and (not approve or approved or pinned) for approve, hidden, approved, pinned in rows)
