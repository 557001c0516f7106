"""An oEmbed answer as the one post it is about (https://oembed.com §2.3, read 2026-11).

It tells no time, and Meta's tells no author since 2025-11-03; X's is read in `networks/_x_posts.py`, whose addresses
hold the time.
"""

from __future__ import annotations

import re
from typing import Any

from networks._html import of_clean, sanitised
from networks._walk import ident, name, query, record, size, text, web
from networks.records import Answer, Author, Media, Page, Post

# An embed is some hundred characters and the words of one post.
LONGEST = 20_000
TYPES = frozenset({"rich", "video", "photo", "link"})
_QUOTED = re.compile(r"(?is)<blockquote\b[^>]*>(.*?)</blockquote>")
_ADDRESS = re.compile(
    r"(?i)\b(?:cite|data-instgrm-permalink|data-href|data-bluesky-uri|data-text-post-permalink)=[\"']([^\"']+)"
)


def is_one(data: Any) -> bool:
    """Whether parsed JSON is an oEmbed answer."""
    body = record(data)
    told = {"html", "provider_name", "author_name", "thumbnail_url", "provider_url"} & set(body)
    return ident(body.get("type")) in TYPES and str(body.get("version")) in ("1.0", "1") and bool(told)


def page(data: Any, answer: Answer, network: str) -> Page:
    """Return the post of an oEmbed answer, if it has an address."""
    body = record(data)
    raw = text(body.get("html"))[:LONGEST]
    quoted = _QUOTED.search(raw)
    html = sanitised(quoted[1] if quoted else "")
    shown, home = name(body.get("author_name")), web(body.get("author_url"))
    author = Author(shown, url=home) if shown or home else None
    found = _ADDRESS.search(raw)
    url = web(body.get("url")) if body.get("type") != "photo" else ""
    url = url or web(found[1] if found else "") or _asked(answer.url)
    title = name(body.get("title"))
    words = of_clean(html)
    if not url:
        return Page(shown or title, author=author)
    post = Post(
        url, url, author=author, text=words, html=html, media=tuple(_media(body)), network=network,
        title="" if words.startswith(title[:40]) else title,
    )  # fmt: skip
    return Page(shown or title, (post,), author=author)


def _asked(url: str) -> str:
    """Return the page that was asked about."""
    return web(query(url).get("url", ""))


def _media(body: Any) -> list[Media]:
    kind, still = body.get("type"), web(body.get("thumbnail_url"))
    sizes = size(body.get("width")), size(body.get("height"))
    if kind == "photo" and web(body.get("url")):
        return [Media("image", web(body.get("url")), *sizes, alt=name(body.get("title")))]
    frame = re.search(r"(?i)<iframe\b[^>]*?\bsrc=[\"']([^\"']+)", text(body.get("html"))[:LONGEST])
    player = web(frame[1]) if frame and kind == "video" else ""
    if player:
        return [Media("video", player, *sizes, poster=still, embed=True)]
    return (
        [Media("image", still, size(body.get("thumbnail_width")), size(body.get("thumbnail_height")))]
        if still
        else []
    )
