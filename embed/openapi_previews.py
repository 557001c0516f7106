"""The part of the API's description that is about previews, checks and pictures."""

from __future__ import annotations

from typing import Any

from og.media_service.address import WIDTHS

Json = dict[str, Any]
URI: Json = {"type": "string", "format": "uri", "maxLength": 2048}
TEXT: Json = {"type": "string"}
ERROR_REF: Json = {"$ref": "#/components/schemas/Error"}
ADDRESS: Json = {"type": "string", "pattern": "^https?://"}
FULL: Json = {"type": "string", "minLength": 1}
PIXELS: Json = {"type": "integer", "minimum": 1}


def _object(required: tuple[str, ...], **properties: Json) -> Json:
    return {"type": "object", "required": list(required), "properties": properties}


def _list(items: Json) -> Json:
    return {"type": "array", "items": items}


SIZED: Json = {"url": ADDRESS, "type": FULL, "width": PIXELS, "height": PIXELS}
PICTURE: Json = _object(("url",), **SIZED, alt=FULL)
MEDIA: Json = _object(("url",), **SIZED)
PREVIEW: Json = {
    "type": "object",
    "description": "What is absent is not known; no text is empty. Every field is in docs/preview.md.",
    "properties": {
        **dict.fromkeys(("url", "canonical", "favicon", "shortlink", "amp"), ADDRESS),
        **dict.fromkeys(("title", "description", "site_name", "type", "author", "published", "modified"), FULL),
        **dict.fromkeys(("lang", "theme_color", "card", "robots", "creator"), FULL),
        "dir": {"enum": ["ltr", "rtl"]},
        "blocked": {
            "enum": ["bot_wall", "login_wall", "cookie_wall", "not_found", "error", "robots"],
            "description": "Why there is no real content.",
        },
        "image": PICTURE,
        "images": _list(PICTURE),
        "video": MEDIA,
        "audio": MEDIA,
        "icons": _list(_object(("url",), url=ADDRESS, rel=FULL, sizes=FULL, type=FULL)),
        "feeds": _list(_object(("url",), url=ADDRESS, type=FULL, title=FULL)),
        "oembed": _list(_object(("url",), url=ADDRESS, type=FULL)),
        "player": _object(
            ("provider", "src"),
            provider=FULL,
            src={"type": "string", "pattern": "^https://"},
            width=PIXELS,
            height=PIXELS,
        ),
        "hreflang": {"type": "object", "additionalProperties": ADDRESS},
        "sources": {"type": "object", "additionalProperties": FULL},
    },
}
LOOK: Json = {
    **_object(
        ("title", "site", "shape"),
        title=TEXT,
        site=TEXT,
        shape={"enum": ["large", "small", "gallery", "player", "text", "none"]},
        description=FULL,
        image=PICTURE,
        images=_list(PICTURE),
        crop=FULL,
        cut=_list({"enum": ["title", "description"]}),
        color=FULL,
        card=FULL,
        sources={"type": "object", "additionalProperties": FULL},
        notes=_list(FULL),
        other={"type": "object", "description": "The card in its other size."},
    ),
    "description": "How the page looks on one platform.",
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
        "line": {"type": ["integer", "null"], "minimum": 1},
        "column": {"type": ["integer", "null"], "minimum": 1},
        "platforms": {"type": "array", "items": FULL, "minItems": 1},
        "source": {"type": "string", "pattern": "^https://"},
    },
}
REPORT: Json = {
    "type": "object",
    "required": ["findings", "platforms", "preview"],
    "properties": {
        "findings": {"type": "array", "items": FINDING},
        "platforms": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Look"}},
        "preview": {"$ref": "#/components/schemas/Preview"},
    },
}
OUTCOME: Json = {
    **_object(("url",), url=TEXT, preview={"$ref": "#/components/schemas/Preview"}, error={"type": "object"}),
    "oneOf": [{"required": ["preview"]}, {"required": ["error"]}],
}
SENT = "The same for a page that is sent"
SCHEMAS: Json = {"Preview": PREVIEW, "Report": REPORT, "Look": LOOK}


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
        "/media/{signature}/{width}/{key}.webp": {"get": _media()},
    }


def _operation(name: str, summary: str, schema: Json) -> Json:
    ok = {"description": "The answer.", "content": {"application/json": {"schema": schema}}}
    refused = {"description": "What was wrong.", "content": {"application/json": {"schema": ERROR_REF}}}
    statuses = ("400", "401", "403", "404", "413", "422", "429", "502", "503", "504")
    responses = {"200": ok, **dict.fromkeys(statuses, refused)}
    return {"operationId": name, "summary": summary, "security": [{"api_key": []}, {}], "responses": responses}


def _media() -> Json:
    """The proxy of pictures: its addresses are made by this server only, and most that are not get 403 or 404."""
    operation = _operation("media", "Somebody else's picture, small, from here", {})
    del operation["security"]
    binary = {"schema": {"type": "string", "format": "binary"}}
    # Of its own kind where its network lets nobody keep it; with 404 the pixel that stands in for one that expired.
    picture = {"image/webp": binary, "image/*": binary}
    responses = {
        **operation["responses"],
        "200": {"description": "The picture.", "content": picture},
        "304": {"description": "You have it (If-None-Match)."},
    }
    del responses["401"]
    part = {"in": "path", "required": True}
    parameters = [
        {**part, "name": "signature", "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"}},
        {**part, "name": "width", "schema": {"enum": [str(w) for w in WIDTHS]}},
        {**part, "name": "key", "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,2800}$"}},
    ]
    return {**operation, "responses": responses, "parameters": parameters}


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
