"""The part of the API's description that is about tags and oEmbed."""

from __future__ import annotations

from typing import Any

from embed.openapi_previews import ERROR_REF, FINDING, PICTURE, TEXT, URI

Json = dict[str, Any]
NUMBER: Json = {"type": "integer"}
TAG: Json = {
    "type": "object",
    "required": ["tag", "attributes"],
    "properties": {
        "tag": {"enum": ["title", "meta", "link", "script"]},
        "attributes": {"type": "object", "additionalProperties": TEXT},
        "text": {"type": "string", "description": "What a title or a script holds."},
    },
}
TAGS: Json = {
    "type": "object",
    "required": ["html", "tags", "image", "findings"],
    "properties": {
        "html": {"type": "string", "description": "The tags; the whole page with them in it, where one was sent."},
        "tags": {"type": "array", "items": {"$ref": "#/components/schemas/Tag"}},
        "image": {"anyOf": [PICTURE, {"type": "null"}]},
        "findings": {"type": "array", "items": FINDING},
        "hints": {"type": "array", "items": TEXT, "description": "What of the fields was left out."},
    },
}
WISH: Json = {
    "type": "object",
    "anyOf": [{"required": ["fields"]}, {"required": ["url"]}],
    "properties": {
        "fields": {"type": "object", "description": "The keys of a preview, and more: docs/tags.md."},
        "url": URI,
        "html": {"type": "string", "description": "The page to merge the tags into; url says where it stands."},
        "card": {
            "description": "The picture to draw: its fields, or true for one as we would, or false for none.",
            "anyOf": [{"type": "object"}, {"type": "boolean"}, {"type": "null"}],
        },
        "prefer": {"enum": ["fields", "page"], "description": "Whose word counts where both say something."},
    },
}
ANSWER: Json = {
    "type": "object",
    "required": ["version", "type"],
    "properties": {
        "version": {"const": "1.0"},
        "type": {"enum": ["rich", "link", "photo"]},
        **dict.fromkeys(("title", "author_name", "provider_name", "html"), TEXT),
        **dict.fromkeys(("provider_url", "thumbnail_url", "url"), URI),
        **dict.fromkeys(("width", "height", "thumbnail_width", "thumbnail_height", "cache_age"), NUMBER),
    },
}
SCHEMAS: Json = {"Tag": TAG, "Tags": TAGS, "OEmbed": ANSWER}


def paths() -> Json:
    """Return the addresses, as OpenAPI paths."""
    site = {"name": "site", "in": "query", "description": "The site's public key.", "schema": TEXT}
    return {
        "/api/v1/tags": {"post": {**_tags(), "parameters": [site]}},
        "/oembed": {"get": {**_oembed(), "parameters": [*_asked(), site]}},
    }


def _tags() -> Json:
    ok = {
        "description": "The tags.",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Tags"}}},
    }
    return {
        "operationId": "tags",
        "summary": "The tags of a page: written from fields, from the page itself, or merged into it",
        "security": [{"api_key": []}, {}],
        "requestBody": {"required": True, "content": {"application/json": {"schema": WISH}}},
        "responses": {"200": ok, **_refusals("400", "401", "403", "404", "413", "422", "429", "502", "503", "504")},
    }


def _oembed() -> Json:
    content = {
        "application/json": {"schema": {"$ref": "#/components/schemas/OEmbed"}},
        "text/xml": {"schema": TEXT},
    }
    statuses = ("400", "401", "403", "404", "413", "422", "429", "501", "502", "503", "504")
    return {
        "operationId": "oembed",
        "summary": "What to put where an address stands (https://oembed.com)",
        "security": [{"api_key": []}, {}],
        "responses": {"200": {"description": "The answer.", "content": content}, **_refusals(*statuses)},
    }


def _asked() -> list[Json]:
    room: Json = {"type": "integer", "minimum": 1, "maximum": 99_999_999}
    return [
        _query("url", "A page, or an address of ours: a picture, a widget's frame.", URI, required=True),
        _query("format", "json, or xml.", {"enum": ["json", "xml"]}),
        _query("maxwidth", "The room there is, in pixels.", room),
        _query("maxheight", "The room there is, in pixels.", room),
    ]


def _query(name: str, description: str, schema: Json, *, required: bool = False) -> Json:
    return {"name": name, "in": "query", "required": required, "description": description, "schema": schema}


def _refusals(*statuses: str) -> Json:
    refused = {"description": "What was wrong.", "content": {"application/json": {"schema": ERROR_REF}}}
    return dict.fromkeys(statuses, refused)
