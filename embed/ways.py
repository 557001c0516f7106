"""Other ways to share, offered beside a network that is closed or that needs more than a link."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from networks.icons import icon
from networks.intents import Content, intent
from networks.parts import Network
from widgets.words import Words

# Plain links that most people can use, in this order; no network gets a place by being ours.
OFFERED = ("email", "whatsapp", "facebook", "x", "linkedin", "bluesky", "telegram", "reddit")
SHOWN = 4


@dataclass(frozen=True)
class Way:
    """A plain link that shares the page."""

    key: str
    name: str
    href: str
    icon: str


def other_ways(networks: Mapping[str, Network], but: Network, content: Content, words: Words) -> list[Way]:
    """Return a few plain links for the same page; none where no page is known."""
    if not content.url:
        return []
    found = [networks[key] for key in OFFERED if key in networks and key != but.key]
    live = [n for n in found if n.share is not None and n.share.direct]
    return [_way(network, content, words) for network in live[:SHOWN]]


def _way(network: Network, content: Content, words: Words) -> Way:
    name = words.text("email") if network.key == "email" else network.name
    return Way(network.key, name, intent(network, content), icon(network))
