"""The limits that docs/security-outgoing.md names are those of the code."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from core.netguard import URL_CHARACTERS, WEB_PORTS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "security-outgoing.md").read_text("utf-8")
ROWS = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if re.match(r"\|.*`\w+\.[A-Z_]+`", line)]


@pytest.mark.parametrize(("what", "limit", "constants"), ROWS, ids=[row[0] for row in ROWS])
def test_a_limit_is_as_written(what: str, limit: str, constants: str) -> None:
    written = [float(number.replace(",", "")) for number in re.findall(r"\d[\d,]*\b", limit)]
    named = re.findall(r"`(\w+)\.([A-Z_]+)`", constants)
    assert written == [float(getattr(importlib.import_module(f"core.{module}"), name)) for module, name in named]


def test_the_rules_in_the_text_are_as_written() -> None:
    assert len(ROWS) > 12
    assert f"{URL_CHARACTERS:,} characters" in PAGE
    assert all(str(port) in PAGE for port in WEB_PORTS)
