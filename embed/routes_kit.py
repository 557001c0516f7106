"""`/kit/…`: the script, by major version for most pages and by exact version for those that pin it."""

from __future__ import annotations

from flask import Blueprint, Response, request

from core.web import dress
from embed.kit import File, Kit

blueprint = Blueprint("kit", __name__)
kit = Kit()


@blueprint.get("/kit/<int:major>/<name>")
def newest(major: int, name: str) -> Response:
    """Answer with the newest file of a major version."""
    return _answer(kit.file(kit.newest(str(major)), name), "newest")


@blueprint.get("/kit/<version>/<name>")
def exact(version: str, name: str) -> Response:
    """Answer with a file of an exact version, which never changes."""
    return _answer(kit.file(version, name), "immutable")


def _answer(file: File, kind: str) -> Response:
    coding, body = file.best(request.headers.get("Accept-Encoding", ""))
    response = Response(body, content_type=file.type)
    response.headers["Vary"] = "Accept-Encoding"
    if coding:
        response.headers["Content-Encoding"] = coding
    # The tag is of one form only (RFC 9110 §8.8.3.3).
    response.set_etag(f"{file.etag}-{coding or 'plain'}")
    response.make_conditional(request)
    return dress(response, kind)
