"""What was answered to a status, by Mastodon's API: Mastodon, Pleroma, Akkoma, GoToSocial and others speak it.

Anybody may ask (https://docs.joinmastodon.org/methods/statuses/#context, 4.6, read 2026-11), and is told of 60
descendants, 20 levels deep. Where there may be more, the replies whose own answers are missing are asked for theirs.
Who liked and boosted: /methods/statuses/#favourited_by and #reblogged_by, 80 at the most.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import quote, urlsplit

from networks._errors import opened, problem
from networks._mastodon_posts import CODES, author_of, is_status, post_of
from networks._walk import ident, record, records, web, whole
from networks.conversations import Discussion, Question
from networks.records import Answer, Author, Post, Request

# What a stranger is told of at once: https://docs.joinmastodon.org/methods/statuses/#context (read 2026-11)
TOLD = 60
# https://docs.joinmastodon.org/methods/statuses/#favourited_by (read 2026-11): 40 by itself, 80 at the most.
FACES = 80
# Statuses read of one answer: servers of other software know no limit.
MOST = 1000
# Replies asked for their own answers, of a discussion that was cut.
FURTHER = 5
# Ids are numbers (Mastodon), ULIDs (GoToSocial), flakes (Pleroma, Akkoma): letters and digits all.
_ID = r"(?P<id>[0-9]{1,20}|[0-9A-Za-z]{18,26})"
_NAME = r"[^/@\s]{1,100}"
_PAGES = re.compile(
    rf"/(?:(?:web/)?@{_NAME}(?:@{_NAME})?/(?:statuses/)?|(?:ap/)?users/{_NAME}/statuses/|web/statuses/|notice/"
    rf"|p/{_NAME}/){_ID}/?"
)
Status = Mapping[str, Any]


def question(url: str) -> Question | None:
    """Return what to ask about the status on a page such as ``https://host/@me@other/1``; None for other pages."""
    parts = urlsplit(web(url))
    found = _PAGES.fullmatch(parts.path)
    if not found or parts.query:
        return None
    status = f"{parts.scheme}://{parts.netloc}/api/v1/statuses/{quote(found['id'], safe='')}"
    return Question(Request(status), partial(_status, status), needed=True)


def _status(base: str, answer: Answer) -> Discussion:
    data = record(opened(answer, CODES))
    post = post_of(data, "mastodon") if is_status(data) else None
    if post is None:
        raise problem("bad_reply")
    if post.private or post.repost:
        raise problem("not_found")
    descendants = partial(_context, base, ident(data.get("id")), post.id)
    context = Question(Request(f"{base}/context"), descendants, needed=True)
    faces = [_faces(base, kind) for kind in ("likes", "reposts") if post.counts.get(kind) != 0]
    return Discussion(post=post, next=(context, *faces))


def _faces(base: str, kind: str) -> Question:
    path = "favourited_by" if kind == "likes" else "reblogged_by"
    return Question(Request(f"{base}/{path}?limit={FACES}"), partial(_faces_of, kind))


def _context(base: str, root: str, root_id: str, answer: Answer, *, deeper: bool = True) -> Discussion:
    """Read the descendants of the status ``root``, whose post has the id ``root_id``."""
    told = records(record(opened(answer, CODES)).get("descendants"))
    listed = [one for one in told if is_status(one)][:MOST]
    names = {root: root_id, **{ident(one.get("id")): _uri(one) for one in listed}}
    cut = len(told) >= TOLD and deeper
    further = [_further(base, one, _uri(one)) for one in _unheard(listed)[:FURTHER]] if cut else []
    return Discussion(replies=tuple(_replies(listed, names)), cut=cut, next=tuple(further))


def _replies(listed: list[Status], names: Mapping[str, str]) -> Iterator[Post]:
    """Yield the replies that strangers may see. Nothing is shown below what is not."""
    hidden: set[str] = set()
    for one in listed:
        post = post_of(one, "mastodon")
        if post is None or post.private or post.repost or post.reply_to in hidden or not _shown(one.get("account")):
            hidden.add(ident(one.get("id")))
        else:
            yield replace(post, reply_to=names.get(post.reply_to, post.reply_to))


def _uri(status: Status) -> str:
    return ident(status.get("uri")) or ident(status.get("id"))


def _unheard(listed: list[Status]) -> list[Status]:
    """Return the statuses that have more answers than there are here."""
    here = Counter(ident(one.get("in_reply_to_id")) for one in listed)
    return [one for one in listed if (whole(one.get("replies_count")) or 0) > here[ident(one.get("id"))]]


def _further(base: str, status: Status, uri: str) -> Question:
    known = ident(status.get("id"))
    place = f"{base.rpartition('/')[0]}/{quote(known, safe='')}"
    return Question(Request(f"{place}/context"), partial(_context, place, known, uri, deeper=False))


def _faces_of(kind: str, answer: Answer) -> Discussion:
    people = _people(answer)
    return Discussion(likes=people) if kind == "likes" else Discussion(reposts=people)


def _people(answer: Answer) -> tuple[Author, ...]:
    accounts = [one for one in records(opened(answer, CODES)) if _shown(one)]
    return tuple(author for one in accounts[:FACES] if (author := author_of(one)))


def _shown(account: Any) -> bool:
    """Whether an account is not one that its server's moderators hide from those who do not follow it.

    https://docs.joinmastodon.org/entities/Account/#limited (read 2026-11)
    """
    return record(account).get("suspended") is not True and record(account).get("limited") is not True
