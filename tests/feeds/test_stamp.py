"""Answers of feeds are kept in memory under the feed's version: what was hidden is gone at once, for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from feeds.feed import Feed
from feeds.stamp import stamp
from tests.doubles import an_app
from tests.widgets.feeds_with_posts import a_feed, a_post, news


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    made = an_app(tmp_path)
    yield made
    made.extensions["handbill"].close()


@pytest.fixture
def feed(app: Flask) -> Feed:
    return a_feed(app, [a_post(n) for n in range(5)])


PLACES = ("/api/v1/feeds/{0}", "/api/v1/feeds/{0}.rss", "/api/v1/feeds/{0}.atom", "/api/v1/feeds/{0}.jsonfeed",
          "/widgets/feed.html?feed={0}", "/widgets/feed.json?feed={0}", "/widgets/feed/frame?feed={0}")  # fmt: skip


def queries(app: Flask) -> list[str]:
    from sqlalchemy import event

    seen: list[str] = []
    engine = app.extensions["handbill"].database.engine
    event.listen(engine, "before_cursor_execute", lambda _c, _cursor, statement, *_: seen.append(statement))
    return seen


@pytest.mark.parametrize("place", PLACES)
def test_the_second_answer_comes_from_memory(app: Flask, feed: Feed, place: str) -> None:
    client, address = app.test_client(), place.format(feed.id)
    first = client.get(address)
    seen = queries(app)
    second = client.get(address)
    assert (second.status_code, second.data) == (200, first.data)
    assert seen == []  # but for the version, which goes to the driver itself
    if "ETag" in first.headers:
        again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("place", PLACES)
def test_what_was_hidden_is_gone_at_once(app: Flask, feed: Feed, place: str) -> None:
    client, address = app.test_client(), place.format(feed.id)
    assert "Post number 3" in client.get(address).text
    feeds = app.extensions["handbill"].feeds
    (hidden,) = [one.id for one in feeds.everything(feed.id) if "number 3" in one.post.text]
    feeds.mark(feed.id, hidden, hidden=True)
    assert "Post number 3" not in client.get(address).text
    feeds.mark(feed.id, hidden, hidden=False)
    assert "Post number 3" in client.get(address).text


def test_news_are_there_at_once_and_a_removed_feed_is_not(app: Flask, feed: Feed) -> None:
    client = app.test_client()
    client.get(f"/api/v1/feeds/{feed.id}")
    news(app, feed, a_post(99, time=a_post(0).time))
    assert "Post number 99" in client.get(f"/api/v1/feeds/{feed.id}").text
    app.extensions["handbill"].feeds.remove(feed.id)
    assert client.get(f"/api/v1/feeds/{feed.id}").status_code == 404


def test_each_origin_has_its_own_answer(app: Flask, feed: Feed) -> None:
    client, address = app.test_client(), f"/api/v1/feeds/{feed.id}"
    site = app.extensions["handbill"].sites.by_key(feed.site_key)
    mine, other = site.origins[0], "https://evil.example"
    allowed = [client.get(address, headers={"Origin": origin}).headers.get("Access-Control-Allow-Origin")
               for origin in (mine, other, mine, other)]  # fmt: skip
    assert allowed == [mine, None, mine, None]


def test_only_feeds_have_a_version(app: Flask, feed: Feed) -> None:
    database, now = app.extensions["handbill"].database, app.extensions["handbill"].feeds.find(feed.id).version
    assert stamp(database, f"/api/v1/feeds/{feed.id}", "") == str(now)
    assert stamp(database, "/widgets/feed.html", f"count=3&feed={feed.id}") == str(now)
    for path, query in (
        (f"/api/v1/feeds/{feed.id}/events", ""), ("/api/v1/feeds/short", ""),
        ("/widgets/share.json", f"feed={feed.id}"), ("/api/v1/feeds/" + "x' OR 1=1 --aaaaaaaa", ""),
    ):  # fmt: skip
        assert stamp(database, path, query) is None
    for path, query in (
        ("/api/v1/feeds/" + "a" * 20, ""), ("/widgets/feed.html", ""), ("/widgets/feed.html", "feed=x"),
        ("/widgets/feed.html", f"feed={feed.id}&feed={feed.id}"), ("/widgets/feed.html", f"feed={feed.id}%20"),
    ):  # fmt: skip
        assert stamp(database, path, query) == ""


def test_a_database_that_does_not_answer_is_no_answer(app: Flask, feed: Feed) -> None:
    database = app.extensions["handbill"].database
    with database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE feeds RENAME TO elsewhere")
    assert stamp(database, f"/api/v1/feeds/{feed.id}", "") == ""
