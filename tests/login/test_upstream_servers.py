"""Logging in with a Mastodon server: registration, what older servers lack, and servers that lie."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from login.tables import AccountRow
from login.upstream.servers import ServerRow
from tests.doubles import an_app, with_http
from tests.login.internet import Asked, Internet
from tests.login.parties import Party, a_party, follow, form_of, links_of, sent_to
from tests.login.test_upstream import CODE, fields_of

HOME = "https://social.example"
ANN = {"id": "23634", "username": "ann", "acct": "ann", "display_name": "Ann", "url": f"{HOME}/@ann"}
REGISTERED = {"id": "1", "client_id": "cid", "client_secret": "csecret", "name": "Handbill"}


def metadata(home: str = HOME, **changes: Any) -> dict[str, Any]:
    said = {
        "issuer": home + "/",
        "authorization_endpoint": home + "/oauth/authorize",
        "token_endpoint": home + "/oauth/token",
        "revocation_endpoint": home + "/oauth/revoke",
        "scopes_supported": ["read", "profile", "read:accounts"],
        "code_challenge_methods_supported": ["S256"],
    }
    return {**said, **changes}


def a_server(home: str = HOME, account: Any = None, **pages: Any) -> dict[str, Any]:
    """The pages of a server of version 4.3."""
    return {
        f"{home}/.well-known/oauth-authorization-server": metadata(home),
        f"{home}/api/v1/apps": REGISTERED,
        f"{home}/oauth/token": {"access_token": "MA_SECRET", "token_type": "Bearer", "scope": "profile"},
        f"{home}/oauth/revoke": {},
        f"{home}/api/v1/accounts/verify_credentials": account or ANN,
        **{home + path: page for path, page in pages.items()},
    }


def app_with(folder: Path, pages: dict[str, Any]) -> tuple[Flask, Internet]:
    internet = Internet(pages)
    return with_http(an_app(folder), internet.http()), internet


def type_in(client: FlaskClient, party: Party, typed: str) -> TestResponse:
    """Choose Mastodon and type where one is at home."""
    reply = follow(client, client.get(party.address()))
    reply = client.get(next(x for x in links_of(reply) if x.startswith("/login/mastodon?")))
    assert 'name="server"' in reply.get_data(as_text=True)
    fields = form_of(reply, method="get")[1]
    return client.get("/login/mastodon", query_string={**fields, "server": typed})


def come_back(client: FlaskClient, sent: dict[str, str], **changes: str) -> TestResponse:
    path = sent["redirect_uri"].removeprefix("http://127.0.0.1:8000")
    return client.get(path, query_string={"code": CODE, "state": sent["state"], **changes})


@pytest.mark.parametrize(
    "typed", ["social.example", "@ann@social.example", "https://social.example/@ann", " Social.Example "]
)
def test_a_login(tmp_path: Path, typed: str) -> None:
    app, internet = app_with(tmp_path, a_server())
    client, party = app.test_client(), a_party(app)
    reply = type_in(client, party, typed)
    assert reply.status_code == 303, reply.get_data(as_text=True)[:2000]
    assert reply.headers["Location"].startswith(HOME + "/oauth/authorize?")
    sent = fields_of(reply.headers["Location"])
    assert (sent["client_id"], sent["scope"], sent["code_challenge_method"]) == ("cid", "profile", "S256")
    back = sent_to(follow(client, come_back(client, sent)))
    assert party.exchange(client, back["code"]).status_code == 200
    [row] = _all(app, AccountRow)
    assert (row.issuer, row.subject, row.handle, row.name) == (HOME, "23634", "ann@social.example", "Ann")
    [exchange] = internet.to(HOME + "/oauth/token")
    assert (exchange.form["client_secret"], bool(exchange.form["code_verifier"])) == ("csecret", True)
    assert internet.to(HOME + "/oauth/revoke")[0].form["token"] == "MA_SECRET"


def test_a_server_is_asked_to_register_us_once(tmp_path: Path) -> None:
    app, internet = app_with(tmp_path, a_server())
    client, party = app.test_client(), a_party(app)
    for _ in range(3):
        assert type_in(client, party, "social.example").status_code == 303
    [asked] = internet.to(HOME + "/api/v1/apps")
    assert asked.form["redirect_uris"].startswith("http://127.0.0.1:8000/login/mastodon/")
    [row] = _all(app, ServerRow)
    assert "csecret" not in row.sealed


def test_an_older_server_is_asked_for_what_it_knows(tmp_path: Path) -> None:
    def apps(asked: Asked) -> Any:
        return REGISTERED if asked.form["scopes"] == "read" else (422, {"error": "invalid scope"})

    pages = a_server(**{"/.well-known/oauth-authorization-server": None, "/api/v1/apps": apps})
    app, internet = app_with(tmp_path, pages)
    client, party = app.test_client(), a_party(app)
    sent = fields_of(type_in(client, party, "social.example").headers["Location"])
    assert sent["scope"] == "read"
    assert [asked.form["scopes"] for asked in internet.to(HOME + "/api/v1/apps")] == ["read:accounts", "read"]
    assert follow(client, come_back(client, sent)).status_code in (302, 303)


def test_43_places_that_are_no_servers_are_not_asked(tmp_path: Path) -> None:
    app, internet = app_with(tmp_path, a_server())
    client, party = app.test_client(), a_party(app)
    for typed in (
        "127.0.0.1:8000",
        "169.254.169.254",
        "[::1]",
        "2130706433",
        "localhost",
        "a b",
        "x" * 400,
        "ann@",
        "evil.example/../",
    ):
        reply = type_in(client, party, typed)
        assert reply.status_code in (422, 502), typed
        assert not internet.asked


def test_44_who_types_names_at_random_is_slowed(tmp_path: Path) -> None:
    from login.upstream.servers import REGISTRATIONS

    pages = {k: v for n in range(3) for k, v in a_server(f"https://s{n}.example").items()}
    internet = Internet(pages)
    app = with_http(an_app(tmp_path, limits="on"), internet.http())
    services = app.extensions["handbill"]
    for _ in range(REGISTRATIONS.amount - 1):
        services.limits.hit(REGISTRATIONS, "all")
    client, party = app.test_client(), a_party(app)
    assert type_in(client, party, "s0.example").status_code == 303
    assert type_in(client, party, "s1.example").status_code == 429
    assert type_in(client, party, "s0.example").status_code == 303  # one that knows us is no new one


def test_35_a_server_cannot_answer_for_another(tmp_path: Path) -> None:
    """Each server has a callback of its own: a code that comes to another's is refused."""
    app, _ = app_with(tmp_path, {**a_server(), **a_server("https://evil.example")})
    client, party = app.test_client(), a_party(app)
    honest = fields_of(type_in(client, party, "social.example").headers["Location"])
    evil = fields_of(type_in(client, party, "evil.example").headers["Location"])
    assert honest["redirect_uri"] != evil["redirect_uri"]
    assert come_back(client, {**honest, "redirect_uri": evil["redirect_uri"]}).status_code == 400
    assert client.get(f"/login/mastodon/callback?code=a&state={evil['state']}").status_code == 400
    assert not _all(app, AccountRow)


def test_44_a_server_that_claims_anothers_person_makes_its_own(tmp_path: Path) -> None:
    liar = {**ANN, "acct": "ann@social.example", "url": HOME + "/@ann"}
    app, _ = app_with(tmp_path, {**a_server(), **a_server("https://evil.example", liar)})
    for typed in ("social.example", "evil.example"):
        client, party = app.test_client(), a_party(app, name=typed)
        sent = fields_of(type_in(client, party, typed).headers["Location"])
        assert follow(client, come_back(client, sent)).status_code in (302, 303)
    rows = _all(app, AccountRow)
    assert {row.handle for row in rows} == {"ann@social.example", "ann@evil.example"}
    assert len({row.person_id for row in rows}) == 2


def test_endpoints_of_elsewhere_are_not_believed(tmp_path: Path) -> None:
    told = metadata(token_endpoint="https://evil.example/oauth/token")
    app, internet = app_with(tmp_path, a_server(**{"/.well-known/oauth-authorization-server": told}))
    client, party = app.test_client(), a_party(app)
    sent = fields_of(type_in(client, party, "social.example").headers["Location"])
    follow(client, come_back(client, sent))
    assert internet.to(HOME + "/oauth/token")
    assert not [asked for asked in internet.asked if "evil" in asked.url]


@pytest.mark.parametrize("said", [{}, [], {"client_id": 1, "client_secret": "x"}, b"<html>", (500, {})])
def test_a_server_that_does_not_register_us(tmp_path: Path, said: Any) -> None:
    app, _ = app_with(tmp_path, a_server(**{"/api/v1/apps": said}))
    client, party = app.test_client(), a_party(app)
    assert type_in(client, party, "social.example").status_code == 502
    assert not _all(app, ServerRow)


def _all(app: Flask, table: Any) -> list[Any]:
    with app.extensions["handbill"].database.session() as session:
        return list(session.query(table).all())
