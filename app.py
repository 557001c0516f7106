"""The application factory: settings, plug-ins, services, routes, commands, error pages."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click
from flask import Flask

from core import log, memory, plugins, web
from core.errors import Misconfigured
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
    app.wsgi_app = Kept(app.wsgi_app)  # type: ignore[method-assign]  # Flask's documented way to wrap itself
    from commands import add_commands

    add_commands(app)
    return app


def _services(settings: Settings | None) -> Services:
    networks = plugins.load("handbill.networks", Network, frozenset(n.key for n in NETWORKS))
    widgets = plugins.load("handbill.widgets", Widget, frozenset(w.key for w in WIDGETS))
    settings = settings or load(os.environ, Path("handbill.toml"))
    return Services(
        settings=with_key(settings),
        networks=Networks(NETWORKS + networks.values),
        widgets=Widgets(WIDGETS + widgets.values),
        catalog=Catalog(),
        failures=networks.failures + widgets.failures,
        make_media=_media,
    )


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
    from embed.routes_check import blueprint as check_page
    from embed.routes_clicks import blueprint as clicks
    from embed.routes_hop import blueprint as hop
    from embed.routes_kit import blueprint as kit
    from embed.routes_pages import blueprint as pages
    from embed.routes_widgets import blueprint as widgets
    from og.routes_check import blueprint as check
    from og.routes_media import blueprint as media
    from og.routes_previews import blueprint as previews

    for blueprint in (health, kit, widgets, hop, clicks, pages, media, previews, check, check_page):
        app.register_blueprint(blueprint)
