"""What only this server can have written: signatures under the operator's secret keys.

    signature = vault.sign("media", b"480/AbCd")
    vault.verify("media", b"480/AbCd", signature)

Every purpose has keys of its own, derived from `HANDBILL_SECRET_KEY` with HKDF (RFC 5869), so what was signed for one
proves nothing for another. The first key of the list signs and all verify: put a new one in front, and what the old
one signed stays good until that is taken away.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from functools import lru_cache

from core.errors import Misconfigured
from core.settings import Settings

# Which master key this is all derived from, should another program use the same secret (RFC 5869 §3.1).
_SALT = b"handbill"
# Bytes of a signature: half the hash's, the least that RFC 2104 §5 has one keep, and 2^64 tries for a chance.
SIGNATURE_BYTES = 16


class Vault:
    """The secret keys at work. Costs nothing to make; without a key, every use raises Misconfigured."""

    def __init__(self, settings: Settings) -> None:
        self._secrets = tuple(key.encode("utf-8", "surrogatepass") for key in settings.secret_key)

    def sign(self, purpose: str, data: bytes) -> str:
        """Return the signature of some bytes for a purpose: 22 characters that may stand in a URL."""
        return _signature(self._keys(f"sign:{purpose}")[0], data)

    def verify(self, purpose: str, data: bytes, signature: str) -> bool:
        """Return whether one of the keys signed these bytes for this purpose; takes as long either way."""
        given = signature.encode("utf-8", "surrogatepass")
        fits = [hmac.compare_digest(_signature(key, data).encode(), given) for key in self._keys(f"sign:{purpose}")]
        return any(fits)

    def _keys(self, use: str) -> tuple[bytes, ...]:
        """Return a key of 32 bytes for a use from each secret, in their order."""
        if not self._secrets:
            raise Misconfigured("This needs HANDBILL_SECRET_KEY, which is not set.", field="HANDBILL_SECRET_KEY")
        return tuple(_derived(secret, use) for secret in self._secrets)


@lru_cache(maxsize=256)
def _derived(secret: bytes, use: str) -> bytes:
    """Return HKDF-SHA256 of a secret: extract, then the first and only block of expand (RFC 5869 §2)."""
    extracted = hmac.digest(_SALT, secret, "sha256")
    return hmac.digest(extracted, use.encode() + b"\x01", "sha256")


def _signature(key: bytes, data: bytes) -> str:
    return urlsafe_b64encode(hmac.digest(key, data, "sha256")[:SIGNATURE_BYTES]).rstrip(b"=").decode("ascii")
