"""Fetch an address and read its preview: the page, and what else it takes, each through the client handed in.

Bounds: one deadline for all requests together; of a page `PAGE_BYTES`; besides it at most one meta refresh after
another up to `REFRESHES`, one oEmbed answer, one manifest, and the first bytes of one picture. What fails besides the
page costs only what it would have added.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Any, Protocol

from core.errors import BadReply, FetchFailed
from core.http import Reply
from og.reader.addresses import absolute, page_address
from og.reader.compose import from_document
from og.reader.dimensions import ENOUGH, dimensions
from og.reader.document import Document
from og.reader.encoding import as_utf8, is_xml
from og.reader.icons import ranked, side
from og.reader.oembed import discovered, fields_of, registered
from og.reader.robots_txt import DEADLINE as ROBOTS
from og.reader.robots_txt import Robots
from og.reader.rules.media import media_type
from og.reader.targets import kind_of, target
from og.record import Icon, Image, Preview
from og.robots import header_rules

ACCEPT = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.5"
# Seconds for everything. Clients of previews give up after ten (https://docs.joinmastodon.org/, Slack's crawler: 3).
DEADLINE = 9.0
# Seconds for one request besides the page.
EXTRA = 3.0
# The largest head of 1,200 real pages ends before 1 MB; tags further on are lost.
PAGE_BYTES = 2_000_000
ANSWER_BYTES = 100_000
REFRESHES = 2
# Seconds that a refresh may wait and still be a redirect (https://www.w3.org/TR/WCAG20-TECHS/H76.html: 0).
SOON = 5
# Pixels that an icon should have for cards; smaller ones send us to the manifest.
SHARP = 96

_REFRESH = re.compile(r"\s*(\d{1,4})(?:\.\d*)?\s*[;,]\s*(?:url\s*=\s*)?[\"']?([^\"']+)", re.IGNORECASE)
# What is said of a page that its site's robots.txt keeps from us.
FORBIDDEN = "robots"
# What a status says where no page was given (RFC 9110 §15.5).
BLOCKED = {
    401: "login_wall",
    403: "bot_wall",
    404: "not_found",
    407: "login_wall",
    410: "not_found",
    429: "bot_wall",
    451: "not_found",
}


class Getter(Protocol):
    """What of `core.http.Http` is needed."""

    def get(
        self, url: str, *, accept: str = "*/*", max_bytes: int = 0, truncate: bool = False, deadline: float = 0
    ) -> Reply:
        """Fetch an address."""


@dataclass
class _Time:
    """What is left of the deadline, in seconds."""

    until: float

    def left(self, most: float) -> float:
        return max(0.0, min(most, self.until - time.monotonic()))


def read(url: str, http: Getter, robots: Robots | None = None) -> Preview:
    """Return the preview of an address; raise FetchFailed where it cannot be had.

    A page that answers 4xx, whose content is a wall, or that its site's robots.txt keeps from us is a preview with
    ``blocked`` and no title. ``robots`` remembers the sites' files; without it the file is asked for each time.
    """
    clock = _Time(time.monotonic() + DEADLINE)
    preview, document = _page(url, http, clock, robots or Robots(http))
    if document is not None or preview.blocked == FORBIDDEN:
        preview = _with_oembed(preview, http, clock)
    if document is not None and not preview.blocked:
        preview = _with_manifest(preview, document, http, clock)
    return _with_dimensions(preview, http, clock)


def _page(url: str, http: Getter, clock: _Time, robots: Robots) -> tuple[Preview, Document | None]:
    """Return the preview of a page or a file, and the page."""
    for refresh in range(REFRESHES + 1):
        if not robots.allows(url, clock.left(ROBOTS)):
            return _forbidden(url), None
        reply = http.get(
            url, accept=ACCEPT, max_bytes=PAGE_BYTES, truncate=True, deadline=clock.left(DEADLINE) or EXTRA / 10
        )
        if reply.url != url and not robots.allows(reply.url, clock.left(ROBOTS)):
            return _forbidden(reply.url), None  # known only after the redirect: what came is thrown away
        content_type = reply.headers.get("content-type", "")
        kind = kind_of(reply.media_type, reply.body)
        if kind != "text/html":
            return _answered(reply, target(reply.url, kind, content_type, reply.body)), None
        text, _ = as_utf8(reply.body, content_type)
        document = Document(text, page_address(reply.url), xml=is_xml(content_type))
        preview = _answered(reply, from_document(document))
        onward = _refresh(document) if not preview.description and not preview.blocked else ""
        if not onward or refresh == REFRESHES:
            return _with_header(preview, reply), document
        url = onward
    raise BadReply("The page sends its visitors round in circles.")


def _forbidden(url: str) -> Preview:
    """Return the preview of a page that we may not ask for."""
    sources = {"url": "given", "blocked": "robots.txt"}
    return Preview(url=page_address(url), blocked=FORBIDDEN, sources=MappingProxyType(sources))


def _answered(reply: Reply, preview: Preview) -> Preview:
    """Return the preview as its status lets it be: what is not 2xx is not the page."""
    if 200 <= reply.status < 300:
        return preview
    reason = preview.blocked or BLOCKED.get(reply.status, "")
    if not reason:
        raise BadReply(f"The page's server answered {reply.status}.")
    kept = {name: getattr(preview, name) for name in ("lang", "dir", "favicon", "icons", "oembed")}
    sources = {key: source for key, source in preview.sources.items() if kept.get(key)}
    return Preview(url=reply.url, **kept, blocked=reason, sources=MappingProxyType({"url": "given", **sources}))


def _refresh(document: Document) -> str:
    match = _REFRESH.match(document.tags.refresh[:3000])
    if not match or int(match[1]) > SOON:
        return ""
    onward = document.address(match[2])
    return onward if onward != document.url else ""


def _with_header(preview: Preview, reply: Reply) -> Preview:
    """Add what the header says for robots (https://developers.google.com/search/docs, X-Robots-Tag)."""
    said = header_rules(reply.headers.get("x-robots-tag", ""))
    if not said:
        return preview
    rules = dict.fromkeys(part.strip() for part in (*preview.robots.split(","), *said) if part.strip())
    return _filled(replace(preview, robots=""), {"robots": ", ".join(rules)}, "x-robots-tag")


def _filled(preview: Preview, found: dict[str, Any], source: str) -> Preview:
    """Return the preview with those fields that it lacked."""
    names = {item.name for item in fields(preview)}
    new = {key: value for key, value in found.items() if value and key in names and not getattr(preview, key)}
    if not new:
        return preview
    return replace(preview, **new, sources=MappingProxyType({**preview.sources, **dict.fromkeys(new, source)}))


def _asked(url: str, http: Getter, clock: _Time, *, accept: str, most: int, truncate: bool = False) -> Reply | None:
    """Return the answer of a request besides the page; None where it failed or there is no time."""
    seconds = clock.left(EXTRA)
    if seconds < 0.1:
        return None
    try:
        reply = http.get(url, accept=accept, max_bytes=most, truncate=truncate, deadline=seconds)
    except FetchFailed:
        return None
    return reply if 200 <= reply.status < 300 else None


def _json(url: str, http: Getter, clock: _Time) -> Any:
    reply = _asked(url, http, clock, accept="application/json", most=ANSWER_BYTES)
    try:
        return reply.json() if reply else None
    except BadReply:
        return None


def _with_oembed(preview: Preview, http: Getter, clock: _Time) -> Preview:
    """Ask what oEmbed knows where the page lacks a title, a picture or an author. A wall that it passes is none."""
    link = discovered(preview)
    lacking = not (preview.title and preview.image and preview.author)
    url = link.url if link and lacking else "" if preview.title else registered(preview.url)
    found = fields_of(_json(url, http, clock), preview.url) if url else {}
    if preview.blocked and found.get("title"):
        preview = replace(preview, blocked="")
    return _filled(preview, found, "oembed") if not preview.blocked else preview


def _with_manifest(preview: Preview, document: Document, http: Getter, clock: _Time) -> Preview:
    """Add the icons of the web manifest (https://www.w3.org/TR/appmanifest/#icons-member) where others are small."""
    url = document.link("manifest")
    if not url or any(icon.rel != "mask-icon" and side(icon) >= SHARP for icon in preview.icons):
        return preview
    manifest = _json(url, http, clock)
    listed = manifest.get("icons") if isinstance(manifest, dict) else None
    new = [icon for item in (listed if isinstance(listed, list) else [])[:20] if (icon := _icon(item, url))]
    if not new:
        return preview
    icons = ranked([*preview.icons, *new])
    sources = MappingProxyType({**preview.sources, "icons": "manifest"})
    filled = replace(preview, icons=icons, sources=sources)
    return _filled(filled, {"favicon": icons[0].url}, "manifest")


def _icon(item: Any, base: str) -> Icon | None:
    if not isinstance(item, dict) or not isinstance(item.get("src"), str):
        return None
    address = absolute(item["src"], base)
    sizes, kind = (value if isinstance(value := item.get(key), str) else "" for key in ("sizes", "type"))
    return Icon(address, "manifest", sizes.lower()[:60], media_type(kind)) if address else None


def _with_dimensions(preview: Preview, http: Getter, clock: _Time) -> Preview:
    """Add width, height and type to the page's picture from its first bytes, where the page does not tell them."""
    image = preview.image
    if image is None or (image.width and image.height):
        return preview
    reply = _asked(image.url, http, clock, accept="image/*", most=ENOUGH, truncate=True)
    found = dimensions(reply.body) if reply else None
    if not found:
        return preview
    measured = Image(image.url, found.width, found.height, found.type, image.alt)
    images = tuple(measured if one is image else one for one in preview.images)
    return replace(preview, image=measured, images=images)
