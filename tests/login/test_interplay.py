"""Where parts meet: two logins at one moment, somebody or a site gone in the middle, addresses as browsers do."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pytest_httpserver import HTTPServer
from werkzeug.test import TestResponse

from core.errors import BadReply
from core.jobs_eager import EagerJobs
from login.logout import tell
from login.people import TEXT_MAX, People
from login.problems import LoginFailed
from login.provider import CODES, REFRESHES
from login.service import Logins
from networks.oauth import Profile
from tests.doubles import an_app
from tests.login.parties import (
    BOB,
    Party,
    a_code,
    a_party,
    account,
    claims,
    form_of,
    links_of,
    log_in,
    sent_to,
    tokens,
)

OFFLINE = "openid profile email offline_access"


@pytest.fixture
def party(app: Flask) -> Party:
    return a_party(app)


def logins_of(app: Flask) -> Logins:
    found: Logins = app.extensions["handbill"].logins
    return found


def afterwards(holder: Any, name: str, act: Callable[[], object]) -> None:
    """Have something happen right after a method of one object, as another request could make it."""
    method = getattr(holder, name)

    def both(*given: Any) -> Any:
        found = method(*given)
        act()
        return found

    setattr(holder, name, both)


# --- at one moment ---


def test_two_logins_with_one_cookie_at_one_moment(app: Flask, client: FlaskClient, party: Party) -> None:
    """Tabs that come back together bring the same old session; both get one, and one of them keeps its id."""
    log_in(client, party.address())
    cookie, sessions = client.get_cookie("hb-session"), logins_of(app).sessions
    assert cookie
    old = sessions.find(cookie.value)
    assert old
    here = logins_of(app).people.account(old.account_id)
    assert here
    made, together = [], threading.Barrier(2)
    afterwards(sessions, "find", lambda: together.wait(10))

    def come_back() -> None:
        made.append(sessions.start(here, instead_of=cookie.value))

    threads = [threading.Thread(target=come_back) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len({session.token for session in made}) == 2
    assert [session.id for session in made].count(old.id) == 1


# --- gone in the middle ---


def test_somebody_deleted_while_their_token_is_renewed(app: Flask, client: FlaskClient, party: Party) -> None:
    given = tokens(client, party, scope=OFFLINE)
    mine = account(app)
    assert mine
    afterwards(logins_of(app).grants, "use_refresh", lambda: logins_of(app).people.forget(mine.person_id))
    reply = party.refresh(client, given["refresh_token"])
    assert (reply.status_code, reply.get_json()["error"]) == (400, "invalid_grant")


def test_somebody_deleted_before_their_id_token_is_written(app: Flask, client: FlaskClient, party: Party) -> None:
    """Not one that names nobody."""
    code, mine = a_code(client, party), account(app)
    assert mine
    afterwards(logins_of(app).grants, "new_token", lambda: logins_of(app).people.forget(mine.person_id))
    reply = party.exchange(client, code)
    assert (reply.status_code, reply.get_json()["error"]) == (400, "invalid_grant")


def test_a_site_removed_while_its_code_is_exchanged(app: Flask, client: FlaskClient, party: Party) -> None:
    code, sites = a_code(client, party), app.extensions["handbill"].sites
    afterwards(logins_of(app).grants, "take_code", lambda: sites.remove(party.site.key))
    reply = party.exchange(client, code)
    assert (reply.status_code, reply.get_json()["error"]) == (400, "invalid_grant")


def test_a_site_removed_while_somebody_is_at_a_network(app: Flask, client: FlaskClient, party: Party) -> None:
    sites = app.extensions["handbill"].sites
    afterwards(logins_of(app).people, "met", lambda: sites.remove(party.site.key))
    assert log_in(client, party.address()).status_code == 400


def test_somebody_deleted_while_a_site_is_answered(app: Flask, client: FlaskClient, party: Party) -> None:
    log_in(client, party.address())
    mine = account(app)
    assert mine
    afterwards(logins_of(app).people, "agreed", lambda: logins_of(app).people.forget(mine.person_id))
    assert client.get(party.address()).status_code == 400


# --- somebody else ---


def test_7_a_site_that_means_one_person_is_not_told_of_another(app: Flask, client: FlaskClient, party: Party) -> None:
    """OpenID Connect Core §3.1.2.2: not even where the other has just logged in for it."""
    hint = tokens(client, party)["id_token"]
    other = app.test_client()
    assert sent_to(log_in(other, party.address(id_token_hint=hint), BOB))["error"] == "login_required"
    page = other.get(party.address(id_token_hint=hint))
    assert [x for x in links_of(page) if "hb_done" in x] == [], "nor offered to go on as"
    assert "code" in sent_to(client.get(party.address(id_token_hint=hint)))


def test_7_a_mark_of_having_logged_in_is_not_good_for_ever(app: Flask, client: FlaskClient, party: Party) -> None:
    reply = client.get(party.address(prompt="login"))
    reply = client.get(next(x for x in links_of(reply) if x.startswith("/login/developer")))
    action, fields = form_of(reply)
    onward = client.post(action, data={**fields, **BOB}).headers["Location"]
    assert "code" in sent_to(client.get(onward))
    sessions = logins_of(app).sessions
    began, sessions.now = sessions.now, lambda: began() + timedelta(minutes=11)
    page = client.get(onward)
    assert page.status_code == 200
    assert 'data-network="developer"' in page.get_data(as_text=True)


def test_11_whoever_was_logged_in_before_is_logged_out_with_all_that_follows(
    app: Flask, client: FlaskClient, party: Party
) -> None:
    services, told = app.extensions["handbill"], list[dict[str, str]]()
    services.__dict__["jobs"] = EagerJobs({"login.tell_logout": lambda said, _: told.append(dict(said))}, services)
    services.sites.configure(party.site.key, login_logout_notice="https://blog.example.org/logout")
    ann = tokens(client, party)
    log_in(client, party.address(prompt="login"), BOB)
    assert [said["sub"] for said in told] == [claims(client, ann["id_token"])["sub"]]
    bearer = {"Authorization": "Bearer " + ann["access_token"]}
    assert client.get("/oauth/userinfo", headers=bearer).status_code == 401
    log_in(client, party.address(prompt="login"), BOB)
    assert len(told) == 1, "who only logs in again is the same"


# --- addresses as browsers write them ---

ODD = {
    "https://b\u00fccher.example/cb": "https://xn--bcher-kva.example",
    "https://\u65e5\u672c.example/cb": "https://xn--wgv71a.example",
    "https://EXAMPLE.org:443/cb": "https://example.org",
    "https://\u0430pple.example/cb": "https://xn--pple-43d.example",
}


def through(client: FlaskClient, address: str) -> TestResponse:
    """Log in on the developer's page, agree where that is asked, and return the last answer of ours."""
    reply = client.get(next(x for x in links_of(client.get(address)) if x.startswith("/login/developer")))
    action, fields = form_of(reply)
    reply = client.post(action, data={**fields, **BOB})
    while reply.headers.get("Location", "").startswith(("/", "http://127.0.0.1:8000/")):
        reply = client.get(reply.headers["Location"])
    return reply


@pytest.mark.parametrize("address", ODD)
def test_9_a_site_is_shown_and_let_in_by_the_host_that_browsers_know(
    app: Flask, client: FlaskClient, address: str
) -> None:
    """No letters that look like others in its place, and a policy that can be sent."""
    origin = ODD[address]
    party = a_party(app, origins=(origin,), return_to=(address,))
    page = client.get(party.address(redirect_uri=address))
    assert f"form-action 'self' {origin};" in page.headers["Content-Security-Policy"]
    assert origin.removeprefix("https://") in page.get_data(as_text=True)


@pytest.mark.parametrize("address", ODD)
def test_56_a_page_on_such_a_host_gets_its_own_token(app: Flask, client: FlaskClient, address: str) -> None:
    party = a_party(app, origins=(ODD[address],), return_to=(address,), public=True)
    reply = through(client, party.address(redirect_uri=address))
    code = parse_qs(urlsplit(reply.headers["Location"]).query)["code"][0]
    fields = {"client_id": party.site.client_id, "grant_type": "authorization_code", "code": code}
    fields |= {"redirect_uri": address, "code_verifier": party.verifier}
    reply = client.post("/oauth/token", data=fields, headers={"Origin": ODD[address]})
    assert claims(client, reply.get_json()["id_token"])["origin"] == ODD[address]


# --- what cannot be read, or stored ---


@pytest.mark.parametrize("address", ["/oauth/token", "/oauth/revoke", "/oauth/introspect"])
@pytest.mark.parametrize("given", ["\xa0", "/////w==", "\xe9"])
def test_16_a_proof_that_is_no_text(client: FlaskClient, address: str, given: str) -> None:
    fields = {"grant_type": "authorization_code", "code": "hbc_x", "token": "x"}
    reply = client.post(address, data=fields, headers={"Authorization": f"Basic {given}"})
    assert (reply.status_code, reply.get_json()["error"]) == (401, "invalid_client")


def test_words_that_no_database_takes(app: Flask) -> None:
    """JSON may say halves of characters; a name is stored without, and nobody is known by such an id."""
    people = People(app.extensions["handbill"].database)
    half = "\ud83d"
    kept = people.met(Profile("x", "i", "s", name=f"Ann {half}", url=f"https://x.example/{half}", aliases=(half,)))
    assert (kept.profile.name, kept.profile.url) == ("Ann ?", "https://x.example/?")
    assert len(people.met(Profile("x", "i", "t", name=half * 9999)).profile.name) == TEXT_MAX
    for profile in (Profile("x", "i", half), Profile("x", half, "s")):
        with pytest.raises(LoginFailed):
            people.met(profile)


def test_9_a_name_does_not_turn_round_what_stands_behind_it(app: Flask) -> None:
    people = People(app.extensions["handbill"].database)
    kept = people.met(Profile("x", "i", "s", name="Ann\u202e gpj.exe\n\u2028", handle="a\u2066b\x1b[2J")).profile
    assert (kept.name, kept.handle) == ("Ann gpj.exe", "ab[2J")


# --- bounds, and what is sent on ---


def test_15_one_session_does_not_fill_the_tables(tmp_path: Path) -> None:
    app = an_app(tmp_path, limits="on")
    services, party, client = app.extensions["handbill"], a_party(app), app.test_client()
    log_in(client, party.address())
    cookie = client.get_cookie("hb-session")
    assert cookie
    current = logins_of(app).sessions.find(cookie.value)
    assert current
    for _ in range(CODES.amount - 1):
        services.limits.hit(CODES, current.id)
    assert client.get(party.address()).status_code == 429
    app.extensions["handbill"].close()


def test_18_a_login_is_not_renewed_without_end(tmp_path: Path) -> None:
    app = an_app(tmp_path, limits="on")
    services, party, client = app.extensions["handbill"], a_party(app), app.test_client()
    given = tokens(client, party, scope=OFFLINE)["refresh_token"]
    grant = logins_of(app).grants.find(given)
    assert grant
    for _ in range(REFRESHES.amount):
        services.limits.hit(REFRESHES, grant.grant.id)
    assert party.refresh(client, given).status_code == 429
    services.limits.hit = lambda *_: None
    assert party.refresh(client, given).status_code == 200, "the token was not used up"
    app.extensions["handbill"].close()


@pytest.mark.parametrize("status", [302, 307, 308])
def test_69_a_notice_of_a_log_out_is_not_sent_on(tmp_path: Path, httpserver: HTTPServer, status: int) -> None:
    app = an_app(tmp_path, http_allow=f"{httpserver.host}:{httpserver.port}")
    services, party = app.extensions["handbill"], a_party(app)
    services.sites.configure(party.site.key, login_logout_notice=httpserver.url_for("/logout"))
    httpserver.expect_request("/logout").respond_with_data(status=status, headers={"Location": "/elsewhere"})
    with pytest.raises(BadReply):
        tell(services, {"site": party.site.key, "sub": "s", "session": "i"})
    assert [asked.path for asked, _ in httpserver.log] == ["/logout"]
    app.extensions["handbill"].close()


def test_2_a_confirmation_says_no_words_of_strangers(tmp_path: Path) -> None:
    app = an_app(tmp_path, facebook_client_id="1", facebook_client_secret="s" * 32)
    client = app.test_client()
    shown = [client.get("/login/facebook/deleted", query_string={"code": c}) for c in ("call 555-1234 now", "a" * 22)]
    texts = [reply.get_data(as_text=True) for reply in shown]
    assert "555" not in texts[0]
    assert f"<code>{'a' * 22}</code>" in texts[1]
    app.extensions["handbill"].close()
