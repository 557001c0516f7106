"""Who is asking, what every answer carries, and what is measured."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from core.web import KINDS, client_address
from tests.doubles import an_app

PROXIES = "127.0.0.1,10.0.0.0/8"


@pytest.mark.parametrize(
    ("trusted", "remote", "forwarded", "found"),
    [
        ("", "127.0.0.1", "9.9.9.9", "127.0.0.1"),
        (PROXIES, "127.0.0.1", "9.9.9.9", "9.9.9.9"),
        (PROXIES, "127.0.0.1", "1.1.1.1, 9.9.9.9", "9.9.9.9"),
        (PROXIES, "127.0.0.1", "1.1.1.1, 9.9.9.9, 10.1.1.1", "9.9.9.9"),
        (PROXIES, "8.8.8.8", "9.9.9.9", "8.8.8.8"),
        (PROXIES, "127.0.0.1", "", "127.0.0.1"),
        (PROXIES, "127.0.0.1", "garbage", "garbage"),
        (PROXIES, "127.0.0.1", "gar:bage", "gar:bage"),
        (PROXIES, "127.0.0.1", "1.1.1.1:70, 9.9.9.9:4711", "9.9.9.9"),
        (PROXIES, "127.0.0.1", "9.9.9.9:4711, 10.1.1.1:443", "9.9.9.9"),
        (PROXIES, "127.0.0.1", "[2001:db8:1:2:3:4:5:6]:4711", "2001:db8:1:2::/64"),
        (PROXIES, "127.0.0.1", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", "::ffff:9.9.9.9", "", "9.9.9.9"),
        (PROXIES, "::ffff:10.1.1.1", "1.1.1.1, ::ffff:9.9.9.9, 10.1.1.2", "9.9.9.9"),
        ("", "fe80::1%eth0", "", "fe80::/64"),
    ],
)
def test_only_our_proxies_may_say_who_asks(
    tmp_path: Path, trusted: str, remote: str, forwarded: str, found: str
) -> None:
    app = an_app(tmp_path, trusted_proxies=trusted)
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    with app.test_request_context("/", environ_base={"REMOTE_ADDR": remote}, headers=headers):
        assert client_address() == found


@pytest.mark.parametrize("address", ["/", "/builder", "/docs", "/openapi.json", "/healthz", "/readyz", "/robots.txt"])
def test_every_answer_carries_what_it_must(client: FlaskClient, address: str) -> None:
    reply = client.get(address)
    assert reply.status_code == 200
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert len(reply.headers["X-Request-Id"]) == 16
    assert reply.headers["Referrer-Policy"]
    assert reply.headers["Cache-Control"]
    assert "Set-Cookie" not in reply.headers, "no cookie before a click"


def test_a_page_runs_no_strangers_script(client: FlaskClient) -> None:
    policy = client.get("/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert client.get("/").headers["Content-Security-Policy"] != policy, "the nonce is new each time"


def test_what_is_public_may_be_kept_and_what_is_not_may_not() -> None:
    for kind, headers in KINDS.items():
        assert ("no-store" in headers["Cache-Control"]) == (kind in {"api", "page"})


def test_metrics_are_for_this_machine_or_the_token(tmp_path: Path) -> None:
    client = an_app(tmp_path).test_client()
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "8.8.8.8"}).status_code == 403
    assert client.get("/metrics", headers={"X-Forwarded-For": "8.8.8.8"}).status_code == 403
    client = an_app(tmp_path, metrics_token="t" * 20).test_client()
    assert client.get("/metrics").status_code == 403
    assert client.get("/metrics", headers={"Authorization": "Bearer " + "t" * 20}).status_code == 200


def test_ready_says_when_the_database_is_gone(tmp_path: Path) -> None:
    app = an_app(tmp_path)
    client = app.test_client()
    assert client.get("/readyz").status_code == 200
    app.extensions["handbill"].close()
    (tmp_path / "data/handbill.sqlite").write_bytes(b"not a database" * 100)
    reply = client.get("/readyz")
    assert reply.status_code == 503
    assert client.get("/healthz").status_code == 200


def test_this_server_does_not_ask_itself(client: FlaskClient) -> None:
    reply = client.get("/share/qr.svg", headers={"User-Agent": "Handbill/1.0 (+http://127.0.0.1:8000)"})
    assert (reply.status_code, reply.get_json()["error"]["code"]) == (403, "loop")
