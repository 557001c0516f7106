"""``published`` and ``modified``."""

from __future__ import annotations

from og.document import Document
from og.rule import Rule, jsonld, meta


def _clean(value: str, _document: Document) -> str:
    return value


PUBLISHED = Rule("published", "published", (*meta("article:published_time"), jsonld("datePublished")), _clean)
