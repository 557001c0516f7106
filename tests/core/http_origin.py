"""Origins that behave as a test says, on loopback and under any name, plain or with TLS."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import trustme

from core.http import Http
from core.netguard import Guard

Answer = bytes | Callable[[socket.socket], None]
PUBLIC = "93.184.215.14"


def reply(body: bytes = b"", status: str = "200 OK", **fields: str) -> bytes:
    """An HTTP/1.1 answer with its length; `content_type=` becomes Content-Type."""
    given = {"Content-Length": str(len(body)), **{n.replace("_", "-"): v for n, v in fields.items()}}
    head = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode("latin-1", "surrogateescape") + body


def moved(location: str, status: str = "302 Found") -> bytes:
    """A redirect."""
    return reply(status=status, Location=location)


def drip(first: bytes, piece: bytes = b".", pause: float = 0.05) -> Callable[[socket.socket], None]:
    """Sends a first part, then a piece again and again until the other side has had enough."""

    def go(sock: socket.socket) -> None:
        sock.sendall(first)
        until = time.monotonic() + 30
        while time.monotonic() < until:
            sock.sendall(piece)
            time.sleep(pause)

    return go


class Origins:
    """Every host of a small internet. `resolver` and `connect` are the two seams of `Http`.

    `answers` are given to requests in turn, the last one again and again; a callable is handed the socket.
    """

    def __init__(
        self,
        answers: Sequence[Answer] = (reply(b"hello"),),
        names: Mapping[str, Sequence[Sequence[str]]] | None = None,
    ) -> None:
        self.answers = list(answers)
        self.names = dict(names or {})
        self.looked_up: list[str] = []
        self.connected: list[str] = []
        self.requests: list[bytes] = []
        self.sni: list[str | None] = []
        self.failing = 0
        self.certified: list[str] = []
        self.ca: trustme.CA | None = None
        self._lock = threading.Lock()

    def resolver(self, host: str, port: int) -> list[str]:  # noqa: ARG002 -- the seam's shape
        with self._lock:
            answers = self.names.get(host, [[]])
            turn = min(self.looked_up.count(host), len(answers) - 1)
            self.looked_up.append(host)
            return list(answers[turn])

    def connect(self, ip: str, port: int, seconds: float) -> socket.socket:
        with self._lock:
            self.connected.append(ip)
            if self.failing:
                self.failing -= 1
                raise ConnectionRefusedError(f"{ip} refused")
        mine, theirs = socket.socketpair()
        mine.settimeout(seconds)
        threading.Thread(target=self._serve, args=(theirs, port in (443, 8443)), daemon=True).start()
        return mine

    def certify(self, *hosts: str) -> ssl.SSLContext:
        """Give the origins a certificate for these names; return a context that trusts it."""
        self.ca = self.ca or _authority()
        self.certified = list(hosts)
        client = ssl.create_default_context()
        self.ca.configure_trust(client)
        return client

    def _serve(self, sock: socket.socket, tls: bool) -> None:
        with contextlib.suppress(OSError), contextlib.closing(self._wrapped(sock) if tls else sock) as peer:
            while request := _read_request(peer):
                with self._lock:
                    self.requests.append(request)
                    answer = self.answers[min(len(self.requests), len(self.answers)) - 1]
                if callable(answer):
                    answer(peer)
                    return
                peer.sendall(answer)

    def _wrapped(self, sock: socket.socket) -> socket.socket:
        assert self.ca
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.ca.issue_cert(*self.certified).configure_cert(context)
        context.sni_callback = lambda _sock, name, _context: self.sni.append(name)
        try:
            return context.wrap_socket(sock, server_side=True)
        except OSError:
            sock.close()
            raise


_MADE: list[trustme.CA] = []


def _authority() -> trustme.CA:
    """One authority for all: making its key takes longer than a test."""
    if not _MADE:
        _MADE.append(trustme.CA())
    return _MADE[0]


def _read_request(sock: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = sock.recv(65536)
        if not piece:
            return b""
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(x[15:]) for x in head.lower().split(b"\r\n") if x.startswith(b"content-length:")), 0)
    while len(body) < length:
        body += sock.recv(65536)
    return head + b"\r\n\r\n" + body


def an_http(origins: Origins, guard: Guard | None = None, **changes: Any) -> Http:
    """A client whose internet is the origins."""
    given = {
        "resolver": origins.resolver,
        "connect": origins.connect,
        "user_agent": "Handbill/1.0 (+https://hb.example)",
    }
    return Http(guard or Guard(), **{**given, **changes})


def a_page(*answers: Answer, **changes: Any) -> tuple[Http, Origins]:
    """A client and the origin `good.example` that gives it these answers."""
    origins = Origins(answers or (reply(b"hello"),), {"good.example": [[PUBLIC]]})
    return an_http(origins, **changes), origins


@contextmanager
def a_canary() -> Iterator[tuple[int, list[Any]]]:
    """A listening port of this machine that nobody may reach; yields it and who did."""
    hits: list[Any] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        done = threading.Event()

        def listen() -> None:
            while not done.is_set():
                with contextlib.suppress(TimeoutError):
                    peer, address = server.accept()
                    hits.append(address)
                    peer.close()

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        yield server.getsockname()[1], hits
        done.set()
        thread.join()
