"""The time now, and how we write times for others: in the one form that every program reads."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the time now, aware, in UTC."""
    return datetime.now(UTC)


def written(at: datetime) -> str:
    """Return an aware time as ISO 8601 in UTC, to the second, ending in Z (RFC 3339 §5.6)."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
