"""A web that answers from a table and a cache in memory: what `Servers` is handed in tests without connections."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from core.errors import BadReply, Problem, TooSlow
from networks.servers import LARGEST


class Answer:
    """A reply with the body as it came."""

    def __init__(self, url: str, status: int, body: bytes) -> None:
        self.url, self.status, self.body = url, status, body

    def json(self) -> Any:
        try:
            return json.loads(self.body)
        except json.JSONDecodeError as exc:
            raise BadReply("not JSON") from exc


class Web:
    """An Http that answers from a table, 404 for the rest; notes what was asked, and how long it might have taken."""

    def __init__(self, answers: dict[str, Any], takes: float = 0.0) -> None:
        self.answers, self.takes = answers, takes
        self.now = 0.0
        self.asked: list[str] = []
        self.deadlines: list[float] = []

    def clock(self) -> float:
        return self.now

    def close(self) -> None:
        """Nothing is open."""

    def get(self, url: str, *, accept: str, max_bytes: int, deadline: float) -> Answer:
        assert "json" in accept
        assert max_bytes == LARGEST
        self.asked.append(url)
        self.deadlines.append(deadline)
        self.now += min(self.takes, deadline)
        if self.takes > deadline:
            raise TooSlow("too slow")
        found = self.answers.get(url, {"status": 404})
        if isinstance(found, Problem):
            raise found
        body = found["body"] if "body" in found else json.dumps(found.get("json")).encode("utf-8", "surrogatepass")
        return Answer(found.get("url", url), found.get("status", 200), body)


class Shelf:
    """A cache in memory that keeps values as JSON text, and Problems, and forgets nothing."""

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {}

    def fetch(self, key: str, load: Callable[[], Any], *, fresh: float, stale: float = 0, negative: float = 0) -> Any:
        assert 0 < negative < fresh < stale
        if key not in self.kept:
            try:
                self.kept[key] = json.dumps(load())
            except Problem as problem:
                self.kept[key] = problem
        if isinstance(self.kept[key], Problem):
            raise self.kept[key]
        return type("Cached", (), {"value": json.loads(self.kept[key])})
