"""Three servers with five posts in a world of tests: Mastodon's API, a site's RSS, GitHub's releases.

A test edits what they hold, and says what they answer instead.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

from networks.accounts import Tokens
from networks.oauth import Profile
from tests.feeds.world import BLOG, ME, NOON, TOOTS, World, item, rss, toot
from tests.login.internet import Asked

REPO = "https://api.github.com/repos/o/r/releases"
TOKEN = "gho_good"


class Server:
    """One server. ``words`` are its posts by number, the highest the newest; ``minutes`` is how old
    each is at noon."""

    source = ""
    listing = ""

    def __init__(self) -> None:
        self.words = {number: f"Words {number}" for number in range(1, 6)}
        self.minutes = {number: 60.0 - 10 * number for number in range(1, 6)}
        self.refusal: Any = None  # what is answered instead: an answer, or a function of the request
        self.asked: list[int] = []  # the status of each answer
        self.token = ""
        self.ahead = timedelta()  # its clock

    @property
    def pages(self) -> dict[str, Any]:
        return {self.listing: self.answer}

    def post(self, number: int, minutes: float = 0) -> None:
        self.words[number], self.minutes[number] = f"Words {number}", minutes

    def answer(self, asked: Asked) -> Any:
        said = self.refusal(asked) if callable(self.refusal) else self.refusal or self._said(asked)
        status, body, *headers = said
        self.asked.append(status)
        date = format_datetime(NOON + self.ahead, usegmt=True)
        return status, body, {"Date": date, **(headers[0] if headers else {})}

    def numbers(self) -> list[int]:
        return sorted(self.words, reverse=True)

    def age(self, number: int) -> float:
        return self.minutes[number] - self.ahead.total_seconds() / 60

    def connect(self, world: World, token: str = TOKEN) -> None:
        """Let the owner connect an account, where the network has such."""

    def _said(self, asked: Asked) -> Any:
        raise NotImplementedError


class Toots(Server):
    """A Mastodon server."""

    source, listing = "mastodon:@me@toots.example", f"{TOOTS}/api/v1/accounts/7/statuses"

    @property
    def pages(self) -> dict[str, Any]:
        return {f"{TOOTS}/api/v1/accounts/lookup": lambda _: ME, self.listing: self.answer}

    def _said(self, asked: Asked) -> Any:
        before = int(asked.query.get("max_id", 100))
        return 200, [toot(n, self.words[n], self.age(n)) for n in self.numbers() if n < before]


class Site(Server):
    """A site with RSS, which knows entity tags."""

    source, listing = f"rss:{BLOG}", BLOG

    def _said(self, asked: Asked) -> Any:
        body = rss(*(item(n, self.words[n], self.age(n)) for n in self.numbers()))
        tag = f'"{hash(body)}"'
        return (304, b"", {"ETag": tag}) if asked.headers.get("if-none-match") == tag else (200, body, {"ETag": tag})


class Releases(Server):
    """GitHub, with an account of the owner's."""

    source, listing = "github:o/r", REPO

    def connect(self, world: World, token: str = TOKEN) -> None:
        self.token = token
        profile = Profile(network="github", issuer="https://github.com", subject="5", name="O", handle="o")
        world.feeds.accounts.connect(world.site.key, profile, Tokens(token), ())

    def _said(self, asked: Asked) -> Any:
        if asked.headers.get("authorization") != f"Bearer {self.token}":
            return 401, {"message": "Bad credentials"}
        return 200, [self._release(number) for number in self.numbers()]

    def _release(self, number: int) -> dict[str, Any]:
        when = (NOON - timedelta(minutes=self.age(number))).isoformat().replace("+00:00", "Z")
        return {
            "id": number, "html_url": f"https://github.com/o/r/releases/tag/v{number}", "tag_name": f"v{number}",
            "name": f"v{number}", "body": self.words[number], "published_at": when, "assets": [],
            "author": {"login": "o", "html_url": "https://github.com/o"},
        }  # fmt: skip


SERVERS: dict[str, Callable[[], Server]] = {"mastodon": Toots, "rss": Site, "github": Releases}
