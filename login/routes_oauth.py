"""What a site's server, or its page, asks for itself: discovery, keys, tokens, userinfo, revocation, introspection.

Discovery and keys are for everybody. The others are read by pages of the site's own origins only, and never with
cookies: nothing here looks at one (Fetch §3.2).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import RequestEntityTooLarge

from core.errors import TooMany
from core.limits import Rule
from core.web import client_address, dress, may_ask, services
from login.problems import LoginFailed
from login.requests import twice
from login.routes import logins

if TYPE_CHECKING:
    from core.sites import Site
    from login.provider import Answer

blueprint = Blueprint("oauth", __name__)
# A site's server exchanges one code a login; a busy one stands behind one address. Guessing 256 bits stays hopeless.
TOKENS = Rule("oauth-tokens", amount=1200, seconds=60)
# Failing to prove oneself is for mistakes, of which a person makes few.
FAILURES = Rule("oauth-failures", amount=30, seconds=60)
# A token request has a dozen short fields, and two tokens at most.
LARGEST_FORM = 64 * 1024
_FORMS = ("", "application/x-www-form-urlencoded", "multipart/form-data")
# Clients name themselves in headers of their own, and tracing adds its: none of them is looked at here, so all may
# come. The asterisk never stands for Authorization (Fetch §3.2.2).
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, *",
    "Access-Control-Max-Age": "600",
}
# What stands for an origin that is not the site's; opaque ones, as of sandboxed frames, say the same (HTML §7.1.1).
FOREIGN = "null"
# RFC 6750 §3 and RFC 7617 §2 want a challenge to name what it guards.
_REALM = 'realm="handbill"'
# An address stands in logs, a form in none: but two ways are one too many (RFC 6750 §2.2 leaves the form to us).
_HEADER_ONLY = "The access token belongs in the Authorization header."
# Together less than the day by which keys are published ahead (`login.keys.ANNOUNCED`): nobody misses the next one.
_DOCUMENT = "public, max-age=3600, stale-while-revalidate=43200"


# --- for everybody ---


@blueprint.get("/.well-known/openid-configuration", provide_automatic_options=False)
@blueprint.get("/.well-known/oauth-authorization-server", provide_automatic_options=False)
def configuration() -> Response:
    """Send the discovery document."""
    from login.metadata import metadata

    return _public(jsonify(metadata(services().settings.base_url, services().login_words.languages)))


@blueprint.get("/oauth/jwks", provide_automatic_options=False)
def jwks() -> Response:
    """Send the public keys (RFC 7517 §5)."""
    # RFC 7517 §8.5 has a media type of its own; some clients warn of any but the one that all of them know.
    return _public(jsonify({"keys": logins().keys.published()}))


def _public(response: Response) -> Response:
    response.headers["Cache-Control"] = _DOCUMENT
    response.headers["Access-Control-Allow-Origin"] = "*"
    return dress(response, "api")


@blueprint.route("/.well-known/openid-configuration", methods=["OPTIONS"])
@blueprint.route("/.well-known/oauth-authorization-server", methods=["OPTIONS"])
@blueprint.route("/oauth/jwks", methods=["OPTIONS"])
def open_preflight() -> Response:
    """Tell a browser that any page may ask, with headers of its own too (Fetch §3.2.2)."""
    response = _public(Response(status=204))
    response.headers.update({**_PREFLIGHT, "Access-Control-Allow-Methods": "GET, OPTIONS"})
    return response


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


@blueprint.route("/oauth/token", methods=["GET", "PUT", "PATCH", "DELETE"], provide_automatic_options=False)
@blueprint.route("/oauth/revoke", methods=["GET", "PUT", "PATCH", "DELETE"], provide_automatic_options=False)
@blueprint.route("/oauth/introspect", methods=["GET", "PUT", "PATCH", "DELETE"], provide_automatic_options=False)
def wrong_method() -> Response:
    """Say in OAuth's own words that these are posted to (RFC 6749 §3.2, RFC 7009 §2.1, RFC 7662 §2.1)."""
    from login.provider import Answer

    return _told(Answer(405, {"error": "invalid_request", "error_description": "Use POST."}, {"Allow": "POST"}))


def _protocol(work: Any) -> Response:
    from login.provider import Answer, ProtocolRequest

    request.max_content_length = LARGEST_FORM
    try:
        fields = {name: request.form.getlist(name) for name in request.form}
    except RequestEntityTooLarge:
        return _told(Answer(413, {"error": "invalid_request", "error_description": "The form is too long."}))
    address = services().settings.base_url + request.path
    headers = {"Authorization": request.headers.get("Authorization", "")}
    asked = ProtocolRequest("POST", address, fields, headers if headers["Authorization"] else {})
    asked.page = _page()
    try:
        services().limits.hit(TOKENS, client_address())
        answer = _refused(fields) or work(asked)
        if answer.status == 401:
            services().limits.hit(FAILURES, client_address())
    except LoginFailed:  # whose login it was, or the site, was deleted in the middle of this
        answer = Answer(400, {"error": "invalid_grant"})
    except TooMany as exc:
        wait = {"Retry-After": str(exc.retry_after(datetime.now(UTC)) or 1)}
        answer = Answer(429, {"error": "slow_down", "error_description": exc.message}, wait)
    return _told(answer, getattr(getattr(asked, "client", None), "site", None))


def _refused(fields: dict[str, list[str]]) -> Answer | None:
    """Refuse what RFC 6749 §3.2 forbids: a parameter twice. Odd characters are not repeated in errors (§5.2)."""
    from login.provider import Answer

    kind = "".join(fields.get("grant_type", []))
    if request.mimetype not in _FORMS:
        text = "The body must be application/x-www-form-urlencoded."
        return Answer(400, {"error": "invalid_request", "error_description": text})
    if not kind and request.endpoint == "oauth.token":
        return Answer(400, {"error": "invalid_request", "error_description": "grant_type is missing."})
    odd = not (kind.isascii() and kind.isprintable()) or set(kind) & set('"\\')
    if odd or twice(fields):
        return Answer(400, {"error": "invalid_request", "error_description": "A parameter is odd, or there twice."})
    if _page() == FOREIGN:
        text = "This origin is not registered for the site."
        return Answer(400, {"error": "unauthorized_client", "error_description": text})
    return None


def _page() -> str:
    """Return the origin of the page that asks for a public client; empty where it is no page that asks.

    Browsers always say it with a POST, and no script can change it (Fetch §3.1); pages may not keep a secret, so it
    is all by which one public client's pages can be told from another's. FOREIGN is one that is not the site's.
    """
    origin = request.headers.get("Origin", "")
    site = services().sites.by_client_id(request.form.get("client_id", "")) if origin else None
    if site is None or not site.public:
        return ""
    return origin if may_ask(site, origin) else FOREIGN


def _told(answer: Answer, site: Site | None = None) -> Response:
    response = jsonify(answer.body)
    response.status_code = answer.status
    for name, value in answer.headers.items():
        if name not in ("Content-Type", "Cache-Control"):
            response.headers[name] = value.replace("Basic error", f"Basic {_REALM}, error")
    response.headers["Cache-Control"] = "no-store"
    response.headers["Pragma"] = "no-cache"  # RFC 6749 §5.1
    return _readable(dress(response, "api"), site)


def _readable(response: Response, site: Site | None) -> Response:
    """Let pages of the site read it; an error before the client is known, those of any site."""
    origin = request.headers.get("Origin", "")
    response.vary.add("Origin")
    if origin and (may_ask(site, origin) if site else _known(origin)):
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = "WWW-Authenticate, Retry-After"
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
        misplaced = not given and "access_token" in request.values
        text = _HEADER_ONLY if misplaced else "The access token is unknown, or has ended." if given else ""
        return _told(_denied(401, "invalid_token", text))
    if "openid" not in found.scope.split():
        return _told(_denied(403, "insufficient_scope", "The access token is not for openid."), site)
    return _told(Answer(200, logins().claims(found.grant, site, found.scope)), site)


def _denied(status: int, error: str, text: str) -> Answer:
    """Return a refusal; to whoever brought no token it does not say what is wrong (RFC 6750 §3.1)."""
    from login.provider import Answer

    said = f', error="{error}", error_description="{text}"' if text else ""
    body = {"error": error} | ({"error_description": text} if text else {})
    return Answer(status, body, {"WWW-Authenticate": f"Bearer {_REALM}{said}"})
