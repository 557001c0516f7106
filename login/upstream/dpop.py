"""Proofs of possession (RFC 9449): requests are signed with a key of this login, so a stolen token is of no use.

Also the client assertion of RFC 7523 §3, by which servers that never saw us know us: by our published keys.
"""

from __future__ import annotations

import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from core.errors import FetchFailed
from core.http import Reply
from login.upstream.door import FORM, JSON, Door, failed

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


def assertion(key: Mapping[str, Any], key_id: str, client_id: str, audience: str) -> str:
    """Return what proves that we are a client (RFC 7523 §3), signed with our published key."""
    from joserfc import jwt
    from joserfc.jwk import ECKey

    now = int(time.time())
    claims = {"iss": client_id, "sub": client_id, "aud": audience, "jti": secrets.token_urlsafe(16)}
    signer = ECKey.import_key(dict(key))
    header = {"alg": ALGORITHM, "kid": key_id, "typ": "JWT"}
    return jwt.encode(header, {**claims, "iat": now, "exp": now + LIFE}, signer, algorithms=[ALGORITHM])


def post(door: Door, url: str, fields: Mapping[str, str], key: Mapping[str, Any]) -> Reply:
    """Post a form with a proof, once more where the server first tells its nonce (RFC 9449 §8).

    Raises LoginFailed where there is no answer.
    """
    nonce = ""
    for last in (False, True):
        headers = {"Accept": JSON, "Content-Type": FORM, "DPoP": proof(key, "POST", url, nonce)}
        try:
            reply = door.ask("POST", url, headers=headers, body=urlencode(fields).encode())
        except FetchFailed as exc:
            raise failed("the server", exc) from exc
        told = reply.headers.get("dpop-nonce", "")
        if last or reply.status < 400 or not told or told == nonce:
            break
        nonce = told
    return reply
