"""``published`` and ``modified``: when, as ISO 8601."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from og.reader.body import Element, elements, value_of, with_class, with_property
from og.reader.clean_text import without_tags
from og.reader.dates import iso
from og.reader.document import Document
from og.reader.headline import ABOVE, BELOW, Span, headline, headlines
from og.rule import Candidate, Read, Rule, jsonld, meta, odd_meta

_DAY = re.compile(r"/((?:199|20\d)\d)[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])(?=[/_.-]|$)")
_DATE_CLASS = re.compile(r"(?<![a-z])(?:date|pubdate|postdate|publishdate|dateline|datetime)(?![a-z])", re.IGNORECASE)
# The same near a headline, where also other languages' words and those for the whole line can be believed.
_LINE_CLASS = re.compile(
    r"(?<![a-z])(?:(?:pub|post|publish|entry|article)?date(?:line|time|stamp)?|fecha|datum|publi(?:shed|cation)|posted"
    r"|timestamp|by-?line|submitted|(?:entry|post|article|asset)-?_?(?:meta|info))(?![a-z])",
    re.IGNORECASE,
)
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


def _at_headline(document: Document, word: str) -> Iterator[Element]:
    """Elements near the headline: farther away stand the dates of comments, of quoted posts, of other articles."""
    if not document.has(word.encode()) or not (found := headline(document)):
        return
    for element in elements(document.body, word, max(0, found[0] - ABOVE)):
        if element.start > found[1] + BELOW:
            return
        yield element


def _of_address(document: Document) -> Iterator[str]:
    """Addresses of blogs and newspapers have the day in their path."""
    if match := _DAY.search(document.url):
        yield "-".join(match.groups())


def _dated(document: Document) -> Iterator[str]:
    """Elements whose class says that they hold the date."""
    found = islice(elements(document.body, "date"), FIRST) if not document.is_home else ()
    return _dates(found, _DATE_CLASS)


def _dated_at_headline(document: Document) -> Iterator[str]:
    """The same near the headline."""
    return _dates(_at_headline(document, "class="), _LINE_CLASS)


def _dates(found: Iterable[Element], names: re.Pattern[str]) -> Iterator[str]:
    for element in found:
        if b"class" in element.section and names.search(element.attributes.get("class", "")):
            yield " ".join(element.text.split())[:100]


def _lines_at_headline(document: Document) -> Iterator[str]:
    """The line under the headline, else the one above it: where newspapers print the day."""
    yield from _lines(document, headline(document))


def _lines_at_first(document: Document) -> Iterator[str]:
    """The same at the first headline, whatever its words."""
    yield from _lines(document, next(iter(headlines(document)), None) if not document.is_home else None)


def _lines(document: Document, found: Span | None) -> Iterator[str]:
    if found:
        start, end = found
        yield " ".join(without_tags(document.body[end : end + 2_500]).split())[:110]
        yield " ".join(without_tags(document.body[max(0, start - 800) : start]).split())[-60:]


PUBLISHED = Rule(
    "published",
    "published",
    (
        *meta("article:published_time", "article:published", "og:article:published_time"),
        jsonld("datePublished"),
        *odd_meta("article:published_time", "og:article:published_time"),
        _property("datePublished"),
        *meta("video:release_date", "music:release_date", "book:release_date"),
        *meta("parsely-pub-date", "sailthru.date", "dc.date.issued", "dcterms.issued"),
        *meta("dcterms.created", "dc.date.created", "dcterms.date", "dc.date", "citation_publication_date"),
        *meta("citation_date", "citation_online_date", "datepublished", "publishdate", "publish-date", "pubdate"),
        *meta(
            "publish_date", "published", "article.published", "date", "itemprop:datecreated", "itemprop:uploaddate"
        ),
        *meta("prism.publicationdate"),
        *odd_meta("itemprop:datepublished", "parsely-pub-date", "sailthru.date", "dc.date.issued", "dc.date", "date"),
        *odd_meta("pubdate", "datepublished", "publish-date"),
        jsonld("dateCreated"),
        jsonld("uploadDate"),
        _class("dt-published", b"h-entry"),
        Candidate("headline:time", lambda document: map(value_of, _at_headline(document, "<time"))),
        _property("dateCreated"),
        Candidate("headline:date", _dated_at_headline),
        _time("pubdate"),
        _class("published", b"hentry"),
        Candidate("headline", _lines_at_headline),
        _time("datetime"),
        Candidate("address", _of_address),
        Candidate("class:date", _dated),
        Candidate("h1", _lines_at_first),
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
