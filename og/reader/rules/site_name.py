"""``site_name``: the name of the site that the page is part of."""

from __future__ import annotations

from collections.abc import Iterator

from og.reader.clean_text import clean
from og.reader.document import Document
from og.reader.jsonld import texts, types
from og.rule import Candidate, Rule, jsonld, meta, odd_meta

LONGEST = 200


def _clean(value: str, _document: Document) -> str:
    return clean(value, LONGEST)


def _web_site(document: Document) -> Iterator[str]:
    """The name of the ``WebSite`` that the page is of, which Google shows as its site's name (read 2026-11):
    https://developers.google.com/search/docs/appearance/site-names

    One that is called like the page itself says no more than its title.
    """
    title = clean(document.meta("og:title") or document.title, LONGEST)
    part_of = document.graph.resolved(document.node.get("isPartOf"))
    for node in (*document.graph.nodes, part_of):
        if isinstance(node, dict) and "WebSite" in types(node):
            yield from (name for name in texts(node.get("name")) if clean(name, LONGEST) != title)


RULE = Rule(
    "site_name",
    "site_name",
    (
        *meta("og:site_name"),
        Candidate("jsonld:WebSite", _web_site),
        jsonld("publisher", "name"),
        *odd_meta("og:site_name"),
        *meta("application-name", "citation_journal_title"),
    ),
    _clean,
)
