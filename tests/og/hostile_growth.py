"""A process that reads and checks pages made to do harm, as a worker does, and says what each of them cost.

    python -m tests.og.hostile_growth [BYTES [NAME …]]

A line of JSON for each: its name, the status of the API's answer, seconds, and by how many megabytes the process was
larger at its largest than before (VmHWM, https://man7.org/linux/man-pages/man5/proc_pid_status.5.html).
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from core.http import Reply
from core.netguard import Guard
from tests.doubles import an_app, with_http
from tests.og.pairs import page
from tests.og.test_hostile import BOMBS

URL = "https://site.example/page"


class OnePage:
    """A web that has one page, whatever is asked for."""

    def __init__(self) -> None:
        self.body = b""
        self.guard = Guard()

    def get(self, url: str, **_asked: Any) -> Any:
        """Answer with the page; a robots.txt or a picture is the same page."""
        return Reply(url, 200, {"content-type": "text/html"}, self.body[:2_000_000])


def memory(name: str) -> float:
    """A line of this process's status, megabytes."""
    line = next(x for x in Path("/proc/self/status").read_text().splitlines() if x.startswith(name))
    return int(line.split()[1]) / 1024


def asked(client: Any, web: OnePage, body: bytes, number: int) -> list[int]:
    """The statuses of a preview and of a check of a page."""
    web.body = body
    url = f"{URL}/{number}"
    return [client.get(path, query_string={"url": url}).status_code for path in ("/api/v1/preview", "/check")]


def main() -> None:
    """Ask about an honest page first, then about each of the others."""
    size, *names = sys.argv[1:] or ["2000000"]
    with tempfile.TemporaryDirectory() as folder:
        web = OnePage()
        app = with_http(an_app(Path(folder), preview_anonymous="on"), web)
        client = app.test_client()
        asked(client, web, page("article"), 0)
        for number, name in enumerate(names or BOMBS, 1):
            body = BOMBS[name] * (int(size) // len(BOMBS[name]))
            Path("/proc/self/clear_refs").write_text("5")  # the largest so far is forgotten
            before, begun = memory("VmRSS"), time.monotonic()
            statuses = asked(client, web, body, number)
            row = {"name": name, "statuses": statuses, "seconds": round(time.monotonic() - begun, 2)}
            grown = {"grown": round(memory("VmHWM") - before, 1), "resident": round(memory("VmRSS"), 1)}
            sys.stdout.write(json.dumps({**row, **grown}) + "\n")
            sys.stdout.flush()
        del app.extensions["handbill"].__dict__["http"]  # it has nothing to close
        app.extensions["handbill"].close()


if __name__ == "__main__":
    main()
