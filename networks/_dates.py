"""Dates as people and their programs write them: any order, any of some languages, zones by name.

RFC 5322 §3.3 and ISO 8601 come out as they are meant; what is neither is read by its parts: a time of day, a month's
name, a year, a day. What can be read in two ways is read as most programs write it: ``3/4/2021`` with AM or PM is
March, without it is April; ``IST`` is India. Names of months are as in Unicode CLDR 46, of zones as in RFC 5322 §4.3
and at https://www.timeanddate.com/time/zones/ (read 2026-11).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from types import MappingProxyType

# A date with its weekday, zone and a comment in the longest of the languages.
LONGEST = 100
# How months begin in English, German, French, Spanish, Portuguese, Italian, Dutch, the Scandinavian languages,
# Polish, Czech, Russian, Ukrainian, Turkish, Greek, Hungarian, Romanian and Finnish.
_MONTHS = (
    "jan ene gen ian янв січ led sty oca ιαν tammi",
    "feb fév fev фев лют úno lut şub φεβ helmi",
    "mar mär mrt mrz maa мар бер bře μαρ már",
    "apr avr abr апр кві dub kwi nis απρ ápr huhti",
    "may mai mag mei maj май мая тра kvě μαΐ μάι μαϊ máj touko",
    "jun juin giu июн чер červn czerw haz ιουν jún iun kesä",
    "jul juil lug июл лип červenc lip tem ιουλ júl iul heinä",
    "aug aoû aou ago авг сер srp sie ağu αυγ elo",
    "sep set сен вер zář wrz eyl σεπ szept syys",
    "oct okt ott out окт жов říj paź eki οκτ loka",
    "nov ноя лис lis kas νοε noi marras",
    "dec dez déc dic дек гру pro gru ara δεκ joulu",
)
_BEGINNINGS = MappingProxyType({start: at + 1 for at, names in enumerate(_MONTHS) for start in names.split()})
# Hours east of Greenwich; where two places share a name, those of the one that more people live in.
_ZONES: MappingProxyType[str, float] = MappingProxyType(
    {
        "ut": 0, "utc": 0, "gmt": 0, "z": 0, "wet": 0, "bst": 1, "cet": 1, "met": 1, "mez": 1, "west": 1, "wat": 1,
        "cest": 2, "mest": 2, "mesz": 2, "eet": 2, "sast": 2, "cat": 2, "eest": 3, "msk": 3, "trt": 3, "eat": 3,
        "idt": 3, "gst": 4, "msd": 4, "pkt": 5, "ist": 5.5, "npt": 5.75, "ict": 7, "wib": 7, "sgt": 8, "hkt": 8,
        "awst": 8, "pht": 8, "jst": 9, "kst": 9, "acst": 9.5, "aest": 10, "acdt": 10.5, "aedt": 11, "nzst": 12,
        "nzdt": 13, "ndt": -2.5, "nst": -3.5, "art": -3, "brt": -3, "clst": -3, "adt": -3, "ast": -4, "clt": -4,
        "edt": -4, "est": -5, "et": -5, "cdt": -5, "cst": -6, "ct": -6, "mdt": -6, "mst": -7, "mt": -7, "pdt": -7,
        "pst": -8, "pt": -8, "akdt": -8, "akst": -9, "hst": -10,
    }
)  # fmt: skip
_CLOCK = re.compile(
    r"(?:(오후|下午|午後|오전|上午|午前)[ ]?)?(?<![\d+\-:])"
    r"(\d{1,2})[:h](\d\d)(?:[:.](\d\d)(?:[.,]\d{1,9})?)?(?![\d:])(?:[ ]?([ap])\.?m\b)?",
    re.I,
)
_CLOCK_WITH_DOTS = re.compile(r"(?<=\d{4}[ T])()(\d{1,2})\.(\d\d)(?:\.(\d\d))?(?![\d.])()")
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
    if half := (clock[1] or clock[5] or "").lower():
        hour = hour % 12 + (12 if half in ("p", "오후", "下午", "午後") else 0)
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
    return next((at for size in range(min(len(word), 7), 2, -1) if (at := _BEGINNINGS.get(word[:size]))), 0)


def _zone(words: str) -> tzinfo:
    """Return the zone named behind a time of day: an offset, a place, a name; Greenwich's where there is none."""
    if found := _OFFSET.search(words):
        hours, minutes = int(found[2]), int(found[3] or 0)
        off = timedelta(hours=hours, minutes=minutes)
        return timezone(off if found[1] == "+" else -off) if hours < 16 and minutes < 60 else UTC
    if found := _PLACE.search(words):
        return _place(found[0])
    named = next((word for word in _WORD.findall(words.lower()) if word in _ZONES), "utc")
    return timezone(timedelta(hours=_ZONES[named]))


def _place(name: str) -> tzinfo:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC
