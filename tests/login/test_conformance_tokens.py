"""What a black-box probe asks of the endpoints that programs call. Pairs of request and answer.

RFC 6749 §4.1.3, §5, §6; RFC 6750; RFC 7009; RFC 7636 §4.6; RFC 7662; OpenID Connect Core §3.1.3, §5.3, §12; Fetch.
What test_tokens.py and test_clients.py ask is not asked again.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.doubles import ORIGIN, an_app
from tests.login.parties import BACK, BASE, Party, a_party, claims, header, log_in, sent_to, tokens

OFFLINE = "openid profile email offline_access"
ENDPOINTS = ["/oauth/token", "/oauth/revoke", "/oauth/introspect"]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    made = an_app(tmp_path_factory.mktemp("conformance"))
    yield made
    made.extensions["handbill"].close()


@pytest.fixture(scope="module")
def party(app: Flask) -> Party:
    return a_party(app)


@pytest.fixture(scope="module")
def known(app: Flask, party: Party) -> FlaskClient:
    """A browser in which somebody is logged in, and has agreed to everything."""
    client = app.test_client()
    log_in(client, party.address(scope=OFFLINE))
    return client


def code(known: FlaskClient, party: Party, **changes: Any) -> str:
    return sent_to(known.get(party.address(**changes)))["code"]


def basic(name: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()}


def mine(party: Party) -> dict[str, str]:
    return basic(party.site.client_id, party.site.client_secret or "")


def error(reply: TestResponse) -> str:
    """The error of a reply that is shaped as RFC 6749 §5.2 has it, and kept by nobody."""
    body = reply.get_json()
    assert set(body) <= {"error", "error_description"}
    assert all(set(text) <= set(map(chr, range(32, 127))) - set('"\\') for text in body.values())
    assert (reply.headers["Cache-Control"], reply.headers["Pragma"]) == ("no-store", "no-cache")
    assert reply.headers["Content-Type"] == "application/json"
    return str(body["error"])


# --- the token endpoint ---

EXCHANGES: list[tuple[dict[str, str | None], str]] = [
    ({"grant_type": None}, "invalid_request"),
    ({"grant_type": ""}, "invalid_request"),
    ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
    ({"grant_type": "urn:ietf:params:oauth:grant-type:device_code"}, "unsupported_grant_type"),
    ({"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer"}, "unsupported_grant_type"),
    ({"code": None}, "invalid_request"),
    ({"code": ""}, "invalid_request"),
    ({"code": "hbr_nothing"}, "invalid_grant"),
    ({"code_verifier": None}, "invalid_request"),
    ({"code_verifier": "x" * 42}, "invalid_request"),
    ({"code_verifier": "x" * 129}, "invalid_request"),
    ({"code_verifier": "!" * 43}, "invalid_request"),
    ({"code_verifier": "x" * 43}, "invalid_grant"),
    ({"code_verifier": "x" * 128}, "invalid_grant"),
    ({"redirect_uri": BACK + "?x=1"}, "invalid_grant"),
    ({"redirect_uri": ""}, "invalid_grant"),
]


@pytest.mark.parametrize(("change", "wanted"), EXCHANGES)
def test_a_code_is_not_exchanged(
    known: FlaskClient, party: Party, change: dict[str, str | None], wanted: str
) -> None:
    fields = {"grant_type": "authorization_code", "redirect_uri": BACK, "code_verifier": party.verifier}
    reply = party.post(known, "/oauth/token", **{**fields, "code": code(known, party), **change})
    assert (reply.status_code, error(reply)) == (400, wanted)


def test_a_code_is_exchanged(known: FlaskClient, party: Party) -> None:
    """And with everything that clients add to it."""
    added = {"resource": "https://api.example", "audience": "x", "unheard_of": "ä", "scope": "openid", "state": "s"}
    reply = party.exchange(known, code(known, party, scope=OFFLINE), **added, client_id=party.site.client_id)
    given = reply.get_json()
    assert set(given) == {"access_token", "token_type", "expires_in", "scope", "id_token", "refresh_token"}
    assert (given["token_type"], given["expires_in"], given["scope"]) == ("Bearer", 3600, OFFLINE)
    assert (reply.headers["Cache-Control"], reply.headers["Pragma"]) == ("no-store", "no-cache")
    assert reply.headers["Content-Type"] == "application/json"
    assert "Set-Cookie" not in reply.headers
    assert header(given["id_token"])["typ"] == "JWT"


@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded; charset=UTF-8", "Application/X-WWW-Form-URLEncoded"]
)
def test_a_form_by_any_name(known: FlaskClient, party: Party, kind: str) -> None:
    fields = (
        f"grant_type=authorization_code&code={code(known, party)}&redirect_uri={BACK}&code_verifier={party.verifier}"
    )
    assert known.post("/oauth/token", data=fields, content_type=kind, headers=mine(party)).status_code == 200


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_what_is_no_form_is_refused(client: FlaskClient, party: Party, endpoint: str) -> None:
    sent = client.post(endpoint, json={"grant_type": "refresh_token", "token": "x"}, headers=mine(party))
    assert (sent.status_code, error(sent)) == (400, "invalid_request")
    long = client.post(endpoint, data={"grant_type": "refresh_token", "token": "x" * 100_000}, headers=mine(party))
    assert (long.status_code, error(long)) == (413, "invalid_request")


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_they_are_posted_to(client: FlaskClient, endpoint: str, method: str) -> None:
    reply = client.open(endpoint, method=method)
    assert (reply.status_code, reply.headers["Allow"], error(reply)) == (405, "POST", "invalid_request")


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_who_does_not_prove_themselves_is_told_how(client: FlaskClient, party: Party, endpoint: str) -> None:
    fields = {"grant_type": "refresh_token", "refresh_token": "x", "token": "x"}
    for headers in (basic(party.site.client_id, "wrong"), {}, {"Authorization": "Bearer x"}):
        reply = client.post(endpoint, data=fields, headers=headers)
        assert (reply.status_code, error(reply)) == (401, "invalid_client")
        assert reply.headers["WWW-Authenticate"].startswith('Basic realm="handbill", error="invalid_client"')


def test_basic_credentials_may_be_encoded_as_a_form(known: FlaskClient, party: Party) -> None:
    """RFC 6749 §2.3.1 has id and secret form-encoded before base64; ours hold nothing that changes by it."""
    from urllib.parse import quote_plus

    name, secret = party.site.client_id, party.site.client_secret or ""
    assert (quote_plus(name), quote_plus(secret)) == (name, secret)


def test_a_public_client_has_its_name_only(app: Flask) -> None:
    party, client = a_party(app, public=True), app.test_client()
    given = tokens(client, party, scope=OFFLINE)
    for headers in (basic(party.site.client_id, ""), basic(party.site.client_id, "x")):
        fields = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"]}
        assert error(client.post("/oauth/token", data=fields, headers=headers)) == "invalid_client"
    empty = party.refresh(client, given["refresh_token"], client_secret="")
    assert empty.status_code == 200, "an empty parameter is none (RFC 6749 §3.1)"


# --- refreshing ---

REFRESHES: list[tuple[dict[str, str | None], str]] = [
    ({"refresh_token": None}, "invalid_request"),
    ({"refresh_token": ""}, "invalid_request"),
    ({"refresh_token": "hbr_nothing"}, "invalid_grant"),
    ({"scope": "openid admin"}, "invalid_scope"),
    ({"scope": "admin"}, "invalid_scope"),
]


@pytest.mark.parametrize(("change", "wanted"), REFRESHES)
def test_a_token_is_not_refreshed(
    known: FlaskClient, party: Party, change: dict[str, str | None], wanted: str
) -> None:
    given = party.exchange(known, code(known, party, scope=OFFLINE)).get_json()
    reply = party.refresh(known, given["refresh_token"], **change)
    assert (reply.status_code, error(reply)) == (400, wanted)
    assert party.refresh(known, given["refresh_token"]).status_code == 200, "a mistake does not use it up"


def test_a_refreshed_token_says_the_same(known: FlaskClient, party: Party) -> None:
    given = party.exchange(known, code(known, party, scope=OFFLINE)).get_json()
    fresh = party.refresh(known, given["refresh_token"]).get_json()
    assert set(fresh) == set(given)
    first, second = claims(known, given["id_token"]), claims(known, fresh["id_token"])
    changed = {"iat", "exp", "at_hash", "nonce"}
    assert {k: v for k, v in first.items() if k not in changed} == {
        k: v for k, v in second.items() if k not in changed
    }


# --- userinfo ---


def asked(client: FlaskClient, token: str, method: str = "GET", **headers: str) -> TestResponse:
    return client.open("/oauth/userinfo", method=method, headers={"Authorization": f"Bearer {token}", **headers})


def test_userinfo_challenges(known: FlaskClient, party: Party) -> None:
    """RFC 6750 §3: a challenge names what it guards; what is wrong is said to whoever brought a token."""
    none = known.get("/oauth/userinfo")
    assert (none.status_code, none.headers["WWW-Authenticate"]) == (401, 'Bearer realm="handbill"')
    for headers in ({"Authorization": "Bearer"}, {"Authorization": "Basic eDp5"}):
        assert known.get("/oauth/userinfo", headers=headers).status_code == 401
    for token in ("nothing", "hbt_nothing", "ä", "a b", "x" * 5000):
        reply = asked(known, token)
        assert (reply.status_code, error(reply)) == (401, "invalid_token")
        assert 'error="invalid_token"' in reply.headers["WWW-Authenticate"]
    given = party.exchange(known, code(known, party)).get_json()
    assert asked(known, given["id_token"]).status_code == 401
    assert asked(known, code(known, party)).status_code == 401


def test_userinfo_by_either_method(known: FlaskClient, party: Party) -> None:
    given = party.exchange(known, code(known, party)).get_json()
    told = [asked(known, given["access_token"], method).get_json() for method in ("GET", "POST")]
    assert told[0] == told[1]
    own = claims(known, given["id_token"])
    assert told[0] == {name: own[name] for name in told[0]}
    assert asked(known, given["access_token"], "HEAD").status_code == 200
    assert known.put("/oauth/userinfo").status_code == 405


@pytest.mark.parametrize(
    ("scope", "names"),
    [
        ("openid", set()),
        ("openid email", {"email", "email_verified"}),
        ("openid profile", {"name", "preferred_username"}),
        ("openid address phone groups", set()),
    ],
)
def test_userinfo_follows_the_scope(known: FlaskClient, party: Party, scope: str, names: set[str]) -> None:
    given = party.exchange(known, code(known, party, scope=scope)).get_json()
    assert set(asked(known, given["access_token"]).get_json()) - {"profile", "locale"} == {"sub", "network"} | names


def test_a_token_without_openid_is_not_enough(known: FlaskClient, party: Party) -> None:
    given = party.exchange(known, code(known, party, scope=OFFLINE)).get_json()
    narrow = party.refresh(known, given["refresh_token"], scope="profile").get_json()
    assert narrow["scope"] == "profile"
    assert "id_token" not in narrow
    reply = asked(known, narrow["access_token"])
    assert (reply.status_code, error(reply)) == (403, "insufficient_scope")
    assert 'error="insufficient_scope"' in reply.headers["WWW-Authenticate"]


# --- revocation and introspection ---


def test_revocation_says_nothing(known: FlaskClient, party: Party) -> None:
    for token, hint in (("nothing", None), ("nothing", "refresh_token"), ("nothing", "odd"), ("x" * 3000, None)):
        reply = party.post(known, "/oauth/revoke", token=token, token_type_hint=hint)
        assert reply.status_code == 200, hint
    given = party.exchange(known, code(known, party, scope=OFFLINE)).get_json()
    wrong = party.post(known, "/oauth/revoke", token=given["access_token"], token_type_hint="refresh_token")
    assert wrong.status_code == 200, "RFC 7009 §2.1: a wrong hint only makes the server look further"
    assert asked(known, given["access_token"]).status_code == 401
    assert party.refresh(known, given["refresh_token"]).status_code == 200, "an access token goes alone"


def test_introspection_says_what_a_token_is(known: FlaskClient, party: Party) -> None:
    given = party.exchange(known, code(known, party, scope=OFFLINE)).get_json()
    reply = party.post(known, "/oauth/introspect", token=given["access_token"], token_type_hint="refresh_token")
    told = reply.get_json()
    assert reply.headers["Cache-Control"] == "no-store"
    assert (told["active"], told["scope"], told["client_id"]) == (True, OFFLINE, party.site.client_id)
    assert told["exp"] - told["iat"] == 3600
    assert told["iss"] == BASE
    assert party.post(known, "/oauth/introspect", token=given["refresh_token"]).get_json()["active"] is True
    for token in (given["id_token"], "x" * 3000, "ä"):
        assert party.post(known, "/oauth/introspect", token=token).get_json() == {"active": False}
    party.post(known, "/oauth/revoke", token=given["access_token"])
    gone = party.post(known, "/oauth/introspect", token=given["access_token"])
    assert (gone.status_code, gone.get_json()) == (200, {"active": False})
    assert error(party.post(known, "/oauth/introspect")) == "invalid_request"


# --- pages of the site's own origins ---


@pytest.mark.parametrize("endpoint", ["/oauth/token", "/oauth/userinfo", "/oauth/revoke"])
def test_a_page_may_read_errors_too(client: FlaskClient, party: Party, endpoint: str) -> None:
    reply = client.post(endpoint, data={"grant_type": "refresh_token"}, headers={"Origin": ORIGIN})
    assert reply.status_code == 401
    assert reply.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "WWW-Authenticate" in reply.headers["Access-Control-Expose-Headers"]
    assert "Origin" in reply.headers["Vary"]
    assert "Access-Control-Allow-Credentials" not in reply.headers
    asking = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type, authorization",
    }
    for origin, allowed in ((ORIGIN, True), ("https://evil.example", False), ("null", False)):
        answer = client.options(endpoint, headers={"Origin": origin, **asking})
        assert ("Access-Control-Allow-Origin" in answer.headers) is allowed
        if allowed:
            assert {"POST"} <= set(answer.headers["Access-Control-Allow-Methods"].split(", "))
            wanted = answer.headers["Access-Control-Allow-Headers"].lower()
            assert "authorization" in wanted
            assert "content-type" in wanted
            assert "*" in wanted.split(", "), "clients and tracing add headers of their own (Fetch §3.2.2)"


def test_introspection_is_for_servers(client: FlaskClient) -> None:
    asking = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
    assert "Access-Control-Allow-Origin" not in client.options("/oauth/introspect", headers=asking).headers
