"""What a network's headers say about its limits, in one form: `RateState`.

When a window ends is told in five ways, and a number alone does not say which: 3600 may be seconds left or a moment
in 1970. So the network's file names the dialect (`Feed.limits`):

    epoch     seconds since 1970: X, GitHub, Bluesky, Twitch
    seconds   seconds left: Reddit, Pinterest
    iso       ISO 8601: Mastodon and what speaks its API; some of that (GoToSocial) sends seconds since 1970
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
# X counts a day beside a quarter of an hour: https://docs.x.com/x-api/fundamentals/rate-limits (read 2026-11)
DAYS = ("x-app-limit-24hour-", "x-user-limit-24hour-")
# Meta's fields: https://developers.facebook.com/docs/graph-api/overview/rate-limiting (read 2026-11)
USAGES = ("x-app-usage", "x-page-usage", "x-business-use-case-usage", "x-ad-account-usage")
PERCENTS = ("call_count", "total_time", "total_cputime", "acc_id_util_pct")
REFUSING = frozenset({403, 420, 429, 503})
# A number is no moment before 2001, and no number of seconds after it.
MOMENT = 10**9
_NUMBER = re.compile(r"\s*(-?\d{1,15})(?:\.\d*)?\s*(?:[,;].*)?", re.ASCII)
_PARAMETER = re.compile(r"(?:^|[;,\s])(r|t|q|w|limit|remaining|reset)\s*=\s*\"?(\d{1,15})", re.ASCII)
# An item of a list of structured fields (RFC 9651 §3.1): a comma may stand in its name, which is a string.
_ITEM = re.compile(r"(?:[^,\"]|\"(?:[^\"\\]|\\.)*\")+")
_NAME = re.compile(r"\s*\"((?:[^\"\\]|\\.)*)\"")


def read(headers: Mapping[str, str], dialect: Dialect, now: datetime, status: int = 200) -> RateState:
    """Return what an answer's headers (names in any case) say about limits; ``now`` is when it came."""
    said = {name.lower(): value for name, value in headers.items() if isinstance(value, str)}
    state = _meta(said, now) if dialect == "meta" else _counts(said, dialect, now)
    wait = _retry_after(said.get("retry-after", ""), now) if status in REFUSING or status == 200 else None
    blocked = wait or state.blocked_until
    if blocked is None and state.reset and state.remaining == 0 and state.reset > now:
        blocked = state.reset
    if dialect == "epoch" and (day := _day(said, now)):
        blocked = max(blocked or day, day)
    poll = _seconds(said.get("x-poll-interval", ""))
    return RateState(state.limit, state.remaining, state.reset, blocked, poll)


def _counts(said: Mapping[str, str], dialect: Dialect, now: datetime) -> RateState:
    """Read the three fields, whatever stands before their names, else the draft's structured ones."""
    for family in FAMILIES:
        limit, remaining = (_amount(said.get(family + name, "")) for name in ("limit", "remaining"))
        used = _amount(said.get(family + "used", ""))
        if limit is None and remaining is not None and used is not None:
            limit = used + remaining
        reset = _reset(said.get(family + "reset", ""), dialect, now)
        if limit is not None or remaining is not None or reset is not None:
            return RateState(limit, remaining, reset)
    return _structured(said, now)


def _day(said: Mapping[str, str], now: datetime) -> datetime | None:
    """Return when a limit of a day ends that is used up."""
    over = [day for day in DAYS if _amount(said.get(f"{day}remaining", "")) == 0]
    ends = (_reset(said.get(f"{day}reset", ""), "epoch", now) for day in over)
    return max((end for end in ends if end and end > now), default=None)


def _structured(said: Mapping[str, str], now: datetime) -> RateState:
    """Read ``RateLimit: "a";r=50;t=30`` and ``RateLimit-Policy: "a";q=100;w=60``; the tightest one counts, and of two
    that are used up the longer one."""
    states = [
        (int(one.get("r") or one["remaining"]), int(one.get("t") or one.get("reset") or 0), one.get("limit"), name)
        for name, one in _items(said.get("ratelimit", ""))
        if "r" in one or "remaining" in one
    ]
    if not states:
        return RateState()
    remaining, left, limit, name = min(states, key=lambda state: (state[0], -state[1]))
    quotas = [(policy, int(one["q"])) for policy, one in _items(said.get("ratelimit-policy", "")) if "q" in one]
    mine = [quota for policy, quota in quotas if policy == name] or [quota for _, quota in quotas]
    whole = int(limit) if limit else min(mine, default=None)
    return RateState(whole, remaining, _later(now, left) if left else None)


def _items(field: str) -> list[tuple[str, dict[str, str]]]:
    """Return the names and parameters of a list; the draft's earlier form is one item without a name."""
    parts = _ITEM.findall(field)[:MOST_POLICIES] if ";" in field else [field]
    found = []
    for part in parts:
        name = _NAME.match(part)
        found.append((name[1] if name else "", dict(_PARAMETER.findall(part[name.end() :] if name else part))))
    return found


def _reset(value: str, dialect: Dialect, now: datetime) -> datetime | None:
    number = _number(value)
    if dialect == "iso" and (written := iso(value)):
        return _sane(datetime.fromisoformat(written), now)
    if number is None:
        return None
    if dialect == "epoch" or (dialect == "iso" and number >= MOMENT):
        return _sane(datetime.fromtimestamp(number, UTC), now) if 0 <= number < 10**11 else None
    return _later(now, max(number, 0))


def _retry_after(value: str, now: datetime) -> datetime | None:
    """Read seconds, or any of the three forms of a date; a time that is over is now."""
    if not value:
        return None
    if (number := _number(value)) is not None:
        if MOMENT <= number < 10 * MOMENT:  # some send a moment where seconds belong
            return _sane(max(datetime.fromtimestamp(number, UTC), now), now)
        return _later(now, max(number, 0))
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


def _amount(value: str) -> int | None:
    """Return a number of requests: below zero is none left."""
    number = _number(value)
    return None if number is None else max(number, 0)


def _seconds(value: str) -> timedelta | None:
    number = _number(value)
    return None if number is None or number < 0 else min(timedelta(seconds=min(number, 10**8)), LONGEST)


def _later(now: datetime, seconds: float) -> datetime:
    return now + min(timedelta(seconds=min(seconds, 10**8)), LONGEST)


def _sane(when: datetime, now: datetime) -> datetime:
    return min(when, now + LONGEST)
