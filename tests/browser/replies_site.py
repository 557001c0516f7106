"""The application, and somebody's page with a conversation on it: a value, drawn by the server, which the browser
gets in place of what the database has."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from flask import Flask
from playwright.sync_api import Page, Route

from feeds.conversation import Conversation
from tests.browser.conftest import a_free_port
from tests.doubles import an_app, serving
from tests.widgets.conversations import all_of_it, html
from tests.widgets.feeds_with_posts import some_pictures

ASKED = "**/widgets/replies.html*"


@dataclass
class Talk:
    """The application, running, and a conversation of all kinds of answers."""

    origin: str
    app: Flask
    conversation: Conversation

    def answer(self, page: Page, *conversations: Conversation) -> list[str]:
        """Answer questions for the widget, each by the next conversation, then by the last; return what was asked."""
        left = list(conversations or (self.conversation,))
        asked: list[str] = []

        def answered(route: Route) -> None:
            asked.append(route.request.url)
            found = left.pop(0) if left[1:] else left[0]
            query = {name: value for name, value in parse_qsl(urlsplit(route.request.url).query) if value}
            allowed = {"Access-Control-Allow-Origin": "*"}
            body = html(self.app, found, **query)
            route.fulfill(body=body, content_type="text/html; charset=utf-8", headers=allowed)

        page.route(ASKED, answered)
        return asked


@contextmanager
def a_talk(folder: Path) -> Iterator[Talk]:
    """The application and the pictures' server, running."""
    port = a_free_port()
    with some_pictures() as pictures:
        app = an_app(folder, base_url=f"http://127.0.0.1:{port}", http_allow=pictures.host)
        with serving(app, port) as origin:
            yield Talk(origin, app, all_of_it(pictures.origin))
        app.extensions["handbill"].close()


def ready(page: Page, address: str) -> None:
    """Open a page and wait for its answers."""
    page.goto(address)
    page.wait_for_selector("hb-replies [part=replies], [data-hb] [part=replies]", state="attached")
