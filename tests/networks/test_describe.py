"""What the docs say of networks is made from code and up to date."""

from __future__ import annotations

from pathlib import Path

import pytest

from networks import Networks
from networks.describe import page, table
from networks.parts import Network

ROOT = Path(__file__).resolve().parents[2]
NETWORKS = Networks()


@pytest.mark.parametrize("network", NETWORKS.live(), ids=lambda n: n.key)
def test_the_head_of_a_page_is_what_code_says(network: Network) -> None:
    """Run ``make docs`` where this fails."""
    text = (ROOT / "docs/networks" / f"{network.key}.md").read_text("utf-8")
    made, _, written = text.partition("<!-- /made -->")
    assert made == f"<!-- made -->\n{page(network)}\n"
    assert len(written.strip()) > 20


def test_there_is_no_page_of_an_unknown_network() -> None:
    keys = {network.key for network in NETWORKS.live()}
    assert {path.stem for path in (ROOT / "docs/networks").glob("*.md")} == keys


def test_the_table_has_every_network_that_can_do_something_once() -> None:
    text = table(NETWORKS)
    for network in NETWORKS.values():
        parts = (network.share, network.follow, network.login, network.feed)
        shown = any(parts) and not network.dead and network.key != "developer"
        assert text.count(f"`{network.key}`") == (1 if shown else 0)


def test_a_page_tells_limits_and_the_end() -> None:
    assert "up to 280 characters as X weighs them" in page(NETWORKS["x"])
    assert "of which the link takes 23" in page(NETWORKS["mastodon"])
    assert "the link's own length included" in page(NETWORKS["bluesky"])
    assert "2025-07-08" in page(NETWORKS["pocket"])
