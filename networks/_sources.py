"""Read what an owner writes as the source of a feed: a name, a handle, or the address of a profile."""

from __future__ import annotations

import re
from typing import NoReturn
from urllib.parse import unquote, urlsplit

from core.errors import Invalid
from networks._walk import web

# https://developers.facebook.com/docs/graph-api/changelog/ (read 2026-11): v26.0 of 2026-07-29, the newest.
GRAPH = "v26.0"
_USER = re.compile(r"[^\s@/:?#\\%&<>\"'\x00-\x1f\x7f]{1,100}")
_SERVER = re.compile(
    r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9](?::\d{1,5})?"
)


def refused(sentence: str) -> NoReturn:
    """Raise Invalid for the source, saying what to write."""
    raise Invalid(sentence, field="source")


def on_server(written: str) -> tuple[str, str]:
    """Return origin and name for ``@me@example.social`` or for a profile's address; raise Invalid otherwise."""
    given = written.strip().removeprefix("acct:").removeprefix("@")
    user, at, server = given.rpartition("@")
    if at and _USER.fullmatch(user) and _SERVER.fullmatch(server.lower()):
        return f"https://{server.lower()}", user
    parts = urlsplit(web(given if "://" in given else f"https://{given}"))
    found = re.match(
        r"/(?:web/)?(?:@|users/|u/|profile/|author/|c/|m/)?([^/@]{1,100})(?:@([^/]+))?/?$", unquote(parts.path)
    )
    if not found or not parts.netloc or "." not in parts.netloc.strip(".") or not _USER.fullmatch(found[1]):
        refused("Write an account such as @me@example.social, or the address of its profile.")
    return f"{parts.scheme}://{parts.netloc}", found[1]


def named(written: str, hosts: tuple[str, ...], pattern: str, example: str) -> str:
    """Return a name, with or without an @, or the one in an address on one of the hosts; it matches the pattern."""
    given = written.strip()
    parts = urlsplit(web(given))
    if parts.netloc:
        host = parts.netloc.lower().removeprefix("www.").removeprefix("m.")
        given = unquote(parts.path).strip("/") if host in hosts else ""
    given = given.removeprefix("@")
    if not re.fullmatch(pattern, given):
        refused(f"Write an account such as {example}.")
    return given


def mine(written: str) -> None:
    """Check that the source is the connected account itself, which is all that some networks let be read."""
    if written.strip().lower() not in ("", "me", "@me"):
        refused("Write me: this network shows an account's posts to its owner alone.")


def of_graph(host: str, path: str, fields: str, limit: int) -> str:
    """Return the address of a list with its fields in Meta's Graph API."""
    return f"https://{host}/{GRAPH}/{path}?fields={fields}&limit={limit}"
