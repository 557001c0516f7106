"""A static site with log-in buttons on another site than ours, its access log, and a browser that may open both.

``blog.localhost`` and ``127.0.0.1`` are two sites to a browser, so cookies of one are a third party's on the other;
and both are trustworthy origins (W3C Secure Contexts §3.1), as WebCrypto wants them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from playwright.sync_api import BrowserContext, Error, Page, expect
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from core.sites import NewSite
from tests.browser.conftest import HostPage
from tests.doubles import a_site
from tests.lateness import late

LISTEN = """<script nonce=n>window.heard = []; for (const type of ['hb-login', 'hb-error', 'hb-ready'])
  document.addEventListener(type, (e) => heard.push([type, e.detail]));</script>"""


@dataclass
class Blog(HostPage):
    """Somebody's static site; ``log`` is what its server would write down of each request, and then some.

    ``before`` is called when somebody is sent back, before the page is sent.
    """

    log: list[str] = field(default_factory=list)
    before: Callable[[], None] = lambda: None
    scripts: dict[str, str] = field(default_factory=dict)

    def answer(self, request: Request) -> Response:
        """Send a page or a script, and write down the whole request."""
        self.log.append(
            f"{request.method} {request.full_path} {dict(request.headers)} {request.get_data(as_text=True)}"
        )
        if "code" in request.args:
            self.before()
        if request.path in self.scripts:
            return Response(self.scripts[request.path], content_type="text/javascript")
        return super().answer(request)


@contextmanager
def a_blog(host: str = "blog.localhost") -> Iterator[Blog]:
    """A blog on a port of its own."""
    made = Blog("")
    server = make_server("127.0.0.1", 0, late(Request.application(made.answer), in_pieces=False), threaded=True)
    made.origin = f"http://{host}:{server.port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class Place:
    """The blog as a site of ours: its page with buttons, ready to be opened."""

    app: Flask
    base: str
    blog: Blog
    site: NewSite

    def show(self, attributes: str = "", *, path: str = "/post", inside: str | None = None, head: str = "") -> str:
        """Put a page with the buttons up and return its address. ``inside`` is what stands in the element."""
        script = f'<script async src="{self.base}/kit/1/kit.js" data-site="{self.site.key}"></script>'
        buttons = self.fragment(attributes) if inside is None else f"<hb-login {attributes}>{inside}</hb-login>"
        style = '<link rel=icon href="data:,">'
        body = f"<main><h1>A post</h1>{buttons}<p id=after>More.</p></main>"
        return self.blog.show(body, path, f"{style}{head}{LISTEN}{script}")

    def fragment(self, attributes: str) -> str:
        """The element as /widgets/login.html has it, with attributes put on."""
        reply = self.app.test_client().get(f"/widgets/login.html?site={self.site.key}&networks=developer")
        return reply.text.replace("<hb-login", f"<hb-login {attributes}", 1)


def a_place(app: Flask, base: str, blog: Blog, **changes: Any) -> Place:
    """Register the blog, with nothing on it yet."""
    blog.pages.clear()
    blog.headers.clear()
    blog.log.clear()
    blog.before = lambda: None
    given = {"public": True, "name": "The Daily Example", "origins": (blog.origin,)}
    site = a_site(app, **{**given, "return_to": (blog.origin + "/post",), **changes})
    return Place(app, base, blog, site)


def heard(page: Page, *types: str) -> list[Any]:
    """The events of these types that the page has heard, each with its detail."""
    try:
        return [pair for pair in page.evaluate("window.heard || []") if pair[0] in types]
    except Error:  # the page went away while we asked
        return []


def wait_for(page: Page, event: str) -> dict[str, Any]:
    """Wait for an event and return its detail."""
    for _ in range(300):
        if found := heard(page, event):
            return dict(found[0][1] or {})
        page.wait_for_timeout(100)
    raise AssertionError((event, page.url, heard(page, "hb-login", "hb-error")))


def ready(page: Page, address: str) -> None:
    """Open a page and wait for its buttons."""
    page.goto(address)
    page.wait_for_selector("hb-login a[slot], [data-hb=login] a[slot]", state="attached")


def say_who(page: Page, subject: str = "ann") -> None:
    """Fill in the developer network's form and send it."""
    page.get_by_label("Name").fill("Ann Örn")
    page.get_by_label("Id").fill(subject)
    page.get_by_role("button", name="Log in").click(no_wait_after=True)


def click(page: Page) -> None:
    """Press the developer network's button."""
    page.click("hb-login a[slot=developer]", no_wait_after=True)


def log_in(page: Page, subject: str = "ann") -> dict[str, Any]:
    """Log in from an open page in the same window, and return what the page was told."""
    click(page)
    page.wait_for_url("**/login/developer**")
    say_who(page, subject)
    page.wait_for_url("**/post*")
    return wait_for(page, "hb-login")


def pop_up(page: Page, context: BrowserContext) -> Page:
    """Press the button and return the window that opens, at the developer network's form."""
    with context.expect_page() as opened:
        click(page)
    expect(opened.value.get_by_role("button", name="Log in")).to_be_visible()
    return opened.value


def gone(window: Page) -> None:
    """Wait until a window has closed: it does so after it has told its page, which may be ahead of it."""
    if not window.is_closed():
        window.wait_for_event("close")


def stored(page: Page) -> list[Any]:
    """What the page has in storage, and its cookies."""
    return list(page.evaluate("[Object.keys(sessionStorage), Object.keys(localStorage), document.cookie]"))


NOTHING: list[Any] = [[], [], ""]
