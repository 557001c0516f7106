"""Stale previews are read anew by the jobs process: web processes only put a job.

A visitor gets the stale preview at once. A thread beside it puts one job for that address, which the worker does
within a second or so. Where nobody would do the job, that thread reads the page itself: nothing stays stale because
a worker is missing. See docs/jobs.md.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from typing import TYPE_CHECKING, Any

from core.errors import Problem
from core.recent import Recent

if TYPE_CHECKING:
    from core.services import Services

log = logging.getLogger(__name__)

REFRESH = "preview.refresh"
# Seconds for which an answer about the worker holds: it is taken for dead after a minute (core.jobs_beats.SILENT).
_LOOK = 5.0
# Seconds in which a process does not put the same job again, and how many of those it remembers. The worker asks for
# jobs every half second, and reading a page takes nine seconds at the most (og.reader.fetch.DEADLINE).
_AGAIN, _MOST = 10.0, 2000


def refresh(payload: dict[str, Any], services: Any) -> None:
    """The job: read the preview of an address anew, unless somebody just did. A page that fails stays as it was."""
    services.previews.renew(payload["url"])


class Refreshes:
    """Asks the worker for previews anew. One for the process, shared by its threads."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._worker: Recent[bool] = Recent(1, _LOOK)
        self._asked: Recent[bool] = Recent(_MOST, _AGAIN)
        self._putting = threading.Lock()

    def ask(self, url: str) -> bool:
        """Have an address read anew by the worker; return False where the caller must do that."""
        digest = hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()
        with self._putting:  # else several threads would put what none of them has noted yet
            return self._asked.get(digest, lambda: self._put(url, digest))

    def _put(self, url: str, digest: str) -> bool:
        if not self._shared() or not self._worker.get("", self._works):
            return False
        try:
            self._services.jobs.enqueue(REFRESH, {"url": url}, dedupe=digest)
        except Problem as problem:
            log.warning("a refresh could not be put: %s", problem.message)
            return False
        return True

    def _shared(self) -> bool:
        """Return whether the worker keeps previews where we look for them.

        Workers on PostgreSQL may be on other machines; files are then each machine's own, and only Redis is shared.
        """
        settings = self._services.settings
        return bool(settings.redis_url) or not settings.database_url

    def _works(self) -> bool:
        from sqlalchemy.exc import SQLAlchemyError

        from core.jobs_beats import OK, state

        try:
            with self._services.database.session() as session:
                return state(session) == OK
        except (SQLAlchemyError, Problem):
            return False
