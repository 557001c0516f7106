"""Two hundred sets of fields with the characters that break tags, the same on every machine; and how to compare."""

from __future__ import annotations

import random
from typing import Any

from og.record import Preview
from og.tagging.fields import Fields
from og.tags import og_type

COUNT = 200
NASTY = (
    '"', "'", "<", ">", "&", "`", "=", "/", "\\", "</script>", "</title>", "</head>", "<!--", "-->", "--!>", "]]>",
    "<![CDATA[", "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "' onload='x", "{{7*7}}", "{% raw %}",
    "{#", "${jndi:x}", "<%= x %>", "<?php ?>", "\x00", "\x07", "\x1b[0m", "\n", "\r\n", "\t", "\u2028", "\u2029",
    "\x85", "\u00a0", "\u200b", "\ufeff", "\u202e", "\u2066", "\u2069", "\u200f", "\ud800", "\udfff", "\ufffe",
    "😀", "👩‍👩‍👧‍👦", "🇩🇪",
    "e\u0301", "عربى", "עברית", "日本語", "ไทย", "हिन्दी", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "é", "ß",
    "%00", "%3Cscript%3E", "\\u003c", "javascript:", "a b",
)  # fmt: skip
WORDS = ("Tea", "cake", "at", "five", "the", "market", "moves", "Über", "naïve", "100%", "C++", "AT&T", "R&D", "<3")
TYPES = ("", "article", "website", "product", "profile", "book", "video.other", "music.song", "event", "my:thing")
# What our reader takes once more for a character reference, as platforms would show it: no case of these.
_HOSTS = ("https://example.org/", "https://example.org/a/b?c=d&e=%22f%22#g", "https://xn--bcher-kva.example/ü?x=<y>")


def cases() -> list[dict[str, Any]]:
    """All sets of fields."""
    return [_case(random.Random(number)) for number in range(COUNT)]


def _case(chance: random.Random) -> dict[str, Any]:
    found: dict[str, Any] = {
        "url": chance.choice(_HOSTS),
        "title": _text(chance, 12),
        "description": _text(chance, 40 if chance.random() < 0.9 else 900),
        "site_name": _text(chance, 4),
        "author": chance.choice(("Zoë O’Hara", 'Ann "A" O\'Neil', "מרים כהן", "李 小龍", "Jo 😀 Day", "A & B Sons")),
        "type": chance.choice(TYPES),
        "lang": chance.choice(("en", "de-AT", "ar", "zh-Hant-TW", "pt_BR")),
        "published": chance.choice(("2026-11-22T10:00:00Z", "2026-11-22", "22 Nov 2026 10:00 +0100")),
        "images": [_image(chance, n) for n in range(chance.randrange(4))],
        "creator": "@zoë@example.social" if chance.random() < 0.1 else "zoe@example.social",
        "theme_color": chance.choice(("#c31", "#c8321b", "red")),
        "icons": [{"url": "/icon.png?a=1&b=2", "sizes": "96x96", "type": "image/png"}],
        "feeds": [{"url": "/feed?x=1&y=2", "type": "application/rss+xml", "title": _text(chance, 3)}],
        "hreflang": {"de": "/de?a=1&b=2", "x-default": "/"},
        "amp": "/amp?a=1&copy=2",
        "shortlink": "/s?a=1&lt=2",
    }
    for name in chance.sample(sorted(set(found) - {"title", "url"}), 4):
        del found[name]
    return found


def _text(chance: random.Random, most: int) -> str:
    pieces = [chance.choice(NASTY if chance.random() < 0.5 else WORDS) for _ in range(chance.randint(1, most))]
    return "Tea " + "".join(piece + chance.choice(("", " ")) for piece in pieces)


def _image(chance: random.Random, number: int) -> dict[str, Any]:
    size = {"width": 1200, "height": 630} if chance.random() < 0.7 else {}
    return {"url": f"/picture{number}.jpg?w=1&copy=2&q='\"", **size, "alt": _text(chance, 6), "type": "image/jpeg"}


# --- the same fields, as tags said them and as a reader read them ---

TEXTS = ("title", "description", "site_name", "author", "url", "canonical", "published", "modified", "lang", "dir")
VALUES = ("theme_color", "creator", "amp", "shortlink", "images", "video", "audio", "icons", "feeds", "oembed")
# og/rules: the reader cuts these there.
CUT = {"site_name": 200}


def said(fields: Fields) -> dict[str, Any]:
    """What must be read of a page with the tags of these fields."""
    found = {name: _plain(getattr(fields, name)) for name in (*TEXTS, *VALUES)}
    found |= {"hreflang": dict(fields.hreflang), "type": og_type(fields), "favicon": fields.favicon}
    for name, most in CUT.items():
        if len(found[name]) > most:
            found[name] = found[name][: most - 1].rstrip() + "…"
    return found


def read(preview: Preview) -> dict[str, Any]:
    """What was read, of the same fields."""
    names = (*TEXTS, *VALUES, "type", "favicon")
    return {name: _plain(getattr(preview, name)) for name in names} | {"hreflang": dict(preview.hreflang)}


def _plain(value: Any) -> Any:
    return [item.as_json() for item in value] if isinstance(value, tuple) else value
