"""A post as it is drawn: what its network's policy asks for, words in the reader's language, what fits.

The one place where the duties of display are kept (`networks.records.Policy.chrome`): what a post must carry is in
`DUTIES`, and a post that cannot carry it is not drawn.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from core.addresses import origin_of
from og.reader.clean_text import cut
from widgets.words import Words

if TYPE_CHECKING:
    from feeds.show import Picture, ShownLink, ShownMedia, ShownPoll, ShownPost

# Characters. A post of any network for short posts is shown whole (Mastodon 500, Threads 500, Bluesky 300); of an
# article there is enough to know whether to open it.
LONGEST_TEXT, LONGEST_QUOTE, LONGEST_TITLE, LONGEST_NAME = 700, 280, 200, 80
# Pictures side by side; the others wait behind the last, as on the networks themselves.
SIDE_BY_SIDE = 4
# A picture's shape, width to height: narrower ones would fill a screen, wider ones be a line.
NARROWEST, WIDEST = 0.75, 3.0
# The shape that is kept free for a picture whose own nobody knows yet: that of most photographs.
USUAL = (640, 480)
# The picture of a page that a post points to, in pixels: beside its title.
THUMB = 96
# The proxy's address of a picture at twice the density, which is the large one that a click shows.
_TWICE = re.compile(r"(\S+) 2x")
# What may stand in a policy: of what WHATWG lets be a host, a semicolon would begin another rule.
_ORIGIN = re.compile(r"https?://[a-z0-9.-]{1,253}(?::\d{1,5})?")
_HEADING = re.compile(r"<(/?)h[1-6]\b[^>]*>")

# What a post must carry -> whether this one does (networks.records.Policy.chrome).
DUTIES: Mapping[str, Callable[[Mapping[str, Any]], bool]] = MappingProxyType(
    {
        "author": lambda post: bool(post["author"]["name"]),
        "link": lambda post: bool(post["url"]),
        "logo": lambda post: bool(post["network"]["path"]),
        "time": lambda post: bool(post["time"]),
        "text": lambda post: post["whole"],
        "edited": lambda post: bool(post["edited"]) or not post["was_edited"],
        "own-actions": lambda post: post["partial"] == "own",
    }
)


def item(post: ShownPost, words: Words) -> dict[str, Any] | None:
    """Return a post as the template reads it; None where it cannot carry what its network's policy asks for."""
    inner = post["repost"] or post
    made = _item(inner, words)
    made["pinned"] = words.text("pinned") if post["pinned"] else ""
    if post["repost"]:
        made["key"] = post["key"]
        made["by"] = words.text("reposted", author=_name(post))
        made["media"] = made["media"] or _media(post["media"], inner, words)
    quote = inner["quote"]
    made["quote"] = _quote(quote, words) if quote else None
    return made if kept(made, [*post["chrome"], *inner["chrome"]]) else None


def kept(made: Mapping[str, Any], chrome: Iterable[str]) -> bool:
    """Return whether a drawn post carries all that it must."""
    return all(DUTIES[duty](made) for duty in chrome if duty in DUTIES)


def _item(post: ShownPost, words: Words) -> dict[str, Any]:
    whole = "text" in post["chrome"] or len(post["text"]) <= LONGEST_TEXT
    network = post["network"]
    return {
        "key": post["key"],
        "url": post["url"],
        "network": {"key": network["key"], "name": network["name"], "path": network["path"]},
        "place": _host(post["url"]) if network["key"] == "rss" and post["url"] else network["name"],
        "partial": "own" if "own-actions" in post["chrome"] else "post",
        "view": words.text("view_on", network=network["name"]),
        "by": "",
        "author": _author(post),
        "time": post["time"],
        "when": when(post["time"], words),
        "edited": words.text("edited") if post["edited"] else "",
        "was_edited": bool(post["edited"]),
        "title": cut(post["title"], LONGEST_TITLE) if post["title"] != post["text"] else "",
        "whole": whole,
        "html": _html(post, whole),
        "lang": post["lang"],
        "veil": post["warning"] or (words.text("sensitive") if post["sensitive"] else ""),
        "folded": bool(post["warning"]),
        "media": _media(post["media"], post, words),
        "link": _link(post["link"]) if post["link"] else None,
        "poll": _poll(post["poll"], words) if post["poll"] else [],
        "quote": None,
    }


# --- who, when, and the words ---


def _author(post: ShownPost) -> dict[str, Any]:
    author = post["author"]
    name = _name(post)
    found: dict[str, Any] = {"name": name, "handle": "", "url": post["url"], "face": None, "letter": name[:1].upper()}
    if author:
        handle = author["handle"].lstrip("@")
        both = handle != name or "own-actions" in post["chrome"]  # X wants both, even where they are the same
        found["handle"] = f"@{handle}" if handle and both else ""
        found["url"] = author["url"] or post["url"]
        found["face"] = author["avatar"]
    return found


def _name(post: ShownPost) -> str:
    """Return what the author is called; the site's name where nobody is named, as in many RSS feeds."""
    author = post["author"] or {"name": "", "handle": ""}
    return cut(author["name"] or author["handle"] or _host(post["url"]), LONGEST_NAME)


def _host(url: str) -> str:
    return urlsplit(url).netloc.removeprefix("www.")


def when(time: str, words: Words) -> str:
    """Return the day of a time (ISO 8601) in words; the script says the hour, in the visitor's own time zone."""
    try:
        return words.date(datetime.fromisoformat(time).astimezone(UTC).date())
    except (ValueError, OverflowError):
        return ""


def _html(post: ShownPost, whole: bool) -> Markup:
    """Return the words of a post: sanitised HTML, or of a long one the beginning, as text.

    Headings become bold lines: a post does not take part in the outline of the page that it stands on.
    """
    if whole and post["html"]:
        said = _HEADING.sub(lambda found: "</strong></p>" if found[1] else "<p><strong>", post["html"])
        return Markup(said)
    return paragraphs(post["text"] if whole else cut(post["text"], LONGEST_TEXT))


def paragraphs(text: str) -> Markup:
    """Return plain text as paragraphs, a line break where it has one."""
    parts = [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]
    return Markup("").join(
        Markup("<p>{}</p>").format(Markup("<br>").join(map(escape, part.split("\n")))) for part in parts
    )


# --- what goes with it ---


def _media(media: Iterable[ShownMedia], post: ShownPost, words: Words) -> list[dict[str, Any]]:
    """Return pictures, films and sounds; side by side they are squares, alone they keep their shape."""
    found = [_one(one, post, words) for one in media]
    single = len(found) == 1
    for at, one in enumerate(found):
        if one["picture"]:
            one["picture"] = _shaped(one["picture"], square=not single)
        one["rest"] = len(found) - SIDE_BY_SIDE if at == SIDE_BY_SIDE - 1 and len(found) > SIDE_BY_SIDE else 0
        one["beyond"] = at >= SIDE_BY_SIDE
    return found


def _one(one: ShownMedia, post: ShownPost, words: Words) -> dict[str, Any]:
    kind = {"image": "picture", "audio": "sound"}.get(one["type"], "video")
    plays, src = _player(one, post["url"]) if kind != "picture" else ("", "")
    name = post["title"] if plays and post["title"] else words.text(kind)
    large = _large(one["picture"]) if kind == "picture" and one["picture"] else ""
    return {
        "type": kind,
        "href": large or post["url"] or one["url"],
        "large": bool(large),
        "alt": one["alt"],
        "label": f"{words.text('play')}: {one['alt'] or name}" if plays else one["alt"] or name,
        "picture": one["picture"],
        "plays": plays,
        "src": src,
    }


def _player(one: ShownMedia, page: str) -> tuple[str, str]:
    """Return the element that plays a film or sound, and its address: https only; nothing where it is not known."""
    from og.players import player_for

    player = player_for(one["url"]) or (player_for(page) if one["embed"] else None)
    if player:
        return "iframe", player.src
    if one["embed"] or not one["url"].startswith("https://"):
        return "", ""
    return ("audio" if one["type"] == "audio" else "video"), one["url"]


def _large(picture: Picture) -> str:
    twice = _TWICE.fullmatch(picture["srcset"])
    return twice[1] if twice else picture["src"]


def _shaped(picture: Picture, *, square: bool) -> dict[str, Any]:
    """Return a picture with the size of the room that is kept for it; the sheet lets it fill that room."""
    width, height = (picture["width"], picture["height"]) if picture["width"] and picture["height"] else USUAL
    if square:
        height = width
    ratio = min(max(width / height, NARROWEST), WIDEST)
    return {**picture, "width": width, "height": max(1, round(width / ratio))}


def _link(link: ShownLink) -> dict[str, Any]:
    picture = {**link["picture"], "width": THUMB, "height": THUMB} if link["picture"] else None
    title = cut(link["title"] or link["url"], LONGEST_TITLE)
    return {**link, "title": title, "description": cut(link["description"], LONGEST_QUOTE), "picture": picture}


def _poll(poll: ShownPoll, words: Words) -> list[dict[str, Any]]:
    return [
        {"title": one["title"], "percent": one["percent"], "share": _percent(one["percent"], words)}
        for one in poll["options"]
    ]


def _percent(value: int | None, words: Words) -> str:
    from babel.numbers import format_percent

    return "" if value is None else format_percent(value / 100, locale=words.locale, numbering_system="default")


def _quote(post: ShownPost, words: Words) -> dict[str, Any]:
    text = cut(post["text"] or post["title"], LONGEST_QUOTE) if "text" not in post["chrome"] else post["text"]
    hidden = post["warning"] or (words.text("sensitive") if post["sensitive"] else "")
    return {
        "url": post["url"],
        "network": {"key": post["network"]["key"]},
        "author": _author(post),
        "text": hidden or text,
        "lang": post["lang"],
        "quote": None,
    }


def origins(posts: Iterable[Mapping[str, Any]], *elements: str) -> list[str]:
    """Return the origins of what posts may play in these elements, for the policy of our own frame."""
    found = {origin_of(one["src"]) for post in posts for one in post["media"] if one["plays"] in elements}
    return sorted(one for one in found if _ORIGIN.fullmatch(one))
