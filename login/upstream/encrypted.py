"""Tokens that are encrypted to us: JWE around what is signed (OpenID Connect Core 1.0 §10.2, RFC 7516).

Encrypting hides, it does not prove: what comes out is held to everything that a token is held to. With a private
key of the operator's (``PRIVATE_KEY``) RSA-OAEP and ECDH-ES are opened, with the client's secret ``dir`` and the AES
key wraps. RSA1_5 is not (it tells by its errors, RFC 8725 §3.2), nor passwords, nor what is compressed (§3.6).
"""

from __future__ import annotations

from hashlib import sha256, sha384, sha512
from typing import TYPE_CHECKING, Any

from login.problems import LoginFailed
from login.upstream.door import Client

if TYPE_CHECKING:
    from joserfc.jwk import Key

KEY = "PRIVATE_KEY"
WRAPS = {f"A{bits}{kind}": bits for bits in (128, 192, 256) for kind in ("KW", "GCMKW")}
BY_RSA = frozenset({"RSA-OAEP", "RSA-OAEP-256", "RSA-OAEP-384", "RSA-OAEP-512"})
BY_CURVE = frozenset({"ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A192KW", "ECDH-ES+A256KW"})
# Bits of the key that each kind of content takes (RFC 7518 §5.1).
CONTENTS = {"A128CBC-HS256": 256, "A192CBC-HS384": 384, "A256CBC-HS512": 512}
CONTENTS |= {f"A{bits}GCM": bits for bits in (128, 192, 256)}


def opened(client: Client, token: str, header: dict[str, Any]) -> str:
    """Return what an encrypted token holds. Raises LoginFailed where we have no key for it, or it is broken."""
    from joserfc import jwe
    from joserfc.errors import JoseError
    from joserfc.jwe import JWERegistry

    way, content = str(header.get("alg")), str(header.get("enc"))
    if content not in CONTENTS or "zip" in header:
        raise LoginFailed("network_failed", "encrypted in a way that we do not read")
    key = _shared(client, way, content) or _private(client, way)
    try:
        # Claims may be repeated in the header (RFC 7519 §5.3): they prove nothing there, and are not looked at.
        registry = JWERegistry(algorithms=[way, content], strict_check_header=False)
        plain = jwe.decrypt_compact(token, key, registry=registry).plaintext
        return (plain or b"").decode("utf-8")
    except (JoseError, ValueError, TypeError, KeyError) as exc:
        raise LoginFailed("network_failed", f"it cannot be decrypted: {type(exc).__name__}") from exc


def _shared(client: Client, way: str, content: str) -> Key | None:
    """Return the key that the secret makes: its hash, cut to the bits that are needed (§10.2)."""
    from joserfc.jwk import OctKey

    bits = CONTENTS[content] if way == "dir" else WRAPS.get(way, 0)
    if not bits or not client.secret:
        return None
    digest = sha256 if bits <= 256 else sha384 if bits <= 384 else sha512
    return OctKey.import_key(digest(client.secret.encode()).digest()[: bits // 8])


def _private(client: Client, way: str) -> Key:
    from joserfc.errors import JoseError
    from joserfc.jwk import ECKey, OKPKey, RSAKey

    kinds = (RSAKey,) if way in BY_RSA else (ECKey, OKPKey) if way in BY_CURVE else ()
    text = client.values.get(KEY, "").replace("\\n", "\n")
    for kind in kinds if text else ():
        try:
            return kind.import_key(text)
        except (JoseError, ValueError, TypeError):
            continue
    raise LoginFailed("network_failed", f"it is encrypted, and there is no {KEY} for that")
