"""``url`` and ``canonical``: the page's address, as the page itself gives it, else where it was found."""

from __future__ import annotations

from og.reader.document import Document
from og.rule import Candidate, Rule, link, meta


def _clean(value: str, document: Document) -> str:
    return document.address(value)


CANONICAL = Rule("canonical", "canonical", link("canonical"), _clean)
URL = Rule(
    "url", "url", (*meta("og:url"), *link("canonical"), Candidate("given", lambda document: [document.url])), _clean
)
