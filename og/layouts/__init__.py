"""Layouts of cards: what stands where. They are data, read from JSON files; see `og.layouts.schema` for the words.

A layout comes from a file beside this one, from an entry point in the group ``handbill.layouts`` (its value is a
`Layout`), or from a JSON file in the folder ``layouts`` of the server's data folder.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from core.errors import Invalid
from core.plugins import load
from og.layouts.schema import Layout, parse

log = logging.getLogger(__name__)
GROUP = "handbill.layouts"
# The order in which they are shown to people.
BUILT_IN = (
    "article", "blog", "quote", "product", "event", "profile", "repo", "code", "media", "statistic", "photo", "plain",
    "post",
)  # fmt: skip
# A layout's file is a page of text; a longer one is something else.
_LONGEST = 100_000
_FILES = 200


class Layouts(Mapping[str, Layout]):
    """All layouts by key: the built-in, those of plug-ins, and the operator's own, which may replace any of them.

    ``folder`` holds the operator's JSON files. ``failures`` says in a sentence each what could not be used.
    """

    def __init__(self, folder: Path | None = None) -> None:
        found = {key: _built_in(key) for key in BUILT_IN}
        plugins = load(GROUP, Layout, frozenset(found))
        found |= {layout.key: layout for layout in plugins.values}
        own, failures = _own(folder)
        found |= own
        self._found = found
        self.failures = (*plugins.failures, *failures)

    def __getitem__(self, key: str) -> Layout:
        return self._found[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    @property
    def version(self) -> str:
        """Changes when any layout does: twelve hexadecimal digits."""
        told = "".join(layout.model_dump_json() for layout in self._found.values())
        return hashlib.sha256(told.encode()).hexdigest()[:12]


@lru_cache(maxsize=1)
def built_in() -> Layouts:
    """Return the layouts of this installation, without an operator's own."""
    return Layouts()


def _built_in(key: str) -> Layout:
    path = Path(__file__).with_name(f"{key}.json")
    return parse(path.read_text("utf-8"), path.name)


def _own(folder: Path | None) -> tuple[dict[str, Layout], list[str]]:
    """Return the operator's layouts by key; one that is wrong is logged and skipped."""
    found: dict[str, Layout] = {}
    failures: list[str] = []
    for path in sorted(folder.glob("*.json"))[:_FILES] if folder and folder.is_dir() else ():
        try:
            layout = parse(path.read_bytes()[: _LONGEST + 1].decode("utf-8"), f"layouts/{path.name}")
        except (Invalid, OSError, UnicodeDecodeError) as exc:
            failures.append(str(exc) if isinstance(exc, Invalid) else f"layouts/{path.name}: {exc}")
            log.warning("layout skipped: %s", failures[-1])
            continue
        found[layout.key] = layout
    return found, failures
