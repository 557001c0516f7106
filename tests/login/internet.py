"""A small internet of https hosts that answer as a test says, and a client whose whole world it is."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from core.http import Http
from core.netguard import Guard
from tests.core.http_origin import PUBLIC, Origins, _authority, _read_request, an_http

Answer = Mapping[str, Any] | Callable[["Asked"], Any]


@dataclass(frozen=True)
class Asked:
    """A request that arrived."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: str

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body, keep_blank_values=True).items()}

    @property
    def query(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(self.url).query).items()}


class Internet(Origins):
    """Hosts by name. ``pages`` maps an address without its query to what it answers: JSON, a pair of status and JSON,
    bytes, or a function of the request."""

    def __init__(self, pages: Mapping[str, Any]) -> None:
        self.pages = dict(pages)
        self.asked: list[Asked] = []
        hosts = sorted({urlsplit(url).hostname or "" for url in pages})
        super().__init__(names={host: [[PUBLIC]] for host in hosts})
        self.tls = self.certify(*hosts)

    def http(self, guard: Guard | None = None) -> Http:
        return an_http(self, guard, tls=self.tls)

    def to(self, url: str) -> list[Asked]:
        """The requests that an address got."""
        return [asked for asked in self.asked if asked.url.partition("?")[0] == url]

    def _serve(self, sock: socket.socket, tls: bool) -> None:  # noqa: ARG002 -- all of it is TLS
        with contextlib.suppress(OSError, ssl.SSLError), contextlib.closing(self._wrapped(sock)) as peer:
            while raw := _read_request(peer):
                peer.sendall(self._answer(raw))

    def _answer(self, raw: bytes) -> bytes:
        head, _, body = raw.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        asked = Asked(method, f"https://{headers['host']}{target}", headers, body.decode())
        self.asked.append(asked)
        page = self.pages.get(asked.url.partition("?")[0])
        found = page(asked) if callable(page) else page
        return _http(found)


def _http(found: Any) -> bytes:
    status, extra = 200, {}
    if found is None:
        status, found = 404, {"error": "not_found"}
    if isinstance(found, tuple):
        status, found, *rest = found
        extra = rest[0] if rest else {}
    data = found if isinstance(found, bytes) else json.dumps(found).encode()
    kind = "text/html" if isinstance(found, bytes) else "application/json"
    fields = {"Content-Type": kind, "Content-Length": str(len(data)), **extra}
    return (
        f"HTTP/1.1 {status} X\r\n{''.join(f'{n}: {v}' + chr(13) + chr(10) for n, v in fields.items())}\r\n".encode()
        + data
    )


__all__ = ["Asked", "Internet", "_authority"]
