"""What a page's owner lets readers of previews do: robots.txt, and the robots rules of a page and its header.

Three things are told apart (docs/preview.md, "What owners forbid"):

- ``robots.txt`` (RFC 9309) says which pages we may ask for, under the name ``Handbill``: see `og.reader.robots_txt`.
- ``<meta name="robots">``, ``<meta name="handbill">`` and the ``X-Robots-Tag`` header say what may be shown of a
  page: they stand in a preview's ``robots``, and `shown` leaves out of a card what they forbid.
- Rules about indexes (``noindex``, ``noimageindex``, ``noarchive``) are not about us: we keep none.

Source of the words: https://developers.google.com/search/docs/crawling-indexing/robots-meta-tag, read 2026-11-22.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# Our name in robots.txt, in metas and in X-Robots-Tag: the first word of our User-Agent (core.services).
TOKEN = "handbill"  # noqa: S105 -- a name, not a secret
# Rules that have a value after a colon; another word before a colon is a robot's name.
_VALUED = frozenset({"max-snippet", "max-image-preview", "max-video-preview", "unavailable_after"})
_NUMBER = re.compile(r"-?\d{1,9}")
# What a header may hold that we read: some rules for some robots.
_LONGEST = 2000
_CUT = "…"


@dataclass(frozen=True)
class Showing:
    """What may be shown of a page: characters of its text (None is all), its picture, its player."""

    text: int | None = None
    picture: str = "large"  # or "small" ("standard" in Google's words), or "" for none
    player: bool = True


def header_rules(value: str, token: str = TOKEN) -> tuple[str, ...]:
    """Return the rules of an X-Robots-Tag header that are for everybody or for the robot of this name.

    A robot's name holds for the rules after it, up to the next name.
    """
    found: list[str] = []
    mine = True
    for part in value[:_LONGEST].lower().split(","):
        rule = part.strip()
        name, colon, rest = (piece.strip() for piece in rule.partition(":"))
        if colon and name not in _VALUED:
            mine, rule = name == token, rest
        if mine and rule:
            found.append(rule)
    return tuple(dict.fromkeys(found))


def showing(robots: str) -> Showing:
    """Return what may be shown by a preview's ``robots``; of rules that contradict each other the stricter counts."""
    text: int | None = None
    picture, player = "large", True
    for name, value in _rules(robots):
        if name in ("nosnippet", "nopreview"):
            text, player = 0, False
        elif name == "max-snippet" and (most := _number(value)) >= 0:
            text = most if text is None else min(text, most)
        elif name == "max-image-preview" and value in ("none", "standard"):
            picture = "" if "none" in (value, picture or "none") else "small"
        elif name == "max-video-preview" and _number(value) == 0:
            player = False
    return Showing(text, picture, player)


def shown(preview: Mapping[str, Any]) -> dict[str, Any]:
    """Return a preview's JSON without what its page does not let others show: for cards, which show it."""
    rules = showing(str(preview.get("robots", "")))
    found = dict(preview)
    if rules.text is not None:
        _shorten(found, rules.text)
    if not rules.picture:
        found.pop("image", None)
        found.pop("images", None)
    if not rules.player:
        for name in ("player", "video"):
            found.pop(name, None)
    return found


def _shorten(preview: dict[str, Any], most: int) -> None:
    text = str(preview.get("description", ""))
    if most == 0:
        preview.pop("description", None)
    elif len(text) > most:
        preview["description"] = text[: most - 1].rstrip() + _CUT


def _rules(robots: str) -> Iterator[tuple[str, str]]:
    for part in robots.lower().split(","):
        name, _, value = part.partition(":")
        yield name.strip(), value.strip()


def _number(value: str) -> int:
    """Return a rule's number; -1, which is "no limit", for what is none."""
    return int(value) if _NUMBER.fullmatch(value) else -1
