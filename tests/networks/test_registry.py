"""The networks of a server: their order, views, look-up by host, and plug-ins behind the built-in ones."""

from __future__ import annotations

from datetime import date

import pytest

from networks import BUILT_IN, Networks
from networks.parts import Network

# The keys that people write in snippets; they are a contract.
KEYS = """
facebook x linkedin reddit pinterest whatsapp telegram mastodon fediverse bluesky threads tumblr hackernews lobsters
line vk ok weibo flipboard instapaper buffer teams xing messenger viber discord instagram tiktok youtube github google
twitch microsoft apple indieauth openid rss email sms copy print qr native developer
"""
NETWORKS = Networks()


def test_the_live_networks_are_those_of_the_contract_in_its_order() -> None:
    assert [network.key for network in NETWORKS.live()] == KEYS.split()


def test_views() -> None:
    assert {"copy", "instagram", "x"} <= {network.key for network in NETWORKS.sharing()}
    assert not {"rss", "apple", "pocket"} & {network.key for network in NETWORKS.sharing()}
    assert {"rss", "google", "github"} <= {network.key for network in NETWORKS.following()}
    assert not {"copy", "apple", "pocket"} & {network.key for network in NETWORKS.following()}


@pytest.mark.parametrize(
    ("host", "key"),
    [
        ("www.facebook.com", "facebook"),
        ("facebook.com.", "facebook"),
        ("T.CO", "x"),
        ("news.ycombinator.com", "hackernews"),
        ("news.google.com", "google"),
        ("me.tumblr.com", "tumblr"),
    ],
)
def test_a_host_tells_its_network(host: str, key: str) -> None:
    found = NETWORKS.by_host(host)
    assert found is not None
    assert found.key == key


@pytest.mark.parametrize(
    "host", ["", "notfacebook.com", "facebook.com.evil.example", "ycombinator.com", "example.org"]
)
def test_other_hosts_are_nobodys(host: str) -> None:
    assert NETWORKS.by_host(host) is None


def test_no_host_belongs_to_two() -> None:
    hosts = [host for network in BUILT_IN for host in network.hosts]
    assert len(hosts) == len(set(hosts))


def test_a_plug_in_comes_behind_the_built_in_ones() -> None:
    lemmy = Network(key="lemmy", name="Lemmy", colour="00A846")
    networks = Networks(extra=(lemmy,))
    assert list(networks.values())[-1] is lemmy


def test_a_plug_in_cannot_take_a_key_that_is_there() -> None:
    with pytest.raises(ValueError, match="'facebook'"):
        Networks(extra=(Network(key="facebook", name="Not Facebook", colour="000000"),))


def test_the_dead_say_when_they_died() -> None:
    dead = [network for network in NETWORKS.values() if network.dead]
    assert {"pocket", "googleplus", "skype", "addthis", "stumbleupon"} <= {network.key for network in dead}
    for network in dead:
        assert network.share is not None
        assert network.share.until is not None
        assert network.share.until < date(2026, 11, 22)
        assert str(network.share.until.year) in network.share.farewell


@pytest.mark.parametrize(
    ("key", "direct"),
    [("x", True), ("email", True), ("sms", True), ("mastodon", False), ("viber", False), ("copy", False),
     ("instagram", False), ("pocket", False)],
)  # fmt: skip
def test_what_may_be_linked_directly(key: str, direct: bool) -> None:
    share = NETWORKS[key].share
    assert share is not None
    assert share.direct is direct
