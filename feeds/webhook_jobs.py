"""Jobs of what others tell us: work through deliveries, look at mentions, ask hubs, clear away."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from core.jobs import Handler


def process(payload: dict[str, Any], services: Any) -> None:
    """Work through one delivery."""
    from feeds.webhooks import Webhooks

    Webhooks(services).process(payload["delivery"])


def check_mention(payload: dict[str, Any], services: Any) -> None:
    """Look at one page that is said to mention one of ours."""
    from feeds.mentions import Mentions

    Mentions(services).check(payload["mention"])


def ask_hub(payload: dict[str, Any], services: Any) -> None:
    """Ask one hub for what a subscription is to become."""
    from feeds.websub import Hubs

    Hubs(services).ask(payload["subscription"])


def tend(_payload: dict[str, Any], services: Any) -> None:
    """Put a job for each hub that is to be asked, so that a slow one holds up nobody; and jobs that were lost."""
    from feeds.mentions import Mentions
    from feeds.webhooks import Webhooks
    from feeds.websub import ASK, Hubs

    for subscription_id in Hubs(services).check():
        services.jobs.enqueue(ASK, {"subscription": subscription_id}, dedupe=subscription_id)
    Webhooks(services).put_forgotten()
    Mentions(services).put_forgotten()


def sweep(_payload: dict[str, Any], services: Any) -> None:
    """Delete old deliveries, and mentions that never could be looked at; seal subscriptions' secrets anew."""
    from feeds.mentions import Mentions
    from feeds.webhooks import Webhooks

    webhooks = Webhooks(services)
    webhooks.deliveries.sweep()
    webhooks.subscriptions.reseal()
    Mentions(services).sweep()


HANDLERS: Mapping[str, Handler] = MappingProxyType(
    {
        "webhooks.process": process,
        "webhooks.ask": ask_hub,
        "webhooks.tend": tend,
        "webhooks.sweep": sweep,
        "webmentions.check": check_mention,
    }
)
