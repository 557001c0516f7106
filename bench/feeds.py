"""What it costs to keep feeds fresh: 10,000 sources, each due every ten minutes, is 17 refreshes a second.

    .venv/bin/python -m bench.feeds [--sources 2000] [--jobs]

The clock and the networks are simulated, the database is a real SQLite file. Printed are CPU and wall time of one
refresh in four situations, its growth with the number of sources, what asking for due sources costs, and with
``--jobs`` also putting and fetching a job. The first figures tell whether one worker keeps up: it must do 17 a second
with time to spare for waiting, which is done by its other threads.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from core.database import Database
from core.http import Reply
from core.schema import upgrade
from core.sites import Sites
from feeds.due import due_sources
from feeds.refresh import Means, Refresher
from feeds.tables import FEED_ID, FeedRow, LinkRow, new_id
from networks import Networks

NEEDED = 10_000 / 600
START = datetime(2026, 11, 22, 12, tzinfo=UTC)
ITEM = (
    "<item><guid isPermaLink='false'>{n}-{host}</guid><title>Article {n}</title><link>https://{host}/{n}</link>"
    "<pubDate>{when}</pubDate><description>{words}</description></item>"
)
WORDS = "&lt;p&gt;" + "Some words that a reader would read with care. " * 20 + "&lt;/p&gt;"


@dataclass
class Networking:
    """All the networks there are, in memory. ``news`` is how many items each site has beyond its first twenty."""

    now: datetime = START
    news: int = 0
    etags: bool = True
    asked: int = 0
    known: dict[str, bytes] = field(default_factory=dict)

    def get(self, url: str, *, etag: str = "", **_: Any) -> Reply:
        """Answer as a web server does."""
        self.asked += 1
        tag = f'"{self.news}"'
        if self.etags and etag == tag:
            return Reply(url, 304, {}, b"")
        return Reply(url, 200, {"etag": tag} if self.etags else {}, self._document(url))

    def _document(self, url: str) -> bytes:
        host = url.split("/")[2]
        items = range(20 + self.news, self.news, -1)
        made = [ITEM.format(n=n, host=host, words=WORDS, when=_when(START + timedelta(minutes=n))) for n in items]
        return f"<rss version='2.0'><channel><title>{host}</title>{''.join(made)}</channel></rss>".encode()


def _when(at: datetime) -> str:
    return at.strftime("%a, %d %b %Y %H:%M:%S GMT")


def main() -> None:
    """Run all of it and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sources", type=int, default=2000)
    parser.add_argument("--jobs", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for share in (10, 1):
            _measure(Path(folder) / str(share), max(args.sources // share, 1))
        if args.jobs:
            _jobs(Path(folder) / "jobs", min(args.sources, 1000))


def _measure(folder: Path, count: int) -> None:
    folder.mkdir()
    database, web = Database(f"sqlite:///{folder / 'handbill.sqlite'}"), Networking()
    upgrade(database)
    networks = Networks()
    means = Means(database, web, networks, token=lambda _: "", now=lambda: web.now)  # type: ignore[arg-type]
    sources = _sources(database, count)
    refresher = Refresher(means)
    _say(f"\n{count} sources")
    _round("20 new posts each", refresher, sources, web)
    _round("304, not modified", refresher, sources, web)
    web.etags = False
    _round("the same bytes again", refresher, sources, web)
    web.news = 1
    _round("one new post of 20", refresher, sources, web)
    began = time.process_time()
    due = len(due_sources(database, web.now + timedelta(days=2)))
    _say(f"  {'asking which are due':24}{(time.process_time() - began) * 1000:8.1f} ms CPU for {due}")
    size = sum(path.stat().st_size for path in folder.iterdir()) / count / 1024
    _say(f"  {'on the disk':24}{size:8.1f} KB a source with 21 posts")
    database.close()


def _sources(database: Database, count: int) -> list[str]:
    from feeds.service import source_id

    site = Sites(database).add("Bench", origins=("https://a.example",), return_to=(), public=True).key
    made = []
    with database.session(write=True) as session:
        for number in range(count):
            feed_id = new_id(FEED_ID)
            fields = {"id": feed_id, "site_key": site, "name": "B", "options": {}, "created": START, "asked": START}
            session.add(FeedRow(**fields, approve=False, sample=False, version=1))
            session.flush()
            source = source_id(session, site, ("rss", f"https://s{number}.example/feed", ""), START)
            session.add(LinkRow(feed_id=feed_id, source_id=source))
            made.append(source)
    return made


def _round(name: str, refresher: Refresher, sources: list[str], web: Networking) -> None:
    web.now += timedelta(minutes=10)
    cpu, wall = time.process_time(), time.perf_counter()
    for source in sources:
        done = refresher.refresh(source)
        if done.problem:
            raise SystemExit(f"{done.address}: {done.problem} {done.why}")
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    rate = len(sources) / wall
    _say(
        f"  {name:24}{cpu / len(sources) * 1000:8.2f} ms CPU {wall / len(sources) * 1000:8.2f} ms wall"
        f" {rate:8.0f} a second, {rate / NEEDED:5.1f} times what is needed"
    )


def _jobs(folder: Path, count: int) -> None:
    """Measure the queue alone: jobs that do nothing, put by one process and done by the same."""
    from core.jobs_dbos import DbosJobs
    from core.settings import load

    folder.mkdir()
    settings = load({"HANDBILL_ENV": "development", "HANDBILL_DATA": str(folder)})
    done: list[int] = []
    jobs = DbosJobs(settings, {"feeds.refresh": lambda _payload, _services: done.append(1)})
    jobs.upgrade()
    _say(f"\nthe queue, {count} jobs")
    _timed("put", count, lambda: [jobs.enqueue("feeds.refresh", {}, key=str(n), dedupe=str(n)) for n in range(count)])
    jobs.launch("bench", None)
    _timed("done", count, lambda: _until(lambda: len(done) >= count))
    jobs.drain(5)
    jobs.close()


def _timed(name: str, count: int, act: Callable[[], object]) -> None:
    cpu, wall = time.process_time(), time.perf_counter()
    act()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    _say(
        f"  {name:24}{cpu / count * 1000:8.2f} ms CPU {wall / count * 1000:8.2f} ms wall {count / wall:8.0f} a second"
    )


def _until(ready: Callable[[], bool]) -> None:
    while not ready():
        time.sleep(0.05)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
