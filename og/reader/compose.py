"""From a page that is read to its preview: each rule is asked for its field, the first that knows it is believed."""

from __future__ import annotations

import logging
from types import MappingProxyType
from typing import Any

from og.reader.document import Document
from og.reader.rules import built_in, plugged_in
from og.reader.walls import blocked
from og.record import Image, Preview
from og.rule import Rule

log = logging.getLogger(__name__)
# What a wall says truly: of the site, not of the page behind it.
KEPT_OF_A_WALL = frozenset({"url", "lang", "dir", "favicon", "icons", "theme_color", "robots"})
# Keys of the vocabularies whose metas are kept for callers in this process.
_VOCABULARIES = ("og:", "article:", "book:", "profile:", "music:", "video:", "product:", "twitter:", "fb:", "al:")


def from_document(document: Document) -> Preview:
    """Return the preview of a page that is read already."""
    found: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for rule in (*plugged_in(), *built_in()):
        if rule.field not in found and rule.applies(document.host):
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


def _shown(images: tuple[Image, ...]) -> Image:
    """Return the first picture that cards can show: no platform takes SVG (docs/check.md)."""
    return next((image for image in images if not _is_svg(image)), images[0])


def _is_svg(image: Image) -> bool:
    path = image.url.partition("?")[0].partition("#")[0].lower()
    return image.type == "image/svg+xml" or path.endswith((".svg", ".svgz"))


def _preview(document: Document, found: dict[str, Any], sources: dict[str, str]) -> Preview:
    if reason := blocked(document):
        found = {key: value for key, value in found.items() if key in KEPT_OF_A_WALL} | {"blocked": reason}
        sources = {key: value for key, value in sources.items() if key in found}
    if images := found.get("images"):
        found["image"], sources["image"] = _shown(images), sources["images"]
    vocabulary = {key: tuple(values) for key, values in document.metas.items() if key.startswith(_VOCABULARIES)}
    if "hreflang" in found:
        found["hreflang"] = MappingProxyType(found["hreflang"])
    sources.pop("me", None)
    return Preview(**found, sources=MappingProxyType(sources), vocabulary=MappingProxyType(vocabulary))
