"""Read the dates that pages write, and give them as ISO 8601: with time and offset where the page tells them.

Forms: ISO 8601 and its near misses, RFC 5322 and Java's, day-month-year in figures, and month names in the
languages of `core.date_words`. Nothing is guessed from today's date, and a time without an offset stays without one.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from core.date_words import ZONES, months

# The first newspapers; and years no page can mean. Placeholders such as 0001-01-01 fall outside.
EARLIEST, LATEST = 1600, 2099
# Longer text is prose.
LONGEST = 120

_TIME = (
    r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d+)?)?\s*(?P<half>[ap]\.?m\b\.?|[صم]\b)?"
    r"\s*\(?(?P<zone>(?:UTC|GMT)\s*[+-]\s?\d{1,2}(?::?\d\d)?(?!\d)|[+-]\d\d(?::?\d\d)?(?!\d)|[A-Za-z]{1,4}\b)?"
)
_ISO = re.compile(
    rf"(?P<year>\d{{4}})[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}})(?:(?:[T\s,|-]|\sat\s)*{_TIME})?(?!\d)", re.I
)
_COMPACT = re.compile(
    r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)"
    r"(?:T?(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?(?P<zone>Z|[+-]\d{4})?)?",
    re.I,
)
_FIGURES = re.compile(
    rf"(?P<first>\d{{1,2}})(?P<mark>[-/.])\s?(?P<second_>\d{{1,2}})(?P=mark)\s?"
    rf"(?P<year>\d{{4}})(?!\d)(?:\D{{0,12}}?{_TIME})?",
    re.I,
)
_EAST = re.compile(
    rf"(?P<year>\d{{4}})\s?[年년]\s?(?P<month>\d{{1,2}})\s?[月월]\s?(?P<day>\d{{1,2}})\s?[日일]?(?:\D{{0,6}}?{_TIME})?",
    re.I,
)
_EPOCH = re.compile(r"(\d{10})(?:\d{3})?")
_WORD = re.compile(r"[^\W\d_]+")
_CLOCK = re.compile(rf"(?<![\d:]){_TIME}", re.I)
_YEAR = re.compile(r"(?<![\d:+])(?<!\d-)((?:1[6-9]|20)\d\d)(?![\d:])")
_DAY = re.compile(r"(?<![\d:+-])(\d{1,2})(?:st|nd|rd|th|er|º|\.)?(?![\d:])", re.I)


def iso(text: str, *, month_first: bool = False) -> str:
    """Return a written date as ISO 8601, or the empty string. ``month_first`` settles what 03/05/2019 means."""
    text = " ".join(text[: LONGEST + 1].split())
    if not text or len(text) > LONGEST:
        return ""
    for read in (_from_iso, _from_compact, _from_epoch, _from_east, _from_name):
        found = read(text)
        if found:
            return found
    return _from_figures(text, month_first)


def _from_iso(text: str) -> str:
    match = _ISO.search(text)
    return _built(match, *map(int, match.group("year", "month", "day"))) if match else ""


def _from_compact(text: str) -> str:
    match = _COMPACT.fullmatch(text)
    return _built(match, *map(int, match.group("year", "month", "day"))) if match else ""


def _from_east(text: str) -> str:
    match = _EAST.search(text)
    return _built(match, *map(int, match.group("year", "month", "day"))) if match else ""


def _from_epoch(text: str) -> str:
    match = _EPOCH.fullmatch(text)
    if not match:
        return ""
    days, seconds = divmod(int(match[1]), 86_400)
    day = date(1970, 1, 1) + timedelta(days=days)
    return f"{day.isoformat()}T{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}Z"


def _from_figures(text: str, month_first: bool) -> str:
    match = _FIGURES.search(text)
    if not match:
        return ""
    first, second, year = (int(match[name]) for name in ("first", "second_", "year"))
    if second > 12 or (month_first and first <= 12 and match["mark"] != "."):
        first, second = second, first
    return _built(match, year, second, first)


def _from_name(text: str) -> str:
    """Read a date with a month's name in it, in whatever order day, year and time stand."""
    names = months()
    month = next((names[word] for word in _WORD.findall(text.lower()) if word in names), 0)
    year = _YEAR.search(text)
    if not month or not year:
        return ""
    day = _DAY.search(text[: year.start()] + " " + text[year.end() :])
    return _built(_CLOCK.search(text), int(year[1]), month, int(day[1])) if day else ""


def _built(match: re.Match[str] | None, year: int, month: int, day: int) -> str:
    """Return the date, with the time of the match where it is one."""
    try:
        found = date(year, month, day).isoformat()
    except ValueError:
        return ""
    if not EARLIEST <= year <= LATEST or found == "1970-01-01":  # a clock that was never set
        return ""
    groups = match.groupdict() if match else {}
    if not groups.get("hour"):
        return found
    hour, minute, second = int(groups["hour"]), int(groups["minute"]), int(groups.get("second") or 0)
    half = (groups.get("half") or "").lower()
    if half and hour <= 12:
        hour = hour % 12 + (12 if half[0] in "pم" else 0)
    if hour > 23 or minute > 59 or second > 60:
        return found
    return f"{found}T{hour:02}:{minute:02}:{min(second, 59):02}{_offset(groups.get('zone') or '')}"


def _offset(zone: str) -> str:
    """Return Z, an offset, or the empty string for a zone that is not told or not known."""
    name = zone.strip().lower()
    if name in ZONES:
        minutes = ZONES[name]
    elif match := re.search(r"([+-])\s?(\d{1,2}):?(\d\d)?$", name):
        minutes = (int(match[2]) * 60 + int(match[3] or 0)) * (-1 if match[1] == "-" else 1)
    else:
        return ""
    if not minutes:
        return "Z"
    if abs(minutes) > 14 * 60:
        return ""
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
