"""The account page on a host of its own: what is where, how somebody logs in for it, and that nothing goes round."""

from __future__ import annotations

import html
import re
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.settings import load
from login.tables import AccountRow, SessionRow
from tests.doubles import a_site, an_app
from tests.login.parties import ANN, BASE, BOB, a_party, form_of, links_of, log_in, sent_to
from tests.login.test_upstream import Peer

STUDIO = "http://studio.localhost:8001"


@pytest.fixture
def apart(tmp_path: Path) -> Flask:
    return an_app(tmp_path, studio_url=STUDIO)


def get(client: FlaskClient, address: str, **headers: str) -> TestResponse:
    """Go to a full address, or to one on the studio's host."""
    parts = urlsplit(address if "://" in address else STUDIO + address)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    return client.get(path, base_url=f"{parts.scheme}://{parts.netloc}", headers=headers)


def walk(client: FlaskClient, reply: TestResponse, host: str) -> TestResponse:
    """Follow redirects, on our two hosts."""
    for _ in range(9):
        if reply.status_code != 303:
            return reply
        to = reply.headers["Location"]
        host = "{0.scheme}://{0.netloc}".format(urlsplit(to)) if "://" in to else host
        reply = get(client, to if "://" in to else host + to)
    raise AssertionError("round and round")


def in_there(client: FlaskClient, who: dict[str, str] = ANN, start: str = "/account") -> TestResponse:
    """Log in with the developer network for the account page; return the redirect that hands it over."""
    [there] = [x for x in links_of(get(client, start)) if x.startswith(BASE + "/login?")]
    choice = get(client, there)
    step = get(client, BASE + next(x for x in links_of(choice) if x.startswith("/login/developer")))
    action, fields = form_of(step)
    assert STUDIO in step.headers["Content-Security-Policy"]
    return client.post(action, base_url=BASE, data={**fields, **who})


def send(client: FlaskClient, reply: TestResponse, action: str, **headers: str) -> TestResponse:
    """Send one of the forms of the account page."""
    found = re.search(rf'<form method="post" action="{action}">(.*?)</form>', reply.get_data(as_text=True))
    assert found
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', found[1]))
    given = {name: html.unescape(value) for name, value in fields.items()}
    return client.post(action, base_url=STUDIO, data=given, headers={"Origin": STUDIO, **headers})


def count(app: Flask, table: type) -> int:
    with app.extensions["handbill"].database.session() as session:
        return session.query(table).count()


def test_the_page_is_on_its_own_host_only(apart: Flask) -> None:
    client = apart.test_client()
    moved = get(client, BASE + "/account?site=x")
    assert moved.status_code == 303
    assert moved.headers["Location"] == f"{STUDIO}/account?site=x&moved=1"
    assert get(client, "/account").status_code == 200
    assert get(client, "/").headers["Location"] == "/account"
    assert get(client, "/healthz").status_code == 200
    for path in ("/builder", "/oauth/authorize", "/login/developer", "/accounts/choose", "/widgets/share.json"):
        assert get(client, path).status_code == 404, path
    for path in ("/account/delete", "/account/unlink", "/account/log-out", "/account/disconnect"):
        assert client.post(path, base_url=BASE).status_code == 404


@pytest.mark.parametrize("host", ["http://evil.example", "http://127.0.0.1:8001", "http://studio.localhost"])
def test_any_other_host_is_neither(apart: Flask, host: str) -> None:
    reply = get(apart.test_client(), host + "/account", **{"X-Forwarded-Host": "studio.localhost:8001"})
    assert reply.status_code == 404
    assert "evil" not in reply.get_data(as_text=True)


def test_a_proxy_that_hides_the_host_sends_nobody_round(apart: Flask) -> None:
    """Whoever was sent to the studio's host and arrives under the base address again is told so."""
    client = apart.test_client()
    to = get(client, BASE + "/account").headers["Location"].replace(STUDIO, BASE)
    assert get(client, to).status_code == 404


def test_a_login_for_the_page_ends_there_in_a_session_of_its_own(apart: Flask) -> None:
    client = apart.test_client()
    handed = in_there(client)
    to = handed.headers["Location"]
    assert to.startswith(f"{STUDIO}/account/arrive?code=")
    assert count(apart, AccountRow) == 0  # nothing is known yet where the cookies are not
    assert "hb-session" not in str(handed.headers.getlist("Set-Cookie"))
    shown = walk(client, handed, BASE)
    assert "Ann Example" in shown.get_data(as_text=True)
    names = {(cookie.domain, cookie.key) for cookie in client._cookies.values()}
    assert ("studio.localhost", "hb-session-studio") in names
    assert "127.0.0.1" not in {domain for domain, name in names if "session" in name}
    assert get(client, to).status_code == 400  # once
    assert sent_to(log_in(client, a_party(apart).address()))["code"]  # sites ask at the base address, and anew
    assert count(apart, SessionRow) == 2


def test_34_a_login_handed_to_another_browser_is_nothing(apart: Flask) -> None:
    attacker, victim = apart.test_client(), apart.test_client()
    get(victim, "/account")
    assert get(victim, in_there(attacker, BOB).headers["Location"]).status_code == 400
    # An attacker's link, followed by the victim to the end.
    [there] = [x for x in links_of(get(attacker, "/account")) if "/login?" in x]
    choice = get(victim, there)
    step = get(victim, BASE + next(x for x in links_of(choice) if x.startswith("/login/developer")))
    action, fields = form_of(step)
    handed = victim.post(action, base_url=BASE, data={**fields, **ANN})
    assert get(victim, handed.headers["Location"]).status_code == 400
    assert count(apart, AccountRow) == 0


def test_a_login_that_waited_is_nothing(apart: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    client = apart.test_client()
    to = in_there(client).headers["Location"]
    later = time.time() + 130
    monkeypatch.setattr("login.elsewhere.time.time", lambda: later)
    assert get(client, to).status_code == 400


def test_an_account_is_added_across_the_hosts(apart: Flask) -> None:
    client = apart.test_client()
    shown = walk(client, in_there(client), BASE)
    [add] = [x for x in links_of(shown) if x.startswith(BASE + "/login/developer?")]
    action, fields = form_of(get(client, add))
    handed = client.post(action, base_url=BASE, data={**fields, **BOB})
    after = walk(client, handed, BASE).get_data(as_text=True)
    assert "Ann Example" in after
    assert "Bob Example" in after
    stranger = apart.test_client()
    get(stranger, "/account")
    [name] = parse_qs(urlsplit(links_of(get(stranger, "/account"))[0]).query)["account"]
    mine = re.sub(r"account=\w+", f"account={name}", add)
    assert get(stranger, mine).status_code == 400  # what was made for one browser opens for no other


def test_forms_come_from_the_page_itself(apart: Flask) -> None:
    client = apart.test_client()
    shown = walk(client, in_there(client), BASE)
    for wrong in ({"Origin": BASE}, {"Origin": "null"}, {"Origin": ""}, {"Sec-Fetch-Site": "same-site"}):
        assert send(client, shown, "/account/delete", **wrong).status_code == 403, wrong
    assert count(apart, AccountRow) == 1
    assert send(client, shown, "/account/delete").status_code == 200
    assert count(apart, AccountRow) == 0


def test_a_plain_log_in_at_the_base_address_leads_to_the_page(apart: Flask) -> None:
    for path in ("/login", "/login/developer", "/login/github"):
        assert get(apart.test_client(), BASE + path).headers["Location"] == f"{STUDIO}/account"
    assert get(apart.test_client(), BASE + "/login?account=xyz").status_code == 400


def test_a_site_with_its_own_application_leads_its_visitors_to_their_data(tmp_path: Path) -> None:
    app = Peer("github").app(tmp_path, github_client_id="", github_client_secret="", studio_url=STUDIO)
    site, client = a_site(app), app.test_client()
    app.extensions["handbill"].logins.apps.store.set(site.key, "github", {"CLIENT_ID": "a", "CLIENT_SECRET": "b"})
    [there] = [x for x in links_of(get(client, f"/account?site={site.key}")) if "/login?" in x]
    [to] = [x for x in links_of(get(client, there)) if x.startswith("/login/github")]
    away = get(client, BASE + to)
    assert parse_qs(urlsplit(away.headers["Location"]).query)["client_id"] == ["a"]


def test_with_one_host_there_is_no_other(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/login").headers["Location"] == "/account"
    assert client.get("/account/arrive?code=x").status_code == 400
    assert client.get(f"/login/developer?account={'a' * 64}").status_code == 200
    assert client.get("/account", base_url="http://anything.example").status_code == 200


SECURE = {"HANDBILL_SECRET_KEY": "k" * 40, "HANDBILL_BASE_URL": "https://hb.example.org"}


def test_cookies_of_both_hosts_are_secure(tmp_path: Path) -> None:
    from app import create_app

    url = "https://studio.example.org"
    app = create_app(load({**SECURE, "HANDBILL_STUDIO_URL": url, "HANDBILL_DATA": str(tmp_path)}))
    reply = app.test_client().get("/account", base_url=url)
    [cookie] = reply.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-hb-browser-studio=")
    assert "Secure" in cookie
    app.extensions["handbill"].close()


WRONG = {
    "http://studio.example.org": ("error", "must be https"),
    "https://hb.example.org:8443": ("warning", "ports share their cookies"),
    "https://studio.example.org": ("ok", "must pass its Host header on"),
}


@pytest.mark.parametrize("url", WRONG)
def test_the_doctor_says_what_is_wrong_with_it(tmp_path: Path, url: str) -> None:
    from core.doctor import _studio
    from core.errors import Misconfigured
    from core.settings import check_production

    settings = load({**SECURE, "HANDBILL_STUDIO_URL": url, "HANDBILL_DATA": str(tmp_path)})
    severity, text = WRONG[url]
    assert any(found.severity == severity and text in found.message for found in _studio(settings))
    if severity == "error":
        with pytest.raises(Misconfigured):
            check_production(settings)
    else:
        assert check_production(settings) == []
