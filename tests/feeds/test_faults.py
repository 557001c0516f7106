"""Whatever a network does wrong, the last good feed is shown, and it comes back by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from tests.feeds.world import BLOG, NOON, TOOTS, Mastodon, World, a_world, item, rss, toot
from tests.login.internet import Asked

STATUSES = f"{TOOTS}/api/v1/accounts/7/statuses"
REPO = "https://api.github.com/repos/o/r/releases"
RELEASE = {
    "id": 1, "html_url": "https://github.com/o/r/releases/tag/v1", "tag_name": "v1", "name": "One", "body": "First",
    "published_at": "2026-11-22T11:00:00Z", "author": {"login": "o", "html_url": "https://github.com/o"},
    "url": "https://api.github.com/repos/o/r/releases/1", "assets": [],
}  # fmt: skip


@pytest.fixture
def masto() -> Mastodon:
    return Mastodon(toot(3, minutes=1), toot(2, minutes=2), toot(1, minutes=3))


@pytest.fixture
def world(tmp_path: Path, masto: Mastodon) -> Iterator[World]:
    pages = {BLOG: rss(item(2, minutes=10), item(1, minutes=20)), REPO: [RELEASE], **masto.pages}
    with a_world(tmp_path, {**pages, "https://blog.example/": b"", "https://new.example/feed.xml": b""}) as made:
        yield made


HTTP_DATE = format_datetime(NOON + timedelta(minutes=10), usegmt=True)
REFUSALS: dict[str, Any] = {
    "429 with seconds": (429, b"", {"Retry-After": "600"}),
    "429 with a date": (429, b"", {"Retry-After": HTTP_DATE, "Date": format_datetime(NOON, usegmt=True)}),
    "429 with ISO 8601": (429, {"error": "Too many requests"}, {
        "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "2026-11-22T12:10:00Z",
        "Date": format_datetime(NOON, usegmt=True)}),
    "a clock that is an hour ahead": (429, b"", {
        "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "2026-11-22T13:10:00Z",
        "Date": format_datetime(NOON + timedelta(hours=1), usegmt=True)}),
    "503 with seconds": (503, b"", {"Retry-After": "600"}),
}  # fmt: skip


@pytest.mark.parametrize("refusal", REFUSALS.values(), ids=REFUSALS)
def test_a_limit_is_kept_to_and_the_feed_stays(world: World, masto: Mastodon, refusal: Any) -> None:
    feed = world.add("mastodon:@me@toots.example")
    world.refresh(feed)
    world.pages(**{STATUSES: refusal})
    (done,) = world.refresh(feed)
    assert done.problem == "rate_limited"
    assert done.due is not None
    assert timedelta(minutes=9, seconds=55) < done.due - world.now < timedelta(minutes=10, seconds=20)
    asked = len(world.internet.asked)
    world.later(minutes=5)
    world.refresh(feed)
    assert len(world.internet.asked) == asked  # nobody was asked before the time
    assert world.texts(feed) == ["Toot 3", "Toot 2", "Toot 1"]


def test_githubs_limit_in_epoch_seconds_is_kept_to(world: World) -> None:
    feed = world.add("github:o/r")
    world.refresh(feed)
    reset = str(int((NOON + timedelta(minutes=20)).timestamp()))
    limit = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset, "Date": format_datetime(NOON, usegmt=True)}
    world.pages(
        **{REPO: (403, {"message": "API rate limit exceeded", "documentation_url": "https://x.example"}, limit)}
    )
    (done,) = world.refresh(feed)
    assert done.problem == "rate_limited"
    assert done.due is not None
    assert timedelta(minutes=19) < done.due - world.now < timedelta(minutes=21)
    assert len(world.texts(feed)) == 1


def test_githubs_secondary_limit_holds_for_all_that_is_asked_there(world: World) -> None:
    one, other = world.add("github:o/r"), world.add("github:o/r/events")
    said = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes.", "status": "403"}
    world.pages(**{REPO: (403, said, {"X-RateLimit-Remaining": "41"})})  # no word of when
    (done,) = world.refresh(one)
    assert done.problem == "rate_limited"
    asked = len(world.internet.asked)
    assert world.refresh(other)[0].problem == "rate_limited"
    assert len(world.internet.asked) == asked
    world.later(seconds=75)
    world.refresh(other)
    assert len(world.internet.asked) == asked + 1


def test_githubs_wish_for_rest_is_heard_with_what_has_not_changed(world: World) -> None:
    events = "https://api.github.com/users/o/events/public"

    def conditional(asked: Asked) -> Any:
        if "if-none-match" in asked.headers:
            return 304, b"", {"ETag": '"v1"', "X-Poll-Interval": "7200", "X-RateLimit-Remaining": "60"}
        return 200, [], {"ETag": '"v1"', "X-Poll-Interval": "60", "X-RateLimit-Remaining": "59"}

    world.pages(**{events: conditional})
    feed = world.add("github:@o")
    world.refresh(feed)
    assert world.source(feed).due < world.now + timedelta(minutes=80)
    (done,) = world.refresh(feed)
    assert done.unchanged
    assert world.source(feed).due >= world.now + timedelta(hours=2)
    assert not any("authorization" in asked.headers for asked in world.internet.to(events))


def test_one_credentials_limit_holds_for_all_its_sources(world: World) -> None:
    one, other = world.add(f"rss:{BLOG}"), world.add("rss:https://blog.example/other.xml")
    world.pages(**{BLOG: (429, b"", {"Retry-After": "600"})})
    world.refresh(one)
    asked = len(world.internet.asked)
    assert world.refresh(other)[0].problem == "rate_limited"
    assert len(world.internet.asked) == asked


FAULTS: dict[str, tuple[Any, str]] = {
    "500": ((500, b"<h1>Oh no</h1>"), "unavailable"),
    "a page for people": (
        (200, b"<html><title>Maintenance</title><body>We are back soon</body></html>"),
        "bad_reply",
    ),
    "garbage": ((200, b"\x00\xff\x01garbage" * 50), "bad_reply"),
    "a bomb": ((200, b'<!DOCTYPE x [<!ENTITY a "b">]><rss version="2.0"><channel/></rss>'), "bad_reply"),
    "404": ((404, b"not here"), "not_found"),
    "403": ((403, b"no"), "not_allowed"),
    "a private address": ((302, b"", {"Location": "http://169.254.169.254/feed"}), "address_refused"),
}


@pytest.mark.parametrize(("answer", "code"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_told_and_the_last_good_feed_is_shown(world: World, answer: Any, code: str) -> None:
    feed = world.add(f"rss:{BLOG}")
    world.refresh(feed)
    world.pages(**{BLOG: answer})
    (done,) = world.refresh(feed)
    assert (done.problem, done.gone) == (code, 0)
    said = world.get(feed)
    assert (len(said["posts"]), said["stale"]) == (2, True)
    source = world.source(feed)
    assert (source.failures, source.problem, source.good) == (1, code, NOON)
    world.pages(**{BLOG: rss(item(3), item(2, minutes=10))})
    assert world.refresh(feed)[0].new == 1
    assert world.get(feed)["stale"] is False
    assert world.source(feed).failures == 0


def test_a_server_that_hangs_costs_no_more_than_its_time(world: World) -> None:
    import threading

    feed = world.add(f"rss:{BLOG}")
    world.refresh(feed)
    end = threading.Event()

    def hang(_asked: Asked) -> Any:
        end.wait(5)
        return None

    world.pages(**{BLOG: hang})
    done = world.feeds.refresher.refresh(world.source(feed).id, seconds=0.3)
    end.set()
    assert done.problem == "upstream_too_slow"
    assert len(world.texts(feed)) == 2


def test_410_stops_for_good_and_the_articles_stay(world: World) -> None:
    feed = world.add(f"rss:{BLOG}")
    world.refresh(feed)
    world.pages(**{BLOG: (410, b"")})
    assert world.refresh(feed)[0].problem == "gone"
    assert world.source(feed).state == "gone"
    asked = len(world.internet.asked)
    world.feeds.refresher.refresh(world.source(feed).id)
    assert len(world.internet.asked) == asked
    assert len(world.texts(feed)) == 2


def test_an_account_that_was_deleted_takes_its_posts_along(world: World) -> None:
    feed = world.add("mastodon:@me@toots.example")
    world.refresh(feed)
    gone = (410, {"error": "Gone"})
    world.pages(**{STATUSES: gone, f"{TOOTS}/api/v1/accounts/lookup": gone})
    world.refresh(feed)
    assert world.source(feed).state == "gone"
    assert world.texts(feed) == []


@pytest.mark.parametrize(
    ("status", "address"),
    [(301, "https://new.example/feed.xml"), (308, "https://new.example/feed.xml"), (302, BLOG), (307, BLOG)],
)
def test_an_address_that_moved_for_good_is_written_down_the_third_time(
    world: World, status: int, address: str
) -> None:
    new = "https://new.example/feed.xml"
    world.pages(**{BLOG: (status, b"", {"Location": new}), new: rss(item(1))})
    feed = world.add(f"rss:{BLOG}")
    for _ in range(2):
        world.refresh(feed)
        assert world.source(feed).address == BLOG
    world.refresh(feed)
    assert world.source(feed).address == address
    assert world.texts(feed) == ["Article 1"]


def test_a_clock_that_is_ahead_puts_no_post_in_front_for_days(world: World, masto: Mastodon) -> None:
    masto.toots = [toot(5, "From the future", minutes=-60 * 24 * 3), toot(4, "Now", minutes=1)]
    feed = world.add("mastodon:@me@toots.example")
    world.refresh(feed)
    world.later(minutes=10)
    masto.toots.insert(0, toot(6, "Next", minutes=-9))
    world.refresh(feed)
    assert world.texts(feed)[0] == "Next"
