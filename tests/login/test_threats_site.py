"""Hostile clients and addresses: threats 3, 9, 10, 13, 15, 22, 24, 25, 31, 32, 69 of docs/login-threats.md."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import login.attempts
from core.sites import NewSite
from login.id_tokens import signed
from login.logout import logout_token
from login.routes_oauth import FAILURES
from login.tables import AttemptRow
from tests.doubles import ORIGIN, a_site, an_app
from tests.login.parties import ANN, BACK, BASE, BOB, Party, a_code, a_party, claims, form_of, log_in, sent_to, tokens
from tests.login.test_upstream import Peer, fields_of, go

EVIL = "https://evil.example"
OFFLINE = "openid profile email offline_access"


@pytest.fixture
def party(app: Flask) -> Party:
    return a_party(app, logout_return_to=(ORIGIN + "/bye",))


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_3_a_field_twice_at_the_token_endpoint_is_refused(app: Flask, client: FlaskClient) -> None:
    party = a_party(app, public=True)
    given = {"grant_type": "authorization_code", "code": a_code(client, party), "redirect_uri": BACK}
    given |= {"code_verifier": party.verifier, "client_id": party.site.client_id, "scope": "openid"}

    def post(pairs: list[tuple[str, str]]) -> TestResponse:
        kind = "application/x-www-form-urlencoded"
        return client.post("/oauth/token", data=urlencode(pairs), content_type=kind)

    for name, value in given.items():
        for again in (value, "other"):
            reply = post([*given.items(), (name, again)])
            assert (reply.status_code, reply.get_json()["error"]) == (400, "invalid_request"), name
    assert post(list(given.items())).status_code == 200, "what was refused has used nothing up"


# --- a site that pretends ---


def test_9_a_name_with_markup_is_words_on_every_page(app: Flask, client: FlaskClient) -> None:
    """And a host of look-alike letters is shown as what it is."""
    fake = "https://xn--ggle-55da.example"  # gооgle with two Cyrillic letters
    name = "<b>x</b><img src=x onerror=alert(1)>&lt;"
    party = a_party(app, name=name, origins=(fake,), return_to=(fake + "/back",))
    address = party.address(redirect_uri=fake + "/back")
    pages = [client.get(address), client.get("/login/developer?request=" + quote(address.partition("?")[2]))]
    action, fields = form_of(pages[1])
    pages.append(client.get(client.post(action, data={**fields, **ANN}).headers["Location"].removeprefix(BASE)))
    log_in(client, a_party(app).address(prompt="login"))
    pages += [client.get(party.address(redirect_uri=fake + "/back", prompt="consent")), client.get("/account")]
    for page in pages:
        text = page.get_data(as_text=True)
        assert "<b>x" not in text
        assert "<img" not in text
    for page in pages[:2]:
        text = page.get_data(as_text=True)
        assert "&lt;b&gt;x&lt;/b&gt;" in text
        assert "xn--ggle-55da.example" in text
        assert "gооgle" not in text


# --- forms ---


def forms(app: Flask, client: FlaskClient, party: Party) -> list[tuple[str, dict[str, str], str]]:
    """Every form that somebody who is logged in can send: where to, its fields, and whether it says where from."""
    found = [(*form_of(client.get(party.address(prompt="consent"))), "")]
    found.append((*form_of(client.get("/oauth/end_session")), ""))
    token = re.findall(r'name="token" value="([^"]*)"', client.get("/account").get_data(as_text=True))[0]
    account = client.get("/account/export").get_json()["accounts"][0]["id"]
    found.append(("/account/unlink", {"token": token, "account": account}, BASE))
    found.append(("/account/disconnect", {"token": token, "site": party.site.key}, BASE))
    found.append(("/account/delete", {"token": token, "sure": "yes"}, BASE))
    return found


def test_10_13_no_form_is_sent_for_somebody_or_sent_on(app: Flask, client: FlaskClient, party: Party) -> None:
    """From a hostile page, without its token, or with a stranger's, nothing happens; and no answer repeats a form."""
    log_in(client, party.address())
    stranger = app.test_client()
    log_in(stranger, party.address(), BOB)
    theirs = [fields["token"] for _, fields, _ in forms(app, stranger, party)]
    mine = forms(app, client, party)
    for (action, fields, _), token in zip(mine, theirs, strict=True):
        for given, origin in (
            (fields, EVIL), (fields, "null"), ({**fields, "token": ""}, BASE), ({**fields, "token": token}, BASE),
            ({name: value for name, value in fields.items() if name != "token"}, BASE),
        ):  # fmt: skip
            reply = client.post(action, data=given, headers={"Origin": origin})
            # A form without a token is taken for a site's own wish: then the person is asked, on a page of ours.
            asked = action == "/oauth/end_session" and not given.get("token") and reply.status_code == 303
            assert reply.status_code == 403 or asked, (action, origin)
    assert "code" in sent_to(client.get(party.address())), "still logged in, still known to the site"
    for action, fields, origin in mine:
        reply = client.post(action, data={**fields, "answer": "allow"}, headers={"Origin": origin} if origin else {})
        assert reply.status_code not in (301, 302, 307, 308), action
        log_in(client, party.address(prompt="login"))


def test_15_a_hostile_client_that_only_begins_fills_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without cookies each start looks like another browser; the table stays as large as it may be."""
    monkeypatch.setattr(login.attempts, "MOST", 40)
    peer = Peer("github")
    app = peer.app(tmp_path)
    link = re.findall(r'href="(/login/github\?[^"]*)"', app.test_client().get(a_party(app).address()).text)[0]
    states = set()
    for _ in range(120):
        client = app.test_client()
        page = client.get(link.replace("&amp;", "&"))
        if page.status_code == 200:  # whoever has seen nothing of ours is told first who asks
            [again] = re.findall(r'href="(/login/github\?[^"]*)"', page.text)
            page = client.get(again.replace("&amp;", "&"))
        states.add(fields_of(page.headers["Location"])["state"])
    assert len(states) == 120
    with app.extensions["handbill"].database.session() as session:
        assert session.query(AttemptRow).count() <= 40


# --- what is kept by others ---


def test_22_nothing_about_anybody_is_kept_by_a_cache(app: Flask, client: FlaskClient, party: Party) -> None:
    given = tokens(client, party, scope=OFFLINE)
    asked = [
        client.get("/account"), client.get("/account/export"), client.get("/oauth/end_session"),
        client.get(party.address(prompt="none")), client.get(party.address(client_id="x")),
        client.get(party.address(prompt="login")), client.get("/login/developer"),
        client.get("/login/developer/callback?code=a&state=b"), client.get("/accounts/connect/nothing"),
        client.get("/oauth/popup?request=x"), client.post("/oauth/popup", data={"client_id": party.site.client_id}),
        client.get("/oauth/userinfo", headers=bearer(given["access_token"])), client.get("/oauth/userinfo"),
        party.refresh(client, given["refresh_token"]), party.refresh(client, "nothing"),
        party.post(client, "/oauth/introspect", token=given["access_token"]),
        party.post(client, "/oauth/revoke", token=given["access_token"]),
    ]  # fmt: skip
    kept = {r.request.path: r.headers["Cache-Control"] for r in asked if "no-store" not in r.headers["Cache-Control"]}
    assert kept == {}


# --- tokens of our own making, in the wrong place ---


def test_24_forged_hints_do_nothing(app: Flask, client: FlaskClient, party: Party) -> None:
    """Nobody is logged out or recognised by a token that is not ours, however it is made."""
    from tests.login.test_keys import forged

    mine = tokens(client, party)["id_token"]
    body, keys = claims(client, mine), app.extensions["handbill"].logins.keys
    hints = [case.values[0] for case in forged(keys)]
    hints += [signed(keys.signer(), {**body, "iss": EVIL}), mine[:-4] + "AAAA", mine.replace(".", "..", 1)]
    for hint in hints:
        page = client.get(f"/oauth/end_session?{urlencode({'id_token_hint': hint})}")
        assert page.status_code in (200, 400), hint[:80]
        assert "code" in sent_to(client.get(party.address(prompt="none"))), "still logged in"
        told = sent_to(client.get(party.address(prompt="none", id_token_hint=hint[:1000])))
        assert told["error"] == "login_required", hint[:80]


def test_25_whoever_keeps_the_keys_as_long_as_told_knows_the_next(app: Flask, client: FlaskClient) -> None:
    from login.keys import ANNOUNCED

    told = client.get("/oauth/jwks").headers["Cache-Control"]
    ages = [int(seconds) for seconds in re.findall(r"(?:max-age|stale-while-revalidate)=(\d+)", told)]
    assert len(ages) == 2
    assert 0 < sum(ages) < ANNOUNCED.total_seconds()


def test_69_a_notice_of_a_log_out_is_good_for_nothing_else(app: Flask, client: FlaskClient, party: Party) -> None:
    """Each has a name of its own; it is no ID token, no hint and no access token, and an ID token is no notice."""
    given = tokens(client, party)
    logins = app.extensions["handbill"].logins
    own = claims(client, given["id_token"])
    notices = [logout_token(logins, party.site.site, own["sub"], "session") for _ in range(2)]
    assert len({claims(client, notice)["jti"] for notice in notices}) == 2
    assert logins.hinted(notices[0]) is None
    query = urlencode({"id_token_hint": notices[0], "post_logout_redirect_uri": ORIGIN + "/bye"})
    assert "Location" not in client.get(f"/oauth/end_session?{query}").headers
    assert client.get("/oauth/userinfo", headers=bearer(notices[0])).status_code == 401
    assert "events" not in own
    other: NewSite = a_site(app)
    assert claims(client, notices[0])["aud"] == party.site.client_id != other.client_id
    session = claims(client, logout_token(logins, other.site, own["sub"], "session"))["sid"]
    assert session != claims(client, notices[0])["sid"], "two sites find nothing to compare"


# --- who we are, and who asks ---


def test_31_a_hostile_host_header_leads_no_login_elsewhere(tmp_path: Path) -> None:
    """Through a whole login: where the network sends people back to, every link, every token, every redirect."""
    peer = Peer("github")
    app = peer.app(tmp_path)
    client, party = app.test_client(), a_party(app, public=True)
    client.environ_base.update(
        HTTP_HOST="evil.example", HTTP_X_FORWARDED_HOST="evil.example", HTTP_X_FORWARDED_PROTO="https",
        HTTP_X_FORWARDED_PORT="444", HTTP_FORWARDED="host=evil.example;proto=https",
        HTTP_X_ORIGINAL_URL="//evil.example/",
    )  # fmt: skip
    sent = fields_of(go(client, party, "github"))
    assert sent["redirect_uri"] == BASE + "/login/github/callback"
    replies: list[Any] = [client.get(party.address()), client.get("/account"), client.get("/login/developer")]
    replies.append(client.get(f"/login/github/callback?code=the-code&state={sent['state']}"))
    replies.append(client.get(replies[-1].headers["Location"].removeprefix(BASE)))
    told = party.exchange(client, sent_to(replies[-1])["code"]).get_json()
    replies.append(client.get("/oauth/userinfo", headers=bearer(told["access_token"])))
    replies.append(client.get("/oauth/end_session"))
    for reply in replies:
        shown = reply.get_data(as_text=True) + str(reply.headers)
        assert "evil.example" not in shown, reply.request.path
    assert claims(client, told["id_token"])["iss"] == BASE


@pytest.mark.parametrize("address", ["/oauth/token", "/oauth/introspect", "/oauth/revoke"])
def test_32_guessing_is_counted_whatever_a_header_says(tmp_path: Path, address: str) -> None:
    """A guesser that makes up a new X-Forwarded-For each time is still one; and a right secret waits with them."""
    app = an_app(tmp_path, limits="on")
    party, client = a_party(app), app.test_client()
    statuses = []
    for n in range(FAILURES.amount + 5):
        fields = {
            "client_id": party.site.client_id,
            "client_secret": f"hbs_{n}",
            "token": "x",
            "grant_type": "refresh_token",
        }
        headers = {
            "X-Forwarded-For": f"203.0.113.{n}",
            "X-Real-IP": f"203.0.113.{n}",
            "Forwarded": f"for=192.0.2.{n}",
        }
        statuses.append(client.post(address, data=fields, headers=headers).status_code)
    assert statuses[: FAILURES.amount] == [401] * FAILURES.amount
    assert statuses[-1] == 429
    app.extensions["handbill"].close()


@pytest.mark.parametrize(
    ("some", "same"), [("2001:db8:1:2::%d", "2001:db8:1:2:f::1"), ("::ffff:192.0.2.7", "192.0.2.7")]
)
def test_32_a_host_that_has_many_addresses_is_still_one(tmp_path: Path, some: str, same: str) -> None:
    """One customer of a provider has 2^64 addresses of IPv6 at least (RFC 6177)."""
    app = an_app(tmp_path, limits="on")
    client, fields = app.test_client(), {"client_id": "a", "client_secret": "hbs_x", "grant_type": "refresh_token"}

    def guess(address: str) -> int:
        return client.post("/oauth/token", data=fields, environ_base={"REMOTE_ADDR": address}).status_code

    statuses = [guess(some.replace("%d", str(n))) for n in range(1, FAILURES.amount + 3)]
    assert (statuses[0], statuses[-1], guess(same)) == (401, 429, 429)
    assert guess("2001:db8:1:3::1") == guess("192.0.2.8") == 401
    app.extensions["handbill"].close()
