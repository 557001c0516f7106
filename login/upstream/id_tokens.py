"""Check a network's ID token: its signature, for whom it is, from whom, when, and in answer to what.

OpenID Connect Core 1.0 §3.1.3.7. The keys are the issuer's own, from the address its discovery document names; the
algorithms are fixed by us, so that neither ``none`` nor a public key used as a shared secret gets through (RFC 8725
§3.1). Keys that a token brings itself (``jwk``, ``jku``, ``x5u``) are not looked at.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Mapping
from typing import Any

from core.errors import Problem
from login.problems import LoginFailed
from login.upstream.discovery import Endpoints
from login.upstream.door import JSON, Door, json_of

# Asymmetric ones only; each is checked with the kind of key that it names (RFC 7518 §3.1, RFC 8037, RFC 9864).
ALGORITHMS = frozenset(f"{kind}{bits}" for kind in ("RS", "PS", "ES") for bits in (256, 384, 512))
ALGORITHMS |= {"EdDSA", "Ed25519"}
# Seconds that clocks may differ; RFC 7519 §4.1.4 lets it be "usually no more than a few minutes".
LEEWAY = 60
# A token is a few kilobytes; what is longer is not parsed.
LONGEST = 32 * 1024
# Keys change a few times a year; a set is used for an hour, and a day more where its server is down. Seconds.
FRESH, STALE = 3600.0, 86_400.0
# A key that is not in the set may be new: the set is fetched again, but not for every forged token. Seconds.
AGAIN = 30.0
# More keys than any provider publishes.
MOST_KEYS = 100


def claims_of(door: Door, where: Endpoints, token: str, nonce: str) -> Mapping[str, Any]:
    """Return a sound token's claims; raise LoginFailed for any other. ``nonce`` is "" where none was sent."""
    from joserfc.errors import JoseError

    if not token or len(token) > LONGEST or not where.jwks:
        raise _wrong("there is none, or no keys")
    try:
        claims = _decoded(door, where, token)
        _registry(door).validate(claims)
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as exc:
        raise _wrong(type(exc).__name__) from exc
    _check_rest(claims, door, where, nonce)
    return claims


def signed_of(door: Door, where: Endpoints, token: str) -> Mapping[str, Any]:
    """Return the claims of signed userinfo (§5.3.2); raise LoginFailed for what is not the issuer's, and for us."""
    from joserfc.errors import JoseError

    if len(token) > LONGEST or not where.jwks:
        raise _wrong("signed userinfo without keys, or too much of it")
    try:
        claims = _decoded(door, where, token)
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as exc:
        raise _wrong(type(exc).__name__) from exc
    audience = claims.get("aud", door.client.id)
    ours = door.client.id in audience if isinstance(audience, list) else audience == door.client.id
    if not ours or not _issued_by(claims.get("iss", where.issuer), where.issuer, claims):
        raise _wrong("userinfo of another issuer, or for another client")
    return claims


def _registry(door: Door) -> Any:
    from joserfc import jwt

    return jwt.JWTClaimsRegistry(
        now=int(time.time()),
        leeway=LEEWAY,
        aud={"essential": True, "value": door.client.id},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
    )


def _check_rest(claims: Mapping[str, Any], door: Door, where: Endpoints, nonce: str) -> None:
    """Hold what the library leaves open to OpenID Connect Core §3.1.3.7, 2 to 11."""
    if not _issued_by(claims.get("iss"), where.issuer, claims):
        raise _wrong("another issuer")
    audience = claims["aud"]
    if isinstance(audience, list) and len(audience) > 1 and "azp" not in claims:
        raise _wrong("several audiences and no azp")
    if claims.get("azp", door.client.id) != door.client.id:
        raise _wrong("for another client")
    if not isinstance(claims["iat"], int | float) or claims["iat"] > time.time() + LEEWAY:
        raise _wrong("from the future")
    if not isinstance(claims["sub"], str) or not claims["sub"]:
        raise _wrong("nobody's")
    if nonce and not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise _wrong("another nonce")


def _issued_by(said: Any, issuer: str, claims: Mapping[str, Any]) -> bool:
    """Return whether a token is the issuer's. Microsoft's common issuer has a place for the tenant in it
    (https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-tokens), Google two spellings
    (https://developers.google.com/identity/openid-connect/openid-connect#validatinganidtoken).
    """
    if "{tenantid}" in issuer:
        return isinstance(claims.get("tid"), str) and said == issuer.replace("{tenantid}", claims["tid"])
    if issuer == "https://accounts.google.com":
        return said in (issuer, "accounts.google.com")
    return bool(issuer) and said == issuer


def _decoded(door: Door, where: Endpoints, token: str) -> Mapping[str, Any]:
    from joserfc import jwt
    from joserfc.errors import BadSignatureError, InvalidKeyIdError

    allowed = sorted(ALGORITHMS & set(where.algorithms)) or ["RS256"]
    try:
        return jwt.decode(token, _keys(door, where.jwks), algorithms=allowed).claims
    except (InvalidKeyIdError, BadSignatureError, ValueError):
        # The issuer may have changed its keys since we looked.
        return jwt.decode(token, _keys(door, where.jwks, again=True), algorithms=allowed).claims


def _keys(door: Door, url: str, *, again: bool = False) -> Any:
    from joserfc.jwk import KeySet

    name = f"login keys again {url}" if again else f"login keys {url}"
    fresh, stale = (AGAIN, 0.0) if again else (FRESH, STALE)
    try:
        found = door.cache.fetch(name, lambda: _fetched(door, url), fresh=fresh, stale=stale, negative=5)
    except Problem as exc:
        raise LoginFailed("network_failed", f"keys: {exc.message}") from exc
    if again:
        door.cache.set(f"login keys {url}", found.value, FRESH, stale=STALE)
    keys = [key for key in found.value["keys"] if isinstance(key, dict) and key.get("use", "sig") == "sig"]
    return KeySet.import_key_set({"keys": [key for key in keys if _public(key)]})


def _public(key: Mapping[str, Any]) -> bool:
    """Return whether a key is the public half of a pair: shared secrets have no place in a published set."""
    return key.get("kty") in ("RSA", "EC", "OKP") and "d" not in key


def _fetched(door: Door, url: str) -> Any:
    said = json_of(door.ask("GET", url, headers={"Accept": JSON}), "keys")
    if not isinstance(said, dict) or not isinstance(said.get("keys"), list):
        raise LoginFailed("network_failed", "keys: not a key set")
    return {"keys": said["keys"][:MOST_KEYS]}


def _wrong(why: str) -> LoginFailed:
    return LoginFailed("network_failed", f"the ID token will not do: {why}")
