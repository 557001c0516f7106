"""A login in a window of its own: the answer is for the page that asked, once, and is a code."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from login.popup import Answers
from tests.doubles import ORIGIN
from tests.login.parties import BACK, Party, a_party, claims, follow, form_of, links_of, log_in


@pytest.fixture
def party(app: Flask) -> Party:
    return a_party(app, public=True)


def shown(reply: TestResponse) -> tuple[str, dict[str, str]]:
    """The origin that the window hands its answer to, and the answer."""
    assert reply.status_code == 200, reply.headers
    text = reply.get_data(as_text=True)
    found = dict(re.findall(r'data-(origin|answer)="([^"]*)"', text))
    return html.unescape(found["origin"]), json.loads(html.unescape(found["answer"]))


def ask(client: FlaskClient, party: Party, **changes: Any) -> TestResponse:
    """Ask for the answer as the page does; a page has none of our cookies."""
    fields = {"client_id": party.site.client_id, "state": party.state, "verifier": party.verifier, **changes}
    return client.application.test_client().post("/oauth/popup", data=fields, headers={"Origin": ORIGIN})


def test_55_the_window_hands_a_code_to_the_registered_origin(client: FlaskClient, party: Party) -> None:
    """Threat 55: an exact targetOrigin; never a token."""
    reply = log_in(client, party.address(popup="on", network="developer"))
    origin, answer = shown(reply)
    assert origin == ORIGIN
    assert set(answer) == {"code", "state", "iss"}
    assert answer["state"] == party.state
    assert "id_token" not in reply.text
    assert "access_token" not in reply.text
    tokens = party.exchange(client, answer["code"]).get_json()
    assert claims(client, tokens["id_token"])["nonce"] == party.nonce


def test_57_a_page_that_was_cut_off_gets_the_answer_once(client: FlaskClient, party: Party) -> None:
    """Threat 57: what a page under COOP does instead of listening."""
    assert ask(client, party).status_code == 204
    _, answer = shown(log_in(client, party.address(popup="on", network="developer")))
    reply = ask(client, party)
    assert (reply.status_code, reply.get_json()) == (200, answer)
    assert reply.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "Access-Control-Allow-Credentials" not in reply.headers
    assert "Set-Cookie" not in reply.headers
    assert reply.headers["Cache-Control"] == "no-store"
    assert ask(client, party).status_code == 204
    assert party.exchange(client, answer["code"]).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"verifier": "x" * 43},
        {"verifier": ""},
        {"state": "another"},
        {"client_id": "another"},
        {"client_id": ""},
        {"verifier": "\ud800\x00ü"},
    ],
)
def test_57_nobody_else_gets_it(client: FlaskClient, party: Party, changes: dict[str, str]) -> None:
    log_in(client, party.address(popup="on", network="developer"))
    fields = {name: value.encode("utf-8", "surrogatepass") for name, value in changes.items()}
    assert ask(client, party, **fields).status_code == 204
    assert ask(client, party, verifier=party.challenge).status_code == 204  # what stands in the address is not enough
    assert ask(client, party).status_code == 200


def test_57_what_waits_is_sealed_and_ends(app: Flask, client: FlaskClient, party: Party) -> None:
    kept: dict[str, tuple[Any, float]] = {}
    cache = app.extensions["handbill"].cache
    keep = cache.set
    cache.set = lambda key, value, seconds: (kept.update({key: (value, seconds)}), keep(key, value, seconds))
    _, answer = shown(log_in(client, party.address(popup="on", network="developer")))
    [(value, seconds)] = kept.values()
    assert seconds == 120
    assert answer["code"] not in str(value)


def test_another_origin_may_not_read_it(tmp_path: Any) -> None:
    from tests.doubles import an_app

    app = an_app(tmp_path, env="production", secret_key="k" * 40, base_url="https://hb.example")
    party = a_party(app, public=True)
    services = app.extensions["handbill"]
    asked = {"client_id": party.site.client_id, "state": party.state, "verifier": party.verifier}
    with app.test_request_context():
        from login.requests import read_text

        Answers(services.cache, services.vault).keep(read_text(party.query()), {"code": "c"})
    reply = app.test_client().post("/oauth/popup", data=asked, headers={"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in reply.headers
    services.close()


def test_12_only_public_clients_have_windows(app: Flask, client: FlaskClient) -> None:
    """Threat 12: a site with a back end gets its answer by the redirect, whatever it asks."""
    reply = log_in(client, a_party(app).address(popup="on", network="developer"))
    assert reply.headers["Location"].startswith(BACK + "?")


@pytest.mark.parametrize("changes", [{"state": None}, {"state": "s" * 300}])
def test_a_request_that_cannot_be_told_from_others_has_no_window(
    client: FlaskClient, party: Party, changes: dict[str, Any]
) -> None:
    assert log_in(client, party.address(popup="on", network="developer", **changes)).status_code == 303


def test_58_every_page_of_the_window_leaves_its_opener_alone(client: FlaskClient, party: Party) -> None:
    """Threat 58: no COOP of ours cuts the window off; what it shows last is bound to this login and has no form."""
    replies = [follow(client, client.get(party.address(popup="on", network="developer")))]
    action, fields = form_of(replies[0])
    replies.append(client.post(action, data={**fields, "name": "Ann", "subject": "ann"}))
    replies.append(follow(client, replies[-1]))
    for reply in replies:
        assert reply.headers["Cross-Origin-Opener-Policy"] == "unsafe-none"
        assert "frame-ancestors 'none'" in reply.headers["Content-Security-Policy"] or reply.status_code == 303
    assert "<form" not in replies[-1].text
    assert replies[-1].headers["Cache-Control"] == "no-store"


def test_58_an_opener_cannot_make_somebody_agree(app: Flask, client: FlaskClient, party: Party) -> None:
    """Threat 58: it may send the window to the answer of the consent page, but has no token of this login."""
    log_in(client, party.address(popup="on", network="developer"))
    other = a_party(app, public=True, name="Other")
    assert client.get("/oauth/authorize/answer?answer=allow&request=x").status_code == 405
    page = client.get(other.address(popup="on"))
    assert "data-answer" not in page.text
    reply = client.post("/oauth/authorize/answer", data={"answer": "allow", "request": other.query(popup="on")})
    assert reply.status_code == 403
    assert "data-answer" not in reply.text


def test_the_way_back_tells_the_page_that_nobody_logged_in(client: FlaskClient, party: Party) -> None:
    for page in (
        client.get(party.address(popup="on")),
        follow(client, client.get(party.address(popup="on", network="developer"))),
    ):
        [back] = [link for link in links_of(page) if link.startswith("/oauth/popup")]
        origin, answer = shown(client.get(back))
        assert (origin, answer["error"], answer["state"]) == (ORIGIN, "access_denied", party.state)
    assert ask(client, party).get_json()["error"] == "access_denied"


@pytest.mark.parametrize("request_text", ["", "client_id=nosuch", "x" * 9000])
def test_a_way_back_of_nobody_is_a_page_that_says_so(client: FlaskClient, request_text: str) -> None:
    reply = client.get("/oauth/popup", query_string={"request": request_text})
    assert reply.status_code == 400
    assert "Location" not in reply.headers


def test_an_error_reaches_the_page_too(client: FlaskClient, party: Party) -> None:
    reply = client.get(party.address(popup="on", prompt="none"))
    assert shown(reply)[1]["error"] == "login_required"
