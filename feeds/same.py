"""The same words on several networks: a feed shows them once.

Careful on purpose: two posts are the same where they have the same address, or nearly all the same words within two
days. A post that links to another's page is the same where it says nothing beyond what stands there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from feeds.tables import LinkRow, MarkRow, PostRow
from networks.parts import Network
from networks.records import Post

# People post the same to all their networks within minutes; programs that do it for them, within a day or two.
WITHIN = timedelta(days=2)
# Of three-word pieces of both texts together, so many must be in both; and a text of fewer words is not compared.
ALIKE, FEWEST = 0.7, 6
# Of the words beside a link, so many must stand in the page that it leads to.
SAID_THERE = 0.8
# Posts of a feed that a new one is compared with.
NEAREST = 200
# What is added to addresses to see where people come from.
TRACKING = re.compile(r"utm_\w+|fbclid|gclid|mc_[ce]id|ref|source", re.IGNORECASE)
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|\w+")
# A host's name has at most 253 characters (RFC 1035 §3.1), and is looked for where one may begin.
_ADDRESS = re.compile(r"https?://\S+|(?<![\w.-])[\w.-]{1,253}\.\w{2,63}/\S*")


@dataclass(frozen=True)
class Said:
    """What is compared of a post."""

    address: str
    links: frozenset[str]
    words: tuple[str, ...]

    @property
    def pieces(self) -> frozenset[tuple[str, ...]]:
        """Its words in overlapping threes."""
        return frozenset(zip(self.words, self.words[1:], self.words[2:], strict=False))


def said(post: Post) -> Said:
    """Return what is compared of a post."""
    text = " ".join([post.title, post.text])
    links = {plain(found) for found in re.findall(r'href="([^"]+)"', post.html)} | {plain(_link(post))}
    words = _WORD.findall(_ADDRESS.sub(" ", text).casefold())
    return Said(plain(post.url), frozenset(links - {""}), tuple(words))


def same(one: Said, other: Said) -> bool:
    """Return whether two posts say the same."""
    if one.address and one.address == other.address:
        return True
    if _announces(one, other) or _announces(other, one):
        return True
    if min(len(one.words), len(other.words)) < FEWEST:
        return False
    both = one.pieces | other.pieces
    return len(one.pieces & other.pieces) >= ALIKE * len(both)


def plain(url: str) -> str:
    """Return an address without what does not matter: scheme, www, tracking, a slash at the end, a fragment."""
    try:
        parts = urlsplit(url)
        query = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not TRACKING.fullmatch(k)]
    except ValueError:
        return ""
    host = parts.netloc.lower().removeprefix("www.")
    return f"{host}{parts.path.rstrip('/')}?{urlencode(query)}".rstrip("?") if host else ""


def mark(session: Session, source_id: str, rows: Sequence[int], networks: Mapping[str, Network]) -> None:
    """Look for the same words in every feed that shows this source; mark the later one of two."""
    if not rows:
        return
    feeds = list(session.scalars(select(LinkRow.feed_id).where(LinkRow.source_id == source_id)))
    fresh = list(session.scalars(select(PostRow).where(PostRow.id.in_(rows)).order_by(PostRow.at)))
    for feed in feeds if fresh else ():
        others = select(LinkRow.source_id).where(LinkRow.feed_id == feed, LinkRow.source_id != source_id)
        if session.scalar(others.limit(1)) is None:
            continue
        near = (PostRow.at >= fresh[0].at - WITHIN, PostRow.at <= fresh[-1].at + WITHIN)
        query = select(PostRow).where(PostRow.source_id.in_(others), *near).order_by(PostRow.at.desc())
        known = [(row, said(Post.from_stored(row.stored))) for row in session.scalars(query.limit(NEAREST))]
        for row in fresh:
            _compare(session, feed, row, known, networks)


def _compare(
    session: Session,
    feed: str,
    row: PostRow,
    known: Sequence[tuple[PostRow, Said]],
    networks: Mapping[str, Network],
) -> None:
    mine = said(Post.from_stored(row.stored))
    found = next((other for other, its in known if _near(row, other) and same(mine, its)), None)
    said_of = session.get(MarkRow, (feed, row.id))
    if found is None or (said_of and (said_of.pinned or said_of.approved)):
        if said_of:
            said_of.same_as = None
        return
    own = _of(session, feed, row.id)
    theirs = _of(session, feed, found.id)
    if theirs.same_as is not None and theirs.same_as != row.id:
        own.same_as = theirs.same_as
    elif _open(networks, row.network) and not _open(networks, found.network) and not theirs.pinned:
        own.same_as, theirs.same_as = None, row.id  # the one that may be in every form is shown
    else:
        own.same_as = found.id
        theirs.same_as = None if theirs.same_as == row.id else theirs.same_as


def _near(one: PostRow, other: PostRow) -> bool:
    return abs(one.at - other.at) <= WITHIN


def _open(networks: Mapping[str, Network], key: str) -> bool:
    return key in networks and networks[key].policy.json


def _of(session: Session, feed: str, post: int) -> MarkRow:
    """Return what is said of a post in a feed; a row that says nothing where there was none."""
    found = session.get(MarkRow, (feed, post))
    if found is None:
        found = MarkRow(feed_id=feed, post_id=post, hidden=False, pinned=False, approved=False, same_as=None)
        session.add(found)
    return found


def _link(post: Post) -> str:
    return post.link.url if post.link else ""


def _announces(short: Said, page: Said) -> bool:
    """Whether a post only announces a page: it links there, and says what stands there."""
    if not page.address or page.address not in short.links or not short.words:
        return False
    there = set(page.words)
    tags_off = [word for word in short.words if len(word) > 1]
    return len(tags_off) >= 2 and sum(word in there for word in tags_off) >= SAID_THERE * len(tags_off)
