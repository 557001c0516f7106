"""What our own pages show: the table of networks, made from the networks themselves. Knows no web framework."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from networks.icons import icon
from networks.parts import Network, Share
from widgets.words import Catalog, Words

# How a network is shared on, said in a word or two; by what happens first.
WAYS = {
    "server": "Link, asks for the server",
    "copy": "Copies",
    "qr": "Shows a code",
    "print": "Prints",
    "native": "The device’s apps",
}


@dataclass(frozen=True)
class NetworkRow:
    """One line of the table: what can be done there, "" for what cannot."""

    key: str
    name: str
    icon: str
    share: str
    follow: str
    limit: int


def network_rows(networks: Iterable[Network], words: Words) -> list[NetworkRow]:
    """Return a line for each live network that takes shares or has accounts to follow."""
    rows = [_row(network, words) for network in networks if not network.dead]
    return [row for row in rows if row.share or row.follow]


def _row(network: Network, words: Words) -> NetworkRow:
    """Return a network's line."""
    share, follow = network.share, network.follow
    followed = ("From your server" if follow.remote else "Link") if follow else ""
    limit = share.limit if share else 0
    name = words.name(network.key, network.name)
    return NetworkRow(network.key, name, icon(network), _way(share) if share else "", followed, limit)


def _way(share: Share) -> str:
    """Return how the network is shared on."""
    if share.action or share.fallback or not share.url:
        return WAYS[share.action or "native"]
    return "Link to its app" if share.phone else "Link"


def halves(rows: Sequence[NetworkRow]) -> tuple[Sequence[NetworkRow], Sequence[NetworkRow]]:
    """Return the lines in two columns, the first the longer."""
    middle = (len(rows) + 1) // 2
    return rows[:middle], rows[middle:]


def language_names(catalog: Catalog) -> list[tuple[str, str]]:
    """Return each language's tag with its name in itself, as readers look for it."""
    return [(tag, catalog.words(tag).locale.get_display_name() or tag) for tag in catalog.languages]
