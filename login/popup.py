"""Logins in a window of their own: how the answer gets to the page that opened it.

The window ends at us, not at the site. It hands the answer over by a message. Where a Cross-Origin-Opener-Policy has
cut it off from the page (HTML Standard, 7.1.3), the page asks for the answer instead, once, with the state of its
request and the PKCE verifier that only it has. Either way it is a code and never a token (RFC 6749 §4.1.2).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from core.vault import SealBroken
from login.requests import AuthRequest

if TYPE_CHECKING:
    from core.cache import Cache
    from core.sites import Site
    from core.vault import Vault

# Seconds for which an answer waits: its code ends after a minute (`login.grants`); a page asks every two seconds.
LIFE = 120
# The longest state that is kept: our own script's has 43 characters.
LONGEST_STATE = 200
_PURPOSE = "login window"


def is_popup(asked: AuthRequest, site: Site) -> bool:
    """Return whether a request was made in a window of its own: pages of public clients say so with ``popup=on``."""
    return asked.get("popup") == "on" and site.public and 0 < len(asked.get("state")) <= LONGEST_STATE


def answer_of(location: str) -> dict[str, str]:
    """Return what an answer says: code, state and iss, or an error (RFC 6749 §4.1.2, RFC 9207)."""
    names = ("code", "error", "error_description", "state", "iss")
    parts = urlsplit(location)
    return {name: value for name, value in parse_qsl(parts.fragment or parts.query) if name in names}


class Answers:
    """The answers that windows could not hand over themselves, for two minutes, sealed."""

    def __init__(self, cache: Cache, vault: Vault) -> None:
        self._cache = cache
        self._vault = vault

    def keep(self, asked: AuthRequest, answer: dict[str, str]) -> None:
        """Keep the answer to a request."""
        key = _key(asked.get("client_id"), asked.get("state"))
        data = json.dumps({"challenge": asked.get("code_challenge"), "answer": answer}).encode()
        self._cache.set(key, self._vault.seal(_PURPOSE, data, key), LIFE)

    def take(self, client_id: str, state: str, verifier: str) -> dict[str, str] | None:
        """Return the answer for whoever has the verifier, once; None for others, and as long as there is none."""
        key = _key(client_id, state)
        try:
            kept = json.loads(self._vault.open(_PURPOSE, str(self._cache.get(key)), key))
        except (SealBroken, ValueError):
            return None
        if not hmac.compare_digest(_challenge(verifier), kept["challenge"].encode()):
            return None
        self._cache.delete(key)
        return dict(kept["answer"])


def _key(client_id: str, state: str) -> str:
    return f"login window {client_id} {state}"


def _challenge(verifier: str) -> bytes:
    """Return the S256 challenge of a verifier (RFC 7636 §4.2)."""
    digest = hashlib.sha256(verifier.encode("utf-8", "surrogatepass")).digest()
    return urlsafe_b64encode(digest).rstrip(b"=")
