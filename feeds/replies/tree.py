"""Put what was said in reading order: what came from several sides once, answers behind what they answer.

Whatever parents strangers claim, each voice is shown once: a circle of parents is cut at its oldest, and who answers
something that is not here answers the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from feeds.conversation import Reply
from feeds.replies.told import CARRIED
from feeds.same import plain
from networks.records import Post

_AT = re.compile(r"at://(did:[^/]+)/app\.bsky\.feed\.post/([^/]+)")


@dataclass(frozen=True)
class Voice:
    """A reply before it has its place. ``shown``: whether it may be seen; ``barred``: its site wants it gone."""

    reply: Reply
    shown: bool = True
    barred: bool = False


def names_of(post: Post) -> frozenset[str]:
    """Return by what a post is known: its id and its address, also as other networks carry them."""
    return frozenset(name for given in (post.id, post.url) for name in _names(given))


def once(voices: Iterable[Voice], besides: frozenset[str]) -> list[Voice]:
    """Return voices without those that say what was said already, or that are one of the posts ``besides``.

    The first one stays; a later one of the same post that is barred hides it: it is the same words.
    """
    known: dict[str, int] = {}
    found: list[Voice] = []
    for voice in voices:
        names = names_of(voice.reply.post)
        if names & besides:
            continue
        same = next((known[name] for name in names if name in known), None)
        if same is None:
            known.update(dict.fromkeys(names, len(found)))
            found.append(voice)
            continue
        known |= {name: same for name in names if name not in known}
        if voice.barred:
            found[same] = replace(found[same], shown=False)
    return found


def ordered(voices: Sequence[Voice]) -> list[Reply]:
    """Return what is shown in reading order, each with its depth and its parent.

    Nothing is shown below what is not.
    """
    by_name = {name: n for n, voice in enumerate(voices) for name in names_of(voice.reply.post)}
    parents = [next(iter(_parents(voice, n, by_name)), None) for n, voice in enumerate(voices)]
    by_age = sorted(range(len(voices)), key=lambda n: (_time(voices[n]), n))
    below: dict[int | None, list[int]] = {}
    for n in by_age:
        below.setdefault(parents[n], []).append(n)
    seen: set[int] = set()
    tops = [*below.get(None, ()), *(n for n in by_age if parents[n] is not None)]  # the latter: circles
    return [reply for top in tops for reply in _under(top, voices, below, seen)]


def _parents(voice: Voice, own: int, by_name: dict[str, int]) -> Iterator[int]:
    """Yield what a voice answers, where that is here."""
    for name in _names(voice.reply.post.reply_to):
        if by_name.get(name, own) != own:
            yield by_name[name]


def _under(top: int, voices: Sequence[Voice], below: dict[int | None, list[int]], seen: set[int]) -> Iterator[Reply]:
    """Yield a voice and what answers it, in reading order."""
    waiting: list[tuple[int, int, str, bool]] = [(top, 0, "", True)]
    while waiting:
        n, depth, parent, shown = waiting.pop()
        if n in seen:
            continue
        seen.add(n)
        voice = voices[n]
        shown = shown and voice.shown
        if shown:
            yield replace(voice.reply, depth=depth, parent=parent)
        waiting += [(child, depth + 1, voice.reply.id, shown) for child in reversed(below.get(n, ()))]


def _time(voice: Voice) -> str:
    """Return when something was said; what has no time stands at the end."""
    return voice.reply.post.time or "9999"


def _names(given: str) -> Iterator[str]:
    if not given:
        return
    given = CARRIED.sub("", given)
    yield given
    if found := _AT.fullmatch(given):
        yield f"bsky.app/profile/{found[1]}/post/{found[2]}"
    elif address := plain(given):
        yield address
