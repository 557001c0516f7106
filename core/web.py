"""Where Flask meets the rest: the services, one shape for errors, headers by kind of response, who is asking.

Header table: RFC 9111 (Cache-Control), RFC 5861 (stale-while-revalidate), CSP Level 3, Fetch (CORS, CORP).
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote, unquote_to_bytes, urlencode, urlsplit

from flask import Flask, Response, current_app, g, jsonify, make_response, redirect, render_template, request
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from core import log
from core.callers import caller
from core.coding import SMALLEST, TYPES, best_coding, coded
from core.error_pages import error_page
from core.errors import BadRequest, NotAllowed, NotFound, Problem, TooLarge
from core.services import Services, own_user_agent
from core.settings import check_production, is_loopback

if TYPE_CHECKING:
    from core.sites import Site

# Longer ones are nobody's honest request: fifty attributes and a 2,048-character address fit in four times over.
LONGEST_QUERY = 16 * 1024
# The largest body any endpoint takes; each may take less.
LARGEST_BODY = 6 * 1024 * 1024
# Our own pages' files: their addresses carry the version.
STATIC = "public, max-age=600, stale-while-revalidate=86400"


def services() -> Services:
    """Return the services of the running application."""
    return cast(Services, current_app.extensions["handbill"])


# --- headers ---

_LOCKED = "default-src 'none'; frame-ancestors 'none'; sandbox"
_PAGE = (
    "default-src 'none'; script-src 'self'{nonce}; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-src 'self'{frames}; media-src{media}; "
    "frame-ancestors 'none'"
)
_FRAME = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-src{frames}; media-src{media}; frame-ancestors {ancestors}"
)
_NOBODY = "'none'"
_OPEN = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Timing-Allow-Origin": "*",
}
_OFF = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()"

# What every kind of response carries beside the headers of all.
KINDS: Mapping[str, Mapping[str, str]] = {
    "newest": {"Cache-Control": "public, max-age=3600, stale-while-revalidate=86400, stale-if-error=604800", **_OPEN},
    "immutable": {"Cache-Control": "public, max-age=31536000, immutable", **_OPEN},
    "fragment": {
        "Cache-Control": "public, max-age=3600, stale-while-revalidate=86400, stale-if-error=604800",
        "Content-Security-Policy": _LOCKED,
        "Cross-Origin-Resource-Policy": "cross-origin",
    },
    "counted": {
        "Cache-Control": "public, max-age=60, stale-while-revalidate=600",
        "Content-Security-Policy": _LOCKED,
        "Cross-Origin-Resource-Policy": "cross-origin",
    },
    "picture": {
        "Cache-Control": "public, max-age=86400, stale-while-revalidate=604800",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        **_OPEN,
    },
    "api": {"Cache-Control": "no-store", "Content-Security-Policy": _LOCKED},
    "frame": {
        "Cache-Control": "public, max-age=60, stale-while-revalidate=600",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Permissions-Policy": _OFF,
    },
    "page": {
        "Cache-Control": "no-store",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": _OFF,
    },
}


def dress(response: Response, kind: str, *, ancestors: str = "'none'", frames: str = "", media: str = "") -> Response:
    """Put on the headers of a kind of response; a header that a view set already stays.

    ``ancestors`` may hold a frame; ``frames`` are the origins that a page or a frame may show frames of, ``media``
    those whose films and sounds it may play.
    """
    frames = f" {frames}" if frames else " 'none'" if kind == "frame" else ""
    media = f" {media or _NOBODY}"
    for name, value in KINDS[kind].items():
        response.headers.setdefault(name, value)
    if kind == "page":
        response.headers["Content-Security-Policy"] = _PAGE.format(
            nonce=f" 'nonce-{nonce()}'", frames=frames, media=media
        )
    elif kind == "frame":
        response.headers["Content-Security-Policy"] = _FRAME.format(ancestors=ancestors, frames=frames, media=media)
    g.dressed = True
    return response


def nonce() -> str:
    """Return this response's nonce for its own scripts (CSP Level 3 §2.3.1)."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    return str(g.nonce)


def page(template: str, status: int = 200, *, frames: str = "", media: str = "", **values: Any) -> Response:
    """Render one of our own pages with the headers of a page; ``frames`` and ``media`` as in `dress`."""
    made = make_response(render_template(template, nonce=nonce(), **values), status)
    return dress(made, "page", frames=frames, media=media)


# --- who is asking, and what ---


def client_address() -> str:
    """Return whom to count this request for (`core.callers`)."""
    proxies, told = services().settings.trusted_proxies, request.headers.get("X-Forwarded-For", "")
    return caller(request.remote_addr or "", told if proxies else "", proxies)


def json_body(largest: int) -> dict[str, Any]:
    """Return the request's JSON object, whatever its type says: a beacon may send text/plain only (Beacon §3.3, Fetch
    §2.2.2). Raises BadRequest for anything else, RequestEntityTooLarge beyond ``largest`` bytes.
    """
    request.max_content_length = largest + 1
    data = request.get_data()
    if len(data) > largest:  # one that comes in chunks is cut there, and no error
        raise RequestEntityTooLarge
    try:
        body = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as exc:  # ValueError: of numbers with 5,000 digits, too
        raise BadRequest("The body is not JSON.", code="bad_json") from exc
    if not isinstance(body, dict):
        raise BadRequest("The body is not a JSON object.", code="bad_json")
    return body


def asking_site(key: str) -> Site | None:
    """Return the site of a public key, having checked the Origin header against it; None without a key.

    Raises NotAllowed for an unknown key or an origin that the site did not register.
    """
    if not key:
        return None
    site = services().sites.by_key(key)
    if site is None:
        raise NotAllowed("There is no site with this key.", code="unknown_site", field="site")
    origin = request.headers.get("Origin", "")
    if origin and not may_ask(site, origin):
        raise NotAllowed(
            "This site key is not for pages of that origin. Add the origin to the site.", code="origin_not_allowed"
        )
    return site


def may_ask(site: Site, origin: str) -> bool:
    """Return whether pages of an origin may use a site's key: its own, ours, and on a laptop any loopback one."""
    settings = services().settings
    if site.allows_origin(origin) or origin == settings.base_url:
        return True
    return not settings.production and is_loopback(origin)


def share_with(response: Response, site: Site | None) -> Response:
    """Let pages of the site read this response (Fetch §3.2): its origin echoed, or anybody where no site is named."""
    if site is None:
        response.headers["Access-Control-Allow-Origin"] = "*"
        return response
    response.vary.add("Origin")
    origin = request.headers.get("Origin", "")
    if origin and may_ask(site, origin):
        response.headers["Access-Control-Allow-Origin"] = origin
    return response


# --- the studio's host ---

# The first parts of paths that belong there; and what is there too, because those pages load it, or a monitor asks.
_STUDIO = frozenset({"studio", "account"})
_BESIDE = frozenset({"static", "media", "healthz", "readyz", "favicon.ico", "robots.txt"})
# Says that somebody was sent to that host before: one who still does not arrive is told, and not sent round for ever.
_MOVED = "moved"


def at_studio() -> bool:
    """Return whether this request came to the host that the studio has to itself; never where it has none."""
    settings = services().settings
    return settings.apart and _is_host(settings.studio_url)


def _is_host(origin: str) -> bool:
    return request.host.lower() == urlsplit(origin).netloc


def _keep_apart() -> Response | None:
    """Keep the studio and the data page on their own host, where they have one, and the rest off it.

    The Host header is compared with the two configured addresses, and nothing is made of it.
    """
    settings = services().settings
    part = request.path.split("/")[1]
    if not settings.apart or part in _BESIDE:
        return None
    if at_studio():
        if part in _STUDIO:
            return None
        if request.path == "/" and request.method == "GET":
            return make_response(redirect("/account", code=303))
        raise NotFound(f"This host has the studio and the account page only. The rest is at {settings.base_url}")
    if part not in _STUDIO:
        return None
    if _is_host(settings.base_url) and request.method in ("GET", "HEAD") and _MOVED not in request.args:
        query = urlencode([*request.args.items(multi=True), (_MOVED, "1")])
        return make_response(redirect(f"{settings.studio_url}{quote(request.path)}?{query}", code=303))
    raise NotFound(f"This page is at {settings.studio_url}/{part} only.")


# --- errors, and what every request meets ---


class _Json(DefaultJSONProvider):
    """JSON as it stands in an answer: as it was said, but for halves of surrogate pairs, which UTF-8 cannot say."""

    sort_keys = False
    ensure_ascii = False

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        """Return the JSON of a value."""
        text = super().dumps(obj, **kwargs)
        return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def install(app: Flask, built: Services) -> None:
    """Bind the services and the rules that hold for every request."""
    app.extensions["handbill"] = built
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST_BODY
    app.json = _Json(app)
    app.before_request(_refuse_nonsense)
    app.before_request(_keep_apart)
    app.after_request(_finish)
    app.register_error_handler(Problem, _problem)
    app.register_error_handler(HTTPException, _http_exception)
    app.register_error_handler(500, _unexpected)


def _refuse_nonsense() -> None:
    """Refuse what no honest client sends, before any view reads it."""
    log.clear()  # a thread is used again
    log.bind(request_id=request_id())
    if not current_app.config.get("HANDBILL_CHECKED"):
        check_production(services().settings)  # a server started by other means than `serve` is held to it too
        current_app.config["HANDBILL_CHECKED"] = True
    if request.headers.get("User-Agent") == own_user_agent(services().settings):
        raise NotAllowed("This server does not ask itself.", code="loop")
    raw = request.query_string
    if len(raw) > LONGEST_QUERY:
        raise TooLarge(f"The query is longer than {LONGEST_QUERY} bytes.")
    if not raw and request.path.isascii():
        return
    try:
        text = unquote_to_bytes(raw).decode("utf-8") + request.path.encode("utf-8").decode("utf-8")
    except UnicodeDecodeError as exc:
        raise BadRequest("The address is not valid UTF-8.", code="bad_encoding") from exc
    if "\x00" in text or "\ufffd" in request.path:
        raise BadRequest("The address holds characters that cannot be used.", code="bad_encoding")


def request_id() -> str:
    """Return this request's id, to be quoted when asking for help."""
    if "request_id" not in g:
        g.request_id = secrets.token_hex(8)
    return str(g.request_id)


def _finish(response: Response) -> Response:
    headers = response.headers
    headers["X-Request-Id"] = request_id()
    headers["X-Content-Type-Options"] = "nosniff"
    headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
    if request.endpoint == "static":
        headers["Cache-Control"] = STATIC
    elif "dressed" not in g and "Cache-Control" not in headers:
        headers["Cache-Control"] = "no-store"
    return _packed(response) if "public" in headers.get("Cache-Control", "") else response


def _packed(response: Response) -> Response:
    """Compress what is public. The rest may hold a secret beside a stranger's words (BREACH), and stays as it is."""
    if (
        response.status_code != 200
        or "Content-Encoding" in response.headers
        or not TYPES.match(response.mimetype or "")
    ):
        return response
    response.vary.add("Accept-Encoding")
    coding = best_coding(request.headers.get("Accept-Encoding", ""), ("br", "gzip"))
    if not coding or request.method == "HEAD":
        return response
    response.direct_passthrough = False
    file = response.response
    body = response.get_data()
    if hasattr(file, "close"):
        file.close()
    if len(body) < SMALLEST:
        return response
    tag, _weak = response.get_etag()
    response.set_data(coded(body, coding))
    response.headers["Content-Encoding"] = coding
    if tag:
        response.set_etag(tag, weak=True)  # the same content in another form (RFC 9110 §8.8.1)
    return response


def wants_page() -> bool:
    """Return whether the answer is for a person: a browser asks for HTML by name, programs do not."""
    if request.path.startswith(("/api/", "/oauth/", "/.well-known/")) or request.path.endswith(".json"):
        return False
    if request.path.startswith("/widgets/") and not request.path.endswith("/frame"):
        return False
    return "text/html" in request.headers.get("Accept", "")


def _problem(problem: Problem) -> Response:
    response = _error_page(problem) if wants_page() else _error_json(problem)
    retry_after = problem.retry_after(datetime.now(UTC))
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    if problem.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="handbill"'
    return response


def _error_json(problem: Problem) -> Response:
    response = jsonify(problem.as_json())
    response.status_code = problem.status
    response.vary.add("Accept")  # a person gets a page
    # An error is told to whoever asked: a script cannot read it otherwise, and it holds nothing about anybody.
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = "public, max-age=30" if problem.status in (404, 410) else "no-store"
    return dress(response, "api")


def _error_page(problem: Problem) -> Response:
    again = request.full_path if request.method == "GET" else ""
    return page("error.html", problem.status, error=error_page(problem, again), request_id=request_id())


def _http_exception(exc: HTTPException) -> Response | HTTPException:
    if exc.code is None or exc.code < 400:
        return exc  # a redirect that routing itself asks for
    code = (exc.name or "error").lower().replace(" ", "_").replace("'", "")
    problem = Problem(_said(exc), code=code)
    problem.status = exc.code
    response = _problem(problem)
    if exc.code == 405 and getattr(exc, "valid_methods", None):
        response.headers["Allow"] = ", ".join(exc.valid_methods)  # type: ignore[attr-defined]
    return response


def _said(exc: HTTPException) -> str:
    """Return what is wrong in words of ours, where routing itself found it; else what was said."""
    methods = getattr(exc, "valid_methods", None)
    if exc.code == 404 and exc.description == type(exc).description:
        return "There is nothing at this address. /docs lists what there is."
    if exc.code == 405 and methods:
        return f"This address is asked with {' or '.join(sorted(set(methods) - {'OPTIONS', 'HEAD'}))}."
    return exc.description or exc.name or "The request failed."


def _unexpected(_exc: BaseException) -> Response:
    problem = Problem(f"Something failed on our side. The log has it under {request_id()}.", code="internal")
    return _problem(problem)
