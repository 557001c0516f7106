"""Jobs of telling sites: make notices of events, send one, clear away. Imports nothing heavy."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from core.errors import Problem
from core.jobs import Handler
from core.notice import Teller

log = logging.getLogger(__name__)
SPREAD = "notices.spread"


def handlers(tellers: Mapping[str, Teller]) -> dict[str, Handler]:
    """Return what does each kind of job; ``tellers`` make notices of events, by the event's kind."""

    def spread(_payload: dict[str, Any], services: Any) -> None:
        from core.notices import Notices

        Notices(services).spread(tellers)

    return {SPREAD: spread, "notices.send": send}


def send(payload: dict[str, Any], services: Any) -> None:
    """Try one notice."""
    from core.notices import Notices

    Notices(services).send(payload["notice"])


def nudge(services: Any) -> None:
    """Have what was just written told at once, where anybody is to be told; within a minute it is anyway."""
    from core.notice_endpoints import Endpoints

    try:
        if Endpoints(services.database, services.vault, services.settings).any():
            services.jobs.enqueue(SPREAD, dedupe="spread", key="notices")
    except Problem as problem:
        log.warning("notices are not told at once: %s", problem.message)
