"""What `doctor` looks at of log-ins: applications and connected accounts that are stored and cannot be used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from core.doctor import Finding, few
from core.settings import PREFIX

if TYPE_CHECKING:
    from core.services import Services
    from networks.parts import Network


def server_applications(services: Services) -> Iterator[Finding]:
    """Say which of the server's own applications are set by half."""
    hooks = {app for network in services.networks.values() if network.webhook for app in network.webhook.apps}
    for network in services.networks.values():
        given, missing = _named(services, network)
        if given and missing and not (network.key in hooks and given == [_setting(network, "CLIENT_SECRET")]):
            text = f"{', '.join(given)} set, {', '.join(missing)} not: nobody can log in with {network.name}"
            yield Finding("warning", text)


def site_applications(services: Services) -> Iterator[Finding]:
    """Say which sites' own applications do not open or are of no use: the network is off for those sites."""
    apps, found = services.logins.apps, []
    for own in services.site_credentials.all():
        which = f"credentials of site {own.site_key} at {own.network}"
        again = f"sites credentials set {own.site_key} {own.network}"
        if not own.values:
            found.append(f"{which} do not open; enter them anew: {again}")
        elif why := apps.fault(own):
            found.append(
                f"{which} cannot be used: {why}; enter them anew: {again}, or: {again.replace(' set ', ' remove ')}"
            )
    yield from few(found)


def connected_accounts(services: Services) -> Iterator[Finding]:
    """Say which connected accounts wait for their owners, or were connected with an application that is gone."""
    accounts, apps, found = services.accounts.store, services.logins.apps, []
    closed = {account.id for account in accounts.closed()}
    for account in accounts.all():
        network = services.networks.get(account.network)
        if account.state != "ok":
            why = "its owner must agree again"
        elif account.id in closed:
            why = "its tokens do not open"
        elif network is None:
            why = "this server knows no such network"
        elif account.expires and apps.named(network, account.site_key, account.app) is None:
            why = "the application that it was connected with is gone"
        else:
            continue
        again = f"accounts connect {account.network} --site {account.site_key}"
        who = " ".join((account.handle or account.name or account.id).split())  # a stranger's: it stays on its line
        found.append(
            f"account {who} at {account.network} of site {account.site_key}: {why}; connect it anew: {again}"
        )
    yield from few(found)


LOOKS = (server_applications, site_applications, connected_accounts)


def _named(services: Services, network: Network) -> tuple[list[str], list[str]]:
    """Return the settings that a network's application needs: those that are there, and those that are not."""
    needed = [item for item in network.login.credentials if not item.optional] if network.login else []
    given = {item.suffix: services.settings.credential(network.key, item.suffix) for item in needed}
    there = [_setting(network, suffix) for suffix, value in given.items() if value]
    return there, [_setting(network, suffix) for suffix, value in given.items() if not value]


def _setting(network: Network, suffix: str) -> str:
    return f"{PREFIX}{network.key.upper()}_{suffix}"
