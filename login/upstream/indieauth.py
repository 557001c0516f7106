"""IndieAuth: somebody logs in with their own web address, which says who speaks for it.

https://indieauth.spec.indieweb.org/ (living standard of 2024-11, read 2026-11). Who it is, is the address that the
server gives back: it is believed only where that page names the very server that was asked (§5.4), so that no server
speaks for pages that never chose it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from core.addresses import origin_of, web_address
from core.errors import FetchFailed, Invalid
from core.link_header import links
from login.problems import LoginFailed
from login.upstream.discovery import Endpoints
from login.upstream.door import DEADLINE, JSON, LARGEST, Client, Door, Prepared, failed, json_of, reading, refused
from login.upstream.oauth_client import OAuthFlow, authorization_request, check_issuer, token_body, with_query
from networks.oauth import Told

if TYPE_CHECKING:
    from login.attempts import Attempt, Begun
    from networks.oauth import Profile

# A profile page names its server in its head; that of a busy blog stands in the first few hundred kilobytes.
PAGE = 1_000_000
METADATA, AUTHORIZE = "indieauth-metadata", "authorization_endpoint"
CLIENT_PATH = "/login/indieauth/client.json"


class IndieAuthFlow(OAuthFlow):
    """The flow ``indieauth``."""

    def prepare(self, door: Door, typed: str) -> Prepared:
        """Ask the page who speaks for it."""
        me = profile_url(typed, door.allow)
        where = discover(door, me)
        kept = {"authorize": where.authorize, "issuer": where.issuer, "names_issuer": where.names_issuer, "me": me}
        return Prepared(extra=kept)

    def at(self, door: Door, server: str) -> Door:  # noqa: ARG002 -- one callback for all: `iss` tells them apart
        """Return the door with the address of our own metadata as the client id (§4.1)."""
        from dataclasses import replace

        return replace(door, client=Client(door.origin + CLIENT_PATH))

    def address(self, door: Door, prepared: Prepared, begun: Begun) -> str:
        """Return the authorization request (§5.2)."""
        asked = authorization_request(door, begun, me=str(prepared.extra["me"]))
        return with_query(str(prepared.extra["authorize"]), asked)

    def profile(self, door: Door, attempt: Attempt, fields: Mapping[str, str]) -> Profile:
        """Redeem the code where it was given (§5.3.2) and check that the server may speak for the address."""
        kept = attempt.extra
        authorize, issuer = str(kept["authorize"]), str(kept["issuer"])
        check_issuer(fields, Endpoints(authorize, "", issuer=issuer, names_issuer=kept["names_issuer"] is True))
        if failure := refused(fields):
            raise failure
        body = {"grant_type": "authorization_code", "code": fields.get("code", ""), "client_id": door.client.id}
        body |= {"redirect_uri": door.back, "code_verifier": attempt.verifier}
        said = _redeemed(door, authorize, body)
        me = profile_url(str(said.get("me", "")), door.allow)
        # Not by an issuer's name, which others can claim: by the address at which the code was redeemed (§5.4).
        if me != kept["me"] and discover(door, me).authorize != authorize:
            raise LoginFailed("network_failed", "the server speaks for an address that does not name it")
        with reading("profile"):
            return door.login.profile(Told({**said, "me": me}, issuer=issuer))


def profile_url(typed: str, allow: tuple[str, ...] = ()) -> str:
    """Return an address as a profile URL (§3.2, §3.4): https, a named host, a path; no fragment, user or port.

    Raises LoginFailed for what cannot be one. ``allow`` are hosts of tests.
    """
    text = typed.strip()
    if {".", ".."} & set(text.partition("?")[0].split("/")):
        raise LoginFailed("wrong_server", "a profile address has no dots for a path")
    if "://" not in text:
        scheme = "http" if text.split("/")[0] in allow else "https"
        text = f"{scheme}://{text}"
    try:
        parts = urlsplit(web_address(text, "server"))
    except (Invalid, ValueError) as exc:
        raise LoginFailed("wrong_server", "that is not a web address") from exc
    host = parts.hostname or ""
    named = "." in host and not re.fullmatch(r"[\d.]+", host) and ":" not in host and parts.port is None
    if not (named or parts.netloc in allow) or parts.fragment or parts.username is not None:
        raise LoginFailed("wrong_server", "a profile address has a host with a name, and no port")
    return urlunsplit((parts.scheme, parts.netloc.lower(), parts.path or "/", parts.query, ""))


def discover(door: Door, me: str) -> Endpoints:
    """Return who speaks for an address (§4.1): its metadata document, or the older link to the endpoint itself."""
    try:
        page = door.http.get(me, accept="text/html,*/*;q=0.1", max_bytes=PAGE, truncate=True, deadline=DEADLINE)
    except FetchFailed as exc:
        raise LoginFailed("wrong_server", f"the page cannot be read: {exc.message}") from exc
    named = _named(page.url, page.headers.get("link", ""), page.body)
    if METADATA in named:
        return _metadata(door, named[METADATA])
    if AUTHORIZE in named:
        return Endpoints(door.checked(named[AUTHORIZE]), "")
    raise LoginFailed("wrong_server", "the page names no IndieAuth server")


def _metadata(door: Door, url: str) -> Endpoints:
    try:
        reply = door.http.get(url, accept=JSON, max_bytes=LARGEST, deadline=DEADLINE)
    except FetchFailed as exc:
        raise failed("metadata", exc) from exc
    said = json_of(reply, "metadata")
    authorize = said.get(AUTHORIZE) if isinstance(said, dict) else None
    issuer = said.get("issuer", "") if isinstance(said, dict) else ""
    if not isinstance(authorize, str) or not authorize.startswith(("https://", "http://")):
        raise LoginFailed("network_failed", "metadata: no authorization endpoint")
    issuer = issuer if isinstance(issuer, str) and _issued(url, issuer) else ""
    names = said.get("authorization_response_iss_parameter_supported") is True
    return Endpoints(door.checked(authorize), "", issuer=issuer, names_issuer=names and bool(issuer))


def _issued(url: str, issuer: str) -> bool:
    """Return whether an issuer is a prefix of its metadata's address (§4.1.1): nobody names another as theirs.

    In whole parts: https://auth.example.evil.example does not begin with https://auth.example.
    """
    return bool(issuer) and origin_of(issuer) == origin_of(url) and f"{url}/".startswith(issuer.rstrip("/") + "/")


def _named(url: str, header: str, html: bytes) -> dict[str, str]:
    """Return the first address of each relation, those of the header before those of the page (RFC 8288, HTML)."""
    from og.reader.addresses import absolute
    from og.reader.document import Document
    from og.reader.encoding import as_utf8

    found: dict[str, str] = {}
    for link in links(header, url):
        for relation in link.relations:
            found.setdefault(relation, absolute(link.target, url))
    document = Document(as_utf8(html, "text/html")[0], url)
    for relation in (METADATA, AUTHORIZE):
        if address := document.link(relation):
            found.setdefault(relation, address)
    return {relation: address for relation, address in found.items() if address}


def _redeemed(door: Door, url: str, body: Mapping[str, str]) -> dict[str, Any]:
    said = token_body(door, url, body)
    if not isinstance(said.get("me"), str):
        raise LoginFailed("network_failed", "the server does not say who it is")
    return said


def client_metadata(origin: str, name: str) -> dict[str, Any]:
    """Return what we are as a client (§4.2), for servers that ask at our client id."""
    return {
        "client_id": origin + CLIENT_PATH,
        "client_name": name,
        "client_uri": origin + "/",
        "redirect_uris": [f"{origin}/login/indieauth/callback"],
    }
