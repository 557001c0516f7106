"""Commands about what networks send us: ``webhooks …``."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from core.command_line import Group, tell
from core.times import written
from core.web import services

if TYPE_CHECKING:
    from feeds.webhook_tables import DeliveryRow, SubscriptionRow
    from feeds.webhooks import Webhooks

SHOWN = 50


@click.group(cls=Group)
def webhooks() -> None:
    """What networks tell us by themselves."""


def _webhooks() -> Webhooks:
    from feeds.webhooks import Webhooks

    return Webhooks(services())


@webhooks.command("add")
@click.argument("network")
@click.option("--secret", default="", help="The secret it signs with, where it is not made here.")
@click.option("--account", default="", help="Whom this is for, as in a feed's source; without it, everybody.")
@click.option("--shared", is_flag=True, help="The network's own address, with the secret of the settings.")
def add(network: str, secret: str, account: str, shared: bool, as_json: bool) -> None:
    """Make an address for a network to send to, to be entered at its console. The secrets are shown this once."""
    made = _webhooks().subscriptions
    new = made.shared(network) if shared else made.add(network, secret=secret, account=account)
    values = {
        "id": new.id or None,
        "address": new.address,
        "verify_token": new.token or None,
        "secret": new.secret or None,
    }
    lines = [f"{label:14}{value}" for label, value in values.items() if value]
    tell(values, [*lines, "", "Enter these at the network. What is secret is not shown again."], as_json=as_json)


@webhooks.command("rotate")
@click.argument("subscription")
@click.option("--secret", default="", help="The new secret, where it is not made here.")
def rotate(subscription: str, secret: str, as_json: bool) -> None:
    """Put a new secret in front of a subscription's; the old one stays good for a day."""
    made = _webhooks().subscriptions.rotate(subscription, secret)
    lines = [f"{'secret':14}{made}", "", "It is not shown again."] if made else ["The new secret is in force."]
    tell({"id": subscription, "secret": made or None}, lines, as_json=as_json)


@webhooks.command("remove")
@click.argument("subscription")
def remove(subscription: str, as_json: bool) -> None:
    """Remove a subscription: what is sent there from now on is refused."""
    _webhooks().subscriptions.remove(subscription)
    tell({"id": subscription}, ["Removed. Take it out at the network, too."], as_json=as_json)


@webhooks.command("list")
@click.option("--state", type=click.Choice(["waiting", "done", "failed"]), help="Deliveries of this state only.")
@click.option("--count", type=click.IntRange(1, 1000), default=SHOWN, help="How many deliveries, the newest first.")
def list_all(state: str | None, count: int, as_json: bool) -> None:
    """List the addresses that networks and hubs send to, and the newest deliveries; never what is in them."""
    found = _webhooks()
    places = [_place(row, found) for row in found.subscriptions.all()]
    deliveries = [_delivery(row) for row in found.deliveries.newest(count, state or "")]
    lines = [
        f"{p['id']}  {p['state']:8}{p['network']:11}{p['topic'] or p['account']}  {p['problem']}" for p in places
    ]
    lines += [f"{d['id']}  {d['received']}  {d['state']:8}{d['network']:11}{d['error']}" for d in deliveries]
    tell(
        {"subscriptions": places, "deliveries": deliveries},
        [line.rstrip() for line in lines] or ["Nothing yet: flask --app wsgi webhooks add NETWORK"],
        as_json=as_json,
    )


@webhooks.command("replay")
@click.argument("delivery")
def replay(delivery: str, as_json: bool) -> None:
    """Have a stored delivery worked through again."""
    row = _webhooks().replay(delivery)
    tell(_delivery(row), [f"{row.id} waits for the jobs process."], as_json=as_json)


def _place(row: SubscriptionRow, found: Webhooks) -> dict[str, Any]:
    return {
        "id": row.id,
        "network": row.network,
        "address": found.subscriptions.address(row.network, row.id),
        "account": row.account,
        "hub": row.hub,
        "topic": row.topic,
        "state": row.state,
        "problem": row.problem,
        "heard": _time(row.heard),
        "lease_until": _time(row.lease_until),
    }


def _delivery(row: DeliveryRow) -> dict[str, Any]:
    names = ("id", "network", "subscription_id", "delivery_id", "state", "attempts", "error")
    return {name: getattr(row, name) for name in names} | {"received": _time(row.received)}


def _time(moment: datetime | None) -> str | None:
    return written(moment) if moment else None
