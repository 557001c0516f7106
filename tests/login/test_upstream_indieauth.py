"""Logging in with one's own web address (https://indieauth.spec.indieweb.org/)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from login.problems import LoginFailed
from login.upstream.indieauth import profile_url
from tests.doubles import an_app, with_http
from tests.login.internet import Internet
from tests.login.parties import Party, a_party, account, follow, form_of, links_of, sent_to
from tests.login.test_upstream import CODE, fields_of

ME, SERVER = "https://ann.example/", "https://auth.example"
METADATA = {
    "issuer": SERVER + "/",
    "authorization_endpoint": SERVER + "/auth",
    "token_endpoint": SERVER + "/token",
    "code_challenge_methods_supported": ["S256"],
    "authorization_response_iss_parameter_supported": True,
}
PAGE = b'<!doctype html><title>Ann</title><link rel="indieauth-metadata" href="https://auth.example/metadata">'
OLD = b'<link rel=authorization_endpoint href="https://auth.example/auth">'


def a_web(page: Any = PAGE, said: Any = None, **pages: Any) -> dict[str, Any]:
    answer = said or {"me": ME, "profile": {"name": "Ann", "photo": "https://ann.example/me.jpg"}}
    return {ME: page, SERVER + "/metadata": METADATA, SERVER + "/auth": answer, **pages}


def begun(folder: Path, pages: dict[str, Any], typed: str = "ann.example") -> tuple[Flask, FlaskClient, Party, Any]:
    internet = Internet(pages)
    app = with_http(an_app(folder), internet.http())
    client, party = app.test_client(), a_party(app)
    reply = follow(client, client.get(party.address()))
    reply = client.get(next(x for x in links_of(reply) if x.startswith("/login/indieauth?")))
    fields = form_of(reply, method="get")[1]
    return app, client, party, client.get("/login/indieauth", query_string={**fields, "server": typed})


def back(client: FlaskClient, sent: dict[str, str], iss: str = SERVER + "/") -> TestResponse:
    given = {"code": CODE, "state": sent["state"], **({"iss": iss} if iss else {})}
    return client.get("/login/indieauth/callback", query_string=given)


@pytest.mark.parametrize("typed", ["ann.example", "https://ann.example", "HTTPS://Ann.Example/"])
def test_a_login(tmp_path: Path, typed: str) -> None:
    app, client, _, reply = begun(tmp_path, a_web(), typed)
    assert reply.headers["Location"].startswith(SERVER + "/auth?")
    sent = fields_of(reply.headers["Location"])
    assert sent["me"] == ME
    assert sent["client_id"] == "http://127.0.0.1:8000/login/indieauth/client.json"
    assert sent_to(follow(client, back(client, sent)))["code"]
    found = account(app)
    assert found
    assert (found.subject, found.name, found.picture) == (ME, "Ann", "https://ann.example/me.jpg")


def test_our_metadata_names_the_callback(tmp_path: Path) -> None:
    said = an_app(tmp_path).test_client().get("/login/indieauth/client.json").get_json()
    assert said["client_id"].endswith("/login/indieauth/client.json")
    assert said["redirect_uris"] == ["http://127.0.0.1:8000/login/indieauth/callback"]


def test_an_older_page_names_only_the_endpoint(tmp_path: Path) -> None:
    app, client, _, reply = begun(tmp_path, a_web(OLD))
    follow(client, back(client, fields_of(reply.headers["Location"]), iss=""))
    assert account(app)


def test_an_older_server_answers_with_a_form(tmp_path: Path) -> None:
    form = (200, b"me=https%3A%2F%2Fann.example%2F", {"Content-Type": "application/x-www-form-urlencoded"})
    app, client, _, reply = begun(tmp_path, a_web(OLD, form))
    follow(client, back(client, fields_of(reply.headers["Location"]), iss=""))
    found = account(app)
    assert found
    assert found.subject == ME


def test_a_header_goes_before_the_page(tmp_path: Path) -> None:
    link = {"Link": '<https://x.example/>; rel="me", <https://auth.example/metadata>; rel="other indieauth-metadata"'}
    _, _, _, reply = begun(tmp_path, a_web((200, b"<title>x</title>", link)))
    assert reply.headers["Location"].startswith(SERVER + "/auth?")


@pytest.mark.parametrize(
    "link",
    [
        "<http://[bad>; rel=indieauth-metadata",
        '<https://evil.example/>; title="; rel=indieauth-metadata"; rel=author',
        '<https://evil.example/>; rel=indieauth-metadata; anchor="https://evil.example/"',
    ],
)
def test_a_header_that_names_no_server_leaves_it_to_the_page(tmp_path: Path, link: str) -> None:
    """A broken address, a relation that only stands in a title, one of another page."""
    old = b'<link rel=authorization_endpoint href="https://auth.example/auth">'
    _, _, _, reply = begun(tmp_path, a_web((200, old, {"Link": link})))
    assert reply.headers["Location"].startswith(SERVER + "/auth?")


@pytest.mark.parametrize("iss", ["https://evil.example/", ""])
def test_35_another_issuer_is_refused(tmp_path: Path, iss: str) -> None:
    app, client, _, reply = begun(tmp_path, a_web())
    assert back(client, fields_of(reply.headers["Location"]), iss).status_code == 502
    assert account(app) is None


def test_46_a_server_speaks_only_for_pages_that_name_it(tmp_path: Path) -> None:
    victim = b'<link rel="indieauth-metadata" href="https://honest.example/metadata">'
    honest = {
        **METADATA,
        "issuer": "https://honest.example/",
        "authorization_endpoint": "https://honest.example/auth",
    }
    pages = a_web(said={"me": "https://victim.example/"})
    pages |= {"https://victim.example/": victim, "https://honest.example/metadata": honest}
    app, client, _, reply = begun(tmp_path, pages)
    assert back(client, fields_of(reply.headers["Location"])).status_code == 502
    assert account(app) is None


IMPOSTOR = "https://auth.example.evil.example"


@pytest.mark.parametrize(
    ("issuer", "document"),
    [
        (SERVER, IMPOSTOR + "/metadata"),  # the beginning of another host's name
        (SERVER + "/", SERVER + "/~mallory/metadata"),  # a file that somebody may put on the same host
    ],
)
def test_46_a_server_that_bears_anothers_name_speaks_for_nobody_else(
    tmp_path: Path, issuer: str, document: str
) -> None:
    """An issuer's name proves nothing: whoever redeemed the code must be whom the page names."""
    lying = {**METADATA, "issuer": issuer, "authorization_endpoint": IMPOSTOR + "/auth"}
    pages = a_web(**{SERVER + "/metadata": {**METADATA, "issuer": issuer}, document: lying})
    pages["https://mallory.example/"] = f'<link rel="indieauth-metadata" href="{document}">'.encode()
    pages[IMPOSTOR + "/auth"] = {"me": ME}
    app, client, _, reply = begun(tmp_path, pages, "mallory.example")
    sent = fields_of(reply.headers["Location"])
    assert back(client, sent, issuer).status_code == 502
    assert account(app) is None


ODD = ["https://[", "http://[", "https://x:y/", "https://x:99999/", "https://a\u2100b.example/", "https://u\uff20@x/"]


@pytest.mark.parametrize("address", ODD)
def test_an_address_of_its_server_that_is_none(tmp_path: Path, address: str) -> None:
    said = {**METADATA, "authorization_endpoint": address}
    _, _, _, reply = begun(tmp_path, a_web(**{SERVER + "/metadata": said}))
    assert reply.status_code == 502 or reply.headers["Location"].startswith("https://u%EF%BC%A0@x/?")


def test_46_an_address_that_names_the_same_server_is_taken(tmp_path: Path) -> None:
    pages = a_web(said={"me": "https://ann.example/home"}, **{"https://ann.example/home": PAGE})
    app, client, _, reply = begun(tmp_path, pages)
    follow(client, back(client, fields_of(reply.headers["Location"])))
    found = account(app)
    assert found
    assert found.subject == "https://ann.example/home"


def test_an_issuer_that_is_not_the_servers_own_is_not_believed(tmp_path: Path) -> None:
    """Otherwise a server could name another's issuer, and pass for it (§4.1.1)."""
    lying = {**METADATA, "issuer": "https://honest.example/"}
    app, client, _, reply = begun(tmp_path, a_web(**{SERVER + "/metadata": lying}))
    sent = fields_of(reply.headers["Location"])
    follow(client, back(client, sent, iss=""))
    assert account(app)  # it has spoken for a page that names it, under no issuer's name


NO_PROFILES = """
localhost 127.0.0.1 https://[::1]/ https://ann.example:8443/ https://user:pw@ann.example/ https://ann.example/#me
https://ann.example/../x mailto:ann@ann.example https://2130706433/
"""


@pytest.mark.parametrize("typed", ["", "\0", *NO_PROFILES.split()])
def test_what_is_no_profile_address(typed: str) -> None:
    with pytest.raises(LoginFailed):
        profile_url(typed)


def test_a_page_that_names_nobody(tmp_path: Path) -> None:
    _, _, _, reply = begun(tmp_path, a_web(b"<title>just a page</title>"))
    assert reply.status_code == 422
