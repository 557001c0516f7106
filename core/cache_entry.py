"""What the cache keeps under a key: a value or an error, and how long each of them is good.

A line of JSON about it, then the value itself: JSON, or bytes as they are. Never pickle, which runs what it reads.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from core.errors import Problem

Negative = float | Callable[[Problem], float]
"""For how many seconds an error is held: the same for all, or by what went wrong."""


@dataclass(frozen=True)
class Life:
    """For how many seconds a value is fresh, may be served stale after that, and an error is held."""

    fresh: float
    stale: float = 0
    negative: Negative = 0

    def seconds_of(self, problem: Problem) -> float:
        """Return for how many seconds this error is held."""
        return self.negative(problem) if callable(self.negative) else self.negative


@dataclass(frozen=True)
class Entry:
    """Times are seconds since 1970. There is a value, an error, or an error beside the value from before it."""

    has_value: bool = False
    value: Any = None
    made: float = 0
    fresh_until: float = 0
    stale_until: float = 0
    error: dict[str, str] | None = None
    held_until: float = 0

    @classmethod
    def of(cls, value: Any, now: float, life: Life) -> Entry:
        """Return the entry of a value just made."""
        return cls(True, value, now, now + life.fresh, now + life.fresh + life.stale)

    def failed(self, problem: Problem, now: float, seconds: float) -> Entry:
        """Return this entry with an error that is held for some seconds; the value, if there is one, stays."""
        return replace(self, error=_problem_data(problem), held_until=now + seconds)

    def problem(self) -> Problem:
        """Return the error, of the class it had."""
        data = dict(self.error or {})
        kind, retry_at = _classes()[data.pop("type")], data.pop("retry_at")
        return kind(**data, retry_at=datetime.fromisoformat(retry_at) if retry_at else None)

    def fresh(self, now: float) -> bool:
        """Return whether the value is as good as new."""
        return self.has_value and now < self.fresh_until

    def usable(self, now: float) -> bool:
        """Return whether the value may be served, fresh or stale."""
        return self.has_value and now < self.stale_until

    def held(self, now: float) -> bool:
        """Return whether an error says not to try again yet."""
        return self.error is not None and now < self.held_until

    def seconds_left(self, now: float) -> float:
        """Return how long the entry is of any use."""
        return max(self.stale_until if self.has_value else 0, self.held_until) - now

    def encoded(self) -> bytes:
        """Return the bytes to store. Raises TypeError or ValueError where the value is neither JSON nor bytes."""
        raw = isinstance(self.value, bytes)
        body = self.value if raw else json.dumps(self.value, separators=(",", ":"), allow_nan=False).encode()
        times = (self.made, self.fresh_until, self.stale_until)
        head = (zlib.crc32(body), raw, self.has_value, *times, self.error, self.held_until)
        return json.dumps(head, separators=(",", ":")).encode() + b"\n" + body

    @classmethod
    def decoded(cls, data: Any) -> Entry | None:
        """Return the entry stored as ``data``; None for anything damaged, of another program, or not even bytes."""
        try:
            head, _, body = data.partition(b"\n")
            crc, raw, has_value, made, fresh, stale, error, held = json.loads(head)
            if zlib.crc32(body) != crc:
                return None
            value = body if raw else json.loads(body)
            entry = cls(bool(has_value), value, float(made), float(fresh), float(stale), error, float(held))
            if error is not None:
                entry.problem()  # what cannot be read must be a miss now, not an exception later
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
            return None
        return entry


def _problem_data(problem: Problem) -> dict[str, str]:
    return {
        "type": type(problem).__name__,
        "message": problem.message,
        "code": problem.code,
        "field": problem.field,
        "retry_at": problem.retry_at.isoformat() if problem.retry_at else "",
    }


def _classes(root: type[Problem] = Problem) -> dict[str, type[Problem]]:
    found = {root.__name__: root}
    for child in root.__subclasses__():
        found |= _classes(child)
    return found
