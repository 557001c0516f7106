"""A site's own application at a network: entered by a command, kept sealed, and used in place of the server's."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from core.database import Database
from core.doctor import examine
from core.errors import Invalid, NotFound
from core.settings import Settings
from core.site_credentials import SiteCredentialRow, SiteCredentials
from core.sites import SiteRow, Sites
from core.vault import Vault
from login.tables import AccountRow
from tests.doubles import an_app, with_http
from tests.login.internet import Internet
from tests.login.parties import Party, a_party, account, claims, follow, links_of, sent_to
from tests.login.test_upstream import DATA, Peer, come_back, fields_of, go
from tests.login.test_upstream_odd import BOT, a_signed_request, about, back, signed, some

OWN = {"CLIENT_ID": "own-id", "CLIENT_SECRET": "own-secret-1f6c"}
OLD, NEW = "o" * 40, "n" * 40


def command(app: Flask, *words: str, given: str = "") -> Any:
    """Give a command about credentials with something on standard input; return its JSON."""
    with app.app_context():
        done = app.test_cli_runner().invoke(args=["sites", "credentials", *words, "--json"], input=given)
    assert done.output, done.exception
    assert OWN["CLIENT_SECRET"] not in done.output
    return json.loads(done.output)


def given(app: Flask, party: Party, network: str, values: Mapping[str, str] = OWN) -> None:
    assert command(app, "set", party.site.key, network, given=json.dumps(values))["network"] == network


# --- the command ---

FORMS = {
    "an environment file": "# ours\nexport HANDBILL_GITHUB_CLIENT_ID=own-id\nCLIENT_SECRET='own-secret-1f6c'\n",
    "JSON": json.dumps(OWN),
    "small letters": "client_id = own-id\nclient_secret = own-secret-1f6c",
}


@pytest.mark.parametrize("form", FORMS)
def test_values_come_on_standard_input_and_are_never_shown(app: Flask, form: str) -> None:
    party = a_party(app)
    row = command(app, "set", party.site.key, "github", given=FORMS[form])
    assert (row["app"], row["names"]) == ("own-id", ["CLIENT_ID", "CLIENT_SECRET"])
    assert row["callback"] == "http://127.0.0.1:8000/login/github/callback"
    assert command(app, "list", party.site.key) == [row]
    folder: Path = app.extensions["handbill"].settings.data
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if OWN["CLIENT_SECRET"].encode() in path.read_bytes()]
    command(app, "remove", party.site.key, "github")
    assert command(app, "list", party.site.key) == []


WRONG = {
    "no such site": (("aaaaaaaaaaaa", "github"), json.dumps(OWN), "unknown_site"),
    "no such network": (("", "nothing"), json.dumps(OWN), "unknown_network"),
    "nothing to enter": (("", "mastodon"), json.dumps(OWN), "invalid"),
    "nothing": (("", "github"), "", "invalid"),
    "half": (("", "github"), "CLIENT_ID=own-id", "invalid"),
    "too much": (("", "github"), json.dumps({**OWN, "OTHER": "x"}), "invalid"),
    "no string": (("", "github"), '{"CLIENT_ID": 1}', "invalid"),
    "no JSON": (("", "github"), "{own-secret-1f6c", "invalid"),
    "no lines": (("", "github"), "own-secret-1f6c", "invalid"),
    "long": (("", "github"), json.dumps({**OWN, "CLIENT_SECRET": "x" * 9000}), "invalid"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_is_wrong_is_said_without_the_values(app: Flask, kind: str) -> None:
    (key, network), text, code = WRONG[kind]
    said = command(app, "set", key or a_party(app).site.key, network, given=text)
    assert said["error"]["code"] == code
    assert "own-secret" not in json.dumps(said)


# --- how they are kept ---


def store(database: Database, *keys: str) -> SiteCredentials:
    return SiteCredentials(database, Vault(Settings(secret_key=keys or (OLD,))))


def two_sites(database: Database) -> tuple[str, str]:
    one, two = (Sites(database).add(name, origins=["https://a.example"], return_to=[]).key for name in "ab")
    return one, two


def test_they_open_in_their_own_row_only(database: Database) -> None:
    one, two = two_sites(database)
    for key in (one, two):
        store(database).set(key, "github", {**OWN, "CLIENT_ID": key})
    with database.session(write=True) as session:
        [sealed] = session.scalars(select(SiteCredentialRow.sealed).where(SiteCredentialRow.site_key == one))
        session.execute(update(SiteCredentialRow).where(SiteCredentialRow.site_key == two).values(sealed=sealed))
    assert store(database).of(one)["github"].values["CLIENT_ID"] == one
    assert store(database).of(two)["github"].values == {}


def test_a_key_can_be_taken_away_after_they_were_sealed_anew(database: Database) -> None:
    one, _ = two_sites(database)
    store(database, OLD).set(one, "github", OWN)
    store(database, NEW, OLD).reseal()
    assert store(database, NEW).of(one)["github"].values == OWN
    assert store(database, OLD).of(one)["github"].values == {}


def test_they_go_with_their_site(database: Database) -> None:
    one, two = two_sites(database)
    for key in (one, two):
        store(database).set(key, "github", OWN)
    with database.session(write=True) as session:
        session.execute(delete(SiteRow).where(SiteRow.key == one))
    assert [own.site_key for own in store(database).at("github")] == [two]
    with pytest.raises(NotFound):
        store(database).set(one, "github", OWN)
    with pytest.raises(NotFound):
        store(database).remove(one, "github")


def test_they_are_bounded(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = two_sites(database)
    monkeypatch.setattr("core.site_credentials.MOST_OF_NETWORK", 1)
    store(database).set(one, "github", OWN)
    store(database).set(one, "github", {**OWN, "CLIENT_ID": "next"})
    with pytest.raises(Invalid):
        store(database).set(two, "github", OWN)


# --- logging in with them ---


def own_app(folder: Path, peer: Peer, **settings: str) -> Flask:
    """A server that has no credentials of its own at any network."""
    return with_http(an_app(folder, **settings), peer.internet.http())


@pytest.mark.parametrize("key", ["github", "google", "reddit", "tiktok"])
def test_a_login_with_a_sites_own_application(key: str, tmp_path: Path) -> None:
    """In the fields, in the header, as TikTok calls it; the ID token is for the site's client; the token is given
    back by the same."""
    peer = Peer(key)
    if "claims" in peer.data:
        peer.data["claims"] = {**peer.data["claims"], "aud": "own-id", "azp": "own-id"}
    app = own_app(tmp_path, peer)
    client, party, other = app.test_client(), a_party(app), a_party(app, name="Other")
    given(app, party, key)
    assert not [x for x in links_of(follow(client, client.get(other.address()))) if f"/login/{key}" in x]
    sent = peer.sent = fields_of(go(client, party, key))
    name = "client_key" if key == "tiktok" else "client_id"
    assert sent[name] == "own-id"
    code = sent_to(follow(client, come_back(client, key, sent)))["code"]
    assert claims(client, party.exchange(client, code).get_json()["id_token"])["network"] == key
    asked = peer.internet.to(peer.data["tokens"]) + peer.internet.to(peer.data.get("revoke", ""))
    proofs = [(a.form.get(name), a.form.get("client_secret"), a.headers.get("authorization")) for a in asked]
    basic = "Basic b3duLWlkOm93bi1zZWNyZXQtMWY2Yw=="
    assert set(proofs) == {(None, None, basic)} if peer.data.get("basic") else {("own-id", "own-secret-1f6c", None)}


def test_an_id_token_for_the_servers_client_is_none_for_the_sites(tmp_path: Path) -> None:
    peer = Peer("google")
    app = own_app(tmp_path, peer)
    client, party = app.test_client(), a_party(app)
    given(app, party, "google")
    sent = peer.sent = fields_of(go(client, party, "google"))
    assert come_back(client, "google", sent).status_code == 502
    assert account(app) is None


def test_the_buttons_on_the_sites_pages_know_of_them(tmp_path: Path) -> None:
    app = own_app(tmp_path, Peer("github"))
    party, other = a_party(app, public=True), a_party(app, name="Other", public=True)
    given(app, party, "github")
    shown = {
        p.site.key: {
            b["key"] for b in app.test_client().get(f"/widgets/login.json?site={p.site.key}").json["buttons"]
        }
        for p in (party, other)
    }
    assert shown[party.site.key] - shown[other.site.key] == {"github"}


def test_a_provider_of_the_sites_own_is_called_by_its_name(tmp_path: Path) -> None:
    app = own_app(tmp_path, Peer("openid"))
    client, party = app.test_client(), a_party(app)
    given(app, party, "openid", {**OWN, "ISSUER": "https://login.acme.example", "NAME": "Acme"})
    assert "Continue with Acme" in follow(client, client.get(party.address())).get_data(as_text=True)


def test_what_does_not_open_is_not_made_up_for_by_the_servers(tmp_path: Path) -> None:
    peer = Peer("github")
    app = peer.app(tmp_path)
    client, party = app.test_client(), a_party(app)
    given(app, party, "github")
    services = app.extensions["handbill"]
    with services.database.session(write=True) as session:
        session.execute(update(SiteCredentialRow).values(sealed="AAAA"))
    services.logins.apps.store._forget()
    assert not [x for x in links_of(follow(client, client.get(party.address()))) if "/login/github" in x]
    assert command(app, "list", party.site.key)[0]["app"] == ""
    assert [found.message for found in examine(services) if "do not open" in found.message]


# --- what was begun with one is finished with it ---


def test_credentials_changed_while_somebody_is_at_the_network(tmp_path: Path) -> None:
    peer = Peer("github")
    app = peer.app(tmp_path)
    client, party = app.test_client(), a_party(app)
    before, again = (fields_of(go(client, party, "github")) for _ in range(2))
    given(app, party, "github")
    own, other, gone = (fields_of(go(client, party, "github")) for _ in range(3))
    # The server's own, begun before the site had one: finished with the server's.
    assert sent_to(follow(client, come_back(client, "github", before)))["code"]
    assert peer.internet.to(peer.data["tokens"])[-1].form["client_id"] == "id"
    # Another secret of the same application is as good.
    given(app, party, "github", {**OWN, "CLIENT_SECRET": "own-secret-2"})
    assert sent_to(follow(client, come_back(client, "github", own)))["code"]
    assert peer.internet.to(peer.data["tokens"])[-1].form["client_secret"] == "own-secret-2"
    # Another application, or none, is not.
    given(app, party, "github", {**OWN, "CLIENT_ID": "third-id"})
    reply = come_back(client, "github", other)
    assert reply.status_code == 400
    assert "Start again from the site" in reply.get_data(as_text=True)
    command(app, "remove", party.site.key, "github")
    assert come_back(client, "github", gone).status_code == 400
    assert sent_to(follow(client, come_back(client, "github", again)))["code"]


# --- whose id it is ---


def rows(app: Flask) -> list[AccountRow]:
    with app.extensions["handbill"].database.session() as session:
        return list(session.scalars(select(AccountRow).order_by(AccountRow.created)))


def logged_in(app: Flask, party: Party, key: str) -> None:
    client = app.test_client()
    assert sent_to(follow(client, come_back(client, key, fields_of(go(client, party, key)))))["code"]


def test_the_same_id_in_two_applications_is_two_people_where_ids_hold_within_one(tmp_path: Path) -> None:
    app = Peer("facebook").app(tmp_path)
    one, two = a_party(app), a_party(app, name="Other")
    given(app, two, "facebook")
    for party in (one, two, two):
        logged_in(app, party, "facebook")
    first, second = rows(app)
    assert first.subject == second.subject
    assert first.person_id != second.person_id
    assert (first.issuer, second.issuer) == ("https://www.facebook.com", "https://www.facebook.com#app=own-id")


def test_a_global_id_is_one_person_whatever_the_application(tmp_path: Path) -> None:
    app = Peer("github").app(tmp_path)
    one, two = a_party(app), a_party(app, name="Other")
    given(app, two, "github")
    for party in (one, two):
        logged_in(app, party, "github")
    [only] = rows(app)
    assert only.issuer == DATA["github"]["profile"]["issuer"]


def test_the_servers_own_entered_for_a_site_is_the_same_application(tmp_path: Path) -> None:
    app = Peer("facebook").app(tmp_path)
    one, two = a_party(app), a_party(app, name="Other")
    given(app, two, "facebook", {"CLIENT_ID": "id", "CLIENT_SECRET": "secret"})
    for party in (one, two):
        logged_in(app, party, "facebook")
    assert len(rows(app)) == 1


OWN_BOT = "99:site-bot-token"


def test_whoever_holds_a_bots_token_speaks_for_its_own_site_only(tmp_path: Path) -> None:
    """A site's own bot can sign that anybody has come. It makes no session that another site, or the data page with
    its ways to add accounts, would take for that person's."""
    app = an_app(tmp_path, telegram_bot_token=BOT)
    theirs, other, client = a_party(app), a_party(app, name="Other"), app.test_client()
    given(app, theirs, "telegram", {"BOT_TOKEN": OWN_BOT})
    sent = fields_of(go(client, theirs, "telegram"))
    assert sent["bot_id"] == "99"
    state = fields_of(sent["return_to"])["state"]
    assert back(client, state, signed(some())).status_code == 502  # the server's bot has no say here
    state = fields_of(fields_of(go(client, theirs, "telegram"))["return_to"])["state"]
    assert sent_to(follow(client, back(client, state, signed(some(), OWN_BOT))))["code"]
    [row] = rows(app)
    assert row.issuer == "https://telegram.org#app=99"
    assert sent_to(client.get(theirs.address()))["code"]  # known here
    shown = follow(client, client.get(other.address()))
    assert "data-network" in shown.get_data(as_text=True)  # and there it is asked who it is
    assert "Continue as" not in follow(client, client.get(other.address(prompt="select_account"))).get_data(
        as_text=True
    )
    data = client.get("/account").get_data(as_text=True)
    assert "Ann" in data
    assert "Add an account" not in data


def test_a_site_that_chose_networks_takes_no_session_of_another(tmp_path: Path) -> None:
    app = Peer("github").app(tmp_path)
    one, two, client = a_party(app), a_party(app, name="Other"), app.test_client()
    app.extensions["handbill"].sites.configure(two.site.key, login_networks=["developer"])
    sent_to(follow(client, come_back(client, "github", fields_of(go(client, one, "github")))))
    shown = follow(client, client.get(two.address())).get_data(as_text=True)
    assert 'data-network="developer"' in shown
    assert 'data-network="github"' not in shown


# --- Meta's notices ---


def test_an_applications_notice_is_about_its_own_people(tmp_path: Path) -> None:
    app = Peer("facebook").app(tmp_path)
    one, two, client = a_party(app), a_party(app, name="Other"), app.test_client()
    given(app, two, "facebook")
    for party in (one, two):
        logged_in(app, party, "facebook")
    user = rows(app)[0].subject
    for _ in range(2):  # signed by the site's own secret, which its owner has: the server's people stay
        said = {"signed_request": a_signed_request(about(user), OWN["CLIENT_SECRET"])}
        assert client.post("/login/facebook/delete-data", data=said).status_code == 200
        assert [row.issuer for row in rows(app)] == ["https://www.facebook.com"]
    assert client.post("/login/facebook/deauthorize", data=said).status_code == 200
    wrong = {"signed_request": a_signed_request(about(user), "neither")}
    started = time.monotonic()
    assert client.post("/login/facebook/delete-data", data=wrong).status_code == 400
    assert time.monotonic() - started < 5
    said = {"signed_request": a_signed_request(about(user))}
    assert client.post("/login/facebook/delete-data", data=said).status_code == 200
    assert rows(app) == []


def test_a_network_that_only_sites_have_hears_notices_too(tmp_path: Path) -> None:
    app = own_app(tmp_path, Peer("facebook"))
    client, data = app.test_client(), {"signed_request": a_signed_request(about(), OWN["CLIENT_SECRET"])}
    assert client.post("/login/facebook/deauthorize", data=data).status_code == 404
    given(app, a_party(app), "facebook")
    assert client.post("/login/facebook/deauthorize", data=data).status_code == 200


def test_an_internet_was_asked_for_nothing_else(tmp_path: Path) -> None:
    """Storing credentials asks no network."""
    internet = Internet({})
    app = with_http(an_app(tmp_path), internet.http())
    given(app, a_party(app), "github")
    assert internet.asked == []
