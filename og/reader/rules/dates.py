"""``published`` and ``modified``: when, as ISO 8601."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from og.reader.body import elements, value_of, with_class, with_property
from og.reader.clean_text import without_tags
from og.reader.dates import iso
from og.reader.document import Document
from og.rule import Candidate, Read, Rule, jsonld, meta, odd_meta

_DAY = re.compile(r"/((?:19|20)\d\d)[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])(?=[/_.-]|$)")
_DATE_CLASS = re.compile(r"(?<![a-z])(?:date|pubdate|postdate|publishdate|dateline|datetime)(?![a-z])", re.IGNORECASE)
# Elements looked at for a class: the first are the article's, the others those of what else there is to read.
FIRST = 8
# Where 3/5/2019 is in March: American English, and English that does not say where.
MONTH_FIRST = frozenset({"", "en", "en-us", "en-ph"})


def _clean(value: str, document: Document) -> str:
    return iso(value, month_first=document.language.lower().replace("_", "-") in MONTH_FIRST)


def _property(name: str) -> Candidate:
    return Candidate(
        f"itemprop:{name}",
        lambda document: map(value_of, with_property(document.body, name)) if document.marked else (),
    )


def _class(name: str, within: bytes) -> Candidate:
    """An element of a class, where the page has the microformat that the class is of."""
    return Candidate(
        f"class:{name}",
        lambda document: map(value_of, with_class(document.body, name)) if document.has(within) else (),
    )


def _time(attribute: str) -> Candidate:
    return Candidate(f"time:{attribute}", _times(attribute))


def _times(attribute: str) -> Read:
    def read(document: Document) -> Iterator[str]:
        for element in elements(document.body, attribute) if document.has(b"<time") and not document.is_home else ():
            if element.name == b"time" and attribute in element.attributes:
                yield value_of(element)

    return read


def _of_address(document: Document) -> Iterator[str]:
    """Addresses of blogs and newspapers have the day in their path."""
    if match := _DAY.search(document.url):
        yield "-".join(match.groups())


def _dated(document: Document) -> Iterator[str]:
    """Elements whose class says that they hold the date."""
    for element in islice(elements(document.body, "date"), FIRST) if not document.is_home else ():
        if b"class" in element.section and _DATE_CLASS.search(element.attributes.get("class", "")):
            yield " ".join(element.text.split())[:100]


def _at_headline(document: Document) -> Iterator[str]:
    """The line under the headline, else the one above it: where newspapers print the day."""
    end = document.body.find(b"</h1")
    if end < 0 or document.is_home:
        return
    yield " ".join(without_tags(document.body[end + 5 : end + 2_500]).split())[:110]
    start = document.body.rfind(b"<h1", 0, end)
    yield " ".join(without_tags(document.body[max(0, start - 800) : start]).split())[-60:]


PUBLISHED = Rule(
    "published",
    "published",
    (
        *meta("article:published_time", "article:published", "og:article:published_time"),
        jsonld("datePublished"),
        *odd_meta("article:published_time", "og:article:published_time"),
        _property("datePublished"),
        *meta("parsely-pub-date", "sailthru.date", "dc.date.issued", "dcterms.issued"),
        *meta("dcterms.created", "dc.date.created", "dcterms.date", "dc.date", "citation_publication_date"),
        *meta("citation_date", "citation_online_date", "datepublished", "publishdate", "publish-date", "pubdate"),
        *meta(
            "publish_date", "published", "article.published", "date", "itemprop:datecreated", "itemprop:uploaddate"
        ),
        *odd_meta("itemprop:datepublished", "parsely-pub-date", "sailthru.date", "dc.date.issued", "dc.date", "date"),
        *odd_meta("pubdate", "datepublished", "publish-date"),
        jsonld("dateCreated"),
        jsonld("uploadDate"),
        _class("dt-published", b"h-entry"),
        _time("pubdate"),
        _property("dateCreated"),
        _class("published", b"hentry"),
        _time("datetime"),
        Candidate("address", _of_address),
        Candidate("class:date", _dated),
        Candidate("headline", _at_headline),
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
        _property("dateModified"),
        *meta("og:updated_time", "dcterms.modified", "dc.date.modified", "lastmod"),
        *meta("last-modified", "http-equiv:last-modified"),
        _class("dt-updated", b"h-entry"),
    ),
    _clean,
)
