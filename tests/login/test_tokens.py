"""Tokens: who gets them, once, and what they are good for. (Threats 5, 16, 18, 19, 21 to 23, 61.)"""

from __future__ import annotations

import base64
import hashlib
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from tests.doubles import an_app
from tests.login.parties import ANN, BACK, BASE, Party, a_code, a_party, claims, header, log_in, sent_to, tokens

OFFLINE = "openid profile email offline_access"


@pytest.fixture
def party(app: Flask) -> Party:
    return a_party(app)


def userinfo(client: FlaskClient, token: str) -> Any:
    return client.get("/oauth/userinfo", headers={"Authorization": f"Bearer {token}"})


def test_5_a_code_is_good_once_and_a_second_use_ends_everything(client: FlaskClient, party: Party) -> None:
    code = a_code(client, party, scope=OFFLINE)
    first = party.exchange(client, code).get_json()
    assert userinfo(client, first["access_token"]).status_code == 200
    assert party.exchange(client, code).get_json()["error"] == "invalid_grant"
    assert userinfo(client, first["access_token"]).status_code == 401
    assert party.refresh(client, first["refresh_token"]).status_code == 400


def test_5_of_eight_that_race_one_at_most_gets_tokens(tmp_path: Path) -> None:
    app = an_app(tmp_path)  # on a file: every thread has its own connection
    party, client = a_party(app), app.test_client()
    code = a_code(client, party)
    replies: list[int] = []
    start = threading.Barrier(8)

    def race() -> None:
        mine = app.test_client()
        start.wait()
        replies.append(party.exchange(mine, code).status_code)

    threads = [threading.Thread(target=race) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert replies.count(200) == 1
    assert replies.count(400) == 7
    app.extensions["handbill"].close()


def test_5_a_code_is_for_its_client_its_address_and_its_verifier(
    app: Flask, client: FlaskClient, party: Party
) -> None:
    other = a_party(app)
    code = a_code(client, party)
    assert Party(other.site, party.verifier).exchange(client, code).get_json()["error"] == "invalid_grant"
    assert party.exchange(client, code).status_code == 200, "a stranger's try does not spoil it"
    for change in (
        {"redirect_uri": BACK + "/"},
        {"redirect_uri": None},
        {"code_verifier": "x" * 43},
        {"code_verifier": None},
        {"code_verifier": party.challenge},
    ):
        reply = party.exchange(client, sent_to(client.get(party.address()))["code"], **change)
        assert reply.status_code == 400, change
        assert "access_token" not in reply.get_json()
    assert party.exchange(client, "hbc_nothing").get_json()["error"] == "invalid_grant"
    assert party.exchange(client, None).get_json()["error"] == "invalid_request"


def test_5_a_code_lives_a_minute(client: FlaskClient, party: Party) -> None:
    now = datetime.now(UTC)
    with time_machine.travel(now, tick=False):
        code = a_code(client, party)
    with time_machine.travel(now + timedelta(seconds=61), tick=False):
        assert party.exchange(client, code).get_json()["error"] == "invalid_grant"


def test_5_codes_and_tokens_have_bits_enough(client: FlaskClient, party: Party) -> None:
    code = a_code(client, party, scope=OFFLINE)
    given = party.exchange(client, code).get_json()
    for secret in (code, given["access_token"], given["refresh_token"]):
        assert len(secret) == 4 + 43, "256 bits"


def test_16_only_hashes_are_kept(app: Flask, client: FlaskClient, party: Party, tmp_path: Path) -> None:
    code = a_code(client, party, scope=OFFLINE)
    given = party.exchange(client, code).get_json()
    cookie = client.get_cookie("hb-session")
    assert cookie
    app.extensions["handbill"].close()
    stored = b"".join(path.read_bytes() for path in tmp_path.rglob("handbill.sqlite*"))
    assert hashlib.sha256(code.encode()).hexdigest().encode() in stored
    for secret in (code, given["access_token"], given["refresh_token"], given["id_token"], cookie.value):
        assert secret.encode() not in stored
    assert (party.site.client_secret or "").encode() not in stored
    assert b"BEGIN PRIVATE" not in stored
    assert b'"d":' not in stored, "the private half of a signing key"


def test_18_a_refresh_token_is_good_once_and_a_second_use_ends_the_family(client: FlaskClient, party: Party) -> None:
    first = tokens(client, party, scope=OFFLINE)
    second = party.refresh(client, first["refresh_token"]).get_json()
    assert second["refresh_token"] != first["refresh_token"]
    third = party.refresh(client, second["refresh_token"]).get_json()
    assert userinfo(client, third["access_token"]).status_code == 200
    assert party.refresh(client, first["refresh_token"]).get_json()["error"] == "invalid_grant"
    assert party.refresh(client, third["refresh_token"]).get_json()["error"] == "invalid_grant"
    for given in (first, second, third):
        assert userinfo(client, given["access_token"]).status_code == 401


def test_18_of_many_that_refresh_at_once_one_at_most_succeeds(tmp_path: Path) -> None:
    app = an_app(tmp_path)
    party = a_party(app, public=True)
    token = tokens(app.test_client(), party, scope=OFFLINE)["refresh_token"]
    replies: list[int] = []
    start = threading.Barrier(6)

    def race() -> None:
        mine = app.test_client()
        start.wait()
        replies.append(party.refresh(mine, token).status_code)

    threads = [threading.Thread(target=race) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert replies.count(200) <= 1
    app.extensions["handbill"].close()


def test_18_a_scope_may_shrink_and_not_grow(client: FlaskClient, party: Party) -> None:
    given = tokens(client, party, scope="openid profile offline_access")
    reply = party.refresh(client, given["refresh_token"], scope="openid email")
    assert reply.get_json()["error"] == "invalid_scope"
    smaller = party.refresh(client, given["refresh_token"], scope="openid").get_json()
    assert smaller["scope"] == "openid"
    assert "name" not in userinfo(client, smaller["access_token"]).get_json()
    whole = party.refresh(client, smaller["refresh_token"]).get_json()
    assert whole["scope"] == "openid profile offline_access"


def test_18_a_refresh_token_is_its_clients_own(app: Flask, client: FlaskClient, party: Party) -> None:
    given = tokens(client, party, scope=OFFLINE)
    assert a_party(app).refresh(client, given["refresh_token"]).get_json()["error"] == "invalid_grant"
    assert party.refresh(client, given["access_token"]).get_json()["error"] == "invalid_grant"
    assert party.refresh(client, given["refresh_token"]).status_code == 200


def test_19_a_refreshed_id_token_is_of_the_same_login(client: FlaskClient, party: Party) -> None:
    now = datetime.now(UTC)
    with time_machine.travel(now, tick=False):
        given = tokens(client, party, scope=OFFLINE)
        first = claims(client, given["id_token"])
    with time_machine.travel(now + timedelta(hours=3), tick=False):
        reply = party.refresh(client, given["refresh_token"]).get_json()
        again = claims(client, reply["id_token"])
    for name in ("iss", "sub", "aud", "auth_time"):
        assert again[name] == first[name]
    assert again["iat"] >= first["iat"] + 3 * 3600
    assert "nonce" not in again


def test_21_an_access_token_is_taken_from_the_header_only(client: FlaskClient, party: Party) -> None:
    token = tokens(client, party)["access_token"]
    assert client.get(f"/oauth/userinfo?access_token={token}").status_code == 401
    assert client.post("/oauth/userinfo", data={"access_token": token}).status_code == 401
    assert client.post("/oauth/userinfo", headers={"Authorization": f"bearer {token}"}).status_code == 200
    reply = userinfo(client, "nothing")
    assert reply.headers["WWW-Authenticate"].startswith('Bearer realm="handbill", error="invalid_token"')


def test_21_a_refresh_token_is_no_access_token(client: FlaskClient, party: Party) -> None:
    assert userinfo(client, tokens(client, party, scope=OFFLINE)["refresh_token"]).status_code == 401


def test_22_replies_are_kept_by_nobody(client: FlaskClient, party: Party) -> None:
    reply = party.exchange(client, a_code(client, party))
    for one in (reply, userinfo(client, reply.get_json()["access_token"]), client.post("/oauth/token")):
        assert one.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_23_an_id_token_says_what_was_promised(app: Flask, client: FlaskClient, party: Party, algorithm: str) -> None:
    app.extensions["handbill"].sites.configure(party.site.key, login_algorithm=algorithm)
    given = tokens(client, party)
    found = claims(client, given["id_token"])
    half = hashlib.sha256(given["access_token"].encode()).digest()[:16]
    assert found["at_hash"] == base64.urlsafe_b64encode(half).rstrip(b"=").decode()
    assert (found["iss"], found["aud"], found["nonce"]) == (BASE, party.site.client_id, party.nonce)
    assert found["exp"] - found["iat"] <= 600
    assert found["auth_time"] <= found["iat"]
    assert (found["network"], found["name"]) == ("developer", "Ann Example")
    assert (found["email"], found["email_verified"]) == ("ann@example.org", False)
    assert header(given["id_token"])["alg"] == algorithm
    assert header(given["id_token"])["kid"] in [key["kid"] for key in client.get("/oauth/jwks").get_json()["keys"]]


def test_23_claims_follow_the_scope(client: FlaskClient, party: Party) -> None:
    found = claims(client, tokens(client, party, scope="openid")["id_token"])
    assert not {"name", "preferred_username", "picture", "email", "email_verified"} & set(found)
    assert {"sub", "network"} <= set(found)


def test_23_nothing_a_network_says_changes_the_protocols_claims(app: Flask) -> None:
    from login.claims import about
    from login.people import Account
    from networks.oauth import Profile

    now = datetime.now(UTC)
    evil = Profile(
        "mastodon", "https://evil.example", "https://evil/u", name="iss", handle="aud", email="e@e.example"
    )
    said = about(Account("a", "p", evil, now, now), "openid profile email", "our-sub", lambda url, _: url)
    assert set(said) <= {"sub", "network", "name", "preferred_username", "profile", "picture", "locale"} | {
        "email",
        "email_verified",
    }
    assert said["sub"] == "our-sub"
    assert said["email_verified"] is False


def test_a_picture_comes_from_our_own_address(app: Flask, client: FlaskClient, party: Party) -> None:
    from networks.oauth import Profile

    logins = app.extensions["handbill"].logins
    face = Profile("github", "https://github.com", "1", name="Ann", picture="https://avatars.example/1.png")
    session = logins.sessions.start(logins.people.met(face))
    client.set_cookie("hb-session", session.token)
    logins.people.agree(session.person_id, party.site.key, {"openid", "profile", "email"})
    code = sent_to(client.get(party.address()))["code"]
    found = claims(client, party.exchange(client, code).get_json()["id_token"])
    assert found["picture"].startswith(f"{BASE}/media/")
    assert "avatars.example" not in found["picture"]
    assert "email" not in found


def test_61_no_refresh_token_unless_it_is_asked_for(client: FlaskClient, party: Party) -> None:
    assert "refresh_token" not in tokens(client, party)


def test_a_person_gone_takes_their_tokens_along(app: Flask, client: FlaskClient, party: Party) -> None:
    given = tokens(client, party, scope=OFFLINE)
    logins = app.extensions["handbill"].logins
    logins.people.forget(logins.grants.find(given["access_token"]).grant.person_id)
    assert userinfo(client, given["access_token"]).status_code == 401
    assert party.refresh(client, given["refresh_token"]).get_json()["error"] == "invalid_grant"
    assert "Log in to Blog" in client.get(party.address()).get_data(as_text=True)
    assert "code" in sent_to(log_in(client, party.address(), ANN))
