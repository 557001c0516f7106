"""The application factory: settings, plug-ins, services, routes, commands, error pages."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click
from flask import Flask

from core import log, memory, plugins, web
from core.bodies import Bodies
from core.errors import Misconfigured
from core.jobs import Handler
from core.kept import Kept
from core.services import Services
from core.settings import Settings, check_production, load, with_key
from networks import BUILT_IN as NETWORKS
from networks import Networks
from networks.parts import Network
from widgets import BUILT_IN as WIDGETS
from widgets import Widgets
from widgets.base import Widget
from widgets.words import Catalog

ROOT = Path(__file__).resolve().parent
# When jobs are put by themselves: cron, UTC. Housekeeping is hourly, not on the hour, when everybody else's is.
SCHEDULES = {
    "events.trim": "17 * * * *",
    "limits.clear": "47 * * * *",
    "login.sweep": "27 * * * *",
    "accounts.renew": "7 * * * *",
    "feeds.due": "* * * * *",
    "feeds.reap": "37 * * * *",
    "webhooks.tend": "*/5 * * * *",
    "webhooks.sweep": "7 * * * *",
    "notices.spread": "* * * * *",
    "notices.sweep": "57 * * * *",
}


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application; without settings they are read from the environment and ``handbill.toml``.

    A server that starts this way with unsound settings stops with one sentence, not a traceback.
    """
    app = Flask("handbill", root_path=str(ROOT), static_folder="static", template_folder="templates")
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    try:
        built = _services(settings)
        _check(app, built.settings, given=settings is not None)
    except Misconfigured as exc:
        if settings is not None:
            raise
        sys.exit(f"Handbill cannot start. {exc.message}")
    if settings is None:
        log.configure(built.settings)
        memory.give_back_early()
    web.install(app, built)
    _routes(app)
    kept = Kept(Bodies(app.wsgi_app), stamp=lambda path, query: _version(built, path, query))
    app.wsgi_app = kept  # type: ignore[method-assign]  # Flask's documented way to wrap itself
    from commands import add_commands

    add_commands(app)
    return app


def _services(settings: Settings | None) -> Services:
    networks = plugins.load("handbill.networks", Network, frozenset(n.key for n in NETWORKS))
    widgets = plugins.load("handbill.widgets", Widget, frozenset(w.key for w in WIDGETS))
    known = Networks(NETWORKS + networks.values)
    settings = with_key(settings or load(os.environ, Path("handbill.toml"), known.credentials))
    return Services(
        settings=settings,
        networks=known.called(lambda key: settings.credential(key, "NAME")),
        widgets=Widgets(WIDGETS + widgets.values),
        catalog=Catalog(),
        failures=networks.failures + widgets.failures,
        make_media=_media,
        make_previews=_previews,
        make_cards=_cards,
        login_words=Catalog(ROOT / "login" / "languages"),
        make_logins=_logins,
        make_accounts=_accounts,
        make_feeds=_feeds,
        handlers=_handlers(),
        schedules=SCHEDULES,
        looks=_looks,
    )


def _handlers() -> dict[str, Handler]:
    """Return what does each kind of job. Their modules must import little: what a job needs it imports itself."""
    from core.housekeeping import clear_limits, sweep_notices, trim_events
    from core.notice_jobs import handlers as notice_handlers
    from feeds.jobs import HANDLERS as FEEDS
    from feeds.notices import TELLERS as OF_FEEDS
    from feeds.webhook_jobs import HANDLERS as WEBHOOKS
    from login.jobs import renew_accounts, sweep, tell_logout
    from login.notices import TELLERS as OF_LOGINS
    from og.refresh import REFRESH, refresh

    own = {**notice_handlers({**OF_LOGINS, **OF_FEEDS}), "notices.sweep": sweep_notices}
    own |= {"events.trim": trim_events, "limits.clear": clear_limits, "accounts.renew": renew_accounts}
    return {**own, **FEEDS, **WEBHOOKS, REFRESH: refresh, "login.sweep": sweep, "login.tell_logout": tell_logout}


def _looks() -> tuple[object, ...]:
    from feeds.doctor import LOOKS as OF_FEEDS
    from login.doctor import LOOKS as OF_LOGINS
    from og.doctor import LOOKS as OF_PICTURES

    return (*OF_LOGINS, *OF_FEEDS, *OF_PICTURES)


def _previews(services: Services) -> object:
    from og.previews import previews_of

    return previews_of(services)


def _cards(services: Services) -> object:
    from og.cards import cards_of
    from og.text import use_fonts

    settings = services.settings
    use_fonts([*map(Path, settings.fonts), settings.data / "fonts"])
    return cards_of(services)


def _logins(services: Services) -> object:
    from login.service import Logins

    return Logins(services)


def _accounts(services: Services) -> object:
    from login.renewing import AccountTokens

    return AccountTokens(services)


def _version(services: Services, path: str, query: str) -> str | None:
    """Return the version of the feed that an address shows, None where it shows none (`core.kept`)."""
    if "/feed" not in path:
        return None
    from feeds.stamp import stamp  # at first use: it brings the database

    return stamp(services.database, path, query)


def _feeds(services: Services) -> object:
    from feeds.service import feeds_of

    return feeds_of(services)


def _media(services: Services) -> object:
    from og.media import media_of  # at first use: it brings the whole HTTP client

    return media_of(services)


def _check(app: Flask, settings: Settings, *, given: bool) -> None:
    """Hold a server to the rules of production. A command is not a server: most need no secret."""
    if click.get_current_context(silent=True) is not None and not given:
        return
    for warning in check_production(settings):
        app.logger.warning(warning)
    app.config["HANDBILL_CHECKED"] = True


def _routes(app: Flask) -> None:
    from core.routes import blueprint as health
    from embed.routes_cards import blueprint as cards_page
    from embed.routes_check import blueprint as check_page
    from embed.routes_clicks import blueprint as clicks
    from embed.routes_hop import blueprint as hop
    from embed.routes_kit import blueprint as kit
    from embed.routes_oembed import blueprint as oembed
    from embed.routes_pages import blueprint as pages
    from embed.routes_widgets import blueprint as widgets
    from og.routes_cards import blueprint as cards
    from og.routes_check import blueprint as check
    from og.routes_media import blueprint as media
    from og.routes_previews import blueprint as previews
    from og.routes_tags import blueprint as tags

    for blueprint in (health, kit, widgets, hop, clicks, pages, media, previews, check, check_page):
        app.register_blueprint(blueprint)
    for blueprint in (cards, cards_page, tags, oembed):
        app.register_blueprint(blueprint)
    from feeds.routes_feeds import blueprint as feeds
    from feeds.routes_webhooks import blueprint as webhooks

    app.register_blueprint(feeds)
    app.register_blueprint(webhooks)
    _login_routes(app)


def _login_routes(app: Flask) -> None:
    from login.routes_account import blueprint as account
    from login.routes_authorize import blueprint as authorize
    from login.routes_connect import blueprint as connect
    from login.routes_logout import blueprint as logout
    from login.routes_oauth import blueprint as oauth
    from login.routes_popup import blueprint as popup
    from login.routes_start import blueprint as start
    from login.routes_upstream import blueprint as upstream

    for blueprint in (authorize, oauth, popup, start, upstream, logout, account, connect):
        app.register_blueprint(blueprint)
