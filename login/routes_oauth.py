"""What a site's server, or its page, asks for itself: discovery, keys, tokens, userinfo, revocation, introspection.

Discovery and keys are for everybody. The others are read by pages of the site's own origins only, and never with
cookies: nothing here looks at one (Fetch §3.2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, jsonify, request

from core.errors import TooMany
from core.limits import Rule
from core.web import client_address, dress, may_ask, services
from login.routes import logins

if TYPE_CHECKING:
    from core.sites import Site
    from login.provider import Answer

blueprint = Blueprint("oauth", __name__)
# A site's server exchanges one code a login; a busy one stands behind one address. Guessing 256 bits stays hopeless.
TOKENS = Rule("oauth-tokens", amount=1200, seconds=60)
# Failing to prove oneself is for mistakes, of which a person makes few.
FAILURES = Rule("oauth-failures", amount=30, seconds=60)
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type",
    "Access-Control-Max-Age": "600",
}
_DOCUMENT = "public, max-age=3600, stale-while-revalidate=86400"


# --- for everybody ---


@blueprint.get("/.well-known/openid-configuration")
@blueprint.get("/.well-known/oauth-authorization-server")
def configuration() -> Response:
    """Send the discovery document."""
    from login.metadata import metadata

    return _public(jsonify(metadata(services().settings.base_url)))


@blueprint.get("/oauth/jwks")
def jwks() -> Response:
    """Send the public keys (RFC 7517 §5)."""
    response = _public(jsonify({"keys": logins().keys.published()}))
    response.content_type = "application/jwk-set+json"
    return response


def _public(response: Response) -> Response:
    response.headers["Cache-Control"] = _DOCUMENT
    response.headers["Access-Control-Allow-Origin"] = "*"
    return dress(response, "api")


# --- for clients ---


@blueprint.post("/oauth/token", provide_automatic_options=False)
def token() -> Response:
    """Exchange a code, or a refresh token, for tokens (RFC 6749 §3.2)."""
    return _protocol(lambda asked: logins().server.create_token_response(asked))


@blueprint.post("/oauth/revoke", provide_automatic_options=False)
def revoke() -> Response:
    """End a token (RFC 7009)."""
    return _protocol(lambda asked: logins().server.create_endpoint_response("revoke", asked))


@blueprint.post("/oauth/introspect")
def introspect() -> Response:
    """Tell a client's server whether one of its tokens is good (RFC 7662)."""
    return _protocol(lambda asked: logins().server.create_endpoint_response("introspect", asked))


def _protocol(work: Any) -> Response:
    from login.provider import Answer, ProtocolRequest

    fields = {name: request.form.getlist(name) for name in request.form}
    address = services().settings.base_url + request.path
    headers = {"Authorization": request.headers.get("Authorization", "")}
    asked = ProtocolRequest("POST", address, fields, headers if headers["Authorization"] else {})
    try:
        services().limits.hit(TOKENS, client_address())
        answer = _refused(fields) or work(asked)
        if answer.status == 401:
            services().limits.hit(FAILURES, client_address())
    except TooMany as exc:
        answer = Answer(429, {"error": "slow_down", "error_description": exc.message})
    return _told(answer, getattr(getattr(asked, "client", None), "site", None))


def _refused(fields: dict[str, list[str]]) -> Answer | None:
    """Refuse what RFC 6749 §3.2 forbids: a parameter twice. Odd characters are not repeated in errors (§5.2)."""
    from login.provider import Answer

    kind = "".join(fields.get("grant_type", []))
    odd = not (kind.isascii() and kind.isprintable()) or set(kind) & set('"\\')
    if odd or any(len(values) > 1 for values in fields.values()):
        return Answer(400, {"error": "invalid_request", "error_description": "A parameter is odd, or there twice."})
    return None


def _told(answer: Answer, site: Site | None = None) -> Response:
    response = jsonify(answer.body)
    response.status_code = answer.status
    for name, value in answer.headers.items():
        if name not in ("Content-Type", "Cache-Control"):
            response.headers[name] = value
    response.headers["Cache-Control"] = "no-store"
    return _readable(dress(response, "api"), site)


def _readable(response: Response, site: Site | None) -> Response:
    """Let pages of the site read it; an error before the client is known, those of any site."""
    origin = request.headers.get("Origin", "")
    response.vary.add("Origin")
    if origin and (may_ask(site, origin) if site else _known(origin)):
        response.headers["Access-Control-Allow-Origin"] = origin
    return response


def _known(origin: str) -> bool:
    return any(may_ask(site, origin) for site in services().sites.all())


@blueprint.route("/oauth/token", methods=["OPTIONS"])
@blueprint.route("/oauth/userinfo", methods=["OPTIONS"])
@blueprint.route("/oauth/revoke", methods=["OPTIONS"])
def preflight() -> Response:
    """Tell a browser whether its page may ask (Fetch §3.2.2)."""
    response = _readable(dress(Response(status=204), "api"), None)
    if "Access-Control-Allow-Origin" in response.headers:
        response.headers.update(_PREFLIGHT)
    return response


@blueprint.route("/oauth/userinfo", methods=["GET", "POST"], provide_automatic_options=False)
def userinfo() -> Response:
    """Tell what the access token lets its bearer know (OpenID Connect Core §5.3). The token is in the header only."""
    from login.provider import Answer

    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    found = logins().grants.find(given.strip()) if scheme.lower() == "bearer" and given.strip() else None
    site = services().sites.by_key(found.grant.site_key) if found else None
    if found is None or site is None or not found.live or found.kind != "access":
        error = 'Bearer error="invalid_token"' if given else "Bearer"
        return _told(Answer(401, {"error": "invalid_token"}, {"WWW-Authenticate": error}))
    return _told(Answer(200, logins().claims(found.grant, site, found.scope)), site)
