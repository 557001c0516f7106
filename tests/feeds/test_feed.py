"""What a feed shows: pages that stay put, pins, approval, the networks' policies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from core.errors import NotFound
from feeds.feed import place_of
from feeds.reap import reap
from feeds.show import shown
from feeds.tables import PostRow, SourceRow
from networks import Networks
from networks.records import Policy
from tests.feeds.world import BLOG, Mastodon, World, a_world, item, rss, toot

IDS = "https://toots.example/users/me/statuses/"


@pytest.fixture
def masto() -> Mastodon:
    return Mastodon(*(toot(n, minutes=30 - n) for n in range(30, 0, -1)))


@pytest.fixture
def world(tmp_path: Path, masto: Mastodon) -> Iterator[World]:
    with a_world(tmp_path, {**masto.pages, BLOG: rss(item(1))}) as made:
        yield made


def numbers(said: dict[str, Any]) -> list[int]:
    return [int(post["id"].rpartition("/")[2]) for post in said["posts"]]


def a_number(world: World, feed_id: str, toot_number: int) -> int:
    return next(e.id for e in world.feeds.everything(feed_id, 100) if e.post.id == f"{IDS}{toot_number}")


def test_pages_neither_repeat_nor_hide_posts_while_new_ones_arrive(world: World, masto: Mastodon) -> None:
    feed = world.add("mastodon:@me@toots.example")
    said = world.get(feed, "?count=7")
    found = numbers(said)
    while said["next"]:
        masto.toots.insert(0, toot(1000 + len(masto.toots)))
        world.refresh(feed)
        said = world.get(feed, f"?count=7&cursor={said['next']}")
        assert len(said["posts"]) <= 7
        found += numbers(said)
    assert found == list(range(30, 0, -1))


def test_posts_of_the_same_second_are_all_there(world: World, masto: Mastodon) -> None:
    masto.toots = [toot(n, minutes=5) for n in range(30, 0, -1)]
    feed = world.add("mastodon:@me@toots.example")
    said, found = world.get(feed, "?count=4"), set[int]()
    while True:
        assert not found & set(numbers(said))
        found |= set(numbers(said))
        if not said["next"]:
            break
        said = world.get(feed, f"?count=4&cursor={said['next']}")
    assert len(found) == 30


@pytest.mark.parametrize(
    "query", ["?cursor=x", "?cursor=%00", "?cursor=AAAA", "?count=0", "?count=101", "?count=-1", "?count=a"]
)
def test_a_wrong_page_is_the_callers_fault(world: World, query: str) -> None:
    feed = world.add(f"rss:{BLOG}")
    answer = world.client.get(f"/api/v1/feeds/{feed.id}{query}")
    assert answer.status_code in (400, 422)


def test_a_cursor_is_read_back() -> None:
    assert place_of("") is None


@pytest.mark.parametrize("feed_id", ["x", "a" * 20, "A" * 20, "%00", "..", "é" * 20])
def test_an_unknown_feed_is_not_found(world: World, feed_id: str) -> None:
    assert world.client.get(f"/api/v1/feeds/{feed_id}").status_code in (400, 404)


def test_a_filter_that_lets_little_through_still_fills_pages(world: World, masto: Mastodon) -> None:
    masto.toots = [toot(n, "rare" if n % 10 == 0 else "", minutes=100 - n) for n in range(100, 0, -1)]
    feed = world.add("mastodon:@me@toots.example", allow=("rare",))
    first = world.get(feed, "?count=6")
    rest = world.get(feed, f"?count=6&cursor={first['next']}")
    assert (numbers(first), numbers(rest)) == ([100, 90, 80, 70, 60, 50], [40, 30, 20, 10])
    assert rest["next"] is None


def test_a_feed_ends_where_its_owner_says(world: World) -> None:
    feed = world.add("mastodon:@me@toots.example", most=10)
    first = world.get(feed, "?count=6")
    rest = world.get(feed, f"?count=6&cursor={first['next']}")
    assert (numbers(first), numbers(rest), rest["next"]) == ([30, 29, 28, 27, 26, 25], [24, 23, 22, 21], None)


def test_pinned_posts_are_first_and_nowhere_else(world: World) -> None:
    feed = world.add("mastodon:@me@toots.example")
    world.refresh(feed)
    for number in (3, 5):
        world.feeds.mark(feed.id, a_number(world, feed.id, number), pinned=True)
    first = world.get(feed, "?count=6")
    assert numbers(first) == [5, 3, 30, 29, 28, 27]
    rest = world.get(feed, f"?count=100&cursor={first['next']}")
    assert numbers(rest) == [n for n in range(26, 0, -1) if n not in (3, 5)]


def test_a_hidden_post_is_nowhere_and_can_come_back(world: World) -> None:
    feed = world.add("mastodon:@me@toots.example")
    world.refresh(feed)
    number = a_number(world, feed.id, 30)
    world.feeds.mark(feed.id, number, hidden=True)
    assert numbers(world.get(feed, "?count=2")) == [29, 28]
    world.refresh(feed)
    assert numbers(world.get(feed, "?count=2")) == [29, 28]
    world.feeds.mark(feed.id, number, hidden=False)
    assert numbers(world.get(feed, "?count=2")) == [30, 29]


def test_nothing_is_shown_before_it_is_approved(world: World) -> None:
    feed = world.add("mastodon:@me@toots.example", approve=True)
    assert world.texts(feed) == []
    world.feeds.mark(feed.id, a_number(world, feed.id, 7), approved=True)
    assert world.texts(feed) == ["Toot 7"]
    assert shown(world.services, feed.id)["posts"][0]["text"] == "Toot 7"


def test_one_feed_cannot_mark_anothers_posts(world: World) -> None:
    mine, other = world.add("mastodon:@me@toots.example"), world.add(f"rss:{BLOG}")
    world.refresh(mine)
    with pytest.raises(NotFound):
        world.feeds.mark(other.id, a_number(world, mine.id, 7), hidden=True)


def test_a_mark_holds_in_its_own_feed_only(world: World) -> None:
    one, other = world.add("mastodon:@me@toots.example"), world.add("mastodon:@me@toots.example")
    world.refresh(one)
    world.feeds.mark(one.id, a_number(world, one.id, 30), hidden=True)
    assert (numbers(world.get(one, "?count=1")), numbers(world.get(other, "?count=1"))) == ([29], [30])


# --- policies ---


def with_policy(world: World, **changes: Any) -> Policy:
    """Give Mastodon another policy, as only X and Reddit have them, whose accounts need a login."""
    network = world.services.networks["mastodon"]
    policy: Policy = replace(network.policy, **changes)
    kept = {key: value for key, value in world.services.networks.items() if key != "mastodon"}
    networks = Networks((*kept.values(), replace(network, policy=policy)))
    object.__setattr__(world.services, "networks", networks)
    return policy


def test_what_may_be_in_no_data_form_is_in_the_html_alone(world: World) -> None:
    with_policy(world, json=False)
    feed = world.add("mastodon:@me@toots.example", f"rss:{BLOG}")
    world.refresh(feed)
    for form in ("", ".rss", ".atom", ".jsonfeed"):
        body = world.client.get(f"/api/v1/feeds/{feed.id}{form}").get_data(as_text=True)
        assert "Article 1" in body
        assert "Toot" not in body
        assert IDS not in body
    assert {post["network"]["key"] for post in shown(world.services, feed.id, 40)["posts"]} == {"mastodon", "rss"}


def test_pictures_that_may_not_pass_through_us_are_not_shown(world: World, masto: Mastodon) -> None:
    picture = {"id": "1", "type": "image", "url": "https://toots.example/p.jpg", "meta": {}}
    masto.toots = [toot(1, media_attachments=[picture])]
    feed = world.add("mastodon:@me@toots.example")
    (before,) = shown(world.services, feed.id)["posts"]
    assert before["media"][0]["picture"] is not None
    assert before["media"][0]["picture"]["src"].startswith("http://127.0.0.1:8000/media/")
    with_policy(world, media="link", chrome=("author", "own-actions"))
    (after,) = shown(world.services, feed.id)["posts"]
    assert (after["media"][0]["picture"], after["media"][0]["url"]) == (None, "https://toots.example/p.jpg")
    assert after["chrome"] == ["author", "own-actions"]


def test_posts_that_were_not_confirmed_in_time_go(world: World, masto: Mastodon) -> None:
    policy = with_policy(world, max_age=timedelta(days=1))
    feed = world.add("mastodon:@me@toots.example")
    world.refresh(feed)
    world.later(hours=23)
    masto.toots = masto.toots[:-10]  # too old for the list by now
    masto.toots.append(toot(0, minutes=30))
    world.refresh(feed)
    world.later(hours=2)
    assert len(world.get(feed, "?count=100")["posts"]) == 21  # not shown any more, though nobody has reaped
    forgotten: list[str] = []
    assert reap(world.services.database, world.services.networks, forgotten.append, world.now) == 10
    assert reap(world.services.database, world.services.networks, forgotten.append, world.now) == 0
    assert policy.max_age is not None
    with world.services.database.session() as session:
        assert len(session.scalars(select(PostRow)).all()) == 21


def test_an_unchanged_list_confirms_what_is_on_it(world: World) -> None:
    with_policy(world, max_age=timedelta(days=1))
    feed = world.add("mastodon:@me@toots.example")
    for _ in range(3):
        assert not world.refresh(feed)[0].problem
        world.later(hours=20)
        assert reap(world.services.database, world.services.networks, lambda _: None, world.now) == 0
    assert len(world.get(feed, "?count=100")["posts"]) == 30


@pytest.mark.parametrize(("age", "most"), [("max_age", 12), ("media_age", 12), ("none", 24)])
def test_what_must_be_fresh_is_read_often_enough(world: World, age: str, most: int) -> None:
    if age != "none":
        with_policy(world, **{age: timedelta(days=1)})
    with world.services.database.session() as session:
        session.execute(update(SourceRow).values(interval=1))
    feed = world.add("mastodon:@me@toots.example")
    world.later(days=60)
    world.refresh(feed)
    assert world.source(feed).interval == most * 3600


def test_a_deleted_posts_pictures_are_forgotten(world: World, masto: Mastodon) -> None:
    picture = {"id": "1", "type": "image", "url": "https://toots.example/p.jpg", "meta": {}}
    masto.toots = [toot(2), toot(1, minutes=1, media_attachments=[picture]), toot(0, minutes=2)]
    feed = world.add("mastodon:@me@toots.example")
    world.refresh(feed)
    forgotten: list[str] = []
    world.services.__dict__["media"] = type("Media", (), {"forget": staticmethod(forgotten.append)})
    del masto.toots[1]
    world.refresh(feed)
    world.refresh(feed)
    assert forgotten == ["https://toots.example/p.jpg"]


def test_sensitive_posts_are_marked_to_be_blurred(world: World, masto: Mastodon) -> None:
    masto.toots = [toot(1, sensitive=True, spoiler_text="Blood")]
    kinds = {kind: world.add("mastodon:@me@toots.example", sensitive=kind) for kind in ("show", "blur", "hide")}
    found = {kind: shown(world.services, feed.id)["posts"] for kind, feed in kinds.items()}
    assert [post["sensitive"] for post in found["show"] + found["blur"]] == [False, True]
    assert found["hide"] == []
