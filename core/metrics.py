"""Counts and durations for Prometheus. With several worker processes they are kept in files of the data folder."""

from __future__ import annotations

import logging
import os
import threading
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prometheus_client import Histogram

log = logging.getLogger(__name__)
# Where `serve` has the workers keep their numbers (prometheus_client's own name for it).
FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
# Bytes of a worker's file, taken from the disk before it is mapped: a page that the disk has no room for ends the
# process (SIGBUS, mmap(2)). A view with a status takes some 1,700: room for a thousand of them.
_ROOM = 2_000_000
_making = threading.Lock()


def _durations() -> Histogram:
    with _making:  # a cache alone would let two first requests register the same name twice, which is an error
        return _made()


@cache
def _made() -> Histogram:
    _reserve()
    from prometheus_client import Histogram

    return Histogram(
        "handbill_request_seconds", "Time to answer, by view and status.", ("view", "status"),
        buckets=(0.001, 0.005, 0.02, 0.1, 0.5, 2.0, 8.0),
    )  # fmt: skip


def _reserve() -> None:
    """Make this worker's file as large as it will ever be; where the disk is full the numbers are this worker's own.

    The client library chooses when it is imported, and takes a file that is there already as it is
    (``prometheus_client.mmap_dict``).
    """
    folder = os.environ.get(FOLDER_VARIABLE)
    if not folder:
        return
    path = Path(folder, f"histogram_{os.getpid()}.db")
    try:
        with path.open("xb") as file:
            file.write(bytes(_ROOM))
    except FileExistsError:
        return
    except OSError:
        log.warning("there is no room for this worker's numbers: /metrics tells those of one worker at a time")
        path.unlink(missing_ok=True)
        del os.environ[FOLDER_VARIABLE]


def observe(view: str, status: int, seconds: float) -> None:
    """Note one answered request."""
    _durations().labels(view, str(status)).observe(seconds)


def exposition() -> tuple[bytes, str]:
    """Return the numbers of all workers, and their media type."""
    from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
    from prometheus_client.multiprocess import MultiProcessCollector

    registry = REGISTRY
    if os.environ.get(FOLDER_VARIABLE):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry), CONTENT_TYPE_LATEST
