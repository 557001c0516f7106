"""``site_name``: the name of the site that the page is part of."""

from __future__ import annotations

from og.reader.clean_text import clean
from og.reader.document import Document
from og.rule import Rule, jsonld, meta, odd_meta

LONGEST = 200


def _clean(value: str, _document: Document) -> str:
    return clean(value, LONGEST)


RULE = Rule(
    "site_name",
    "site_name",
    (*meta("og:site_name"), jsonld("publisher", "name"), *odd_meta("og:site_name"), *meta("application-name")),
    _clean,
)
