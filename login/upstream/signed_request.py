"""Meta's signed requests: somebody took our app away there, or wants what we have of them deleted.

https://developers.facebook.com/docs/development/create-an-app/app-dashboard/data-deletion-callback (read 2026-11):
``signature.payload``, both base64url; HMAC-SHA256 over the encoded payload with the app's secret.
"""

from __future__ import annotations

import hmac
import json
import time
from base64 import urlsafe_b64decode
from binascii import Error
from typing import Any

from core.errors import BadRequest

# A signed request is a few hundred bytes.
LONGEST = 8192
# Seconds for which one is good; replayed within them it does the same once more, which is nothing.
AGE = 86_400
AHEAD = 60


def user_of(text: str, secret: str) -> str:
    """Return whom a signed request is about, by the network's id. Raises BadRequest for what Meta did not sign."""
    signature, dot, payload = text.partition(".")
    if not dot or not secret or len(text) > LONGEST or not text.isascii():
        raise _wrong()
    made = hmac.digest(secret.encode(), payload.encode(), "sha256")
    try:
        if not hmac.compare_digest(made, _decoded(signature)):
            raise _wrong()
        said: Any = json.loads(_decoded(payload))
    except (Error, ValueError, RecursionError) as exc:
        raise _wrong() from exc
    user = said.get("user_id") if isinstance(said, dict) else None
    if not isinstance(user, str | int) or isinstance(user, bool) or said.get("algorithm") != "HMAC-SHA256":
        raise _wrong()
    issued = said.get("issued_at", time.time())
    if not isinstance(issued, int | float) or not -AHEAD <= time.time() - issued <= AGE:
        raise _wrong()
    return str(user)


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))


def _wrong() -> BadRequest:
    return BadRequest("This is no signed request for this app.", code="wrong_signature", field="signed_request")
