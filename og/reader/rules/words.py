"""Short words for machines: ``theme_color``, ``robots``, ``creator``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from og.reader.clean_text import clean
from og.reader.document import Document
from og.robots import TOKEN
from og.rule import Candidate, Rule, meta

# A CSS colour: a name, #hex, or a function with figures.
_COLOR = re.compile(
    r"#[0-9a-fA-F]{3,8}|[a-zA-Z]{3,30}|(?:rgb|hsl|hwb|lab|lch|oklab|oklch)a?\([\d\s.,%/degratun+-]{1,60}\)"
)
# An account of the fediverse: user@host, with or without the first @ (https://www.rfc-editor.org/rfc/rfc7565).
_ACCOUNT = re.compile(r"@?[\w.-]{1,100}@[\w.-]{1,200}")


def _colors(document: Document) -> Iterator[str]:
    """A colour for every scheme, or the light one, before a dark one."""
    tags = [found for found in document.tags.metas if found.get("name", "").strip().lower() == "theme-color"]
    for found in sorted(tags, key=lambda tag: "dark" in tag.get("media", "")):
        yield found.get("content", "")


def _color(value: str, _document: Document) -> str:
    text = value.strip()
    return text if _COLOR.fullmatch(text) else ""


def _robots(document: Document) -> Iterator[str]:
    said = (*document.metas.get("robots", ()), *document.metas.get(TOKEN, ()))
    rules = [part.strip().lower() for value in said for part in value.split(",")]
    yield ", ".join(dict.fromkeys(part for part in rules if part))


def _account(value: str, _document: Document) -> str:
    text = value.strip()
    return text if _ACCOUNT.fullmatch(text) else ""


THEME_COLOR = Rule("theme_color", "theme_color", (Candidate("theme-color", _colors),), _color)
ROBOTS = Rule("robots", "robots", (Candidate("robots", _robots),), lambda value, _document: clean(value, 300))
CREATOR = Rule("creator", "creator", meta("fediverse:creator"), _account)
