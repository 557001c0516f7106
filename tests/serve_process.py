"""A whole server in processes of its own, as operators run it, and an origin that counts, hangs or answers."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGE = b'<!doctype html><html lang="en"><title>A page</title><meta name="description" content="Of words.">'


def a_port() -> int:
    """A port of this machine that is free just now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


class Origin(ThreadingHTTPServer):
    """`/hang…` answers after `HANG` seconds, `/slow…` after half a second, everything else at once."""

    HANG = 60.0
    request_queue_size = 256
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.asked: Counter[str] = Counter()
        self.lock = threading.Lock()
        self.ended = threading.Event()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


class _Answers(BaseHTTPRequestHandler):
    server: Origin
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        with self.server.lock:
            self.server.asked[self.path] += 1
        if self.path.startswith("/hang"):
            self.server.ended.wait(self.server.HANG)
        if self.path.startswith("/slow"):
            time.sleep(0.5)
        body, status = (b"", 404) if self.path == "/robots.txt" else (PAGE, 200)
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the base class's word
        """Say nothing."""


@contextmanager
def an_origin() -> Iterator[Origin]:
    """An origin on loopback."""
    origin = Origin()
    threading.Thread(target=origin.serve_forever, daemon=True).start()
    try:
        yield origin
    finally:
        origin.ended.set()
        origin.shutdown()
        origin.server_close()


@contextmanager
def a_server(data: Path, allow: str, workers: int = 2, **settings: str) -> Iterator[int]:
    """`serve` with its worker processes and its jobs process; yields its port."""
    port = a_port()
    ours = {
        "ENV": "development", "DATA": str(data), "BASE_URL": f"http://127.0.0.1:{port}", "PREVIEW_ANONYMOUS": "on",
        "LIMITS": "off", "HTTP_ALLOW": allow, **settings,
    }  # fmt: skip
    others = {name: value for name, value in os.environ.items() if not name.startswith("HANDBILL_")}
    command = ["-m", "flask", "--app", "wsgi", "serve", "--workers", str(workers), "--port", str(port)]
    server = subprocess.Popen(
        [sys.executable, *command], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**others, **{f"HANDBILL_{name}": value for name, value in ours.items()}},
    )  # fmt: skip
    try:
        _wait_for(port)
        yield port
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(40)


def _wait_for(port: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            if ask(port, "/healthz")[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the server did not start")


def ask(port: int, path: str, timeout: float = 30) -> tuple[int, bytes]:
    """GET an address of the server; return the status and the body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", path)
        reply = connection.getresponse()
        return reply.status, reply.read()
    finally:
        connection.close()


def preview_path(url: str) -> str:
    """The API's address for a page's preview."""
    return "/api/v1/preview?" + urllib.parse.urlencode({"url": url})


def until_answered(port: int, path: str, seconds: float = 30) -> tuple[int, Any]:
    """Ask, again where the server says that it is busy; return the last status and JSON."""
    end = time.monotonic() + seconds
    while True:
        status, body = ask(port, path)
        if status != 503 or time.monotonic() > end:
            return status, json.loads(body)
        time.sleep(0.2)
