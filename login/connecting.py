"""Connecting the accounts whose posts a site may show: from the address that its owner opens to tokens that are kept.

    address = connecting.invite("instagram", "site-key")           # `accounts connect`
    to = connecting.begin(invitation, browser)                     # the owner goes to the network
    outcome = connecting.finish(network, attempt, fields, browser) # and is back: connected, or asked for a Page
    done = connecting.choose(attempt, page_id, browser)

The attempt that comes back to `/login/<network>/callback` says by ``extra["connect"]`` that it is one of these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from core.errors import Invalid, NotFound
from login.attempts import Attempt, Start
from login.invitations import Invitation, Invitations
from login.problems import LoginFailed
from login.upstream.driver import APP, begin, begun_with, door_of, keep
from login.upstream.keeping import for_keeping, revoke
from networks.accounts import Accounts, Connected, Tokens
from networks.oauth import Owned, Profile

if TYPE_CHECKING:
    from login.service import Logins
    from networks.parts import Network

# What stands in an attempt's ``extra``: the invitation's name.
MARK = "connect"
# Nobody scrolls through more; Meta gives a hundred at once.
MOST_PAGES = 100


@dataclass(frozen=True)
class Choice:
    """The owner has to say which of several. ``state`` names what waits for the answer."""

    state: str = field(repr=False)
    pages: tuple[Profile, ...] = ()


class Connecting:
    """Connects accounts, with the credentials and the stores of this server."""

    def __init__(self, logins: Logins) -> None:
        services = logins.services
        self._logins = logins
        self.invitations = Invitations(services.database)
        self.accounts = Accounts(services.database, services.vault)

    def network(self, key: str, site_key: str = "") -> Network:
        """Return a network as it is driven for a site. Raises NotFound and Invalid, with words for the operator."""
        found: Network | None = self._logins.services.networks.get(key)
        if found is None:
            raise NotFound(f"There is no network {key!r}.", code="unknown_network", field="network")
        if found.login is None or found.login.lasting is None or found.feed is None:
            known = ", ".join(self.possible())
            raise Invalid(f"{found.name} has no accounts to connect. There are: {known}.", field="network")
        if not self._logins.usable(found, site_key):
            names = " and ".join(f"HANDBILL_{key.upper()}_{item.suffix}" for item in found.login.credentials)
            raise Invalid(f"Set {names} first: what {found.name} knows this server by.", field="network")
        return for_keeping(found)

    def possible(self) -> tuple[str, ...]:
        """Return the networks that have accounts to connect."""
        known: Mapping[str, Network] = self._logins.services.networks
        return tuple(key for key, one in known.items() if one.login and one.login.lasting and one.feed)

    def invite(self, network: str, site_key: str) -> str:
        """Return the address that the owner of an account is to open, good once and for an hour."""
        if self._logins.sites.by_key(site_key) is None:
            raise NotFound("There is no site with this key.", code="unknown_site", field="site")
        found = self.network(network, site_key)
        return f"{self._logins.issuer}/accounts/connect/{self.invitations.invite(site_key, found.key)}"

    def begin(self, invitation: Invitation, browser: str) -> str:
        """Return where the owner's browser goes. Raises LoginFailed."""
        network = self._usable(invitation.network, invitation.site_key)
        self.invitations.begin(invitation, browser)
        extra = {MARK: invitation.hash}
        start = Start(network.key, browser, site_key=invitation.site_key, shown=True, extra=extra)
        return begin(self._logins, network, start)

    def finish(
        self, network: Network, attempt: Attempt, fields: Mapping[str, str], browser: str
    ) -> Connected | Choice:
        """Store what the owner agreed to, or ask which of several is meant. Raises LoginFailed."""
        network = self._usable(network.key, attempt.site_key)
        needed = network.feed.scopes if network.feed else ()
        kept = keep(self._logins, network, attempt, fields, needed)
        scopes = tuple(sorted(kept.granted)) if kept.granted is not None else needed
        if kept.owned is None:
            return self._store(network, attempt, kept.profile, kept.tokens, scopes, browser)
        if not kept.owned:
            self._drop(network, attempt, kept.tokens)
            raise LoginFailed("no_page")
        owner = (kept.profile.subject, *kept.profile.aliases)
        if len(kept.owned) == 1:
            [only] = kept.owned
            return self._store(network, attempt, only.profile, Tokens(only.token), scopes, browser, owner)
        return self._ask(attempt, kept.owned[:MOST_PAGES], scopes, browser, owner)

    def choose(self, attempt: Attempt, page: str, browser: str) -> Connected:
        """Store the one of several that the owner chose. Raises LoginFailed for what was not offered."""
        network = self._usable(attempt.network, attempt.site_key)
        kept: Any = attempt.extra
        said = kept.get("pages")
        for one in said if isinstance(said, list) else ():
            if one["profile"]["subject"] == page:
                scopes, owner = (tuple(kept.get(name, ())) for name in ("scopes", "owner"))
                profile = Profile(**{**one["profile"], "aliases": ()})
                return self._store(network, attempt, profile, Tokens(one["token"]), scopes, browser, owner)
        raise LoginFailed("connect_over")

    def disconnect(self, account_id: str) -> tuple[Connected, bool]:
        """Delete an account and give its tokens back; return what it was, and whether the network took them.

        Raises NotFound. That the network does not answer is no reason to keep an account.
        """
        account = self.accounts.find(account_id)
        tokens = self.accounts.disconnect(account_id)
        network: Network | None = self._logins.services.networks.get(account.network)
        app = self._logins.apps.named(network, account.site_key, account.app) if network else None
        if tokens is None or network is None or app is None:
            return account, False
        try:
            return account, revoke(door_of(self._logins, for_keeping(network), app), tokens)
        except LoginFailed:
            return account, False

    def _ask(
        self,
        attempt: Attempt,
        pages: tuple[Owned, ...],
        scopes: tuple[str, ...],
        browser: str,
        owner: tuple[str, ...],
    ) -> Choice:
        kept = [{"profile": asdict(one.profile), "token": one.token} for one in pages]
        extra = {MARK: attempt.extra[MARK], "pages": kept, "scopes": list(scopes), "owner": list(owner)}
        extra |= {APP: attempt.extra.get(APP, "")}
        start = Start(attempt.network, browser, site_key=attempt.site_key, extra=extra)
        return Choice(self._logins.attempts.begin(start).state, tuple(one.profile for one in pages))

    def _store(
        self,
        network: Network,
        attempt: Attempt,
        profile: Profile,
        tokens: Tokens,
        scopes: tuple[str, ...],
        browser: str,
        owner: tuple[str, ...] = (),
    ) -> Connected:
        try:
            self.invitations.use(str(attempt.extra[MARK]), browser)
        except LoginFailed:
            self._drop(network, attempt, tokens)
            raise
        app = str(attempt.extra.get(APP, ""))
        return self.accounts.connect(attempt.site_key, profile, tokens, scopes, owner, app)

    def _drop(self, network: Network, attempt: Attempt, tokens: Tokens) -> None:
        revoke(door_of(self._logins, network, begun_with(self._logins, network, attempt)), tokens)

    def _usable(self, key: str, site_key: str) -> Network:
        try:
            return self.network(key, site_key)
        except (NotFound, Invalid) as exc:
            raise LoginFailed("network_off") from exc
