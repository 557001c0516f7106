"""A card of a post: the post itself, drawn as in a feed, with what its network asks for.

The server draws it (`templates/widgets/card.html`), and the script shows what the server drew. What the JSON says
beside it is a card of the page, for scripts that draw no posts: earlier versions', and the exact one of cards.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from og.reader.clean_text import cut
from widgets.base import Context
from widgets.feed_posts import item, origins

if TYPE_CHECKING:
    from widgets.page_reader import Reader, SeenPost

# Characters of the card for other scripts, as any page's (widgets/card.py).
LONGEST_TITLE, LONGEST_TEXT = 140, 200
# What the card is drawn as -> the class that its style sheet knows (static/css/card_post.css).
LOOKS: Mapping[str, str] = MappingProxyType({"list": "beside", "compact": "compact"})
# What the script says, in this order (static/js/feed_shown.js); the first two and "pause" are a feed's.
SAID = ("new_posts", "previous", "next", "pause", "play", "close")
# Counts that are told, and what they are called (widgets/languages); others are left to the network's own page.
COUNTS: Mapping[str, str] = MappingProxyType({"replies": "answers_n", "reposts": "reposts_n", "likes": "likes_n"})
# How high a card is: a line of words with its characters, what stands around the words, a picture, further pieces.
LINE, LINE_CHARACTERS, AROUND, PICTURE, PIECE = 24, 70, 150, 400, 120


def content(href: str, layout: str, reader: Reader, context: Context) -> dict[str, Any] | None:
    """Return what a card shows of the post at an address; None where the card is that of any page."""
    seen = reader.post(href, context.words.lang)
    if seen is None:
        return None
    return _drawn(seen, layout, context) if seen.shown else gone(context)


def gone(context: Context) -> dict[str, Any]:
    """Return the card of a post that is gone: it says so, and is the plain link."""
    return {"layout": "text", "title": context.words.text("post_gone"), "gone": True}


def _drawn(seen: SeenPost, layout: str, context: Context) -> dict[str, Any] | None:
    words = context.words
    post = item(seen.shown, words) if seen.shown else None
    if seen.shown is None or post is None:
        return None  # it cannot carry what its network asks for
    policy = context.networks[seen.network].policy
    told = seen.shown["repost"] or seen.shown
    post |= {
        "look": LOOKS.get(layout, ""),
        "counts": [words.plural(key, n) for name, key in COUNTS.items() if (n := told["counts"].get(name))],
        "passing": policy.max_age is not None,
    }
    return {
        **(_of_page(post) if policy.json else {"title": post["view"], "site": post["network"]["name"]}),
        "layout": "text",
        "post": post,
        "say": {name: words.text(name) for name in ("picture", "video", "sound")},
        "said": "|".join(words.text(name) for name in SAID),
        "frames": origins([post], "iframe"),
        "files": origins([post], "video", "audio"),
        "sheets": ("post", "card_post"),
    }


def _of_page(post: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the card of a page shows: who, and what is said, unless that stands behind a warning."""
    author = post["author"]
    said = post["veil"] if post["folded"] else post["title"] or str(post["html"].striptags())
    who = f"{author['name']} ({author['handle']})" if author["handle"] else author["name"]
    found = {"title": cut(who, LONGEST_TITLE), "text": cut(said, LONGEST_TEXT), "hreflang": post["lang"]}
    picture = next((one["picture"] for one in post["media"] if one["picture"]), None) if not post["veil"] else None
    shown: dict[str, Any] = {name: text for name, text in found.items() if text} | {"site": post["place"]}
    return shown | ({"picture": picture} if picture else {})


def told(found: dict[str, Any], _context: Context) -> dict[str, Any]:
    """Return a card's data as JSON has it: of a post that there is one, and where.

    The post itself is in the HTML alone: some networks forbid data forms, and scripts draw what the server drew.
    """
    post = found.get("post")
    if not post:
        return found
    network = {name: post["network"][name] for name in ("key", "name")}
    kept = {name: value for name, value in found.items() if name not in ("say", "said", "frames", "files", "sheets")}
    return kept | {"post": {"url": post["url"], "network": network}}


def height(post: Mapping[str, Any], width: int) -> int:
    """Return about how many pixels a card is high, for a frame that cannot grow; what is longer scrolls."""
    if post["look"] == "compact":
        return AROUND + LINE
    lines = len(str(post["html"].striptags())) // max(20, LINE_CHARACTERS * width // 600) + 1
    pieces = sum(bool(post[name]) for name in ("title", "poll", "quote", "link"))
    room = PICTURE if post["media"] and not post["look"] else PIECE * bool(post["media"])
    return AROUND + LINE * lines + PIECE * pieces + room * width // 600
