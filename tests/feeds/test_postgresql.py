"""The engine on PostgreSQL: the same posts, marks and pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.database import Database
from core.schema import upgrade
from feeds.due import due_sources
from feeds.reap import reap
from feeds.sample import make_sample
from tests.feeds.world import BLOG, Mastodon, a_world, item, rss, toot


@pytest.mark.servers
def test_a_feed_lives_on_postgresql_too(tmp_path: Path, postgres_url: str) -> None:
    database = Database(postgres_url)
    upgrade(database)
    database.close()
    masto = Mastodon(*(toot(n, minutes=30 - n) for n in range(30, 0, -1)))
    pages = {**masto.pages, BLOG: rss(item(1, "NUL \0 and \U0001f600", minutes=99))}
    with a_world(tmp_path, pages, database_url=postgres_url.replace("postgresql+psycopg", "postgresql")) as world:
        feed = world.add("mastodon:@me@toots.example", f"rss:{BLOG}")
        assert len(due_sources(world.services.database, world.now)) == 2
        assert sorted(one.new for one in world.refresh(feed)) == [1, 30]
        newest, *_, oldest = world.feeds.everything(feed.id, 100)
        world.feeds.mark(feed.id, newest.id, hidden=True)
        world.feeds.mark(feed.id, oldest.id, pinned=True)
        first = world.get(feed, "?count=5")
        rest = world.get(feed, f"?count=100&cursor={first['next']}")
        assert [post["network"] for post in first["posts"]] == ["rss", *["mastodon"] * 4]
        assert len(rest["posts"]) == 25
        del masto.toots[3]
        masto.toots[4] = toot(25, "Edited", minutes=5)
        world.refresh(feed)
        assert sum(one.gone for one in world.refresh(feed)) == 1
        assert "Edited" in world.texts(feed)
        assert reap(world.services.database, world.services.networks, lambda _: None, world.now) == 0
        make_sample(world.services, world.site.key)
        world.feeds.remove(feed.id)
        assert [one.sample for one in world.feeds.all()] == [True]
