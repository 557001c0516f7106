"""The limits that docs/media.md names are those of the code."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from og.media_service.address import WIDTHS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "media.md").read_text("utf-8")
ROWS = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if re.match(r"\|.*`[\w.]+\.[A-Z_]+`", line)]
UNITS = {"day": 86400, "days": 86400, "hour": 3600, "minutes": 60, "minute": 60}


@pytest.mark.parametrize(("what", "limit", "constants"), ROWS, ids=[row[0] for row in ROWS])
def test_a_limit_is_as_written(what: str, limit: str, constants: str) -> None:
    unit = next((seconds for word, seconds in UNITS.items() if re.search(rf"\b{word}\b", limit)), 1)
    written = [float(number.replace(",", "")) * unit for number in re.findall(r"\d[\d,]*", limit)]
    named = re.findall(r"`([\w.]+)\.([A-Z_]+)`", constants)
    assert written == [float(getattr(importlib.import_module(f"og.{module}"), name)) for module, name in named]


def test_the_widths_are_as_written() -> None:
    assert len(ROWS) >= 12
    assert f"Widths: {', '.join(map(str, WIDTHS))}." in PAGE
