"""Logging in with Mastodon's kin: what each answers where Mastodon answers something else.

What clients are registered with is as the servers' sources and reports show it: Pleroma and Akkoma
(lib/pleroma/web/api_spec/schemas/app.ex), GoToSocial (n8n-community-node/n8n-nodes-mastodon issue 10), Sharkey with
Misskey's document (OAuth2ProviderService.ts); read 2026-11. Accounts are those of Mastodon's API, which they follow.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import update

from login.tables import AccountRow
from login.upstream.servers import ServerRow
from tests.login.internet import Asked, Internet
from tests.login.parties import a_party, follow
from tests.login.test_upstream import fields_of
from tests.login.test_upstream_servers import HOME, _all, a_server, app_with, come_back, metadata, type_in

DATA: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "kin.json").read_text("utf-8"))


@pytest.mark.parametrize("name", DATA)
def test_a_login(tmp_path: Path, name: str) -> None:
    data = DATA[name]
    app, internet = app_with(tmp_path, {HOME + path: _answer(said) for path, said in data["pages"].items()})
    client, party = app.test_client(), a_party(app)
    sent = fields_of(type_in(client, party, "social.example").headers["Location"])
    assert (sent["client_id"], sent["scope"]) == (data["client_id"], data["scope"])
    assert follow(client, come_back(client, sent, **data.get("back", {}))).status_code in (302, 303)
    [row] = _all(app, AccountRow)
    assert (row.issuer, row.subject, row.handle, row.name) == (HOME, data["subject"], "ann@social.example", "Ann")
    assert row.url == data["url"]
    token = internet.to(HOME + data.get("token", "/oauth/token"))[-1]
    assert (token.form["client_id"], token.form["redirect_uri"]) == (data["client_id"], sent["redirect_uri"])


def _answer(said: Any) -> Any:
    """A page of the data: what is answered, or by scope, or a status with what is answered."""
    if isinstance(said, list):
        return tuple(said)
    if isinstance(said, dict) and "by_scope" in said:
        known = said["by_scope"]
        return lambda asked: tuple(known[asked.form["scopes"]])
    return said


def misskey(folder: Path) -> tuple[Flask, Internet]:
    return app_with(folder, {HOME + path: _answer(said) for path, said in DATA["misskey"]["pages"].items()})


def test_a_misskey_finds_at_our_address_what_it_looks_for(tmp_path: Path) -> None:
    """What OAuth2ProviderService.ts checks: the callback in a header or a link, PKCE; and the name in an h-app."""
    app, internet = misskey(tmp_path)
    client, party = app.test_client(), a_party(app)
    sent = fields_of(type_in(client, party, "social.example").headers["Location"])
    assert (sent["code_challenge_method"], len(sent["code_challenge"])) == ("S256", 43)
    page = app.test_client().get(sent["client_id"].removeprefix("http://127.0.0.1:8000"))
    assert page.headers["Link"] == f'<{sent["redirect_uri"]}>; rel="redirect_uri"'
    assert f'<link rel="redirect_uri" href="{sent["redirect_uri"]}">' in page.text
    [us] = BeautifulSoup(page.text, "html.parser").select(".h-app")
    assert [url["value"] for url in us.select("data.u-url")] == [sent["client_id"]]
    assert [name["value"] for name in us.select("data.p-name")] == ["Handbill"]

    assert follow(client, come_back(client, sent, iss=HOME)).status_code == 303
    [token] = internet.to(HOME + "/oauth/token")
    assert set(token.form) == {"grant_type", "code", "redirect_uri", "code_verifier", "client_id"}
    [asked] = internet.to(HOME + "/api/i")
    assert (asked.method, asked.body, asked.headers["content-type"]) == ("POST", "{}", "application/json")
    assert asked.headers["authorization"] == "Bearer MT"


def test_a_misskey_is_asked_once_whether_it_registers_clients(tmp_path: Path) -> None:
    """And again where our own address is another by now."""
    app, internet = misskey(tmp_path)
    client, party = app.test_client(), a_party(app)
    for _ in range(2):
        assert type_in(client, party, "social.example").status_code == 303
    assert len(internet.to(HOME + "/api/v1/apps")) == 1
    with app.extensions["handbill"].database.session(write=True) as session:
        session.execute(update(ServerRow).values(client_id="https://old.example/login/mastodon/0/client"))
    sent = fields_of(type_in(client, party, "social.example").headers["Location"])
    assert sent["client_id"] == DATA["misskey"]["client_id"]


@pytest.mark.parametrize(
    "change",
    [
        {"scopes_supported": ["read:notes"]},
        {"token_endpoint": "https://evil.example/t"},
        {"issuer": "https://x.example"},
    ],
)
def test_a_document_that_does_not_do_is_no_misskey(tmp_path: Path, change: dict[str, Any]) -> None:
    app, internet = misskey(tmp_path)
    address = HOME + "/.well-known/oauth-authorization-server"
    internet.pages[address] = {**internet.pages[address], **change}
    assert type_in(app.test_client(), a_party(app), "social.example").status_code == 422
    assert not _all(app, ServerRow)


@pytest.mark.parametrize(
    "path", ["mastodon/0/client", "github/0123456789abcdef/client", "mastodon/" + "g" * 16 + "/client"]
)
def test_nothing_else_has_such_an_address(tmp_path: Path, path: str) -> None:
    reply = misskey(tmp_path)[0].test_client().get(f"/login/{path}")
    assert reply.status_code >= 400
    assert "Link" not in reply.headers


def test_a_server_that_forgot_us_is_asked_to_register_us_anew(tmp_path: Path) -> None:
    """Otherwise its own page is where everybody's login ends. It is asked once a day."""
    app, internet = app_with(tmp_path, a_server())
    services = app.extensions["handbill"]
    client, party = app.test_client(), a_party(app)
    assert type_in(client, party, "social.example").status_code == 303
    grants = [asked.form["grant_type"] for asked in internet.to(HOME + "/oauth/token")]
    assert grants == []  # who was just registered is known

    services.cache.delete(f"login server known {HOME}")
    internet.pages[HOME + "/oauth/token"] = (401, {"error": "invalid_client", "error_description": "unknown client"})
    internet.pages[HOME + "/api/v1/apps"] = {"id": "2", "client_id": "new", "client_secret": "secret"}
    sent = fields_of(type_in(client, party, "social.example").headers["Location"])
    assert sent["client_id"] == "new"
    [row] = _all(app, ServerRow)
    assert row.client_id == "new"


@pytest.mark.parametrize("said", [(400, {"error": "unsupported_grant_type"}), (500, {}), {"access_token": "a"}])
def test_a_server_that_says_something_else_has_not_forgotten_us(tmp_path: Path, said: Any) -> None:
    app, internet = app_with(tmp_path, a_server(**{"/oauth/token": said}))
    client, party = app.test_client(), a_party(app)
    for _ in range(3):
        assert type_in(client, party, "social.example").status_code == 303
        app.extensions["handbill"].cache.delete(f"login server known {HOME}")
    assert len(internet.to(HOME + "/api/v1/apps")) == 1
    assert len(internet.to(HOME + "/oauth/token")) == 2


@pytest.mark.parametrize("typed", ["ann@example.com", "@ann@example.com", "example.com"])
def test_the_people_of_a_name_are_on_another_server(tmp_path: Path, typed: str) -> None:
    """WebFinger says it, by the account it names or by where the question leads."""
    pages = a_server()
    pages["https://example.com/api/v1/apps"] = (301, {}, {"Location": "https://www.example.com/"})
    moved = {"Location": HOME + "/.well-known/webfinger"}
    pages["https://example.com/.well-known/webfinger"] = (302, {}, moved)
    pages[HOME + "/.well-known/webfinger"] = _finger
    app, _ = app_with(tmp_path, pages)
    client, party = app.test_client(), a_party(app)
    reply = type_in(client, party, typed)
    assert reply.headers["Location"].startswith(HOME + "/oauth/authorize?")
    [row] = _all(app, ServerRow)
    assert row.server == HOME


def _finger(asked: Asked) -> dict[str, Any]:
    links = [{"rel": "self", "type": "application/activity+json", "href": HOME + "/users/ann"}]
    return {"subject": asked.query.get("resource", ""), "links": links}


@pytest.mark.parametrize("status", [301, 403, 404, 405, 410])
def test_a_website_is_no_server(tmp_path: Path, status: int) -> None:
    """A blog: the page asks for the name again."""
    app, internet = app_with(tmp_path, {"https://blog.example/api/v1/apps": (status, {})})
    client, party = app.test_client(), a_party(app)
    reply = type_in(client, party, "ann@blog.example")
    assert reply.status_code == 422
    assert 'value="ann@blog.example"' in reply.get_data(as_text=True)
    assert not _all(app, ServerRow)
    assert internet.to("https://blog.example/.well-known/webfinger")


def test_a_document_that_sends_requests_elsewhere(tmp_path: Path) -> None:
    """Only what a server needs for its own people is taken from its document."""
    said = metadata(pushed_authorization_request_endpoint="https://evil.example/par")
    app, internet = app_with(tmp_path, a_server(**{"/.well-known/oauth-authorization-server": said}))
    client, party = app.test_client(), a_party(app)
    assert type_in(client, party, "social.example").status_code == 303
    assert not [asked for asked in internet.asked if "evil" in asked.url]


def test_an_issuer_need_not_be_named_but_must_be_right(tmp_path: Path) -> None:
    said = metadata(authorization_response_iss_parameter_supported=True)
    app, _ = app_with(tmp_path, a_server(**{"/.well-known/oauth-authorization-server": said}))
    client, party = app.test_client(), a_party(app)
    for changes, status in (({"iss": "https://evil.example"}, 502), ({}, 303)):
        sent = fields_of(type_in(client, party, "social.example").headers["Location"])
        assert come_back(client, sent, **changes).status_code == status
