"""Our own pages: home with a live demo, the builder, the API's description."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, redirect, render_template, request
from markupsafe import Markup

from core.addresses import origin_of
from core.errors import Invalid, NotFound
from core.web import dress, page, services
from embed.builder import Form, form, read, refuse
from embed.fragments import with_links
from embed.pages import halves, language_names, network_rows
from embed.routes_kit import kit
from embed.routes_widgets import context_of, offered, render
from embed.snippet import Tab, links, snippets
from widgets.base import Context, Options, Widget, parse
from widgets.card import player_origins
from widgets.share import ShareOptions

blueprint = Blueprint("pages", __name__)
NEWEST = "1"
# What the home page shows; an address that is nobody's (RFC 2606 §3), so that trying it harms nobody.
DEMO_SHARE = {"networks": "facebook mastodon bluesky email copy", "url": "https://example.org/"}
DEMO_FEED = {"layout": "carousel", "count": "12"}
DEMO_CARD = {"layout": "list"}  # of this very page, so that it needs no other server
DEMO_REPLIES = {"count": "5"}  # about this very page, and made up (feeds/sample_conversation.py)
DEMO_LOGIN = {"networks": "developer mastodon"}
DEMO_FOLLOW = {"accounts": "mastodon:@handbill@example.social bluesky:example.org github:example youtube:@example"}


@dataclass(frozen=True)
class Item:
    """An entry of the navigation."""

    href: str
    label: str


NAV = (Item("/builder", "Builder"), Item("/check", "Check"), Item("/cards", "Cards"), Item("/docs", "API"))


@blueprint.app_context_processor
def _every_page() -> dict[str, Any]:
    versions = kit.versions
    return {"nav": NAV, "here": request.path, "version": versions[-1] if versions else "", "site_key": _site_key()}


def _site_key() -> str:
    """Return the demo site's key, which `make run` registered for our own pages; a public server has none."""
    built = services()
    if built.settings.production:
        return ""
    return next((s.key for s in built.sites.all() if s.allows_origin(built.settings.base_url)), "")


@blueprint.get("/")
def home() -> Response:
    """Say what this is, with the snippet and the widgets alive."""
    built = services()
    pasted = {"networks": DEMO_SHARE["networks"]}
    options, _ = parse(ShareOptions, {**pasted, "site": _site_key()}, built.networks)
    tabs = _tabs(built.widgets["share"], pasted, options, "")
    return page(
        "home.html",
        snippet=tabs[0],
        share=_widget("share", DEMO_SHARE),
        follow=_widget("follow", DEMO_FOLLOW),
        login=_login(),
        card=_widget("card", {"href": built.settings.base_url + "/", **DEMO_CARD}),
        feed=_feed(),
        replies=_replies(),
        halves=halves(network_rows(built.networks.values(), built.catalog.words("en"))),
        languages=built.catalog.languages,
    )


@blueprint.get("/builder")
def builder() -> Response:
    """Let an owner choose, and see the buttons and the code at once. Works as a plain form."""
    built = services()
    logins = [network.key for network in offered(None)]
    asked = read(request.args.items(multi=True), built.widgets, built.networks, _site_key(), logins)
    drawn, result = _result(form(asked, built.networks, logins))
    values = {
        "form": drawn,
        **result,
        "tab": asked.tab,
        "widgets": built.widgets,
        "languages": language_names(built.catalog),
    }
    if request.args.get("fragment"):
        response = current_app.make_response(render_template("_builder_live.html", **values))
        return dress(response, "page")
    frames = " ".join(player_origins()) if asked.widget.key in ("card", "feed") else ""
    media = (
        "https:" if asked.widget.key in ("card", "feed") else ""
    )  # after a click; from whichever host a post's film is on
    return page("builder.html", frames=frames, media=media, **values)


@blueprint.get("/docs")
def docs() -> Response:
    """Show the API's description to people."""
    return page("docs.html", document=_document())


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """Answer with the API's description for programs."""
    response = jsonify(_document())
    response.headers["Access-Control-Allow-Origin"] = "*"
    return dress(response, "api")


@blueprint.get("/favicon.ico")
def favicon() -> Response:
    """Send old browsers to the mark; the pages name it themselves."""
    return dress(current_app.make_response(redirect("/static/favicon.svg", code=301)), "page")


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Keep search engines off what is not a page."""
    lines = "User-agent: *\nDisallow: /widgets/\nDisallow: /share/\nDisallow: /follow/\nDisallow: /api/\n"
    lines += "Disallow: /cards/\n"
    return Response(lines, content_type="text/plain; charset=utf-8")


def _document() -> dict[str, Any]:
    from embed.openapi import document  # it knows every part, and is asked for seldom

    built = services()
    return document(built.widgets, built.settings.base_url, kit.newest(NEWEST))


def _context(lang: str = "", site_key: str = "") -> Context:
    built = services()
    site = built.sites.by_key(site_key) if site_key else None
    return context_of(site, built.catalog.words(lang or "en"))


def _feed() -> Markup:
    """Return the sample feed, which `make run` registered beside the demo site; a public server has none."""
    from feeds.sample import sample_of

    built, site = services(), _site_key()
    feed = sample_of(built, site) if site else ""
    if not feed:
        return Markup("")
    given = {"feed": feed, **DEMO_FEED}
    widget, context = built.widgets["feed"], _context()
    options, _ = parse(widget.options, given, built.networks)
    return render(widget, options, context, given, {**widget.data(options, context), "styled": True})


def _replies() -> Markup:
    """Return the sample answers to this page, which are there where `make run` made the demo site."""
    built = services()
    if not _site_key():
        return Markup("")
    given = {"href": built.settings.base_url + "/", **DEMO_REPLIES}
    widget, context = built.widgets["replies"], _context()
    options, _ = parse(widget.options, given, built.networks)
    return render(widget, options, context, given, widget.data(options, context))


def _login() -> Markup:
    """Return log-in buttons that work at once, as the demo site's; a public server has none to show."""
    key = _site_key()
    site = services().sites.by_key(key)
    return _widget("login", {"site": key, **DEMO_LOGIN}) if site and site.public and site.return_to else Markup("")


def _widget(key: str, given: dict[str, str]) -> Markup:
    built = services()
    options, _ = parse(built.widgets[key].options, given, built.networks)
    return render(built.widgets[key], options, _context(site_key=options.site), given)


def _result(drawn: Form) -> tuple[Form, dict[str, Any]]:
    """Return the form, and what it makes: the widget alive, and its code."""
    if drawn.empty:
        return drawn, {}
    widget, options, attributes = drawn.asked.widget, drawn.options, drawn.attributes
    context = _context(options.lang, options.site)
    try:
        content = widget.data(options, context)
    except (Invalid, NotFound) as exc:
        return refuse(drawn, exc), {}
    seen = {**attributes, "site": options.site} if widget.key == "login" else attributes
    return drawn, {
        "preview": render(widget, options, context, seen, content),
        "note": content.get("error", {}).get("message", ""),
        "tabs": _tabs(widget, attributes, options, options.site),
    }


def _tabs(widget: Widget, attributes: Mapping[str, str], options: Options, site_key: str) -> list[Tab]:
    """Return the snippet's forms, its links as the widget's own data has them, in the language chosen."""
    version = kit.newest(NEWEST)
    written = kit.integrity(version)
    hashes = {name: str(file["integrity"]) for name, file in written["files"].items()}
    key = site_key or _site_key() or "YOUR_KEY"
    context = _context(options.lang, options.site)
    data = with_links(widget.data(options, context), options, context)
    if widget.reads and context.reader and context.reader().expires:
        data.pop("picture", None)  # its address would end before the page is read
    shown = links(data, page_known=not isinstance(options, ShareOptions) or bool(options.url))
    files = " ".join(data.get("files", ()))
    frames = " ".join(data.get("frames", ())) or origin_of(data.get("player", {}).get("src", ""))
    base_url, bundles = context.base_url, written["bundles"]
    if data.get("post"):
        bundles = bundles | {"card": bundles.get("card_post", bundles["card"])}
    return snippets(widget.key, attributes, shown, key, base_url, version, hashes, bundles, frames, files)
