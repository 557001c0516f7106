"""`/widgets/…`: each widget as data, as a fragment of HTML, and as a page of its own for iframes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from flask import (
    Blueprint,
    Response,
    after_this_request,
    current_app,
    jsonify,
    make_response,
    render_template,
    request,
)
from markupsafe import Markup

from core.addresses import origin_of
from core.errors import NotFound
from core.web import asking_site, client_address, dress, services, share_with
from embed.fragments import attributes, label, with_links
from embed.routes_kit import kit
from embed.routes_reader import PRIVATE, reader
from widgets.base import Context, Options, Widget, parse

if TYPE_CHECKING:
    from core.sites import Site
    from feeds.conversation import Conversation
    from feeds.show import Shown, ShownAuthor, ShownPost
    from networks.parts import Network
    from networks.records import Author, Post
    from widgets.page_reader import Reader
    from widgets.words import Words

blueprint = Blueprint("widgets", __name__)


@blueprint.get("/widgets/<widget>.json")
def data(widget: str) -> Response:
    """Answer with a widget's data, as the script reads it."""
    found, options, context, hints = _asked(widget)
    content = found.data(options, context)
    content = found.told(content, context) if found.told else content
    if hints:
        content["hints"] = [*content.get("hints", []), *hints]
    response = share_with(jsonify(content), context.site or _owner(options))
    response.add_etag()
    response.make_conditional(request)
    return _dressed(response, found, content, context)


@blueprint.get("/widgets/<widget>.html")
def fragment(widget: str) -> Response:
    """Answer with a widget's HTML: real links that work without scripts."""
    found, options, context, _hints = _asked(widget)
    content = found.data(options, context)
    response = make_response(render(found, options, context, request.args, content))
    response.add_etag()
    response.make_conditional(request)
    return _dressed(share_with(response, context.site or _owner(options)), found, content, context)


@blueprint.get("/widgets/<widget>/frame")
def frame(widget: str) -> Response:
    """Answer with a page that holds one widget, for iframes. It reads no cookie."""
    found, options, context, _hints = _asked(widget)
    content = {**found.data(options, context), "styled": True}
    body = render_template(
        "widgets/frame.html",
        widget=found,
        fragment=render(found, options, context, request.args, content),
        words=context.words,
        theme=options.theme,
        version=kit.newest("1"),
        site=options.site,
        sheets=content.get("sheets", (found.key,) if found.sheet else ()),
    )
    origins = " ".join(context.site.origins) if context.site else "*"
    response = make_response(body)
    if found.reads:
        response.headers["Cache-Control"] = PRIVATE  # no cache's key says on whose page it stands
    player = " ".join(content.get("frames", ())) or origin_of(content.get("player", {}).get("src", ""))
    files = " ".join(content.get("files", ()))  # films and sounds, from their own hosts, after a click
    return dress(response, "frame", ancestors=f"'self' {origins}".strip(), frames=player, media=files)


@blueprint.get("/widgets/login/client.json")
def login_client() -> Response:
    """Answer with what a page must know to log its visitors in by itself."""
    from widgets.login import client

    _widget, _options, context, _hints = _asked("login")
    return dress(share_with(jsonify(client(context)), context.site), "fragment")


def _dressed(response: Response, widget: Widget, content: Mapping[str, Any], context: Context) -> Response:
    """Put on the headers; what was made of other people's pages is kept for as long as it is good."""
    if widget.reads and context.reader:
        reader = context.reader()
        lifetime = reader.post_lifetime if "post" in content or "gone" in content else reader.lifetime
        response.headers["Cache-Control"] = "no-store" if "error" in content else lifetime
    elif widget.lifetime:
        response.headers["Cache-Control"] = "no-store" if content.get("waiting") else widget.lifetime
    return dress(response, "counted" if context.clicks else "fragment")


def _asked(key: str) -> tuple[Widget, Options, Context, list[str]]:
    """Read which widget is asked for, by whom, with which options."""
    built = services()
    widget = built.widgets.get(key)
    if widget is None:
        raise NotFound(f"There is no widget {key[:40]!r}.", field="widget")
    options, hints = parse(widget.options, request.args, built.networks)
    site = asking_site(options.site)
    tag = options.lang
    if not tag:
        after_this_request(_by_language)
    words = built.catalog.words(tag) if tag else built.catalog.best(request.headers.get("Accept-Language", ""))
    context = context_of(site, words, _counter(site))
    return widget, options, context, hints


def _by_language(response: Response) -> Response:
    """Tell caches that the words are those of the reader's browser (RFC 9110 §12.5.5)."""
    response.vary.add("Accept-Language")
    return response


def context_of(site: Site | None, words: Words, clicks: Callable[[str], Mapping[str, int]] | None = None) -> Context:
    """Return what the widgets of a site's page are made from, in a language."""
    built = services()
    return Context(
        built.networks,
        words,
        built.settings.base_url,
        site,
        clicks,
        reading(site),
        offered,
        shown_feed,
        conversation,
        show_post,
        show_author,
    )


def _owner(options: Options) -> Site | None:
    """Return the site whose pages alone may read a feed, where the caller named none."""
    built, feed = services(), getattr(options, "feed", "")
    return built.sites.by_key(built.feeds.find(feed).site_key) if feed else None


def shown_feed(feed: str, count: int, cursor: str, lang: str) -> Shown:
    """Return what is to be drawn of a feed."""
    from feeds.show import shown

    return shown(services(), feed, count, cursor, lang)


def conversation(href: str, posts: Sequence[str], count: int, site: Site | None) -> Conversation:
    """Return what is said about a page; on a laptop our home page has a sample."""
    built = services()
    if not built.settings.production and href == f"{built.settings.base_url}/":
        from feeds.sample_conversation import sample

        return sample(built, href)
    from feeds.replies import Conversations

    caller = client_address()
    found: Conversation = Conversations(built).of(href, posts=posts, site=site, count=count, caller=caller)
    return found


def show_post(post: Post, lang: str) -> ShownPost:
    """Return what is to be drawn of a post that stands in no feed."""
    from feeds.show import shown_post

    return shown_post(services(), post, lang)


def show_author(author: Author, network: str) -> ShownAuthor:
    """Return what is to be drawn of somebody on a network."""
    from feeds.show import shown_author

    return shown_author(services(), author, network)


def offered(site: Site | None) -> tuple[Network, ...]:
    """Return the networks that the visitors of a site can log in with."""
    found: tuple[Network, ...] = services().logins.offered(site)
    return found


def reading(site: Site | None) -> Callable[[], Reader]:
    """Return what makes this request's reader of pages, at first use."""
    return cache(lambda: reader(site))


def _counter(site: Site | None) -> Any:
    if site is None or not site.options.clicks:
        return None
    from widgets.clicks import Clicks  # at first use: it brings the database

    return lambda url: Clicks(services().database).of(site, url)


def render(
    widget: Widget,
    options: Options,
    context: Context,
    given: Mapping[str, str],
    content: dict[str, Any] | None = None,
) -> Markup:
    """Return a widget's HTML; ``given`` are the attributes as they are to stand on the element."""
    content = widget.data(options, context) if content is None else content
    values = with_links(content, options, context)
    words = values.get("words", {})
    values.update(options=options, attributes=attributes(options, given), label=lambda button: label(button, words))
    if widget.source:
        return Markup(current_app.jinja_env.from_string(widget.source).render(**values))
    return Markup(render_template(f"widgets/{widget.key}.html", **values))
