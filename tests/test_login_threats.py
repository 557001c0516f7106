"""docs/login-threats.md: every threat is there with a test that exists."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PAGE = TESTS.parent / "docs/login-threats.md"


def rows() -> dict[int, str]:
    """The table's rows by number."""
    found = re.findall(r"^\| (\d+) \| (.+) \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    return {int(number): rest for number, rest in found}


def named(row: str) -> list[tuple[str, str]]:
    """The tests that a row names, as file and function."""
    return re.findall(r"`([\w/]+\.py)::(\w+)`", row)


@cache
def functions_of(path: str) -> frozenset[str]:
    tree = ast.parse((TESTS / path).read_text("utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def test_each_of_the_seventy_stands_there_once_and_in_order() -> None:
    numbers = [int(n) for n in re.findall(r"^\| (\d+) \|", PAGE.read_text("utf-8"), re.MULTILINE)]
    assert numbers == list(range(1, 71))
    assert all(row.count(" | ") == 2 for row in rows().values())


@pytest.mark.parametrize("number", range(1, 71))
def test_each_is_shown_by_tests_that_exist(number: int) -> None:
    row = rows()[number]
    tests = named(row)
    assert tests
    assert [f"{path}::{name}" for path, name in tests if name not in functions_of(path)] == []
    assert "not built" not in row
