"""Connections to strangers: each to an address that was vetted, shut down by the watchdog, kept for reuse.

urllib3 would look the name up once more when it connects, and a name can lead elsewhere by then (DNS
rebinding, CWE-350). So its `_new_conn` is overridden: it dials the addresses that were vetted, and
TLS still checks the certificate against the name.
"""

from __future__ import annotations

import http.client
import os
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from urllib3.connection import HTTPConnection, HTTPSConnection

from core.errors import TooSlow, Unreachable
from core.http_body import StrictResponse
from core.http_deadline import Deadline, Watchdog, start
from core.netguard import Address, Guard

Resolver = Callable[[str, int], Sequence[str]]
Connect = Callable[[str, int, float], socket.socket]

# glibc asks again after 5 s (resolv.conf(5)); whoever has not answered in 2 is not worth a thread.
DNS_SECONDS = 2.0
# Linux repeats a lost SYN after 1 s and after 3 s (RFC 6298 §2): the first repeat fits in.
CONNECT_SECONDS = 3.0
# Addresses tried per name. Browsers try two families (RFC 8305); a name may list hundreds.
ADDRESSES_TRIED = 4
# Lookups under way in this process. getaddrinfo cannot be stopped, so hanging ones hold their thread.
LOOKUPS = 32
# Idle connections kept, in all and for one origin, and for how long: servers close them after 5 s (Apache
# KeepAliveTimeout) to 75 s (nginx keepalive_timeout).
IDLE, IDLE_EACH, IDLE_SECONDS = 64, 2, 20.0


def resolve(host: str, port: int) -> list[str]:
    """Look a name up; raise OSError. The final dot stops the machine's search list (resolv.conf(5))."""
    name = f"{host}." if "." in host else host
    found = socket.getaddrinfo(name.encode("ascii"), port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


def dial(ip: str, port: int, seconds: float) -> socket.socket:
    """Connect to one address, given as digits; raise OSError."""
    sock = socket.socket(socket.AF_INET6 if ":" in ip else socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.settimeout(seconds)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.connect((ip, port))
    except OSError:
        sock.close()
        raise
    return sock


class Lookups:
    """Runs the resolver in threads that the caller can leave behind, a bounded number of them."""

    def __init__(self, resolver: Resolver, most: int = LOOKUPS) -> None:
        self._resolver = resolver
        self._room = threading.BoundedSemaphore(most)

    def find(self, host: str, port: int, deadline: Deadline) -> Sequence[str]:
        """Return the addresses of a name; raise Unreachable if it has none, TooSlow if nothing came in time."""
        until = Deadline(deadline.left(DNS_SECONDS))
        if not self._room.acquire(timeout=until.left()):
            raise TooSlow(f"The address of {host} was not found in time.")
        answers: queue.SimpleQueue[Sequence[str]] = queue.SimpleQueue()
        self._start(host, port, answers)
        try:
            found = answers.get(timeout=until.left())
        except (queue.Empty, TooSlow) as exc:
            raise TooSlow(f"The address of {host} was not found in time.") from exc
        if not found:
            raise Unreachable(f"There is no host named {host}.")
        return found

    def _start(self, host: str, port: int, answers: queue.SimpleQueue[Sequence[str]]) -> None:
        thread = threading.Thread(target=self._ask, args=(host, port, answers), name="handbill-lookup", daemon=True)
        try:
            start(thread)
        except Unreachable:
            self._room.release()
            raise

    def _ask(self, host: str, port: int, answers: queue.SimpleQueue[Sequence[str]]) -> None:
        found: Sequence[str] = ()
        try:
            with suppress(OSError, ValueError):  # no such name; not a name at all
                found = tuple(self._resolver(host, port))
        finally:
            self._room.release()
            answers.put(found)


class _Plain(HTTPConnection):
    """urllib3's connection over a socket that is made elsewhere."""

    response_class = StrictResponse
    auto_open = 0  # a connection that was closed is not reopened unseen

    def __init__(self, address: Address, opened: Callable[[], socket.socket]) -> None:
        super().__init__(address.host, address.port)
        self._opened = opened

    def _new_conn(self) -> socket.socket:
        return self._opened()


class _Tls(HTTPSConnection):
    """The same with TLS; the certificate must be good for the host's name (RFC 9110 §4.3.4)."""

    response_class = StrictResponse
    auto_open = 0  # a connection that was closed is not reopened unseen

    def __init__(self, address: Address, opened: Callable[[], socket.socket], tls: ssl.SSLContext) -> None:
        super().__init__(address.host, address.port, ssl_context=tls, server_hostname=address.host)
        self._opened = opened

    def _new_conn(self) -> socket.socket:
        return self._opened()


class Link:
    """One connection to one origin. It is used by one thread at a time, and may be aborted by any."""

    def __init__(self, address: Address, opener: Opener) -> None:
        self.origin = address.origin
        self._address = address
        self.fresh = True
        self.since = 0.0
        self.process = os.getpid()
        self._opener = opener
        self._deadline = Deadline(0)
        self._handle: socket.socket | None = None
        tls = opener.tls() if address.scheme == "https" else None
        self._conn: _Plain | _Tls = _Tls(address, self._open, tls) if tls else _Plain(address, self._open)

    def ask(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes | None, deadline: Deadline
    ) -> StrictResponse:
        """Send a request and read the answer's head; raise OSError, HTTPException or FetchFailed."""
        self._deadline = deadline
        self._conn.timeout = deadline.left()
        if self.fresh:
            self._conn.connect()
        self._conn.request(method, target, body=body, headers=headers)
        # The standard library's reader, not urllib3's, which logs addresses and decodes without our caps.
        reply = http.client.HTTPConnection.getresponse(self._conn)
        if not isinstance(reply, StrictResponse):
            raise TypeError("response_class was not used")
        return reply

    def abort(self) -> None:
        """Shut the connection down under whoever waits on it. Never waits itself."""
        if self._handle is not None:
            with suppress(OSError):
                self._handle.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close for good."""
        for part in (self._conn, self._handle):
            if part is not None:
                with suppress(OSError):
                    part.close()

    def usable(self) -> bool:
        """Whether another request may use it: young, of this process, and not closed by the other side."""
        young = time.monotonic() - self.since < IDLE_SECONDS
        return young and self.process == os.getpid() and self._conn.is_connected

    def _open(self) -> socket.socket:
        """Look up, vet, connect; the second socket on the same connection is what `abort` shuts down.

        TLS takes the first one's place half-way, and numbers of closed sockets are used anew: a handle of
        our own is safe from both.
        """
        sock = self._opener.open(self._address, self._deadline)
        try:
            self._handle = sock.dup()
            sock.settimeout(self._deadline.left())  # OpenSSL's handshake counts this once, not for each read
        except (OSError, TooSlow):
            sock.close()
            raise
        return sock


class Opener:
    """Opens sockets to names: resolves, has the guard vet the addresses, connects to one of those."""

    def __init__(self, guard: Guard, resolver: Resolver, connect: Connect, tls: ssl.SSLContext | None) -> None:
        self._guard = guard
        self._lookups = Lookups(resolver)
        self._connect = connect
        self._tls = tls
        self._making = threading.Lock()

    def tls(self) -> ssl.SSLContext:
        """Return the one context, made when first needed: reading the system's certificates takes a while."""
        with self._making:
            if self._tls is None:
                self._tls = ssl.create_default_context()
                self._tls.set_alpn_protocols(["http/1.1"])
            return self._tls

    def open(self, address: Address, deadline: Deadline) -> socket.socket:
        """Return a socket; raise AddressRefused, Unreachable or TooSlow."""
        host, port = address.host, address.port
        found = (host,) if address.literal else self._lookups.find(host, port, deadline)
        vetted = self._guard.vet(host, port, found)
        for ip in vetted[:ADDRESSES_TRIED]:
            with suppress(OSError):
                return self._connect(ip, port, deadline.left(CONNECT_SECONDS))
        deadline.left()
        raise Unreachable(f"{host} does not accept connections on port {port}.")


class IdleLinks:
    """Connections between two requests: few, young, and only ever for the origin they were vetted for."""

    def __init__(self, watchdog: Watchdog) -> None:
        self._watchdog = watchdog
        self._reaping = False
        self._lock = threading.Lock()
        self._links: list[Link] = []  # the youngest last

    def __len__(self) -> int:
        return len(self._links)

    def take(self, address: Address) -> Link | None:
        """Return the youngest usable connection to the origin, or None."""
        while (link := self._pop(address)) is not None:
            if link.usable():
                return link
            link.close()
        return None

    def put(self, link: Link) -> None:
        """Keep a connection whose last answer was read to its end."""
        link.fresh, link.since = False, time.monotonic()
        with self._lock:
            self._links.append(link)
            mine = [other for other in self._links if other.origin == link.origin]
            extra = mine[:-IDLE_EACH] or self._links[:-IDLE]
            self._links = [other for other in self._links if other not in extra]
            plan, self._reaping = not self._reaping, True
        for other in extra:
            other.close()
        if plan:
            self._watchdog.later(Deadline(IDLE_SECONDS), self._reap)

    def clear(self) -> None:
        """Close all."""
        with self._lock:
            links, self._links = self._links, []
        for link in links:
            link.close()

    def _reap(self) -> None:
        """Close those that have become too old; come again while others are left."""
        with self._lock:
            old = [link for link in self._links if time.monotonic() - link.since >= IDLE_SECONDS]
            self._links = [link for link in self._links if link not in old]
            self._reaping = again = bool(self._links)
        for link in old:
            link.close()
        if again:
            self._watchdog.later(Deadline(IDLE_SECONDS), self._reap)

    def _pop(self, address: Address) -> Link | None:
        with self._lock:
            link = next((link for link in reversed(self._links) if link.origin == address.origin), None)
            if link is not None:
                self._links.remove(link)
            return link
