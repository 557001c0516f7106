"""``preview --stdin``: one saved page a line in, one preview a line out (docs/preview.md, "Many pages")."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from core.errors import Invalid, Problem
from og.preview import from_html

Answer = Callable[[bytes, str, str], dict[str, Any]]


def _preview(html: bytes, url: str, content_type: str) -> dict[str, Any]:
    return from_html(html, url, content_type).as_json()


def stream(lines_in: Iterable[str], write: Callable[[str], Any], answer: Answer = _preview) -> None:
    """Answer each line ``path<TAB>url<TAB>encoding`` with one line of JSON; ``write`` must flush.

    An error is ``{"error": {…}}`` on its line, and the next line is read. The encoding may be empty: it is the
    charset of the HTTP header. ``answer`` makes the JSON from a page's bytes, its address and its content type.
    """
    for line in lines_in:
        try:
            said = answer(*_page(line.rstrip("\r\n")))
        except Problem as problem:
            said = problem.as_json()
        write(json.dumps(said, ensure_ascii=False) + "\n")


def _page(line: str) -> tuple[bytes, str, str]:
    path, url, encoding, *_ = (*line.split("\t"), "", "")
    if not path or not url:
        raise Invalid(
            "A line is: path of a saved page, tab, its address, tab, its encoding or nothing.", field="line"
        )
    try:
        html = Path(path).read_bytes()
    except (OSError, ValueError) as exc:
        raise Invalid("The page's file cannot be read.", field="path") from exc
    return html, url, f"text/html; charset={encoding}" if encoding else "text/html"
