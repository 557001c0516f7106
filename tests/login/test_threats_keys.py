"""The server's own secret: what a change of it costs whom. Threat 65 of docs/login-threats.md."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from core.errors import Misconfigured
from core.settings import check_production, load
from tests.doubles import an_app
from tests.login.parties import a_party, claims, follow, header, sent_to, tokens
from tests.login.test_upstream import Peer, come_back, fields_of, go

OLD, NEW = "o" * 40, "n" * 40


def again(app: Flask, folder: Path, secret: str) -> Flask:
    """The same server, started anew with another secret."""
    app.extensions["handbill"].close()
    return an_app(folder, secret_key=secret)


@pytest.mark.parametrize("secret", ["", " ", ",", "changeme", f"{OLD},short"])
def test_65_production_does_not_start_with_a_secret_that_is_none(secret: str) -> None:
    given = {"HANDBILL_ENV": "production", "HANDBILL_BASE_URL": "https://hb.example.org"}
    assert check_production(load({**given, "HANDBILL_SECRET_KEY": OLD})) == []
    with pytest.raises(Misconfigured) as caught:
        check_production(load({**given, "HANDBILL_SECRET_KEY": secret}))
    assert caught.value.field == "HANDBILL_SECRET_KEY"


def test_65_whoever_is_logged_in_stays_so_while_the_secret_changes(tmp_path: Path) -> None:
    app = an_app(tmp_path, secret_key=OLD)
    client, party = app.test_client(), a_party(app)
    first = tokens(client, party)
    subject = claims(client, first["id_token"])["sub"]
    cookie = client.get_cookie("hb-session")
    assert cookie
    for secret, same_key in ((f"{NEW},{OLD}", True), (NEW, False)):
        app = again(app, tmp_path, secret)
        client = app.test_client()
        client.set_cookie("hb-session", cookie.value)
        code = sent_to(client.get(party.address(prompt="none")))["code"]
        given = party.exchange(client, code).get_json()
        assert claims(client, given["id_token"])["sub"] == subject
        assert (header(given["id_token"])["kid"] == header(first["id_token"])["kid"]) is same_key
    app.extensions["handbill"].close()


def test_65_an_attempt_that_began_before_the_change_ends_well(tmp_path: Path) -> None:
    peer = Peer("github")
    app = peer.app(tmp_path, secret_key=OLD)
    client, party = app.test_client(), a_party(app)
    peer.sent = fields_of(go(client, party, "github"))
    cookie = client.get_cookie("hb-browser")
    assert cookie
    app.extensions["handbill"].close()
    app = peer.app(tmp_path, secret_key=f"{NEW},{OLD}")
    client = app.test_client()
    client.set_cookie("hb-browser", cookie.value)
    assert "code" in sent_to(follow(client, come_back(client, "github", peer.sent)))
    app.extensions["handbill"].close()
