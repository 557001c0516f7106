"""Who is told what: a site is named before it learns anything; forms are one's own. (Threats 9 to 11, 27, 34.)"""

from __future__ import annotations

from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.errors import Invalid
from tests.doubles import a_site
from tests.login.parties import (
    ANN,
    BOB,
    Party,
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
    return a_party(app, name="The Daily")


def test_9_the_first_page_says_who_asks_and_for_what(client: FlaskClient, party: Party) -> None:
    for address in (party.address(), "/login/developer?request=" + quote(party.query())):
        page = client.get(address).get_data(as_text=True)
        assert "The Daily" in page
        assert "blog.example.org" in page
        assert "your name, your picture and your e-mail address" in page
    assert "nothing else about you" in client.get(party.address(scope="openid")).get_data(as_text=True)
    assert "your e-mail address" not in client.get(party.address(scope="openid profile")).get_data(as_text=True)


def test_9_a_site_new_to_somebody_logged_in_is_named_before_it_is_answered(app: Flask, client: FlaskClient) -> None:
    log_in(client, a_party(app).address())
    other = a_party(app, name="Another")
    page = client.get(other.address())
    assert "Continue to Another?" in page.get_data(as_text=True)
    action, fields = form_of(page)
    assert "code" in sent_to(client.post(action, data={**fields, "answer": "allow"}))
    assert "code" in sent_to(client.get(other.address())), "it is asked once"


def test_9_more_than_was_agreed_is_asked_again(client: FlaskClient, party: Party) -> None:
    log_in(client, party.address(scope="openid profile"))
    assert "code" in sent_to(client.get(party.address(scope="openid")))
    assert "Continue to The Daily?" in client.get(party.address()).get_data(as_text=True)


def test_9_a_link_from_elsewhere_is_no_agreement(app: Flask, client: FlaskClient, party: Party) -> None:
    """Whoever can write an address of ours cannot write the ticket that says our page was seen."""
    page = client.get(party.address())
    link = next(x for x in links_of(page) if x.startswith("/login/developer"))
    assert "ticket=" in link
    stranger = app.test_client()
    reply = stranger.get(link)
    assert reply.status_code == 200, "the developer's page names the site itself"
    with app.test_request_context(link, headers={"Cookie": "hb-browser=" + "x" * 40}):
        from login.routes_start import target

        assert not target().shown
    cookie = client.get_cookie("hb-browser")
    assert cookie
    with app.test_request_context(link, headers={"Cookie": f"hb-browser={cookie.value}"}):
        from login.routes_start import target

        assert target().shown
    other = link.replace("profile", "offline_access")
    with app.test_request_context(other, headers={"Cookie": f"hb-browser={cookie.value}"}):
        assert not target().shown


def test_9_a_site_of_the_operator_need_not_ask(app: Flask, client: FlaskClient) -> None:
    log_in(client, a_party(app).address())
    site = a_site(app, name="Own")
    app.extensions["handbill"].sites.configure(site.key, login_trusted=True)
    assert "code" in sent_to(client.get(Party(site).address()))
    assert "Continue to Own?" in client.get(Party(site).address(prompt="consent")).get_data(as_text=True)


@pytest.mark.parametrize("name", ["\u202eelgooG", "a\u2066b", "line\nbreak", "\u200b"])
def test_9_a_name_that_pretends_is_not_registered(app: Flask, name: str) -> None:
    with pytest.raises(Invalid):
        a_site(app, name=name)


def test_prompt_consent_asks_even_who_has_agreed(client: FlaskClient, party: Party) -> None:
    log_in(client, party.address())
    page = client.get(party.address(prompt="consent"))
    action, fields = form_of(page)
    assert sent_to(client.post(action, data={**fields, "answer": "deny"}))["error"] == "access_denied"
    assert "code" in sent_to(client.post(action, data={**fields, "answer": "allow"}))


def test_prompt_login_and_consent_asks_both(client: FlaskClient, party: Party) -> None:
    log_in(client, party.address())
    page = log_in(client, party.address(prompt="login consent"))
    action, fields = form_of(page)
    assert action == "/oauth/authorize/answer"
    assert "code" in sent_to(client.post(action, data={**fields, "answer": "allow"}))


def test_10_the_form_that_agrees_is_for_one_session_and_one_request(
    app: Flask, client: FlaskClient, party: Party
) -> None:
    log_in(client, party.address())
    action, fields = form_of(client.get(party.address(prompt="consent")))
    _, others = form_of(client.get(party.address(prompt="consent", nonce="other")))
    stranger = app.test_client()
    log_in(stranger, party.address(), BOB)
    allow = {**fields, "answer": "allow"}
    assert stranger.post(action, data=allow).status_code == 403
    assert app.test_client().post(action, data=allow).status_code == 400
    for token in ("", "x", others["token"]):
        assert client.post(action, data={**allow, "token": token}).status_code == 403
    for origin in ("https://evil.example", "null", "http://127.0.0.1:8001"):
        assert client.post(action, data=allow, headers={"Origin": origin}).status_code == 403
    assert "code" in sent_to(client.post(action, data=allow, headers={"Origin": "http://127.0.0.1:8000"}))


def test_10_the_developers_form_is_for_one_browser_and_one_request(
    app: Flask, client: FlaskClient, party: Party
) -> None:
    """And 34: nobody is logged in by a form that another browser was given."""
    action, fields = form_of(client.get("/login/developer?request=" + quote(party.query())))
    _, others = form_of(client.get("/login/developer?request=" + quote(party.query(nonce="other"))))
    stranger = app.test_client()
    stranger.get("/login/developer")
    assert stranger.post(action, data={**fields, **ANN}).status_code == 403
    assert client.post(action, data={**fields, **ANN, "token": others["token"]}).status_code == 403
    assert client.post(action, data={**fields, **ANN}, headers={"Origin": "https://evil.example"}).status_code == 403
    assert client.post(action, data={**fields, **ANN}).status_code == 303


def test_11_a_login_makes_a_new_session_and_ends_the_old_one(app: Flask, client: FlaskClient, party: Party) -> None:
    client.set_cookie("hb-session", "planted-by-somebody-else-before-the-login")
    log_in(client, party.address())
    first = client.get_cookie("hb-session")
    assert first
    assert first.value != "planted-by-somebody-else-before-the-login"
    log_in(client, party.address(prompt="login"))
    second = client.get_cookie("hb-session")
    assert second
    assert second.value != first.value
    holder = app.test_client()
    holder.set_cookie("hb-session", first.value)
    assert sent_to(holder.get(party.address(prompt="none")))["error"] == "login_required"


def test_cookies_are_for_us_alone(client: FlaskClient, party: Party) -> None:
    reply = client.get(party.address())
    cookie = reply.headers["Set-Cookie"]
    assert cookie.startswith("hb-browser=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "Domain" not in cookie
    assert "Secure" not in cookie, "on http loopback a plain client could not log in"


def test_on_https_cookies_have_the_prefix_that_no_neighbour_can_set(tmp_path_factory: pytest.TempPathFactory) -> None:
    from tests.doubles import an_app

    app = an_app(
        tmp_path_factory.mktemp("https"), env="production", secret_key="k" * 40, base_url="https://hb.example.org"
    )
    cookie = app.test_client().get(a_party(app).address(), base_url="https://hb.example.org").headers["Set-Cookie"]
    assert cookie.startswith("__Host-hb-browser=")
    assert "Secure" in cookie
    assert "Domain" not in cookie
    app.extensions["handbill"].close()


def test_27_two_sites_know_the_same_person_by_two_ids(app: Flask, client: FlaskClient) -> None:
    one, two = a_party(app), a_party(app)
    first = claims(client, tokens(client, one)["id_token"])["sub"]
    follow(client, client.get(two.address()))
    action, fields = form_of(client.get(two.address()))
    code = sent_to(client.post(action, data={**fields, "answer": "allow"}))["code"]
    second = claims(client, two.exchange(client, code).get_json()["id_token"])["sub"]
    assert first != second
    assert "ann" not in first + second, "never the network's own id"
    again = claims(client, tokens(app.test_client(), one)["id_token"])["sub"]
    assert again == first


def test_27_sites_that_ask_for_it_share_ids(app: Flask, client: FlaskClient) -> None:
    subs = set()
    for _ in range(2):
        party = a_party(app)
        app.extensions["handbill"].sites.configure(party.site.key, login_subject="public", login_trusted=True)
        subs.add(claims(client, tokens(app.test_client(), party)["id_token"])["sub"])
    assert len(subs) == 1
