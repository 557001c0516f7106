"""The contract of `networks/contract.py`, over every built-in network; and proof that it can fail."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from networks import BUILT_IN
from networks.contract import faults
from networks.parts import Follow, Network, Share
from networks.records import Answer, Feed, Page, plainly

ROOT = Path(__file__).resolve().parents[2]
GOOD = Network(
    key="example",
    name="Example",
    colour="0A0B0C",
    hosts=("example.org",),
    share=Share(url="https://example.org/share?url={url}&text={text}", limit=100),
    follow=Follow("https://example.org/{account}"),
    docs="https://example.org/docs",
    icon="M0 0h24v24H0z",
)
SOURCE = '"""A network."""\n# https://example.org/limits\nLIMIT = 1\nLINK = 2\nNETWORK = 3\n'


def source_of(network: Network) -> str:
    """The file of a built-in network; the dead ones have none of their own."""
    path = ROOT / "networks" / f"{network.key}.py"
    return path.read_text("utf-8") if path.is_file() else ""


@pytest.mark.parametrize("network", BUILT_IN, ids=lambda n: n.key)
def test_every_network_keeps_the_contract(network: Network) -> None:
    assert not faults(network, source_of(network))


@pytest.mark.parametrize("network", [n for n in BUILT_IN if not n.dead], ids=lambda n: n.key)
def test_every_live_network_has_a_file_an_icon_and_a_page(network: Network) -> None:
    assert source_of(network)
    assert (ROOT / "static/icons" / f"{network.key}.svg").is_file()
    assert (ROOT / "docs/networks" / f"{network.key}.md").is_file()


def test_a_good_network_has_no_faults() -> None:
    assert not faults(GOOD, SOURCE)


def shared(url: str = "", **changes: object) -> Network:
    """The good network with another share part."""
    return replace(GOOD, share=Share(url=url, **changes))  # type: ignore[arg-type]


def followed(url: str, account: str = r"(?P<account>\w{1,20})", *, remote: bool = False) -> Network:
    """The good network with another follow part."""
    return replace(GOOD, follow=Follow(url, account, remote=remote))


@pytest.mark.parametrize(
    ("network", "fault"),
    [
        (replace(GOOD, key="Example"), "the key"),
        (replace(GOOD, key="x-y"), "the key"),
        (replace(GOOD, name=""), "the name"),
        (replace(GOOD, colour="#fff"), "the colour"),
        (replace(GOOD, docs="http://example.org"), "docs"),
        (replace(GOOD, hosts=("https://example.org",)), "the host"),
        (replace(GOOD, icon=""), "no icon"),
        (replace(GOOD, icon='M0 0"/><script>'), "not path data"),
        (replace(GOOD, icon="M0 0" + "h1" * 1000), "characters, more"),
        (shared(), "no address"),
        (shared("javascript:alert({url})"), "scheme"),
        (shared("http://example.org/?u={url}"), "scheme"),
        (shared("https://example.org/?u={link}"), "unknown placeholders"),
        (shared("https://example.org/?t={text}"), "no placeholder"),
        (shared("https://{server}/?u={url}"), "belong together"),
        (shared("https://example.org/?u={url}", action="server"), "belong together"),
        (shared("https://example.org/?u={url}", fallback=True), "fallback"),
        (shared("https://example.org/?u={url}", limit=-1), "the limit"),
        (shared("https://example.org/?u={url}", limit=5000), "the limit"),
        (shared("https://example.org/?u={url}", link=23), "link takes"),
        (shared("https://example.org/?u={url}", link=None), "link counts"),
        (shared("https://example.org/?u={url}", window=(10, 10)), "window"),
        (shared("https://example.org/?u=see:{url}"), "whole value"),
        (shared("https://example.org/?u={url}-x"), "whole value"),
        (replace(shared(until=date(2020, 1, 1), farewell="Gone."), follow=None), "farewell"),
        (shared(until=date(2020, 1, 1), farewell="Example closed in 2020."), "closed network"),
        (followed("javascript:{account}"), "neither https"),
        (followed("https://{server}/{account}"), "belong together"),
        (followed("https://example.org/{account}", remote=True), "belong together"),
        (followed("https://example.org/{account}", r"(?P<account>.+)"), "comes through"),
        (followed("https://example.org/{account}", r"(?P<account>[\w./]+)"), "comes through"),
    ],
)
def test_a_planted_fault_is_found(network: Network, fault: str) -> None:
    assert any(fault in found for found in faults(network))


def read(body: Answer) -> Page:
    """Stumble over anything that is not a list of lists."""
    return Page(title=json.loads(body.body)[0][0])


def test_a_feed_that_stumbles_is_found() -> None:
    network = replace(GOOD, feed=Feed(read, plainly, source=""))
    found = faults(network)
    assert any("ends in" in fault for fault in found)
    assert any("what to write" in fault for fault in found)
    assert any("policy" in fault for fault in found)


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("NETWORK = 1", "docstring"),
        ('"""A network."""\nNETWORK = 1\nx = 2', "not the last"),
        ('"""A network."""\nLIMIT = 1\nNETWORK = 2', "no link above"),
        ('"""A network."""\n# As they say.\nLIMIT = 1\nNETWORK = 2', "no link above"),
        ('"""A network."""\nNETWORK = Network(limit=280)', "bare number"),
    ],
)
def test_a_planted_fault_in_a_file_is_found(source: str, fault: str) -> None:
    assert any(fault in found for found in faults(GOOD, source))
