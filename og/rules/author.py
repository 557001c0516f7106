"""``author``: the one name to show as the page's author."""

from __future__ import annotations

from og.document import Document
from og.rule import Candidate, Rule, jsonld, meta
from og.text import clean

LONGEST = 200


def _clean(value: str, _document: Document) -> str:
    text = clean(value, LONGEST)
    return "" if text.startswith("http") else text


RULE = Rule(
    "author",
    "author",
    (*meta("author"), jsonld("author", "name"), *meta("article:author","dc.creator")),
    _clean,
)
