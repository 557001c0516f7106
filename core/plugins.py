"""Find what third parties add by entry points, and fail softly: a broken plug-in is logged and skipped.

Groups: ``handbill.networks`` (a `networks.parts.Network`), ``handbill.widgets`` (a `widgets.base.Widget`),
``handbill.layouts`` and ``handbill.rules``. The value is the object itself, not a function called for its effects.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Generic, TypeVar

log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True)
class Loaded(Generic[T]):
    """What a group gave: the sound values by entry-point name, and a sentence for each that failed."""

    values: tuple[T, ...]
    failures: tuple[str, ...]


def load(group: str, kind: type[T], taken: frozenset[str] = frozenset()) -> Loaded[T]:
    """Load a group's values that are of ``kind`` and whose ``key`` nobody has yet."""
    values: list[T] = []
    failures: list[str] = []
    keys = set(taken)
    for point in sorted(entry_points(group=group), key=lambda p: p.name):
        value, failure = _one(point, kind, keys)
        if value is None:
            failures.append(f"{group}: {point.name} ({point.value}) {failure}")
            log.warning("plug-in skipped: %s", failures[-1])
            continue
        keys.add(_key(value))
        values.append(value)
    return Loaded(tuple(values), tuple(failures))


def _one(point: EntryPoint, kind: type[T], taken: set[str]) -> tuple[T | None, str]:
    try:
        value = point.load()
    except Exception as exc:  # noqa: BLE001 -- anything may go wrong in other people's modules
        return None, f"could not be loaded: {type(exc).__name__}: {exc}"
    if not isinstance(value, kind):
        return None, f"is a {type(value).__name__}, not a {kind.__name__}"
    if _key(value) in taken:
        return None, f"has the key {_key(value)!r}, which exists already"
    return value, ""


def _key(value: object) -> str:
    return str(getattr(value, "key", ""))
