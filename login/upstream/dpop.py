"""Proofs of possession (RFC 9449): requests are signed with a key of this login, so a stolen token is of no use.

Also the client assertion of RFC 7523 §3, by which servers that never saw us know us: by our published keys.
"""

from __future__ import annotations

import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from core.errors import FetchFailed
from core.http import Reply
from login.problems import LoginFailed
from login.upstream.door import DEADLINE, FORM, JSON, SHARED, Door, failed

if TYPE_CHECKING:
    from joserfc.jwk import Key

# "The authorization server MUST ... at least ES256": https://atproto.com/specs/oauth (read 2026-11)
ALGORITHM = "ES256"
# Seconds that an assertion is good: it is used at once. RFC 7523 §3 (4) wants it limited.
LIFE = 60
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def new_key() -> dict[str, Any]:
    """Return a fresh key as a JWK, private half included: it lives as long as the login."""
    from joserfc.jwk import ECKey

    return dict(ECKey.generate_key("P-256", private=True).as_dict(private=True))


def proof(key: Mapping[str, Any], method: str, url: str, nonce: str = "", token: str = "") -> str:
    """Return the proof for one request (RFC 9449 §4.2); ``nonce`` is the server's, ``token`` what goes along."""
    from joserfc import jwt
    from joserfc.jwk import ECKey

    made = ECKey.import_key(dict(key))
    claims: dict[str, Any] = {"jti": secrets.token_urlsafe(16), "htm": method, "htu": url.partition("?")[0]}
    claims["iat"] = int(time.time())
    if nonce:
        claims["nonce"] = nonce
    if token:
        claims["ath"] = urlsafe_b64encode(sha256(token.encode()).digest()).rstrip(b"=").decode()
    header = {"typ": "dpop+jwt", "alg": ALGORITHM, "jwk": dict(made.as_dict(private=False))}
    return jwt.encode(header, claims, made, algorithms=[ALGORITHM])


def asserted(door: Door, issuer: str) -> dict[str, str]:
    """Return the fields that prove that we are the client (RFC 7523 §2.2): signed with our published key, or with the
    secret where the provider knows us so (OpenID Connect Core §9, ``client_secret_jwt``).

    The audience is the issuer and nothing else, so that no server can use a proof at another
    (draft-ietf-oauth-rfc7523bis §4). Raises LoginFailed where there is nothing to sign with.
    """
    from joserfc import jwt

    key, header = by_secret(door) if door.login.auth == "jwt" else _by_key(door)
    now, name = int(time.time()), door.client.id
    claims: dict[str, Any] = {"iss": name, "sub": name, "aud": issuer, "jti": secrets.token_urlsafe(16)}
    claims |= {"iat": now, "exp": now + LIFE}
    made = jwt.encode({**header, "typ": "JWT"}, claims, key, algorithms=[header["alg"]])
    return {"client_assertion_type": ASSERTION, "client_assertion": made}


def _by_key(door: Door) -> tuple[Key, dict[str, str]]:
    from joserfc.jwk import JWKRegistry

    if door.signer is None:
        raise LoginFailed("network_off")
    key = door.signer("RS256" if door.assertions and ALGORITHM not in door.assertions else ALGORITHM)
    return JWKRegistry.import_key(key.private or {}), {"alg": key.algorithm, "kid": key.id}


def by_secret(door: Door) -> tuple[Key, dict[str, str]]:
    """Return the secret as a key, and the first algorithm that the provider takes and it is long enough for.

    Raises LoginFailed for one that is too short for any.
    """
    from joserfc.jwk import OctKey

    taken = [name for name in SHARED if name in door.assertions] or ["HS256"]
    fit = [name for name in taken if len(door.client.secret.encode()) >= SHARED[name]]
    if not fit:
        raise LoginFailed("network_failed", f"CLIENT_SECRET is too short for {taken[0]}")
    return OctKey.import_key(door.client.secret), {"alg": fit[0]}


def post(
    door: Door, url: str, fields: Mapping[str, str], key: Mapping[str, Any], deadline: float = DEADLINE
) -> Reply:
    """Post a form with a proof, once more where the server first tells its nonce (RFC 9449 §8).

    ``deadline`` is in seconds, for each try. Raises LoginFailed where there is no answer.
    """
    nonce = ""
    for last in (False, True):
        headers = {"Accept": JSON, "Content-Type": FORM, "DPoP": proof(key, "POST", url, nonce)}
        try:
            reply = door.ask("POST", url, headers=headers, body=urlencode(fields).encode(), deadline=deadline)
        except FetchFailed as exc:
            raise failed("the server", exc) from exc
        told = reply.headers.get("dpop-nonce", "")
        if last or reply.status < 400 or not told or told == nonce:
            break
        nonce = told
    return reply
