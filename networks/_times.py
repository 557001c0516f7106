"""Times as posts have them: ISO 8601 in UTC, whole seconds, ending in Z. What cannot be read is the empty string."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from networks import _dates

# Outside these nothing was posted anywhere; zero stands for "never" in many APIs.
EARLIEST, LATEST = datetime(1970, 1, 2, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Bits of a time in milliseconds above which an X id has its machine and its sequence: 22
# (https://docs.x.com/fundamentals/x-ids, read 2026-11); the milliseconds count from this one.
X_BITS, X_EPOCH = 22, 1_288_834_974_657
# Record keys in atproto are 13 characters that sort, 53 bits of microseconds and 10 of a clock's number
# (https://atproto.com/specs/tid, read 2026-11).
TID = "234567abcdefghijklmnopqrstuvwxyz"
_SHORT_OFFSET = re.compile(r"([+-]\d\d)$")
_LONG_FRACTION = re.compile(r"(\.\d{6})\d+")


def iso(value: Any) -> str:
    """Return a time written as ISO 8601, as in e-mail (RFC 5322), or in another way that people write dates; one
    without an offset counts as UTC.
    """
    if not isinstance(value, str) or not 8 <= len(written := value.strip()) <= _dates.LONGEST:
        return ""
    for read in (_iso, _dates.read):
        try:
            return said(read(written))
        except (ValueError, TypeError, OverflowError):
            continue
    return ""


def _iso(written: str) -> datetime:
    return datetime.fromisoformat(_LONG_FRACTION.sub(r"\1", _SHORT_OFFSET.sub(r"\1:00", written)))


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
