"""`/widgets/…`: each widget as data, as a fragment of HTML, and as a page of its own for iframes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, current_app, jsonify, make_response, render_template, request
from markupsafe import Markup

from core.errors import NotFound
from core.web import asking_site, dress, services, share_with
from embed.fragments import attributes, label, with_links
from embed.routes_kit import kit
from widgets.base import Context, Options, Widget, parse

if TYPE_CHECKING:
    from core.sites import Site

blueprint = Blueprint("widgets", __name__)


@blueprint.get("/widgets/<widget>.json")
def data(widget: str) -> Response:
    """Answer with a widget's data, as the script reads it."""
    found, options, context, hints = _asked(widget)
    content = found.data(options, context)
    if hints:
        content["hints"] = [*content.get("hints", []), *hints]
    response = share_with(jsonify(content), context.site)
    response.add_etag()
    response.make_conditional(request)
    return dress(response, "counted" if context.clicks else "fragment")


@blueprint.get("/widgets/<widget>.html")
def fragment(widget: str) -> Response:
    """Answer with a widget's HTML: real links that work without scripts."""
    found, options, context, _hints = _asked(widget)
    response = share_with(make_response(render(found, options, context, request.args)), context.site)
    return dress(response, "counted" if context.clicks else "fragment")


@blueprint.get("/widgets/<widget>/frame")
def frame(widget: str) -> Response:
    """Answer with a page that holds one widget, for iframes. It reads no cookie."""
    found, options, context, _hints = _asked(widget)
    body = render_template(
        "widgets/frame.html",
        widget=found,
        fragment=render(found, options, context, request.args),
        words=context.words,
        theme=options.theme,
        version=kit.newest("1"),
        site=options.site,
    )
    origins = " ".join(context.site.origins) if context.site else "*"
    return dress(make_response(body), "frame", ancestors=f"'self' {origins}".strip())


def _asked(key: str) -> tuple[Widget, Options, Context, list[str]]:
    """Read which widget is asked for, by whom, with which options."""
    built = services()
    widget = built.widgets.get(key)
    if widget is None:
        raise NotFound(f"There is no widget {key[:40]!r}.", field="widget")
    options, hints = parse(widget.options, request.args, built.networks)
    site = asking_site(options.site)
    tag = options.lang
    words = built.catalog.words(tag) if tag else built.catalog.best(request.headers.get("Accept-Language", ""))
    return widget, options, Context(built.networks, words, built.settings.base_url, site, _counter(site)), hints


def _counter(site: Site | None) -> Any:
    if site is None or not site.options.clicks:
        return None
    from widgets.clicks import Clicks  # at first use: it brings the database

    return lambda url: Clicks(services().database).of(site, url)


def render(widget: Widget, options: Options, context: Context, given: Mapping[str, str]) -> Markup:
    """Return a widget's HTML; ``given`` are the attributes as they are to stand on the element."""
    values = with_links(widget.data(options, context), options, context)
    words = values["words"]
    values.update(options=options, attributes=attributes(options, given), label=lambda button: label(button, words))
    if widget.source:
        return Markup(current_app.jinja_env.from_string(widget.source).render(**values))
    return Markup(render_template(f"widgets/{widget.key}.html", **values))
