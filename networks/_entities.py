"""Plain text with marked spans, as X, Bluesky and LinkedIn send it, made into text and HTML of our own writing.

The networks count differently: Bluesky in bytes of UTF-8, X in code points, Reddit and others not at all. Spans here
are counted in code points. Ones that overlap, or lie outside the text, are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape, unescape
from itertools import islice
from urllib.parse import quote

from networks._html import REL, paragraphs
from networks._walk import text, web

# Spans in one post; Bluesky's longest posts hold 300 graphemes, X's 25,000 characters.
MOST_SPANS = 500
# What X's and others' posts hold bare: an address that nobody marked.
BARE = re.compile(r"https?://[^\s<>\"'\u3000]{3,2000}[^\s<>\"'\u3000.,;:!?)\]}]")
_EMPTY_LINES = re.compile(r"\n\s*\n")


@dataclass(frozen=True)
class Span:
    """A part of a text that is a link. ``shown`` stands in for its words; ``drop`` takes them out altogether."""

    start: int
    end: int
    href: str = ""
    shown: str | None = None
    drop: bool = False


def woven(raw: str, spans: Iterable[Span], *, escaped: bool = False) -> tuple[str, str]:
    """Return text and HTML of a raw text with its spans; ``escaped`` where it comes with ``&amp;`` and ``&lt;``."""
    said = unescape if escaped else str
    words, html, at = [], [], 0
    for span in sorted(spans, key=lambda one: (one.start, one.end))[:MOST_SPANS]:
        if span.start < at or span.end > len(raw) or span.end <= span.start:
            continue
        before = said(raw[at : span.start])
        words.append(before)
        html.append(_escaped(before))
        at = span.end
        if not span.drop:
            shown = said(raw[span.start : span.end]) if span.shown is None else span.shown
            words.append(shown)
            html.append(_anchor(span.href, shown))
    words.append(said(raw[at:]))
    html.append(_escaped(said(raw[at:])))
    return text("".join(words)), paragraphs("".join(html).strip())


def linked(raw: str, spans: Iterable[Span] = ()) -> tuple[str, str]:
    """Return text and HTML of a raw text whose bare addresses become links as well."""
    given = list(spans)
    taken = [(span.start, span.end) for span in given]
    for begin, stop in _bare(raw):
        if not any(start < stop and begin < end for start, end in taken):
            given.append(Span(begin, stop, raw[begin:stop]))
    return woven(raw, given)


def _bare(raw: str) -> Iterator[tuple[int, int]]:
    """Yield where bare addresses stand. A bracket at the end belongs to one that has its other half in it."""
    for found in islice(BARE.finditer(raw), MOST_SPANS):
        begin, end = found.span()
        closes = raw[end : end + 1] == ")" and raw.count("(", begin, end) > raw.count(")", begin, end)
        yield begin, end + closes


def _escaped(raw: str) -> str:
    """Return raw words as HTML: unwanted characters out, white space at the ends kept."""
    lead, trail = raw[: len(raw) - len(raw.lstrip())], raw[len(raw.rstrip()) :]
    inner = text(raw)
    return escape(lead + inner + (trail if inner else ""), quote=False).replace("\r\n", "\n").replace("\r", "\n")


def _anchor(href: str, shown: str) -> str:
    """Return a link. White space at its ends stays, outside of it; no paragraph ends within it."""
    address, inner = web(href), text(shown)
    if not address or not inner:
        return _escaped(shown)
    shown = shown.replace("\r\n", "\n").replace("\r", "\n")
    lead, trail = shown[: len(shown) - len(shown.lstrip())], shown[len(shown.rstrip()) :]
    words = _EMPTY_LINES.sub("\n", escape(inner, quote=False))
    return f'{lead}<a href="{escape(address)}" rel="{REL}">{words}</a>{trail}'


def of_bytes(raw: str, start: int, end: int) -> tuple[int, int] | None:
    """Return a span of UTF-8 bytes in code points; None where it does not begin and end between characters."""
    data = raw.encode("utf-8", "surrogatepass")
    if not 0 <= start < end <= len(data):
        return None
    try:
        before, inside = (
            data[:start].decode("utf-8", "surrogatepass"),
            data[start:end].decode("utf-8", "surrogatepass"),
        )
    except UnicodeDecodeError:
        return None
    return len(before), len(before) + len(inside)


def tagged(raw: str, *, hashtag: str = "", mention: str = "") -> tuple[str, str]:
    """Return text and HTML of a raw text whose addresses, #tags and @names become links.

    ``hashtag`` and ``mention`` are the addresses of their pages with ``{}`` for the word; empty leaves them words.
    """
    taken = list(_bare(raw))
    spans = []
    for pattern, page in ((_HASHTAG, hashtag), (_MENTION, mention)):
        for found in islice(pattern.finditer(raw), MOST_SPANS) if page else ():
            if not any(start <= found.start() < end for start, end in taken):
                spans.append(Span(found.start(), found.end(), page.format(quote(found[1].rstrip("."), safe="."))))
    return linked(raw, spans)


# Instagram's and TikTok's names have letters, digits, dots and low lines; tags have letters of any script.
_HASHTAG = re.compile(r"(?<![\w&/])[#＃](\w{1,100})")
_MENTION = re.compile(r"(?<![\w/.])@([A-Za-z0-9_](?:[A-Za-z0-9_.]{0,28}[A-Za-z0-9_])?)")
