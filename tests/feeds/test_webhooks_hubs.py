"""WebSub from end to end on this machine: a feed that names a hub, the hub, and our server between them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from pytest_httpserver import HTTPServer

from core.times import utc_now
from feeds.websub import LEASE
from tests.feeds.hub_doubles import World, a_hub, fetch
from tests.feeds.webhook_doubles import Desk


@pytest.fixture
def world(tmp_path: Path, httpserver: HTTPServer) -> Iterator[World]:
    with a_hub(tmp_path, httpserver) as made:
        yield made


def test_news_arrive_without_being_asked_for(world: World) -> None:
    source = world.add_feed()
    assert world.desk.posts(source) == ["urn:1"]
    world.tend()
    (asked,) = world.asked
    assert asked["hub.mode"] == "subscribe"
    assert asked["hub.topic"] == world.topic
    assert asked["hub.callback"].startswith(f"{world.ours}/webhooks/rss/")
    assert len(asked["hub.secret"]) >= 40
    assert world.answers == [(200, b"c-17")]
    row = world.subscription()
    assert (row.state, row.failures, row.problem) == ("active", 0, "")
    world.entries.append(2)
    for kind in ("sha1", "sha256", "sha384", "sha512"):
        assert world.send(f"<feed>{kind}</feed>".encode(), kind=kind) == 200
    assert world.desk.posts(source) == ["urn:1"]
    world.desk.settle()
    assert world.desk.posts(source) == ["urn:1", "urn:2"]


def test_a_source_with_a_subscription_is_asked_less_often(world: World) -> None:
    source = world.add_feed()
    world.tend()
    world.tend()
    until = world.desk.source(source).pushed_until
    assert until == world.subscription().lease_until
    world.desk.set_source(source, interval=600)
    world.desk.services.feeds.put(source)
    assert world.desk.source(source).due > utc_now() + timedelta(hours=1)
    assert len(world.asked) == 1


def test_what_a_hub_did_not_sign_rightly_is_dropped_without_a_word(world: World) -> None:
    world.add_feed()
    world.tend()
    assert world.send(b"<feed/>", secret="a guess") == 200
    assert fetch(world.asked[-1]["hub.callback"], b"<feed/>")[0] == 200
    assert world.desk.deliveries() == []


def test_a_repetition_is_one_delivery_and_later_the_same_words_are_another(world: World) -> None:
    world.add_feed()
    world.tend()
    now = utc_now().replace(minute=10)
    for moment, count in ((now, 1), (now + timedelta(minutes=5), 1), (now + timedelta(hours=1), 2)):
        with time_machine.travel(moment):
            assert world.send(b"<feed/>") == 200
        assert len(world.desk.deliveries()) == count


def test_a_deleted_entry_goes_at_once_and_only_where_the_hub_speaks_for_it(world: World) -> None:
    source = world.add_feed()
    world.tend()
    (other,) = world.desk.feed("rss:https://elsewhere.example.org/feed")
    world.desk.store_posts(other, "urn:1")
    tombstones = "xmlns:at='http://purl.org/atompub/tombstones/1.0'"
    assert world.send(f"<feed {tombstones}><at:deleted-entry ref='urn:1' when='2026'/></feed>".encode()) == 200
    assert world.desk.posts(source) == []
    assert world.desk.posts(other) == ["urn:1"]


def test_a_lease_is_renewed_ahead_of_its_end(world: World) -> None:
    world.add_feed()
    world.tend()
    first = world.subscription().lease_until
    with time_machine.travel(utc_now() + LEASE * 0.75):
        world.tend()
        assert len(world.asked) == 1
    with time_machine.travel(utc_now() + LEASE * 0.85):
        world.tend()
        again, row = world.asked[-1], world.subscription()
        assert len(world.asked) == 2
        assert (again["hub.mode"], again["hub.callback"]) == ("subscribe", world.asked[0]["hub.callback"])
        assert again["hub.secret"] == world.asked[0]["hub.secret"]
        assert row.lease_until is not None
        assert first is not None
        assert row.lease_until > first
        assert world.send(b"<feed/>") == 200


@pytest.mark.parametrize(
    ("told", "lease"), [("60", 600), ("0", 600), ("soon", 864000), ("99999999", 31536000), ("", 864000)]
)
def test_a_hubs_lease_is_held_to_reason(world: World, told: str, lease: int) -> None:
    world.add_feed()
    world.tend()
    before = utc_now()
    assert world.ask("subscribe", lease_seconds=told)[0] == 200
    until = world.subscription().lease_until
    assert until is not None
    assert abs((until - before).total_seconds() - lease) < 60


def test_a_hub_that_is_down_is_asked_again_later_and_later(world: World) -> None:
    source = world.add_feed()
    world.status = 500
    world.tend()
    row = world.subscription()
    assert (row.state, row.failures, row.problem) == ("waiting", 1, "The hub answered 500.")
    world.tend()
    assert len(world.asked) == 1
    waits = []
    for _ in range(8):
        ask_at = world.subscription().ask_at
        assert ask_at is not None
        with time_machine.travel(ask_at + timedelta(seconds=1)):
            world.tend()
            after = world.subscription().ask_at
            assert after is not None
            waits.append(round((after - utc_now()).total_seconds() / 60))
    assert waits == [60, 120, 240, 480, 960, 1440, 1440, 1440]
    assert world.desk.source(source).pushed_until is None
    world.status = 202
    with time_machine.travel(after + timedelta(seconds=1)):
        world.tend()
    assert world.subscription().state == "active"


def test_a_lease_that_ends_has_the_feed_asked_as_before(world: World) -> None:
    source = world.add_feed()
    world.tend()
    world.tend()
    world.status = 503
    with time_machine.travel(utc_now() + LEASE + timedelta(days=1)):
        world.desk.services.feeds.put(source)
        row = world.desk.source(source)
        assert row.pushed_until is not None
        assert row.pushed_until < utc_now()
        world.tend()
        assert world.asked[-1]["hub.mode"] == "subscribe"


def test_when_the_source_goes_the_hub_is_told(world: World) -> None:
    world.add_feed()
    world.tend()
    callback = world.asked[0]["hub.callback"]
    (feed,) = world.desk.services.feeds.all()
    world.desk.services.feeds.remove(feed.id)
    world.tend()
    assert world.asked[-1]["hub.mode"] == "unsubscribe"
    assert world.asked[-1]["hub.callback"] == callback
    assert world.answers[-1] == (200, b"c-17")
    assert world.desk.webhooks.subscriptions.all() == []
    assert fetch(callback, b"<feed/>")[0] == 410


def test_a_hub_that_does_not_let_go_is_forgotten(world: World) -> None:
    world.add_feed()
    world.tend()
    world.questions = False
    (feed,) = world.desk.services.feeds.all()
    world.desk.services.feeds.remove(feed.id)
    moment = utc_now()
    for _ in range(5):
        with time_machine.travel(moment):
            world.tend()
        moment += timedelta(hours=3)
    assert [asked["hub.mode"] for asked in world.asked] == ["subscribe", *["unsubscribe"] * 3]
    assert world.desk.webhooks.subscriptions.all() == []


def test_two_feeds_of_one_topic_share_a_subscription(world: World) -> None:
    world.add_feed()
    world.desk.services.feeds.add("Twice", world.desk.site.key, [f"rss:{world.topic}", f"rss:{world.topic}?again"])
    for feed in world.desk.services.feeds.all():
        world.desk.services.feeds.refresh(feed.id)
    world.tend()
    assert len(world.asked) == 1
    first, *_ = world.desk.services.feeds.all()
    world.desk.services.feeds.remove(first.id)
    world.tend()
    assert [asked["hub.mode"] for asked in world.asked] == ["subscribe"]


def test_a_denial_is_written_down(world: World) -> None:
    world.add_feed()
    world.questions = False
    world.tend()
    assert world.ask("denied", reason="not for you")[0] == 200
    row = world.subscription()
    assert (row.state, row.problem) == ("refused", "not for you")


@pytest.mark.parametrize(
    ("mode", "changes"),
    [
        ("subscribe", {"topic": "https://elsewhere.example.org/feed"}),
        ("subscribe", {"challenge": ""}),
        ("subscribe", {"challenge": "x" * 1001}),
        ("unsubscribe", {}),
        ("publish", {}),
        ("", {}),
        ("denied", {"topic": "https://elsewhere.example.org/feed"}),
    ],
)
def test_only_what_was_asked_for_is_confirmed(world: World, mode: str, changes: dict[str, str]) -> None:
    world.add_feed()
    world.tend()
    status, body = world.ask(mode, **changes)
    assert status == 404
    assert b"c-17" not in body
    assert world.subscription().state == "active"


def test_a_hub_on_a_plain_connection_elsewhere_is_not_told_a_secret(tmp_path: Path) -> None:
    desk = Desk(tmp_path, base_url="http://127.0.0.1:8000")
    (source,) = desk.feed("rss:https://news.example.org/feed")
    for hub in ("http://hub.example.org/", "https://hub.example.org/"):
        desk.set_source(source, hub=hub, topic="https://news.example.org/feed")
        desk.jobs.enqueue("webhooks.tend")
    assert desk.webhooks.subscriptions.all() == []  # nor asked at all while nobody can reach us
    desk.services.close()


def test_youtube_is_known_to_its_hub_by_another_address(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    from feeds.webhook_sources import topic_of

    channel = "UC_x5XG1OV2P6uZZ5FSM9Ttw"
    (source,) = desk.feed(f"youtube:{channel}")
    network = desk.services.networks["youtube"]
    wanted = (
        "https://pubsubhubbub.appspot.com/subscribe",
        f"https://www.youtube.com/xml/feeds/videos.xml?channel_id={channel}",
    )
    assert topic_of(network, desk.source(source)) == wanted
    uploads = f"https://www.googleapis.com/youtube/v3/playlistItems?part=snippet&playlistId=UU{channel[2:]}"
    for url in (f"https://www.youtube.com/feeds/videos.xml?channel_id={channel}", uploads):
        desk.set_source(source, address="@name", found={"url": url})
        assert topic_of(network, desk.source(source)) == wanted
    for url in (
        "https://www.youtube.com/feeds/videos.xml?playlist_id=PL123456789012",
        "https://www.youtube.com/@name",
    ):
        desk.set_source(source, found={"url": url})
        assert topic_of(network, desk.source(source)) == ("", "")
    desk.services.close()
