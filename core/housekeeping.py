"""Jobs that clear away what has ended: each is a handler for `core.jobs`, put by a schedule."""

from __future__ import annotations

from typing import Any


def trim_events(_payload: dict[str, Any], services: Any) -> None:
    """Delete the events that are older, or more, than is kept (`core.events.KEEP`, `MOST`)."""
    services.events.trim()


def sweep_notices(_payload: dict[str, Any], services: Any) -> None:
    """Delete what sites were told, once it has been kept for long enough (`core.notices`)."""
    from core.notices import Notices

    Notices(services).sweep()


def clear_limits(_payload: dict[str, Any], services: Any) -> None:
    """Delete the counters whose windows have ended. A process that counts clears too, but only while it counts."""
    services.limits.clear()
