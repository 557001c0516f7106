"""The numbers for Prometheus, from the first requests on, however many come at once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIRST = """
import sys, threading
from core.metrics import exposition, observe
sys.setswitchinterval(1e-6)
start, failed = threading.Barrier(16), []
def one():
    start.wait()
    try:
        observe("view", 200, 0.01)
    except ValueError as exc:
        failed.append(exc)
threads = [threading.Thread(target=one) for _ in range(16)]
[t.start() for t in threads]; [t.join() for t in threads]
assert not failed, failed
body, kind = exposition()
assert b'handbill_request_seconds_count{status="200",view="view"} 16.0' in body, body
assert kind.startswith("text/plain")
"""


def test_the_first_requests_may_come_at_once() -> None:
    subprocess.run([sys.executable, "-c", FIRST], cwd=ROOT, check=True)


FULL = """
import os, resource, sys
from core import metrics
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))  # as where the disk is full
import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
metrics.observe("view", 200, 0.01)
assert os.listdir(sys.argv[1]) == [], os.listdir(sys.argv[1])
assert b'handbill_request_seconds_count{status="200",view="view"} 1.0' in metrics.exposition()[0]
"""


def run(script: str, folder: Path) -> None:
    given = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(folder)}
    subprocess.run([sys.executable, "-c", script, str(folder)], cwd=ROOT, check=True, env=given)


def test_a_full_disk_does_not_end_a_worker(tmp_path: Path) -> None:
    run(FULL, tmp_path)


MANY = """
import os, sys
from core import metrics
for number in range(500):
    metrics.observe(f"a.view.with_a_name_of_usual_length_{number}", 200, 0.01)
[file] = os.scandir(sys.argv[1])
assert file.stat().st_blocks * 512 >= file.stat().st_size == 2_000_000, file.stat()
assert metrics.exposition()[0].count(b"_count{") == 500
"""


def test_what_a_worker_counts_fits_into_what_it_took_from_the_disk(tmp_path: Path) -> None:
    """More than that would be mapped beyond what the disk has."""
    run(MANY, tmp_path)
