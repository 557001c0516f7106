"""``title``: what the page is called."""

from __future__ import annotations

from collections.abc import Iterator

from og.reader.clean_text import clean, without_tags
from og.reader.document import Document
from og.reader.headline import headlines
from og.rule import Candidate, Rule, jsonld, meta, odd_meta

# Nothing shows more of a title than 300 characters (docs/preview.md, platforms); what is longer is an accident.
LONGEST = 1000


def _clean(value: str, _document: Document) -> str:
    return clean(value, LONGEST)


def _headlines(document: Document) -> Iterator[str]:
    """What stands over the page, where nothing names it."""
    return (without_tags(document.body[start:end]) for start, end in headlines(document))


RULE = Rule(
    "title",
    "title",
    (
        *meta("og:title", "twitter:title"),
        Candidate("title", lambda document: [document.title]),
        jsonld("headline"),
        jsonld("name"),
        *meta("dc.title", "dcterms.title", "citation_title", "title", "itemprop:headline", "itemprop:name"),
        *odd_meta("og:title"),
        Candidate("h1", _headlines),
    ),
    _clean,
)
