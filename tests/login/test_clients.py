"""Clients: how they prove themselves, what they may ask about, whose pages may read it. (16, 17, 20, 32, 64, 66.)"""

from __future__ import annotations

import base64
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.doubles import ORIGIN, an_app
from tests.login.parties import BACK, BASE, Party, a_code, a_party, claims, tokens

OFFLINE = "openid profile email offline_access"


@pytest.fixture
def party(app: Flask) -> Party:
    return a_party(app)


def userinfo(client: FlaskClient, token: str) -> Any:
    return client.get("/oauth/userinfo", headers={"Authorization": f"Bearer {token}"})


def post(client: FlaskClient, fields: dict[str, str], authorization: str = "") -> Any:
    return client.post("/oauth/token", data=fields, headers={"Authorization": authorization} if authorization else {})


def basic(name: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()


def test_16_a_client_proves_itself_as_it_should(app: Flask, client: FlaskClient, party: Party) -> None:
    name, secret = party.site.client_id, party.site.client_secret or ""
    fields = {"grant_type": "authorization_code", "code": "x", "redirect_uri": BACK, "code_verifier": party.verifier}
    wrong = [
        post(client, fields),
        post(client, {**fields, "client_id": name}),
        post(client, {**fields, "client_id": name, "client_secret": "hbs_wrong"}),
        post(client, {**fields, "client_id": "nobody", "client_secret": secret}),
        post(client, fields, basic(name, "")),
        post(client, fields, basic(name, "hbs_wrong")),
        post(client, fields, basic("nobody", secret)),
        post(client, fields, "Basic ???"),
        client.post(f"/oauth/token?client_id={name}&client_secret={secret}", data=fields),
    ]
    assert {reply.status_code for reply in wrong} == {401}
    assert len({reply.data for reply in wrong}) == 1, "32: what was wrong is not told"
    assert all(reply.headers["WWW-Authenticate"].startswith("Basic") for reply in wrong)
    public = a_party(app, public=True)
    assert post(client, {**fields, "client_id": public.site.client_id}).get_json()["error"] == "invalid_grant"
    assert post(client, fields, basic(public.site.client_id, "x")).status_code == 401


def test_16_the_secret_may_stand_in_the_form(client: FlaskClient, party: Party) -> None:
    secret = {"client_id": party.site.client_id, "client_secret": party.site.client_secret or ""}
    fields = {"grant_type": "authorization_code", "redirect_uri": BACK, "code_verifier": party.verifier, **secret}
    assert post(client, {**fields, "code": a_code(client, party)}).status_code == 200


def test_17_two_ways_at_once_are_refused(client: FlaskClient, party: Party) -> None:
    name, secret = party.site.client_id, party.site.client_secret or ""
    fields = {"grant_type": "authorization_code", "code": a_code(client, party), "redirect_uri": BACK}
    fields |= {"code_verifier": party.verifier}
    both = post(client, {**fields, "client_id": name, "client_secret": secret}, basic(name, secret))
    assert (both.status_code, both.get_json()["error"]) == (400, "invalid_request")
    assert post(client, {**fields, "client_id": "other"}, basic(name, secret)).status_code == 400


def test_20_revocation_is_the_owners_and_does_no_harm_twice(app: Flask, client: FlaskClient, party: Party) -> None:
    given = tokens(client, party, scope=OFFLINE)
    assert a_party(app).post(client, "/oauth/revoke", token=given["access_token"]).status_code == 200
    assert userinfo(client, given["access_token"]).status_code == 200, "a foreign client's word counts for nothing"
    for _ in range(2):
        assert party.post(client, "/oauth/revoke", token=given["access_token"]).status_code == 200
    assert userinfo(client, given["access_token"]).status_code == 401
    assert party.post(client, "/oauth/revoke", token="nothing").status_code == 200
    fresh = party.refresh(client, given["refresh_token"]).get_json()
    party.post(client, "/oauth/revoke", token=fresh["refresh_token"], token_type_hint="refresh_token")
    assert userinfo(client, fresh["access_token"]).status_code == 401, "RFC 7009 §2.1"
    assert party.post(client, "/oauth/revoke").get_json()["error"] == "invalid_request"
    assert client.post("/oauth/revoke", data={"token": "x"}).status_code == 401


def test_introspection_is_of_ones_own_tokens(app: Flask, client: FlaskClient, party: Party) -> None:
    given = tokens(client, party, scope=OFFLINE)
    found = party.post(client, "/oauth/introspect", token=given["access_token"]).get_json()
    assert found["active"] is True
    assert found["sub"] == claims(client, given["id_token"])["sub"]
    assert (found["iss"], found["aud"]) == (BASE, party.site.client_id)
    inactive = {"active": False}
    assert a_party(app).post(client, "/oauth/introspect", token=given["access_token"]).get_json() == inactive
    assert party.post(client, "/oauth/introspect", token="nothing").get_json() == inactive
    public = a_party(app, public=True)
    assert public.post(client, "/oauth/introspect", token="nothing").status_code == 401
    party.refresh(client, given["refresh_token"])
    assert party.post(client, "/oauth/introspect", token=given["refresh_token"]).get_json() == inactive


def test_64_pages_of_the_sites_own_origins_may_ask(app: Flask, client: FlaskClient) -> None:
    party = a_party(app, public=True)
    for address in ("/.well-known/openid-configuration", "/oauth/jwks"):
        assert client.get(address).headers["Access-Control-Allow-Origin"] == "*"
    code = a_code(client, party)
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": party.verifier}
    fields["client_id"] = party.site.client_id
    reply = client.post("/oauth/token", data=fields, headers={"Origin": ORIGIN})
    assert reply.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "Access-Control-Allow-Credentials" not in reply.headers
    headers = {"Authorization": "Bearer " + reply.get_json()["access_token"], "Origin": "https://evil.example"}
    assert "Access-Control-Allow-Origin" not in client.get("/oauth/userinfo", headers=headers).headers
    for address in ("/oauth/token", "/oauth/userinfo", "/oauth/revoke"):
        asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
        allowed = client.options(address, headers={"Origin": ORIGIN, **asked})
        assert allowed.status_code == 204
        assert allowed.headers["Access-Control-Allow-Origin"] == ORIGIN
        assert "Authorization" in allowed.headers["Access-Control-Allow-Headers"]
        refused = client.options(address, headers={"Origin": "https://evil.example", **asked})
        assert "Access-Control-Allow-Origin" not in refused.headers


def test_64_a_site_is_not_read_by_another_sites_pages(app: Flask, client: FlaskClient, party: Party) -> None:
    a_party(app, origins=("https://other.example",))
    token = tokens(client, party)["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Origin": "https://other.example"}
    assert "Access-Control-Allow-Origin" not in client.get("/oauth/userinfo", headers=headers).headers


def test_66_two_secrets_live_through_the_overlap(app: Flask, client: FlaskClient, party: Party) -> None:
    new = app.extensions["handbill"].sites.rotate(party.site.key, "client")
    for secret in (party.site.client_secret or "", new):
        fields = {"grant_type": "authorization_code", "redirect_uri": BACK, "code_verifier": party.verifier}
        fields["code"] = a_code(app.test_client(), party)
        assert post(client, fields, basic(party.site.client_id, secret)).status_code == 200
    app.extensions["handbill"].sites.rotate(party.site.key, "client", timedelta(0))
    assert post(client, fields, basic(party.site.client_id, new)).status_code == 401


def test_32_who_fails_often_is_told_to_wait(tmp_path: Path) -> None:
    app = an_app(tmp_path, limits="on")
    client = app.test_client()
    statuses = [client.post("/oauth/token", data={"grant_type": "refresh_token"}).status_code for _ in range(40)]
    assert statuses[0] == 401
    assert statuses[-1] == 429
    app.extensions["handbill"].close()


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"grant_type": "password", "username": "a", "password": "b"},
        {"grant_type": "implicit"},
        {"grant_type": 'ä"\\'},
        {"grant_type": ["authorization_code", "authorization_code"], "code": "x"},
        {"grant_type": "authorization_code", "code": ["x", "y"]},
        {"grant_type": "authorization_code", "code": "ä\x00" * 10},
        {"grant_type": "refresh_token", "refresh_token": "ä\x7f", "scope": 'o"ä'},
        {"grant_type": "x" * 5000},
    ],
)
def test_odd_requests_get_plain_errors(client: FlaskClient, party: Party, fields: dict[str, Any]) -> None:
    fields = {**fields, "client_id": party.site.client_id, "client_secret": party.site.client_secret}
    reply = client.post("/oauth/token", data=fields)
    assert reply.status_code == 400
    assert set(reply.get_json()) <= {"error", "error_description"}
