"""The part of the API's description that is about OAuth and OpenID Connect: what programs call.

``/oauth/authorize`` and ``/oauth/end_session`` are not here: a browser goes there and gets pages, and no program
calls them. Their parameters (OpenID Connect Core §3.1.2.1, RP-Initiated Logout §2) are in docs/openid.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]
TEXT: Json = {"type": "string"}
FULL: Json = {"type": "string", "minLength": 1}
ADDRESS: Json = {"type": "string", "pattern": "^https?://"}
SECONDS: Json = {"type": "integer"}
# RFC 6749 §5.2: what may stand in the two texts.
OAUTH_ERROR: Json = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {"type": "string", "pattern": "^[ !#-\\[\\]-~]+$"},
        "error_description": {"type": "string", "pattern": "^[ !#-\\[\\]-~]*$"},
    },
}
TOKENS: Json = {
    "type": "object",
    "required": ["access_token", "token_type", "expires_in", "scope"],
    "properties": {
        "access_token": FULL,
        "token_type": {"const": "Bearer"},
        "expires_in": SECONDS,
        "scope": TEXT,
        "id_token": {**FULL, "description": "Where openid was asked for."},
        "refresh_token": {**FULL, "description": "Where offline_access was. Good once: each use brings the next."},
    },
}
CLAIMS: Json = {
    "type": "object",
    "description": "Absent is absent. Which scope brings which claim is in docs/openid.md.",
    "required": ["sub"],
    "properties": {
        "sub": {**FULL, "description": "Who it is, for this site alone."},
        **dict.fromkeys(("network", "name", "preferred_username", "locale", "email"), FULL),
        **dict.fromkeys(("profile", "picture"), ADDRESS),
        "email_verified": {"type": "boolean"},
    },
}
ACTIVE: Json = {
    "type": "object",
    "required": ["active"],
    "properties": {
        "active": {"type": "boolean"},
        **dict.fromkeys(("client_id", "token_type", "scope", "sub", "iss", "aud"), FULL),
        **dict.fromkeys(("exp", "iat"), SECONDS),
    },
}
KEYS: Json = {
    "type": "object",
    "required": ["keys"],
    "properties": {
        "keys": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["kty", "kid", "alg", "use"],
                "properties": {"kty": {"enum": ["RSA", "EC"]}, "kid": FULL, "alg": FULL, "use": {"const": "sig"}},
            },
        }
    },
}
_ADDRESSES = ["issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"]
_ADDRESSES += ["revocation_endpoint", "introspection_endpoint", "end_session_endpoint"]
DISCOVERY: Json = {
    "type": "object",
    "description": "OpenID Connect Discovery 1.0 §3, RFC 8414 §2.",
    "required": ["issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "response_types_supported"],
    "properties": dict.fromkeys(_ADDRESSES, ADDRESS),
}
SCHEMAS: Json = {
    "OAuthError": OAUTH_ERROR,
    "Tokens": TOKENS,
    "Claims": CLAIMS,
    "TokenState": ACTIVE,
    "KeySet": KEYS,
    "Discovery": DISCOVERY,
}
# A client sends its id and secret in the header or in the form (RFC 6749 §2.3.1); a public one sends its id alone.
SECURITY: Json = {
    "oauth_client": {"type": "http", "scheme": "basic", "description": "client_id and client_secret."},
    "access_token": {"type": "http", "scheme": "bearer", "description": "From /oauth/token; in the header only."},
}
_CLIENT: Json = {"client_id": TEXT, "client_secret": TEXT}
_CODE: Json = {"code": TEXT, "redirect_uri": TEXT, "code_verifier": TEXT}


def paths() -> Json:
    """Return the addresses, as OpenAPI paths."""
    return {
        "/.well-known/openid-configuration": {"get": _discovery("openid_configuration")},
        "/.well-known/oauth-authorization-server": {"get": _discovery("oauth_server")},
        "/oauth/jwks": {"get": _document("jwks", "The public keys of ID tokens", "KeySet", "application/json")},
        "/oauth/token": {"post": _token()},
        "/oauth/userinfo": {"get": _userinfo("userinfo"), "post": _userinfo("userinfo_post")},
        "/oauth/revoke": {"post": _revoke()},
        "/oauth/introspect": {"post": _introspect()},
    }


def _discovery(name: str) -> Json:
    return _document(name, "What clients need to know of this server", "Discovery", "application/json")


def _document(name: str, summary: str, schema: str, kind: str) -> Json:
    return {"operationId": name, "summary": summary, "responses": {"200": _said("The document.", schema, kind)}}


def _token() -> Json:
    grants: Json = {"enum": ["authorization_code", "refresh_token"]}
    fields = {"grant_type": grants, **_CODE, "refresh_token": TEXT, "scope": TEXT, **_CLIENT}
    operation = _asked("token", "Tokens for a code, or for a refresh token (RFC 6749 §3.2)", fields, ["grant_type"])
    operation["responses"] = {"200": _said("The tokens.", "Tokens"), **_refusals("400", "401", "413", "429")}
    return operation


def _userinfo(name: str) -> Json:
    summary = "What an access token lets its bearer know (OpenID Connect Core §5.3)"
    responses = {"200": _said("The claims.", "Claims"), **_refusals("401", "403")}
    return {"operationId": name, "summary": summary, "security": [{"access_token": []}], "responses": responses}


def _revoke() -> Json:
    operation = _asked(
        "revoke", "End a token (RFC 7009)", {"token": TEXT, "token_type_hint": TEXT, **_CLIENT}, ["token"]
    )
    ended = {"description": "It is good no more, whether or not it ever was.", "content": _json({"type": "object"})}
    operation["responses"] = {"200": ended, **_refusals("400", "401", "413", "429")}
    return operation


def _introspect() -> Json:
    fields = {"token": TEXT, "token_type_hint": TEXT, **_CLIENT}
    operation = _asked("introspect", "Whether one of the client's own tokens is good (RFC 7662)", fields, ["token"])
    operation["responses"] = {"200": _said("What it is.", "TokenState"), **_refusals("400", "401", "413", "429")}
    return operation


def _asked(name: str, summary: str, fields: Json, required: list[str]) -> Json:
    schema: Json = {"type": "object", "required": required, "properties": fields}
    return {
        "operationId": name,
        "summary": summary,
        "security": [{"oauth_client": []}, {}],
        "requestBody": {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": schema}}},
    }


def _said(description: str, schema: str, kind: str = "application/json") -> Json:
    return {"description": description, "content": _json({"$ref": f"#/components/schemas/{schema}"}, kind)}


def _json(schema: Mapping[str, Any], kind: str = "application/json") -> Json:
    return {kind: {"schema": dict(schema)}}


def _refusals(*statuses: str) -> Json:
    refused = {status: _said("What was wrong (RFC 6749 §5.2).", "OAuthError") for status in statuses}
    too_large = {"description": "Too much was sent.", "content": _json({"$ref": "#/components/schemas/Error"})}
    return {"413": too_large, **refused}
