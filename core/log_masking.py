"""What must never stand in a log: credentials, wherever in an event they are, and what is asked for in addresses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

HIDDEN = "********"
# Longer values are a mistake or an attack; a line stays readable, and a full disk needs many of them.
_VALUE_MAX = 4_000
_TRACE_MAX = 16_000
# Deeper, or wider, is nothing that a person reads in a log.
_DEPTH_MAX = 6
_ITEMS_MAX = 100

# A field whose name has one of these words in it: X-Api-Key, client_secret, Set-Cookie, csrf_token, …
_SECRET_PART = re.compile(
    r"authorization|cookie|token|secret|passw(or)?d|api_?key|credential|private_?key|assertion|verifier|session_?id"
)
# These only as the whole name: `status_code` tells nothing, while OAuth's code and state are as good as keys.
_SECRET_NAMES = {"code", "state", "signature", "otp", "pin", "nonce", "query", "query_string"}

_TOKEN = re.compile(r"\bhb[ksctr]_[\w-]+|\bwhsec_[\w+/=-]+")
_SCHEME = re.compile(r"\b(Bearer|DPoP|Basic(?=\s+[\w+/=-]{12}))\s+[^\s\"',]+", re.IGNORECASE)
_HEADER = re.compile(r"\b((?:Proxy-)?Authorization|(?:Set-)?Cookie)(\s*[:=]\s*)[^\r\n\"'}]+", re.IGNORECASE)
_PAIR = re.compile(
    r"\b([\w-]{0,40}(?:token|secret|passw(?:or)?d|api_?key|verifier|assertion))([\"']?\s*[:=]\s*[\"']?)[^\s\"',;&})…]+",
    re.IGNORECASE,
)
_USER = re.compile(r"(\w://)[^\s/?#@\"'<>]+@")
# What may be an address or a path: a run with a slash in it. Taken whole, so that no text takes long to search.
_RUN = re.compile(r"[^\s\"'<>]+")
_QUERY = re.compile(r"([^/]*/[^?#]*)([?#])(.*)", re.DOTALL)
_NAME_MAX = 40


def masked(value: Any, name: str = "", depth: int = 0) -> Any:
    """Return a value fit for a log, given the name of its field: secrets hidden, addresses without what they ask."""
    if _is_secret(name) and value is not None and not isinstance(value, bool):
        return HIDDEN
    if isinstance(value, str):
        return masked_text(value, _TRACE_MAX if name == "exception" else _VALUE_MAX)
    if isinstance(value, bytes):
        return masked_text(value[:_VALUE_MAX].decode("utf-8", "backslashreplace"))
    if value is None or isinstance(value, int | float):
        return value
    if depth >= _DEPTH_MAX:
        return "…"
    if isinstance(value, Mapping):
        pairs = list(value.items())[:_ITEMS_MAX]
        return {masked_text(str(k)): masked(v, str(k), depth + 1) for k, v in pairs}
    if isinstance(value, list | tuple | set | frozenset):
        return [masked(v, "", depth + 1) for v in list(value)[:_ITEMS_MAX]]
    return masked_text(str(value))


def masked_text(text: str, most: int = _VALUE_MAX) -> str:
    """Return text with tokens, credentials in headers and pairs, and queries of addresses hidden; cut at ``most``."""
    if len(text) > most:
        text = text[:most] + "…"
    text = _HEADER.sub(rf"\1\2{HIDDEN}", text)
    text = _SCHEME.sub(rf"\1 {HIDDEN}", text)
    text = _RUN.sub(_without_query, text)
    text = _USER.sub(rf"\1{HIDDEN}@", text)
    text = _PAIR.sub(rf"\1\2{HIDDEN}", text)
    return _TOKEN.sub(lambda found: found[0][:4] + HIDDEN, text)


def _is_secret(name: str) -> bool:
    plain = name.lower().replace("-", "_")
    return plain in _SECRET_NAMES or bool(_SECRET_PART.search(plain))


def _without_query(run: re.Match[str]) -> str:
    found = _QUERY.fullmatch(run[0])
    return _names_only(found) if found else run[0]


def _names_only(found: re.Match[str]) -> str:
    """Return ?url=…&text=… for ?url=https%3A…&text=hello: what was asked is worth knowing, with which words not."""
    address, mark, query = found.groups()
    query, hash_, fragment = query.partition("#")
    names = [part.partition("=") for part in re.split("[&;]", query)] if query else []
    shown = "&".join(f"{name[:_NAME_MAX]}=…" if equals else "…" for name, equals, _ in names)
    return f"{address}{mark}{shown}" + ("#…" if hash_ and fragment else hash_)
