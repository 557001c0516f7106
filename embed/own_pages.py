"""What our own pages say of themselves, for cards of them: we do not fetch from ourselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.errors import FetchFailed

# Path -> title and description. The home page has the picture, and is the example that needs no other server.
_PAGES: Mapping[str, tuple[str, str]] = {
    "/": (
        "Everything social, from your own server",
        "Buttons and cards for any page: no third party before a click.",
    ),
    "/builder": ("Builder", "Choose a widget and its look, see it at once, and take the code."),
    "/check": ("Check", "How a page will look when it is shared, and what to put right."),
}
_PICTURE = {"url": "/static/card.webp", "width": 960, "height": 502, "colour": "#c8321b"}


def preview_of(path: str, base_url: str) -> dict[str, Any]:
    """Return a preview of a page of ours, as `og.preview` would; raise FetchFailed for any other."""
    if path not in _PAGES:
        raise FetchFailed("This server reads no pages of its own.", code="own_address")
    title, description = _PAGES[path]
    found: dict[str, Any] = {"title": title, "description": description, "site_name": "Handbill", "lang": "en"}
    found["image"] = {**_PICTURE, "url": base_url + str(_PICTURE["url"])}
    return found
