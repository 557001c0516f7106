"""The page of one's own data, logging in without a site's scripts, and logging out. (Threats 28, 49, 68, 69.)"""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pytest_httpserver import HTTPServer
from sqlalchemy import func, select

from core.database import Base
from core.events import Event
from core.jobs_eager import EagerJobs
from login.jobs import sweep, tell_logout
from tests.doubles import ORIGIN, an_app
from tests.login.parties import (
    ANN,
    BACK,
    BASE,
    BOB,
    Party,
    a_party,
    claims,
    form_of,
    links_of,
    log_in,
    sent_to,
    tokens,
)

OWN = {"Origin": BASE}
BYE = ORIGIN + "/bye"


@pytest.fixture
def party(app: Flask) -> Party:
    return a_party(app, logout_return_to=(BYE,))


def token_of(client: FlaskClient) -> str:
    return client.get("/account").get_data(as_text=True).split('name="token" value="')[1].split('"')[0]


def rows(app: Flask) -> dict[str, int]:
    """How many rows each table of the log-in floor has."""
    tables = [table for name, table in Base.metadata.tables.items() if name.startswith("login_")]
    with app.extensions["handbill"].database.session() as session:
        return {table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def test_68_everything_is_seen_and_taken_along(client: FlaskClient, party: Party) -> None:
    tokens(client, party, scope="openid email offline_access")
    page = client.get("/account").get_data(as_text=True)
    for word in ("Ann Example", "ann@example.org", "Blog"):
        assert word in page
    reply = client.get("/account/export")
    assert reply.headers["Content-Disposition"].startswith("attachment")
    found = reply.get_json()
    assert found["accounts"][0]["subject"] == "ann"
    assert found["sites"][0]["scope"] == "email offline_access openid"
    assert len(found["sessions"]) == len(found["logins"]) == 1
    assert "hash" not in json.dumps(found)


def test_68_everything_is_deleted(app: Flask, client: FlaskClient, party: Party) -> None:
    given = tokens(client, party)
    subject = claims(client, given["id_token"])["sub"]
    form = {"token": token_of(client)}
    assert client.post("/account/delete", data=form, headers=OWN).status_code == 403, "without being sure"
    assert client.post("/account/delete", data={**form, "sure": "yes"}, headers=OWN).status_code == 200
    stored = rows(app)
    assert {name for name, count in stored.items() if count} == {"login_signing_keys"}
    bearer = {"Authorization": "Bearer " + given["access_token"]}
    assert client.get("/oauth/userinfo", headers=bearer).status_code == 401
    again = claims(client, tokens(client, party)["id_token"])["sub"]
    assert again != subject, "whoever comes again is new"


def test_68_sites_can_learn_of_it(app: Flask, client: FlaskClient, party: Party) -> None:
    subject = claims(client, tokens(client, party)["id_token"])["sub"]
    client.post("/account/delete", data={"token": token_of(client), "sure": "yes"}, headers=OWN)
    events: list[Event] = []
    app.extensions["handbill"].events.consume("test", events.append)
    told = [event for event in events if event.kind == "login.person_deleted"]
    assert told[0].data == {party.site.key: subject}


def test_a_site_is_disconnected(client: FlaskClient, party: Party) -> None:
    given = tokens(client, party, scope="openid offline_access")
    form = {"token": token_of(client), "site": party.site.key}
    assert client.post("/account/disconnect", data=form, headers=OWN).status_code == 303
    assert party.refresh(client, given["refresh_token"]).status_code == 400
    assert "Continue to Blog?" in client.get(party.address(scope="openid")).get_data(as_text=True)


@pytest.mark.parametrize("action", ["unlink", "disconnect", "delete", "log-out"])
def test_a_form_of_anybody_else_changes_nothing(app: Flask, client: FlaskClient, party: Party, action: str) -> None:
    log_in(client, party.address())
    stranger = app.test_client()
    log_in(stranger, party.address(), BOB)
    token = token_of(client)
    for form, headers in (
        ({"token": token}, {}),
        ({"token": token}, {"Origin": "https://evil.example"}),
        ({"token": token}, {"Origin": "null"}),
        ({"token": token_of(stranger)}, OWN),
        ({}, OWN),
    ):
        assert client.post(f"/account/{action}", data={**form, "sure": "yes"}, headers=headers).status_code == 403
    assert app.test_client().post(f"/account/{action}", data={"token": token}, headers=OWN).status_code == 400
    assert "code" in sent_to(client.get(party.address()))


def test_who_is_not_logged_in_may_log_in_here(client: FlaskClient) -> None:
    page = client.get("/account")
    action, fields = form_of(client.get(next(x for x in links_of(page) if x.startswith("/login/developer"))))
    reply = client.post(action, data={**fields, **ANN})
    assert reply.headers["Location"] == "/account"
    assert "Ann Example" in client.get("/account").get_data(as_text=True)


def test_logging_out_of_the_page(client: FlaskClient, party: Party) -> None:
    log_in(client, party.address())
    reply = client.post("/account/log-out", data={"token": token_of(client)}, headers=OWN)
    assert "You are logged out" in reply.get_data(as_text=True)
    assert sent_to(client.get(party.address(prompt="none")))["error"] == "login_required"


# --- without a site's scripts ---


def test_without_scripts_one_is_logged_in_here_and_sent_back_with_nothing(client: FlaskClient, party: Party) -> None:
    address = f"/login/developer?{urlencode({'site': party.site.key, 'return_to': BACK})}"
    page = client.get(address)
    assert "Blog needs scripts" in page.get_data(as_text=True)
    action, fields = form_of(page)
    assert client.post(action, data={**fields, **ANN}).headers["Location"] == BACK
    assert client.get_cookie("hb-session")


@pytest.mark.parametrize("address", ["https://evil.example/", BACK + "/x", "//evil.example", "", BYE])
def test_2_back_goes_to_registered_addresses_only(client: FlaskClient, party: Party, address: str) -> None:
    reply = client.get(f"/login/developer?site={party.site.key}&return_to={quote(address)}")
    assert reply.status_code == 400
    assert "evil" not in str(reply.headers.get("Location"))


@pytest.mark.parametrize("network", ["nothing", "github", "developer%2F..%2Fx", "email"])
def test_a_network_that_is_not_offered_is_a_page(client: FlaskClient, network: str) -> None:
    reply = client.get(f"/login/{network}")
    assert reply.status_code == 404
    assert "Traceback" not in reply.get_data(as_text=True)


def test_the_developer_network_is_off_in_production(tmp_path: Path) -> None:
    app = an_app(tmp_path, env="production", secret_key="k" * 40)
    client = app.test_client()
    party = a_party(app)
    assert "/login/developer" not in client.get(party.address()).get_data(as_text=True)
    for reply in (client.get("/login/developer"), client.post("/login/developer", data=ANN)):
        assert reply.status_code == 404
    app.extensions["handbill"].close()


def test_an_id_is_needed(client: FlaskClient) -> None:
    action, fields = form_of(client.get("/login/developer"))
    reply = client.post(action, data={**fields, **ANN, "subject": " "})
    assert reply.status_code == 422
    assert 'aria-invalid="true"' in reply.get_data(as_text=True)
    assert 'value="Ann Example"' in reply.get_data(as_text=True)


# --- logging out by a site ---


def test_28_a_site_that_proves_whom_it_means_logs_out_at_once(client: FlaskClient, party: Party) -> None:
    hint = tokens(client, party)["id_token"]
    query = urlencode({"id_token_hint": hint, "post_logout_redirect_uri": BYE, "state": "s&1"})
    reply = client.get(f"/oauth/end_session?{query}")
    assert reply.headers["Location"] == BYE + "?state=s%261"
    assert sent_to(client.get(party.address(prompt="none")))["error"] == "login_required"


@pytest.mark.parametrize("address", [BYE + "/", "https://evil.example/", "javascript:alert(1)", BACK])
def test_28_nobody_is_sent_to_an_address_that_is_not_registered(
    client: FlaskClient, party: Party, address: str
) -> None:
    hint = tokens(client, party)["id_token"]
    query = urlencode({"id_token_hint": hint, "post_logout_redirect_uri": address})
    reply = client.get(f"/oauth/end_session?{query}")
    assert reply.status_code == 200
    assert "Location" not in reply.headers
    assert address not in reply.get_data(as_text=True)


def test_28_without_proof_the_person_is_asked(app: Flask, client: FlaskClient, party: Party) -> None:
    log_in(client, party.address())
    hers = tokens(app.test_client(), party, BOB)["id_token"]
    base = {"client_id": party.site.client_id, "post_logout_redirect_uri": BYE}
    for values in ({}, base, {**base, "id_token_hint": "x"}, {**base, "id_token_hint": hers}):
        page = client.get(f"/oauth/end_session?{urlencode(values)}")
        assert "Log out?" in page.get_data(as_text=True)
        assert "code" in sent_to(client.get(party.address())), "nothing has happened yet"
    action, fields = form_of(client.get(f"/oauth/end_session?{urlencode(base)}"))
    stranger = {**fields, "answer": "yes"}
    assert client.post(action, data={**stranger, "token": "x"}).status_code == 403
    assert client.post(action, data=stranger, headers={"Origin": "https://evil.example"}).status_code == 403
    assert client.post(action, data=stranger).headers["Location"] == BYE
    assert sent_to(client.get(party.address(prompt="none")))["error"] == "login_required"


def test_28_a_hint_and_a_client_must_agree(app: Flask, client: FlaskClient, party: Party) -> None:
    hint = tokens(client, party)["id_token"]
    query = urlencode({"id_token_hint": hint, "client_id": a_party(app).site.client_id})
    assert client.get(f"/oauth/end_session?{query}").status_code == 400


def test_28_a_sites_form_is_taken(client: FlaskClient, party: Party) -> None:
    hint = tokens(client, party)["id_token"]
    reply = client.post("/oauth/end_session", data={"id_token_hint": hint, "post_logout_redirect_uri": BYE})
    assert client.get(reply.headers["Location"]).headers["Location"] == BYE


def test_logout_ends_what_was_given_for_the_session(client: FlaskClient, party: Party) -> None:
    given = tokens(client, party)
    kept = tokens(client, party, scope="openid email profile offline_access", prompt="login")
    client.get(f"/oauth/end_session?id_token_hint={kept['id_token']}")
    bearer = {"Authorization": "Bearer " + given["access_token"]}
    assert client.get("/oauth/userinfo", headers=bearer).status_code == 401
    assert party.refresh(client, kept["refresh_token"]).status_code == 200, "it was given for absence"


def test_69_sites_are_told_of_a_logout(tmp_path: Path, httpserver: HTTPServer) -> None:
    app = an_app(tmp_path, http_allow=f"{httpserver.host}:{httpserver.port}")
    services = app.extensions["handbill"]
    services.__dict__["jobs"] = EagerJobs({"login.tell_logout": tell_logout}, services)
    client, party = app.test_client(), a_party(app)
    services.sites.configure(party.site.key, login_logout_notice=httpserver.url_for("/logout"))
    told: list[Any] = []

    def take(request: Any) -> Any:
        from werkzeug import Response

        told.append(request.form["logout_token"])
        return Response(status=200)

    httpserver.expect_request("/logout", method="POST").respond_with_handler(take)
    given = tokens(client, party)
    own = claims(client, given["id_token"])
    client.get(f"/oauth/end_session?id_token_hint={given['id_token']}")
    from tests.login.parties import header

    found = claims(client, told[0])
    assert header(told[0])["typ"] == "logout+jwt"
    assert found["events"] == {"http://schemas.openid.net/event/backchannel-logout": {}}
    assert (found["sub"], found["sid"], found["aud"]) == (own["sub"], own["sid"], party.site.client_id)
    assert "nonce" not in found
    assert found["jti"]
    assert found["exp"] - found["iat"] <= 120
    assert len(told) == 1
    app.extensions["handbill"].close()


# --- operations ---


def test_49_no_log_holds_a_secret(client: FlaskClient, party: Party, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    client.get("/healthz")
    code = sent_to(log_in(client, party.address(scope="openid email offline_access")))["code"]
    given = party.exchange(client, code).get_json()
    again = party.refresh(client, given["refresh_token"]).get_json()
    party.post(client, "/oauth/introspect", token=again["access_token"])
    party.post(client, "/oauth/revoke", token=again["refresh_token"])
    cookie = client.get_cookie("hb-session")
    assert cookie
    secrets = [code, party.verifier, party.state, party.nonce, party.site.client_secret or "", cookie.value]
    secrets += [given[name] for name in ("access_token", "refresh_token", "id_token")]
    secrets += [again[name] for name in ("access_token", "refresh_token", "id_token")] + ["ann@example.org"]
    logging.getLogger("tests").debug("this log hears everything")
    assert "this log hears everything" in caplog.text
    for secret in secrets:
        assert secret not in caplog.text


def test_the_hourly_sweep_leaves_what_lives(app: Flask, client: FlaskClient, party: Party) -> None:
    from datetime import UTC, datetime, timedelta

    import time_machine

    given = tokens(client, party, scope="openid offline_access")
    services = app.extensions["handbill"]
    sweep({}, services)
    later = party.refresh(client, given["refresh_token"]).get_json()
    with time_machine.travel(datetime.now(UTC) + timedelta(days=20), tick=False):
        sweep({}, services)
        last = party.refresh(client, later["refresh_token"])
        assert last.status_code == 200
        assert sent_to(client.get(party.address(prompt="none")))["error"] == "login_required", "two weeks are over"
    with time_machine.travel(datetime.now(UTC) + timedelta(days=100), tick=False):
        assert party.refresh(client, last.get_json()["refresh_token"]).status_code == 400
        sweep({}, services)
        stored = rows(app)
        assert [stored[f"login_{name}"] for name in ("sessions", "grants", "codes", "tokens")] == [0] * 4
