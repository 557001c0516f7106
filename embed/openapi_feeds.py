"""The part of the API's description that is about feeds."""

from __future__ import annotations

from typing import Any

from feeds.forms import FORMS
from feeds.options import MOST, USUAL

Json = dict[str, Any]
FULL: Json = {"type": "string", "minLength": 1}
ADDRESS: Json = {"type": "string", "pattern": "^https?://"}
NUMBER: Json = {"type": "integer", "minimum": 0}
SELF: Json = {"$ref": "#/components/schemas/Post"}
POST: Json = {
    "type": "object",
    "description": "What is absent is not known. Every field is in docs/feeds.md.",
    "required": ["id", "network"],
    "properties": {
        "id": FULL,
        "url": ADDRESS,
        "time": {"type": "string", "format": "date-time", "description": "UTC, ends in Z."},
        "author": {
            "type": "object",
            "properties": {"name": FULL, "handle": FULL, "url": ADDRESS, "avatar": ADDRESS},
        },
        "text": {**FULL, "description": "Plain."},
        "html": {**FULL, "description": "Through our sanitiser."},
        "media": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["type", "url"],
                "properties": {
                    "type": {"enum": ["image", "video", "audio"]},
                    "url": ADDRESS,
                    "width": NUMBER,
                    "height": NUMBER,
                    "alt": FULL,
                },
            },
        },
        "network": FULL,
        "lang": FULL,
        "sensitive": {"type": "boolean"},
        "link": {
            "type": "object",
            "required": ["url"],
            "properties": {"url": ADDRESS, "title": FULL, "description": FULL, "image": ADDRESS},
        },
        "poll": {"type": "object", "properties": {"options": {"type": "array", "items": {"type": "object"}}}},
        "quote": SELF,
        "repost": SELF,
        "counts": {"type": "object", "additionalProperties": NUMBER},
    },
}
PAGE: Json = {
    "type": "object",
    "required": ["title", "posts", "next", "stale"],
    "properties": {
        "title": {"type": "string"},
        "posts": {"type": "array", "items": SELF},
        "next": {"type": ["string", "null"], "description": "The next page's cursor."},
        "stale": {"type": "boolean", "description": "Some source could not be read lately."},
    },
}
SCHEMAS: Json = {"Post": POST, "FeedPage": PAGE}


def paths() -> Json:
    """Return the addresses, as OpenAPI paths."""
    page: Json = {"application/json": {"schema": {"$ref": "#/components/schemas/FeedPage"}}}
    forms = {media_type: {"schema": {"type": "string"}} for media_type, _ in FORMS.values()}
    forms["application/feed+json"] = {"schema": {"type": "object"}}
    ending = {**_path("form", "The form."), "schema": {"enum": list(FORMS)}}
    stream: Json = {"text/event-stream": {"schema": {"type": "string"}}}
    return {
        "/api/v1/feeds/{feed_id}": {"get": _get("feed", "A feed's posts", page, [*_paging()])},
        "/api/v1/feeds/{feed_id}.{form}": {
            "get": _get("feed_document", "A feed for feed readers", forms, [ending, *_paging()])
        },
        "/api/v1/feeds/{feed_id}/events": {"get": _get("feed_events", "What happens in a feed", stream, [_since()])},
    }


def _get(name: str, summary: str, content: Json, parameters: list[Json]) -> Json:
    refused = {
        "description": "What was wrong.",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
    }
    return {
        "operationId": name,
        "summary": summary,
        "parameters": [{**_path("feed_id", "The feed."), "schema": {"type": "string"}}, *parameters],
        "responses": {
            "200": {"description": "It.", "content": content},
            "304": {"description": "What the caller has is still good."},
            **dict.fromkeys(("400", "403", "404", "413", "422", "503"), refused),
        },
    }


def _paging() -> list[Json]:
    count = {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}
    return [
        {"name": "cursor", "in": "query", "description": "Where to go on.", "schema": {"type": "string"}},
        {"name": "count", "in": "query", "description": "How many posts.", "schema": count},
    ]


def _since() -> Json:
    said = "The version that you have, as an event's id: what happened since is told first."
    return {"name": "since", "in": "query", "description": said, "schema": {"type": "string"}}


def _path(name: str, description: str) -> Json:
    return {"name": name, "in": "path", "required": True, "description": description, "schema": {"type": "string"}}
