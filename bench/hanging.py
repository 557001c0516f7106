"""Cached previews while fifty other servers hang: p99 beside the same server's quiet self. Budget: at most 2 times.

    python -m bench.hanging [--seconds 6]

`serve` with two workers on loopback. Four callers ask for a cached preview again and again, at a steady pace; then
again while fifty more ask for pages of an origin that accepts and never answers, each anew as soon as it is told no.
"""

from __future__ import annotations

import argparse
import http.client
import statistics
import tempfile
import threading
import time
from pathlib import Path

from tests.serve_process import a_server, an_origin, ask, preview_path, until_answered

HANGING, CALLERS, PAUSE = 50, 4, 0.01


def cached(port: int, path: str, seconds: float) -> list[float]:
    """Ask for a cached preview from several threads; return how long each answer took, in milliseconds."""
    found: list[float] = []

    def caller() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            begun = time.perf_counter()
            connection.request("GET", path, headers={"Cache-Control": "no-cache"})
            reply = connection.getresponse()
            reply.read()
            found.append(1000 * (time.perf_counter() - begun))
            assert reply.status == 200
            time.sleep(PAUSE)
        connection.close()

    threads = [threading.Thread(target=caller) for _ in range(CALLERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def p99(found: list[float]) -> float:
    """The 99th percentile."""
    return statistics.quantiles(found, n=100)[98]


def hang(port: int, host: str, number: int, stop: threading.Event) -> None:
    """Ask for a page that never comes, again and again."""
    count = 0
    while not stop.is_set():
        count += 1
        try:
            ask(port, preview_path(f"http://{host}/hang{number}-{count}"), timeout=60)
        except OSError:
            return
        stop.wait(0.5)


def measured(seconds: float) -> tuple[list[float], list[float], int]:
    """Return the times in quiet, those beside what hangs, and how many pages hung."""
    with tempfile.TemporaryDirectory() as folder, an_origin() as origin, a_server(Path(folder), origin.host) as port:
        path = preview_path(f"http://{origin.host}/page")
        until_answered(port, path)
        cached(port, path, 1)
        quiet = cached(port, path, seconds)
        stop = threading.Event()
        hanging = [threading.Thread(target=hang, args=(port, origin.host, n, stop)) for n in range(HANGING)]
        for thread in hanging:
            thread.start()
        time.sleep(1)
        busy = cached(port, path, seconds)
        stop.set()
        held = sum(count for name, count in origin.asked.items() if name.startswith("/hang"))
        origin.ended.set()
        for thread in hanging:
            thread.join()
    return quiet, busy, held


def main() -> None:
    """Measure and print the ratio."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=6)
    quiet, busy, held = measured(parser.parse_args().seconds)
    for name, found in (("quiet", quiet), (f"{HANGING} hang", busy)):
        print(f"{name:8} {len(found):6} answers, median {statistics.median(found):6.2f} ms, p99 {p99(found):6.2f} ms")
    print(f"p99 {p99(busy) / p99(quiet):.2f} times its quiet self (at most 2); {held} requests reached what hangs")


if __name__ == "__main__":
    main()
