"""The part of the API's description that is about previews, checks and pictures."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
URI: Json = {"type": "string", "format": "uri", "maxLength": 2048}
TEXT: Json = {"type": "string"}
ERROR_REF: Json = {"$ref": "#/components/schemas/Error"}
PICTURE: Json = {
    "type": "object",
    "required": ["url"],
    "properties": {
        "url": URI,
        "width": {"type": "integer"},
        "height": {"type": "integer"},
        "type": TEXT,
        "alt": TEXT,
    },
}
PREVIEW: Json = {
    "type": "object",
    "description": "What is absent is not known; no text is empty. Every field is in docs/preview.md.",
    "properties": {
        **dict.fromkeys(("url", "canonical", "favicon", "shortlink", "amp"), URI),
        **dict.fromkeys(
            ("title", "description", "site_name", "type", "author", "published", "modified", "lang", "dir"), TEXT
        ),
        **dict.fromkeys(("theme_color", "card", "robots", "creator", "blocked"), TEXT),
        "image": PICTURE,
        "images": {"type": "array", "items": PICTURE},
        "player": {"type": "object", "properties": {"provider": TEXT, "src": URI}},
        "sources": {"type": "object", "additionalProperties": TEXT},
    },
}
FINDING: Json = {
    "type": "object",
    "required": ["code", "severity", "message", "fix", "platforms", "source"],
    "properties": {
        "code": TEXT,
        "severity": {"enum": ["error", "warning", "hint"]},
        "message": TEXT,
        "fix": TEXT,
        "tag": {"type": ["string", "null"]},
        "line": {"type": ["integer", "null"]},
        "column": {"type": ["integer", "null"]},
        "platforms": {"type": "array", "items": TEXT},
        "source": TEXT,
    },
}
REPORT: Json = {
    "type": "object",
    "required": ["findings", "platforms", "preview"],
    "properties": {
        "findings": {"type": "array", "items": FINDING},
        "platforms": {"type": "object"},
        "preview": {"$ref": "#/components/schemas/Preview"},
    },
}
OUTCOME: Json = {
    "type": "object",
    "required": ["url"],
    "properties": {"url": TEXT, "preview": {"$ref": "#/components/schemas/Preview"}, "error": {"type": "object"}},
}
SENT = "The same for a page that is sent"
SCHEMAS: Json = {"Preview": PREVIEW, "Report": REPORT}


def paths() -> Json:
    """Return the addresses, as OpenAPI paths."""
    url = {"name": "url", "in": "query", "required": True, "description": "The page.", "schema": URI}
    site = {"name": "site", "in": "query", "description": "The site's public key.", "schema": TEXT}
    anew = {
        "name": "refresh",
        "in": "query",
        "description": "Read it anew (API key).",
        "schema": {"enum": ["1", "0"]},
    }
    preview = _operation("preview", "What a page is about", {"$ref": "#/components/schemas/Preview"})
    checked = _operation("check", "What is wrong with a page's tags", {"$ref": "#/components/schemas/Report"})
    return {
        "/api/v1/preview": {"get": {**preview, "parameters": [url, site, anew]}},
        "/api/v1/previews": {"post": {**_previews(), "parameters": [site]}},
        "/api/v1/check": {
            "get": {**checked, "parameters": [url, site]},
            "post": {
                **checked,
                "operationId": "check_html",
                "summary": SENT,
                "requestBody": _html(),
                "parameters": [site],
            },
        },
    }


def _operation(name: str, summary: str, schema: Json) -> Json:
    ok = {"description": "The answer.", "content": {"application/json": {"schema": schema}}}
    refused = {"description": "What was wrong.", "content": {"application/json": {"schema": ERROR_REF}}}
    statuses = ("400", "401", "403", "404", "413", "422", "429", "502", "503", "504")
    responses = {"200": ok, **dict.fromkeys(statuses, refused)}
    return {"operationId": name, "summary": summary, "security": [{"api_key": []}, {}], "responses": responses}


def _previews() -> Json:
    schema = {
        "type": "object",
        "required": ["previews"],
        "properties": {"previews": {"type": "array", "items": OUTCOME}},
    }
    urls = {"type": "array", "items": TEXT, "minItems": 1, "maxItems": 50}
    body = {"type": "object", "required": ["urls"], "properties": {"urls": urls}}
    operation = _operation("previews", "The same for up to fifty pages", schema)
    return {**operation, "requestBody": {"required": True, "content": {"application/json": {"schema": body}}}}


def _html() -> Json:
    body = {"type": "object", "required": ["html", "url"], "properties": {"html": TEXT, "url": URI}}
    return {"required": True, "content": {"application/json": {"schema": body}}}
