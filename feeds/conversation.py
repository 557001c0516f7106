"""The conversation about a page: what was answered to the posts about it, on whichever network, as plain records.

`feeds.replies.Conversations` puts one together; what draws it needs nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from networks.records import Author, Post


@dataclass(frozen=True)
class Reply:
    """One answer, or a page that mentions ours (``kind`` ``mention``).

    ``id`` is ours: short, and fit for an HTML id. ``parent`` is the id of the Reply that it answers, "" for one that
    answers the page or a post about it; ``depth`` is how many there are above it. ``post.html`` has been through the
    sanitiser. ``network`` is a key of `networks.Networks`, "" for a page that told us by Webmention.
    """

    id: str
    post: Post
    network: str
    depth: int = 0
    parent: str = ""
    kind: str = "reply"


@dataclass(frozen=True)
class Face:
    """Somebody who liked the page, or a post about it, or passed it on. ``network`` as with `Reply`."""

    author: Author
    kind: Literal["like", "repost"]
    network: str


@dataclass(frozen=True)
class Place:
    """A post about the page, where one can answer: its address, and its network's key."""

    network: str
    url: str
    author: Author | None = None


@dataclass(frozen=True)
class Conversation:
    """What is said about a page.

    ``replies`` are in reading order: after what they answer, the oldest first. ``counts`` has ``replies``, ``likes``
    and ``reposts``: what the networks count, never less than what is here. ``webmention`` says that the page's site
    takes Webmentions. ``more`` is how many replies are known beyond those given. ``stale`` says that some place could
    not be read lately, ``waiting`` that some has not been read yet: more will come by itself.
    ``sample`` marks one that was made up, for our own home page.
    """

    href: str
    replies: tuple[Reply, ...] = ()
    faces: tuple[Face, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    places: tuple[Place, ...] = ()
    webmention: bool = False
    more: int = 0
    stale: bool = False
    waiting: bool = False
    sample: bool = False
