"""``check --stdin``: one saved page a line in, one report a line out (docs/check.md)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from core.errors import Invalid, Problem
from og.check import check
from og.preview import from_html


def stream(lines_in: Iterable[str], write: Callable[[str], Any]) -> None:
    """Answer each line ``path<TAB>url<TAB>encoding`` with one line of JSON; ``write`` must flush.

    An error is ``{"error": {…}}`` on its line, and the next line is read. The encoding, which may be empty, stands
    for the charset of the HTTP header.
    """
    for line in lines_in:
        try:
            answer = _answer(line.rstrip("\r\n"))
        except Problem as problem:
            answer = problem.as_json()
        write(json.dumps(answer, ensure_ascii=False) + "\n")


def _answer(line: str) -> dict[str, Any]:
    path, url, encoding, *_ = (*line.split("\t"), "", "")
    if not path or not url:
        raise Invalid(
            "A line is: path of a saved page, tab, its address, tab, its encoding or nothing.", field="line"
        )
    try:
        html = Path(path).read_bytes()
    except (OSError, ValueError) as exc:
        raise Invalid("The page's file cannot be read.", field="path") from exc
    content_type = f"text/html; charset={encoding}" if encoding else "text/html"
    return check(from_html(html, url, content_type), html, url=url, content_type=content_type).as_json()
