"""Tokens of connected accounts, good now: for whoever reads feeds, and ahead of time.

    services.accounts.token(account_id)      # what goes into the Authorization header

One at a time renews, over all processes (`networks.accounts.Accounts.access`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from core.errors import FetchFailed, NotFound, Problem
from login.problems import LoginFailed
from networks.accounts import Accounts, Connected, NeedsOwner, Tokens

if TYPE_CHECKING:
    from core.services import Services

log = logging.getLogger(__name__)


def renewer(services: Services, account: Connected) -> Callable[[Tokens], Tokens]:
    """Return what renews the tokens of an account, for `Accounts.access`: with the application it was connected with.

    It raises NeedsOwner where only the owner can help, and FetchFailed where the network does not answer as it
    should. The heavy parts of logging in are imported when something is renewed, which is seldom.
    """

    def renew(tokens: Tokens) -> Tokens:
        from login.service import logins_of
        from login.upstream.driver import door_of
        from login.upstream.keeping import for_keeping, renewed

        logins, found = logins_of(services), services.networks.get(account.network)
        app = logins.apps.named(found, account.site_key, account.app) if found else None
        if app is None and account.app:
            raise NeedsOwner("The site has no longer the application that this account was connected with.")
        if found is None or app is None:
            raise FetchFailed("This network is not set up on this server.", code="network_off")
        try:
            return renewed(door_of(logins, for_keeping(found), app), tokens)
        except LoginFailed as exc:
            raise FetchFailed(f"{found.name} did not renew an account: {exc.message}.") from exc

    return renew


class AccountTokens:
    """The access tokens of connected accounts."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.store = Accounts(services.database, services.vault)

    def token(self, account_id: str) -> str:
        """Return an access token that is good now. Raises NotFound, NeedsOwner, FetchFailed and Busy."""
        account = self.store.find(account_id)
        return self.store.access(account_id, renewer(self._services, account))

    def refused(self, account_id: str, token: str, why: str) -> None:
        """Take note that the network refused this token: it is renewed at its next use, or its owner asked."""
        self.store.refused(account_id, token, why)


def renew_due(accounts: AccountTokens) -> None:
    """Renew ahead of their use the tokens most of whose life is over, and seal all under the newest key.

    One that fails does not stop the others.
    """
    accounts.store.reseal()
    for account_id in accounts.store.due():
        try:
            accounts.token(account_id)
        except NeedsOwner:
            log.warning("a connected account needs its owner", extra={"account": account_id})
        except NotFound:
            continue  # disconnected meanwhile
        except Problem as problem:
            log.warning("a connected account was not renewed", extra={"account": account_id, "why": problem.message})
