"""Put a conversation together from what is stored: places, what was answered there, and Webmentions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit, urlunsplit

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from feeds.conversation import Conversation, Face, Place, Reply
from feeds.keep import words_of
from feeds.mentions import Mention, Mentions
from feeds.replies import pace, store, tree
from feeds.replies.moderation import Rules, rules_of
from feeds.replies.tables import PageRow, PlaceRow, ReplyRow
from feeds.replies.told import BRIDGY, believed, host_of
from feeds.same import TRACKING, plain
from networks.records import Author, Post

if TYPE_CHECKING:
    from core.services import Services
    from core.sites import Site

# Mentions read of one page: as many as replies are kept.
MENTIONS = 500


@dataclass(frozen=True)
class Kept:
    """A reply or mention as it is stored. ``words`` is the digest of what it says."""

    reply: Reply
    words: str
    page: str = ""


class Builder:
    """Builds conversations of one site's pages."""

    def __init__(self, services: Services, site: Site, now: datetime) -> None:
        self._services, self._site, self._now = services, site, now

    def conversation(self, href: str, page_id: str | None, named: Iterable[str], count: int) -> Conversation:
        """Return what is known of a page; ``named`` are the posts that its element names (`feeds.same.plain`)."""
        mentions = self.mentions(href)
        with self._services.database.session() as session:
            page = session.get(PageRow, page_id) if page_id else None
            places = _places(session, page.id, frozenset(named)) if page else []
            kept = [*_replies(session, places), *self.said(mentions)]
            said = [(one.reply.id, one.reply.post) for one in kept] + [(one.id, one.post) for one in mentions]
            rules = self.rules(session, said)
        posts = {place.id: Post.from_stored(place.stored) for place in places if place.stored}
        roots = frozenset(name for post in posts.values() for name in tree.names_of(post))
        voices = [_voice(one, rules) for one in kept]
        replies = tree.ordered(tree.once(voices, roots))
        faces = _few([*_faces(places, rules), *self._passed(mentions, rules)])
        return Conversation(
            href=href,
            replies=tuple(replies[:count]),
            faces=faces,
            counts=_counts(posts.values(), faces, len(replies)),
            places=tuple(_place(place, posts[place.id]) for place in places if place.id in posts),
            webmention=True,
            more=max(0, len(replies) - count),
            stale=page is not None and self._is_stale(page, places),
            waiting=page is None or page.looked is None or any(_waits(place) for place in places),
        )

    def rules(self, session: Session, said: Iterable[tuple[str, Post]]) -> Rules:
        """Return what holds for the site."""
        return rules_of(session, self._site.key, said, approve=self._site.options.replies_approve)

    # --- Webmentions ---

    def mentions(self, href: str) -> list[Mention]:
        """Return the Webmentions of a page, however its address was written, the newest first."""
        told = Mentions(self._services)
        found = {one.id: one for url in _spellings(href) for one in told.of(url, MENTIONS)}
        return [
            replace(one, id=store.key_of("webmention", one.source), post=believed(one.post, one.source))
            for one in found.values()
        ]

    def said(self, mentions: Iterable[Mention]) -> Iterator[Kept]:
        """Yield the mentions that are replies, or pages that speak of ours."""
        for one in mentions:
            if one.kind in ("reply", "mention"):
                post = store.cut_short(one.post)
                yield Kept(Reply(one.id, post, self._network_of(one), kind=one.kind), words_of(post), one.target)

    def _passed(self, mentions: Iterable[Mention], rules: Rules) -> Iterator[Face]:
        for one in mentions:
            author = one.post.author
            if one.kind not in ("like", "repost") or author is None:
                continue
            if rules.state(one.id, one.post, words_of(one.post)) == "shown":
                yield Face(author, _kind(one.kind), self._network_of(one))

    def _network_of(self, mention: Mention) -> str:
        """Return which network a mention is from: the second step of Bridgy's address, else whose its address is.

        Empty for any page.
        """
        parts = urlsplit(mention.source)
        steps = parts.path.strip("/").split("/")
        if host_of(mention.source) in BRIDGY and len(steps) > 1 and steps[1] in self._services.networks:
            return steps[1]
        host = urlsplit(mention.post.url).hostname or ""
        return next((n.key for n in self._services.networks.values() if n.feed and n.owns(host)), "")

    # --- health ---

    def _is_stale(self, page: PageRow, places: Sequence[PlaceRow]) -> bool:
        """Return whether some place could not be read lately."""
        failing = any(place.failures and place.state != "refused" for place in places)
        return failing or (page.looked is not None and self._now - page.looked > pace.OLD)


def _voice(kept: Kept, rules: Rules) -> tree.Voice:
    state = rules.state(kept.reply.id, kept.reply.post, kept.words)
    return tree.Voice(kept.reply, shown=state == "shown", barred=state in ("hidden", "blocked"))


def _places(session: Session, page_id: str, named: frozenset[str]) -> list[PlaceRow]:
    """Return the places of a page that this reader sees: those found by themselves, and those their element names."""
    which = or_(PlaceRow.found == 1, PlaceRow.wanted.is_not(None))
    rows = session.scalars(select(PlaceRow).where(PlaceRow.page_id == page_id, which).order_by(PlaceRow.id))
    seen = [row for row in rows if row.found or plain(row.url) in named]
    return [row for row in seen if row.state not in ("refused", "gone")]


def _replies(session: Session, places: Sequence[PlaceRow]) -> list[Kept]:
    networks = {place.id: place.network for place in places}
    query = select(ReplyRow).where(ReplyRow.place_id.in_(networks)).order_by(ReplyRow.id)
    return [
        Kept(Reply(row.key, Post.from_stored(row.stored), networks[row.place_id]), row.words)
        for row in session.scalars(query)
    ]


def _faces(places: Sequence[PlaceRow], rules: Rules) -> Iterator[Face]:
    for place in places:
        for kind, stored in place.faces:
            author = store.author_of(stored)
            if not rules.bars(author):
                yield Face(author, _kind(kind), place.network)


def _few(faces: Sequence[Face]) -> tuple[Face, ...]:
    """Return each face once, as many of them as are shown."""
    once = {(face.kind, plain(face.author.url) or face.author.name): face for face in reversed(faces)}
    found = list(once.values())[::-1]
    likes, reposts = ([face for face in found if face.kind == kind] for kind in ("like", "repost"))
    return tuple(one for shared in store.shared_out(likes, reposts) for one in shared)


def _counts(posts: Iterable[Post], faces: Sequence[Face], replies: int) -> Mapping[str, int]:
    """Return how many there are: likes and reposts as the networks count them, never fewer than the faces here."""
    told = [post.counts for post in posts]
    here = {kind: sum(face.kind == kind for face in faces) for kind in ("like", "repost")}
    return {
        "replies": replies,
        "likes": max(here["like"], sum(one.get("likes", 0) for one in told)),
        "reposts": max(here["repost"], sum(one.get("reposts", 0) for one in told)),
    }


def _place(row: PlaceRow, post: Post) -> Place:
    author = post.author or Author()
    return Place(row.network, post.url or row.url, author if author != Author() else None)


def _waits(place: PlaceRow) -> bool:
    return place.state == "new" and not place.failures


def _kind(kind: str) -> Literal["like", "repost"]:
    return "repost" if kind == "repost" else "like"


def _spellings(href: str) -> Iterator[str]:
    """Yield the addresses under which others may have told us of a page."""
    parts = urlsplit(href)._replace(fragment="")
    query = "&".join(one for one in parts.query.split("&") if not TRACKING.fullmatch(one.partition("=")[0]))
    slashed = parts.path.rstrip("/")
    paths = {parts.path, slashed or "/", slashed + "/"}
    yield from dict.fromkeys(
        urlunsplit(parts._replace(path=path, query=one)) for path in sorted(paths) for one in {parts.query, query}
    )
