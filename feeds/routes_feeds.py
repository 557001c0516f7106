"""`/api/v1/feeds/<id>`: a feed as JSON, RSS, Atom and JSON Feed, and a stream that tells of news."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify, request

from core.errors import Invalid, NotFound
from core.web import dress, services, share_with
from feeds.options import USUAL

if TYPE_CHECKING:
    from feeds.feed import FeedPage

blueprint = Blueprint("feeds", __name__)
# A feed changes every five minutes at the most (feeds/pace.py); a minute in other people's caches is not noticed.
# The old answer is good for a day while nobody can be reached (RFC 5861).
KEPT = "public, max-age=60, stale-while-revalidate=600, stale-if-error=86400"
SOON = "public, max-age=10, stale-while-revalidate=600, stale-if-error=86400"


@blueprint.get("/api/v1/feeds/<feed_id>")
def one(feed_id: str) -> Response:
    """Answer with a page of a feed."""
    page = _page(feed_id)
    posts = [entry.post.as_json() for entry in page.entries]
    response = jsonify({"title": page.feed.name, "posts": posts, "next": page.next, "stale": page.stale})
    return _sent(response, page)


@blueprint.get("/api/v1/feeds/<feed_id>.<form>")
def document(feed_id: str, form: str) -> Response:
    """Answer with a page of a feed as ``rss``, ``atom`` or ``jsonfeed``."""
    from feeds.forms import FORMS, Head

    if form not in FORMS:
        raise NotFound("A feed is there as .rss, .atom and .jsonfeed.", code="no_such_form")
    page = _page(feed_id)
    base = services().settings.base_url
    site = services().sites.by_key(page.feed.site_key)
    home = site.origins[0] if site and site.origins else base
    media_type, write = FORMS[form]
    head = Head(base=base, home=home, address=f"{base}/api/v1/feeds/{feed_id}.{form}")
    response = Response(write(page, head), content_type=f"{media_type}; charset=utf-8")
    return _sent(response, page)


@blueprint.get("/api/v1/feeds/<feed_id>/events")
def events(feed_id: str) -> Response:
    """Answer with a stream of events (https://html.spec.whatwg.org/#server-sent-events).

    ``since`` is the version that a page has drawn: what happened before its stream began is told first. A browser
    that comes back says by itself what it has heard last.
    """
    from feeds.streams import stream

    built = services()
    feed = built.feeds.find(feed_id)
    last = request.headers.get("Last-Event-ID", "") or request.args.get("since", "")
    response = Response(stream(built, feed_id, last), mimetype="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"  # nginx would hold it back
    return dress(share_with(response, built.sites.by_key(feed.site_key)), "api")


def _page(feed_id: str) -> FeedPage:
    page: FeedPage = services().feeds.read(
        feed_id, count=_count(request.args.get("count", "")), cursor=request.args.get("cursor", ""), data=True
    )
    return page


def _count(given: str) -> int:
    if not given:
        return USUAL
    if not given.isascii() or not given.isdigit() or len(given) > 4:
        raise Invalid("Say how many posts, as count=20.", field="count")
    return int(given)


def _sent(response: Response, page: FeedPage) -> Response:
    """Put on what all forms carry: an entity tag, how long it may be kept, and who may read it."""
    response.headers["Cache-Control"] = SOON if page.stale or page.waiting else KEPT
    response.add_etag()
    response.make_conditional(request)
    site = services().sites.by_key(page.feed.site_key)
    return dress(share_with(response, site), "api")
