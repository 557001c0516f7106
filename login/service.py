"""Everything about logins that a process holds: built from the services once, found by `logins_of`."""

from __future__ import annotations

import logging
import time
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from core.errors import FetchFailed
from core.services import Services
from core.sites import Site
from login.apps import App, Apps
from login.attempts import Attempts
from login.claims import about
from login.grants import Grant, Grants
from login.id_tokens import LIFE, at_hash, hinted, session_name, signed
from login.keys import Keys
from login.marks import Marks
from login.people import People
from login.problems import LoginFailed
from login.requests import DONE, AuthRequest, read_text
from login.sessions import LoginSession, Sessions
from networks.oauth import Profile
from networks.parts import Network

if TYPE_CHECKING:
    from login.provider import Server


class Logins:
    """People, sessions, attempts, what was given out, and the provider that gives it."""

    def __init__(self, services: Services) -> None:
        database, vault = services.database, services.vault
        self.services = services
        self.sites = services.sites
        self.issuer = services.settings.base_url
        self.apps = Apps(services)
        self.people = People(database)
        self.sessions = Sessions(database)
        self.attempts = Attempts(database, vault)
        self.grants = Grants(database)
        self.keys = Keys(database, vault)
        self.marks = Marks(vault)

    @cached_property
    def server(self) -> Server:
        """The OpenID Provider."""
        # Authlib tells tokens and verifiers at DEBUG: they have no place in any log.
        logging.getLogger("authlib").setLevel(logging.INFO)
        from login.provider import Server

        return Server(self)

    # --- who may log in with what ---

    def offered(self, site: Site | None) -> tuple[Network, ...]:
        """Return the networks that one can log in with: the site's choice in its order, else all of the server's."""
        key = site.key if site else ""
        apps = {name: self.apps.of(network, key) for name, network in self.services.networks.items()}
        usable = {name: app.network for name, app in apps.items() if app}
        chosen = site.options.login_networks if site else ()
        return tuple(usable[key] for key in chosen if key in usable) if chosen else tuple(usable.values())

    def usable(self, network: Network, site_key: str = "") -> bool:
        """Return whether people can be logged in with a network: it is known how, and there is an application."""
        return self.apps.of(network, site_key) is not None

    def accepts(self, site: Site | None, profile: Profile) -> bool:
        """Return whether a site takes it from this account who somebody is; without a site, whether we do ourselves.

        Its network is one that the site has chosen, and it came by the application that is used for the site: one is
        as good as whoever holds its secret, and other sites have not chosen that one.
        """
        network = self.services.networks.get(profile.network)
        chosen = site.options.login_networks if site else ()
        if network is None or (chosen and network.key not in chosen):
            return False
        app = self.apps.of(network, site.key if site else "") or App(network, {})
        return app.vouches(profile.issuer)

    # --- requests on their way ---

    def onward(self, request: str, session: LoginSession) -> str:
        """Return where a request goes on when somebody has logged in for it."""
        text = read_text(request).text
        mark = self.marks.make("done", session.token, text)
        return f"/oauth/authorize?{text}&{urlencode({DONE: mark})}"

    def done(self, asked: AuthRequest, mark: str, session: LoginSession | None) -> bool:
        """Return whether somebody has logged in, or chosen the account, for this very request."""
        return session is not None and self.marks.fits(mark, "done", session.token, asked.text)

    # --- what sites are told ---

    def subject(self, person_id: str, site: Site) -> str:
        """Return what a site knows a person as."""
        return self.people.subject(person_id, site.key, site.options.login_subject)

    def claims(self, grant: Grant, site: Site, scope: str) -> dict[str, Any]:
        """Return what a scope lets a site know. Raises LoginFailed where the account was deleted meanwhile."""
        account = self.people.account(grant.account_id)
        if account is None:
            raise LoginFailed("attempt_over")
        return about(account, scope, self.subject(grant.person_id, site), self._picture)

    def id_token(self, site: Site, grant: Grant, scope: str, access_token: str, nonce: str, page: str = "") -> str:
        """Return a signed ID token. The protocol's claims come last: nothing a network says can change them.

        ``page`` is the origin of the page that asked for it by itself, to be told as ``origin``.
        """
        now = int(time.time())
        claims = {
            **self.claims(grant, site, scope),
            "iss": self.issuer,
            "aud": site.client_id,
            "iat": now,
            "exp": now + LIFE,
            "auth_time": int(grant.auth_time.timestamp()),
            "at_hash": at_hash(access_token),
            "sid": session_name(grant.session_id, site.key),
        }
        bound = {name: value for name, value in (("nonce", nonce), ("origin", page)) if value}
        return signed(self.keys.signer(site.options.login_algorithm), claims | bound)

    def hinted(self, token: str) -> dict[str, Any] | None:
        """Return the claims of one of our own ID tokens; None for any other."""
        return hinted(token, self.keys, self.issuer) if token else None

    def _picture(self, url: str, width: int) -> str:
        try:
            return self.issuer + str(self.services.media.address(url, width))
        except FetchFailed:
            return ""  # an address that would never be fetched


def logins_of(services: Services) -> Logins:
    """Return the logins of a process."""
    logins: Logins = services.logins
    return logins
