"""What clients need to know of us: the discovery document (OpenID Connect Discovery 1.0 §3, RFC 8414 §2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from login.keys import ALGORITHMS
from login.requests import RESPONSE_MODES, SCOPES

CLAIMS = ["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "at_hash", "sid", "network", "name", "picture"]
CLAIMS += ["preferred_username", "profile", "locale", "email", "email_verified", "origin"]
_AUTH = ["client_secret_basic", "client_secret_post", "none"]


def metadata(issuer: str, languages: Sequence[str] = ()) -> dict[str, Any]:
    """Return the document. What is in it follows from the issuer, which the operator set.

    ``languages`` are those that the pages speak.
    """
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/oauth/authorize",
        "token_endpoint": f"{issuer}/oauth/token",
        "userinfo_endpoint": f"{issuer}/oauth/userinfo",
        "jwks_uri": f"{issuer}/oauth/jwks",
        "revocation_endpoint": f"{issuer}/oauth/revoke",
        "introspection_endpoint": f"{issuer}/oauth/introspect",
        "end_session_endpoint": f"{issuer}/oauth/end_session",
        "scopes_supported": list(SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": list(RESPONSE_MODES),
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "subject_types_supported": ["pairwise", "public"],
        "id_token_signing_alg_values_supported": list(ALGORITHMS),
        "token_endpoint_auth_methods_supported": _AUTH,
        "revocation_endpoint_auth_methods_supported": _AUTH,
        "introspection_endpoint_auth_methods_supported": _AUTH[:2],
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "display_values_supported": ["page"],
        "ui_locales_supported": list(languages),
        "claim_types_supported": ["normal"],
        "claims_supported": CLAIMS,
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "authorization_response_iss_parameter_supported": True,
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
    }
