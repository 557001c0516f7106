"""Accounts to profile addresses: pairs in `data/accounts.json`, null where the account is not of that network."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from networks import Networks

NETWORKS = Networks()
ACCOUNTS: dict[str, dict[str, str | None]] = json.loads(
    (Path(__file__).parent / "data" / "accounts.json").read_text("utf-8")
)
CASES = [(key, given, address) for key, pairs in ACCOUNTS.items() for given, address in pairs.items()]


@pytest.mark.parametrize(("key", "account", "address"), CASES)
def test_an_account_leads_to_its_page(key: str, account: str, address: str | None) -> None:
    assert NETWORKS[key].profile(account) == address


@pytest.mark.parametrize(("key", "account", "address"), [case for case in CASES if case[2]])
def test_an_account_is_known_by_one_name(key: str, account: str, address: str) -> None:
    """What `account` gives may be stored: it leads to the same page, and so does the page's own address."""
    name = NETWORKS[key].account(account)
    assert name is not None
    assert NETWORKS[key].profile(name) == address
    if not address.startswith("mailto:"):
        assert NETWORKS[key].profile(address) == address


def test_every_network_with_accounts_is_tried() -> None:
    assert set(ACCOUNTS) == {network.key for network in NETWORKS.following()}
    assert all(None in pairs.values() and any(pairs.values()) for pairs in ACCOUNTS.values())


@pytest.mark.parametrize("key", sorted(ACCOUNTS))
@given(account=st.text(max_size=60) | st.text("a.@/:?#%&'\"<> -_\\\n", max_size=60))
def test_no_account_breaks_out_of_its_address(key: str, account: str) -> None:
    address = NETWORKS[key].profile(account)
    if address is not None:
        assert address.startswith(("https://", "http://", "mailto:"))
        assert not any(c in address for c in " \"'<>\\\n") or key == "rss"
        assert "/.." not in address


def test_networks_without_accounts_have_none() -> None:
    assert NETWORKS["copy"].profile("me") is None
    assert NETWORKS["pocket"].account("me") is None
