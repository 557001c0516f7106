"""Preview pictures through HTTP: what a picture costs beside its drawing alone, under eight clients, and in memory.

python -m bench.cards_http [seconds]

Budgets: a worker stays under 120 MB; a stored picture is served at 80 % of a bare Flask view's rate, or more.
"""

from __future__ import annotations

import http.client
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask, Response
from werkzeug.test import EnvironBuilder, run_wsgi_app

from og.card import read
from og.draw import draw
from tests.doubles import a_site, an_app

ROOT = Path(__file__).resolve().parents[1]
CLIENTS = 8
PORT = 8267
WORDS = "the market moves to river quay april stalls bread early boats letters paper strong type good ink"


def a_card(number: int, ending: str) -> dict[str, Any]:
    """A card with a title that nobody had before."""
    words = WORDS.split()
    title = " ".join(words[(number * 7 + n * n) % len(words)] for n in range(9)).capitalize()
    return {
        "layout": "article",
        "format": ending,
        "site": "Thursday notes",
        "author": "Mara Lindqvist",
        "title": f"{title} {number}",
        "description": "From April the stalls stand along the quay, an hour earlier than before.",
    }


def cpu_ms(work: Callable[[int], object], rounds: int) -> float:
    """CPU time of one call, milliseconds, all threads of this process."""
    begun = time.process_time()
    for number in range(rounds):
        work(number)
    return 1000 * (time.process_time() - begun) / rounds


def drawn_alone(rounds: int = 40) -> dict[str, float]:
    """What a drawing costs by itself."""
    found = {}
    for ending in ("jpg", "png", "webp"):
        cards = [read(a_card(number, ending))[0] for number in range(rounds + 3)]
        for card in cards[rounds:]:
            draw(card)
        found[ending] = cpu_ms(lambda number, given=cards: draw(given[number]), rounds)  # type: ignore[misc]
    return found


@contextmanager
def a_server(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """One worker as in production; yields its process and an API key."""
    settings = {"ENV": "development", "BASE_URL": f"http://127.0.0.1:{PORT}", "DATA": str(folder), "LIMITS": "off"}
    app = an_app(folder, **{**settings, "data": str(folder)})
    key = a_site(app).api_key
    app.extensions["handbill"].close()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(PORT), "--workers", "1"]
    command += ["--blocking-threads", "32", "--no-log", "wsgi:app"]
    environ = {**os.environ, **{f"HANDBILL_{name}": value for name, value in settings.items()}}
    process = subprocess.Popen(command, cwd=ROOT, env=environ)
    try:
        _wait()
        yield process, key
    finally:
        process.terminate()
        process.wait(10)


def _wait() -> None:
    for _ in range(200):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=1)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.05)
    raise SystemExit("the server did not start")


def workers(process: subprocess.Popen[bytes]) -> list[int]:
    """The processes that a server started, and itself."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return [process.pid, *map(int, children)]


def cpu_of(pids: list[int]) -> float:
    """Seconds of processor that processes took."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def resident(pids: list[int], line: str) -> float:
    """Megabytes of the largest of some processes: `VmRSS` now, `VmHWM` at its most."""
    sizes = []
    for pid in pids:
        status = Path(f"/proc/{pid}/status").read_text()
        sizes.append(int(status.split(line + ":")[1].split()[0]) / 1024)
    return max(sizes)


class Clients:
    """Eight clients that ask for a time, one picture after another."""

    def __init__(self, paths: Callable[[int], str]) -> None:
        self._paths = paths
        self._next = iter(range(10**9))
        self._lock = threading.Lock()
        self.took: list[float] = []
        self.statuses: dict[int, int] = {}

    def run(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        threads = [threading.Thread(target=self._ask, args=(until,)) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _ask(self, until: float) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
        while time.monotonic() < until:
            with self._lock:
                path = self._paths(next(self._next))
            begun = time.perf_counter()
            connection.request("GET", path, headers={"Cache-Control": "max-age=60"})  # past the answers in memory
            answer = connection.getresponse()
            answer.read()
            with self._lock:
                self.took.append(time.perf_counter() - begun)
                self.statuses[answer.status] = self.statuses.get(answer.status, 0) + 1


def signed(count: int, key: str, ending: str) -> list[str]:
    """Addresses of cards that nobody drew yet, signed through the API."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    paths = []
    for number in range(count):
        connection.request("POST", "/api/v1/images", json.dumps(a_card(number, ending)), headers)
        url = json.loads(connection.getresponse().read())["url"]
        paths.append(url.removeprefix(f"http://127.0.0.1:{PORT}"))
    return paths


def under_clients(pids: list[int], name: str, paths: Callable[[int], str], seconds: float) -> float:
    """Ask for a time; print what came of it; return the CPU of one answer in milliseconds."""
    clients = Clients(paths)
    before = cpu_of(pids)
    clients.run(seconds)
    each = 1000 * (cpu_of(pids) - before) / len(clients.took)
    p50, p95 = (1000 * value for value in (statistics.quantiles(clients.took, n=20)[at] for at in (9, 18)))
    rate = len(clients.took) / seconds
    print(
        f"{name:24}{rate:7.0f}/s {each:7.1f} ms CPU  p50 {p50:6.0f} p95 {p95:6.0f} ms  {clients.statuses}", flush=True
    )
    return each


def through_http(seconds: float, alone: dict[str, float]) -> None:
    with tempfile.TemporaryDirectory() as folder, a_server(Path(folder)) as (process, key):
        pids = workers(process)
        for ending in ("jpg", "png"):
            paths = signed(int(seconds * 160), key, ending)
            each = under_clients(pids, f"new pictures, {ending}", lambda n, p=paths: p[n % len(p)], seconds)  # type: ignore[misc]
            print(f"{'':24}drawing alone {alone[ending]:.1f} ms: through HTTP {each / alone[ending]:.2f} x")
            under_clients(pids, f"stored pictures, {ending}", lambda n, p=paths: p[n % 20], seconds / 2)  # type: ignore[misc]
        pids = workers(process)
        print(f"worker's memory: {resident(pids, 'VmRSS'):.0f} MB now, {resident(pids, 'VmHWM'):.0f} MB at its most")


def against_a_bare_view() -> None:
    """A picture from memory and from the files, and a bare view with the same bytes and headers, in turn."""
    app = an_app(Path(tempfile.mkdtemp()))
    for ending in ("jpg", "png"):
        path = app.extensions["handbill"].cards.sign(read(a_card(1, ending))[0]).path
        answer = app.test_client().get(path)
        headers, body = dict(answer.headers), answer.data
        bare = Flask("bare")
        bare.add_url_rule("/og/<path:_path>", view_func=lambda _path, b=body, h=headers: Response(b, headers=h))
        environ = EnvironBuilder(path).get_environ()
        within = app.wsgi_app._app  # type: ignore[attr-defined]  # what is behind the answers kept in memory
        ways = {"memory": app.wsgi_app, "files": within, "bare": bare}
        rates: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(9):
            for name, wsgi in ways.items():
                begun = time.process_time()
                for _ in range(200):
                    list(run_wsgi_app(wsgi, dict(environ), buffered=True)[0])
                rates[name].append(200 / (time.process_time() - begun))
        memory, files = (
            statistics.median(a / b for a, b in zip(rates[name], rates["bare"], strict=True))
            for name in ("memory", "files")
        )
        size = len(body) // 1000
        print(f"stored {ending} of {size} KB: from memory {memory:.0%}, from files {files:.0%} of a bare view")


def main() -> None:
    """Measure all of it."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 4.0
    alone = drawn_alone()
    print("drawing alone: " + ", ".join(f"{ending} {each:.1f} ms" for ending, each in alone.items()))
    print(f"this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at its most")
    against_a_bare_view()
    through_http(seconds, alone)


if __name__ == "__main__":
    main()
