"""Profiles as networks also write them: what is missing, null, in another shape, or somebody else's word."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from networks import BUILT_IN
from networks.oauth import Told

DATA: list[dict[str, Any]] = json.loads((Path(__file__).parent / "data" / "odd_profiles.json").read_text("utf-8"))
LOGINS = {network.key: network.login for network in BUILT_IN if network.login}


@pytest.mark.parametrize("case", DATA, ids=lambda case: case["what"])
def test_who_it_is(case: dict[str, Any]) -> None:
    """``profile`` is what of it matters; null is that nobody can be told."""
    parts = {name: case.get(name, {}) for name in ("token", "claims", "form")}
    told = Told(**parts, replies=tuple(case.get("replies", ())), issuer="https://id.example")
    if case["profile"] is None:
        with pytest.raises(ValueError, match="no "):
            LOGINS[case["network"]].profile(told)
        return
    found = asdict(LOGINS[case["network"]].profile(told))
    assert {name: found[name] for name in case["profile"]} == case["profile"]


def test_what_a_browser_sends_for_a_name_stops_no_login() -> None:
    told = Told(claims={"sub": "001.a"}, form={"user": "[" * 100_000})
    assert LOGINS["apple"].profile(told).subject == "001.a"
