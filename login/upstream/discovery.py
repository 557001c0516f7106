"""Where a network's endpoints are: from its file, or from the document that its issuer publishes.

OpenID Connect Discovery 1.0 §4 and RFC 8414 §3. The document must name the issuer it was asked for (§4.3 and §3.3):
otherwise one issuer could speak for another. It is cached, so that a login does not wait for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from core.addresses import normal
from core.errors import FetchFailed, Problem
from login.problems import LoginFailed
from login.upstream.door import JSON, Door, failed, json_of

# How long a document is used, and used while a newer one is fetched; providers say an hour to a day
# (https://accounts.google.com/.well-known/openid-configuration: max-age=3600, read 2026-11). Seconds.
FRESH, STALE = 3600.0, 7 * 86_400.0
# How long a failure is remembered: people try again at once, and the network may be back. Seconds.
FAILED = 20.0
OPENID = "/.well-known/openid-configuration"
OAUTH = "/.well-known/oauth-authorization-server"


@dataclass(frozen=True)
class Endpoints:
    """Where to ask. ``issuer`` is what ID tokens and callbacks must name; ``names_issuer`` says that callbacks do.

    ``pushed`` is where requests can be pushed (RFC 9126), ``pushed_only`` says that they must be. ``algorithms`` are
    those of ID tokens, ``userinfo_algorithms`` of signed userinfo, ``methods`` the ways to prove who a client is,
    ``assertions`` the algorithms of one of them.
    """

    authorize: str
    token: str
    issuer: str = ""
    jwks: str = ""
    userinfo: str = ""
    revoke: str = ""
    pushed: str = ""
    pushed_only: bool = False
    names_issuer: bool = False
    algorithms: tuple[str, ...] = ("RS256",)
    userinfo_algorithms: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    assertions: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()


def of_issuer(door: Door, issuer: str, url: str = "") -> Endpoints:
    """Return the endpoints that an OpenID issuer publishes, at ``url`` if not in the usual place."""
    return endpoints(document(door, issuer, url or issuer.rstrip("/") + OPENID))


def of_server(door: Door, origin: str) -> Endpoints | None:
    """Return the endpoints that an OAuth server publishes (RFC 8414); None where it publishes none."""
    try:
        return endpoints(document(door, origin, origin + OAUTH))
    except LoginFailed:
        return None


def document(door: Door, issuer: str, url: str) -> Mapping[str, Any]:
    """Return an issuer's document, having checked that it is the issuer's own."""
    try:
        found = door.cache.fetch(
            f"login discovery {url}", lambda: _fetched(door, url), fresh=FRESH, stale=STALE, negative=FAILED
        )
    except FetchFailed as exc:
        raise failed("discovery", exc) from exc
    except Problem as exc:
        raise LoginFailed("network_failed", f"discovery: {exc.message}") from exc
    # Mastodon writes its own origin with a slash at the end (app/presenters/oauth_metadata_presenter.rb, 4.3), and
    # operators leave one out or put one in: the document's address is the same for both (Discovery §4.1).
    same = (issuer, issuer + "/", issuer.removesuffix("/"))
    if not isinstance(found.value, dict) or found.value.get("issuer") not in same:
        raise LoginFailed("network_failed", "discovery: the document is of another issuer")
    return found.value


def endpoints(said: Mapping[str, Any]) -> Endpoints:
    """Read a document (RFC 8414 §2). Raises LoginFailed for one without its endpoints, or with unsafe ones."""
    made = Endpoints(
        authorize=_address(said, "authorization_endpoint"),
        token=_address(said, "token_endpoint"),
        issuer=str(said.get("issuer", "")),
        jwks=_address(said, "jwks_uri"),
        userinfo=_address(said, "userinfo_endpoint"),
        revoke=_address(said, "revocation_endpoint"),
        pushed=_address(said, "pushed_authorization_request_endpoint"),
        pushed_only=said.get("require_pushed_authorization_requests") is True,
        names_issuer=said.get("authorization_response_iss_parameter_supported") is True,
        algorithms=_texts(said, "id_token_signing_alg_values_supported") or ("RS256",),
        userinfo_algorithms=_texts(said, "userinfo_signing_alg_values_supported"),
        methods=_texts(said, "token_endpoint_auth_methods_supported"),
        assertions=_texts(said, "token_endpoint_auth_signing_alg_values_supported"),
        scopes=_texts(said, "scopes_supported"),
    )
    if not made.authorize or not made.token:
        raise LoginFailed("network_failed", "discovery: the document lacks its endpoints")
    return made


def _fetched(door: Door, url: str) -> Any:
    return json_of(door.ask("GET", url, headers={"Accept": JSON}), "discovery")


def _address(said: Mapping[str, Any], name: str) -> str:
    """Return an endpoint's address, "" where there is none; the guard looks at where it leads when it is asked."""
    url = said.get(name)
    address = normal(url) if isinstance(url, str) else ""
    parts = urlsplit(address)
    return address if address and not parts.fragment and parts.username is None else ""


def _texts(said: Mapping[str, Any], name: str) -> tuple[str, ...]:
    found = said.get(name)
    return tuple(item for item in found if isinstance(item, str)) if isinstance(found, list) else ()
