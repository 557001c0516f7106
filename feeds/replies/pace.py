"""When a page's places are read next: every few minutes while people talk, once a day when they have done.

Nothing is read that nobody looks at: whoever looks finds the answer stale, and has it read anew.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta

# Mastodon lets a stranger ask 300 times in five minutes (docs.joinmastodon.org/api/rate-limits, read 2026-11); with
# four requests a page each three minutes that is 125 pages of one server at a time.
SHORTEST, LONGEST = timedelta(minutes=3), timedelta(days=1)
# A conversation that was silent for an hour is read every three minutes, after a day every hour.
SILENT = 24
# What was read longer ago than this is waited for, as if nothing were there: people delete what they wrote.
OLD = timedelta(days=2)
# What nobody has confirmed for so long goes, and so does a page that nobody has looked at.
KEPT = timedelta(days=30)
# A page that no post is about, unlooked at: anybody can ask for one that does not exist.
ALONE = timedelta(days=1)
# What is due later than any of these rules says was written before our clock was set back.
AHEAD = timedelta(days=2)


def is_over(until: datetime | None, now: datetime, longest: timedelta = AHEAD) -> bool:
    """Return whether a time that is at most so long ahead has come, or can not be meant."""
    return until is None or not now < until <= now + longest


def after_good(newest: datetime, now: datetime) -> datetime:
    """Return when to read again, where the newest of a conversation is from ``newest``."""
    wanted = min(max((now - newest) / SILENT, SHORTEST), LONGEST)
    return now + wanted * random.uniform(0.9, 1.1)  # noqa: S311 -- spreads load
