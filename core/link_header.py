"""Read Link header fields: what a server says its page is linked to (RFC 8288 §3 and appendix B, read 2026-11).

    for link in links('</feed>; rel="alternate"; type="application/atom+xml"', "https://example.org/"):
        urljoin("https://example.org/", link.target), link.relations

Several links in a field, and several fields that `core.http` joined with commas, are the same (RFC 9110 §5.3). What
is broken is passed over up to the next link, so that a server's one mistake costs no other link. No form raises, and
the time grows with the length only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from ada_url import join_url

from core.header_text import as_written

# Characters read of all the fields together: what common servers and clients allow for a whole head
# (https://nodejs.org/api/cli.html#--max-http-header-sizesize).
LONGEST = 16_384

_TARGET = re.compile(r"<([^<>]*)>")
# One parameter: its name, and its value in quotes or bare. A quote that never ends counts as bare, and takes no more
# than its own parameter. Nothing is given back once taken: each character is looked at once.
_PARAMETER = re.compile(
    r'\s*+;\s*+(?P<name>[^\s=;,<>"]*+)\s*+(?:=\s*+(?:"(?P<quoted>(?:[^"\\]|\\.)*+)"|(?P<bare>[^;,<]*+)))?', re.DOTALL
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
# RFC 8187 §3.2.1: the character set, a language, then the words; UTF-8 is the one set that senders may use.
_EXTENDED = re.compile(r"utf-8'[^']*'(.*)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Link:
    """One link: its target as it was written, relative to the page's own address whatever the page's ``<base>`` says
    (appendix B.2); its relations in lower case; the type and the title that it tells of its target, else ""."""

    target: str
    relations: tuple[str, ...] = ()
    type: str = ""
    title: str = ""


def links(field: str, page: str) -> Iterator[Link]:
    """Yield what a field links a page to. Links that it gives for other pages, or for a part of this one, by an
    ``anchor`` (§3.2) are left out: they are not about this page.
    """
    field, at = field[:LONGEST], 0
    while found := _TARGET.search(field, at):
        said, at = _parameters(field, found.end())
        if "anchor" not in said or _is_page(said["anchor"], page):
            title = _extended(said.get("title*", "")) or as_written(said.get("title", ""))
            relations = tuple(said.get("rel", "").lower().split())
            yield Link(as_written(found[1].strip()), relations, said.get("type", "").strip(), title)


def _parameters(field: str, at: int) -> tuple[dict[str, str], int]:
    """Return a link's parameters and where they end; of two of one name the first counts (§3.3, §3.4)."""
    said: dict[str, str] = {}
    while found := _PARAMETER.match(field, at):
        quoted, bare = found["quoted"], found["bare"] or ""
        said.setdefault(found["name"].lower(), bare.strip(' \t"') if quoted is None else _ESCAPED.sub(r"\1", quoted))
        at = found.end()
    return said, at


def _is_page(anchor: str, page: str) -> bool:
    try:
        return bool(join_url(page, anchor) == join_url(page, ""))
    except ValueError:
        return False


def _extended(value: str) -> str:
    """Return words written as RFC 8187 has it, or the empty string where they cannot be read."""
    found = _EXTENDED.fullmatch(value)
    try:
        return unquote(found[1], errors="strict") if found else ""
    except ValueError:
        return ""
