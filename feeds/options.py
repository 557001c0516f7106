"""What a feed's owner wants to see in it, and what they do not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args

from core.errors import Invalid
from networks.records import Post

# Posts on one page; Mastodon gives 40, Bluesky 100, and a page of cards is long at 20.
MOST, USUAL = 100, 20
Sensitive = Literal["show", "blur", "hide"]
# Words and languages of one feed; what is longer than any word people filter by is a mistake.
MOST_WORDS, LONGEST_WORD = 200, 100
# Posts of a network that bills for them, read for one feed in a month: at X's 0.005 USD (read 2026-08) that is 5 USD.
# https://docs.x.com/x-api/getting-started/pricing
BUDGET = 1000
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")


@dataclass(frozen=True)
class FeedOptions:
    """What is shown of a feed's posts.

    ``block`` and ``allow`` are words, ``#tags`` and ``@handles``: a post with one of the first is left out; where
    there are ``allow`` words it must have one of them. ``languages`` are BCP 47 tags: a post in another language is
    left out, one whose language nobody knows is not. ``sensitive`` posts are shown, blurred, or hidden. ``most`` is
    how many posts there are in all, 0 for as many as are kept. ``budget`` is how many posts of a network that bills
    them may be read in a month.
    """

    block: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    media_only: bool = False
    replies: bool = True
    reposts: bool = True
    sensitive: Sensitive = "blur"
    most: int = 0
    budget: int = BUDGET

    def as_json(self) -> dict[str, Any]:
        """Return what `options_of` reads back."""
        return asdict(self)

    def shows(self, post: Post) -> bool:
        """Return whether a post is shown."""
        if (self.media_only and not _has_media(post)) or (not self.replies and post.reply_to):
            return False
        if (not self.reposts and post.repost) or (self.sensitive == "hide" and is_sensitive(post)):
            return False
        if self.languages and not _in_languages(post, self.languages):
            return False
        if not (self.block or self.allow):
            return True
        said = "\n".join(_said(post))
        return not _any(self.block, said) and (not self.allow or _any(self.allow, said))


def options_of(stored: Mapping[str, Any]) -> FeedOptions:
    """Return options as they were stored; what is unknown by now is left out."""
    known = {f.name for f in fields(FeedOptions)}
    given: dict[str, Any] = {
        name: tuple(v) if isinstance(v, list) else v for name, v in stored.items() if name in known
    }
    return FeedOptions(**given)


def checked_options(options: FeedOptions) -> FeedOptions:
    """Return options whose words are trimmed; raise Invalid, naming the field, for what cannot be meant."""
    words: dict[str, Any] = {name: _words(name, getattr(options, name)) for name in ("block", "allow", "languages")}
    for language in words["languages"]:
        if not _LANGUAGE.fullmatch(language):
            raise Invalid("A language is written as en or pt-BR.", field="languages")
    if options.sensitive not in get_args(Sensitive):
        raise Invalid("Sensitive posts are shown, blurred or hidden: show, blur, hide.", field="sensitive")
    if options.most < 0 or options.budget < 0:
        raise Invalid("A number of posts is not below zero.", field="most" if options.most < 0 else "budget")
    return FeedOptions(**{**asdict(options), **words})


def is_sensitive(post: Post) -> bool:
    """Return whether a post, or the one that it passes on, is marked as sensitive."""
    return bool(post.sensitive or (post.repost and post.repost.sensitive))


def _words(name: str, given: Iterable[str]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(word.strip() for word in given if word.strip()))
    if len(found) > MOST_WORDS or any(len(word) > LONGEST_WORD for word in found):
        raise Invalid(f"At most {MOST_WORDS} words of {LONGEST_WORD} characters.", field=name)
    return found


def _has_media(post: Post) -> bool:
    return bool(post.media or (post.repost and post.repost.media))


def _in_languages(post: Post, wanted: tuple[str, ...]) -> bool:
    lang = (post.lang or (post.repost.lang if post.repost else "")).lower()
    return not lang or any(lang == one.lower() or lang.startswith(one.lower() + "-") for one in wanted)


def _said(post: Post) -> Iterator[str]:
    """Yield everything that a reader of a post reads, with tags and handles as they are written."""
    yield from (post.title, post.warning, post.text, *(f"#{tag.lstrip('#')}" for tag in post.tags))
    if post.author:
        yield post.author.name
        yield f"@{post.author.handle.lstrip('@')}" if post.author.handle else ""
    if post.link:
        yield from (post.link.title, post.link.description, post.link.url)
    for inner in (post.quote, post.repost):
        if inner:
            yield from _said(inner)


def _any(words: Iterable[str], said: str) -> bool:
    folded = _folded(said)
    return any(_pattern(_folded(word)).search(folded) for word in words)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _pattern(word: str) -> re.Pattern[str]:
    """Whole words only, where the script has words: `art` is not in `party`. A handle may lack its server."""
    before = r"(?<!\w)" if word[:1].isascii() and (word[:1].isalnum() or word[:1] in "#@") else ""
    after = r"(?!\w)" if word[-1:].isascii() and word[-1:].isalnum() else ""
    return re.compile(before + re.escape(word) + after)
