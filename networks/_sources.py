"""Read what an owner writes as the source of a feed: a name, a handle, or the address of a profile."""

from __future__ import annotations

import re
from typing import NoReturn
from urllib.parse import SplitResult, unquote, urlsplit

from core.errors import Invalid
from networks._walk import web

# https://developers.facebook.com/docs/graph-api/changelog/ (read 2026-11): v26.0 of 2026-07-29, the newest.
GRAPH = "v26.0"
# Names before a network's own that show the same pages; two letters, or two and a country, are a language's.
_FRONTS = re.compile(r"^(?:www|m|mobile|mbasic|web|old|new|music|[a-z]{2}(?:-[a-z]{2})?)\.")
_USER = re.compile(r"[^\s@/:?#\\%&<>\"'\x00-\x1f\x7f]{1,100}")
_SERVER = re.compile(
    r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9](?::\d{1,5})?"
)


def refused(sentence: str) -> NoReturn:
    """Raise Invalid for the source, saying what to write."""
    raise Invalid(sentence, field="source")


def on_server(written: str) -> tuple[str, str]:
    """Return origin and name for ``@me@example.social`` or for a profile's address; raise Invalid otherwise.

    Groups are written ``!group@example.social`` (Lemmy), the @ may be the wide one of Japanese keyboards. Of somebody
    seen from another server (``https://here.example/@me@there.example``) the own server is asked.
    """
    given = written.strip().replace("\uff20", "@").removeprefix("acct:").removeprefix("@").removeprefix("!")
    user, at, server = given.rstrip("/").rpartition("@")
    if at and _USER.fullmatch(user) and _SERVER.fullmatch(server.lower()):
        return f"https://{server.lower()}", user
    parts = urlsplit(web(given if "://" in given else f"https://{given}"))
    found = re.match(
        r"/(?:web/)?(?:@|users/|u/|profile/|author/|c/|m/)?([^/@]{1,100})(?:@([^/]+))?"
        r"(?:/(?:with_replies|media|featured|followers|following))?/?$",
        unquote(parts.path),
    )
    if not found or not parts.netloc or "." not in parts.netloc.strip(".") or not _USER.fullmatch(found[1]):
        refused("Write an account such as @me@example.social, or the address of its profile.")
    if found[2] and _SERVER.fullmatch(found[2].lower()):
        return f"https://{found[2].lower()}", found[1]
    return f"{parts.scheme}://{parts.netloc}", found[1]


def page_on(written: str, hosts: tuple[str, ...]) -> SplitResult | None:
    """Return the address of a page on one of the hosts, as it stands in a browser or without its scheme, and under
    whichever of its names; None for all else that was written, raise Invalid for an address of somebody else's."""
    given = written.strip()
    if "://" not in given and _own(given.partition("/")[0], hosts):
        given = f"https://{given}"
    parts = urlsplit(web(given))
    if parts.netloc and not _own(parts.netloc, hosts):
        refused(f"Write an address on {hosts[0]}.")
    return parts if parts.netloc else None


def _own(host: str, hosts: tuple[str, ...]) -> bool:
    return bool({host.lower(), _FRONTS.sub("", host.lower())} & set(hosts))


def named(written: str, hosts: tuple[str, ...], pattern: str, example: str) -> str:
    """Return a name, with or without an @, or the one that an address on one of the hosts begins with."""
    parts = page_on(written, hosts)
    given = (unquote(parts.path) if parts else written.strip()).strip("/").removeprefix("@")
    found = re.match(rf"{pattern}(?=/|\Z)" if parts else rf"{pattern}\Z", given)
    return found[0] if found else refused(f"Write an account such as {example}.")


def mine(written: str) -> None:
    """Check that the source is the connected account itself, which is all that some networks let be read."""
    if written.strip().lower() not in ("", "me", "@me"):
        refused("Write me: this network shows an account's posts to its owner alone.")


def of_graph(host: str, path: str, fields: str, limit: int) -> str:
    """Return the address of a list with its fields in Meta's Graph API."""
    return f"https://{host}/{GRAPH}/{path}?fields={fields}&limit={limit}"
