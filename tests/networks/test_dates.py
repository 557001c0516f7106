"""Dates as feeds have them: pairs of what is written and the moment that is meant, nothing where none is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from networks._times import iso

PAIRS = json.loads((Path(__file__).parent / "data/dates.json").read_text("utf-8"))


@pytest.mark.parametrize(("written", "meant"), PAIRS)
def test_a_date_is_the_moment_that_it_names(written: str, meant: str) -> None:
    assert iso(written) == meant
