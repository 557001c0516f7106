"""The HTTP API described as OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.1), made from the code that answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from embed import openapi_cards as cards
from embed import openapi_feeds as feeds
from embed import openapi_login as login
from embed import openapi_login_page as login_page
from embed import openapi_previews as previews
from embed import openapi_tags as tags
from widgets.base import Described, Widget, describe

Json = dict[str, Any]
ERROR: Json = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {
                "code": {"type": "string", "description": "Stable; for programs."},
                "message": {"type": "string", "description": "For people."},
                "field": {"type": "string", "description": "Which field was wrong."},
                "retry_at": {"type": "string", "format": "date-time", "description": "When to come back."},
            },
        }
    },
}
CLICK: Json = {
    "type": "object",
    "required": ["site", "network", "url"],
    "properties": {
        "site": {"type": "string", "description": "The site's public key."},
        "network": {"type": "string", "description": "The network's key."},
        "url": {"type": "string", "format": "uri", "maxLength": 2048},
    },
}


def document(widgets: Mapping[str, Widget], base_url: str, version: str) -> Json:
    """Return the whole document."""
    paths: Json = {}
    for widget in widgets.values():
        paths.update(_widget(widget))
    paths.update(_hop())
    paths.update(previews.paths())
    paths.update(cards.paths())
    paths.update(tags.paths())
    paths.update(feeds.paths())
    paths.update(login.paths())
    paths.update(login_page.paths())
    paths["/api/v1/clicks"] = {"post": _clicks()}
    paths["/healthz"] = {"get": _operation("health", "Whether this process answers", {"200": _json("It does.")})}
    paths["/readyz"] = {
        "get": _operation("ready", "Whether the database answers too", {"200": _json("It does."), "503": _error()})
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Handbill",
            "version": version,
            "summary": "Everything social on a page, from your own server.",
        },
        "servers": [{"url": base_url}],
        "paths": paths,
        "components": {
            "schemas": {
                "Error": ERROR,
                "Click": CLICK,
                **previews.SCHEMAS,
                **cards.SCHEMAS,
                **tags.SCHEMAS,
                **feeds.SCHEMAS,
                **login.SCHEMAS,
                **login_page.SCHEMAS,
            },
            "securitySchemes": {"api_key": {"type": "http", "scheme": "bearer"}, **login.SECURITY},
        },
    }


def _operation(name: str, summary: str, responses: Json, parameters: list[Json] | None = None) -> Json:
    operation: Json = {"operationId": name, "summary": summary, "responses": responses}
    if parameters:
        operation["parameters"] = parameters
    return operation


def _json(description: str) -> Json:
    return {"description": description, "content": {"application/json": {"schema": {"type": "object"}}}}


def _html(description: str) -> Json:
    return {"description": description, "content": {"text/html": {"schema": {"type": "string"}}}}


def _error(description: str = "What was wrong.") -> Json:
    schema = {"$ref": "#/components/schemas/Error"}
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _refusals(*statuses: str) -> Json:
    return {status: _error() for status in statuses}


def _widget(widget: Widget) -> Json:
    parameters = [_parameter(option) for option in describe(widget.options)]
    refusals = _refusals("400", "403", "404", "413", "422")
    name = widget.key
    return {
        f"/widgets/{name}.json": {
            "get": _operation(
                f"{name}_data", f"{widget.summary} as data", {"200": _json("The data."), **refusals}, parameters
            )
        },
        f"/widgets/{name}.html": {
            "get": _operation(
                f"{name}_html", f"{widget.summary} as HTML", {"200": _html("A fragment."), **refusals}, parameters
            )
        },
        f"/widgets/{name}/frame": {
            "get": _operation(
                f"{name}_frame",
                f"{widget.summary} as a page for iframes",
                {"200": _html("A page."), **refusals},
                parameters,
            )
        },
    }


def _parameter(option: Described) -> Json:
    schema: Json = {"type": "string"}
    if option.kind == "choice":
        schema["enum"] = list(option.choices)
    if option.kind == "bool":
        schema["enum"] = ["on", "off", "true", "false", "1", "0", ""]
    return _query(option.name.replace("NETWORK", "x"), option.help, schema)


def _query(name: str, description: str, schema: Json, *, required: bool = False) -> Json:
    found: Json = {"name": name, "in": "query", "description": description, "schema": schema}
    return {**found, "required": True} if required else found


def _hop() -> Json:
    uri: Json = {"type": "string", "format": "uri", "maxLength": 2048}
    network = {"name": "network", "in": "path", "required": True, "schema": {"type": "string"}}
    text: Json = {"type": "string"}
    shared = [
        network,
        _query("url", "The page.", uri),
        _query("text", "The words.", text),
        _query("site", "The site's key.", text),
    ]
    server = _query("server", "The visitor's fediverse server.", text)
    pages = {"200": _html("A question or an action."), "303": {"description": "On to the network."}}
    refusals = _refusals("400", "403", "404", "410", "413", "422", "429", "502", "503", "504")
    for refusal in refusals.values():
        refusal["content"]["text/html"] = {"schema": text}  # a page for a person
    return {
        "/share/{network}": {
            "get": _operation("share", "Share a page without scripts", {**pages, **refusals}, [*shared, server])
        },
        "/follow/{network}": {
            "get": _operation(
                "follow",
                "Follow an account without scripts",
                {**pages, **refusals},
                [network, _query("account", "The account.", text, required=True), server],
            )
        },
        "/share/qr.svg": {
            "get": _operation(
                "qr",
                "An address as a QR code",
                {
                    "200": {"description": "The code.", "content": {"image/svg+xml": {"schema": text}}},
                    **_refusals("413", "422", "400"),
                },
                [_query("url", "The address.", uri, required=True)],
            )
        },
    }


def _clicks() -> Json:
    operation = _operation(
        "click",
        "Count a click on a share button",
        {"204": {"description": "Taken."}, **_refusals("400", "403", "413", "422", "429")},
    )
    schema = {"$ref": "#/components/schemas/Click"}
    operation["requestBody"] = {
        "required": True,
        "description": "Text or JSON: a beacon sends text.",
        "content": {kind: {"schema": schema} for kind in ("application/json", "text/plain")},
    }
    return operation
