"""``author``: the one name to show as the page's author. Addresses and profiles are no names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from og.addresses import host_of
from og.body import Element, elements, value_of, with_class, with_property
from og.document import Document
from og.rule import Candidate, Rule, jsonld, meta, odd_meta
from og.text import clean

# Longer is a sentence or a list of everybody who took part.
LONGEST = 120
# Elements looked at for one word: bylines stand at the top, comments' authors by the hundred below.
FIRST = 12

_BY = re.compile(
    r"^(?:(?:written|posted|published|reported|story|text|words|geschrieben|verfasst|escrito|publicado|scritto)\s+)?"
    r"(?:by|von|par|por|di|door|av|af|text|autor(?:in)?|author|auteur|autore|redaktion)\b\s*:?\s+",
    re.IGNORECASE,
)
# What follows a name in bylines: a date, a link to more, a second column.
_AFTER = re.compile(r"\s+[|•·–—]\s.*$|\s+@\w+.*$|\s*[,;|]\s*(?:https?:|www\.).*$|[\s,;|:•·-]+$")
_NO_NAME = re.compile(r"://|^@|^[\d\W_]+$|[<>{}]|^www\.\S+$|^\S+\.\w+/|\.html?$")
# Text of a link that leads to an author, or a sentence, rather than a name.
_PROSE = re.compile(
    r"\d|[!?]|\w{3}\.\s|^(?:view|more|all|about|see|read|follow|posts|articles|contact|show|meet|sign|log)\b"
    r"|\b(?:says|archives?|posts|profile|articles)$",
    re.IGNORECASE,
)
# What systems write where nobody is named.
_NOBODY = frozenset({"admin", "administrator", "root", "user", "null", "none", "undefined", "author", "unknown", "guest"})


def _name(value: str, _document: Document) -> str:
    text = clean(value, 400)
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
        if re.match(r"written by|by$|author|verfasst von|geschrieben von|écrit par|escrito por|autor|scritto da",
                    document.meta(f"twitter:label{number}"), re.IGNORECASE):  # fmt: skip
            yield document.meta(f"twitter:data{number}")


def _property(document: Document) -> Iterator[str]:
    for count, element in enumerate(with_property(document.body, "author")):
        if count >= FIRST:
            return
        inner = next(with_property(element.inner, "name"), None)
        yield _short_name(value_of(inner) if inner else value_of(element), document)


def _relation(document: Document) -> Iterator[str]:
    for count, element in enumerate(elements(document.body, "author")):
        if count >= FIRST * 2:
            return
        if element.name == b"a" and "author" in element.words("rel"):
            yield _short_name(element.text, document)


def _classes(document: Document) -> Iterator[str]:
    for word in ("p-author", "byline", "author"):
        for count, element in enumerate(elements(document.body, word)):
            if count >= FIRST:
                break
            if _names_an_author(element, word):
                yield _short_name(element.text, document)


def _names_an_author(element: Element, word: str) -> bool:
    if element.name == b"a" and "/author/" in element.attributes.get("href", ""):
        return True
    classes = element.attributes.get("class", "").lower().split()
    if any("comment" in name for name in classes):
        return False
    return any(re.fullmatch(rf"(?:[\w-]*[-_])?{word}(?:[-_]*name|[-_]*link)?", name) for name in classes)


def _fn(document: Document) -> Iterator[str]:
    """hCard's formatted name inside ``author`` (microformats)."""
    for element in with_class(document.body, "author"):
        for name in with_class(element.inner, "fn"):
            yield _short_name(name.text, document)


RULE = Rule(
    "author",
    "author",
    (
        *meta("author"),
        jsonld("author", "name"),
        *odd_meta("author"),
        *meta("article:author", "article:author:name", "parsely-author", "sailthru.author", "dc.creator"),
        *meta("dcterms.creator", "citation_author", "itemprop:author", "og:article:author", "byl"),
        *odd_meta("article:author", "parsely-author", "sailthru.author", "dc.creator", "itemprop:author"),
        jsonld("creator", "name"),
        Candidate("twitter:data", _written_by),
        Candidate("itemprop:author", _property),
        Candidate("rel:author", _relation),
        Candidate("class:fn", _fn),
        Candidate("class:author", _classes),
    ),
    _name,
)
