"""The pairs of data files: a small page, and what must be read from it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
PAGES = DATA / "pages"
# Where every page of the pairs was found, unless its answer names another address.
FOUND_AT = "https://site.example/dir/page"


def names() -> list[str]:
    """Every pair's name."""
    return sorted(path.stem for path in PAGES.glob("*.html"))


def page(name: str) -> bytes:
    """A page's bytes."""
    return (PAGES / f"{name}.html").read_bytes()


def answer(name: str) -> dict[str, Any]:
    """What must be read: ``url`` where it was found, ``preview``."""
    found: dict[str, Any] = json.loads((PAGES / f"{name}.out.json").read_text("utf-8"))
    return found
