"""`/media/…`: other people's pictures from our own address, small, or as they came where they may not be kept."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from core.errors import Problem
from core.web import dress, services

if TYPE_CHECKING:
    from og.media import Media
    from og.media_service.address import Asked

blueprint = Blueprint("media", __name__)

# Seven days in all are the most that anybody keeps a picture that its owner may have taken away, `_WEEK`.
# A picture that is being looked at anew is asked for again soon.
_SOON = 60
_DAY, _WEEK = 86400, 7 * 86400
# What is only passed on may be in the browser that asked, while its page is looked at, and nowhere else.
_PASSED = 300
# What networks answer where a picture's address has expired: 403, 404, 410 (og.media turns them into these).
EXPIRED = frozenset({"picture_refused", "picture_gone"})
# One pixel through which everything can be seen (GIF89a): the page's own colour stands there until the next look.
NOTHING = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")


@blueprint.get("/media/<signature>/<width>/<key>.webp")
def picture(signature: str, width: str, key: str) -> Response:
    """Answer with a picture whose address we made."""
    media = services().media
    asked = media.asked(signature, width, key)
    try:
        response = _passed(media, asked) if asked.hold is not None and not asked.hold else _kept(media, asked)
    except Problem as problem:
        if not asked.owner or problem.code not in EXPIRED:
            raise
        return _expired(asked)
    kind = (response.mimetype or "").removeprefix("image/")
    response.headers["Content-Disposition"] = f'inline; filename="picture.{kind}"'
    response.make_conditional(request)
    return _dressed(response)


def _kept(media: Media, asked: Asked) -> Response:
    found = media.picture(asked.url, asked.width, asked.hold)
    response = Response(found.webp, mimetype="image/webp")
    response.set_etag(found.etag)
    response.headers["Cache-Control"] = _lifetime(asked, stale=found.stale)
    return response


def _passed(media: Media, asked: Asked) -> Response:
    found = media.passed(asked.url)
    response = Response(found.data, mimetype=found.type)
    response.set_etag(found.etag)
    left = _PASSED if asked.until is None else min(_PASSED, _left(asked.until))
    response.headers["Cache-Control"] = f"private, max-age={left}"
    return response


def _expired(asked: Asked) -> Response:
    """Answer with nothing to see, at once, and have the posts read again: they bring the picture's new address."""
    services().feeds.reread(asked.owner)
    response = Response(NOTHING, 404, mimetype="image/gif")
    response.headers["Cache-Control"] = "no-store"
    return _dressed(response)


def _dressed(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Robots-Tag"] = "noindex"  # it is found where it is from
    return dress(response, "picture")


def _left(until: datetime) -> int:
    return max(0, int((until - datetime.now(UTC)).total_seconds()))


def _lifetime(asked: Asked, *, stale: bool) -> str:
    """Return the Cache-Control field: nobody keeps an answer for longer than its address is good, or may be kept."""
    if asked.until is not None:
        return f"public, max-age={_left(asked.until)}"
    most = _WEEK if asked.hold is None else int(asked.hold.total_seconds())
    fresh = min(_SOON if stale else _DAY, most)
    longer = min(_WEEK, most) - _DAY
    if longer <= 0:
        return f"public, max-age={fresh}"
    return f"public, max-age={fresh}, stale-while-revalidate={longer}, stale-if-error={longer}"
