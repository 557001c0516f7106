"""A real Chromium, the real application, and somebody else's page on another origin."""

from __future__ import annotations

import os
import shutil
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import brotli
import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import Response as Reply
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from tests.doubles import an_app, serving
from tests.lateness import late

if TYPE_CHECKING:
    from tests.browser.feed_site import Server
    from tests.browser.login_site import Blog, Place

SIX = "facebook x linkedin whatsapp telegram email"
FLAGS = ("--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
FLAGS += ("--disable-component-update", "--disable-sync", "--no-sandbox")
# No name resolves but some for this machine: whatever a page names elsewhere fails at once, without leaving it.
RULES = "MAP plain.example 127.0.0.1 , MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE *.localhost"
FLAGS += (f"--host-resolver-rules={RULES}",)
# How long the machine may take is not what these tests are about: five seconds are short where many browsers run.
expect.set_options(timeout=20_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder opens a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's Chromium, which may talk to nobody but us."""
    program = shutil.which("chromium")
    if program is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("Chromium is not installed: make browser")
    return {**browser_type_launch_args, "executable_path": program, "args": list(FLAGS)}


@pytest.fixture(scope="session")
def base_url() -> str:
    """No common address: pages are opened by their whole one. (The plug-in's own fixture warns under pytest 9.)"""
    return ""


def a_free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class HostPage:
    """Somebody's website: pages by path, sent with the headers given."""

    origin: str
    pages: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def show(self, body: str, path: str = "/post", head: str = "") -> str:
        """Put a page up and return its address."""
        self.pages[path] = f"<!doctype html><html lang=en><meta charset=utf-8><title>A page</title>{head}<body>{body}"
        return self.origin + path

    def answer(self, request: Request) -> Response:
        """Send a page; anything else is missing, but the icon that browsers ask for unasked."""
        if request.path == "/favicon.ico":
            return Response(status=204)
        found = self.pages.get(request.path)
        response = Response(found or "no such page", 200 if found else 404, content_type="text/html; charset=utf-8")
        response.headers.update(self.headers)
        return response


@pytest.fixture(scope="session")
def handbill(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The application on loopback; yields its origin."""
    port = a_free_port()
    app = an_app(tmp_path_factory.mktemp("handbill"), base_url=f"http://127.0.0.1:{port}")
    with serving(app, port) as origin:
        yield origin
    app.extensions["handbill"].close()


@pytest.fixture(scope="session")
def website() -> Iterator[HostPage]:
    """A server on another origin than ours."""
    made = HostPage("")
    server = make_server("127.0.0.1", 0, late(Request.application(made.answer), in_pieces=False), threaded=True)
    made.origin = f"http://127.0.0.1:{server.port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def host(website: HostPage) -> HostPage:
    """Somebody's website with nothing on it yet."""
    website.pages.clear()
    website.headers.clear()
    return website


@pytest.fixture
def script(handbill: str) -> str:
    """The script tag of the snippet."""
    return f'<script async src="{handbill}/kit/1/kit.js"></script>'


def go(page: Page, locator: Locator) -> None:
    """Press what leads to another page, and be there: a click is over before the next page has anything in it."""
    with page.expect_navigation():
        locator.click()


@dataclass
class Seen:
    """What a page asked for and complained of."""

    requests: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)

    def weights(self, prefix: str) -> dict[str, int]:
        """What came from addresses that begin so, by path: bytes with Brotli 11.

        Bodies are read here and not as they arrive: a page is often done before its events have been heard of.
        """
        wanted = [reply for reply in self.replies if reply.url.startswith(prefix)]
        return {urlsplit(reply.url).path: len(brotli.compress(reply.body(), quality=11)) for reply in wanted}


@pytest.fixture
def seen(page: Page) -> Seen:
    """Watch a page."""
    found = Seen()
    page.on("request", lambda r: found.requests.append(r.url))
    page.on("console", lambda m: found.console.append(f"{m.type}: {m.text}"))
    page.on("pageerror", lambda e: found.errors.append(str(e)))
    page.on("response", lambda r: found.replies.append(r))
    return found


# --- a static site with log-in buttons (tests/browser/login_site.py) ---


@pytest.fixture(scope="session")
def login_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Flask]]:
    """An application that people log in at, and its origin."""
    port = a_free_port()
    app = an_app(tmp_path_factory.mktemp("login"), base_url=f"http://127.0.0.1:{port}")
    with serving(app, port) as origin:
        yield origin, app
    app.extensions["handbill"].close()


@pytest.fixture(scope="session")
def blog() -> Iterator[Blog]:
    """A static site that is another site than ours, for cookies too."""
    from tests.browser.login_site import a_blog

    with a_blog() as made:
        yield made


@pytest.fixture
def place(login_server: tuple[str, Flask], blog: Blog) -> Place:
    """The static site, registered anew, with nothing on it yet."""
    from tests.browser.login_site import a_place

    return a_place(login_server[1], login_server[0], blog)


# --- a feed of all kinds of posts (tests/browser/feed_site.py) ---


@pytest.fixture(scope="session")
def feed_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An application with a feed of all kinds of posts."""
    from tests.browser.feed_site import a_server

    with a_server(tmp_path_factory.mktemp("feeds")) as made:
        yield made
