"""Ten thousand sources, each due every ten minutes, and one worker: does it keep up?

    .venv/bin/python -m bench.feeds_worker [--sources 10000] [--minutes 20]

Nothing is simulated but the sites: ``jobs run`` as operators start it, with its schedules, its queue and a SQLite
database, asks servers on loopback that answer after a fifth of a second. Each source has twenty posts at the first
reading; from then on every other reading brings one new post, and the others are 304. Printed each half minute are
how many were read, how many are overdue and by how much, and what the worker takes of a processor and of memory.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import func, select, update

from core.database import Database
from core.schema import upgrade
from core.sites import Sites
from core.times import utc_now
from feeds.tables import FEED_ID, FeedRow, LinkRow, SourceRow, new_id

ROOT = Path(__file__).resolve().parents[1]
# As many hosts as stand behind the sources; four requests at once go to each (core/hosts.py).
HOSTS = 50
LATENCY = 0.2
ROUND = timedelta(minutes=10)
GLANCE = 30
# Posts twenty minutes apart: a source is then read every ten (feeds/pace.py).
APART = timedelta(minutes=20)
ITEM = (
    "<item><guid isPermaLink='false'>{n}</guid><title>Article {n}</title><link>http://{host}{path}/{n}</link>"
    "<pubDate>{when}</pubDate><description>{words}</description></item>"
)
WORDS = "&lt;p&gt;" + "Some words that a reader would read with care. " * 20 + "&lt;/p&gt;"


class Site(BaseHTTPRequestHandler):
    """One of the sites."""

    protocol_version = "HTTP/1.1"
    readings: ClassVar[Counter[str]] = Counter()

    def do_GET(self) -> None:
        """Answer with the feed, or that it has not changed."""
        time.sleep(LATENCY)
        name = f"{self.headers['Host']}{self.path}"
        self.readings[name] += 1
        news = self.readings[name] // 2
        tag = f'"{news}"'
        body = b"" if self.headers.get("If-None-Match") == tag else self._document(news)
        self.send_response(200 if body else 304)
        self.send_header("ETag", tag)
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _document(self, news: int) -> bytes:
        newest = datetime.now(UTC)
        host, path = self.headers["Host"], self.path
        made = [
            ITEM.format(n=n, host=host, path=path, words=WORDS, when=_when(newest - APART * (20 + news - n)))
            for n in range(20 + news, news, -1)
        ]
        return f"<rss version='2.0'><channel><title>{path}</title>{''.join(made)}</channel></rss>".encode()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the base class's word
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256


def _when(at: datetime) -> str:
    return at.strftime("%a, %d %b %Y %H:%M:%S GMT")


@contextmanager
def _sites() -> Iterator[list[str]]:
    """Serve the sites on addresses of loopback; yield their hosts."""
    servers = [_Server((f"127.0.1.{number + 1}", 0), Site) for number in range(HOSTS)]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield [f"{server.server_address[0]!s}:{server.server_address[1]}" for server in servers]
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()


def main() -> None:
    """Run it and print a line each half minute."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sources", type=int, default=10_000)
    parser.add_argument("--minutes", type=float, default=20)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, _sites() as hosts:
        database = Database(f"sqlite:///{Path(folder) / 'handbill.sqlite'}")
        upgrade(database)
        _fill(database, hosts, args.sources)
        with _worker(folder, hosts) as pid:
            _watch(database, pid, args.minutes)
        size = sum(path.stat().st_size for path in Path(folder).iterdir() if path.is_file())
        _say(f"\non the disk: {size / 1e6:.0f} MB, {size / args.sources / 1024:.0f} KB a source")
        database.close()


def _fill(database: Database, hosts: list[str], count: int) -> None:
    """Make the sources, due evenly over the first ten minutes."""
    from feeds.service import source_id

    now, made = utc_now(), []
    site = Sites(database).add("Bench", origins=("https://a.example",), return_to=(), public=True).key
    with database.session(write=True) as session:
        for number in range(count):
            fields = {"id": new_id(FEED_ID), "site_key": site, "name": "B", "options": {}, "created": now}
            session.add(FeedRow(**fields, asked=now, approve=False, sample=False, version=1))
            address = f"http://{hosts[number % len(hosts)]}/{number}"
            source = source_id(session, site, ("rss", address, ""), now)
            session.add(LinkRow(feed_id=fields["id"], source_id=source))
            made.append({"id": source, "due": now + ROUND * (number / count)})
        session.flush()
        session.execute(update(SourceRow), made)


@contextmanager
def _worker(folder: str, hosts: list[str]) -> Iterator[int]:
    """Run a worker process; yield its number."""
    ours = {"ENV": "development", "DATA": folder, "BASE_URL": "http://127.0.0.1:8999", "HTTP_ALLOW": ",".join(hosts)}
    env = {name: value for name, value in os.environ.items() if not name.startswith("HANDBILL_")}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "run"]
    worker = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**env, **{f"HANDBILL_{name}": value for name, value in ours.items()}},
    )  # fmt: skip
    try:
        yield worker.pid
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait(30)


def _watch(database: Database, pid: int, minutes: float) -> None:
    begun, before = time.monotonic(), (time.monotonic(), _processor(pid), 0)
    while time.monotonic() - begun < minutes * 60:
        time.sleep(GLANCE)
        now, cpu, read = time.monotonic(), _processor(pid), Site.readings.total()
        seconds = now - before[0]
        with database.session() as session:
            late = (SourceRow.state == "ok", SourceRow.due < utc_now() - timedelta(minutes=1))
            overdue, oldest = session.execute(select(func.count(), func.min(SourceRow.due)).where(*late)).one()
            failed = session.scalar(select(func.count()).where(SourceRow.problem != ""))
        behind = (utc_now() - oldest).total_seconds() if oldest else 0.0
        _say(
            f"{(now - begun) / 60:5.1f} min  {read:6} read, {(read - before[2]) / seconds:5.1f} a second; "
            f"over a minute late: {overdue} (by {behind:.0f} s at most); failed: {failed}; "
            f"worker: {100 * (cpu - before[1]) / seconds:3.0f} % of a processor, {_memory(pid):.0f} MB"
        )
        before = (now, cpu, read)


def _processor(pid: int) -> float:
    """Return the seconds of a processor that a process has taken (proc_pid_stat(5))."""
    parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def _memory(pid: int) -> float:
    line = next(x for x in Path(f"/proc/{pid}/status").read_text().splitlines() if x.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
