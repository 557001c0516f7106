"""`/share/<network>` and `/follow/<network>`: the step between a link and a network, for visitors without scripts.

A network with a plain share page is answered with a redirect to it. The others need a question (which server?) or
an action (copy, QR code, print), and get a page that works on a phone with nothing switched on.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, redirect, request
from markupsafe import Markup

from core.addresses import origin_of, web_address
from core.errors import FetchFailed, Invalid, NotFound, Problem
from core.limits import Rule
from core.web import asking_site, client_address, dress, may_ask, page, services
from embed.ways import Way, other_ways
from networks.icons import icon
from networks.intents import Content, intent
from networks.parts import Network
from networks.servers import Servers
from widgets.qr import qr_svg
from widgets.share import LONGEST_TEXT
from widgets.words import Words

blueprint = Blueprint("hop", __name__)
# A person tries a few spellings of a server's name; a program that maps the fediverse through us tries thousands.
LOOKUPS = Rule("server-lookups", amount=20, seconds=60)
# Where the visitor's server is kept, and for how long, once the box is ticked.
COOKIE = "hb_server"
REMEMBERED_SECONDS = 180 * 24 * 3600
PAGES = {"copy": "hop/copy.html", "qr": "hop/qr.html", "print": "hop/print.html", "native": "hop/native.html"}


@blueprint.get("/share/qr.svg")
def qr_picture() -> Response:
    """Draw the QR code of an address."""
    svg = qr_svg(web_address(request.args.get("url", "")))
    return dress(Response(svg, content_type="image/svg+xml; charset=utf-8"), "picture")


@blueprint.get("/share/<key>")
def share(key: str) -> Response:
    """Go to the network's share page, ask which server first, or do what the button says."""
    network = _network(key)
    if network.dead or network.share is None:
        return _dead(network)
    content = _content()
    if network.share.direct:
        return _to(intent(network, content))
    if network.share.action == "server":
        return _server(network, content)
    return _action(network, content)


@blueprint.get("/follow/<key>")
def follow(key: str) -> Response:
    """Go to the account's page, or for the fediverse ask which server the visitor is on."""
    network = _network(key)
    account = request.args.get("account", "")
    profile = network.follow.address(account) if network.follow else None
    if profile is None or network.follow is None:
        raise Invalid(f"{account[:80]!r} is not an account on {network.name}.", field="account")
    if network.follow.url == "{account}" and not _meant():
        return _shown("hop/copy.html", network, Content(profile))  # anywhere at all: for a feed reader, to copy
    if not network.follow.remote:
        return _to(profile)
    return _server(network, Content(profile), account=account)


def _network(key: str) -> Network:
    network: Network | None = services().networks.get(key)
    if network is None:
        raise NotFound(f"There is no network {key[:40]!r}.", code="unknown_network", field="network")
    return network


def _to(address: str) -> Response:
    """Redirect with 303: whatever came in, the browser goes there with GET (RFC 9110 §15.4.4)."""
    response = dress(make_response(redirect(address, code=303)), "page")
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _content() -> Content:
    """Read what is shared; without ``url`` it is the page the visitor came from."""
    asking_site(request.args.get("site", ""))
    url = request.args.get("url", "") or _came_from()
    text = request.args.get("text", "")
    if not url:
        raise Invalid("Say which page to share, as url=https://…", field="url")
    if len(text) > LONGEST_TEXT:
        raise Invalid(f"The text is longer than {LONGEST_TEXT} characters.", field="text")
    return Content(web_address(url), text)


def _came_from() -> str:
    """Return the page of the Referer header, unless it is one of ours or an origin only (RFC 9110 §10.1.3)."""
    address = request.headers.get("Referer", "")
    origin = origin_of(address)
    return "" if origin in ("", services().settings.base_url) else address


def _words() -> Words:
    catalog, tag = services().catalog, request.args.get("lang", "")
    words: Words = catalog.words(tag) if tag else catalog.best(request.headers.get("Accept-Language", ""))
    return words


def _shown(template: str, network: Network, content: Content, status: int = 200, **values: Any) -> Response:
    words = _words()
    return page(
        template,
        status,
        words=words,
        network=network,
        network_icon=icon(network),
        url=content.url,
        text=content.text,
        others=_others(network, content, words),
        **values,
    )


def _others(network: Network, content: Content, words: Words) -> list[Way]:
    return other_ways(services().networks, network, content, words)


def _dead(network: Network) -> Response:
    """Say in one sentence that a network has closed, or never took shares; never a broken link."""
    farewell = network.share.farewell if network.share else f"{network.name} has no way to share a page."
    url = request.args.get("url", "")
    content = Content(web_address(url) if url else "", request.args.get("text", "")[:LONGEST_TEXT])
    return _shown("hop/dead.html", network, content, 410 if network.dead else 404, farewell=farewell)


def _action(network: Network, content: Content) -> Response:
    action = network.share.action if network.share else None
    drawn = Markup(qr_svg(content.url)) if action == "qr" else Markup("")
    app = intent(network, content) if network.share and network.share.phone else ""
    return _shown(PAGES.get(action or "native", PAGES["native"]), network, content, qr=drawn, app=app)


# --- which server? ---


def _server(network: Network, content: Content, account: str = "") -> Response:
    """Ask for the visitor's server; with an answer, find where one shares or follows there and go."""
    given = request.args.get("server", "").strip()
    if not given or not _meant():
        return _asked(network, content, account, server=given or request.cookies.get(_cookie_name(), ""))
    try:
        address = _found(network, given, content, account)
    except (FetchFailed, Invalid, NotFound) as problem:
        return _asked(network, content, account, server=given, problem=problem)
    response = _to(address)
    if request.args.get("remember"):
        _remember(response, given)
    return response


def _meant() -> bool:
    """Return whether the visitor chose the server or feed on our page or on a site's, and not some page for them.

    Otherwise a link on any page could send people through our name to a host of its choice: they get the form, filled
    in, instead. Browsers say where a click was made (Fetch Metadata §2.3); what is not said is a program.
    """
    if request.headers.get("Sec-Fetch-Site", "none") in ("none", "same-origin"):
        return True
    site = asking_site(request.args.get("site", ""))
    origin = origin_of(request.headers.get("Referer", ""))
    return site is not None and bool(origin) and may_ask(site, origin)


def _found(network: Network, given: str, content: Content, account: str) -> str:
    built = services()
    built.limits.hit(LOOKUPS, client_address())
    servers = Servers(built.http, built.cache, allow=built.settings.http_allow)
    if account:
        return servers.follow_address(given, account)
    return servers.share_address(given, content, network=network.key)


def _asked(
    network: Network, content: Content, account: str, *, server: str, problem: Problem | None = None
) -> Response:
    names = ("account", "lang") if account else ("url", "text", "site", "lang")
    hidden = {name: request.args[name] for name in names if request.args.get(name)}
    if not account:
        hidden["url"] = content.url
    response = _shown(
        "hop/server.html",
        network,
        content,
        problem.status if problem else 200,
        action=request.path,
        hidden=hidden,
        server=server[:253],
        error=_said(problem, server) if problem else "",
        remembered=bool(request.args.get("remember") or request.cookies.get(_cookie_name())),
        following=account,
    )
    return _going_on(response)


def _going_on(response: Response) -> Response:
    """Let the form lead to a server elsewhere: Chromium holds redirects after a form to `form-action` too.

    https://www.w3.org/TR/CSP3/#directive-form-action leaves redirects open; Chromium blocks them.
    """
    schemes = "https:" if services().settings.production else "https: http:"
    policy = response.headers["Content-Security-Policy"]
    response.headers["Content-Security-Policy"] = policy.replace(
        "form-action 'self'", f"form-action 'self' {schemes}"
    )
    return response


def _said(problem: Problem, server: str) -> str:
    """Return the sentence for the field, in the visitor's language."""
    words = _words()
    if isinstance(problem, Invalid):
        return words.text("server_bad")
    name = {"no_share_page": "server_unknown", "no_follow_page": "server_no_follow"}.get(problem.code)
    return words.text(name or "server_unreachable", server=server[:253])


def _cookie_name() -> str:
    return f"__Host-{COOKIE}" if services().settings.base_url.startswith("https:") else COOKIE


def _remember(response: Response, server: str) -> None:
    response.set_cookie(
        _cookie_name(),
        server[:253],
        max_age=REMEMBERED_SECONDS,
        secure=_cookie_name().startswith("__Host-"),
        httponly=True,
        samesite="Lax",
    )
