"""``check --stdin``: one saved page a line in, one report a line out (docs/check.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from og.check import check
from og.preview import from_html
from og.reader import stdin


def stream(lines_in: Iterable[str], write: Callable[[str], Any]) -> None:
    """Answer each line with the page's report: lines and errors are those of ``og.reader.stdin.stream``."""
    stdin.stream(lines_in, write, _report)


def _report(html: bytes, url: str, content_type: str) -> dict[str, Any]:
    return check(from_html(html, url, content_type), html, url=url, content_type=content_type).as_json()
