"""What layouts can show of a card: its fields, and what is made of them (a date in words, an owner's name)."""

from __future__ import annotations

import re
from datetime import date

from core.locales import locale_of
from og.card import Card
from og.layouts.names import PLAIN

# ISO 8601 as the web writes it (RFC 3339 §5.6, the time may be absent), alone or at the start of a text.
_ISO = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::\d{2}(?:[.,]\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?(?![\d-])")
# An owner's name as code hosts take it, and whatever has no space in it for the project's.
_FULL_NAME = re.compile(r"\s*([\w.~@-]+)\s?/\s?(\S+)\s*")
_AFTER_DATE = re.compile(r"^[\s·,;|–—-]+")


def values(card: Card) -> dict[str, str]:
    """Return every text by name; an absent one is not there. Pictures have their address."""
    found = {name: getattr(card, name) for name in PLAIN}
    found["facts"] = " · ".join(card.facts)
    found |= {f"fact{number}": fact for number, fact in enumerate(card.facts, 1)}
    found["progress"] = "" if card.progress is None else f"{card.progress:g}%"
    found["initial"] = card.author[:1].upper()
    found |= _title(card) if card.layout == "repo" or "/" in card.title else {"name": card.title}
    found |= _date(card, found)
    _promote(found)
    return {name: value for name, value in found.items() if value}


def _promote(found: dict[str, str]) -> None:
    """Give the title's place to what there is, where there is no title."""
    for name in ("description", "site"):
        if not found["title"] and not found["value"] and found[name]:
            found["title"] = found["name"] = found[name]
            found[name] = ""


def _title(card: Card) -> dict[str, str]:
    """Split the full name of a repository, "owner/name"; a sentence with a slash in it is none."""
    match = _FULL_NAME.fullmatch(card.title)
    return {"owner": match[1], "name": match[2]} if match else {"name": card.title}


def _date(card: Card, found: dict[str, str]) -> dict[str, str]:
    """Return a date in the card's language; an event's may stand at the start of its description."""
    match = _ISO.match(card.date)
    if not card.date and card.layout == "event":
        match = _ISO.match(card.description)
        if match:
            found["description"] = _AFTER_DATE.sub("", card.description[match.end() :])
    if not match:
        return {"when": card.date}
    try:
        day = date.fromisoformat(match[1])
    except ValueError:
        return {"when": card.date}
    words = {"day": str(day.day), "month": _in_words(day, card.lang, "LLL"), "time": match[2] or ""}
    whole = _in_words(day, card.lang, "long")
    return {**words, "when": f"{whole}, {match[2]}" if match[2] else whole, "date": whole}


def _in_words(day: date, lang: str, form: str) -> str:
    from babel.dates import format_date  # half a megabyte of data, which only dates need

    return format_date(day, form, locale=locale_of(lang))
