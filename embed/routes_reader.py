"""Who may have a page read for a card: the rules of the preview API, for elements, frames and our own pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import request

from core.addresses import origin_of
from core.errors import Problem
from core.web import client_address, may_ask, services
from embed.own_pages import preview_of
from widgets.page_reader import Reader, SeenPost

if TYPE_CHECKING:
    from core.sites import Site
    from og.media import Media
    from og.routes_previews import Caller

# What is kept of a card: an hour would show a changed title late, and a picture that was not there at first.
KEPT = "public, max-age=600, stale-while-revalidate=86400, stale-if-error=604800"
# Pictures of an anonymous caller's card end within ten minutes: nothing keeps the card for longer than the first.
SOON = "public, max-age=60"
# A deleted or changed post is gone from every page within minutes; while we are down, an hour-old one is shown.
POST_KEPT = "public, max-age=60, stale-if-error=3600"
# What a key gets, no shared cache gives to others.
PRIVATE = "private, max-age=60"


def reader(site: Site | None) -> Reader:
    """Return what the caller of this request may have read; who may nothing learns so when asking for a page."""
    from og.media_service.address import anonymous_until

    built, soon = services(), anonymous_until(datetime.now(UTC))
    base_url = built.settings.base_url

    def media() -> Media:  # pictures are looked at in threads that know of no request
        found: Media = built.media
        return found

    try:
        who = _caller(site)
    except Problem as problem:
        refused = problem
        return Reader(base_url, lambda url: _own_or(url, refused), media, soon, SOON)
    lifetime = PRIVATE if who.trusted else KEPT if who.site else SOON
    expires = None if who.site else soon
    return Reader(
        base_url, lambda url: _read(url, who), media, expires, lifetime,
        post_lifetime=PRIVATE if who.trusted else POST_KEPT if who.site else SOON,
        post=lambda url, lang: post_at(url, lang, who, expires), names_post=names_post,
    )  # fmt: skip


def post_at(
    url: str, lang: str, who: Caller, expires: datetime | None, before: Callable[[], None] | None = None
) -> SeenPost | None:
    """Return the post at an address, for a caller who may have pages read; asking for it counts as reading a page."""
    from feeds.one_post import OnePosts
    from feeds.show import shown_post, still_of

    built = services()
    found = OnePosts(built).read(url, who.site.key if who.site else "", before or (lambda: who.before(url)))
    if found is None:
        return None
    if found.post is None:
        return SeenPost(found.network, None)
    shown = shown_post(built, found.post, lang, source=found.source, expires=expires)
    return SeenPost(found.network, shown, still_of(built.networks[found.network], found.post))


def names_post(url: str) -> bool:
    """Whether an address has the form of a post's."""
    from feeds.one_post import OnePosts

    return OnePosts(services()).find(url) is not None


def _caller(site: Site | None) -> Caller:
    """Return who asks. A frame's and a page's own request name no origin; the page they are for stands in Referer."""
    from og.routes_previews import Caller, caller

    named = request.headers.get("Authorization") or request.headers.get("Origin")
    if site is not None and not named and may_ask(site, _from()):
        return Caller(site, trusted=False, address=client_address(), limits=services().limits)
    return caller()


def _from() -> str:
    """Return the origin of the page that asks, as far as browsers say it; our own where a person typed the address.

    https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
    """
    if request.headers.get("Sec-Fetch-Site") in ("none", "same-origin"):
        return services().settings.base_url
    return origin_of(request.headers.get("Referer", ""))


def _read(url: str, who: Caller) -> Mapping[str, Any]:
    return _own(url) or services().previews.fetch(url, lambda: who.before(url)).value


def _own_or(url: str, refused: Problem) -> Mapping[str, Any]:
    found = _own(url)
    if found is None:
        raise refused
    return found


def _own(url: str) -> Mapping[str, Any] | None:
    base_url = services().settings.base_url
    return preview_of(urlsplit(url).path, base_url) if origin_of(url) == base_url else None
