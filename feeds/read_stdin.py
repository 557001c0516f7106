"""``feeds read --stdin``: one recorded answer of a network a line in, its posts a line out (docs/feeds.md)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from core.errors import Invalid, Problem
from networks.parts import Network
from networks.records import Page

# Other names that formats and networks go by.
ALIASES = {
    "activitypub": "fediverse", "atom": "rss", "jsonfeed": "rss", "microformats": "rss", "podcast": "rss",
    "twitter": "x",
}  # fmt: skip

# Names of another recorder's exchange.
PARTS = {"headers", "body", "response"}


def stream(lines_in: Iterable[str], write: Callable[[str], Any], networks: Mapping[str, Network]) -> None:
    """Answer each line ``path<TAB>network<TAB>url`` with ``{"title", "posts", "next"}``; ``write`` must flush.

    An error is ``{"error": {…}}`` on its line, and the next line is read.
    """
    for line in lines_in:
        try:
            said = _read(line.rstrip("\r\n"), networks)
        except Problem as problem:
            said = problem.as_json()
        write(json.dumps(said, ensure_ascii=False) + "\n")


def _read(line: str, networks: Mapping[str, Network]) -> dict[str, Any]:
    path, key, url, *_ = (*line.split("\t"), "", "")
    if not path or not key:
        raise Invalid(
            "A line is: path of a recorded answer, tab, the network, tab, the request's address.", field="line"
        )
    network = networks.get(ALIASES.get(key.strip(), key.strip()))
    if network is None or network.feed is None:
        raise Invalid("No network of this name has posts to read.", field="network")
    try:
        recorded = Path(path).read_bytes()
    except (OSError, ValueError) as exc:
        raise Invalid("The answer's file cannot be read.", field="path") from exc
    return _told(network.feed.read(*_opened(recorded, url.strip())))


def _told(page: Page) -> dict[str, Any]:
    """Return a page with ``"private": true`` at each post that its author does not show to strangers.

    Whoever has the answer has those posts, and may count on all of them; who shows them must know. Nothing else of
    ours tells of them.
    """
    said = page.as_json()
    for shown, post in zip(said["posts"], page.posts, strict=True):
        shown |= {"private": True} if post.private else {}
    return said


def _opened(recorded: bytes, url: str) -> tuple[bytes, str, Mapping[str, str], int]:
    """Return body, address, headers and status of a recording: a body alone, a whole HTTP answer, or an exchange.

    An exchange is a JSON object with ``body``, ``request`` or ``response``, and mostly ``status`` and ``headers``, as
    test recorders write them.
    """
    if recorded.startswith(b"HTTP/"):
        return _of_http(recorded, url)
    if recorded[:1] == b"{" and b'"body"' in recorded:
        exchange = _exchange(recorded)
        if exchange:
            return _of_exchange(exchange, url)
    return recorded, url, {}, 200


def _of_http(recorded: bytes, url: str) -> tuple[bytes, str, Mapping[str, str], int]:
    end = re.search(rb"\r?\n\r?\n", recorded)
    head, body = (recorded[: end.start()], recorded[end.end() :]) if end else (recorded, b"")
    first, *lines = head.decode("latin-1").splitlines() or [""]
    headers = dict(line.split(":", 1) for line in lines if ":" in line)
    status = first.split()[1] if len(first.split()) > 1 else ""
    return body, url, {name.strip().lower(): value.strip() for name, value in headers.items()}, _status(status)


def _exchange(recorded: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(recorded)
    except (ValueError, RecursionError):
        return None
    whole = isinstance(found, dict) and ({"request", "status", "body"} <= set(found) or set(found) == PARTS)
    return found if whole else None


def _of_exchange(exchange: dict[str, Any], url: str) -> tuple[bytes, str, Mapping[str, str], int]:
    body, asked, headers = exchange["body"], exchange.get("request"), exchange.get("headers")
    raw = body.encode("utf-8", "replace") if isinstance(body, str) else json.dumps(body).encode()
    status = exchange.get("status") or exchange.get("response")
    told = asked.get("url") if isinstance(asked, dict) else ""
    kept = headers.items() if isinstance(headers, dict) else ()
    return (
        raw,
        url or (told if isinstance(told, str) else ""),
        {name: value for name, value in kept if isinstance(value, str)},
        _status(status.get("code") if isinstance(status, dict) else status),
    )


def _status(value: Any) -> int:
    written = str(value)
    return int(written) if len(written) == 3 and written.isdecimal() else 200
