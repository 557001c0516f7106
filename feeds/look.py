"""Look at the pictures of posts before somebody wants to see them: how large they are, and of which colour.

A page that keeps the right room for a picture does not jump when it comes. The media proxy keeps what it finds
(`og.media`); networks whose policy lets none be kept are left out: the sizes that they tell must do.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sqlalchemy import select

from core.errors import Problem
from feeds.tables import PostRow, SourceRow
from networks.records import Post

if TYPE_CHECKING:
    from core.services import Services

# The posts of a feed's first page, and the seconds that looking may take: a picture takes five at the most.
POSTS, SECONDS = 20, 60.0


def look_at(services: Services, source_id: str) -> int:
    """Look at the pictures of a source's newest posts that nobody has looked at; return how many that were."""
    with services.database.session() as session:
        row = session.get(SourceRow, source_id)
        newest = select(PostRow).where(PostRow.source_id == source_id).order_by(PostRow.at.desc()).limit(POSTS)
        posts = [Post.from_stored(one.stored) for one in session.scalars(newest)]
    network = services.networks.get(row.network) if row else None
    if network is None or network.policy.media != "keep":
        return 0
    until, count = time.monotonic() + SECONDS, 0
    for url in dict.fromkeys(url for post in posts for url in _pictures(post)):
        if time.monotonic() > until:
            break
        if services.media.known(url) is None:
            count += _looked(services, url)
    return count


def _looked(services: Services, url: str) -> bool:
    try:
        services.media.describe(url)
    except Problem:
        return False  # the page shows it as one whose size is not known
    return True


def _pictures(post: Post) -> Iterator[str]:
    for one in post.media:
        yield from (url for url in (one.url if one.type == "image" and not one.embed else one.poster,) if url)
    if post.link and post.link.image:
        yield post.link.image
    for inner in (post.repost, post.quote):
        if inner is not None:
            yield from _pictures(inner)
    if post.author and post.author.avatar:
        yield post.author.avatar
