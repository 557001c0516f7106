"""Counts and durations for Prometheus. With several worker processes they are kept in files of the data folder."""

from __future__ import annotations

import os
import threading
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prometheus_client import Histogram

# Where `serve` has the workers keep their numbers (prometheus_client's own name for it).
FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
_making = threading.Lock()


def _durations() -> Histogram:
    with _making:  # a cache alone would let two first requests register the same name twice, which is an error
        return _made()


@cache
def _made() -> Histogram:
    from prometheus_client import Histogram

    return Histogram(
        "handbill_request_seconds", "Time to answer, by view and status.", ("view", "status"),
        buckets=(0.001, 0.005, 0.02, 0.1, 0.5, 2.0, 8.0),
    )  # fmt: skip


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
