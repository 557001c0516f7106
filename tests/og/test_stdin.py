"""Many pages: a line in, a line out, and a wrong line that stops nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from og.reader.stdin import stream
from tests.og.pairs import FOUND_AT, PAGES, answer


def answers(*lines: str) -> list[dict[str, Any]]:
    """What each line gives."""
    out: list[str] = []
    stream(lines, out.append)
    assert all(line.endswith("\n") and line.count("\n") == 1 for line in out)
    return [json.loads(line) for line in out]


def test_one_line_in_is_one_preview_out() -> None:
    assert answers(f"{PAGES / 'article.html'}\t{FOUND_AT}\tutf-8\n") == [answer("article")["preview"]]


@pytest.mark.parametrize(
    "line", [f"{PAGES / 'nothing.html'}\t{FOUND_AT}", f"{PAGES / 'nothing.html'}\t{FOUND_AT}\t\r\n"]
)
def test_the_encoding_may_be_missing(line: str) -> None:
    assert answers(line) == [answer("nothing")["preview"]]


def test_the_encoding_stands_for_the_header(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_bytes("<meta charset=koi8-r><title>Новости</title>".encode("cp1251"))
    assert answers(f"{path}\t{FOUND_AT}\twindows-1251")[0]["title"] == "Новости"


@pytest.mark.parametrize(
    "line", ["", "\n", "only-a-path", "\t\t", "missing.html\thttps://a.example/\t", "a\x00b\thttps://a.example/\t"]
)
def test_a_wrong_line_is_an_error_and_the_next_is_read(line: str) -> None:
    wrong, right = answers(line, f"{PAGES / 'nothing.html'}\t{FOUND_AT}\t")
    assert wrong["error"]["code"] == "invalid"
    assert right == answer("nothing")["preview"]
