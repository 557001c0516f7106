"""A WebSub hub on loopback, a feed that names it, and our server between them.

The hub is a small one of our own after https://www.w3.org/TR/websub/: it asks back over HTTP before it believes,
signs what it sends, and can be told to be unfriendly.
"""

from __future__ import annotations

import hmac
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlencode

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from feeds.webhook_tables import SubscriptionRow
from tests.doubles import serving
from tests.feeds.webhook_doubles import Desk

ENTRY = (
    "<entry><id>urn:{0}</id><title>{1}</title><link href='https://news.example/{0}'/>"
    "<updated>2026-11-{0:02}T10:00:00Z</updated></entry>"
)


class World:
    """A site with one feed, a hub, and our server, all on loopback."""

    def __init__(self, server: HTTPServer, desk: Desk, ours: str) -> None:
        self.desk, self.ours = desk, ours
        self.origin = server.url_for("").rstrip("/")
        self.topic = f"{self.origin}/feed"
        self.entries, self.asked = [1], list[dict[str, str]]()
        self.words: dict[int, str] = {}
        self.answer: Response | None = None
        self.status, self.questions, self.answers = 202, True, list[tuple[int, bytes]]()
        server.expect_request("/feed").respond_with_handler(self._feed)
        server.expect_request("/hub", method="POST").respond_with_handler(self._hub)

    def _feed(self, _request: Request) -> Response:
        if self.answer is not None:
            return self.answer
        links = f'<link rel="hub" href="{self.origin}/hub"/><link rel="self" href="{self.topic}"/>'
        entries = "".join(ENTRY.format(n, self.words.get(n, f"Post {n}")) for n in self.entries)
        body = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>News</title><id>urn:f</id>{links}{entries}</feed>'
        return Response(body, content_type="application/atom+xml")

    def _hub(self, request: Request) -> Response:
        form = {name: values[0] for name, values in parse_qs(request.get_data(as_text=True)).items()}
        self.asked.append(form)
        if self.questions and self.status < 300:  # before its answer, as a hub may
            self.answers.append(self.ask(form["hub.mode"]))
        return Response("", self.status)

    def ask(self, mode: str, **changes: str) -> tuple[int, bytes]:
        """Ask whether a request was meant (§5.3); return status and words."""
        fields = {"mode": mode, "topic": self.topic, "challenge": "c-17", "lease_seconds": "864000", **changes}
        query = urlencode({f"hub.{name}": value for name, value in fields.items()})
        return fetch(f"{self.asked[-1]['hub.callback']}?{query}")

    def send(self, body: bytes, secret: str = "", kind: str = "sha256") -> int:
        """Send a delivery, signed with the secret that we told (§7)."""
        mac = hmac.new((secret or self.asked[-1]["hub.secret"]).encode(), body, kind).hexdigest()
        headers = {"X-Hub-Signature": f"{kind}={mac}", "Content-Type": "application/atom+xml"}
        return fetch(self.asked[-1]["hub.callback"], body, headers)[0]

    def tend(self) -> None:
        self.desk.jobs.enqueue("webhooks.tend")

    def subscription(self) -> SubscriptionRow:
        (row,) = self.desk.webhooks.subscriptions.all()
        return row

    def add_feed(self) -> str:
        """Make a feed of the site's and read it once."""
        (source,) = self.desk.feed(f"rss:{self.topic}")
        self.desk.services.feeds.put(source)
        return source


def fetch(url: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers or {}), timeout=5) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def a_hub(folder: Path, server: HTTPServer) -> Iterator[World]:
    """The three of them, running."""
    port = free_port()
    ours = f"http://127.0.0.1:{port}"
    desk = Desk(folder, real=True, base_url=ours, http_allow=f"{server.host}:{server.port}")
    with serving(desk.app, port):
        yield World(server, desk, ours)
    desk.services.close()
