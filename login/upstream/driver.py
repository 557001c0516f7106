"""Drive a login with any network: begin it, and finish it when the browser is back.

    address = begin(logins, network, start)                     # the browser goes there
    profile, attempt = finish(logins, network, fields, browser, server)

What a network is asked and who it says somebody is, its flow knows; here is what holds for all of them: whose
credentials are used, where they come back to, and that each attempt is good once (`login.attempts`).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from core.errors import FetchFailed
from login.problems import LoginFailed
from login.upstream.door import Client, Door, Flow
from login.upstream.servers import Servers

if TYPE_CHECKING:
    from login.apps import App
    from login.attempts import Attempt, Start
    from login.service import Logins
    from login.upstream.keeping import Kept
    from networks.oauth import Login, Profile
    from networks.parts import Network

log = logging.getLogger(__name__)
Scopes = tuple[str, ...]
# What networks and their users read of us where a client is registered on the way.
NAME = "Handbill"
# What stands in an attempt's ``extra`` where it was begun with a site's own application: its name.
APP = "app"


def begin(logins: Logins, network: Network, start: Start) -> str:
    """Begin an attempt and return the address to send the browser to. ``start.server`` is what was typed."""
    app = logins.apps.of(network, start.site_key)
    if app is None:
        raise LoginFailed("network_off")
    door, flow = door_of(logins, network, app), flow_of(logins, _login(network))
    try:
        prepared = flow.prepare(door, start.server)
        door = flow.at(door, prepared.server)
        extra = {**start.extra, **prepared.extra, **({APP: app.name} if app.name else {})}
        begun = logins.attempts.begin(replace(start, server=prepared.server, extra=extra))
        return door.checked(flow.address(door, prepared, begun))
    except FetchFailed as exc:
        raise _told(network, LoginFailed("network_failed", exc.message)) from exc
    except LoginFailed as exc:
        raise _told(network, exc) from exc


def take(logins: Logins, network: Network, fields: Mapping[str, str], browser: str, server_id: str) -> Attempt:
    """Return the attempt that came back, and end it. Raises LoginFailed for none, or one of another callback."""
    login = _login(network)
    named = login.flow == "oauth2" and login.servers
    if named != bool(server_id):
        raise LoginFailed("attempt_over")
    server = servers_of(logins).server_of(network.key, server_id) if server_id else ""
    return logins.attempts.take(fields.get("state", ""), browser, network.key, server)


def finish(logins: Logins, network: Network, attempt: Attempt, fields: Mapping[str, str]) -> Profile:
    """Return who it is. Raises LoginFailed, in words for the person; the log says more, without secrets."""
    flow = flow_of(logins, _login(network))
    try:
        app = begun_with(logins, network, attempt)
        return app.marked(flow.profile(flow.at(door_of(logins, network, app), attempt.server), attempt, fields))
    except FetchFailed as exc:
        raise _told(network, LoginFailed("network_failed", exc.message)) from exc
    except LoginFailed as exc:
        raise _told(network, exc) from exc


def keep(logins: Logins, network: Network, attempt: Attempt, fields: Mapping[str, str], needed: Scopes) -> Kept:
    """Return what the owner of an account agreed to, with tokens that last (`login.upstream.keeping`)."""
    from login.upstream.keeping import kept

    try:
        return kept(door_of(logins, network, begun_with(logins, network, attempt)), attempt, fields, needed)
    except LoginFailed as exc:
        if exc.code == "missing_scope":
            raise
        raise _told(network, exc) from exc


def begun_with(logins: Logins, network: Network, attempt: Attempt) -> App:
    """Return the application that an attempt was begun with. Raises LoginFailed where the site has another by now."""
    app = logins.apps.named(network, attempt.site_key, str(attempt.extra.get(APP, "")))
    if app is None:
        raise LoginFailed("attempt_over", "the site's credentials were changed meanwhile")
    return app


def door_of(logins: Logins, network: Network, app: App) -> Door:
    """Return a network's door, with the credentials of an application of ours."""
    services, login = logins.services, _login(network)
    settings = services.settings
    return Door(
        key=network.key,
        login=login,
        client=Client(app.values.get("CLIENT_ID", ""), app.values),
        origin=settings.base_url,
        name=NAME,
        back=f"{settings.base_url}/login/{network.key}/callback",
        http=services.http,
        cache=services.cache,
        allow=settings.http_allow,
        signer=logins.keys.signer,
        directory=settings.atproto_directory,
        resolver=settings.atproto_resolver,
    )


def flow_of(logins: Logins, login: Login) -> Flow:
    """Return what drives a network of this kind."""
    if login.flow == "indieauth":
        from login.upstream.indieauth import IndieAuthFlow

        return IndieAuthFlow()
    if login.flow == "atproto":
        from login.upstream.atproto import AtprotoFlow

        return AtprotoFlow()
    if login.flow == "signed":
        from login.upstream.signed_fields import SignedFlow

        return SignedFlow()
    from login.upstream.oauth_client import OAuthFlow
    from login.upstream.servers import ServerFlow

    return ServerFlow(servers_of(logins)) if login.servers else OAuthFlow()


def servers_of(logins: Logins) -> Servers:
    """Return the servers that know us."""
    services = logins.services
    return Servers(services.database, services.vault, services.limits)


def _login(network: Network) -> Login:
    if network.login is None:
        raise LoginFailed("network_off")
    return network.login


def _told(network: Network, failure: LoginFailed) -> LoginFailed:
    """Say in the log why a login failed. The person reads plain words, not what a stranger's server said."""
    log.warning("a login failed", extra={"network": network.key, "problem": failure.code, "why": failure.message})
    return LoginFailed(failure.code)
