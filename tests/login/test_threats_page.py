"""Threat 56: which page may ask for a token of a client without a secret, and what the token says of it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from login.popup import Answers
from login.requests import read_text
from tests.doubles import ORIGIN
from tests.login.parties import BACK, Party, a_code, a_party, claims

SHOP = "https://shop.example.org"


@pytest.fixture
def party(app: Flask) -> Party:
    """A site without a back end on two origins."""
    return a_party(app, public=True, origins=(ORIGIN, SHOP), return_to=(BACK, SHOP + "/back"))


def from_page(client: FlaskClient, party: Party, page: str, **fields: Any) -> TestResponse:
    """A page's own request to the token endpoint, as a browser sends it."""
    given = {"client_id": party.site.client_id, "grant_type": "authorization_code", "redirect_uri": BACK}
    given |= {"code_verifier": party.verifier, **fields}
    return client.post("/oauth/token", data=given, headers={"Origin": page})


def test_56_a_token_names_the_page_that_asked_for_it(client: FlaskClient, party: Party) -> None:
    scope = "openid offline_access"
    reply = from_page(client, party, ORIGIN, code=a_code(client, party, scope=scope))
    assert reply.headers["Access-Control-Allow-Origin"] == ORIGIN
    given = reply.get_json()
    assert claims(client, given["id_token"])["origin"] == ORIGIN
    fields = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"]}
    again = from_page(client, party, ORIGIN, **fields).get_json()
    assert claims(client, again["id_token"])["origin"] == ORIGIN
    by_itself = party.refresh(client, again["refresh_token"]).get_json()
    assert "origin" not in claims(client, by_itself["id_token"]), "no page asked"


OTHERS = (
    "https://evil.example", "null", "https://blog.example.org.evil.example", "http://blog.example.org",
    "https://blog.example.org:8443", "HTTPS://BLOG.EXAMPLE.ORG", "https://blog.example.org/", "file://", "*",
)  # fmt: skip


def test_56_other_pages_get_nothing_whatever_they_have(client: FlaskClient, party: Party) -> None:
    """A hostile page that got hold of code and verifier is refused, and has not used the code up."""
    code = a_code(client, party)
    for origin in OTHERS:
        reply = from_page(client, party, origin, code=code)
        assert (reply.status_code, reply.get_json()["error"]) == (400, "unauthorized_client"), origin
        assert "id_token" not in reply.get_data(as_text=True)
        assert "Access-Control-Allow-Origin" not in reply.headers
    assert from_page(client, party, ORIGIN, code=code).status_code == 200


def test_56_a_code_is_for_the_page_it_was_sent_to(client: FlaskClient, party: Party) -> None:
    """The site's other origin is registered too: still the code is not for its pages, and it is used up."""
    code = a_code(client, party)
    stolen = from_page(client, party, SHOP, code=code)
    assert (stolen.status_code, stolen.get_json()["error"]) == (400, "invalid_grant")
    assert from_page(client, party, ORIGIN, code=code).status_code == 400


def test_56_a_site_with_a_secret_is_not_held_to_pages(app: Flask, client: FlaskClient) -> None:
    party = a_party(app)
    client.environ_base["HTTP_ORIGIN"] = "https://tool.example"
    given = party.exchange(client, a_code(app.test_client(), party)).get_json()
    assert "origin" not in claims(client, given["id_token"])


def test_56_a_refused_page_does_not_take_the_windows_answer(app: Flask, client: FlaskClient, party: Party) -> None:
    services = app.extensions["handbill"]
    Answers(services.cache, services.vault).keep(read_text(party.query()), {"code": "c"})
    asked = {"client_id": party.site.client_id, "state": party.state, "verifier": party.verifier}
    for origin in ("https://evil.example", "null"):
        reply = client.post("/oauth/popup", data=asked, headers={"Origin": origin})
        assert (reply.status_code, reply.headers.get("Access-Control-Allow-Origin")) == (204, None)
    assert client.post("/oauth/popup", data=asked, headers={"Origin": ORIGIN}).get_json() == {"code": "c"}


def test_56_nothing_a_page_or_a_network_says_becomes_the_claim(client: FlaskClient, party: Party) -> None:
    who = {"name": "Eve", "email": "eve@example.org", "subject": "eve", "origin": "https://evil.example"}
    code = a_code(client, party, who, origin="https://evil.example")
    reply = from_page(client, party, ORIGIN, code=code, origin="https://evil.example")
    assert claims(client, reply.get_json()["id_token"])["origin"] == ORIGIN
