"""Cached answers against a bare Flask view with the same bytes and headers, in one process, in turn.

Budget for the kit: at least 80 % of the bare view's rate, want 100 %.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from flask import Flask, Response
from werkzeug.test import EnvironBuilder, run_wsgi_app

from tests.doubles import an_app

ROUNDS, CALLS = 15, 400
PATHS = ("/kit/1/kit.js", "/widgets/share.json?networks=facebook+x+linkedin+whatsapp+telegram+email")


def bare(body: bytes, headers: Iterable[tuple[str, str]]) -> Flask:
    """A Flask application with one view and nothing else."""
    app = Flask("bare")
    kept = list(headers)

    @app.get("/<path:_path>")
    def view(_path: str) -> Response:
        return Response(body, headers=kept)

    return app


def rate(app: Any, environ: dict[str, Any]) -> float:
    """Calls a second."""
    start = time.perf_counter()
    for _ in range(CALLS):
        run_wsgi_app(app, dict(environ), buffered=True)
    return CALLS / (time.perf_counter() - start)


def main() -> None:
    """Measure each path and print the ratio."""
    with tempfile.TemporaryDirectory() as folder:
        ours = an_app(Path(folder))
        for path in PATHS:
            environ = EnvironBuilder(path, headers={"Accept-Encoding": "br"}).get_environ()
            body, _status, headers = run_wsgi_app(ours, dict(environ), buffered=True)
            peer = bare(b"".join(body), headers)
            pairs = [(rate(ours, environ), rate(peer, environ)) for _ in range(ROUNDS)]
            ratio = statistics.median(a / b for a, b in pairs)
            print(f"{path[:40]:42} {ratio:5.0%} of a bare Flask view (kit: must be at least 80 %)")


if __name__ == "__main__":
    main()
