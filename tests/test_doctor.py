"""What `doctor` says of what is stored and cannot be used: applications, accounts, secrets of webhooks."""

from __future__ import annotations

from datetime import timedelta
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update

from core.doctor import examine
from core.notice_tables import EndpointRow
from core.site_credentials import SiteCredentialRow
from core.sites import NewSite
from core.times import utc_now
from feeds.webhook_tables import SubscriptionRow
from feeds.webhooks import Webhooks
from networks.account_tables import NetworkAccountRow
from networks.accounts import Tokens
from networks.oauth import Profile
from tests.doubles import a_site, an_app

CLIENT = {"CLIENT_ID": "id", "CLIENT_SECRET": "secret"}


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    return an_app(tmp_path, telegram_bot_token="7:server-token")


def warned(app: Flask, about: str) -> list[str]:
    """What the doctor warns of, as far as it is about something."""
    found = [f.message for f in examine(app.extensions["handbill"]) if f.severity == "warning"]
    return [message for message in found if about in message]


def broken(app: Flask, table: type, **where: str) -> None:
    with app.extensions["handbill"].database.session(write=True) as session:
        session.execute(update(table).filter_by(**where).values(sealed="AAAA"))


def stored(app: Flask, site: NewSite, network: str, values: dict[str, str]) -> None:
    app.extensions["handbill"].site_credentials.set(site.key, network, values)


UNUSABLE = {
    "a network that is no more": ("lemmy", CLIENT, "knows no such network"),
    "a network without a login": ("pocket", CLIENT, "nobody can log in"),
    "half": ("github", {"CLIENT_ID": "id"}, "CLIENT_SECRET is missing"),
    "a bot without its number": ("telegram", {"BOT_TOKEN": "token"}, "BOT_TOKEN does not begin with the number"),
    "the server's bot with another token": ("telegram", {"BOT_TOKEN": "7:other"}, "with another secret"),
}


@pytest.mark.parametrize("kind", UNUSABLE)
def test_a_sites_application_that_cannot_be_used(app: Flask, kind: str) -> None:
    network, values, why = UNUSABLE[kind]
    site = a_site(app)
    stored(app, site, "google", CLIENT)
    stored(app, site, network, values)
    (said,) = warned(app, "credentials of site")
    assert why in said
    assert f"sites credentials set {site.key} {network}" in said
    assert "token" not in said.replace("BOT_TOKEN", "")


def test_what_does_not_open_is_said_once_and_not_a_thousand_times(app: Flask) -> None:
    for number in range(13):
        stored(app, a_site(app, name=f"s{number}"), "github", CLIENT)
    assert warned(app, "credentials of site") == []
    broken(app, SiteCredentialRow)
    assert len(warned(app, "do not open")) == 10
    assert warned(app, "more of this kind") == ["and 3 more of this kind"]


@pytest.mark.parametrize(
    ("settings", "missing"),
    [
        ({"github_client_id": "id"}, ["HANDBILL_GITHUB_CLIENT_SECRET"]),
        ({"openid_client_id": "id", "openid_client_secret": "s"}, ["HANDBILL_OPENID_ISSUER"]),
        ({"openid_name": "Acme"}, []),
        ({"facebook_client_secret": "for webhooks alone"}, []),
        ({"google_client_secret": "s"}, ["HANDBILL_GOOGLE_CLIENT_ID"]),
    ],
)
def test_an_application_of_the_server_set_by_half(
    tmp_path: Path, settings: dict[str, str], missing: list[str]
) -> None:
    said = warned(an_app(tmp_path, **settings), "nobody can log in")
    assert len(said) == len(missing)
    assert all(name in line for name, line in zip(missing, said, strict=True))


def connected(app: Flask, site: NewSite, handle: str, app_name: str = "") -> str:
    profile = Profile(network="x", issuer="https://x.com", subject=handle, handle=handle)
    tokens = Tokens("t", "r", utc_now() + timedelta(hours=2))
    accounts = app.extensions["handbill"].accounts.store
    return str(accounts.connect(site.key, profile, tokens, (), app=app_name).id)


def test_accounts_that_wait_for_their_owners(tmp_path: Path) -> None:
    app = an_app(tmp_path, x_client_id="id", x_client_secret="s")
    site = a_site(app)
    good, closed, refused = (connected(app, site, name) for name in ("@good", "@closed", "@refused\nerror   "))
    gone = connected(app, site, "@gone", app_name="an application that the site had")
    assert len({good, closed, refused, gone}) == 4
    broken(app, NetworkAccountRow, id=closed)
    with app.extensions["handbill"].database.session(write=True) as session:
        session.execute(update(NetworkAccountRow).filter_by(id=refused).values(state="needs_owner"))
    said = warned(app, "account @")
    reasons = {"@closed": "do not open", "@refused": "agree again", "@gone": "application"}
    assert len(said) == 3
    assert not any("\n" in line for line in said), "a name makes no line of its own"
    for handle, why in reasons.items():
        assert [
            why in line and f"accounts connect x --site {site.key}" in line for line in said if handle in line
        ] == [True]


def test_webhooks_whose_secrets_do_not_open(app: Flask) -> None:
    services = app.extensions["handbill"]
    site, places = a_site(app), Webhooks(services).subscriptions
    kept, lost = places.add("github").id, places.add("twitch").id
    assert warned(app, "deliveries of") == []
    broken(app, SubscriptionRow, id=lost)
    (said,) = warned(app, "deliveries of")
    assert f"webhooks rotate {lost}" in said
    assert kept not in said
    with services.database.session(write=True) as session:
        row = EndpointRow(site_key=site.key, url="https://a.example/", state="active", problem="", created=utc_now())
        row.sealed, row.failing = "AAAA", None
        session.add(row)
    (said,) = warned(app, "its secret does not open")
    assert f"sites webhook rotate {site.key}" in said


def test_drawings_parts_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "data/layouts").mkdir(parents=True)
    (tmp_path / "data/layouts/note.json").write_text("{")
    (tmp_path / "fonts").mkdir()
    app = an_app(tmp_path, public_layouts="quote,plane", fonts=f"{tmp_path}/fonts,{tmp_path}/none")
    (skipped, unknown) = warned(app, "layout")
    assert skipped.startswith("layout skipped: layouts/note.json: is no JSON")
    assert unknown == "HANDBILL_PUBLIC_LAYOUTS: there is no layout plane. Did you mean plain?"
    assert [said.partition(":")[0] for said in warned(app, "folder")] == ["HANDBILL_FONTS"]


def test_rules_of_plug_ins_that_were_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("broken", "no_such_package:RULE", "handbill.rules")
    monkeypatch.setattr("core.plugins.entry_points", lambda group: [point] if group == point.group else [])
    (said,) = warned(an_app(tmp_path), "plug-in skipped")
    assert "no_such_package" in said
