"""``description``: what the page says in short."""

from __future__ import annotations

from og.document import Document
from og.rule import Rule, jsonld, meta, odd_meta
from og.text import clean

# Platforms show 350 bytes at most; some pages put whole articles here, and nobody needs them twice.
LONGEST = 5000


def _clean(value: str, _document: Document) -> str:
    return clean(value, LONGEST)


RULE = Rule(
    "description",
    "description",
    (
        *meta("og:description", "twitter:description", "description"),
        *odd_meta("og:description", "description"),
        jsonld("description"),
        *meta("dc.description", "dcterms.description", "dcterms.abstract", "itemprop:description", "abstract"),
    ),
    _clean,
)
