"""What reading a place does to what is stored of it: new replies, edited ones, and those that went.

A reply that its network does not list any more goes at once. Where the network left some out, one that is missing may
still be there: it stays for a day.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from core.times import written
from feeds.keep import pictures_of, time_of, words_of
from feeds.replies.ask import Heard
from feeds.replies.tables import PlaceRow, ReplyRow
from networks._html import of_text
from networks.conversations import Discussion
from networks.records import Author, Post

# Replies kept of one page: more is a riot, and nobody reads on. The first ones stay.
MOST = 500
# Faces kept of one page, of each kind half as long as there are others.
FACES = 100
# Characters of one reply: as much as a mention may have (feeds.mention_page), ten times what Mastodon allows.
LONGEST = 5000
# Characters of its HTML, where links and marks may be more than the words are.
HEAVIEST = 4 * LONGEST
# Characters that describe one picture: what Bluesky allows, and more than Mastodon does. And options of a poll.
ALT, OPTIONS = 2000, 20
# How long a reply may be missing from a list that its network cut.
DOUBT = timedelta(days=1)
# Hex digits of a reply's id: nobody finds two replies of one id (96 bits).
KEY = 24


@dataclass
class Changes:
    """What a reading changed: how many came, were edited, went; and pictures to forget."""

    new: int = 0
    edited: int = 0
    gone: int = 0
    pictures: tuple[str, ...] = ()


def key_of(network: str, remote: str) -> str:
    """Return our id of a reply; it begins with a letter, as ids in HTML may not begin with a digit in selectors."""
    digest = hashlib.sha256(f"{network}\n{remote}".encode("utf-8", "replace"))
    return "r" + digest.hexdigest()[:KEY]


def store(session: Session, place: PlaceRow, heard: Heard, now: datetime) -> Changes:
    """Store what was heard of a place; return what that changed."""
    said, changes = heard.said, Changes()
    place.network, place.stored, place.state = heard.network, heard.post.as_stored(), "ok"
    place.cut = said.cut or heard.partial
    if not (heard.partial and not (said.likes or said.reposts)):
        place.faces = faces_of(said)
    known = {row.remote: row for row in session.scalars(select(ReplyRow).where(ReplyRow.place_id == place.id))}
    listed = {post.id: post for post in said.replies if post.id and post.id != heard.post.id}
    for post in listed.values():
        if post.id in known:
            _update(known[post.id], post, now, changes)
    missing = [row for row in known.values() if row.remote not in listed]
    _remove(session, [row for row in missing if _is_gone(place, row, now)], changes)
    room = MOST - _kept(session, place.page_id)
    fresh = [_row(place, post, now) for post in listed.values() if post.id not in known][: max(0, room)]
    session.add_all(fresh)
    session.flush()
    changes.new = len(fresh)
    return changes


def empty(session: Session, place: PlaceRow) -> Changes:
    """Delete what is stored of a place: it is gone, or has nothing to do with the page."""
    changes = Changes()
    _remove(session, session.scalars(select(ReplyRow).where(ReplyRow.place_id == place.id)).all(), changes)
    place.stored, place.faces, place.cut = {}, [], False
    return changes


def faces_of(said: Discussion) -> list[list[Any]]:
    """Return who liked a post, and who passed it on, as it is stored: ``[kind, author]`` each."""
    likes, reposts = shared_out(said.likes, said.reposts)
    pairs = [("like", one) for one in likes] + [("repost", one) for one in reposts]
    return [[kind, {name: value for name, value in vars(author).items() if value}] for kind, author in pairs]


def shared_out(likes: Sequence[Any], reposts: Sequence[Any]) -> tuple[Sequence[Any], Sequence[Any]]:
    """Return as many of each as there is room for: half of it, and what the others leave."""
    half = FACES // 2
    return likes[: max(half, FACES - len(reposts))], reposts[: max(half, FACES - len(likes))]


def author_of(stored: Any) -> Author:
    """Read what `faces_of` wrote of one."""
    return Author(**{name: str(stored.get(name, "")) for name in ("name", "handle", "url", "avatar")})


def cut_short(post: Post) -> Post:
    """Return a post no longer than is kept, and so what it quotes; what is cut loses its links."""
    text = post.text if len(post.text) <= LONGEST else post.text[: LONGEST - 1].rstrip() + "…"
    light = text is post.text and len(post.html) <= HEAVIEST
    return replace(
        post,
        text=text,
        html=post.html if light else of_text(text),
        media=tuple(replace(one, alt=one.alt[:ALT]) for one in post.media),
        poll=post.poll if post.poll and len(post.poll.options) <= OPTIONS else None,
        quote=cut_short(post.quote) if post.quote else None,
    )


def _kept(session: Session, page_id: str) -> int:
    places = select(PlaceRow.id).where(PlaceRow.page_id == page_id)
    return session.scalar(select(func.count()).select_from(ReplyRow).where(ReplyRow.place_id.in_(places))) or 0


def _row(place: PlaceRow, post: Post, now: datetime) -> ReplyRow:
    post = cut_short(post)
    return ReplyRow(
        place_id=place.id,
        key=key_of(place.network, post.id),
        remote=post.id,
        at=time_of(post, now),
        checked=now,
        words=words_of(post),
        stored=post.as_stored(),
    )


def _update(row: ReplyRow, post: Post, now: datetime, changes: Changes) -> None:
    post, row.checked = cut_short(post), now
    words = words_of(post)
    if words != row.words:
        row.words = words
        changes.edited += 1
        post = replace(post, edited=post.edited or written(now))
    elif not post.edited and row.stored.get("edited"):
        post = replace(post, edited=row.stored["edited"])
    stored = post.as_stored()
    if stored != row.stored:
        row.stored = stored


def _is_gone(place: PlaceRow, row: ReplyRow, now: datetime) -> bool:
    return not place.cut or now - row.checked > DOUBT


def _remove(session: Session, rows: Sequence[ReplyRow], changes: Changes) -> None:
    if not rows:
        return
    changes.pictures += tuple(_pictures(rows))
    changes.gone += len(rows)
    session.execute(delete(ReplyRow).where(ReplyRow.id.in_([row.id for row in rows])))


def _pictures(rows: Sequence[ReplyRow]) -> Iterator[str]:
    for row in rows:
        yield from pictures_of(row.stored)
