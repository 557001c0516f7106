"""Our applications at networks: the server's own, and those that sites bring.

    app = logins.apps.of(network, site_key)         # the site's own before the server's; None where there is neither
    app = logins.apps.named(network, site_key, name)  # the one with which something was begun, or None

What was begun with one application is finished, renewed and given back with the same. Where a network's ids of
people hold within one application, or its holder can say who anybody is (`networks.oauth.Login.per_app`), an account
that came by a site's own is kept apart: its issuer says so, behind a ``#``, which no issuer has (RFC 8414 §2). What
came by the server's own application has the issuer as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from core.errors import Invalid
from core.site_credentials import Own, SiteCredentials, Values

if TYPE_CHECKING:
    from core.services import Services
    from networks.oauth import Login, Profile
    from networks.parts import Network

MARK = "#app="
# The flows that lead to the network and back; each is a module of `login.upstream`.
UPSTREAM = frozenset({"oauth2", "indieauth", "atproto", "signed"})


@dataclass(frozen=True)
class App:
    """Us as a client of a network. ``name`` tells a site's own application from others; "" is the server's."""

    network: Network
    values: Mapping[str, str] = field(repr=False)
    name: str = ""

    @property
    def mark(self) -> str:
        """What stands behind the issuer of accounts that came by this application."""
        login = self.network.login
        return MARK + quote(self.name, safe="") if self.name and login and login.per_app else ""

    def marked(self, profile: Profile) -> Profile:
        """Return a profile whose account is told from those of other applications."""
        return replace(profile, issuer=profile.issuer + self.mark) if self.mark else profile

    def vouches(self, issuer: str) -> bool:
        """Return whether an account of this issuer may be one that this application logs in."""
        login = self.network.login
        if login is None:
            return False
        if login.per_app:
            return issuer.partition(MARK)[1:] == self.mark.partition(MARK)[1:]
        if not any(f"{{{item.suffix}}}" in login.issuer for item in login.credentials):
            return True
        chosen = login.issuer
        for name, value in self.values.items():
            chosen = chosen.replace(f"{{{name}}}", value)
        return chosen.rstrip("/") == issuer.rstrip("/")


class Apps:
    """The applications of this server and its sites."""

    def __init__(self, services: Services) -> None:
        self._settings = services.settings
        self._networks: Mapping[str, Network] = services.networks
        self.store: SiteCredentials = services.site_credentials

    def of(self, network: Network, site_key: str = "") -> App | None:
        """Return what a network knows a site by: the site's own application, else the server's."""
        own = self.store.of(site_key).get(network.key)
        return self._server(network) if own is None else self._own(network, own)

    def named(self, network: Network, site_key: str, name: str) -> App | None:
        """Return the application with which something was begun; None where it is gone, or another by now."""
        own = self.store.of(site_key).get(network.key)
        found = (self._own(network, own) if own else None, self._server(network))
        return next((app for app in found if app and app.name == name), None)

    def all(self, network: Network) -> Iterator[App]:
        """Yield the server's application at a network and those of all sites, each once."""
        seen = set()
        for app in (self._server(network), *(self._own(network, own) for own in self.store.at(network.key))):
            if app is not None and app.name not in seen:
                seen.add(app.name)
                yield app

    def check_own(self, network: Network, site_key: str, values: Values) -> None:
        """Raise Invalid for an application that the server or another site has here with other secrets.

        Only where its secret is what proves to us that a message is the network's: any other network looks itself.
        """
        login = network.login
        if login is None or not (login.flow == "signed" or login.signed_requests):
            return
        name, secret = name_of(login, values), next(item.suffix for item in login.credentials if item.secret)
        if not name:
            raise Invalid(f"{secret} must begin with the number of its application and a colon.", field=secret)
        served = self._server(network)
        known = {"the server": served.values} if served else {}
        known |= {f"the site {own.site_key}": own.values for own in self.store.at(network.key)}
        known.pop(f"the site {site_key}", None)
        for whose, theirs in known.items():
            if theirs and name == name_of(login, theirs) and not _same_secrets(login, values, theirs):
                text = f"{whose.capitalize()} has this application with another secret. Change that one first."
                raise Invalid(text, field=secret)

    def fault(self, own: Own) -> str:
        """Return why a site's own credentials, which open, cannot be used; "" where they can."""
        network = self._networks.get(own.network)
        if network is None:
            return "this server knows no such network; is its plug-in installed?"
        login = network.login
        if login is None or network.dead or (login.development and self._settings.production):
            return "nobody can log in with it here"
        missing = [item.suffix for item in login.credentials if not item.optional and not own.values.get(item.suffix)]
        if missing:
            return f"{' and '.join(missing)} is missing"
        if not name_of(login, own.values):
            return f"{login.app[0]} does not begin with the number of its application and a colon"
        return "" if self._own(network, own) else "this server has the same application, with another secret"

    def site_of(self, network: Network, issuer: str) -> str:
        """Return the key of a site that logs in accounts of this issuer by its own application; "" for none."""
        for own in self.store.at(network.key):
            app = self._own(network, own)
            if app is not None and app.vouches(issuer):
                return own.site_key
        return ""

    def _server(self, network: Network) -> App | None:
        login = network.login
        if login is None:
            return None
        values = {item.suffix: self._settings.credential(network.key, item.suffix) for item in login.credentials}
        return self._app(network, values, "")

    def _own(self, network: Network, own: Own) -> App | None:
        if network.login is None or not own.values:
            return None
        login, name, served = network.login, name_of(network.login, own.values), self._server(network)
        same = served is not None and name == name_of(login, served.values)
        if same and served and login.flow == "signed" and not _same_secrets(login, own.values, served.values):
            name = ""  # nobody but us would notice: whoever has made it up could sign for anybody
        if not name:
            return None  # and without a name it would pass for the server's
        return self._app(network, own.values, "" if same else name)

    def _app(self, network: Network, values: Mapping[str, str], name: str) -> App | None:
        """Return an application where this server knows how to use it, and has all that it takes."""
        login = network.login
        if login is None or network.dead or (login.development and self._settings.production):
            return None
        if login.flow != "form" and login.flow not in UPSTREAM:
            return None
        if not all(values.get(item.suffix) for item in login.credentials if not item.optional):
            return None
        given = {item.suffix: values.get(item.suffix, "") for item in login.credentials}
        return App(replace(network, name=given["NAME"]) if given.get("NAME") else network, given, name)


def _same_secrets(login: Login, one: Values, two: Values) -> bool:
    return all(one.get(item.suffix, "") == two.get(item.suffix, "") for item in login.credentials if item.secret)


def name_of(login: Login, values: Mapping[str, str]) -> str:
    """Return what tells an application from others: its id there, and its provider; nothing secret. "" for none."""
    secret = {item.suffix for item in login.credentials if item.secret}
    parts = [values.get(name, "") for name in login.app]
    return " ".join(
        part.rpartition(":")[0].partition(":")[0] if name in secret else part
        for name, part in zip(login.app, parts, strict=True)
    ).strip()
