"""What only this server can have written, and what only it can read: signatures and seals under the operator's secret
keys.

    signature = vault.sign("media", b"480/AbCd")
    vault.verify("media", b"480/AbCd", signature)
    record = vault.seal("account", b"a token", "accounts/17/mastodon")
    vault.open("account", record, "accounts/17/mastodon")

Every purpose has keys of its own, derived from `HANDBILL_SECRET_KEY` with HKDF (RFC 5869), so what was signed for one
proves nothing for another. The first key of the list signs and seals, all verify and open: put a new one in front,
and what the old one signed stays good until that is taken away; what it sealed is sealed anew where `worn` says so.

A sealed record is AES-256-GCM (NIST SP 800-38D) in base64url: one byte of version, four that name the key, twelve of
nonce, the ciphertext with its tag of sixteen. The context, such as table, row and owner, is authenticated with it, so
that a record copied into another row does not open there.
"""

from __future__ import annotations

import binascii
import hmac
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache

from core.errors import Misconfigured
from core.settings import Settings

# Which master key this is all derived from, should another program use the same secret (RFC 5869 §3.1).
_SALT = b"handbill"
# Bytes of a signature: half the hash's, the least that RFC 2104 §5 has one keep, and 2^64 tries for a chance.
SIGNATURE_BYTES = 16
# The form of a sealed record. Nonces are random: with one key, 2^32 records stay far from a repeat (SP 800-38D §8.3).
_VERSION = b"\x01"
_KEY_ID_BYTES, _NONCE_BYTES, _TAG_BYTES = 4, 12, 16
_HEAD_BYTES = len(_VERSION) + _KEY_ID_BYTES


class SealBroken(ValueError):
    """A record does not open: changed, from another place, or sealed under a key that was taken away."""


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

    def seal(self, purpose: str, data: bytes, context: str) -> str:
        """Return the data so that only this server can read it, for this purpose and in this context."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # at first use: it is slow to import

        key, nonce = self._keys(f"seal:{purpose}")[0], os.urandom(_NONCE_BYTES)
        head = _VERSION + _key_id(key)
        sealed = AESGCM(key).encrypt(nonce, data, _bound(head, context))
        return urlsafe_b64encode(head + nonce + sealed).rstrip(b"=").decode("ascii")

    def open(self, purpose: str, record: str, context: str) -> bytes:
        """Return what was sealed for this purpose in this context; raise SealBroken for anything else."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        raw = _raw(record)
        head, nonce, sealed = raw[:_HEAD_BYTES], raw[_HEAD_BYTES:][:_NONCE_BYTES], raw[_HEAD_BYTES + _NONCE_BYTES :]
        for key in self._keys(f"seal:{purpose}"):
            if head == _VERSION + _key_id(key):
                try:
                    return AESGCM(key).decrypt(nonce, sealed, _bound(head, context))
                except InvalidTag as exc:
                    raise SealBroken("the record was changed, or belongs elsewhere") from exc
        raise SealBroken("no key of HANDBILL_SECRET_KEY sealed this record")

    def worn(self, purpose: str, record: str) -> bool:
        """Return whether a record should be sealed anew, because another key than the first sealed it."""
        return _raw(record)[:_HEAD_BYTES] != _VERSION + _key_id(self._keys(f"seal:{purpose}")[0])

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


def _key_id(key: bytes) -> bytes:
    """Return the name of a key: it tells which of the list it is, and nothing about it."""
    return hmac.digest(key, b"key id", "sha256")[:_KEY_ID_BYTES]


def _bound(head: bytes, context: str) -> bytes:
    return head + context.encode("utf-8", "surrogatepass")


def _raw(record: str) -> bytes:
    try:
        raw = urlsafe_b64decode(record.encode("ascii") + b"=" * (-len(record) % 4))
    except (binascii.Error, ValueError) as exc:
        raise SealBroken("this is no sealed record") from exc
    if len(raw) < _HEAD_BYTES + _NONCE_BYTES + _TAG_BYTES:
        raise SealBroken("this is no sealed record")
    return raw
