"""``description``: what the page says in short."""

from __future__ import annotations

from collections.abc import Iterator

from og.reader.clean_text import as_text, clean
from og.reader.document import Document
from og.rule import Candidate, Rule, jsonld, meta, odd_meta

# Platforms show 350 bytes at most; some pages put whole articles here, and nobody needs them twice.
LONGEST = 5000


def _clean(value: str, _document: Document) -> str:
    return clean(value, LONGEST)


def _uncut(document: Document) -> list[str]:
    """The description where the one for Twitter is only its beginning, cut to Twitter's length."""
    short = " ".join(clean(document.meta("twitter:description"), LONGEST).rstrip("….").split())
    full = document.meta("description")
    return [full] if short and clean(full, LONGEST).startswith(short) else []


def _structured(document: Document) -> Iterator[str]:
    """What the structured data says: shops write there what stands on the page, with its tags."""
    for text in jsonld("description").read(document):
        yield as_text(text[: LONGEST * 8])


RULE = Rule(
    "description",
    "description",
    (
        *meta("og:description"),
        Candidate("description", _uncut),
        *meta("twitter:description", "description"),
        *odd_meta("og:description", "description"),
        Candidate("jsonld:description", _structured),
        *meta("dc.description", "dcterms.description", "dcterms.abstract", "citation_abstract"),
        *meta("itemprop:description", "abstract"),
    ),
    _clean,
)
