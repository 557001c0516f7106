"""What a network's headers say about its limits, in one form: `RateState`.

When a window ends is told in five ways, and a number alone does not say which: 3600 may be seconds left or a moment
in 1970. So the network's file names the dialect (`Feed.limits`):

    epoch     seconds since 1970: X, GitHub, Bluesky, Twitch
    seconds   seconds left: Reddit, Pinterest
    iso       ISO 8601: Mastodon and what speaks its API
    meta      percent used, and minutes until it is over: Facebook, Instagram, Threads
    standard  RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers-11), or the older three fields

``Retry-After`` (RFC 9110 §10.2.3) is read for all of them, in seconds or as a date.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from networks._times import iso
from networks._walk import objects, record
from networks.records import Dialect, RateState

# Nobody asks for more in good faith; a wrong clock does. Google's and X's longest windows are a day and a month.
LONGEST = timedelta(days=32)
# A longer list of policies is not meant for us: the draft's examples have two.
MOST_POLICIES = 10
FAMILIES = ("x-rate-limit-", "x-ratelimit-", "ratelimit-")
# Meta's fields: https://developers.facebook.com/docs/graph-api/overview/rate-limiting (read 2026-11)
USAGES = ("x-app-usage", "x-page-usage", "x-business-use-case-usage", "x-ad-account-usage")
PERCENTS = ("call_count", "total_time", "total_cputime", "acc_id_util_pct")
REFUSING = frozenset({403, 420, 429, 503})
_NUMBER = re.compile(r"\s*(\d{1,15})(?:\.\d+)?\s*(?:[,;].*)?")
_PARAMETER = re.compile(r"(?:^|[;,\s])(r|t|q|w|limit|remaining|reset)\s*=\s*\"?(\d{1,15})")


def read(headers: Mapping[str, str], dialect: Dialect, now: datetime, status: int = 200) -> RateState:
    """Return what an answer's headers (names in any case) say about limits; ``now`` is when it came."""
    said = {name.lower(): value for name, value in headers.items() if isinstance(value, str)}
    state = _meta(said, now) if dialect == "meta" else _counts(said, dialect, now)
    wait = _retry_after(said.get("retry-after", ""), now) if status in REFUSING or status == 200 else None
    blocked = wait or state.blocked_until
    if blocked is None and state.reset and (state.remaining == 0):
        blocked = state.reset
    poll = _seconds(said.get("x-poll-interval", ""))
    return RateState(state.limit, state.remaining, state.reset, blocked, poll)


def _counts(said: Mapping[str, str], dialect: Dialect, now: datetime) -> RateState:
    """Read the three fields, whatever stands before their names, else the draft's structured ones."""
    for family in FAMILIES:
        limit, remaining = _number(said.get(family + "limit", "")), _number(said.get(family + "remaining", ""))
        used = _number(said.get(family + "used", ""))
        if limit is None and remaining is not None and used is not None:
            limit = used + remaining
        reset = _reset(said.get(family + "reset", ""), dialect, now)
        if limit is not None or remaining is not None or reset is not None:
            return RateState(limit, remaining, reset)
    return _structured(said, now)


def _structured(said: Mapping[str, str], now: datetime) -> RateState:
    """Read ``RateLimit: "a";r=50;t=30`` and ``RateLimit-Policy: "a";q=100;w=60``; the tightest one counts."""
    fields = said.get("ratelimit", "").split(",") if ";" in said.get("ratelimit", "") else [said.get("ratelimit", "")]
    found = [dict(_PARAMETER.findall(one)) for one in fields[:MOST_POLICIES]]
    states = [
        (int(one.get("r") or one["remaining"]), one.get("t") or one.get("reset"), one.get("limit"))
        for one in found
        if "r" in one or "remaining" in one
    ]
    if not states:
        return RateState()
    remaining, left, limit = min(states, key=lambda state: state[0])
    quotas = [int(q) for name, q in _PARAMETER.findall(said.get("ratelimit-policy", "")) if name == "q"]
    whole = int(limit) if limit else min(quotas, default=None)
    return RateState(whole, remaining, _later(now, float(left)) if left else None)


def _reset(value: str, dialect: Dialect, now: datetime) -> datetime | None:
    if dialect == "iso":
        written = iso(value)
        return _sane(datetime.fromisoformat(written), now) if written else None
    number = _number(value)
    if number is None:
        return None
    if dialect == "epoch":
        return _sane(datetime.fromtimestamp(number, UTC), now) if number < 10**11 else None
    return _later(now, number)


def _retry_after(value: str, now: datetime) -> datetime | None:
    """Read seconds, or any of the three forms of a date; a time that is over is now."""
    if not value:
        return None
    if (number := _number(value)) is not None:
        return _later(now, number)
    try:
        when = parsedate_to_datetime(value)
        when = when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return _sane(max(when, now), now)


def _meta(said: Mapping[str, str], now: datetime) -> RateState:
    """Read percent used: the worst of all counts, and the longest wait, which stands there in minutes."""
    usages = [found for name in USAGES for found in objects(_json(said.get(name, "")))]
    used = [one[name] for one in usages for name in PERCENTS if _is_number(one.get(name))]
    waits = [one["estimated_time_to_regain_access"] for one in usages if _is_number(one.get(WAIT)) and one[WAIT] > 0]
    until = _later(now, 60 * max(waits)) if waits else None
    remaining = max(0, 100 - math.ceil(max(used))) if used else None
    return RateState(100 if used else None, remaining, until, until)


WAIT = "estimated_time_to_regain_access"


def _json(value: str) -> Mapping[str, Any]:
    try:
        return record(json.loads(value)) if value else {}
    except (ValueError, RecursionError):
        return {}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 10**9


def _number(value: str) -> int | None:
    found = _NUMBER.fullmatch(value)
    return int(found[1]) if found else None


def _seconds(value: str) -> timedelta | None:
    number = _number(value)
    return None if number is None else min(timedelta(seconds=min(number, 10**8)), LONGEST)


def _later(now: datetime, seconds: float) -> datetime:
    return now + min(timedelta(seconds=min(seconds, 10**8)), LONGEST)


def _sane(when: datetime, now: datetime) -> datetime:
    return min(when, now + LONGEST)
