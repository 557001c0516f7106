"""Cached answers against a bare Flask view with the same bytes and headers, in one process, in turn.

Budget: the kit at least 80 % of the bare view's rate, want 100 %; a cached preview 65 %, want 80 %. The preview is
measured twice: from a worker's memory, as anybody gets it, and from the cache, as one who asks with an API key does.
A feed is asked for its version each time (`feeds.stamp`), so that nothing is shown that was just hidden.

    python -m bench.cached_answers
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flask import Flask, Response
from werkzeug.test import EnvironBuilder, run_wsgi_app

from tests.doubles import an_app
from tests.widgets.feeds_with_posts import a_feed, a_post

ROUNDS, CALLS = 15, 400
PAGE = "http://127.0.0.1:9/a-page"
PATHS = (
    ("/kit/1/kit.js", 80),
    ("/widgets/share.json?networks=facebook+x+linkedin+whatsapp+telegram+email", 80),
    (f"/api/v1/preview?url={quote(PAGE, safe='')}", 65),
)
PREVIEW = {
    "url": PAGE, "title": "The market moves to the quay", "description": "From April they stand by the water. " * 5,
    "image": {"url": "https://example.org/quay.jpg", "width": 1200, "height": 630, "type": "image/jpeg"},
    "images": [{"url": "https://example.org/quay.jpg", "width": 1200, "height": 630, "type": "image/jpeg"}],
    "site_name": "Example", "type": "article", "author": "Ann Author", "published": "2026-11-20T09:30:00+01:00",
    "lang": "en", "dir": "ltr", "favicon": "https://example.org/icon.png",
    "sources": {"url": "og:url", "title": "og:title", "description": "og:description", "images": "og:image"},
}  # fmt: skip


def bare(body: bytes, headers: Iterable[tuple[str, str]]) -> Flask:
    """A Flask application with one view and nothing else."""
    app = Flask("bare")
    kept = list(headers)

    @app.get("/<path:_path>")
    def view(_path: str) -> Response:
        return Response(body, headers=kept)

    return app


def rate(app: Any, environ: dict[str, Any]) -> float:
    """Calls a second of this thread's processor: other work on the machine changes it little."""
    start = time.thread_time()
    for _ in range(CALLS):
        run_wsgi_app(app, dict(environ), buffered=True)
    return CALLS / (time.thread_time() - start)


def main() -> None:
    """Measure each path and print the ratio."""
    with tempfile.TemporaryDirectory() as folder:
        ours = an_app(Path(folder), preview_anonymous="on", http_allow="127.0.0.1:9")
        services = ours.extensions["handbill"]
        services.cache.set(f"preview:{PAGE}", PREVIEW, 3600)
        for path, must in PATHS:
            compare(ours, path, {}, must)
        site = services.sites.add("Bench", origins=("https://blog.example.org",), return_to=(), public=True)
        compare(ours, PATHS[-1][0], {"Authorization": f"Bearer {site.api_key}"}, PATHS[-1][1])
        feed = a_feed(ours, [a_post(number) for number in range(40)])
        compare(ours, f"/api/v1/feeds/{feed.id}", {}, PATHS[-1][1])
        compare(ours, f"/widgets/feed.html?feed={feed.id}", {}, PATHS[-1][1])


def compare(ours: Flask, path: str, headers: dict[str, str], must: int) -> None:
    """Measure an address beside the same bytes from a bare view, and print the ratio."""
    environ = EnvironBuilder(path, headers={"Accept-Encoding": "br", **headers}).get_environ()
    body, status, sent = run_wsgi_app(ours, dict(environ), buffered=True)
    assert status.startswith("200"), status
    peer = bare(b"".join(body), sent)
    pairs = [(rate(ours, environ), rate(peer, environ)) for _ in range(ROUNDS)]
    ratio = statistics.median(a / b for a, b in pairs)
    name = f"{path[:40]}{' with a key' if headers else ''}"
    print(f"{name:52} {ratio:5.0%} of a bare Flask view (at least {must} %)", flush=True)


if __name__ == "__main__":
    main()
