"""The authorization endpoint: whom it answers, where, and what it asks for first. (Threats 1 to 8, 12 to 14, 30.)"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.doubles import ORIGIN, a_site
from tests.login.parties import (
    ANN,
    BACK,
    BASE,
    BOB,
    Party,
    a_code,
    a_party,
    claims,
    follow,
    form_of,
    links_of,
    log_in,
    sent_to,
    tokens,
)


@pytest.fixture
def party(app: Flask) -> Party:
    return a_party(app)


REDIRECTS = [
    BACK + "/", BACK + "/x", BACK + "?x=1", BACK + "#x", ORIGIN + "/x/../back", "https://user@blog.example.org/back",
    "https://evil.example\\@blog.example.org/back", "https://blog.example.org.evil.example/back",
    "http://blog.example.org/back", "https://BLOG.example.org/back", BACK.upper(), BACK + "%00", BACK + "\r\nX: y",
    "//blog.example.org/back", "javascript:alert(1)", "data:text/html,x", "https://blog.example.org:443/back",
    "https://evil.example/back", "", "https://blog.example.org/back ",
]  # fmt: skip


@pytest.mark.parametrize("address", REDIRECTS)
def test_1_an_address_that_differs_in_a_letter_is_told_to_the_person_only(
    client: FlaskClient, party: Party, address: str
) -> None:
    reply = client.get(party.address(redirect_uri=address))
    assert reply.status_code == 400
    assert "Location" not in reply.headers
    assert "text/html" in reply.headers["Content-Type"]


def test_1_loopback_is_compared_letter_by_letter_too(app: Flask, client: FlaskClient) -> None:
    party = a_party(app, return_to=("http://127.0.0.1:3000/cb",), public=True)
    for address in ("http://localhost:3000/cb", "http://127.0.0.1:3001/cb", "http://[::1]:3000/cb"):
        assert client.get(party.address(redirect_uri=address)).status_code == 400


@pytest.mark.parametrize("change", [{"client_id": "nobody"}, {"client_id": None}, {"client_id": "<script>"}])
def test_2_an_unknown_client_is_never_redirected_to(
    client: FlaskClient, party: Party, change: dict[str, str]
) -> None:
    reply = client.get(party.address(**change))
    assert reply.status_code == 400
    assert "Location" not in reply.headers


def test_2_a_page_repeats_no_markup(client: FlaskClient, party: Party) -> None:
    attack = '"><script>alert(1)</script>'
    for name in ("client_id", "redirect_uri", "state", "nonce", "login_hint", "ui_locales", "network", "prompt"):
        reply = client.get(party.address(**{name: attack}))
        assert "<script>alert" not in reply.get_data(as_text=True)


@pytest.mark.parametrize("name", ["client_id", "redirect_uri", "state"])
def test_3_what_tells_whom_to_answer_may_not_be_there_twice(client: FlaskClient, party: Party, name: str) -> None:
    reply = client.get(party.address() + f"&{name}=again")
    assert reply.status_code == 400
    assert "Location" not in reply.headers


@pytest.mark.parametrize("name", ["scope", "code_challenge", "code_challenge_method", "prompt", "nonce", "odd"])
def test_3_any_other_parameter_there_twice_is_an_error(client: FlaskClient, party: Party, name: str) -> None:
    told = sent_to(client.get(party.address(odd="1", prompt="login") + f"&{name}=again"))
    assert told["error"] == "invalid_request"
    assert told["state"] == party.state
    assert told["iss"] == BASE


@pytest.mark.parametrize(
    "change",
    [
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge": None},
        {"code_challenge_method": None},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": "s256"},
        {"code_challenge": "short"},
        {"code_challenge": "x" * 200},
    ],
)
@pytest.mark.parametrize("public", [True, False])
def test_4_pkce_with_s256_is_asked_of_every_client(
    app: Flask, client: FlaskClient, change: dict[str, str | None], public: bool
) -> None:
    told = sent_to(client.get(a_party(app, public=public).address(**change)))
    assert told["error"] == "invalid_request"
    assert told["iss"] == BASE


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "id_token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"response_mode": "fragment.jwt"}, "invalid_request"),
        ({"response_mode": "web_message"}, "invalid_request"),
        ({"request": "eyJ"}, "request_not_supported"),
        ({"request_uri": "http://127.0.0.1:1/x"}, "request_uri_not_supported"),
        ({"registration": "{}"}, "registration_not_supported"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"scope": None}, "invalid_scope"),
        ({"max_age": "soon"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
        ({"prompt": "none login"}, "invalid_request"),
    ],
)
def test_6_errors_go_to_the_site_and_say_who_we_are(
    client: FlaskClient, party: Party, change: dict[str, str | None], error: str
) -> None:
    """And 12, 30: what is not offered is refused, and nothing is fetched."""
    told = sent_to(client.get(party.address(**change)))
    assert (told["error"], told["state"], told["iss"]) == (error, party.state, BASE)
    assert "code" not in told


def test_6_success_and_refusal_say_who_we_are(client: FlaskClient, party: Party) -> None:
    page = client.get(party.address())
    back = next(link for link in links_of(page) if link.startswith(BACK))
    assert "error=access_denied" in back
    assert f"iss={quote(BASE, safe='')}" in back
    told = sent_to(log_in(client, party.address()))
    assert set(told) == {"code", "state", "iss"}
    assert (told["state"], told["iss"]) == (party.state, BASE)


def test_unknown_scopes_are_passed_over(client: FlaskClient, party: Party) -> None:
    assert tokens(client, party, scope="email openid calendar")["scope"] == "openid email"


def test_7_prompt_none_shows_nothing_and_logs_nobody_in(client: FlaskClient, party: Party) -> None:
    assert sent_to(client.get(party.address(prompt="none")))["error"] == "login_required"
    log_in(client, party.address(scope="openid"))
    assert "code" in sent_to(client.get(party.address(prompt="none", scope="openid")))
    assert sent_to(client.get(party.address(prompt="none")))["error"] == "consent_required"


@pytest.mark.parametrize("change", [{"prompt": "login"}, {"max_age": "0"}])
def test_7_a_new_login_is_forced_and_tells_when(client: FlaskClient, party: Party, change: dict[str, str]) -> None:
    import time_machine

    start = datetime.now(UTC)
    with time_machine.travel(start, tick=False):
        first = claims(client, tokens(client, party)["id_token"])["auth_time"]
    with time_machine.travel(start + timedelta(minutes=2), tick=False):
        assert client.get(party.address(**change)).status_code == 200, "a page, in spite of the session"
        again = claims(client, tokens(client, party, **change)["id_token"])["auth_time"]
    assert again >= first + 120


def test_7_max_age_lets_a_young_login_through(client: FlaskClient, party: Party) -> None:
    log_in(client, party.address())
    assert "code" in sent_to(client.get(party.address(max_age="600")))


def test_7_the_mark_of_a_login_is_for_one_request_and_one_session(
    app: Flask, client: FlaskClient, party: Party
) -> None:
    reply = client.get(party.address(prompt="login"))
    action, fields = form_of(client.get(next(x for x in links_of(reply) if x.startswith("/login/developer"))))
    onward = client.post(action, data={**fields, **ANN}).headers["Location"]
    assert "hb_done" in onward
    mark = onward.rpartition("hb_done=")[2]
    assert client.get(party.address(prompt="login", nonce="other") + f"&hb_done={mark}").status_code == 200
    stranger = app.test_client()
    log_in(stranger, party.address(), BOB)
    assert stranger.get(onward).status_code == 200
    assert "code" in sent_to(client.get(onward))


def test_select_account_offers_the_one_that_is_there(client: FlaskClient, party: Party) -> None:
    log_in(client, party.address())
    page = client.get(party.address(prompt="select_account"))
    assert "Continue as Ann Example" in page.get_data(as_text=True)
    known = next(link for link in links_of(page) if link.startswith("/oauth/authorize"))
    assert "code" in sent_to(client.get(known))


def test_the_sites_own_choice_of_network_skips_the_page(client: FlaskClient, party: Party) -> None:
    reply = client.get(party.address(network="developer"))
    assert reply.status_code == 303
    assert urlsplit(reply.headers["Location"]).path == "/login/developer"
    assert "code" in sent_to(log_in(client, party.address(network="developer")))
    assert "code" in sent_to(client.get(party.address(network="developer"))), "the session is of that network"
    assert "data-network" in client.get(party.address(network="nothing", prompt="login")).get_data(as_text=True)


def test_a_hint_of_another_person_is_no_login(app: Flask, client: FlaskClient, party: Party) -> None:
    mine = tokens(client, party)["id_token"]
    hers = tokens(app.test_client(), party, BOB)["id_token"]
    assert "code" in sent_to(client.get(party.address(prompt="none", id_token_hint=mine)))
    for hint in (hers, "nonsense", mine[:-4] + "AAAA"):
        assert sent_to(client.get(party.address(prompt="none", id_token_hint=hint)))["error"] == "login_required"


def test_a_request_may_come_as_a_form(client: FlaskClient, party: Party) -> None:
    reply = client.post("/oauth/authorize", data=party.query(), content_type="application/x-www-form-urlencoded")
    assert reply.status_code == 303, "a form from another site brings no cookie: the redirect does"
    assert "Log in to Blog" in follow(client, reply).get_data(as_text=True)


def test_8_pages_cannot_be_framed_and_hold_nothing_foreign(client: FlaskClient, party: Party) -> None:
    """And 14: no third party sees the address of a page; 22: nothing is kept."""
    pages = [client.get(party.address()), client.get("/login/developer"), client.get("/oauth/authorize?client_id=x")]
    log_in(client, party.address())
    pages += [client.get(party.address(prompt="consent")), client.get("/account"), client.get("/oauth/end_session")]
    for page in pages:
        assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
        assert page.headers["X-Frame-Options"] == "DENY"
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert '<meta name="referrer" content="same-origin">' in page.get_data(as_text=True), "forms say their origin"
        assert 'src="http' not in page.get_data(as_text=True)
        assert "Access-Control-Allow-Origin" not in page.headers


def test_13_after_a_form_the_browser_goes_on_with_get(client: FlaskClient, party: Party) -> None:
    action, fields = form_of(client.get("/login/developer?request=" + quote(party.query())))
    reply = client.post(action, data={**fields, **ANN})
    assert reply.status_code == 303
    onward = client.get(reply.headers["Location"].removeprefix(BASE))
    assert onward.status_code == 303
    assert onward.headers["Referrer-Policy"] == "no-referrer"


def test_31_the_issuer_is_what_the_operator_set(client: FlaskClient, party: Party) -> None:
    headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    document = client.get("/.well-known/openid-configuration", headers=headers)
    assert document.get_json()["issuer"] == BASE
    assert "evil" not in document.get_data(as_text=True)
    assert document.get_json() == client.get("/.well-known/oauth-authorization-server").get_json()
    assert "evil" not in client.get(party.address(prompt="none"), headers=headers).headers["Location"]


def test_a_request_too_long_is_refused(client: FlaskClient, party: Party) -> None:
    assert client.get(party.address(state="x" * 5000)).status_code == 400
    assert client.get(party.address() + "".join(f"&x{n}=1" for n in range(60))).status_code == 400


def test_a_state_comes_back_to_the_letter(client: FlaskClient, party: Party) -> None:
    state = "ä+ %&=?#/'\"<>"
    assert sent_to(log_in(client, party.address(state=state)))["state"] == state


def test_each_site_shows_its_own_networks_and_words(app: Flask, client: FlaskClient) -> None:
    site = a_site(app, name="<b>Shop")
    page = client.get(Party(site).address(ui_locales="xx en")).get_data(as_text=True)
    assert "&lt;b&gt;Shop" in page
    assert "<b>Shop" not in page
    assert 'lang="en"' in page
    app.extensions["handbill"].sites.configure(site.key, login_networks=["github"])
    assert "no network is set up" in client.get(Party(site).address()).get_data(as_text=True)
    reply = client.get("/login/developer?request=" + quote(Party(site).query()))
    assert reply.status_code == 404


def test_a_code_is_not_given_to_two_logins(client: FlaskClient, party: Party) -> None:
    assert a_code(client, party) != sent_to(client.get(party.address()))["code"]
