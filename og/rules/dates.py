"""``published`` and ``modified``: when, as ISO 8601."""

from __future__ import annotations

from collections.abc import Iterator

from og.body import elements, value_of, with_class, with_property
from og.dates import iso
from og.document import Document
from og.rule import Candidate, Read, Rule, jsonld, meta, odd_meta


# Where 3/5/2019 is in March: American English, and English that does not say where.
MONTH_FIRST = frozenset({"", "en", "en-us", "en-ph"})


def _clean(value: str, document: Document) -> str:
    return iso(value, month_first=document.language.lower().replace("_", "-") in MONTH_FIRST)


def _property(name: str) -> Candidate:
    return Candidate(f"itemprop:{name}", lambda document: map(value_of, with_property(document.body, name)))


def _class(name: str) -> Candidate:
    return Candidate(f"class:{name}", lambda document: map(value_of, with_class(document.body, name)))


def _time(attribute: str) -> Candidate:
    return Candidate(f"time:{attribute}", _times(attribute))


def _times(attribute: str) -> Read:
    def read(document: Document) -> Iterator[str]:
        for element in elements(document.body, attribute):
            if element.name == b"time" and attribute in element.attributes:
                yield value_of(element)
    return read


PUBLISHED = Rule(
    "published",
    "published",
    (
        *meta("article:published_time", "article:published", "og:article:published_time"),
        jsonld("datePublished"),
        *odd_meta("article:published_time", "og:article:published_time"),
        *meta("itemprop:datepublished", "parsely-pub-date", "sailthru.date", "dc.date.issued", "dcterms.issued"),
        *meta("dcterms.created", "dc.date.created", "dcterms.date", "dc.date", "citation_publication_date"),
        *meta("citation_date", "citation_online_date", "datepublished", "publishdate", "publish-date", "pubdate"),
        *meta("publish_date", "published", "article.published", "date", "itemprop:datecreated", "itemprop:uploaddate"),
        *odd_meta("itemprop:datepublished", "parsely-pub-date", "sailthru.date", "dc.date.issued", "dc.date", "date"),
        *odd_meta("pubdate", "datepublished", "publish-date"),
        jsonld("dateCreated"),
        jsonld("uploadDate"),
        _property("datePublished"),
        _class("dt-published"),
        _time("pubdate"),
        _property("dateCreated"),
        _class("published"),
        _time("datetime"),
    ),
    _clean,
)

MODIFIED = Rule(
    "modified",
    "modified",
    (
        *meta("article:modified_time", "article:modified", "og:article:modified_time"),
        jsonld("dateModified"),
        *odd_meta("article:modified_time"),
        *meta("itemprop:datemodified", "og:updated_time", "dcterms.modified", "dc.date.modified", "lastmod"),
        *meta("last-modified", "http-equiv:last-modified"),
        _property("dateModified"),
        _class("dt-updated"),
    ),
    _clean,
)
