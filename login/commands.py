"""Commands about connected accounts: ``accounts connect``, ``accounts list``, ``accounts disconnect``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from core.command_line import Group, tell
from core.web import services

if TYPE_CHECKING:
    from login.connecting import Connecting
    from networks.accounts import Connected


@click.group(cls=Group)
def accounts() -> None:
    """Accounts at networks whose owners let a site show their posts."""


@accounts.command("connect")
@click.argument("network")
@click.option("--site", "site", required=True, help="Key of the site that may show the posts.")
def connect(network: str, site: str, as_json: bool) -> None:
    """Print the address that the owner of an account opens: good once, and for an hour."""
    address = _connecting().invite(network, site)
    lines = [address, "", "Send it to the owner of the account. It is good once, and for an hour."]
    tell({"address": address, "network": network, "site": site, "seconds": 3600}, lines, as_json=as_json)


@accounts.command("list")
@click.option("--site", default="", help="Accounts of this site only.")
def list_accounts(site: str, as_json: bool) -> None:
    """List the connected accounts."""
    found = services().accounts.store.all(site)
    rows = [_row(account) for account in found]
    lines = [f"{r['id']}  {r['network']:10} {r['site']}  {r['handle'] or r['name']}  {r['state']}" for r in rows]
    nothing = ["No account yet: flask --app wsgi accounts connect NETWORK --site KEY"]
    tell(rows, lines or nothing, as_json=as_json)


@accounts.command("disconnect")
@click.argument("account_id", metavar="ID")
def disconnect(account_id: str, as_json: bool) -> None:
    """Delete an account's tokens here, and give them back where the network takes them."""
    account, taken = _connecting().disconnect(account_id)
    lines = [f"{account.id} is disconnected."]
    if not taken:
        lines.append(f"{account.network} was not told: its owner can take this server away in their settings there.")
    tell({**_row(account), "revoked": taken}, lines, as_json=as_json)


def _connecting() -> Connecting:
    from login.connecting import Connecting

    return Connecting(services().logins)


def _row(account: Connected) -> dict[str, Any]:
    return {
        "id": account.id,
        "network": account.network,
        "site": account.site_key,
        "name": account.name,
        "handle": account.handle,
        "scopes": list(account.scopes),
        "state": account.state,
        "connected": account.connected.isoformat(),
        "renewed": account.renewed.isoformat(),
        "expires": account.expires.isoformat() if account.expires else None,
    }
