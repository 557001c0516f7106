"""What headers say about limits: a hand table for every recorded set, and one for each dialect."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from networks import Networks
from networks.limits import LONGEST, read
from networks.records import Dialect, RateState
from tests.networks.feeds.recordings import recordings

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
TABLE = Path(__file__).parent / "data/rate_limits.json"
NETWORKS = Networks()


def later(seconds: float) -> datetime:
    """So many seconds from now."""
    return NOW + timedelta(seconds=seconds)


@pytest.mark.corpus
def test_every_recorded_header_set_reads_as_the_table_says(corpus: Path) -> None:
    """The table was written from the headers and the networks' pages, not from what our code says."""
    wanted = {name: row for name, *row in json.loads(TABLE.read_text("utf-8"))}
    seen = set()
    for recording in recordings(corpus):
        if any("limit" in name for name in recording.headers) and recording.name in wanted:
            feed = NETWORKS[recording.network].feed
            assert feed is not None
            date = recording.headers.get("date")
            # Recorded with a zone by name, which the standard library reads as none: all of them are UTC.
            now = (
                parsedate_to_datetime(date).replace(tzinfo=UTC) if date else datetime(2026, 8, 1, 13, 50, tzinfo=UTC)
            )
            state = read(recording.headers, feed.limits, now, recording.status)
            limit, remaining, reset = wanted[recording.name]
            told = state.reset.strftime("%Y-%m-%dT%H:%M:%SZ") if state.reset else None
            assert (state.limit, state.remaining, told) == (limit, remaining, reset), recording.name
            seen.add(recording.name)
    assert seen == set(wanted)


@pytest.mark.parametrize(
    ("dialect", "headers", "status", "state"),
    [
        ("epoch", {"x-rate-limit-limit": "900", "x-rate-limit-remaining": "0", "x-rate-limit-reset": "1793535000"},
         429, RateState(900, 0, later(600), later(600))),
        ("epoch", {"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "59", "X-RateLimit-Reset": "1793534460",
                   "X-Poll-Interval": "60"}, 200, RateState(60, 59, later(60), None, timedelta(seconds=60))),
        ("epoch", {"ratelimit-limit": "3000", "ratelimit-remaining": "2999", "ratelimit-reset": "1793534700",
                   "ratelimit-policy": "3000;w=300"}, 200, RateState(3000, 2999, later(300))),
        ("seconds", {"x-ratelimit-used": "4", "x-ratelimit-remaining": "596.0", "x-ratelimit-reset": "313"}, 200,
         RateState(600, 596, later(313))),
        ("iso", {"X-RateLimit-Limit": "300", "X-RateLimit-Remaining": "0",
                 "X-RateLimit-Reset": "2026-11-01T12:05:00.123456Z"}, 429, RateState(300, 0, later(300), later(300))),
        ("meta", {"x-app-usage": '{"call_count":28,"total_time":25,"total_cputime":30}'}, 200, RateState(100, 70)),
        ("meta", {"x-business-use-case-usage":
                  '{"1":[{"type":"pages","call_count":101,"total_time":1,"estimated_time_to_regain_access":19}]}'},
         400, RateState(100, 0, later(1140), later(1140))),
        ("meta", {"x-app-usage": "{broken"}, 400, RateState()),
        ("standard", {"ratelimit": '"default";r=50;t=30', "ratelimit-policy": '"default";q=100;w=60'}, 200,
         RateState(100, 50, later(30))),
        ("standard", {"ratelimit": '"a";r=50;t=30, "b";r=0;t=3600'}, 429,
         RateState(None, 0, later(3600), later(3600))),
        ("standard", {"ratelimit": "limit=100, remaining=50, reset=50"}, 200, RateState(100, 50, later(50))),
        ("standard", {"ratelimit-limit": "10", "ratelimit-remaining": "1", "ratelimit-reset": "30"}, 200,
         RateState(10, 1, later(30))),
        ("none", {"retry-after": "120"}, 503, RateState(blocked_until=later(120))),
        ("none", {"Retry-After": "Sun, 01 Nov 2026 12:10:00 GMT"}, 429, RateState(blocked_until=later(600))),
        ("none", {"retry-after": "Sun, 01 Nov 2020 12:10:00 GMT"}, 429, RateState(blocked_until=NOW)),
        ("none", {"retry-after": "99999999999"}, 429, RateState(blocked_until=NOW + LONGEST)),
        ("none", {"retry-after": "soon"}, 429, RateState()),
        ("epoch", {}, 200, RateState()),
        # draft-ietf-httpapi-ratelimit-headers-11: names that hold commas, quotas by name, keys of partitions
        ("standard", {"ratelimit": '"daily";r=5;t=3600',
                      "ratelimit-policy": '"burst";q=100;w=60, "daily";q=1000;w=86400'}, 200,
         RateState(1000, 5, later(3600))),
        ("standard", {"RateLimit": '"a, r=0;t=9";r=7;t=20;pk=:cjE9MA==:'}, 200, RateState(None, 7, later(20))),
        ("standard", {"ratelimit": '"a";r=0;t=30, "b";r=0;t=3600'}, 429,
         RateState(None, 0, later(3600), later(3600))),
        ("standard", {"ratelimit": ' "a" ; r=3 ; t=9 '}, 200, RateState(None, 3, later(9))),
        ("standard", {"ratelimit": "nonsense;;;r=;t=x"}, 429, RateState()),
        ("standard", {"ratelimit-limit": "100, 100;w=60", "ratelimit-remaining": "9", "ratelimit-reset": "5"}, 200,
         RateState(100, 9, later(5))),
        # X: the day is over too, and it is the day that counts
        ("epoch", {"x-rate-limit-limit": "900", "x-rate-limit-remaining": "899", "x-rate-limit-reset": "1793535000",
                   "x-app-limit-24hour-remaining": "0", "x-app-limit-24hour-reset": "1793541600"}, 429,
         RateState(900, 899, later(600), later(7200))),
        # Reddit: floats; below zero is none left
        ("seconds", {"x-ratelimit-used": "100", "x-ratelimit-remaining": "0.0", "x-ratelimit-reset": "42.0"}, 429,
         RateState(100, 0, later(42), later(42))),
        ("seconds", {"x-ratelimit-remaining": "-3.0", "x-ratelimit-reset": "42"}, 429,
         RateState(None, 0, later(42), later(42))),
        ("seconds", {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "-5"}, 200, RateState(None, 0, NOW)),
        # GitHub: the second limit has its own word, and the first is not used up
        ("epoch", {"x-ratelimit-limit": "5000", "x-ratelimit-remaining": "4990", "x-ratelimit-reset": "1793537200",
                   "retry-after": "60"}, 403, RateState(5000, 4990, later(2800), later(60))),
        # what is over does not block; what is said twice is said once
        ("epoch", {"x-rate-limit-remaining": "0", "x-rate-limit-reset": "1793534000"}, 429,
         RateState(None, 0, later(-400))),
        ("epoch", {"X-RATELIMIT-REMAINING": "7, 7", "X-RateLimit-Limit": "60, 60"}, 200, RateState(60, 7)),
        ("epoch", {"x-ratelimit-remaining": "many", "x-ratelimit-reset": "soon", "x-ratelimit-limit": "-"}, 200,
         RateState()),
        # servers that speak Mastodon's API and send seconds since 1970
        ("iso", {"x-ratelimit-limit": "300", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1793534700"}, 429,
         RateState(300, 0, later(300), later(300))),
        # the three forms of a date (RFC 9110 §5.6.7), and a moment where seconds belong
        ("none", {"retry-after": "Sunday, 01-Nov-26 12:10:00 GMT"}, 429, RateState(blocked_until=later(600))),
        ("none", {"retry-after": "Sun Nov  1 12:10:00 2026"}, 429, RateState(blocked_until=later(600))),
        ("none", {"retry-after": "1793535000"}, 429, RateState(blocked_until=later(600))),
        ("none", {"retry-after": "1.5"}, 429, RateState(blocked_until=later(1))),
        ("none", {"retry-after": "-5"}, 429, RateState(blocked_until=NOW)),
        ("none", {"retry-after": "٥"}, 429, RateState()),
    ],
)  # fmt: skip
def test_each_dialect(dialect: Dialect, headers: dict[str, str], status: int, state: RateState) -> None:
    assert read(headers, dialect, NOW, status) == state


def test_a_number_means_what_the_network_says_it_means() -> None:
    headers = {"x-ratelimit-reset": "1793534460"}
    assert read(headers, "epoch", NOW).reset == later(60)
    assert read(headers, "seconds", NOW).reset == NOW + LONGEST


NAMES = ("x-ratelimit-limit", "x-rate-limit-reset", "ratelimit", "ratelimit-policy", "retry-after", "x-app-usage",
         "x-business-use-case-usage", "x-poll-interval", "x-ratelimit-used")  # fmt: skip


@given(
    st.dictionaries(st.sampled_from(NAMES), st.text(max_size=60) | st.integers().map(str), max_size=6),
    st.sampled_from(["none", "epoch", "seconds", "iso", "meta", "standard"]),
)
def test_no_header_breaks_it(headers: dict[str, str], dialect: Dialect) -> None:
    state = read(headers, dialect, NOW, 429)
    assert state.blocked_until is None or NOW - LONGEST < state.blocked_until <= NOW + LONGEST or dialect == "epoch"
