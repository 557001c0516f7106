"""What a black-box probe of an OpenID Provider asks: discovery, authorization, pages. Pairs of request and answer.

OpenID Connect Core and Discovery 1.0, Form Post Response Mode 1.0, RFC 6749, 7636, 8414, 9207, 9700. What
test_authorize.py asks is not asked again.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.doubles import ORIGIN, an_app
from tests.login.parties import ANN, BACK, BASE, Party, a_party, claims, form_of, log_in, sent_to, tokens

PAIR = "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    made = an_app(tmp_path_factory.mktemp("conformance"))
    yield made
    made.extensions["handbill"].close()


@pytest.fixture(scope="module")
def party(app: Flask) -> Party:
    return a_party(app, logout_return_to=(ORIGIN + "/bye",))


@pytest.fixture(scope="module")
def known(app: Flask, party: Party) -> FlaskClient:
    """A browser in which somebody is logged in, and has agreed."""
    client = app.test_client()
    log_in(client, party.address())
    return client


# --- discovery and keys ---

DOCUMENT: list[tuple[str, Any]] = [
    ("issuer", BASE),
    ("authorization_endpoint", f"{BASE}/oauth/authorize"),
    ("token_endpoint", f"{BASE}/oauth/token"),
    ("userinfo_endpoint", f"{BASE}/oauth/userinfo"),
    ("jwks_uri", f"{BASE}/oauth/jwks"),
    ("end_session_endpoint", f"{BASE}/oauth/end_session"),
    ("response_types_supported", ["code"]),
    ("response_modes_supported", ["query", "fragment", "form_post"]),
    ("grant_types_supported", ["authorization_code", "refresh_token"]),
    ("code_challenge_methods_supported", ["S256"]),
    ("subject_types_supported", ["pairwise", "public"]),
    ("token_endpoint_auth_methods_supported", ["client_secret_basic", "client_secret_post", "none"]),
    ("introspection_endpoint_auth_methods_supported", ["client_secret_basic", "client_secret_post"]),
    ("authorization_response_iss_parameter_supported", True),
    ("claims_parameter_supported", False),
    ("request_parameter_supported", False),
    ("request_uri_parameter_supported", False),
    ("backchannel_logout_supported", True),
    ("backchannel_logout_session_supported", True),
]


@pytest.mark.parametrize(("name", "value"), DOCUMENT)
def test_discovery_says(client: FlaskClient, name: str, value: object) -> None:
    assert client.get(PAIR[0]).get_json()[name] == value


def test_discovery_names_every_claim_language_and_algorithm(client: FlaskClient, party: Party) -> None:
    document = client.get(PAIR[0]).get_json()
    assert set(claims(client, tokens(client, party)["id_token"])) <= set(document["claims_supported"])
    assert document["id_token_signing_alg_values_supported"] == ["RS256", "ES256"]
    assert {"en", "de", "ar", "zh-Hans"} <= set(document["ui_locales_supported"])
    assert not any(value is None for value in document.values()), "RFC 8414 §3.2: what is not there is left out"


@pytest.mark.parametrize("address", [*PAIR, "/oauth/jwks"])
def test_documents_are_for_every_page_and_may_be_kept(client: FlaskClient, address: str) -> None:
    reply = client.get(address)
    assert "json" in reply.headers["Content-Type"]
    assert "max-age=3600" in reply.headers["Cache-Control"]
    assert client.head(address).status_code == 200
    asked = {
        "Origin": "https://x.example",
        "Access-Control-Request-Headers": "x-app",
        "Access-Control-Request-Method": "GET",
    }
    allowed = client.options(address, headers=asked)
    assert (allowed.status_code, allowed.headers["Access-Control-Allow-Origin"]) == (204, "*")
    assert "GET" in allowed.headers["Access-Control-Allow-Methods"]
    assert "*" in allowed.headers["Access-Control-Allow-Headers"].split(", "), "clients and tracing add their own"
    assert client.post(address).status_code == 405


def test_keys_are_public_and_say_what_they_are_for(client: FlaskClient) -> None:
    keys = client.get("/oauth/jwks").get_json()["keys"]
    assert {key["alg"] for key in keys} == {"RS256", "ES256"}
    assert len({key["kid"] for key in keys}) == len(keys)
    for key in keys:
        assert key["use"] == "sig"
        assert not {"d", "p", "q", "dp", "dq", "qi", "k", "oth"} & set(key)


# --- authorization: errors that go to the site ---

ERRORS: list[tuple[dict[str, str | None], str]] = [
    ({"response_type": "none"}, "unsupported_response_type"),
    ({"response_type": "code code"}, "unsupported_response_type"),
    ({"response_type": "code token"}, "unsupported_response_type"),
    ({"response_mode": "query.jwt"}, "invalid_request"),
    ({"response_mode": "QUERY"}, "invalid_request"),
    ({"code_challenge": "!" * 43}, "invalid_request"),
    ({"code_challenge": "x" * 42}, "invalid_request"),
    ({"code_challenge_method": "S512"}, "invalid_request"),
    ({"code_challenge": "", "code_challenge_method": ""}, "invalid_request"),
    ({"scope": ""}, "invalid_scope"),
    ({"scope": "OpenID"}, "invalid_scope"),
    ({"prompt": "none consent"}, "invalid_request"),
    ({"prompt": "none select_account"}, "invalid_request"),
    ({"prompt": "none", "max_age": "0"}, "login_required"),
    ({"prompt": "none", "id_token_hint": "a.b.c"}, "login_required"),
    ({"prompt": "none", "network": "mastodon"}, "login_required"),
    ({"max_age": "1e3"}, "invalid_request"),
    ({"max_age": "١٢"}, "invalid_request"),
]


@pytest.mark.parametrize(("change", "error"), ERRORS)
def test_an_error_goes_to_the_site(
    known: FlaskClient, party: Party, change: dict[str, str | None], error: str
) -> None:
    told = sent_to(known.get(party.address(**change)))
    assert (told["error"], told["state"], told["iss"]) == (error, party.state, BASE)
    assert "code" not in told
    assert set(told) <= {"error", "error_description", "state", "iss"}


def test_scopes_with_commas_are_told_how_they_should_be(known: FlaskClient, party: Party) -> None:
    told = sent_to(known.get(party.address(scope="openid,profile")))
    assert told["error"] == "invalid_scope"
    assert "openid" in told["error_description"]
    assert "spaces" in told["error_description"]


PASSED_OVER = [
    {"display": "popup"},
    {"acr_values": "urn:mace:incommon:iap:silver"},
    {"claims": '{"userinfo": {"name": null}}'},
    {"claims": "{"},
    {"resource": "https://api.example.org"},
    {"audience": "https://api.example.org"},
    {"access_type": "offline"},
    {"claims_locales": "de"},
    {"ui_locales": "tlh de"},
    {"login_hint": "ann@example.org"},
    {"prompt": ""},
    {"max_age": ""},
    {"nonce": None},
    {"state": None},
    {"response_mode": "query"},
    {"dpop_jkt": "x"},
    {"unheard_of": "ä"},
]


@pytest.mark.parametrize("change", PASSED_OVER)
def test_what_is_not_known_or_empty_is_passed_over(
    known: FlaskClient, party: Party, change: dict[str, str | None]
) -> None:
    told = sent_to(known.get(party.address(**change)))
    assert set(told) == {"code", "iss"} | ({"state"} if "state" not in change else set())
    given = party.exchange(known, told["code"]).get_json()
    assert ("nonce" in claims(known, given["id_token"])) is ("nonce" not in change)


@pytest.mark.parametrize(
    "state", ["a b", "a+b", "%41", "ü", "日本語🙂", "a=b&c=d#e?f", "'\"<script>", "\\", "{'a': [1]}", "x" * 500, "0"]
)
def test_a_state_is_told_as_it_came(known: FlaskClient, party: Party, state: str) -> None:
    assert sent_to(known.get(party.address(state=state)))["state"] == state
    assert sent_to(known.get(party.address(state=state, response_type="token")))["state"] == state


@pytest.mark.parametrize("query", ["x=a%2Fb&y=1", "next=/a&empty=", "flag", "q=a+b"])
def test_the_query_of_the_address_to_return_to_is_kept(app: Flask, query: str) -> None:
    address = f"{BACK}?{query}"
    party, client = a_party(app, return_to=(address,)), app.test_client()
    log_in(client, party.address(redirect_uri=address))
    for change in ({}, {"scope": None}):
        sent = client.get(party.address(redirect_uri=address, **change)).headers["Location"]
        assert sent.startswith(address + "&"), sent
        told = dict(parse_qsl(sent[len(address) + 1 :]))
        assert {"state", "iss"} < set(told)
        assert party.exchange(client, "x", redirect_uri=address).status_code == 400


@pytest.mark.parametrize("query", ["", "?a=1"])
def test_an_answer_may_come_in_the_fragment(app: Flask, query: str) -> None:
    """OAuth 2.0 Multiple Response Types §2.1: what scripts of pages ask for; errors and refusals come there too."""
    address, client = BACK + query, app.test_client()
    party = a_party(app, return_to=(address,), public=True)
    change = {"redirect_uri": address, "response_mode": "fragment"}
    page = client.get(party.address(**change)).get_data(as_text=True)
    back = unescape(page.partition('<p class="back"><a href="')[2].partition('"')[0])
    log_in(client, party.address(redirect_uri=address))
    for sent, wanted in (
        (back, {"error", "state", "iss"}),
        (client.get(party.address(**change)).headers["Location"], {"code", "state", "iss"}),
        (client.get(party.address(**change, max_age="x")).headers["Location"], {"error", "state", "iss"}),
    ):
        assert sent.startswith(address + "#"), sent
        told = dict(parse_qsl(sent.partition("#")[2]))
        assert set(told) - {"error_description"} == wanted
        assert (told["state"], told["iss"]) == (party.state, BASE)


def test_a_window_tells_the_answer_whatever_its_way(app: Flask, client: FlaskClient) -> None:
    party = a_party(app, public=True)
    page = log_in(client, party.address(popup="on", response_mode="fragment")).get_data(as_text=True)
    assert "hbc_" in page


def test_several_resources_may_be_named(known: FlaskClient, party: Party) -> None:
    """RFC 8707 §2: the one parameter that may be there more than once."""
    twice = "&resource=https%3A%2F%2Fa.example&resource=https%3A%2F%2Fb.example"
    code = sent_to(known.get(party.address() + twice))["code"]
    assert party.exchange(known, code, resource=["https://a.example", "https://b.example"]).status_code == 200


def test_a_request_by_form_is_as_good(known: FlaskClient, party: Party) -> None:
    reply = known.post("/oauth/authorize", data=dict(parse_qsl(party.query())))
    assert "code" in sent_to(known.get(reply.headers["Location"]))


def test_head_and_other_methods(known: FlaskClient, party: Party) -> None:
    assert known.head(party.address(scope=None)).status_code == 303
    assert known.put(party.address()).status_code == 405
    assert known.delete("/oauth/authorize").status_code == 405


# --- authorization: errors that stay here ---


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "nobody", "prompt": "none"},
        {"redirect_uri": "https://evil.example/", "prompt": "none"},
        {"redirect_uri": None, "prompt": "none"},
        {"redirect_uri": BACK + "#fragment", "response_type": "token"},
        {"client_id": "nobody", "response_mode": "form_post"},
        {"redirect_uri": "https://evil.example/", "response_mode": "form_post"},
        {"redirect_uri": "urn:ietf:wg:oauth:2.0:oob"},
        {"redirect_uri": "/back"},
    ],
)
def test_an_error_before_the_site_is_known_is_a_page(
    known: FlaskClient, party: Party, change: dict[str, str | None]
) -> None:
    reply = known.get(party.address(**change))
    assert reply.status_code == 400
    assert reply.mimetype == "text/html"
    assert "Location" not in reply.headers
    assert "evil.example" not in reply.get_data(as_text=True)


# --- form_post ---


def posted(reply: Any, address: str = BACK) -> dict[str, str]:
    """The fields of a page that posts the answer to the site."""
    assert reply.status_code == 200
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(address))
    assert f"form-action 'self' {origin};" in reply.headers["Content-Security-Policy"]
    action, fields = form_of(reply)
    assert unescape(action) == address
    return fields


def test_an_answer_may_be_posted(known: FlaskClient, party: Party) -> None:
    state = "ä+ &\"'<b>"
    told = posted(known.get(party.address(response_mode="form_post", state=state)))
    assert (told["state"], told["iss"], set(told)) == (state, BASE, {"code", "state", "iss"})
    assert party.exchange(known, told["code"]).status_code == 200


def test_an_error_is_posted_too(app: Flask, client: FlaskClient, party: Party) -> None:
    told = posted(client.get(party.address(response_mode="form_post", prompt="none")))
    assert (told["error"], told["state"], told["iss"]) == ("login_required", party.state, BASE)
    page = client.get(party.address(response_mode="form_post")).get_data(as_text=True)
    back = unescape(page.partition('<p class="back"><a href="')[2].partition('"')[0])
    assert posted(client.get(back))["error"] == "access_denied"
    address = BACK + "?a=1&code=2"
    other = a_party(app, return_to=(address,))
    told = posted(client.get(other.address(redirect_uri=address, response_mode="form_post", prompt="none")), address)
    assert told["error"] == "login_required"


# --- pages ---

PAGES = [
    "{authorize}",
    "/oauth/authorize",
    "/oauth/authorize?client_id=x",
    "/login/developer?request={request}",
    "/login/mastodon?request={request}",
    "/login/nothing?request={request}",
    "/login/developer?site={key}&return_to={back}",
    "/login/github/callback?state=x&code=y",
    "/oauth/end_session",
    "/oauth/end_session?post_logout_redirect_uri=https%3A%2F%2Fevil.example",
    "/account",
]


@pytest.mark.parametrize("address", PAGES)
def test_pages_of_a_login_are_nobodys_elses(client: FlaskClient, party: Party, address: str) -> None:
    fill = {"authorize": party.address(), "request": quote(party.query()), "key": party.site.key, "back": quote(BACK)}
    page = client.get(address.format(**fill), headers={"Accept": "text/html"})
    assert page.mimetype == "text/html"
    headers = page.headers
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "unsafe-inline" not in headers["Content-Security-Policy"]
    assert "Access-Control-Allow-Origin" not in headers
    text = page.get_data(as_text=True)
    assert not [part for part in ('src="http', 'src="//', "evil.example") if part in text]


def test_a_program_that_only_fills_in_forms_gets_through(app: Flask, party: Party) -> None:
    """Each page on the way has a form; the first is enough (on a developer's machine)."""
    client = app.test_client()
    reply = client.get(party.address())
    for _ in range(3):
        if reply.status_code in (302, 303):
            break
        method = "post" if '<form method="post"' in reply.get_data(as_text=True) else "get"
        action, fields = form_of(reply, method)
        given = {**fields, **ANN} if method == "post" else fields
        reply = client.post(action, data=given) if method == "post" else client.get(f"{action}?{urlencode(given)}")
    assert "code" in sent_to(client.get(reply.headers["Location"].removeprefix(BASE)))


# --- logging out ---

LOGOUTS: list[tuple[dict[str, str], int, str]] = [
    # what is sent along with a good hint, status, where to (a "" stays here)
    ({}, 200, ""),
    ({"post_logout_redirect_uri": ORIGIN + "/bye"}, 303, ORIGIN + "/bye"),
    ({"post_logout_redirect_uri": ORIGIN + "/bye", "state": "a+b ä&"}, 303, ORIGIN + "/bye?state=a%2Bb+%C3%A4%26"),
    ({"post_logout_redirect_uri": ORIGIN + "/bye/", "state": "x"}, 200, ""),
    ({"post_logout_redirect_uri": BACK}, 200, ""),
    ({"post_logout_redirect_uri": "https://evil.example/"}, 200, ""),
    ({"client_id": "somebody-else"}, 400, ""),
]


@pytest.mark.parametrize(("sent", "status", "to"), LOGOUTS)
def test_logging_out(app: Flask, party: Party, sent: dict[str, str], status: int, to: str) -> None:
    client = app.test_client()
    hint = tokens(client, party)["id_token"]
    reply = client.get(f"/oauth/end_session?{urlencode({'id_token_hint': hint, **sent})}")
    assert (reply.status_code, reply.headers.get("Location", "")) == (status, to)
    still = "code" in sent_to(client.get(party.address(prompt="none")))
    assert still is (status == 400)


def test_logging_out_without_a_good_hint_is_asked_about(app: Flask, client: FlaskClient, party: Party) -> None:
    bye = {"post_logout_redirect_uri": ORIGIN + "/bye", "state": "s"}
    log_in(client, party.address())
    hers = tokens(app.test_client(), party, {**ANN, "subject": "other"})["id_token"]
    for hint in ({}, {"id_token_hint": "a.b.c"}, {"id_token_hint": hers}, {"client_id": party.site.client_id}):
        reply = client.get(f"/oauth/end_session?{urlencode({**bye, **hint})}")
        assert reply.status_code == 200, hint
        assert "code" in sent_to(client.get(party.address(prompt="none"))), "nobody is logged out by a link"
    action, fields = form_of(reply)
    assert client.post(action, data=fields).headers["Location"] == ORIGIN + "/bye?state=s"


def test_a_hint_may_have_ended(app: Flask, party: Party) -> None:
    from datetime import UTC, datetime, timedelta

    import time_machine

    client, now = app.test_client(), datetime.now(UTC)
    with time_machine.travel(now, tick=False):
        hint = tokens(client, party)["id_token"]
    with time_machine.travel(now + timedelta(days=2), tick=False):
        sent = {"id_token_hint": hint, "post_logout_redirect_uri": ORIGIN + "/bye"}
        assert client.get(f"/oauth/end_session?{urlencode(sent)}").headers["Location"] == ORIGIN + "/bye"
