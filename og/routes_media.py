"""`/media/…`: other people's pictures, small, from our own address."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from core.web import dress, services

if TYPE_CHECKING:
    from og.media_address import Asked

blueprint = Blueprint("media", __name__)

# Seven days in all are the most that anybody keeps a picture that its owner may have taken away.
_STALE = "stale-while-revalidate=518400, stale-if-error=518400"
# A picture that is being looked at anew is asked for again soon.
_SOON = 60
_DAY = 86400


@blueprint.get("/media/<signature>/<width>/<key>.webp")
def picture(signature: str, width: str, key: str) -> Response:
    """Answer with a picture whose address we made."""
    media = services().media
    asked = media.asked(signature, width, key)
    found = media.picture(asked.url, asked.width)
    response = Response(found.webp, mimetype="image/webp")
    response.set_etag(found.etag)
    response.headers["Cache-Control"] = _lifetime(asked, stale=found.stale)
    response.headers["Content-Disposition"] = 'inline; filename="picture.webp"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Robots-Tag"] = "noindex"  # it is found where it is from
    response.make_conditional(request)
    return dress(response, "picture")


def _lifetime(asked: Asked, *, stale: bool) -> str:
    """Return the Cache-Control field: nobody keeps an answer for longer than its address is good."""
    if asked.until is not None:
        left = int((asked.until - datetime.now(UTC)).total_seconds())
        return f"public, max-age={max(0, left)}"
    return f"public, max-age={_SOON if stale else _DAY}, {_STALE}"
