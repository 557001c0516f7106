"""A feed of all kinds for the home page: made-up posts, marked as a sample, shown without asking anybody.

The answers in `feeds/samples/` are written by us in the networks' own forms and read by the networks' own files, so
that the sample shows what real posts will look like. Pictures are drawn by this server; times are moved so that the
newest post is some minutes old.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.times import utc_now, written
from feeds import keep
from feeds.options import FeedOptions
from feeds.service import source_id
from feeds.tables import FEED_ID, SAMPLE, FeedRow, LinkRow, SourceRow, new_id
from networks.records import Page, Post

if TYPE_CHECKING:
    from core.services import Services

FOLDER = Path(__file__).resolve().parent / "samples"
NAME = "Sample feed"
# Each answer, and the address that it would be the answer of.
ANSWERS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "mastodon": ("mastodon.json", "https://toots.example/api/v1/accounts/7/statuses?limit=40"),
        "bluesky": ("bluesky.json", "https://public.api.bsky.app/xrpc/app.bsky.feed.getAuthorFeed"),
        "rss": ("rss.xml", "https://gazette.example/feed.xml"),
        "github": ("github.json", "https://api.github.com/repos/harbour/tides/releases"),
        "youtube": ("youtube.xml", "https://www.youtube.com/feeds/videos.xml?channel_id=UCaaaaaaaaaaaaaaaaaaaaaa"),
        "x": ("x.json", "https://api.x.com/2/users/5/tweets"),
    }
)
# What stands in the answers for a picture, and what is drawn there: size, word, colours, pattern.
PICTURES: Mapping[str, tuple[int, int, str, str, str, str]] = MappingProxyType(
    {
        "harbour": (1200, 800, "Harbour", "#123a5e", "#0b6e99", "waves"),
        "deck": (800, 800, "Deck", "#7a3412", "#a8501f", "lines"),
        "rye": (1200, 630, "Rye", "#4a2f14", "#7a4b12", "dots"),
        "clock": (1200, 630, "Clock", "#0f3d2e", "#1f6b4f", "rings"),
        "lock": (1280, 720, "Lock", "#2b2f77", "#4a4fa8", "grid"),
        "ferry": (200, 200, "F", "#0b5a7d", "#123a5e", "none"),
        "lighthouse": (200, 200, "L", "#9a2a2a", "#6e1f1f", "none"),
        "bakery": (200, 200, "B", "#7a4b12", "#4a2f14", "none"),
        "tides": (200, 200, "T", "#14342b", "#2f6b4f", "none"),
    }
)
PLACE = "https://sample.invalid/"
# How old the newest post is.
AGE = timedelta(minutes=7)


def make_sample(services: Services, site_key: str) -> str:
    """Make the site's sample feed, or bring the one that is there up to date; return its id."""
    now = utc_now()
    pages = _moved({key: _page(services, key) for key in ANSWERS}, now)
    feed_id = sample_of(services, site_key) or _feed(services, site_key, now)
    with services.database.session(write=True) as session:
        for key, page in pages.items():
            row = _source(session, site_key, feed_id, key, now)
            keep.store(session, row, services.networks[key], [page], now)
            row.title, row.good, row.tried = page.title, now, now
    return feed_id


def sample_of(services: Services, site_key: str) -> str:
    """Return the id of a site's sample feed, or the empty string."""
    query = select(FeedRow.id).where(FeedRow.site_key == site_key, FeedRow.sample == 1).limit(1)
    with services.database.session() as session:
        return session.scalar(query) or ""


def _feed(services: Services, site_key: str, now: datetime) -> str:
    feed_id, options = new_id(FEED_ID), FeedOptions().as_json()
    made = {"id": feed_id, "site_key": site_key, "name": NAME, "options": options, "created": now, "asked": now}
    with services.database.session(write=True) as session:
        session.add(FeedRow(**made, approve=False, sample=True, version=1))
    return feed_id


def _source(session: Session, site_key: str, feed_id: str, key: str, now: datetime) -> SourceRow:
    one = source_id(session, site_key, (key, f"{SAMPLE}:{key}", ""), now)
    row = session.get_one(SourceRow, one)
    row.state = SAMPLE
    if session.get(LinkRow, (feed_id, one)) is None:
        session.add(LinkRow(feed_id=feed_id, source_id=one))
    session.flush()
    return row


def _page(services: Services, key: str) -> Page:
    """Read an answer as the network's file does, with the pictures' addresses put in."""
    name, url = ANSWERS[key]
    text = (FOLDER / name).read_text("utf-8")
    for picture in PICTURES:
        if PLACE + picture in text:
            text = text.replace(PLACE + picture, _drawn(services, picture))
    page: Page = services.networks[key].feed.read(text.encode(), url)
    return page


def _drawn(services: Services, picture: str) -> str:
    return drawn(services, *PICTURES[picture])


def drawn(
    services: Services, width: int, height: int, word: str, ground: str, onto: str, pattern: str = "none"
) -> str:
    """Return the address of a picture that we draw: a word on a ground of two colours (#rrggbb)."""
    from og.card import read

    theme = {"background": ground, "gradient": onto, "pattern": pattern}
    card, _ = read(
        {"layout": "plain", "width": width, "height": height, "format": "webp", "title": word, "theme": theme}
    )
    return f"{services.settings.base_url}{services.cards.sign(card).path}"


def _moved(pages: Mapping[str, Page], now: datetime) -> dict[str, Page]:
    """Return the pages with all times moved by as much: they are some minutes to some days old."""
    newest = max(datetime.fromisoformat(post.time) for page in pages.values() for post in page.posts)
    by = now - AGE - newest
    return {
        key: replace(page, posts=tuple(_later(post, by) for post in page.posts), next="")
        for key, page in pages.items()
    }


def _later(post: Post, by: timedelta) -> Post:
    at = written(datetime.fromisoformat(post.time) + by)
    repost = _later(post.repost, by) if post.repost else None
    quote = _later(post.quote, by) if post.quote else None
    return replace(post, time=at, edited="", repost=repost, quote=quote)
