"""``author``: the one name to show as the page's author. Addresses and profiles are no names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from og.reader.body import Element, elements, value_of, with_class, with_property
from og.reader.clean_text import clean
from og.reader.document import Document
from og.rule import Candidate, Rule, jsonld, meta, odd_meta

# Longer is a sentence or a list of everybody who took part.
LONGEST = 120
# Elements looked at: bylines stand at the top, the authors of comments by the hundred below.
FIRST = 24

_BY = re.compile(
    r"^(?:(?:written|posted|published|reported|story|text|words|geschrieben|verfasst|escrito|publicado|scritto)\s+)?"
    r"(?:by|von|par|por|di|door|av|af|text|autor(?:in)?|author|auteur|autore|redaktion|interview)\b\s*:?\s+",
    re.IGNORECASE,
)
# What follows a name in bylines: a date, a link to more, a second column.
_AFTER = re.compile(
    r"\s+[|•·–—]\s.*$|\s+@\w+.*$|\s*[,;|]\s*(?:https?:|www\.).*$|\s+(?:on|am|le|el|op)$|\s+(?=,)|[\s,;|:•·-]+$"
)
# An address of mail beside the name, before it as in RSS or behind it as in mail.
_MAIL = re.compile(r"^[^\s@<>]{1,60}@[^\s@<>]{1,60}\s\(([^()]+)\)$|\s?<[^\s@<>]{1,60}@[^\s@<>]{1,60}>$")
_NO_NAME = re.compile(r"://|^@|^[\d\W_]+$|[<>{}]|^www\.\S+$|^\S+\.\w+/|\.html?$")
# Text of a link that leads to an author, or a sentence, rather than a name.
_PROSE = re.compile(
    r"\d|[!?]|\w{3}\.\s|^(?:view|more|all|about|see|read|follow|posts|articles|contact|show|meet|sign|log)\b"
    r"|\b(?:says|archives?|posts|profile|articles)$",
    re.IGNORECASE,
)
_CLASS = re.compile(r"(?:[\w-]*[-_])?(?:author|byline)(?:[-_]*name|[-_]*link)?")
# How sites in other languages label it, mostly as WordPress's plug-ins translate it.
_WRITTEN_BY = re.compile(
    r"written by|by$|author|verfasst von|geschrieben von|écrit par|escrito por|autor|scritto da|geschreven door"
    r"|napisane przez|skriven av|skrevet a[fv]|ditulis oleh|scris de|escrit per|kirjoittanut|yazan"
    r"|написано|автор|作者|執筆者|글쓴이",
    re.IGNORECASE,
)
# What systems write where nobody is named.
_NOBODY = frozenset(
    {
        "admin",
        "administrator",
        "root",
        "user",
        "null",
        "none",
        "undefined",
        "author",
        "unknown",
        "guest",
        "super user",
        "superuser",
    }
)


def _name(value: str, _document: Document) -> str:
    text = _MAIL.sub(r"\1", clean(value, 400))
    text = _AFTER.sub("", _BY.sub("", text)).strip()
    if len(text) > LONGEST or _NO_NAME.search(text) or text.lower() in _NOBODY:
        return ""
    return text


def _short_name(value: str, document: Document) -> str:
    """A name found in running text: few words, no figures."""
    text = _name(value, document)
    if len(text) > 60 or len(text.split()) > 6 or _PROSE.search(text):
        return ""
    return text


def _written_by(document: Document) -> Iterator[str]:
    """Slack's and others' labels: ``twitter:label1`` says what ``twitter:data1`` is."""
    for number in ("1", "2"):
        if _WRITTEN_BY.match(document.meta(f"twitter:label{number}")):
            yield document.meta(f"twitter:data{number}")


def _elements(document: Document) -> list[Element]:
    """The first elements that say author or byline in an attribute, in the order of the page."""
    return document.remembered("author", lambda: list(islice(_said(document), FIRST)))


def _said(document: Document) -> Iterator[Element]:
    found = [element for word in ("author", "byline") for element in islice(elements(document.body, word), FIRST)]
    yield from sorted(found, key=lambda element: element.start)


def _property(document: Document) -> Iterator[str]:
    for element in _elements(document):
        if b"prop" in element.section and "author" in element.words("itemprop") | element.words("property"):
            inner = next(with_property(element.inner, "name"), None)
            yield _short_name(value_of(inner) if inner else value_of(element), document)


def _relation(document: Document) -> Iterator[str]:
    for element in _elements(document):
        if element.name == b"a" and b"rel=" in element.section and "author" in element.words("rel"):
            yield _short_name(element.text, document)


def _hcard(document: Document) -> Iterator[str]:
    """The formatted name inside ``author`` (hCard, microformats)."""
    for element in _elements(document):
        if b"class" in element.section and "author" in element.words("class") and document.has(b"vcard"):
            yield from (_short_name(name.text, document) for name in islice(with_class(element.inner, "fn"), 1))


def _classes(document: Document) -> Iterator[str]:
    for element in _elements(document):
        if _names_an_author(element):
            yield _short_name(element.text, document)


def _names_an_author(element: Element) -> bool:
    if element.name == b"a" and b"/author/" in element.section:
        return "/author/" in element.attributes.get("href", "")
    classes = element.attributes.get("class", "").lower().split() if b"class" in element.section else []
    return any(map(_CLASS.fullmatch, classes)) and not any("comment" in name for name in classes)


def _persons(candidate: Candidate) -> Candidate:
    """The candidate without the names that are the site's own: many systems write them where a person is meant."""
    return Candidate(
        candidate.name,
        lambda document: (
            value for value in candidate.read(document) if not _is_site(_name(value, document), document)
        ),
    )


def _is_site(name: str, document: Document) -> bool:
    names = (document.meta("og:site_name"), document.host, document.host.rpartition(".")[0])
    return _plain(name) in map(_plain, names)


def _plain(text: str) -> str:
    return re.sub(r"\W+", "", text.lower())


def _unless_home(candidate: Candidate) -> Candidate:
    """The candidate on pages that are not a site's first page, where every article has an author."""
    return Candidate(candidate.name, lambda document: () if document.is_home else candidate.read(document))


_SAID = (
    *meta("author"),
    jsonld("author", "name"),
    *odd_meta("author"),
    *meta("article:author", "article:author:name", "parsely-author", "sailthru.author", "dc.creator"),
    *meta("dcterms.creator", "citation_author", "itemprop:author", "og:article:author", "byl"),
    *odd_meta("article:author", "parsely-author", "sailthru.author", "dc.creator", "itemprop:author"),
    jsonld("creator", "name"),
    Candidate("twitter:data", _written_by),
)
_SHOWN = (
    Candidate("itemprop:author", _property),
    Candidate("rel:author", _relation),
    Candidate("class:fn", _hcard),
    Candidate("class:author", _classes),
)
RULE = Rule(
    "author",
    "author",
    (*map(_persons, _SAID), *map(_persons, map(_unless_home, _SHOWN)), *_SAID, *map(_unless_home, _SHOWN)),
    _name,
)
