"""The application with a feed of all kinds of posts, and somebody's page with that feed on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from playwright.sync_api import Page

from feeds.feed import Feed
from tests.browser.conftest import a_free_port
from tests.doubles import an_app, serving
from tests.widgets.feeds_with_posts import a_feed, a_post, all_kinds, some_pictures

LAYOUTS = ("list", "grid", "masonry", "carousel", "ticker")


@dataclass
class Server:
    """The application, running, with a feed of all kinds of posts and twenty plain ones."""

    origin: str
    app: Flask
    feed: Feed


@contextmanager
def a_server(folder: Path) -> Iterator[Server]:
    """The application and the pictures' server, running."""
    port = a_free_port()
    with some_pictures() as pictures:
        app = an_app(folder, base_url=f"http://127.0.0.1:{port}", http_allow=pictures.host)
        posts = [*all_kinds(pictures.origin), *(a_post(n) for n in range(20, 40))]
        with serving(app, port) as origin:
            yield Server(origin, app, a_feed(app, posts))
        app.extensions["handbill"].close()


def element(
    server: Server, layout: str = "list", inside: str = "<a href='/there'>Our posts</a>", **options: str
) -> str:
    """The element, with a plain link in it."""
    written = "".join(f' {name}="{value}"' for name, value in options.items())
    return f'<hb-feed feed="{server.feed.id}" layout="{layout}"{written}>{inside}</hb-feed>'


def ready(page: Page, address: str) -> None:
    """Open a page and wait for its feeds."""
    page.goto(address)
    page.wait_for_selector("hb-feed [part=post], [data-hb] [part=post]", state="attached")


def rests_at(page: Page, place: str, number: int) -> None:
    """Wait until what slides has come to rest at a place: a script's whole number of it."""
    seen: list[int] = []
    while seen[-4:] != [number] * 4:
        assert len(seen) < 200, seen
        page.wait_for_timeout(100)
        seen.append(inside(page, place))


def inside(page: Page, script: str) -> Any:
    """What a script says of the feed's shadow root, `root`."""
    return page.evaluate(
        f"(() => {{ const root = document.querySelector('hb-feed').shadowRoot; return {script} }})()"
    )
