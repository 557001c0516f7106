"""Times as posts have them: ISO 8601 in UTC, whole seconds, ending in Z. What cannot be read is the empty string."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

# Outside these nothing was posted anywhere; zero stands for "never" in many APIs.
EARLIEST, LATEST = datetime(1970, 1, 2, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Bits of a time in milliseconds above which an X id has its machine and its sequence: 22
# (https://docs.x.com/fundamentals/x-ids, read 2026-11); the milliseconds count from this one.
X_BITS, X_EPOCH = 22, 1_288_834_974_657
# Record keys in atproto are 13 characters that sort, 53 bits of microseconds and 10 of a clock's number
# (https://atproto.com/specs/tid, read 2026-11).
TID = "234567abcdefghijklmnopqrstuvwxyz"
# Months as feeds in these languages write them where English belongs: German, French, Spanish, Portuguese, Italian,
# Dutch. English ones are three letters, which the others share or differ from as below.
MONTHS = {
    "mär": "Mar", "mrz": "Mar", "mai": "May", "okt": "Oct", "dez": "Dec", "fév": "Feb", "fev": "Feb", "avr": "Apr",
    "jui": "Jun", "aoû": "Aug", "aou": "Aug", "déc": "Dec", "ene": "Jan", "abr": "Apr", "ago": "Aug", "dic": "Dec",
    "gen": "Jan", "mag": "May", "giu": "Jun", "lug": "Jul", "set": "Sep", "ott": "Oct", "out": "Oct", "mrt": "Mar",
    "mei": "May", "juillet": "Jul",
}  # fmt: skip
_SHORT_OFFSET = re.compile(r"([+-]\d\d)$")
_LONG_FRACTION = re.compile(r"(\.\d{6})\d+")


def iso(value: Any) -> str:
    """Return a time written as ISO 8601 or as in e-mail (RFC 5322); one without an offset counts as UTC."""
    if not isinstance(value, str) or not 8 <= len(written := value.strip()) <= 60:
        return ""
    for read in (_iso, parsedate_to_datetime, _translated):
        try:
            return said(read(written))
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return ""


def _iso(written: str) -> datetime:
    return datetime.fromisoformat(_LONG_FRACTION.sub(r"\1", _SHORT_OFFSET.sub(r"\1:00", written)))


def _translated(written: str) -> datetime:
    """Read a date as in e-mail whose month is in another language than English."""
    words = written.lower().replace(" de ", " ").replace(".", " ").split()
    put = [MONTHS.get(word) or (MONTHS.get(word[:3], word) if word.isalpha() else word) for word in words]
    return parsedate_to_datetime(" ".join(put))


def said(when: datetime) -> str:
    """Return a time as posts have it; one without an offset counts as UTC."""
    try:
        utc = when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    except (OverflowError, ValueError):
        return ""
    return utc.strftime("%Y-%m-%dT%H:%M:%SZ") if EARLIEST <= utc <= LATEST or utc == EPOCH else ""


def epoch(value: Any, per_second: int = 1) -> str:
    """Return the time of a number of seconds since 1970, or of milliseconds with ``per_second`` 1000."""
    if isinstance(value, str) and re.fullmatch(r"\d{1,19}(?:\.\d{1,9})?", value):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e17:
        return ""
    try:
        return said(EPOCH + timedelta(seconds=value / per_second))
    except (OverflowError, ValueError):
        return ""


def of_x_id(value: str) -> str:
    """Return when a post of X was made, from its id alone; ids from before November 2010 hold no time."""
    if not re.fullmatch(r"[0-9]{16,19}", value):
        return ""
    return epoch((int(value) >> X_BITS) + X_EPOCH, 1000)


def of_tid(value: str) -> str:
    """Return when an atproto record was made, from its key."""
    if not re.fullmatch(rf"[{TID}]{{13}}", value):
        return ""
    number = 0
    for letter in value:
        number = number * 32 + TID.index(letter)
    return epoch(number >> 10, 1_000_000)
