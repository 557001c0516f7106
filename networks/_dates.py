"""Dates as people and their programs write them: any order, any of some languages, zones by name.

RFC 5322 §3.3 and ISO 8601 come out as they are meant; what is neither is read by its parts: a time of day, a month's
name, a year, a day. What can be read in two ways is read as most programs write it: ``3/4/2021`` with AM or PM is
March, without it is April; ``IST`` is India. The names are those of `core.date_words`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from types import MappingProxyType

from core.date_words import OTHER_ZONES, ZONES, months

# A date with its weekday, zone and a comment in the longest of the languages.
LONGEST = 100
# Letters of a month's name that tell it: no two months share more than six ("červen", "července").
FEWEST, MOST = 3, 7
# Days of the week that begin like a month, in Finnish and Hungarian.
_NO_MONTHS = ("keskiviikko", "szerda")
_ZONES = MappingProxyType({**ZONES, **OTHER_ZONES})
_CLOCK = re.compile(
    r"(?:(오후|下午|午後|오전|上午|午前)[ ]?)?(?<![\d+\-:])"
    r"(\d{1,2})[:h](\d\d)(?:[:.](\d\d)(?:[.,]\d{1,9})?)?(?![\d:])(?:[ ]?(?:([ap])\.?m|([صم]))\b)?",
    re.I,
)
_CLOCK_WITH_DOTS = re.compile(r"(?<=\d{4}[ T])()(\d{1,2})\.(\d\d)(?:\.(\d\d))?(?![\d.])()()")
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})[-/.年년][ ]?(\d{1,2})(?:[-/.月월][ ]?(\d{1,2}))?(?!\d)")
_YEAR_LAST = re.compile(r"(?<!\d)(\d{1,2})([-/. ])[ ]?(\d{1,2})(?:[-/.][ ]?(\d{4}|\d\d)|[ ](\d{4}))(?!\d)")
_PACKED = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d)?)?(?=[Z+\- ]|\Z)", re.I)
_OFFSET = re.compile(r"(?:UTC|GMT|UT|Z)?[ ]?([+-])(\d{1,2})(?::?(\d\d))?(?!\d)", re.I)
_PLACE = re.compile(r"[A-Z][a-z_]{2,14}/[A-Z][A-Za-z_\-]{2,30}(?:/[A-Z][A-Za-z_]{2,20})?")
_COMMENT = re.compile(r"\([^()]*\)|\bdel?\b")
_SECONDS = re.compile(r"(\d{10})(?:\d{3})?")
_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"(?<![\d:+\-])(\d{4}|\d{1,2})(?!\d)(?:st|nd|rd|th)?")


def read(written: str) -> datetime:
    """Return the moment that a date names, in UTC if it names no zone. Raises ValueError where it is no date."""
    words = " ".join(written[: LONGEST + 1].split())
    if not words or len(words) > LONGEST:
        raise ValueError("no date")
    if found := _SECONDS.fullmatch(words):
        return datetime.fromtimestamp(int(found[1]), UTC)
    if found := _PACKED.match(words):
        year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
        return datetime(year, month, day, hour, minute, second, tzinfo=_zone(words[found.end() :]))
    words = _COMMENT.sub(" ", words)
    clock = _CLOCK.search(words) or _CLOCK_WITH_DOTS.search(words)
    tail = words[clock.end() :] if clock else ""
    year, month, day = _day(_without_zone(words, clock), american=bool(clock and clock[5]))
    return datetime(year, month, day, tzinfo=_zone(tail)) + _since_midnight(clock)


def _without_zone(words: str, clock: re.Match[str] | None) -> str:
    """Return what says the day: what is before the time of day, and a year behind it (``Sep 6 16:20:00 2021``)."""
    if not clock:
        return words
    return words[: clock.start()] + " " + _OFFSET.sub(" ", _PLACE.sub(" ", words[clock.end() :]))


def _since_midnight(clock: re.Match[str] | None) -> timedelta:
    """Return the time of day; 24:00 is where the next day begins, a leap second the one before it."""
    if not clock:
        return timedelta()
    hour, minute, second = int(clock[2]), int(clock[3]), int(clock[4] or 0)
    if half := (clock[1] or clock[5] or clock[6] or "").lower():
        hour = hour % 12 + (12 if half in ("p", "م", "오후", "下午", "午後") else 0)
    if hour > 24 or minute > 59 or second > 60 or (hour == 24 and minute + second):
        raise ValueError("no time of day")
    return timedelta(hours=hour, minutes=minute, seconds=min(second, 59))


def _day(words: str, *, american: bool) -> tuple[int, int, int]:
    if found := _YEAR_FIRST.search(words):
        return int(found[1]), int(found[2]), int(found[3] or 1)
    if found := _YEAR_LAST.search(words):
        first, second = int(found[1]), int(found[3])
        month_first = first <= 12 and (second > 12 or (american and found[2] == "/"))
        day, month = (second, first) if month_first else (first, second)
        return _whole_year(found[4] or found[5]), month, day
    # "mar, 06 sept 2021" begins with a Tuesday: of two words that could be months, the last is.
    named = [month for word in _WORD.findall(words.lower()) if (month := _month(word))]
    numbers = _NUMBER.findall(re.sub(r"(?<=\w)-(?=\w)", " ", words))
    year = next((number for number in numbers if len(number) == 4), "")
    days = [number for number in numbers if len(number) < 4]
    if not named or not (year or len(days) > 1):
        raise ValueError("no date")
    return _whole_year(year or days[1]), named[-1], int(days[0]) if days else 1


def _whole_year(written: str) -> int:
    """Return a year; one of two digits, or with zeros before them, as RFC 5322 §4.3 has it."""
    year = int(written)
    return year + (2000 if year < 50 else 1900) if year < 100 else year


def _month(word: str) -> int:
    """Return the month of a word that begins like its name, 0 where none does."""
    known, longest = _beginnings(), min(len(word), MOST)
    return next((at for size in range(longest, FEWEST - 1, -1) if (at := known.get(word[:size]))), 0)


@cache
def _beginnings() -> dict[str, int]:
    """Return how the names of months begin; what two of them share tells neither, unless it is itself a name."""
    meant: dict[str, set[int]] = defaultdict(set)
    for name, at in (*months().items(), *((word, 0) for word in _NO_MONTHS)):
        for size in range(FEWEST, min(len(name), MOST) + 1):
            meant[name[:size]].add(at)
    return {
        start: months().get(start) or min(ats) for start, ats in meant.items() if start in months() or len(ats) == 1
    }


def _zone(words: str) -> tzinfo:
    """Return the zone named behind a time of day: an offset, a place, a name; Greenwich's where there is none."""
    if found := _OFFSET.search(words):
        hours, minutes = int(found[2]), int(found[3] or 0)
        off = timedelta(hours=hours, minutes=minutes)
        return timezone(off if found[1] == "+" else -off) if hours < 16 and minutes < 60 else UTC
    if found := _PLACE.search(words):
        return _place(found[0])
    named = next((word for word in _WORD.findall(words.lower()) if word in _ZONES), "utc")
    return timezone(timedelta(minutes=_ZONES[named]))


def _place(name: str) -> tzinfo:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC
