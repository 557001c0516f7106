"""Who wrote an entry of a feed: names out of the ways in which feeds write them. E-mail addresses are not shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from networks._html import plain
from networks._walk import name, record, records, stored, text, web
from networks.records import Author

_MAIL = re.compile(r"(?:mailto:)?[^\s()<>,;:\"@]{1,64}@[^\s()<>,;:\"@]{1,255}")
# Elements in which feedparser looks for an e-mail address, in time that grows with the square of their length.
_NAMED = rb"((?:[\w.-]{1,40}:)?(?:author|creator|managingeditor|owner|publisher|webmaster))"
_PEOPLE, _PEOPLE_END = re.compile(rb"<%s\b[^<>]*+(?<!/)>" % _NAMED, re.I), re.compile(rb"</%s\s*>" % _NAMED, re.I)
# Bytes of one, and of its words where it is longer: Atom's with name, address and picture have some hundreds.
LONGEST_PERSON, LONGEST_WORDS = 4000, 300
_EMPTY_BRACKETS = re.compile(r"[<(\[]\s*[>)\]]")


def without_long_people(body: bytes) -> bytes:
    """Return a document whose elements about people are none of them longer than anybody's real ones."""
    pieces, at = [], 0
    while found := _PEOPLE.search(body, at):
        begin = found.end()
        pieces.append(body[at:begin])
        at = begin
        if not any(_ends(found, body, begin + LONGEST_PERSON)):
            pieces.append(body[begin : begin + LONGEST_WORDS].partition(b"<")[0].partition(b"&")[0])
            at = next(_ends(found, body, len(body)), len(body))
    return b"".join([*pieces, body[at:]])


def _ends(person: re.Match[bytes], body: bytes, until: int) -> Iterator[int]:
    """Yield where an element about a person may end, up to a place in the document."""
    own = person[1].lower()
    return (end.start() for end in _PEOPLE_END.finditer(body, person.end(), until) if end[1].lower() == own)


def author_of(mapping: Any, base: str) -> Author | None:
    """Return the first author of an entry or a feed, by feedparser's reading; else its publisher, else nobody."""
    people = [one for one in records(stored(mapping, "authors")) if one]
    raw = text(stored(mapping, "author") or stored(mapping, "googleplay_author"))
    first = people[0] if people else record(stored(mapping, "author_detail"))
    shown = _named(first, raw) if first else bare(raw)
    shown = name(plain(shown)) or bare(text(stored(mapping, "publisher")))
    return Author(name=shown, url=web(first.get("href"), base)) if shown else None


def of_source(source: Any, base: str, site: Author | None) -> Author | None:
    """Return whom an entry that a feed took over from another is from (RFC 4287 §4.2.11, ``source`` of RSS): the site
    itself where it took over nothing, or from one of its name.
    """
    link = web(stored(source, "link"), base)
    found = author_of(source, base) or Author(name(plain(text(stored(source, "title")))))
    if not found.name or (site and found.name == site.name):
        return site
    return Author(found.name, url=found.url or link)


def with_face(own: Author, site: Author | None) -> Author:
    """Return an author with what the site has that tells of none."""
    return Author(own.name, own.handle, own.url or (site.url if site else ""), site.avatar if site else "")


def bare(written: str) -> str:
    """Return a name without the address beside it: ``ada@example.org (Ada)`` (RSS 2.0), ``Ada <ada@example.org>``."""
    left = _EMPTY_BRACKETS.sub(" ", _MAIL.sub(" ", written[:500])).strip(" ,;:|-")
    inner = re.fullmatch(r"\(([^()]*)\)", left)
    return name(inner[1] if inner else left)


def _named(person: Any, raw: str) -> str:
    """Return a person's name. feedparser takes the first four letters of a longer top-level domain for the end of an
    address, and what is behind them for the name.
    """
    shown, mail = text(person.get("name")), text(person.get("email"))
    if mail and raw.startswith(mail) and raw[len(mail) : len(mail) + 1].isalnum():
        return bare(raw.partition(")")[0] + ")" if "(" in raw else raw)
    if mail and shown.count("(") > shown.count(")"):  # and another author stands behind this one
        return shown.partition("(")[2].partition(")")[0]
    return bare(shown) if mail else shown
