"""The part of the API's description for pages that log their visitors in by themselves (static/js/login_flow.js)."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
TEXT: Json = {"type": "string"}
SCHEMAS: Json = {
    "LoginClient": {
        "type": "object",
        "required": ["issuer", "client_id", "back", "lang", "dir", "words"],
        "properties": {
            "issuer": TEXT,
            "client_id": TEXT,
            "back": {
                "type": "array",
                "items": TEXT,
                "description": "The site's addresses to come back to.",
            },
            "lang": TEXT,
            "dir": {"enum": ["ltr", "rtl"]},
            "words": {"type": "object", "description": "What the buttons say where nobody was logged in."},
        },
    },
    "LoginAnswer": {
        "type": "object",
        "required": ["state", "iss"],
        "properties": {"code": TEXT, "error": TEXT, "state": TEXT, "iss": TEXT},
        "description": "An authorization response (RFC 6749 §4.1.2, RFC 9207).",
    },
}


def paths() -> Json:
    """Return the addresses, as OpenAPI paths."""
    return {"/widgets/login/client.json": {"get": _client()}, "/oauth/popup": {"post": _popup()}}


def _client() -> Json:
    names = {"site": "The site's public key.", "lang": "Language of the words."}
    return {
        "operationId": "login_client",
        "summary": "What a page must know to log its visitors in by itself",
        "parameters": [{"name": n, "in": "query", "description": d, "schema": TEXT} for n, d in names.items()],
        "responses": {"200": _said("What it must know.", "LoginClient"), **_refusals("400", "403", "413", "422")},
    }


def _popup() -> Json:
    fields = dict.fromkeys(("client_id", "state", "verifier"), TEXT)
    schema = {"type": "object", "required": list(fields), "properties": fields}
    return {
        "operationId": "login_popup",
        "summary": "The answer to a login in a window of its own, for who has its PKCE verifier, once",
        "requestBody": {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": schema}}},
        "responses": {
            "200": _said("The answer.", "LoginAnswer"),
            "204": {"description": "There is none, or not yet."},
            **_refusals("400", "413", "429"),
        },
    }


def _said(description: str, schema: str) -> Json:
    found = {"$ref": f"#/components/schemas/{schema}"}
    return {"description": description, "content": {"application/json": {"schema": found}}}


def _refusals(*statuses: str) -> Json:
    return {status: _said("What was wrong.", "Error") for status in statuses}
