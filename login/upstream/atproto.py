"""Bluesky and everything else on the AT Protocol: pushed requests, proofs, and a client that nobody registered.

https://atproto.com/specs/oauth (read 2026-11). We are known by the address of our own metadata, and prove who we are
by a key published beside it; on a laptop by the special client id for loopback, which proves nothing and gets less.
After the exchange the answer's DID is looked up anew: only the server its owner lives on may speak for it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from core.errors import BadReply, FetchFailed
from core.settings import is_loopback
from login.problems import LoginFailed
from login.upstream import dpop
from login.upstream.discovery import Endpoints, document, endpoints
from login.upstream.door import JSON, SHORT, Client, Door, Prepared, failed, json_of, reading, refused
from login.upstream.identity import HANDLE, Identity, identity
from login.upstream.oauth_client import authorization_request, check_issuer, error_of, with_query
from networks.oauth import Told

if TYPE_CHECKING:
    from login.attempts import Attempt, Begun
    from networks.oauth import Profile

log = logging.getLogger(__name__)
CLIENT_PATH = "/login/bluesky/client.json"
# What anybody may ask about anybody: https://docs.bsky.app/docs/api/app-bsky-actor-get-profile (read 2026-11)
PROFILE = "https://public.api.bsky.app/xrpc/app.bsky.actor.getProfile"
SERVER = "/.well-known/oauth-authorization-server"
RESOURCE = "/.well-known/oauth-protected-resource"


class AtprotoFlow:
    """The flow ``atproto``."""

    def prepare(self, door: Door, typed: str) -> Prepared:
        """Find the server that somebody lives on, and what it wants; make the key of this login."""
        who = _who(door, typed)
        issuer = _issuer(door, who.home)
        where = _endpoints(door, issuer)
        kept = {"issuer": issuer, "key": dpop.new_key(), "did": who.did, "hint": who.handle or who.did}
        places = {"pushed": where.pushed, "authorize": where.authorize, "token": where.token, "revoke": where.revoke}
        return Prepared(extra={**kept, **places})

    def at(self, door: Door, server: str) -> Door:  # noqa: ARG002 -- one callback for all: `iss` tells them apart
        """Return the door with our client id here."""
        if is_loopback(door.origin):  # https://atproto.com/specs/oauth#localhost-client-development
            back = door.back.replace("//localhost", "//127.0.0.1")
            client_id = "http://localhost?" + urlencode({"redirect_uri": back, "scope": " ".join(door.login.scopes)})
            return replace(door, client=Client(client_id), back=back, login=replace(door.login, auth="none"))
        return replace(door, client=Client(door.origin + CLIENT_PATH))

    def address(self, door: Door, prepared: Prepared, begun: Begun) -> str:
        """Push the request (RFC 9126) and return the address that stands for it."""
        kept = prepared.extra
        asked = authorization_request(door, begun, login_hint=str(kept["hint"]))
        fields = asked | _proof(door, str(kept["issuer"]))
        reply = dpop.post(door, str(kept["pushed"]), fields, _key(kept))
        said = _object(reply, "the pushed request")
        if not isinstance(said.get("request_uri"), str):
            raise LoginFailed("network_failed", f"the pushed request: {error_of(said)}")
        return with_query(str(kept["authorize"]), {"client_id": door.client.id, "request_uri": said["request_uri"]})

    def profile(self, door: Door, attempt: Attempt, fields: Mapping[str, str]) -> Profile:
        """Exchange the code and return who it is, after asking who may speak for the DID that came back."""
        kept = attempt.extra
        issuer = str(kept["issuer"])
        check_issuer(fields, Endpoints("", "", issuer=issuer, names_issuer=True))
        if failure := refused(fields):
            raise failure
        body = {"grant_type": "authorization_code", "code": fields.get("code", ""), "redirect_uri": door.back}
        body |= {"code_verifier": attempt.verifier, "client_id": door.client.id} | _proof(door, issuer)
        reply = dpop.post(door, str(kept["token"]), body, _key(kept))
        said = _object(reply, "token")
        if "access_token" not in said or str(said.get("token_type", "")).lower() != "dpop":
            raise LoginFailed("network_failed", f"token: {error_of(said)}")
        if "atproto" not in str(said.get("scope", "")).split():
            raise LoginFailed("network_failed", "token: not for telling who it is")
        _give_back(door, kept, str(said["access_token"]))
        who = _spoken_for(door, said, issuer, str(kept["did"]))
        told = Told({"sub": who.did}, {}, (_about(door, who.did),), {"handle": who.handle}, issuer)
        with reading("profile"):
            return door.login.profile(told)


def _give_back(door: Door, kept: Mapping[str, object], token: str) -> None:
    """Revoke the token (RFC 7009): it has said who it is. Where that fails it ends by itself."""
    if url := str(kept.get("revoke", "")):
        fields = {"token": token, "client_id": door.client.id, **_proof(door, str(kept["issuer"]))}
        try:
            status = dpop.post(door, url, fields, _key(kept), SHORT).status
        except LoginFailed:
            status = 0
        if not 200 <= status < 300:
            log.info("a token was not taken back by %s: status %s", door.key, status)


def _proof(door: Door, issuer: str) -> dict[str, str]:
    """Return what proves that we are the client: nothing on a laptop."""
    return {} if door.login.auth == "none" else dpop.asserted(door, issuer)


def _who(door: Door, typed: str) -> Identity:
    """Return who was typed: a handle or a DID, else only the server that somebody lives on."""
    text = typed.strip().removeprefix("https://").strip("/")
    if text in door.allow:
        return Identity("", "", f"http://{text}")
    try:
        return identity(door, text)
    except LoginFailed:
        if HANDLE.fullmatch(text.lower()) and _is_server(door, f"https://{text.lower()}"):
            return Identity("", "", f"https://{text.lower()}")
        raise


def _is_server(door: Door, origin: str) -> bool:
    try:
        _endpoints(door, _issuer(door, origin))
    except LoginFailed:
        return False
    return True


def _issuer(door: Door, home: str) -> str:
    """Return who logs people of a server in (RFC 9728 §3): another server, or itself."""
    try:
        reply = door.ask("GET", home + RESOURCE, headers={"Accept": JSON})
    except FetchFailed as exc:
        raise failed("the server", exc) from exc
    if reply.status == 404:
        return home  # an authorization server itself, such as bsky.social
    said = json_of(reply, "the server")
    servers = said.get("authorization_servers") if isinstance(said, dict) else None
    if not isinstance(servers, list) or len(servers) != 1 or not isinstance(servers[0], str):
        raise LoginFailed("network_failed", "the server does not say who logs its people in")
    return servers[0].rstrip("/")


def _endpoints(door: Door, issuer: str) -> Endpoints:
    where = endpoints(document(door, issuer, issuer + SERVER))
    if not where.pushed:
        raise LoginFailed("network_failed", "the server takes no pushed requests")
    return where


def _spoken_for(door: Door, said: Mapping[str, Any], issuer: str, did: str) -> Identity:
    """Return whose DID came back. It must be the one that was asked for, and live where it was answered for."""
    found = str(said.get("sub", ""))
    if not found.startswith("did:") or (did and found != did):
        raise LoginFailed("network_failed", "somebody else came back")
    who = identity(door, found)
    if _issuer(door, who.home) != issuer:
        raise LoginFailed("network_failed", "another server may speak for this DID")
    return who


def _about(door: Door, did: str) -> Any:
    """Return the public profile, None where it cannot be had: a name and a picture, no more."""
    try:
        return door.http.get(with_query(PROFILE, {"actor": did}), accept=JSON, deadline=SHORT).json()
    except (FetchFailed, BadReply):
        return None


def _key(kept: Mapping[str, object]) -> Mapping[str, Any]:
    key = kept["key"]
    if not isinstance(key, Mapping):
        raise LoginFailed("attempt_over")
    return key


def _object(reply: Any, what: str) -> dict[str, Any]:
    try:
        said = reply.json()
    except BadReply as exc:
        raise LoginFailed("network_failed", f"{what}: status {reply.status}, not JSON") from exc
    if not isinstance(said, dict) or reply.status >= 300:
        raise LoginFailed("network_failed", f"{what}: status {reply.status}, {error_of(said)}")
    return said


def client_metadata(origin: str, name: str) -> dict[str, Any]:
    """Return what we are as a client, for servers that ask at our client id."""
    return {
        "client_id": origin + CLIENT_PATH,
        "client_name": name,
        "client_uri": origin + "/",
        "application_type": "web",
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
        "redirect_uris": [f"{origin}/login/bluesky/callback"],
        "scope": "atproto",
        "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_signing_alg": dpop.ALGORITHM,
        "dpop_bound_access_tokens": True,
        "jwks_uri": f"{origin}/oauth/jwks",
    }
