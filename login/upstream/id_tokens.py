"""Check a network's ID token: its signature, for whom it is, from whom, when, and in answer to what.

OpenID Connect Core 1.0 §3.1.3.7. The keys are the issuer's own, from the address its discovery document names; the
algorithms are fixed by us, so that neither ``none`` nor a public key used as a shared secret gets through (RFC 8725
§3.1). The client's secret is a key only where the operator says so, or the document offers nothing else: then it is
the only one. Keys that a token brings itself (``jwk``, ``jku``, ``x5u``) are not looked at.
"""

from __future__ import annotations

import hmac
import json
import time
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import Any

from login.problems import LoginFailed
from login.upstream import encrypted, provider_keys
from login.upstream.discovery import Endpoints
from login.upstream.door import SHARED, Client, Door

# By the provider's key pair; each is checked with the kind of key that it names (RFC 7518 §3.1, RFC 8037, RFC 9864).
ALGORITHMS = frozenset(f"{kind}{bits}" for kind in ("RS", "PS", "ES") for bits in (256, 384, 512))
ALGORITHMS |= {"EdDSA", "Ed25519"}
# The operator's word for how ID tokens are signed: what the provider has us registered with as
# ``id_token_signed_response_alg`` (OpenID Connect Dynamic Client Registration §2).
CHOSEN = "ID_TOKEN_ALG"
# Seconds that clocks may differ; RFC 7519 §4.1.4 lets it be "usually no more than a few minutes".
LEEWAY = 60
# A token is a few kilobytes; what is longer is not parsed.
LONGEST = 32 * 1024


def agreed(client: Client, where: Endpoints) -> frozenset[str]:
    """Return the algorithms that an ID token may be signed with.

    The one that the operator names, else those of the document that take a key pair. The client's secret signs only
    where it was chosen, or the document knows nothing else. Raises LoginFailed for a choice that is none.
    """
    chosen = client.values.get(CHOSEN, "")
    if chosen and chosen not in ALGORITHMS and chosen not in SHARED:
        raise LoginFailed("network_failed", f"{CHOSEN} is not an algorithm that we check")
    offered = frozenset(where.algorithms)
    by_secret = offered & SHARED.keys() if CHOSEN in client.values else frozenset()
    found = frozenset({chosen} if chosen else offered & ALGORITHMS or by_secret or {"RS256"})
    short = [name for name in found & SHARED.keys() if len(client.secret.encode()) < SHARED[name]]
    if short and chosen:
        raise LoginFailed("network_failed", f"CLIENT_SECRET has fewer than the {SHARED[chosen]} bytes of {chosen}")
    return found - frozenset(short)


def claims_of(door: Door, where: Endpoints, token: str, nonce: str) -> Mapping[str, Any]:
    """Return a sound token's claims; raise LoginFailed for any other. ``nonce`` is "" where none was sent."""
    from joserfc.errors import JoseError

    if not token or len(token) > LONGEST:
        raise _wrong("there is none, or too much of it")
    try:
        claims = _decoded(door, where, _opened(door, token), agreed(door.client, where))
        _registry(door).validate(claims)
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as exc:
        raise _wrong(type(exc).__name__) from exc
    _check_rest(claims, door, where, nonce)
    return claims


def signed_of(door: Door, where: Endpoints, token: str) -> Mapping[str, Any]:
    """Return the claims of userinfo that is signed, encrypted or both (§5.3.2); raise LoginFailed for what is not
    the issuer's, and for us. What was only encrypted is as good as what comes in the open, over TLS.
    """
    from joserfc.errors import JoseError

    if len(token) > LONGEST:
        raise _wrong("too much userinfo")
    allowed = ALGORITHMS.intersection(where.algorithms + where.userinfo_algorithms) or frozenset({"RS256"})
    try:
        inner = _opened(door, token)
        if inner is not token and inner.startswith("{"):
            return dict(json.loads(inner))
        claims = _decoded(door, where, inner, allowed | (agreed(door.client, where) & SHARED.keys()))
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


def _opened(door: Door, token: str) -> str:
    """Return a token as it is, or what was encrypted in it."""
    return encrypted.opened(door.client, token, _header(token)) if token.count(".") == 4 else token


def _header(token: str) -> dict[str, Any]:
    """Return what stands before the first dot; ValueError where it cannot be read."""
    head = token.partition(".")[0]
    return dict(json.loads(urlsafe_b64decode(head + "=" * (-len(head) % 4))))


def _decoded(door: Door, where: Endpoints, token: str, allowed: frozenset[str]) -> Mapping[str, Any]:
    """Return the claims of a token whose signature is right: by a key of the provider's, or by our secret.

    What stands in its header beyond what we know is ignored, unless it says that it must be understood (RFC 7515 §4).
    """
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import OctKey
    from joserfc.jws import JWSRegistry

    header = _header(token)
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in allowed:
        raise _wrong("signed in a way that was not agreed")
    registry = JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    registry.max_header_length = LONGEST  # some send a chain of certificates along
    if algorithm in SHARED:
        return jwt.decode(token, OctKey.import_key(door.client.secret), registry=registry).claims
    for again in (False, True):  # the issuer may have changed its keys since we looked
        for key, raw in provider_keys.fitting(provider_keys.published(door, where.jwks, again=again), header):
            try:
                claims = jwt.decode(token, key, registry=registry).claims
            except (JoseError, ValueError):
                continue
            if _may_speak(raw, where.issuer, claims):
                return claims
    raise _wrong("no key of the provider's fits")


def _may_speak(key: Mapping[str, Any], issuer: str, claims: Mapping[str, Any]) -> bool:
    """Return whether a key is for this tenant: those of Microsoft's common set name whom they may speak for
    (https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-the-signing-key-issuer).
    """
    named = key.get("issuer")
    if "{tenantid}" not in issuer or not isinstance(named, str):
        return True
    return bool(claims.get("iss") == named.replace("{tenantid}", str(claims.get("tid", ""))))


def _wrong(why: str) -> LoginFailed:
    return LoginFailed("network_failed", f"the ID token will not do: {why}")
