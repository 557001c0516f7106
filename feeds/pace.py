"""When a source is asked next: as often as it has news, later while it fails, never before a network wants it.

Times are aware datetimes, pauses are seconds. Nothing here asks or stores anything.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Literal

from core.errors import HostBusy, Problem, TooMany
from networks.records import Policy

MINUTE, HOUR, DAY = 60, 3600, 86400
# Five minutes is what GitHub and busy feeds ask for (X-Poll-Interval 60 s, RSS `ttl` 5 and up); a day is how long
# a reader would not notice. https://www.rssboard.org/rss-skip-hours-days and RFC 9110 say nothing shorter is owed.
SHORTEST, LONGEST = 5 * MINUTE, DAY
# A source that nothing is known of yet.
FIRST = HOUR
# After so long without a visitor a feed is asked half as often.
IDLE = timedelta(days=7)
# While a hub or a webhook tells us of news, we look ourselves only to be sure.
PUSHED = 6 * HOUR
# Posts whose gaps are looked at.
RECENT = 20
# One that was silent for a day is asked every hour at the most, for a month: once a day.
SILENT = 24
# Full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ (read 2026-11)
BASE, CAP = 30, 15 * MINUTE
# After so many failures in a row a source is asked once in a while only: the breaker is open.
BREAKER = 5
# Where a network says 429 and not until when: a minute, then twice as long each time, about an hour at the most.
# https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api (secondary limits, read 2026-11)
WAIT, DOUBLINGS = MINUTE, 6
# A limit that a network tells is believed up to a day: a wrong clock on its side must not silence it for a month.
MOST_WAIT = timedelta(days=1)

Kind = Literal["wait", "owner", "gone", "refused", "trouble"]
_KINDS: dict[str, Kind] = {
    "rate_limited": "wait", "budget_spent": "wait", "needs_owner": "owner", "login_expired": "owner", "gone": "gone",
    "not_found": "refused", "not_allowed": "refused", "invalid": "refused", "address_refused": "refused",
    "withdrawn": "refused", "no_account": "owner", "upstream_too_large": "refused",
}  # fmt: skip


def kind_of(problem: Problem) -> Kind:
    """Return what a failure calls for: wait, ask the owner, give up, ask rarely, or try again."""
    found = _KINDS.get(problem.code)
    return found or ("wait" if isinstance(problem, HostBusy | TooMany) and problem.retry_at else "trouble")


def interval(times: Sequence[datetime], policy: Policy, now: datetime, asked_for: timedelta | None = None) -> int:
    """Return the seconds between two reads of a source whose newest posts are from ``times``.

    ``asked_for`` is the least that the network asks for itself. Where a network wants posts or pictures' addresses to
    be fresh, they are read in half that time. A source that has been silent for long is asked less often.
    """
    newest = sorted(times, reverse=True)[:RECENT]
    gaps = [(later - earlier).total_seconds() for later, earlier in pairwise(newest)]
    silent = (now - newest[0]).total_seconds() / SILENT if newest else 0
    wanted = min(max(median(gaps) / 2, silent, SHORTEST), LONGEST) if gaps else max(FIRST, min(silent, LONGEST))
    for age in (policy.max_age, policy.media_age):
        wanted = min(wanted, age.total_seconds() / 2) if age else wanted
    return int(max(wanted, asked_for.total_seconds() if asked_for else 0))


def after_good(seconds: int, now: datetime, *, idle: bool, pushed: bool) -> datetime:
    """Return when to ask again after it went well: a tenth earlier or later, so that sources do not gather."""
    wanted = seconds * (2 if idle else 1)
    wanted = max(wanted, PUSHED) if pushed else wanted
    return now + timedelta(seconds=wanted * random.uniform(0.9, 1.1))  # noqa: S311 -- spreads load


def untold(failures: int, now: datetime) -> datetime:
    """Return until when to wait for a network that refused for a limit and did not say until when."""
    return now + timedelta(seconds=WAIT * 2 ** min(max(failures - 1, 0), DOUBLINGS))


def after_bad(kind: Kind, failures: int, seconds: int, now: datetime, retry_at: datetime | None = None) -> datetime:
    """Return when to ask again after ``failures`` failures in a row."""
    if kind == "wait":
        until = retry_at if retry_at and retry_at > now else untold(failures, now)
        return min(until, now + MOST_WAIT) + timedelta(seconds=random.uniform(0, 10))  # noqa: S311
    if kind == "trouble" and failures < BREAKER:
        most = min(CAP, BASE * 2**failures)
        return now + timedelta(seconds=random.uniform(BASE / 2, most))  # noqa: S311
    steps = failures - BREAKER if kind == "trouble" else failures - 1
    pause = min(DAY, max(seconds, HOUR) * 2 ** min(max(steps, 0), 10))
    return now + timedelta(seconds=pause * random.uniform(0.9, 1.1))  # noqa: S311
