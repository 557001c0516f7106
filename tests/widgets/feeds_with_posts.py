"""Feeds with posts of all kinds, in the real store, and a loopback server for their pictures."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from PIL import Image
from pytest_httpserver import HTTPServer
from sqlalchemy import update
from werkzeug import Request, Response

from feeds import keep
from feeds.feed import Feed
from feeds.service import _FRESH
from feeds.tables import SOURCE_ID, FeedRow, LinkRow, SourceRow, new_id
from networks._html import of_clean, sanitised
from networks.records import Author, Link, Media, Option, Page, Poll, Post
from tests.doubles import ORIGIN

NOW = datetime.now(UTC).replace(microsecond=0)
SIZES = {"wide": (1200, 675), "tall": (600, 1200), "square": (800, 800), "face": (120, 120)}
LONG = "The stalls stand along the quay, an hour earlier than before. " * 30
WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2


class Pictures:
    """The server, and the paths that it was asked for."""

    def __init__(self, server: HTTPServer) -> None:
        self.host = f"{server.host}:{server.port}"
        self.origin = f"http://{self.host}"
        self.asked: list[str] = []

    def answer(self, request: Request) -> Response:
        """Send a picture whose name says its shape, or 404."""
        self.asked.append(request.path)
        name, _, number = request.path[1:].removesuffix(".png").partition("-")
        if name not in SIZES:
            return Response("no such picture", 404)
        out = io.BytesIO()
        Image.new("RGB", SIZES[name], [(200, 110, 60), (60, 120, 110), (90, 80, 130)][len(number) % 3]).save(
            out, "PNG"
        )
        return Response(out.getvalue(), content_type="image/png")


@contextmanager
def some_pictures() -> Iterator[Pictures]:
    """The server, running."""
    with HTTPServer(threaded=True) as server:
        made = Pictures(server)
        server.expect_request(re.compile("/.*")).respond_with_handler(made.answer)
        yield made
        server.clear()


def ago(hours: float) -> str:
    """A time as a post has it."""
    return (NOW - timedelta(hours=hours)).isoformat().replace("+00:00", "Z")


def a_post(number: int, **changes: Any) -> Post:
    """A plain post, newer ones with lower numbers."""
    made = Post(
        id=f"p{number}",
        url=f"https://example.social/@ada/{number}",
        time=ago(number * 7 + 0.5),
        author=Author("Ada Lovelace", "@ada@example.social", "https://example.social/@ada"),
        text=f"Post number {number}: the market moves to the river.",
        html=f'<p>Post number {number}: the market moves to <a href="https://example.org/river">the river</a>.</p>',
        network="mastodon",
        lang="en",
    )
    return replace(made, **changes)


def all_kinds(pictures: str) -> list[Post]:
    """Posts with everything that a post may have, of several networks."""
    ada = Author("Ada Lovelace", "@ada@example.social", "https://example.social/@ada", f"{pictures}/face-a.png")
    grace = Author(
        "Grace Hopper", "@grace.example.org", "https://bsky.app/profile/grace.example.org", f"{pictures}/face-bb.png"
    )
    river = Author("The River Post", "", "https://river.example.org/")
    one = Media("image", f"{pictures}/wide-1.png", 1200, 675, "Stalls along the quay in the morning sun")
    many = tuple(Media("image", f"{pictures}/square-{'x' * n}.png", 800, 800, f"Picture {n}") for n in range(1, 7))
    film = Media(
        "video",
        "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ",
        1280,
        720,
        "",
        f"{pictures}/wide-22.png",
        embed=True,
    )
    clip = Media(
        "video", "https://video.example.org/clip.mp4", 1280, 720, "Bread is baked", f"{pictures}/wide-333.png"
    )
    sound = Media("audio", "https://sound.example.org/episode.mp3")
    tall = Media("image", f"{pictures}/tall-1.png", 600, 1200, "A very tall poster")
    quoted = a_post(91, id="q", author=grace, network="bluesky", text="The quay is older than the town.", html="")
    poll = Poll((Option("Bread", 62), Option("Cheese", 30), Option("Neither", 8)), 100, 100)
    card = Link(
        "https://river.example.org/market",
        "The market moves to the river",
        "From April the stalls stand along the quay, an hour earlier than before.",
        f"{pictures}/square-card.png",
    )
    tweet = Post(
        "x1",
        "https://x.com/ada/status/1",
        ago(3),
        Author("Ada Lovelace", "ada", "https://x.com/ada"),
        "The market moves to the river on Thursday. https://t.co/abc",
        '<p>The market moves to the river on Thursday. <a href="https://t.co/abc">river.example.org</a></p>',
        (Media("image", f"{pictures}/wide-x.png", 1200, 675, "Stalls"),),
        "x",
        "en",
        edited=ago(2),
    )
    return [
        a_post(0, author=ada, media=(one,)),
        a_post(
            1,
            author=grace,
            network="bluesky",
            url="https://bsky.app/profile/grace.example.org/post/1",
            quote=quoted,
            html="",
            text="Look what I found in the archive.",
        ),
        tweet,
        a_post(
            2, author=ada, media=many, text="Six pictures of one morning.", html="<p>Six pictures of one morning.</p>"
        ),
        a_post(
            3,
            author=Author("River Films", "@riverfilms", "https://www.youtube.com/@riverfilms"),
            network="youtube",
            url="https://www.youtube.com/watch?v=dQw4w9WgXcQ",
            title="How the quay was built",
            text="",
            html="",
            media=(film,),
        ),
        a_post(
            4,
            author=river,
            network="rss",
            url="https://river.example.org/long",
            title="A long article about the market",
            text=LONG,
            html=f"<h2>One</h2><p>{LONG}</p>",
        ),
        a_post(5, author=ada, poll=poll, text="What do you buy first?", html="<p>What do you buy first?</p>"),
        a_post(6, author=ada, media=(tall,), sensitive=True, text="Careful, tall.", html="<p>Careful, tall.</p>"),
        a_post(
            7,
            author=grace,
            network="bluesky",
            warning="A film ends badly",
            sensitive=True,
            text="The ship sinks.",
            html="<p>The ship sinks.</p>",
        ),
        a_post(
            8,
            author=grace,
            network="bluesky",
            repost=a_post(81, author=ada, text="Passed on with thanks.", html="<p>Passed on with thanks.</p>"),
            text="",
            html="",
        ),
        a_post(9, author=ada, link=card, text="Read this.", html="<p>Read this.</p>"),
        a_post(10, author=ada, media=(clip,), text="A clip.", html="<p>A clip.</p>"),
        a_post(
            11,
            author=river,
            network="rss",
            title="Episode 12",
            media=(sound,),
            text="We talk about bread.",
            html="<p>We talk about bread.</p>",
        ),
        a_post(
            12,
            author=Author("السوق", "@suq@example.social", "https://example.social/@suq"),
            lang="ar",
            text="السوق ينتقل إلى النهر يوم الخميس.",
            html="<p>السوق ينتقل إلى النهر يوم الخميس.</p>",
        ),
        a_post(13, text=WORD, html=f"<p>{WORD}</p><pre>{WORD}</pre>"),
    ]


def a_feed(app: Flask, posts: Sequence[Post], name: str = "Thursday notes", **changes: Any) -> Feed:
    """A feed of a site, with these posts as if they had just been read."""
    built = app.extensions["handbill"]
    sites = [*built.sites.all()]
    key = sites[0].key if sites else built.sites.add("Blog", origins=(ORIGIN,), return_to=()).key
    made: Feed = built.feeds.add(name, key, ["rss:https://river.example.org/feed"], **changes)
    with built.database.session(write=True) as session:
        for network in dict.fromkeys(post.network for post in posts):
            read(session, built, made, network, [post for post in posts if post.network == network])
    were_read(app, NOW)
    return made


def were_read(app: Flask, at: datetime) -> None:
    """Let all sources have been read at a time, and due an hour later."""
    with app.extensions["handbill"].database.session(write=True) as session:
        session.execute(update(SourceRow).values(tried=at, good=at, read_at=at, due=at + timedelta(hours=1)))


def read(session: Any, built: Any, feed: Feed, network: str, posts: Sequence[Post]) -> None:
    """Store posts as what a source of the feed has just answered."""
    row = SourceRow(
        id=new_id(SOURCE_ID), site_key=feed.site_key, network=network, address=new_id(SOURCE_ID), account_id="",
        **_FRESH | {"found": {}}, due=NOW, tried=NOW, good=NOW, read_at=NOW, interval=3600, doubtful=False,
    )  # fmt: skip
    session.add(row)
    session.flush()
    session.add(LinkRow(feed_id=feed.id, source_id=row.id))
    keep.store(session, row, built.networks[network], [Page(posts=tuple(posts))], NOW)
    session.execute(update(FeedRow).where(FeedRow.id == feed.id).values(version=FeedRow.version + 1))


def news(app: Flask, feed: Feed, *posts: Post) -> None:
    """Let posts arrive."""
    built = app.extensions["handbill"]
    with built.database.session(write=True) as session:
        read(session, built, feed, posts[0].network, posts)


def strangers(html: str, number: int) -> Post:
    """A post as a network's file makes it of somebody's HTML: through the one sanitiser."""
    clean = sanitised(html, "https://example.social/")
    return a_post(number, html=clean, text=of_clean(clean), title=html[:200], warning="")
