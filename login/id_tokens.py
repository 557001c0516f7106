"""ID tokens and logout tokens: signed statements about somebody, for one site each (OpenID Connect Core §2)."""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from login.keys import ALGORITHMS, Keys, SigningKey

# The contract's word: ten minutes. A site makes a session of its own from it at once.
LIFE = 600
# The longest token that is looked at when one comes back to us as a hint.
LONGEST = 8192


def signed(key: SigningKey, claims: dict[str, Any], kind: str = "JWT") -> str:
    """Return the claims as a signed JWT (RFC 7515 §3.1)."""
    from joserfc import jwt
    from joserfc.jwk import import_key

    header = {"alg": key.algorithm, "kid": key.id, "typ": kind}
    return jwt.encode(header, claims, import_key(key.private or {}), [key.algorithm])


def at_hash(access_token: str) -> str:
    """Return the left half of the hash of an access token; SHA-256 for RS256 and ES256 (Core §3.1.3.6)."""
    half = hashlib.sha256(access_token.encode("ascii")).digest()[:16]
    return urlsafe_b64encode(half).rstrip(b"=").decode("ascii")


def session_name(session_id: str, site_key: str) -> str:
    """Return what a site knows a session as (``sid``): sites that compare find nothing in common."""
    digest = hashlib.sha256(f"{site_key}\n{session_id}".encode()).digest()[:16]
    return urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def hinted(token: str, keys: Keys, issuer: str) -> dict[str, Any] | None:
    """Return the claims of an ID token that came back as a hint, whether it has ended or not; None where not ours.

    The key decides the algorithm, never the token: what is signed with another, or with none, is not ours (RFC 8725
    §3.1). Keys named in the token itself are not looked at.
    """
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import import_key

    public = next((key for key in keys.published() if key["kid"] == _key_id(token)), None)
    if public is None or public["alg"] not in ALGORITHMS:
        return None
    try:
        found = jwt.decode(token, import_key(public), [public["alg"]])
    except (JoseError, ValueError):
        return None
    if found.header.get("typ") != "JWT":  # a logout token is signed by the same key (RFC 8725 §3.11)
        return None
    claims = found.claims
    told = isinstance(claims.get("sub"), str) and isinstance(claims.get("aud"), str)
    return claims if told and claims.get("iss") == issuer else None


def _key_id(token: str) -> str:
    """Return the key id in a token's header, or the empty string."""
    head = token[:LONGEST].partition(".")[0]
    try:
        header = json.loads(urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except (ValueError, RecursionError):
        return ""
    found = header.get("kid") if isinstance(header, dict) and len(token) <= LONGEST else ""
    return found if isinstance(found, str) else ""
