"""Who somebody is on the AT Protocol: handle to DID, DID to the server they live on, and back again.

https://atproto.com/specs/handle and /specs/did (read 2026-11). A handle is believed only where its DID names it too,
and a DID only says where its owner lives now: who changes servers stays the same person.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from core.errors import FetchFailed
from login.problems import LoginFailed
from login.upstream.door import JSON, Door, failed, json_of

# What a resolver is asked, who also reads the DNS record of a handle, which we do not:
# https://docs.bsky.app/docs/api/com-atproto-identity-resolve-handle (read 2026-11)
RESOLVE = "/xrpc/com.atproto.identity.resolveHandle"
# A DID document has about a kilobyte.
LARGEST = 64 * 1024
DID = re.compile(r"did:(?:plc:[a-z2-7]{24}|web:[A-Za-z0-9.\-]{3,253})")
# https://atproto.com/specs/handle: labels of letters, digits and hyphens, the last one not beginning with a digit
HANDLE = re.compile(r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")
# Names under which nobody on the internet is found: https://atproto.com/specs/handle#additional-non-syntax-restrictions
RESERVED = (".local", ".arpa", ".invalid", ".localhost", ".internal", ".example", ".alt", ".onion", ".test")


@dataclass(frozen=True)
class Identity:
    """Somebody: the DID, the handle where it was checked both ways (else ""), and the server they live on."""

    did: str
    handle: str
    home: str


def identity(door: Door, typed: str) -> Identity:
    """Return who a handle or a DID stands for. Raises LoginFailed where that cannot be found out."""
    text = typed.strip().removeprefix("@").removeprefix("at://").strip("/")
    if DID.fullmatch(text):
        return _of(door, text)
    handle = text.lower()
    if not HANDLE.fullmatch(handle) or handle.endswith(RESERVED):
        raise LoginFailed("wrong_server", "that is no handle")
    found = _of(door, _did_of(door, handle))
    if found.handle != handle:
        raise LoginFailed("wrong_server", "the handle and its owner do not name each other")
    return found


def _of(door: Door, did: str) -> Identity:
    said = _asked(door, _document_url(door, did), "the DID document")
    if not isinstance(said, dict) or said.get("id") != did:
        raise LoginFailed("network_failed", "the DID document is another's")
    home = next((str(s.get("serviceEndpoint")) for s in _list(said, "service") if _is_home(s)), "")
    if not re.fullmatch(r"https?://[^/?#@\s]+/?", home):
        raise LoginFailed("network_failed", "the DID document names no server")
    named = next(
        (a[5:].lower() for a in _list(said, "alsoKnownAs") if isinstance(a, str) and a.startswith("at://")), ""
    )
    real = HANDLE.fullmatch(named) and not named.endswith(RESERVED)  # who has lost theirs is "handle.invalid"
    handle = named if real and _did_of(door, named, strict=False) == did else ""
    return Identity(did, handle, home.rstrip("/"))


def _did_of(door: Door, handle: str, *, strict: bool = True) -> str:
    """Return the DID that a handle names: a resolver is asked first, who reads the DNS record, then its own site.

    "When both methods return results, the DNS TXT result should be preferred" (https://atproto.com/specs/handle).
    """
    try:
        said = _asked(door, f"{door.resolver}{RESOLVE}?handle={quote(handle)}", "the handle")
        did = str(said.get("did", "")) if isinstance(said, dict) else ""
    except LoginFailed:
        did = ""  # it is down, or does not know a handle that is new
    did = did if DID.fullmatch(did) else _said_by_site(door, handle)
    if not did and strict:
        raise LoginFailed("wrong_server", "nobody has this handle")
    return did


def _said_by_site(door: Door, handle: str) -> str:
    """Return the DID that the site of a handle names itself, "" for none: most have no site."""
    try:
        reply = door.ask("GET", f"https://{handle}/.well-known/atproto-did", headers={"Accept": "text/plain"})
    except FetchFailed:
        return ""
    did = reply.body.decode("ascii", "replace").strip() if reply.status == 200 else ""
    return did if DID.fullmatch(did) else ""


def _document_url(door: Door, did: str) -> str:
    """Return where a DID's document is (https://w3c-ccg.github.io/did-method-web/; did:plc has a directory)."""
    method, _, name = did.removeprefix("did:").partition(":")
    return f"{door.directory}/{did}" if method == "plc" else f"https://{name}/.well-known/did.json"


def _asked(door: Door, url: str, what: str) -> Any:
    try:
        return json_of(door.http.get(url, accept=JSON, max_bytes=LARGEST, deadline=5.0), what)
    except FetchFailed as exc:
        raise failed(what, exc) from exc


def _list(said: dict[str, Any], name: str) -> list[Any]:
    found = said.get(name)
    return found[:50] if isinstance(found, list) else []


def _is_home(service: Any) -> bool:
    kind = "AtprotoPersonalDataServer"
    return (
        isinstance(service, dict)
        and service.get("type") == kind
        and str(service.get("id", "")).endswith("#atproto_pds")
    )
