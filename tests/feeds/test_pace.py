"""When a source is asked next: tables of what happened and how long that makes us wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.errors import BadReply, Busy, FetchFailed, Gone, HostBusy, Misconfigured, NotFound, Problem, TooMany
from feeds import pace
from networks.records import Policy

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR, DAY = 3600, 86400


def times(*hours: float) -> list[datetime]:
    return [NOW - timedelta(hours=one) for one in hours]


@pytest.mark.parametrize(
    ("posts", "policy", "asked_for", "seconds"),
    [
        (times(), Policy(), None, HOUR),
        (times(0.1), Policy(), None, HOUR),
        (times(0, 2, 4, 6), Policy(), None, HOUR),
        (times(0, 0.01, 0.02), Policy(), None, 300),
        (times(0, 24 * 30, 24 * 60), Policy(), None, DAY),
        (times(48, 48.1, 48.2), Policy(), None, 2 * HOUR),
        (times(24 * 400), Policy(), None, DAY),
        (times(0, 0.01, 0.02), Policy(), timedelta(minutes=20), 1200),
        (times(0, 24 * 30), Policy(max_age=timedelta(hours=6)), None, 3 * HOUR),
        (times(0, 24 * 30), Policy(media_age=timedelta(hours=2)), None, HOUR),
    ],
)
def test_how_often_a_source_is_read(
    posts: list[datetime], policy: Policy, asked_for: timedelta | None, seconds: int
) -> None:
    assert pace.interval(posts, policy, NOW, asked_for) == seconds


@pytest.mark.parametrize(
    ("idle", "pushed", "seconds"), [(False, False, 600), (True, False, 1200), (False, True, 6 * HOUR)]
)
def test_who_sleeps_or_is_told_is_asked_less(idle: bool, pushed: bool, seconds: int) -> None:
    waits = [(pace.after_good(600, NOW, idle=idle, pushed=pushed) - NOW).total_seconds() for _ in range(50)]
    assert 0.9 * seconds <= min(waits) < max(waits) <= 1.1 * seconds


@pytest.mark.parametrize(
    ("problem", "kind"),
    [
        (HostBusy("x", code="rate_limited"), "wait"),
        (HostBusy("x", retry_at=NOW), "wait"),
        (TooMany("x", code="budget_spent", retry_at=NOW), "wait"),
        (FetchFailed("x", code="login_expired"), "owner"),
        (Problem("x", code="needs_owner"), "owner"),
        (Gone("x"), "gone"),
        (Gone("x", code="withdrawn"), "refused"),
        (NotFound("x"), "refused"),
        (BadReply("x", code="bad_reply"), "trouble"),
        (FetchFailed("x", code="unavailable"), "trouble"),
        (Misconfigured("x"), "trouble"),
        (Busy("x"), "trouble"),
    ],
)
def test_what_a_failure_calls_for(problem: Problem, kind: str) -> None:
    assert pace.kind_of(problem) == kind


def waits(kind: pace.Kind, failures: int, interval: int = 600) -> tuple[float, float]:
    found = [(pace.after_bad(kind, failures, interval, NOW) - NOW).total_seconds() for _ in range(200)]
    return min(found), max(found)


def test_trouble_is_tried_again_soon_then_rarely() -> None:
    assert waits("trouble", 1)[1] <= 60
    assert waits("trouble", 4)[1] <= 480
    for failures, hours in ((5, 1), (6, 2), (8, 8), (20, 24), (1000, 24)):
        low, high = waits("trouble", failures)
        assert 0.9 * hours * HOUR <= low < high <= 1.1 * hours * HOUR


def test_waits_are_spread() -> None:
    low, high = waits("trouble", 4)
    assert high > 3 * low


def test_a_refusal_is_not_asked_again_soon() -> None:
    assert waits("refused", 1)[0] >= 0.9 * HOUR
    assert waits("refused", 9)[1] <= 1.1 * DAY


@pytest.mark.parametrize(
    ("until", "least", "most"),
    [(NOW + timedelta(minutes=20), 1200, 1210), (None, 60, 70), (NOW - timedelta(hours=1), 60, 70),
     (NOW + timedelta(days=300), DAY, DAY + 10)],
)  # fmt: skip
def test_a_network_that_says_when_is_believed_up_to_a_day(until: datetime | None, least: int, most: int) -> None:
    wait = (pace.after_bad("wait", 1, 600, NOW, until) - NOW).total_seconds()
    assert least <= wait <= most
