"""How a network is asked what was answered to one post, and who liked it or passed it on.

A network's file fills in a `Replies`. Where one answer does not say it all, it names further questions; whoever asks
(`feeds/replies/ask.py`) decides how many of them it asks, and puts the answers together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from core.errors import BadReply
from networks._named import Named
from networks.records import STUMBLES, Answer, Author, Dialect, Post, Request, guarded


@dataclass(frozen=True)
class Discussion:
    """What one answer says.

    ``post`` is the post itself, with its counts. ``replies`` are those below it, each after what it answers, whose
    id is its ``reply_to``. ``likes`` and ``reposts`` are who did that. ``cut`` says that the network left replies
    out. ``next`` are further questions, what matters most first.
    """

    post: Post | None = None
    replies: tuple[Post, ...] = ()
    likes: tuple[Author, ...] = ()
    reposts: tuple[Author, ...] = ()
    cut: bool = False
    next: tuple[Question, ...] = ()


@dataclass(frozen=True)
class Question:
    """What to ask, and what reads the answer. Look-ups go ahead by `Request.then`.

    ``needed``: without an answer the reading has failed. Faces are not needed, nor what is far down.
    """

    request: Request
    translate: Callable[[Answer], Discussion]
    needed: bool = False

    def read(self, answer: Answer) -> Discussion:
        """Translate an answer; whatever is wrong with it is a `core.errors.Problem`, mostly `BadReply`."""
        try:
            said = self.translate(answer)
        except STUMBLES as exc:
            raise BadReply("The network's answer is not of the form it documents.", code="bad_reply") from exc
        return replace(
            said, post=said.post and guarded(said.post), replies=tuple(guarded(post) for post in said.replies)
        )


@dataclass(frozen=True)
class Replies:
    """How what was answered to a post is read.

    ``ask`` makes the first question for the address of a post's page, None where the address is not of this network's
    form; it looks at the address alone. ``example`` is such an address, for tests. ``headers`` go with every request,
    ``limits`` is the dialect of the rate-limit headers. ``last`` marks a form that any address has: others go first.
    ``named`` asks for people of whom replies tell the address alone.
    """

    ask: Callable[[str], Question | None]
    example: str
    headers: Mapping[str, str] = field(default_factory=dict)
    limits: Dialect = "none"
    last: bool = False
    named: Named | None = None
