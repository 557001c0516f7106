"""robots.txt (RFC 9309): may a page be asked for?

    robots = Robots(http, cache)
    robots.allows("https://example.org/post")

A file that cannot be had forbids nothing. The RFC has a crawler stay away while a server answers 5xx (§2.3.1.4); we
ask for one page, because somebody linked it, and where the server is down that page's own request says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from core.errors import FetchFailed, Problem
from og.robots import TOKEN

if TYPE_CHECKING:
    from core.cache_fetch import Cache
    from core.http import Reply

# §2.5: a parser must take 500 kibibytes at least; what is behind that is not read.
MOST_BYTES = 500 * 1024
# §2.4: no copy older than a day, unless the file cannot be had; then that copy counts for a week more.
DAY = 86400.0
OLD = 7 * DAY
# A server without an answer is not asked again for so many seconds.
FAILED = 300.0
# Seconds: a reader of previews has nine for everything (og.reader.fetch.DEADLINE).
DEADLINE = 2.0
_ESCAPE = re.compile(rb"%([0-9a-fA-F]{2})")
# What needs no escape in a path or query, so that "%7E" and "~" are one (RFC 3986 §2.3).
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_NAME = re.compile(r"[a-z_-]+")

Line = tuple[bool, str]
"""A rule: whether it allows, and the pattern of paths that it is about."""


class Getter(Protocol):
    """What of `core.http.Http` is needed."""

    def get(
        self, url: str, *, accept: str = "*/*", max_bytes: int = 0, truncate: bool = False, deadline: float = 0
    ) -> Reply:
        """Fetch an address."""


class Robots:
    """Whether pages may be asked for. With a cache each site's file is fetched once a day."""

    def __init__(self, http: Getter, cache: Cache | None = None) -> None:
        self._http = http
        self._cache = cache

    def allows(self, url: str, deadline: float = DEADLINE) -> bool:
        """Return whether our name may ask for an address. Never raises; takes ``deadline`` seconds at the most."""
        parts = urlsplit(url)
        place = f"{parts.scheme}://{parts.netloc}/robots.txt"
        try:
            lines = self._lines(place, deadline)
        except Problem:
            return True
        return allowed(lines, path_of(url))

    def _lines(self, place: str, deadline: float) -> Sequence[Line]:
        def load() -> list[Line]:
            return rules_for(fetched(place, self._http, deadline), TOKEN)

        if self._cache is None:
            return load()
        kept = self._cache.fetch(f"robots:{place}", load, fresh=DAY, stale=OLD, negative=FAILED)
        return [(bool(allow), str(pattern)) for allow, pattern in kept.value]


def path_of(url: str) -> str:
    """Return what rules are about: the path and the query of an address."""
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def fetched(place: str, http: Getter, deadline: float) -> bytes:
    """Return the file at an address; empty where there is none (§2.3.1.3). Raises FetchFailed where unclear."""
    reply = http.get(place, accept="text/plain,*/*;q=0.5", max_bytes=MOST_BYTES, truncate=True, deadline=deadline)
    if reply.status >= 500 or reply.status == 429:
        raise FetchFailed(f"robots.txt answered with status {reply.status}.")
    return reply.body if 200 <= reply.status < 300 else b""


def rules_for(data: bytes, token: str) -> list[Line]:
    """Return the rules of all groups for a robot, else those for ``*`` (§2.2.1). ``token`` is in lower case.

    Patterns come in one spelling, as `allowed` needs them; those of no length, which say nothing, are left out.
    """
    own: list[Line] = []
    common: list[Line] = []
    named = False
    for names, line in _grouped(data):
        named = named or token in names
        if line is not None:
            own += [line] if token in names else []
            common += [line] if "*" in names else []
    return own if named else common


def allowed(lines: Sequence[Line], path: str) -> bool:
    """Return whether a path may be asked for: the longest pattern that fits decides, of two the one that allows."""
    if path == "/robots.txt":
        return True
    given = _normal(path)
    best, answer = -1, True
    for allow, pattern in lines:
        if len(pattern) >= best and fits(pattern, given):
            answer = allow or (answer and len(pattern) == best)
            best = len(pattern)
    return answer


def fits(pattern: str, path: str) -> bool:
    """Return whether a path begins as a pattern says; ``*`` is anything, ``$`` its end (§2.2.3). In linear time."""
    ends = pattern.endswith("$")
    first, *rest = (pattern[:-1] if ends else pattern).split("*")
    if not path.startswith(first):
        return False
    place = len(first)
    for number, piece in enumerate(rest, 1):
        if ends and number == len(rest):
            return len(path) - len(piece) >= place and path.endswith(piece)
        found = path.find(piece, place)
        if found < 0:
            return False
        place = found + len(piece)
    return not ends or place == len(path)


def _grouped(data: bytes) -> Iterator[tuple[frozenset[str], Line | None]]:
    """Yield each rule with the robots it is for, and each group's robots once without a rule."""
    names: set[str] = set()
    in_rules = False
    for key, value in _records(data):
        if key == "user-agent":
            names = {_robot(value)} if in_rules else names | {_robot(value)}
            in_rules = False
            yield frozenset(names), None
        elif key in ("allow", "disallow") and names:
            in_rules = True
            if value:
                yield frozenset(names), (key == "allow", _normal(value))


def _robot(value: str) -> str:
    """Return the product token of a user-agent line, in lower case: ``Handbill/1.0`` names ``handbill``."""
    if value[:1] == "*":
        return "*"
    match = _NAME.match(value.lower())
    return match[0] if match else ""


def _records(data: bytes) -> Iterator[tuple[str, str]]:
    text = data[:MOST_BYTES].decode("utf-8", "replace").removeprefix("\ufeff")
    for line in re.split(r"[\r\n]+", text):
        key, colon, value = line.partition("#")[0].partition(":")
        if colon:
            yield key.strip().lower(), value.strip()


def _normal(text: str) -> str:
    """Return a path or pattern in one spelling: escapes of plain letters undone, all others made, in capitals."""

    def one(match: re.Match[bytes]) -> bytes:
        octet = int(match[1], 16)
        return bytes([octet]) if octet in _UNRESERVED else match[0].upper()

    raw = _ESCAPE.sub(one, text.encode("utf-8", "surrogatepass"))
    return "".join(chr(octet) if octet < 128 else f"%{octet:02X}" for octet in raw)
