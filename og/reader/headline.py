"""Where a page's headline stands in its body: what is near it is said of the article, what is far of other things."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from og.reader.clean_text import without_tags
from og.reader.document import Document

# Bytes above and below the headline in which stands what belongs to the article: on 80 real pages the farthest date
# of its own was 5,200 away, the nearest of something else 8,100; of pictures 4,800 and 6,800.
ABOVE, BELOW = 1_000, 6_000
# Letters of a headline that are looked for in the title; a shorter one may be there by chance.
SHORTEST, LONGEST = 8, 24
# Headlines looked at: the first are the site's and the article's; and bytes of one.
FIRST, LARGEST = 8, 2_000
_START, _END = re.compile(rb"<[hH]1[\s>]"), re.compile(rb"</[hH]1[\s>]")

Span = tuple[int, int]


def headlines(document: Document) -> list[Span]:
    """Return where the first headlines start and end."""
    return document.remembered("headlines", lambda: list(_found(document.body)))


def _found(body: bytes) -> Iterator[Span]:
    for start in islice(_START.finditer(body), FIRST):
        if end := _END.search(body, start.end(), start.end() + LARGEST):
            yield start.start(), end.end()


def headline(document: Document) -> Span | None:
    """Return where the headline is that has the words of the title: others name the site, or a part of it."""
    return next(iter(document.remembered("headline", lambda: list(_of_title(document)))), None)


def _of_title(document: Document) -> Iterator[Span]:
    title = _letters(document.meta("og:title") or document.title)
    for start, end in headlines(document) if not document.is_home else ():
        words = _letters(without_tags(document.body[start:end]))
        if len(words) >= SHORTEST and words[:LONGEST] in title:
            yield start, end


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.lower()))
