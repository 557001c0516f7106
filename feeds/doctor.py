"""What `doctor` looks at of feeds: addresses for deliveries that nothing can be proved at any more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from core.doctor import Finding, few

if TYPE_CHECKING:
    from core.services import Services


def subscriptions(services: Services) -> Iterator[Finding]:
    """Say which addresses that networks send to refuse everything, or have been left by the network."""
    from feeds.webhooks import Webhooks

    made, found = Webhooks(services).subscriptions, []
    for row in made.all():
        which = f"deliveries of {row.network} to {row.id[:6]}…"
        if row.hub:
            continue  # a hub is given a new secret by itself
        if row.network not in services.networks:
            found.append(f"{which}: this server knows no such network; webhooks remove {row.id}")
        elif not made.usable(row):
            found.append(f"{which} are refused: there is no secret that opens; webhooks rotate {row.id}")
        elif row.state == "ended":
            found.append(f"{which} have ended ({row.problem or 'the network said so'}); subscribe there again")
    yield from few(found)


LOOKS = (subscriptions,)
