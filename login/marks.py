"""Small signed marks that our own log-in pages carry along, so that nothing is stored for who only looks.

Each is bound to one browser or session and to one request: taken elsewhere it is worth nothing.
"""

from __future__ import annotations

import hashlib

from core.vault import Vault


class Marks:
    """Makes the marks and reads them."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def make(self, purpose: str, secret: str, *about: str) -> str:
        """Return the mark that a purpose has for the holder of a cookie's secret."""
        return self._vault.sign(f"login {purpose}", _data(secret, about))

    def fits(self, mark: str, purpose: str, secret: str, *about: str) -> bool:
        """Return whether this is that mark; without a secret nothing is."""
        return bool(secret) and self._vault.verify(f"login {purpose}", _data(secret, about), mark)


def _data(secret: str, about: tuple[str, ...]) -> bytes:
    # Lengths first, so that ("a", "bc") and ("ab", "c") differ.
    text = "".join(f"{len(part)}:{part}" for part in (secret, *about))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
