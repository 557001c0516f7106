"""A server with feeds in a small internet, and a clock that a test moves."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from core.services import Services
from feeds.feed import Feed
from feeds.options import FeedOptions
from feeds.refresh import Refreshed
from feeds.service import Feeds, Source
from tests.doubles import a_site, an_app, with_http
from tests.login.internet import Asked, Internet

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
BLOG = "https://blog.example/feed.xml"
TOOTS = "https://toots.example"


class World:
    """An application with one site, whose whole world is a table of pages."""

    def __init__(self, folder: Path, pages: Mapping[str, Any], **settings: str) -> None:
        self.app = an_app(folder, **settings)
        self.internet = Internet(pages)
        with_http(self.app, self.internet.http())
        self.services: Services = self.app.extensions["handbill"]
        self.now = NOON
        self.feeds = Feeds(self.services, now=lambda: self.now)
        self.services.__dict__["feeds"] = self.feeds
        self.site = a_site(self.app)

    @property
    def client(self) -> FlaskClient:
        return self.app.test_client()

    def pages(self, **changes: Any) -> None:
        self.internet.pages.update(changes)

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)

    def add(self, *sources: str, approve: bool = False, **options: Any) -> Feed:
        return self.feeds.add("News", self.site.key, sources, options=FeedOptions(**options), approve=approve)

    def refresh(self, feed: Feed) -> list[Refreshed]:
        return self.feeds.refresh(feed.id)

    def source(self, feed: Feed) -> Source:
        (found,) = self.feeds.sources(feed.id)
        return found

    def get(self, feed: Feed, query: str = "") -> dict[str, Any]:
        answer = self.client.get(f"/api/v1/feeds/{feed.id}{query}")
        assert answer.status_code == 200, answer.get_data(as_text=True)
        found: dict[str, Any] = answer.get_json()
        return found

    def texts(self, feed: Feed, query: str = "") -> list[str]:
        return [post.get("text", "") for post in self.get(feed, query)["posts"]]

    def close(self) -> None:
        self.services.close()


@contextmanager
def a_world(folder: Path, pages: Mapping[str, Any], **settings: str) -> Iterator[World]:
    """A world that is closed at the end."""
    world = World(folder, pages, **settings)
    try:
        yield world
    finally:
        world.close()


# --- what networks answer ---


def at(minutes: float = 0) -> str:
    """A time so many minutes before noon, as networks write it."""
    return (NOON - timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")


def rss(*items: str, head: str = "") -> bytes:
    """An RSS document."""
    return f'<rss version="2.0"><channel><title>Blog</title>{head}{"".join(items)}</channel></rss>'.encode()


def item(number: int, words: str = "", minutes: float = 0, more: str = "") -> str:
    """An RSS item."""
    when = (NOON - timedelta(minutes=minutes)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    return (
        f"<item><guid>b{number}</guid><link>https://blog.example/{number}</link><pubDate>{when}</pubDate>"
        f"<description>{words or f'Article {number}'}</description>{more}</item>"
    )


ME = {"id": "7", "acct": "me", "username": "me", "display_name": "Me", "url": f"{TOOTS}/@me", "avatar": ""}


def toot(number: int, words: str = "", minutes: float = 0, **more: Any) -> dict[str, Any]:
    """A status of Mastodon's API."""
    return {
        "id": str(number), "uri": f"{TOOTS}/users/me/statuses/{number}", "url": f"{TOOTS}/@me/{number}",
        "created_at": at(minutes), "content": f"<p>{words or f'Toot {number}'}</p>", "account": ME,
        "visibility": "public", "media_attachments": [], **more,
    }  # fmt: skip


class Mastodon:
    """A server with one account, whose statuses a test changes."""

    def __init__(self, *toots: dict[str, Any]) -> None:
        self.toots = list(toots)
        self.lookups = 0

    @property
    def pages(self) -> dict[str, Any]:
        return {f"{TOOTS}/api/v1/accounts/lookup": self.lookup, f"{TOOTS}/api/v1/accounts/7/statuses": self.statuses}

    def lookup(self, _asked: Asked) -> Any:
        self.lookups += 1
        return ME

    def statuses(self, asked: Asked) -> Any:
        before = int(asked.query.get("max_id", 10**9))
        older = [one for one in self.toots if int(one["id"]) < before]
        shown = older[: int(asked.query["limit"])]
        onward = (
            f'<{TOOTS}/api/v1/accounts/7/statuses?limit=40&max_id={shown[-1]["id"]}>; rel="next"' if shown else ""
        )
        return 200, shown, ({"Link": onward} if len(older) > len(shown) else {})


def body(value: Any) -> bytes:
    """JSON as bytes."""
    return json.dumps(value).encode()
