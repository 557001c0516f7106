"""The numbers for Prometheus, from the first requests on, however many come at once."""

from __future__ import annotations

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
