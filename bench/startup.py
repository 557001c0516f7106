"""Start-up: CPU seconds of `import wsgi` against `import flask`, fresh processes in turn. Budget: 4, want 3."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 9


def cpu(code: str, environment: dict[str, str]) -> float:
    """CPU seconds of a fresh interpreter that runs the code."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Measure in turn and print the ratio of the medians."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "HANDBILL_ENV": "development", "HANDBILL_DATA": folder}
        times: dict[str, list[float]] = {"import flask": [], "import wsgi": []}
        for _ in range(ROUNDS + 1):
            for code, found in times.items():
                found.append(cpu(code, environment))
    medians = {code: statistics.median(found[1:]) for code, found in times.items()}
    ratio = medians["import wsgi"] / medians["import flask"]
    for code, seconds in medians.items():
        print(f"{code:14} {seconds * 1000:6.0f} ms CPU, median of {ROUNDS}")
    print(f"ratio {ratio:.2f} (must be at most 4, want 3)")


if __name__ == "__main__":
    main()
