"""What the engine does around posts: due sources, credentials, budgets, streams, commands, the sample."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from core.errors import Busy
from core.events import EventRow
from core.jobs_eager import EagerJobs
from feeds import jobs, streams
from feeds.due import due_sources
from feeds.sample import make_sample, sample_of
from feeds.show import shown
from feeds.tables import FeedRow, SourceRow
from networks.accounts import Accounts, NeedsOwner, Tokens
from networks.oauth import Profile
from tests.feeds.world import BLOG, Mastodon, World, a_world, item, rss, toot
from tests.login.internet import Asked

X = "https://api.x.com/2/users"
TWEET = {"id": "1990000000000000001", "text": "Hello", "author_id": "5", "created_at": "2026-11-22T11:00:00.000Z"}
USERS = {"users": [{"id": "5", "name": "Me", "username": "me"}]}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    pages = {
        **Mastodon(toot(1)).pages,
        BLOG: rss(item(1)),
        f"{X}/by/username/me": {"data": {"id": "5", "username": "me", "name": "Me"}},
        f"{X}/5/tweets": {"data": [TWEET], "includes": USERS},
    }
    with a_world(tmp_path, pages) as made:
        made.services.__dict__["jobs"] = EagerJobs({**jobs.HANDLERS}, made.services)
        yield made


# --- jobs ---


def test_what_is_due_is_refreshed_by_the_worker_and_then_is_not_due(world: World) -> None:
    feed = world.add(f"rss:{BLOG}")
    assert due_sources(world.services.database, world.now) == [world.source(feed).id]
    jobs.put_due({}, world.services)
    assert world.texts(feed) == ["Article 1"]
    assert due_sources(world.services.database, world.now) == []
    world.later(hours=2)
    assert len(due_sources(world.services.database, world.now)) == 1


def test_a_source_that_was_removed_meanwhile_is_no_failure(world: World) -> None:
    world.services.jobs.enqueue("feeds.refresh", {"source": "nosuchsource"})
    assert world.services.jobs.status().failed == 0


def test_two_at_once_ask_once(world: World) -> None:
    feed = world.add(f"rss:{BLOG}")
    source = world.source(feed).id
    second: list[Any] = []

    def slow(_asked: Asked) -> Any:
        second.append(world.feeds.refresher.refresh(source))
        return rss(item(1))

    world.pages(**{BLOG: slow})
    world.feeds.refresher.refresh(source)
    assert [one.busy for one in second] == [True]
    assert len(world.internet.to(BLOG)) == 1


def test_who_died_while_refreshing_blocks_nobody_for_long(world: World) -> None:
    feed = world.add(f"rss:{BLOG}")
    with world.services.database.session() as session:
        session.execute(update(SourceRow).values(leased=world.now + timedelta(seconds=60)))
    assert world.refresh(feed)[0].busy
    world.later(seconds=61)
    assert world.refresh(feed)[0].new == 1


def test_a_feed_that_nobody_asks_for_is_read_half_as_often_until_somebody_does(world: World) -> None:
    feed = world.add(f"rss:{BLOG}")
    world.refresh(feed)
    usual = world.source(feed).due - world.now
    world.later(days=8)
    world.refresh(feed)
    source = world.source(feed)
    assert source.due - world.now > 1.6 * timedelta(seconds=source.interval)
    assert usual < 1.2 * timedelta(seconds=source.interval)
    asked = len(world.internet.to(BLOG))
    world.get(feed)
    assert len(world.internet.to(BLOG)) == asked + 1
    assert world.feeds.find(feed.id).asked == world.now


# --- credentials and costs ---


def an_account(world: World, access: str = "tok-123", refresh: str = "") -> str:
    accounts = Accounts(world.services.database, world.services.vault, lambda: world.now)
    profile = Profile(network="x", issuer="https://x.com", subject="5", name="Me", handle="me")
    return accounts.connect(world.site.key, profile, Tokens(access, refresh), ("tweet.read",)).id


def test_the_owners_token_goes_to_the_network_and_nowhere_else(world: World) -> None:
    an_account(world)
    feed = world.add("x:@me")
    (done,) = world.refresh(feed)
    assert (done.new, done.problem) == (1, "")
    assert {asked.headers["authorization"] for asked in world.internet.asked} == {"Bearer tok-123"}
    world.internet.asked.clear()
    elsewhere = (302, b"", {"Location": BLOG})
    world.pages(**{f"{X}/5/tweets": elsewhere})
    world.refresh(feed)
    assert {asked.headers.get("authorization") for asked in world.internet.to(BLOG)} == {None}
    assert "tok-123" not in json.dumps(world.client.get(f"/api/v1/feeds/{feed.id}").get_json())


def test_x_is_in_no_data_form(world: World) -> None:
    an_account(world)
    feed = world.add("x:@me", f"rss:{BLOG}")
    world.refresh(feed)
    assert [post["network"] for post in world.get(feed)["posts"]] == ["rss"]
    assert {post["network"]["key"] for post in shown(world.services, feed.id)["posts"]} == {"rss", "x"}


def test_no_more_is_paid_for_than_the_owner_wants(world: World) -> None:
    an_account(world)
    feed = world.add("x:@me", budget=7)  # of which the last four are fewer than X gives at once
    for number in range(5):
        new = {**TWEET, "id": f"199000000000000000{number}"}
        world.pages(**{f"{X}/5/tweets": {"data": [new], "includes": USERS}})
        (done,) = world.refresh(feed)
    assert (done.problem, world.source(feed).month_posts) == ("budget_spent", 3)
    assert done.due is not None
    assert (done.due.month, done.due.day) == (11, 23)  # looked at once a day; it begins anew with the month
    assert len(world.internet.to(f"{X}/5/tweets")) == 3
    world.later(days=10)
    assert world.refresh(feed)[0].problem == ""
    assert world.source(feed).month_posts == 1


def test_an_owner_who_must_agree_again_is_told_once(world: World) -> None:
    an_account(world)
    feed = world.add("x:@me")
    world.refresh(feed)
    world.pages(**{f"{X}/5/tweets": (401, {"title": "Unauthorized", "status": 401, "detail": "Unauthorized"})})
    for _ in range(3):
        world.refresh(feed)
    assert world.source(feed).state == "needs_owner"
    assert world.get(feed)["stale"] is True
    assert [post["text"] for post in shown(world.services, feed.id)["posts"]] == ["Hello"]
    with world.services.database.session() as session:
        told = [row.kind for row in session.scalars(select(EventRow)) if row.kind.endswith(".needs_owner")]
    assert told == ["account.needs_owner"]
    assert due_sources(world.services.database, world.now + timedelta(days=30)) == []
    world.later(minutes=5)
    world.pages(**{f"{X}/5/tweets": {"data": [TWEET, {**TWEET, "id": "1990000000000000002"}], "includes": USERS}})
    an_account(world, access="tok-new")
    jobs.put_due({}, world.services)
    assert (world.source(feed).state, world.source(feed).posts) == ("ok", 2)


def test_a_right_that_the_account_lacks_is_told_once_too(world: World) -> None:
    an_account(world, refresh="again")
    feed = world.add("x:@me")
    world.pages(**{f"{X}/5/tweets": (401, {"title": "Unauthorized", "status": 401, "detail": "Unauthorized"})})
    refresher = world.feeds.refresher
    refresher._means = replace(refresher._means, token=lambda _: "tok-renewed")
    for _ in range(5):
        world.refresh(feed)
    assert world.source(feed).state == "needs_owner"
    with world.services.database.session() as session:
        told = [row.kind for row in session.scalars(select(EventRow)) if row.kind.endswith(".needs_owner")]
    assert told == ["feed.needs_owner"]


def test_a_permission_that_one_source_lacks_stops_no_other(world: World) -> None:
    an_account(world)
    feed, other = world.add("x:@me"), world.add("x:@other")
    said = {"WWW-Authenticate": 'Bearer error="insufficient_scope"'}  # RFC 6750 §3.1
    refused = (403, {"title": "Forbidden", "status": 403, "detail": "Forbidden"}, said)
    world.pages(**{f"{X}/by/username/other": {"data": {"id": "6"}}, f"{X}/6/tweets": refused})
    for _ in range(3):
        (done,) = world.refresh(other)
    assert (done.problem, world.source(other).state) == ("login_expired", "needs_owner")
    (done,) = world.refresh(feed)
    assert (done.new, done.problem) == (1, "")


def test_a_token_that_cannot_be_had_is_the_owners_to_mend(world: World) -> None:
    account = an_account(world)
    feed = world.add("x:@me")

    def refuse(_account: str) -> str:
        raise NeedsOwner("Connect again.")

    refresher = world.feeds.refresher
    refresher._means = replace(refresher._means, token=refuse)
    assert account
    assert world.refresh(feed)[0].problem == "needs_owner"
    assert world.source(feed).state == "needs_owner"
    assert world.internet.asked == []


def test_the_operators_key_goes_into_the_query_of_its_network_alone(tmp_path: Path) -> None:
    api = "https://www.googleapis.com/youtube/v3/playlistItems"
    video = {"kind": "youtube#playlistItem", "id": "x", "snippet": {
        "title": "Film", "publishedAt": "2026-11-22T11:00:00Z", "resourceId": {"videoId": "a" * 11}}}  # fmt: skip
    with a_world(tmp_path, {api: {"items": [video]}}, youtube_api_key="key-123") as world:
        feed = world.add("youtube:UCaaaaaaaaaaaaaaaaaaaaaa")
        assert world.refresh(feed)[0].new == 1
        assert [asked.query["key"] for asked in world.internet.asked] == ["key-123"] * 2  # the list, and its videos
        assert "key-123" not in json.dumps([vars(one) for one in world.feeds.sources(feed.id)], default=str)


# --- the stream ---


def test_a_stream_tells_of_news(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "LOOK", 0.0)
    feed = world.add(f"rss:{BLOG}")
    world.refresh(feed)
    stream = streams.stream(world.services, feed.id, "")
    assert next(stream) == b"retry: 5000\n\n"
    world.pages(**{BLOG: rss(item(2), item(1))})
    world.refresh(feed)
    kind, number, data = next(stream).decode().splitlines()[:3]
    assert (kind, json.loads(data.removeprefix("data: "))) == ("event: posts", {"posts": ["b2"]})
    world.pages(**{BLOG: rss(item(2, "Edited"), item(1))})
    world.refresh(feed)
    assert next(stream).startswith(b"event: changed\n")
    stream.close()
    again = streams.stream(world.services, feed.id, number.removeprefix("id: "))
    next(again)
    assert next(again).startswith(b"event: changed\n")  # what happened while nobody listened
    again.close()
    version = int(number.removeprefix("id: "))
    for last, first in ((version + 1, None), (version, b"event: changed")):  # a page that was drawn before its stream
        reply = world.client.get(f"/api/v1/feeds/{feed.id}/events?since={last}")
        lines = iter(reply.response)
        next(lines)
        monkeypatch.setattr(streams, "BEAT", 0.0)
        told = next(lines)
        assert told.startswith(first or b": still here")
        reply.close()


def test_a_process_has_ten_streams_and_says_so(world: World) -> None:
    feed = world.add(f"rss:{BLOG}")
    world.refresh(feed)
    taken = [streams.stream(world.services, feed.id, "") for _ in range(streams.STREAMS)]
    answer = world.client.get(f"/api/v1/feeds/{feed.id}/events")
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (503, "busy")
    assert 0 < int(answer.headers["Retry-After"]) <= streams.COME_BACK
    for one in taken:
        one.close()
        one.close()
    found = world.client.get(f"/api/v1/feeds/{feed.id}/events", headers={"Origin": "https://blog.example.org"})
    assert found.mimetype == "text/event-stream"
    assert found.headers["Access-Control-Allow-Origin"] == "https://blog.example.org"
    assert found.headers["Cache-Control"] == "no-store"
    found.close()
    with pytest.raises(Busy):
        taken = [streams.stream(world.services, feed.id, "") for _ in range(streams.STREAMS + 1)]
    del taken


def test_the_stream_of_an_unknown_feed_is_not_found(world: World) -> None:
    assert world.client.get("/api/v1/feeds/aaaaaaaaaaaaaaaaaaaa/events").status_code == 404


# --- commands ---


def said(world: World, *words: str) -> Any:
    with world.app.app_context():
        return world.app.test_cli_runner().invoke(args=["feeds", *words])


def command(world: World, *words: str) -> Any:
    done = said(world, *words, "--json")
    assert done.output, done.exception
    return json.loads(done.stdout)


def test_the_commands_make_show_refresh_and_remove_a_feed(world: World) -> None:
    made = command(world, "add", "News", "--site", world.site.key, "--source", f"rss:{BLOG}", "--block", "casino")
    (row,) = command(world, "list")
    assert (row["id"], row["sources"], row["options"]["block"]) == (made["id"], [f"rss:{BLOG}"], ["casino"])
    assert command(world, "refresh", made["id"])["sources"][0]["new"] == 1
    (status,) = command(world, "status", made["id"])
    assert (status["sources"][0]["posts"], status["sources"][0]["good"]) == (1, "2026-11-22T12:00:00Z")
    (post,) = command(world, "posts", made["id"])
    hidden = command(world, "posts", made["id"], "--hide", str(post["number"]))
    assert (hidden[0]["hidden"], world.texts(world.feeds.find(made["id"]))) == (True, [])
    assert command(world, "remove", made["id"]) == {"removed": made["id"]}
    assert command(world, "list") == []
    assert command(world, "remove", made["id"])["error"]["code"] == "no_feed"


def test_a_refresh_that_fails_says_why(world: World) -> None:
    world.pages(**{BLOG: (500, b"")})
    feed = world.add(f"rss:{BLOG}")
    done = said(world, "refresh", feed.id)
    assert done.exit_code == 1
    assert "unavailable" in done.output
    assert "1 failures" in said(world, "status").output


# --- the sample ---


def test_the_sample_has_every_kind_and_asks_nobody(world: World) -> None:
    feed_id = make_sample(world.services, world.site.key)
    assert make_sample(world.services, world.site.key) == feed_id == sample_of(world.services, world.site.key)
    found = shown(world.services, feed_id)
    posts = found["posts"]
    assert found["sample"] is True
    assert {post["network"]["key"] for post in posts} == {"mastodon", "bluesky", "rss", "github", "youtube", "x"}
    for kind in ("poll", "quote", "repost", "link", "warning", "title"):
        assert any(post[kind] or (post["repost"] and post["repost"][kind]) for post in posts), kind
    assert {media["type"] for post in posts for media in post["media"]} == {"image", "video", "audio"}
    assert all("sample" in json.dumps(post).lower() or post["repost"] for post in posts)
    world.feeds.refresh(feed_id)
    jobs.put_due({}, world.services)
    world.later(days=40)
    assert len(shown(world.services, feed_id)["posts"]) == len(posts)
    assert world.internet.asked == []


def test_the_samples_pictures_are_drawn_here(world: World) -> None:
    feed_id = make_sample(world.services, world.site.key)
    pictures = [
        m["picture"] for post in shown(world.services, feed_id)["posts"] for m in post["media"] if m["picture"]
    ]
    assert len(pictures) >= 4
    answer = world.client.get(pictures[0]["src"].removeprefix("http://127.0.0.1:8000"))
    assert (answer.status_code, answer.mimetype) == (200, "image/webp")
    assert 0 < pictures[0]["width"] <= 640


def test_a_new_sample_site_is_apart(world: World) -> None:
    make_sample(world.services, world.site.key)
    with world.services.database.session() as session:
        assert [row.name for row in session.scalars(select(FeedRow))] == ["Sample feed"]
    assert due_sources(world.services.database, world.now + timedelta(days=9)) == []
