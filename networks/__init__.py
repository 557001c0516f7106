"""What each network is and can do: one file each, in the order in which lists show them.

Third parties add theirs by an entry point in the group ``handbill.networks`` whose value is the `Network`;
`docs/adding-a-network.md` says how, and `networks/contract.py` what it must keep.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from networks import (
    apple,
    bluesky,
    buffer,
    copy,
    developer,
    discord,
    email,
    facebook,
    fediverse,
    flipboard,
    github,
    google,
    hackernews,
    indieauth,
    instagram,
    instapaper,
    line,
    linkedin,
    lobsters,
    mastodon,
    messenger,
    microsoft,
    native,
    ok,
    openid,
    pinterest,
    qr,
    reddit,
    rss,
    sms,
    teams,
    telegram,
    threads,
    tiktok,
    tumblr,
    twitch,
    viber,
    vk,
    weibo,
    whatsapp,
    x,
    xing,
    youtube,
)
from networks import print as print_page
from networks.dead import DEAD
from networks.parts import Network

BUILT_IN: tuple[Network, ...] = (
    facebook.NETWORK,
    x.NETWORK,
    linkedin.NETWORK,
    reddit.NETWORK,
    pinterest.NETWORK,
    whatsapp.NETWORK,
    telegram.NETWORK,
    mastodon.NETWORK,
    fediverse.NETWORK,
    bluesky.NETWORK,
    threads.NETWORK,
    tumblr.NETWORK,
    hackernews.NETWORK,
    lobsters.NETWORK,
    line.NETWORK,
    vk.NETWORK,
    ok.NETWORK,
    weibo.NETWORK,
    flipboard.NETWORK,
    instapaper.NETWORK,
    buffer.NETWORK,
    teams.NETWORK,
    xing.NETWORK,
    messenger.NETWORK,
    viber.NETWORK,
    discord.NETWORK,
    instagram.NETWORK,
    tiktok.NETWORK,
    youtube.NETWORK,
    github.NETWORK,
    google.NETWORK,
    twitch.NETWORK,
    microsoft.NETWORK,
    apple.NETWORK,
    indieauth.NETWORK,
    openid.NETWORK,
    rss.NETWORK,
    email.NETWORK,
    sms.NETWORK,
    copy.NETWORK,
    print_page.NETWORK,
    qr.NETWORK,
    native.NETWORK,
    developer.NETWORK,
    *DEAD,
)


class Networks(Mapping[str, Network]):
    """The networks of this server by key, in order of display."""

    def __init__(self, networks: tuple[Network, ...] = BUILT_IN, extra: tuple[Network, ...] = ()) -> None:
        """Take the networks, and plug-ins' behind them. Raise ValueError where a key is there twice."""
        self._by_key: dict[str, Network] = {}
        for network in (*networks, *extra):
            if network.key in self._by_key:
                raise ValueError(f"there are two networks with the key {network.key!r}")
            self._by_key[network.key] = network

    def __getitem__(self, key: str) -> Network:
        return self._by_key[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_key)

    def __len__(self) -> int:
        return len(self._by_key)

    def called(self, name_of: Callable[[str], str]) -> Networks:
        """Return the same networks under the names that the operator gave them; "" leaves a network its own."""
        given = ((network, name_of(network.key)) for network in self.values())
        return Networks(tuple(replace(network, name=name) if name else network for network, name in given))

    @property
    def credentials(self) -> tuple[str, ...]:
        """The names of what operators get from networks to log people in with, such as ``GITHUB_CLIENT_ID``; and of
        the keys that feeds are read with, such as ``YOUTUBE_API_KEY``."""
        logins = [(network.key.upper(), network.login) for network in self.values()]
        own = tuple(f"{key}_{item.suffix}" for key, login in logins if login for item in login.credentials)
        return own + tuple(f"{n.key.upper()}_API_KEY" for n in self.values() if n.feed and n.feed.access == "key")

    def live(self) -> tuple[Network, ...]:
        """Return those that have not closed."""
        return self._where(lambda network: not network.dead)

    def sharing(self) -> tuple[Network, ...]:
        """Return the live ones with a share part."""
        return self._where(lambda network: network.share is not None and not network.dead)

    def following(self) -> tuple[Network, ...]:
        """Return the live ones with a follow part."""
        return self._where(lambda network: network.follow is not None and not network.dead)

    def by_host(self, host: str) -> Network | None:
        """Return the network a host name belongs to: its own, or one below it."""
        found = (network for network in self.values() if network.owns(host))
        return next(found, None)

    def _where(self, wanted: Callable[[Network], bool]) -> tuple[Network, ...]:
        return tuple(network for network in self.values() if wanted(network))
