"""The built kit: every released version's files, kept in memory with their compressed forms.

`static/kit/<version>/` holds what `make kit` wrote, for good: pages pin these files by their hashes (SRI).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from core.coding import best_coding
from core.errors import NotFound

FOLDER = Path(__file__).resolve().parents[1] / "static" / "kit"
TYPES = {".js": "text/javascript; charset=utf-8", ".json": "application/json", ".css": "text/css; charset=utf-8"}
_VERSION = re.compile(r"(\d{1,4})\.(\d{1,4})\.(\d{1,4})")


@dataclass(frozen=True)
class File:
    """One file: its bytes by content coding, its type and its tag."""

    forms: Mapping[str, bytes]
    type: str
    etag: str

    def best(self, accepted: str) -> tuple[str, bytes]:
        """Return the smallest form that an Accept-Encoding header allows (RFC 9110 §12.5.3)."""
        coding = best_coding(accepted, self.forms)
        return coding, self.forms[coding]


class Kit:
    """The versions there are, and their files."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder
        self._files: dict[tuple[str, str], File] = {}

    @cached_property
    def versions(self) -> list[str]:
        """Return every version, oldest first."""
        found = (
            [p.name for p in self._folder.iterdir() if _VERSION.fullmatch(p.name)] if self._folder.is_dir() else []
        )
        return sorted(found, key=lambda v: tuple(map(int, v.split("."))))

    def newest(self, major: str) -> str:
        """Return the newest version of a major one; raise NotFound where there is none."""
        matching = [v for v in self.versions if v.split(".")[0] == major]
        if not matching:
            raise NotFound(f"There is no kit of version {major[:20]}.")
        return matching[-1]

    def integrity(self, version: str) -> dict[str, Any]:
        """Return a version's integrity.json."""
        found: dict[str, Any] = json.loads(self.file(version, "integrity.json").forms[""])
        return found

    def file(self, version: str, name: str) -> File:
        """Return a file of an exact version; raise NotFound where there is none."""
        known = self._files.get((version, name))
        if known:
            return known
        if version not in self.versions or not re.fullmatch(r"[a-z0-9]+(?:[.-][a-z0-9]+)*\.(?:js|json|css)", name):
            raise NotFound("There is no such file in the kit.")
        path = self._folder / version / name
        if not path.is_file():
            raise NotFound("There is no such file in the kit.")
        self._files[version, name] = _read(path)
        return self._files[version, name]


def _read(path: Path) -> File:
    forms = {"": path.read_bytes()}
    for coding, ending in (("br", ".br"), ("gzip", ".gz")):
        packed = path.with_name(path.name + ending)
        if packed.is_file():
            forms[coding] = packed.read_bytes()
    tag = hashlib.sha256(forms[""]).hexdigest()[:20]
    return File(forms, TYPES[path.suffix], tag)
