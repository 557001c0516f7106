"""Every row of the corpus of hostile URLs gets its verdict, through the two seams."""

from __future__ import annotations

import functools
import ipaddress
import json
import os
from pathlib import Path
from typing import Any

import pytest

from core.errors import FetchFailed
from core.http import Http
from core.netguard import Guard
from tests.core.http_origin import Origins, an_http, moved, reply

pytestmark = pytest.mark.corpus


@functools.cache
def _rows(path: Path) -> tuple[dict[str, Any], ...]:
    return tuple(json.loads(line) for line in path.read_text("utf-8").splitlines())


def rows(corpus: Path, start: str = "") -> list[dict[str, Any]]:
    found = [row for row in _rows(corpus / "hostile" / "urls.jsonl") if row["cat"].startswith(start)]
    assert found
    return found


def origins_of(row: dict[str, Any]) -> Origins:
    """The internet that the row describes. A loop goes round; any other chain ends in a page."""
    answers = []
    for step in row.get("chain", []):
        fields = dict(step["headers"]) | ({} if step["location"] is None else {"Location": step["location"]})
        answers.append(reply(step["body"].encode(), f"{step['status']} X", **fields))
    if not row["cat"].endswith("/loop"):
        answers.append(reply(b"<title>t</title>"))
    origins = Origins(answers, {host: list(found) for host, found in row.get("resolve", {}).items()})
    origins.failing = 1 if row.get("first_connect_fails") else 0
    return origins


def verdict(http: Http, url: str) -> str:
    """What becomes of a URL; anything but an answer or a FetchFailed is an error of the test."""
    try:
        return "allow" if http.get(url, deadline=5).status == 200 else "either"
    except FetchFailed:
        return "deny"


def names_of(row: dict[str, Any]) -> list[str]:
    literal = row["url"].split("//")[-1].split("/")[0].strip("[]")
    names = ["*.dev-site.example", "*.example", "good.example", *row.get("resolve", {})]
    try:
        return [*names, str(ipaddress.ip_address(literal))]
    except ValueError:
        return names


def tried(row: dict[str, Any]) -> tuple[str, Origins]:
    origins = origins_of(row)
    tls = origins.certify(*names_of(row)) if "https:" in json.dumps(row) else None
    http = an_http(origins, tls=tls) if tls else an_http(origins)
    found = verdict(http, row["url"])
    if row["cat"].startswith("dns/rebind"):
        verdict(http, row["url"])
        http.close()
        verdict(http, row["url"])
    http.close()
    return found, origins


def faults(row: dict[str, Any]) -> list[str]:
    """What is wrong with our treatment of a row."""
    found, origins = tried(row)
    sent = b"\n".join(origins.requests).lower()
    wrong = [f"verdict {found}"] if row["verdict"] not in ("either", found) else []
    wrong += [f"connected to {ip}" for ip in row.get("must_not_connect", []) if ip in origins.connected]
    wrong += [f"sent {text}" for text in row.get("must_not_send", []) if f"\n{text}".encode() in sent]
    wrong += ["sent a cookie"] if b"\ncookie:" in sent else []
    if row["verdict"] == "allow":
        wrong += _faults_of_connection(row, origins)
    if "before any lookup" in row["why"] and origins.looked_up:
        wrong.append("looked a local name up")
    return wrong


def _faults_of_connection(row: dict[str, Any], origins: Origins) -> list[str]:
    expected = {
        "connect": origins.connected[:1],
        "sni": origins.sni[:1],
        "host_header": [_host_header(origins.requests[0])] if origins.requests else [],
    }
    return [f"{name} is {seen}" for name, seen in expected.items() if name in row and seen != [row[name]]]


def _host_header(request: bytes) -> str:
    return next(x[5:].strip().decode() for x in request.split(b"\r\n") if x.lower().startswith(b"host:"))


def test_every_row_gets_its_verdict(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = {}
    for row in rows(corpus):
        with monkeypatch.context() as patch:
            for name, value in row.get("env", {}).items():
                patch.setenv(name, value)
                patch.setenv(name.lower(), value)
            if wrong := faults(row):
                found[row["id"], row["url"][:80]] = wrong
    assert not found
    assert "HTTP_PROXY" not in os.environ


def test_the_check_of_a_row_can_fail(corpus: Path) -> None:
    allowed = next(row for row in rows(corpus, "dns/public") if row["verdict"] == "allow")
    assert faults({**allowed, "verdict": "deny"}) == ["verdict allow"]
    assert faults({**allowed, "must_not_connect": [allowed["connect"]]})
    assert faults({**allowed, "sni": "other.example"})


def test_the_guard_alone_refuses_what_needs_no_lookup(corpus: Path) -> None:
    for start in ("ip-encoding", "range", "zone-id", "local-name", "hidden-service", "scheme"):
        for row in rows(corpus, start):
            if row["verdict"] == "deny":
                with pytest.raises(FetchFailed):
                    Guard().address(row["url"])


def test_a_redirect_is_no_way_round_any_rule(corpus: Path) -> None:
    for row in rows(corpus):
        if row["verdict"] == "deny" and not {"resolve", "chain"} & set(row) and row["url"].isprintable():
            origins = Origins([moved(row["url"].encode().decode("latin-1"))], {"good.example": [["93.184.215.14"]]})
            result = verdict(an_http(origins), "http://good.example/")
            assert origins.connected == ["93.184.215.14"], row["url"]
            assert result == "deny" or "://" not in row["url"], row["url"]
