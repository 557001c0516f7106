"""How what an answer only names is asked for: posts that are passed on or quoted, and people, by their addresses.

`Named` is for networks whose answers hold addresses where others hold the thing itself. What is asked for where it is
at home is that server's own word, which is the only one that counts; `feeds/named.py` does the asking.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from networks.records import Answer, Author, Post, Request


@dataclass(frozen=True)
class Found:
    """A post as its own server tells it. ``quotable``: its author lets anybody quote it."""

    post: Post
    quotable: bool = True


@dataclass(frozen=True)
class Named:
    """How posts and people are asked for by their addresses.

    ``ask`` makes the request, None for an address that nobody is to ask. ``post`` and ``person`` read the answers:
    None for what is not for everybody, is of no such kind, or is another server's to say. They raise Problem.
    """

    ask: Callable[[str], Request | None]
    post: Callable[[Answer], Found | None]
    person: Callable[[Answer], Author | None]


def is_bare(post: Post) -> bool:
    """Whether nothing is known of a post but its address."""
    return not (post.author or post.text or post.html or post.media or post.time or post.title or post.poll)
