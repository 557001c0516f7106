"""No hostile page makes a server error, takes ten seconds, or makes a worker grow by 150 MB."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# The dearest of `python -m tests.og.hostile_growth`, at as many bytes as are read of a page.
DEAREST = ("p in div", "lists", "headline", "metas", "links", "scripts", "svg", "high bytes")
SECONDS, MEGABYTES = 10, 150


def test_the_dearest_pages() -> None:
    command = [sys.executable, "-m", "tests.og.hostile_growth", "2000000", *DEAREST]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["name"] for row in rows] == list(DEAREST)
    for row in rows:
        assert row["statuses"] == [200, 200], row
        assert row["seconds"] < SECONDS, row
        assert row["grown"] < MEGABYTES, row
    assert rows[-1]["resident"] - rows[0]["resident"] < MEGABYTES
