"""Read a page's preview: ``from_html`` from its bytes, ``read`` from its address.

preview = from_html(html, "https://example.org/post", "text/html; charset=utf-8")
preview.title, preview.image.url, preview.sources["title"]
"""

from __future__ import annotations

import logging
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from og.reader.addresses import host_of, page_address
from og.reader.document import Document
from og.reader.encoding import as_utf8
from og.reader.rules import built_in, plugged_in
from og.reader.walls import blocked
from og.record import Preview
from og.rule import Rule

if TYPE_CHECKING:
    from core.http import Http
    from og.reader.robots_txt import Robots

log = logging.getLogger(__name__)
# What a wall says truly: of the site, not of the page behind it.
KEPT_OF_A_WALL = frozenset({"url", "lang", "dir", "favicon", "icons", "theme_color", "robots"})
# Keys of the vocabularies whose metas are kept for callers in this process.
_VOCABULARIES = ("og:", "article:", "book:", "profile:", "music:", "video:", "product:", "twitter:", "fb:", "al:")


def from_html(html: bytes, url: str, content_type: str = "text/html") -> Preview:
    """Return what a page says of itself. Never raises, whatever the bytes; time and memory grow with them only.

    ``url`` is where the page was found; ``content_type`` the value of its HTTP header, for the charset.
    """
    text, _ = as_utf8(html, content_type)
    return from_document(Document(text, page_address(url)))


def read(url: str, http: Http, robots: Robots | None = None) -> Preview:
    """Return the preview of an address, fetched with the client; raise FetchFailed where there is none.

    ``robots`` remembers the robots.txt of sites; without it the site is asked for it each time.
    """
    from og.reader.fetch import read as fetched

    return fetched(url, http, robots)


def from_document(document: Document) -> Preview:
    """Return the preview of a page that is read already."""
    found: dict[str, Any] = {}
    sources: dict[str, str] = {}
    host = host_of(document.url)
    for rule in (*plugged_in(), *built_in()):
        if rule.field not in found and rule.applies(host):
            value, source = _chosen(rule, document)
            if value:
                found[rule.field], sources[rule.field] = value, source
    return _preview(document, found, sources)


def _chosen(rule: Rule, document: Document) -> tuple[Any, str]:
    """Ask one rule. Whatever it stumbles over costs its own field only."""
    try:
        return rule.choose(document)
    except Exception:
        log.warning("metadata rule failed: %s", rule.key, exc_info=True)
        return None, ""


def _preview(document: Document, found: dict[str, Any], sources: dict[str, str]) -> Preview:
    if reason := blocked(document):
        found = {key: value for key, value in found.items() if key in KEPT_OF_A_WALL} | {"blocked": reason}
        sources = {key: value for key, value in sources.items() if key in found}
    if images := found.get("images"):
        found["image"], sources["image"] = images[0], sources["images"]
    vocabulary = {key: tuple(values) for key, values in document.metas.items() if key.startswith(_VOCABULARIES)}
    if "hreflang" in found:
        found["hreflang"] = MappingProxyType(found["hreflang"])
    sources.pop("me", None)
    return Preview(**found, sources=MappingProxyType(sources), vocabulary=MappingProxyType(vocabulary))
