"""oEmbed (https://oembed.com): what a page's provider says of it. Words and a picture are used, never its markup."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from og.players import player_for
from og.reader.addresses import absolute, host_of
from og.reader.clean_text import clean
from og.reader.rules.media import pixels
from og.record import Image, OEmbed, Preview

# Providers whose pages answer robots with a wall or without a word, and their documented addresses; read 2026-11
# (https://oembed.com/providers.json). Asked only where the page itself said no title.
ENDPOINTS = {
    "youtube.com": "https://www.youtube.com/oembed",
    "youtu.be": "https://www.youtube.com/oembed",
    "vimeo.com": "https://vimeo.com/api/oembed.json",
    "x.com": "https://publish.x.com/oembed",
    "twitter.com": "https://publish.x.com/oembed",
    "tiktok.com": "https://www.tiktok.com/oembed",
    "open.spotify.com": "https://open.spotify.com/oembed",
    "soundcloud.com": "https://soundcloud.com/oembed",
    "reddit.com": "https://www.reddit.com/oembed",
    "flickr.com": "https://www.flickr.com/services/oembed",
    "dailymotion.com": "https://www.dailymotion.com/services/oembed",
    "bsky.app": "https://embed.bsky.app/oembed",
    "pinterest.com": "https://www.pinterest.com/oembed.json",
    "ted.com": "https://www.ted.com/services/v1/oembed.json",
    "mixcloud.com": "https://app.mixcloud.com/oembed/",
    "speakerdeck.com": "https://speakerdeck.com/oembed.json",
    "codepen.io": "https://codepen.io/api/oembed",
}


def discovered(preview: Preview) -> OEmbed | None:
    """Return the JSON answer that the page itself links to, if any."""
    return next((link for link in preview.oembed if "json" in link.type), None)


def registered(url: str) -> str:
    """Return the address to ask a known provider at about a page, or the empty string."""
    endpoint = ENDPOINTS.get(host_of(url).removeprefix("m."), "")
    return f"{endpoint}?format=json&url={quote(url, safe='')}" if endpoint else ""


def fields_of(answer: Any, base: str) -> dict[str, Any]:
    """Return the preview's fields that an oEmbed answer gives (§2.3.4), all checked as a page's are."""
    if not isinstance(answer, Mapping):
        return {}
    words = {key: clean(value, 1000) for key, name in _WORDS if isinstance(value := answer.get(name), str)}
    found: dict[str, Any] = {key: value for key, value in words.items() if value}
    if image := _picture(answer, base):
        found |= {"image": image, "images": (image,)}
    if player := player_for(base, pixels(answer.get("width")), pixels(answer.get("height"))):
        found["player"] = player
    return found


_WORDS = (("title", "title"), ("author", "author_name"), ("site_name", "provider_name"))


def _picture(answer: Mapping[str, Any], base: str) -> Image | None:
    prefix = "" if answer.get("type") == "photo" else "thumbnail_"
    address = answer.get(f"{prefix}url")
    full = absolute(address, base) if isinstance(address, str) else ""
    return Image(full, pixels(answer.get(f"{prefix}width")), pixels(answer.get(f"{prefix}height"))) if full else None
