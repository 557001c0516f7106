"""What each network is and can do: one file each, in the order in which lists show them.

Third parties add theirs by an entry point in the group ``handbill.networks`` whose value is the `Network`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from networks import facebook, x
from networks.parts import Network

BUILT_IN: tuple[Network, ...] = (
    facebook.NETWORK,
    x.NETWORK,
)


class Networks(Mapping[str, Network]):
    """The networks of this server by key, in order of display."""

    def __init__(self, networks: tuple[Network, ...] = BUILT_IN) -> None:
        self._by_key = {network.key: network for network in networks}

    def __getitem__(self, key: str) -> Network:
        return self._by_key[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_key)

    def __len__(self) -> int:
        return len(self._by_key)
