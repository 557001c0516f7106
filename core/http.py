"""The one way out: every request of ours to somebody else's server is made here.

    reply = http.get("https://example.org/", accept="text/html", max_bytes=500_000, truncate=True)

What holds for each request, redirects included: the address is checked by `core.netguard`, the
connection is made to the address that was checked, the whole takes no longer than its deadline, and
no more is read or inflated than was asked for. No proxies or passwords from the environment, no
cookies, no user names. Whatever goes wrong is a `core.errors.FetchFailed`; any status is a `Reply`.
`docs/security-outgoing.md` tells it at length.
"""

from __future__ import annotations

import json
import re
import ssl
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http.client import HTTPException, NotConnected
from types import MappingProxyType
from typing import Any, NoReturn

from urllib3.exceptions import HTTPError

from core.errors import BadReply, FetchFailed, ReplyTooLarge, TooManyRedirects, TooSlow, Unreachable
from core.header_text import as_written
from core.hosts import Hosts, seconds_asked
from core.http_body import Body, StrictResponse, read_body
from core.http_connection import Connect, IdleLinks, Link, Opener, Resolver, dial, resolve
from core.http_deadline import Deadline, Watchdog
from core.netguard import Address, Guard

# Seconds for everything: names, connections, all hops, the last byte. Mastodon takes 10 per step, go-camo 4:
# https://github.com/cactus/go-camo#readme
DEADLINE = 8.0
# Browsers follow 20 (https://fetch.spec.whatwg.org/#http-redirect-fetch); previewers 3 to 10.
REDIRECTS = 5
# Decoded bytes read unless the caller says otherwise; Mastodon's limit for link previews:
# https://github.com/mastodon/mastodon/blob/main/app/lib/request.rb
MAX_BYTES = 1_000_000
# RFC 9110 §15.4: the statuses whose Location is followed.
REDIRECTING = frozenset({301, 302, 303, 307, 308})
# RFC 9110 §15.4.2 and §15.4.9: those that ask for a new bookmark.
FOR_GOOD = frozenset({301, 308})
# RFC 9110 §15.6: the server says itself that it cannot serve now.
DOWN = frozenset({502, 503, 504})
# RFC 6585 §4 and RFC 9110 §15.6.4: the statuses whose Retry-After we heed.
WAITING = frozenset({429, 503})
# Fields that the protocol or we ourselves set, so that no caller can smuggle or leak with them.
OURS = frozenset(
    {"accept-encoding", "connection", "content-length", "cookie", "expect", "host", "keep-alive", "te", "trailer"}
    | {"proxy-authorization", "proxy-connection", "transfer-encoding", "upgrade", "user-agent"}
)
# Fields that may go along when a redirect leads to another origin; a credential can have any other name
# (https://fetch.spec.whatwg.org/#http-redirect-fetch drops Authorization only).
TRAVELLING = frozenset({"accept", "accept-language", "content-type", "if-modified-since", "if-none-match"})
# Reusing a connection may need a repeat, which only these methods allow (RFC 9110 §9.2.2).
REPEATABLE = frozenset({"GET", "HEAD"})
# What a connection that the other side had closed looks like.
STALE = (ConnectionError, NotConnected, ssl.SSLEOFError, ssl.SSLZeroReturnError)

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 §5.6.2
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")  # RFC 9110 §5.5
_VALIDATOR = re.compile(r"[\x20-\x7e]{1,256}")  # an entity tag or a date that we are willing to repeat


@dataclass(frozen=True)
class Reply:
    """An answer, whatever its status. ``hops`` are the addresses that redirected, in order; ``moved`` is where the
    first ones said that the page is from now on (301, 308), "" where none did."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    truncated: bool = False
    hops: tuple[str, ...] = ()
    moved: str = ""

    def json(self) -> Any:
        """Return the body read as JSON (RFC 8259); raise BadReply where it is not."""
        try:
            return json.loads(self.body, parse_constant=_no_constant)
        except (ValueError, RecursionError) as exc:
            raise BadReply("The answer is not JSON.") from exc

    @property
    def media_type(self) -> str:
        """The media type without parameters, lower case, or the empty string (RFC 9110 §8.3.1)."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


@dataclass(frozen=True)
class _Ask:
    """One request, before its address was checked."""

    method: str
    headers: Mapping[str, str]
    body: bytes | None
    max_bytes: int
    truncate: bool


class Http:
    """Requests to strangers. One for the whole process, shared by all threads.

    ``resolver(host, port)`` and ``connect(ip, port, seconds)`` are the two seams for tests; ``tls`` is
    the context that certificates are checked with, by default the system's.
    """

    def __init__(
        self,
        guard: Guard,
        *,
        user_agent: str = "Handbill/1.0",
        resolver: Resolver = resolve,
        connect: Connect = dial,
        tls: ssl.SSLContext | None = None,
        hosts: Hosts | None = None,
    ) -> None:
        self.guard = guard
        self.user_agent = user_agent.encode("ascii", "replace").decode("ascii")  # a base address may be international
        self._opener = Opener(guard, resolver, connect, tls)
        self._watchdog = Watchdog()
        self._idle = IdleLinks(self._watchdog)
        self._hosts = Hosts() if hosts is None else hosts

    def get(
        self,
        url: str,
        *,
        accept: str = "*/*",
        headers: Mapping[str, str] | None = None,
        max_bytes: int = MAX_BYTES,
        truncate: bool = False,
        deadline: float = DEADLINE,
        etag: str = "",
        last_modified: str = "",
    ) -> Reply:
        """Fetch an address; with ``etag`` or ``last_modified`` only if it changed, else status 304 (RFC 9110 §13)."""
        asked = {"Accept": accept, **(headers or {})}
        for name, value in (("If-None-Match", etag), ("If-Modified-Since", last_modified)):
            if _VALIDATOR.fullmatch(value):  # they came from a stranger: an odd one is not repeated
                asked[name] = value
        return self.request("GET", url, headers=asked, max_bytes=max_bytes, truncate=truncate, deadline=deadline)

    def post(
        self,
        url: str,
        *,
        body: bytes,
        content_type: str,
        accept: str = "*/*",
        headers: Mapping[str, str] | None = None,
        max_bytes: int = MAX_BYTES,
        deadline: float = DEADLINE,
    ) -> Reply:
        """Send a body to an address."""
        asked = {"Accept": accept, "Content-Type": content_type, **(headers or {})}
        return self.request("POST", url, headers=asked, body=body, max_bytes=max_bytes, deadline=deadline)

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        max_bytes: int = MAX_BYTES,
        truncate: bool = False,
        deadline: float = DEADLINE,
        redirects: int = REDIRECTS,
    ) -> Reply:
        """Ask, and follow up to ``redirects`` redirects; with 0, a redirect is returned as it came.

        ``deadline`` is in seconds, for the whole. ``max_bytes`` counts decoded bytes: more raises
        ReplyTooLarge, or with ``truncate`` ends the body there.
        """
        until = Deadline(deadline)
        ask = _Ask(method, _checked(method, headers or {}), body, max_bytes, truncate)
        address, asked, moved = self.guard.address(url), list[tuple[str, str]](), [""]
        while True:
            reply = self._send(ask, address, until)
            location = _location(reply)
            if not location or not redirects:
                return replace(reply, hops=tuple(hop for _, hop in asked), moved=moved[-1])
            onward = self.guard.follow(location, address)
            if reply.status in FOR_GOOD and len(moved) == len(asked) + 1:
                moved.append(onward.url)
            asked.append((ask.method, address.url))
            ask, address = _redirected(ask, reply.status, address, onward), onward
            if len(asked) > redirects or (ask.method, address.url) in asked:
                raise TooManyRedirects("The page redirects in circles, or too often.")

    def send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, deadline: float = DEADLINE
    ) -> Reply:
        """Ask once and follow nothing: what an adapter of another HTTP library mounts."""
        return self.request(method, url, headers=headers, body=body, deadline=deadline, redirects=0)

    def close(self) -> None:
        """Close the idle connections. The client stays usable."""
        self._idle.clear()

    def _send(self, ask: _Ask, address: Address, deadline: Deadline) -> Reply:
        with self._hosts.turn(self._host_key(address), deadline, address.target) as turn:
            deadline.left()
            try:
                reply = self._exchange(ask, address, deadline)
            except ReplyTooLarge:
                turn.succeeded()
                raise
            except (Unreachable, TooSlow, BadReply) as exc:
                turn.failed(reached=not isinstance(exc, Unreachable))
                raise
            asked = reply.headers.get("retry-after", "") if reply.status in WAITING else ""
            wait = seconds_asked(asked, datetime.now(UTC))
            if reply.status in DOWN and not wait:
                turn.failed(reached=True)
            else:
                turn.succeeded(wait)
            return reply

    def _host_key(self, address: Address) -> str:
        """Return what counts as one host. Origins of tests play many: one for each path."""
        name = address.host_header
        return name + address.target if self.guard.is_allowed(address.host, address.port) else name

    def _exchange(self, ask: _Ask, address: Address, deadline: Deadline) -> Reply:
        try:
            link = self._idle.take(address) if ask.method in REPEATABLE else None
            if link is not None:
                try:
                    return self._over(link, ask, address, deadline)
                except STALE:
                    deadline.left()
            return self._over(Link(address, self._opener), ask, address, deadline)
        except (Unreachable, BadReply):
            deadline.left()  # the watchdog cuts connections: that is no fault of the answer
            raise
        except (OSError, HTTPException, HTTPError, zlib.error, ValueError) as exc:
            deadline.left()
            raise _meaning(exc, address.host) from exc

    def _over(self, link: Link, ask: _Ask, address: Address, deadline: Deadline) -> Reply:
        """Ask over one connection, then keep it if the answer was read to its end."""
        keep = False
        try:
            with self._watchdog.watching(deadline, link.abort):
                raw = link.ask(ask.method, address.target, self._fields(ask, address), ask.body, deadline)
                with raw:
                    body = _body(raw, ask, deadline)
            keep = body.whole
            return Reply(address.url, raw.status, _headers(raw), body.data, body.truncated)
        finally:
            if keep:
                self._idle.put(link)
            else:
                link.close()

    def _fields(self, ask: _Ask, address: Address) -> dict[str, str]:
        # gzip only: the one coding whose inflating we can stop at any byte with the standard library.
        ours = {"Host": address.host_header, "User-Agent": self.user_agent, "Accept-Encoding": "gzip"}
        return {**ours, **ask.headers}


def _body(raw: StrictResponse, ask: _Ask, deadline: Deadline) -> Body:
    """Read the body, except that of a redirect, which nobody looks at."""
    if raw.status in REDIRECTING and raw.headers.get("location"):
        return Body(b"", truncated=False, whole=raw.length == 0 and not raw.will_close and not raw.chunked)
    return read_body(raw, ask.max_bytes, truncate=ask.truncate, deadline=deadline)


def _headers(raw: StrictResponse) -> Mapping[str, str]:
    """Return the fields by lower-case name, repeated ones joined (RFC 9110 §5.3), without cookies."""
    found: dict[str, str] = {}
    for name, value in raw.headers.items():
        key, text = name.lower(), re.sub(r"\r?\n[ \t]*", " ", str(value)).strip()
        if not key.startswith("set-cookie"):
            found[key] = f"{found[key]}, {text}" if key in found else text
    return MappingProxyType(found)


def _checked(method: str, headers: Mapping[str, str]) -> dict[str, str]:
    """Return the fields to send; raise FetchFailed for what would change the framing or is ours to say."""
    if not _TOKEN.fullmatch(method):
        raise FetchFailed("That is not an HTTP method.")
    for name, value in headers.items():
        if not _TOKEN.fullmatch(name) or not _VALUE.fullmatch(value) or name.lower() in OURS:
            raise FetchFailed(f"The field {name!r} cannot be sent as it is.")
    return dict(headers)


def _location(reply: Reply) -> str:
    """Return where a reply redirects to, or the empty string."""
    return as_written(reply.headers.get("location", "")) if reply.status in REDIRECTING else ""


def _redirected(ask: _Ask, status: int, here: Address, onward: Address) -> _Ask:
    """Return the request to make after a redirect (RFC 9110 §15.4, as browsers do it)."""
    headers, method, body = dict(ask.headers), ask.method, ask.body
    if here.origin != onward.origin:
        headers = {name: value for name, value in headers.items() if name.lower() in TRAVELLING}
    if (status == 303 and method != "HEAD") or (status in (301, 302) and method == "POST"):
        method, body = "GET", None
        headers = {name: value for name, value in headers.items() if name.lower() != "content-type"}
    if body and here.scheme == "https" and onward.scheme == "http":
        raise BadReply("The page wants what was sent to it to be sent on without encryption.")
    return replace(ask, method=method, headers=headers, body=body)


def _meaning(exc: Exception, host: str) -> FetchFailed:
    """Return our error for one of the libraries'. Theirs may quote addresses and bytes; ours does not."""
    if isinstance(exc, TimeoutError):
        return TooSlow(f"{host} did not answer in time.")
    if isinstance(exc, ssl.SSLCertVerificationError):
        return Unreachable(f"{host} has no certificate that holds.")
    if isinstance(exc, ssl.SSLError):
        return Unreachable(f"{host} could not be reached over TLS.")
    if isinstance(exc, (OSError, HTTPError)):
        return Unreachable(f"{host} cut the connection off.")
    return BadReply(f"{host} did not answer as HTTP promises.")
