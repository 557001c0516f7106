"""The card of a page, made of what the page says of itself: for sites that cannot ask us for a signed address.

    <meta property="og:image" content="https://social.example.org/og/page.png?url=https%3A%2F%2Fexample.org%2Fpost">

A page that names this very address as its picture is no loop: our own pictures are passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from core.errors import NotAllowed, NotFound
from core.settings import is_loopback
from og.card_service.address import PREFIX
from og.drawing.colours import parsed
from og.reader.addresses import host_of

if TYPE_CHECKING:
    from core.sites import Site

# Which layout shows what kind of page; `og:type` by its first part (https://ogp.me/#types, read 2026-11).
LAYOUTS: Mapping[str, str] = {
    "article": "article",
    "blog": "blog",
    "book": "media",
    "event": "event",
    "music": "media",
    "product": "product",
    "profile": "profile",
    "video": "media",
}
# Where a layout shows the page's picture, if not beside the words.
PLACES: Mapping[str, str] = {"photo": "background", "profile": "avatar"}
# Pixels an icon must have to be the site's mark on a card.
MARK = 96
# A colour whose strongest and weakest part differ by less is a grey: no brand's.
COLOURFUL = 48


def allowed(url: str, sites: Iterable[Site], *, development: bool = False) -> str:
    """Return the key of the site whose page this is; raise NotAllowed where it is none of them.

    In development pages of this machine are allowed too, under the key "".
    """
    host = urlsplit(url).hostname or ""
    for site in sites:
        if host in site.options.preview_hosts or host in (urlsplit(origin).hostname for origin in site.origins):
            return site.key
    if development and is_loopback(url):
        return ""
    raise NotAllowed(
        "Cards are drawn for pages of registered sites only. Add the page's origin to a site.",
        code="host_not_allowed",
        field="url",
    )


def card_of(preview: Mapping[str, Any], own: str, layout: str = "") -> dict[str, Any]:
    """Return the card of a page from its preview's JSON, in a layout or the one that fits its kind.

    ``own`` is our base address.

    Raises NotFound for a page that shows no content (code ``page_blocked``).
    """
    if preview.get("blocked"):
        raise NotFound(f"That page has nothing to show: {preview['blocked']}.", code="page_blocked", field="url")
    picture = next((image["url"] for image in preview.get("images", ()) if not _ours(image["url"], own)), "")
    layout = layout or _layout(preview, picture)
    site = preview.get("site_name") or host_of(preview["url"])
    card = {
        "layout": layout,
        "title": preview.get("title") or site,
        "description": preview.get("description"),
        "site": site,
        "author": preview.get("author"),
        "date": preview.get("published"),
        "lang": preview.get("lang"),
        "logo": _mark(preview),
        PLACES.get(layout, "picture"): picture,
        "theme": {"accent": accent} if (accent := _brand(preview.get("theme_color", ""))) else None,
    }
    return {name: value for name, value in card.items() if value}


def _layout(preview: Mapping[str, Any], picture: str) -> str:
    """Return the layout for a kind of page. A page with a picture and no kind of its own shows the picture."""
    kind = str(preview.get("type", "")).partition(".")[0].partition(":")[0].lower()
    layout = LAYOUTS.get(kind) or ("photo" if picture else "plain")
    return "blog" if layout == "article" and picture else layout


def _ours(url: str, own: str) -> bool:
    """Return whether a picture is one of ours: drawing it would ask us for itself."""
    return url.startswith(own + PREFIX) or urlsplit(url).path.startswith(PREFIX + "page.")


def _mark(preview: Mapping[str, Any]) -> str:
    """Return the address of the site's mark: its largest icon that is a picture, where it is not too small."""
    for icon in preview.get("icons", ()):
        side = max((int(n) for n in str(icon.get("sizes", "")).split("x")[:1] if n.isdigit()), default=0)
        touch = "apple-touch-icon" in str(icon.get("rel", ""))  # 180 pixels where nothing else is said
        drawable = "svg" not in str(icon.get("type", "")) and not icon["url"].partition("?")[0].endswith(".svg")
        if drawable and "mask" not in str(icon.get("rel", "")) and (side >= MARK or (touch and not side)):
            return str(icon["url"])
    return ""


def _brand(colour: str) -> str:
    """Return a page's theme colour where it is a colour, and not white, black or a grey."""
    found = parsed(colour)
    return colour if found and max(found) - min(found) >= COLOURFUL else ""
