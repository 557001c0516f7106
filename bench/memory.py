"""A worker's memory after 10,000 hostile requests. Budget: 60 MB more than after the first hundred, want 20 MB."""

from __future__ import annotations

import http.client
import itertools
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.test_commands import a_port
from tests.test_error_shape import CASES

ROOT = Path(__file__).resolve().parents[1]
REQUESTS = 10_000


def children(pid: int) -> list[int]:
    """The worker processes of a server."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            if parent == pid:
                found.append(int(entry.name))
    return found


def megabytes(pid: int) -> float:
    """The resident memory of a server and its workers."""
    pages = [int(Path(f"/proc/{p}/statm").read_text().split()[1]) for p in [pid, *children(pid)]]
    return sum(pages) * os.sysconf("SC_PAGE_SIZE") / 2**20


def send(port: int, addresses: list[str], count: int) -> int:
    """Send that many requests; return how many were not answered with a 4xx or a 3xx."""
    odd = 0
    for number, address in zip(range(count), itertools.cycle(addresses), strict=False):
        mark = "&" if "?" in address else "?"
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.putrequest("GET", f"{address}{mark}n={number}".replace(" ", "%20"))
        connection.putheader("Accept-Language", "x" * 200 + str(number))
        connection.endheaders()
        status = connection.getresponse().status
        odd += not 300 <= status < 500
        connection.close()
    return odd


def main() -> None:
    """Start the server, warm it up, send the requests, print the growth."""
    port = a_port()
    addresses = [case[0] for case in CASES if len(case[0]) < 8000]
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "HANDBILL_ENV": "development", "HANDBILL_DATA": folder,
                       "HANDBILL_BASE_URL": f"http://127.0.0.1:{port}"}  # fmt: skip
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "serve", "--workers", "1", "--port", str(port)]
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
        try:
            time.sleep(5)
            send(port, addresses, 300)
            before = megabytes(server.pid)
            odd = send(port, addresses, REQUESTS)
            after = megabytes(server.pid)
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(30)
    print(
        f"{before:.0f} MB, after {REQUESTS} requests {after:.0f} MB: {after - before:+.1f} MB (at most +60, want +20)"
    )
    print(f"{odd} requests were not answered with a redirect or a 4xx")


if __name__ == "__main__":
    main()
