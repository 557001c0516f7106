"""`/api/v1/preview`, `/api/v1/previews`, `/api/v1/check`: what pages are about, for programs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Blueprint, Response, jsonify, request

from core.addresses import web_address
from core.errors import Invalid, NotAllowed, Unauthorized
from core.limits import Rule
from core.web import asking_site, client_address, dress, json_body, services, share_with

if TYPE_CHECKING:
    from core.limits import Limits
    from core.sites import Site
    from og.previews import Previews

blueprint = Blueprint("previews", __name__)
# A public key stands in the source of a page: anybody may use it from a browser. Pages beyond the site's own hosts
# are read for it within these; what is in the cache costs nothing.
PER_SITE = Rule("preview-site", amount=600, seconds=3600)
PER_ADDRESS = Rule("preview-address", amount=60, seconds=3600)
# A CMS's whole index page of links.
MOST_URLS = 50
LARGEST_LIST = 256 * 1024
KEPT = "public, max-age=3600, stale-while-revalidate=86400"
SOON = "public, max-age=60, stale-while-revalidate=86400"


@dataclass(frozen=True)
class Caller:
    """Who asks: a site by its secret, a site by its public key, or nobody in particular."""

    site: Site | None
    trusted: bool
    address: str
    limits: Limits

    def before(self, url: str) -> None:
        """Called, in any thread, before a page is asked for; raises TooMany when it is enough."""
        if self.trusted or (self.site and _own_host(self.site, url)):
            return
        self.limits.hit(PER_ADDRESS, self.address)
        if self.site:
            self.limits.hit(PER_SITE, self.site.key)


def caller() -> Caller:
    """Return who asks; raise Unauthorized or NotAllowed for who may not."""
    built = services()
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind:
        site = built.sites.by_api_key(token.strip()) if kind.lower() == "bearer" else None
        if site is None:
            raise Unauthorized("This API key is not one of ours, or has ended.", code="wrong_api_key")
        return Caller(site, trusted=True, address=client_address(), limits=built.limits)
    site = asking_site(request.args.get("site", ""))
    if site is not None and request.headers.get("Origin"):
        return Caller(site, trusted=False, address=client_address(), limits=built.limits)
    if not built.settings.preview_anonymous:
        raise Unauthorized(
            "Ask with an API key (Authorization: Bearer …), or from a page of a site with its key (site=…).",
            code="no_credential",
        )
    return Caller(None, trusted=False, address=client_address(), limits=built.limits)


def _own_host(site: Site, url: str) -> bool:
    host = urlsplit(url).hostname or ""
    hosts = {urlsplit(origin).hostname for origin in site.origins} | set(site.options.preview_hosts)
    return host in hosts


def previews() -> Previews:
    """Return the previews of this server."""
    built: Previews = services().previews
    return built


@blueprint.get("/api/v1/preview")
def one() -> Response:
    """Answer with the preview of an address."""
    who = caller()
    url = _address(request.args.get("url", ""))
    refresh = request.args.get("refresh", "") not in ("", "0")
    if refresh and not who.trusted:
        raise NotAllowed("Only an API key may have a page read anew.", code="api_key_needed", field="refresh")
    found = previews().fetch(url, lambda: who.before(url), refresh=refresh)
    response = jsonify(found.value)
    response.headers["Cache-Control"] = _lifetime(who, stale=found.stale)
    response.headers["Age"] = str(int(found.age))
    response.add_etag()
    response.make_conditional(request)
    return dress(share_with(response, who.site), "api")


def _lifetime(who: Caller, *, stale: bool) -> str:
    if who.trusted:
        return "private, max-age=60"  # what a key gets, no shared cache gives to others
    return SOON if stale else KEPT


@blueprint.post("/api/v1/previews")
def many() -> Response:
    """Answer with the previews of up to fifty addresses, each with its own outcome."""
    who = caller()
    urls = json_body(LARGEST_LIST).get("urls")
    if not isinstance(urls, list) or not urls or not all(isinstance(url, str) for url in urls):
        raise Invalid("Send a list of addresses.", field="urls")
    if len(urls) > MOST_URLS:
        raise Invalid(f"Send {MOST_URLS} addresses at the most.", field="urls")
    found = previews().batch(urls, who.before)
    response = jsonify({"previews": [outcome.as_json() for outcome in found]})
    return dress(share_with(response, who.site), "api")


def _address(url: str) -> str:
    if not url:
        raise Invalid("Say which page, as url=https://…", field="url")
    return web_address(url)
