"""What a refresh does to the posts that are stored: new ones, edited ones, deleted ones.

When a post counts as deleted at its network:

- its network says so (`Page.gone`: a tombstone, a Delete), or its author now keeps it from strangers;
- it is missing from its list twice in a row, where it should stand: a list that is in order of time, newest first,
  has to hold whatever is not older than its oldest post. A network that tells its lists' length (`Feed.size`), whose
  list is shorter and has no next page, holds all of the last 30 days. An empty RSS document says nothing.

Once is not enough: servers answer from copies that lag behind each other.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from core.times import written
from feeds.tables import MarkRow, PostRow, SourceRow
from networks._named import is_bare
from networks._pictures import unique
from networks.parts import Network
from networks.records import Page, Post

# Posts kept of one source. Beyond them nobody pages; a busy one fills them in a month.
MOST = 500
# How far back a list holds all there is: GitHub's events end after 30 days
# (https://docs.github.com/en/rest/activity/events, read 2026-11), others' lists do not.
WHOLE = timedelta(days=30)

# Links as the sanitiser writes them.
_HREF = re.compile(r'href="([^"]*)"')


@dataclass
class Changes:
    """What a refresh changed: ids of rows that are new and edited, the number that went, and pictures to forget.

    ``late`` counts those of which something came later than their words.
    """

    new: list[int] = field(default_factory=list)
    edited: list[int] = field(default_factory=list)
    gone: int = 0
    late: int = 0
    pictures: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.new or self.edited or self.gone or self.late)

    def add(self, other: Changes) -> None:
        """Count another's changes too."""
        self.new += other.new
        self.edited += other.edited
        self.gone += other.gone
        self.late += other.late
        self.pictures += other.pictures


def store(session: Session, source: SourceRow, network: Network, pages: Sequence[Page], now: datetime) -> Changes:
    """Store what was read of a source's list, from its beginning; return what that changed."""
    changes = history(session, source, network, pages, now)
    source.doubtful = _missing(session, source, network, pages, now, changes)
    return changes


def history(session: Session, source: SourceRow, network: Network, pages: Sequence[Page], now: datetime) -> Changes:
    """Store pages from somewhere in a list, which say nothing of what is not on them; return what that changed."""
    changes = Changes()
    posts = _once(post for page in pages for post in page.posts)
    public = [post for post in posts if not post.private]
    known = _rows(session, source.id, [post.id for post in posts])
    partial = {post.id for page in pages if page.partial for post in page.posts}
    fresh = [_row(source, post, number, now) for number, post in enumerate(public) if post.id not in known]
    session.add_all(reversed(fresh))  # of the same second, the highest number is shown first
    for post in public:
        if post.id in known:
            row = known[post.id]
            whole = _completed(post, Post.from_stored(row.stored)) if post.id in partial else post
            _update(row, whole, now, changes, aging=network.policy.max_age is not None)
    session.flush()
    changes.new += [row.id for row in fresh]
    told = {gone for page in pages for gone in page.gone} | {post.id for post in posts if post.private}
    _remove(session, list(_rows(session, source.id, list(told)).values()), changes)
    if changes.new:
        _trim(session, source.id, changes)
    return changes


def unchanged(session: Session, source: SourceRow, network: Network, now: datetime) -> Changes:
    """Note that a list is as it was: what it held is still there, and what was missing still is."""
    changes = Changes()
    if source.doubtful:
        missing = select(PostRow).where(PostRow.source_id == source.id, PostRow.missed.is_not(None))
        _remove(session, list(session.scalars(missing)), changes)
        source.doubtful = False
    if source.read_at is not None and network.policy.max_age is not None:
        held = (PostRow.source_id == source.id, PostRow.checked >= source.read_at)
        session.execute(update(PostRow).where(*held).values(checked=now))
    return changes


def remove(session: Session, rows: Sequence[PostRow]) -> list[str]:
    """Delete posts, with what was said of them; return the addresses of their pictures, to be forgotten."""
    changes = Changes()
    _remove(session, rows, changes)
    return changes.pictures


def times_of(session: Session, source_id: str, most: int) -> list[datetime]:
    """Return the times of a source's newest posts."""
    query = select(PostRow.at).where(PostRow.source_id == source_id).order_by(PostRow.at.desc()).limit(most)
    return list(session.scalars(query))


def time_of(post: Post, now: datetime) -> datetime:
    """Return a post's time; one from the future, by a wrong clock, is from now."""
    try:
        at = datetime.fromisoformat(post.time)
    except ValueError:
        return now
    return min(at, now) if at.tzinfo else now


def words_of(post: Post) -> str:
    """Return a digest of what makes a post another one. Counts do not, nor do signatures in pictures' addresses."""
    digest = hashlib.sha256(json.dumps(_words(post), sort_keys=True, ensure_ascii=False).encode("utf-8", "replace"))
    return digest.hexdigest()[:32]


def pictures_of(stored: dict[str, Any]) -> Iterator[str]:
    """Yield the addresses of a stored post's pictures. Faces are not among them: other posts have the same."""
    for one in stored.get("media", ()):
        yield from (url for url in (one.get("url"), one.get("poster")) if url)
    if image := stored.get("link", {}).get("image"):
        yield image
    for name in ("quote", "repost"):
        if name in stored:
            yield from pictures_of(stored[name])


def _words(post: Post | None) -> Any:
    if post is None:
        return None
    media = [(one.type, urlsplit(one.url).path, one.alt) for one in post.media]
    options = [option.title for option in post.poll.options] if post.poll else []
    said = [post.title, post.warning, post.text, post.html, post.url, post.sensitive, post.link and post.link.url]
    return [said, media, options, _words(post.quote), _words(post.repost)]


def _same_to_readers(post: Post, row: PostRow) -> bool:
    """Whether a post differs in its markup alone, or in what it had twice, as after an update of ours that reads the
    same otherwise.
    """
    return words_of(_without_markup(post)) == words_of(_without_markup(Post.from_stored(row.stored)))


def _without_markup(post: Post) -> Post:
    return replace(
        post,
        text=" ".join(post.text.split()),
        html=" ".join(_HREF.findall(post.html)),
        media=tuple(unique(list(post.media))),
        quote=_without_markup(post.quote) if post.quote else None,
        repost=_without_markup(post.repost) if post.repost else None,
    )


def _once(posts: Iterator[Post]) -> list[Post]:
    return list({post.id: post for post in reversed(list(posts))}.values())[::-1]


def _rows(session: Session, source_id: str, ids: list[str]) -> dict[str, PostRow]:
    if not ids:
        return {}
    query = select(PostRow).where(PostRow.source_id == source_id, PostRow.remote.in_(ids))
    return {row.remote: row for row in session.scalars(query)}


def _row(source: SourceRow, post: Post, number: int, now: datetime) -> PostRow:
    """Return the row of a new post. One without a time has that when it was seen, in the order of its list."""
    return PostRow(
        source_id=source.id,
        network=source.network,
        remote=post.id,
        at=time_of(post, now - timedelta(microseconds=number)),
        seen=now,
        checked=now,
        edited=None,
        missed=None,
        words=words_of(post),
        stored=post.as_stored(),
    )


def _completed(post: Post, before: Post) -> Post:
    """Return a post with what was known of it before, where that could not be asked for this time."""
    link = post.link
    if link and before.link and link.url == before.link.url and not link.image:
        link = before.link
    return replace(
        post,
        media=post.media or before.media,
        link=link,
        author=post.author if post.author and post.author.name else before.author or post.author,
        counts={**before.counts, **post.counts},
        sensitive=before.sensitive if post.sensitive is None else post.sensitive,
        lang=post.lang or before.lang,
        tags=post.tags or before.tags,
        quote=_known(post.quote, before.quote),
        repost=_known(post.repost, before.repost),
    )


def _known(post: Post | None, before: Post | None) -> Post | None:
    """Return a post of which only the address came, as it was told before."""
    return before if post and before and is_bare(post) and before.id in (post.id, post.url) else post


def _update(row: PostRow, post: Post, now: datetime, changes: Changes, *, aging: bool) -> None:
    """Store what changed of a post; writing nothing where nothing did keeps a refresh cheap."""
    words = words_of(post)
    changed = words != row.words
    late = changed and not row.stored.get("media") and words_of(replace(post, media=())) == row.words
    late = late or _grown(post, Post.from_stored(row.stored), row.words)
    changes.late += late
    # Where something came later (`networks.records.More`, `feeds.named`), or its markup changed, nobody edited it.
    if changed and not late and not _same_to_readers(post, row):
        row.edited = now
        post = replace(post, edited=post.edited or written(now))
        changes.edited.append(row.id)
    elif not post.edited and row.stored.get("edited"):
        post = replace(post, edited=row.stored["edited"])
    if words != row.words:
        row.words = words
    stored = post.as_stored()
    if stored != row.stored:
        row.stored = stored
    row.missed = None
    if aging:
        row.checked = now


def _grown(post: Post, before: Post, words: str) -> bool:
    """Whether more is known of what a post quotes or passes on, where only the address was, or whose face it is."""
    same = replace(post, quote=before.quote, repost=before.repost)
    if any(one and is_bare(one) for one in (before.quote, before.repost)):
        return words_of(post) != words and words_of(same) == words
    return words_of(post) == words and _faces(post) > _faces(before)


def _faces(post: Post | None) -> int:
    return bool(post.author and post.author.avatar) + _faces(post.quote) + _faces(post.repost) if post else 0


def _remove(session: Session, rows: Sequence[PostRow], changes: Changes) -> None:
    if not rows:
        return
    for row in rows:
        changes.pictures += pictures_of(row.stored)
    ids = [row.id for row in rows]
    session.execute(delete(MarkRow).where(MarkRow.post_id.in_(ids)))
    session.execute(update(MarkRow).where(MarkRow.same_as.in_(ids)).values(same_as=None))
    session.execute(delete(PostRow).where(PostRow.id.in_(ids)))
    changes.gone += len(ids)


def _missing(
    session: Session, source: SourceRow, network: Network, pages: Sequence[Page], now: datetime, changes: Changes
) -> bool:
    """Delete what is missing for the second time; mark what is for the first; return whether anything is."""
    since = _holds_since(network, pages, now)
    if since is None:
        return False
    query = select(PostRow).where(PostRow.source_id == source.id, PostRow.at >= since)
    listed = {post.id for page in pages for post in page.posts}
    missing = [row for row in session.scalars(query) if row.remote not in listed]
    _remove(session, [row for row in missing if row.missed], changes)
    fresh = [row for row in missing if not row.missed]
    for row in fresh:
        row.missed = now
    return bool(fresh)


def _holds_since(network: Network, pages: Sequence[Page], now: datetime) -> datetime | None:
    """Return the time from which on the pages hold every post; None where that cannot be said."""
    size = network.feed.size if network.feed else 0
    posts = [post for page in pages for post in page.posts]
    listed = [post for post in posts if not post.pinned]
    whole = bool(size) and not pages[-1].next and len(posts) < size and not any(page.skipped for page in pages)
    times = [time_of(post, now) for post in listed if post.time]
    if len(times) < len(listed) or any(earlier > later for later, earlier in pairwise(times)):
        return None  # out of order
    if whole:
        return min([now - WHOLE, *times])
    # What stands at the same second as the oldest may have fallen off the end.
    return times[-1] + timedelta(seconds=1) if times else None


def _trim(session: Session, source_id: str, changes: Changes) -> None:
    """Delete the oldest beyond those that are kept; what the owner pinned stays."""
    count = session.scalar(select(func.count()).select_from(PostRow).where(PostRow.source_id == source_id)) or 0
    if count <= MOST:
        return
    pinned = select(MarkRow.post_id).where(MarkRow.pinned == 1)
    old = select(PostRow).where(PostRow.source_id == source_id, PostRow.id.not_in(pinned))
    rows = list(session.scalars(old.order_by(PostRow.at.desc(), PostRow.id.desc()).offset(MOST)))
    gone = changes.gone
    _remove(session, rows, changes)
    changes.gone = gone
    dropped = {row.id for row in rows}
    changes.new = [one for one in changes.new if one not in dropped]
