"""The part of the API's description that is about preview pictures."""

from __future__ import annotations

from typing import Any

from og.card import FORMATS, LONGEST, MEDIA_TYPES, SHORTEST, SIZES

Json = dict[str, Any]
TEXT: Json = {"type": ["string", "null"]}
ADDRESS: Json = {"type": ["string", "null"], "format": "uri"}
SIDE: Json = {"type": ["integer", "null"], "minimum": SHORTEST, "maximum": LONGEST}
THEME: Json = {
    "type": ["object", "null"],
    "properties": dict.fromkeys(("name", "background", "color", "accent", "gradient", "pattern"), TEXT),
}
CARD: Json = {
    "type": "object",
    "description": "Every field may be absent or null; docs/cards.md has them all.",
    "properties": {
        "layout": TEXT,
        "width": SIDE,
        "height": SIDE,
        "size": {"enum": [*SIZES, None], "description": "In place of width and height."},
        "format": {"enum": [*FORMATS, "jpeg", None]},
        "max_bytes": {"type": ["integer", "null"], "minimum": 2000},
        **dict.fromkeys(("lang", "site", "title", "description", "author", "badge", "date", "value", "qr"), TEXT),
        **dict.fromkeys(("avatar", "logo", "background", "picture"), ADDRESS),
        "facts": {"type": ["array", "null"], "items": {"type": "string"}, "maxItems": 6},
        "progress": {"type": ["number", "null"], "minimum": 0, "maximum": 100},
        "theme": THEME,
    },
}
SIGNED: Json = {
    "type": "object",
    "required": ["url", "width", "height", "type", "alt"],
    "properties": {
        "url": {"type": "string", "format": "uri"},
        "width": {"type": "integer"},
        "height": {"type": "integer"},
        "type": {"enum": list(MEDIA_TYPES.values())},
        "alt": {"type": "string"},
        "warnings": {"type": "array", "items": {"type": "string"}},
    },
}
SCHEMAS: Json = {"Card": CARD, "SignedPicture": SIGNED}


def paths() -> Json:
    """Return the addresses, as OpenAPI paths."""
    return {
        "/api/v1/images": {"post": _images()},
        "/og/{layout}/{payload}.{signature}.{ending}": {"get": _signed()},
        "/og/{layout}.{ending}": {"get": _unsigned()},
        "/og/page.{ending}": {"get": _page()},
    }


def _images() -> Json:
    schema: Json = {"$ref": "#/components/schemas/SignedPicture"}
    site = {"name": "site", "in": "query", "description": "The site's public key.", "schema": {"type": "string"}}
    card: Json = {"$ref": "#/components/schemas/Card"}
    return {
        "operationId": "sign_image",
        "summary": "The address of a preview picture",
        "security": [{"api_key": []}, {}],
        "parameters": [site],
        "requestBody": {"required": True, "content": {"application/json": {"schema": card}}},
        "responses": {
            "200": {"description": "The address.", "content": {"application/json": {"schema": schema}}},
            **_refused("400", "401", "403", "413", "422", "429", "502", "503", "504"),
        },
    }


def _signed() -> Json:
    names = (
        ("layout", "The layout."),
        ("payload", "The card."),
        ("signature", "Ours."),
    )
    return _picture("picture", "A signed preview picture", [*(_path(*name) for name in names), _ending()])


def _unsigned() -> Json:
    words = [_query(name, f"The card's {name}.") for name in ("title", "description", "site", "author", "lang")]
    layout = _path("layout", "One that the operator made public.")
    return _picture("unsigned_picture", "A preview picture without a signature", [layout, _ending(), *words])


def _page() -> Json:
    page = {**_query("url", "A page of a registered site."), "required": True}
    page["schema"] = {"type": "string", "format": "uri", "maxLength": 2048}
    return _picture("page_picture", "The preview picture of a page", [_ending(), page])


def _picture(name: str, summary: str, parameters: list[Json]) -> Json:
    kinds = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in MEDIA_TYPES.values()}
    return {
        "operationId": name,
        "summary": summary,
        "parameters": parameters,
        "responses": {
            "200": {"description": "The picture.", "content": kinds},
            "304": {"description": "What the caller has is still the picture."},
            **_refused("400", "403", "404", "413", "422", "429", "502", "503", "504"),
        },
    }


def _ending() -> Json:
    return {**_path("ending", "The format."), "schema": {"enum": list(FORMATS)}}


def _path(name: str, description: str) -> Json:
    schema: Json = {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"}
    return {"name": name, "in": "path", "required": True, "description": description, "schema": schema}


def _query(name: str, description: str) -> Json:
    return {"name": name, "in": "query", "description": description, "schema": {"type": "string"}}


def _refused(*statuses: str) -> Json:
    schema: Json = {"$ref": "#/components/schemas/Error"}
    refused = {"description": "What was wrong.", "content": {"application/json": {"schema": schema}}}
    return dict.fromkeys(statuses, refused)
