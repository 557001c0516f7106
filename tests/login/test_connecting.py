"""Owners connect accounts: per network how tokens are had that last, and what is said when it goes wrong."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from core.times import utc_now
from networks import Networks
from networks.oauth import Ask, Lasting, Login, Profile, Told
from networks.parts import Network
from networks.records import Feed, Page, Request
from tests.login.internet import Asked
from tests.login.owners import X_REVOKE, X_TOKEN, Owner, Tokens, facebook_pages, page, x_pages
from tests.login.parties import a_party, follow, form_of, links_of

META = {
    "instagram": {
        "token": "https://api.instagram.com/oauth/access_token",
        "host": "https://graph.instagram.com",
        "short": {
            "data": [{"access_token": "SHORT-SECRET", "user_id": 1, "permissions": "instagram_business_basic"}]
        },
        "me": ("https://graph.instagram.com/me", {"user_id": "178", "username": "ann", "name": "Ann"}),
        "grants": ("ig_exchange_token", "ig_refresh_token"),
    },
    "threads": {
        "token": "https://graph.threads.net/oauth/access_token",
        "host": "https://graph.threads.net",
        "short": {"access_token": "SHORT-SECRET", "user_id": 178},
        "me": ("https://graph.threads.net/v1.0/me", {"id": "178", "username": "ann", "name": "Ann"}),
        "grants": ("th_exchange_token", "th_refresh_token"),
    },
}


def days(row: Any) -> float:
    return (datetime.fromisoformat(row["expires"]) - utc_now()) / timedelta(days=1)


# --- network by network ---


def test_x_gives_two_hours_and_a_new_refresh_token_each_time(tmp_path: Path) -> None:
    owner = Owner(tmp_path, "x", x_pages())
    sent = owner.sent()
    assert sent["scope"].split() == ["tweet.read", "users.read", "offline.access"]
    assert owner.back(sent).status_code == 200
    [row] = owner.command("list")
    assert (row["network"], row["handle"], row["state"], row["site"]) == ("x", "ann", "ok", owner.site.key)
    assert set(row["scopes"]) == {"tweet.read", "users.read", "offline.access"}
    assert 0.08 < days(row) < 0.09
    assert owner.services.account_token(row["id"]) == "ACCESS-1-SECRET"
    assert not owner.internet.to(X_REVOKE), "what is kept is not given back"
    for number in (2, 3):
        owner.age(row["id"], 0.9)
        assert owner.services.account_token(row["id"]) == f"ACCESS-{number}-SECRET"
    assert [asked.form["grant_type"] for asked in owner.internet.to(X_TOKEN)][1:] == ["refresh_token"] * 2
    assert owner.internet.to(X_TOKEN)[-1].headers["authorization"].startswith("Basic ")


@pytest.mark.parametrize("key", META)
def test_meta_exchanges_an_hour_for_sixty_days(key: str, tmp_path: Path) -> None:
    said: Any = META[key]

    def exchange(asked: Asked) -> Any:
        want = {"grant_type": said["grants"][0], "client_secret": "secret", "access_token": "SHORT-SECRET"}
        assert asked.query == want
        return {"access_token": "LONG-SECRET", "token_type": "bearer", "expires_in": 5_183_944}

    def renew(asked: Asked) -> Any:
        assert asked.query == {"grant_type": said["grants"][1], "access_token": "LONG-SECRET"}
        return {"access_token": "LONGER-SECRET", "token_type": "bearer", "expires_in": 5_183_944}

    pages = {said["token"]: said["short"], said["me"][0]: said["me"][1]}
    pages |= {f"{said['host']}/access_token": exchange, f"{said['host']}/refresh_access_token": renew}
    owner = Owner(tmp_path, key, pages)
    row = owner.connect()
    assert row["name"] == "Ann"
    assert 59 < days(row) < 61
    owner.age(row["id"], 0.5)
    assert owner.services.account_token(row["id"]) == "LONG-SECRET"
    owner.age(row["id"], 0.7)
    assert owner.services.account_token(row["id"]) == "LONGER-SECRET"
    owner.internet.pages[f"{said['host']}/refresh_access_token"] = (
        400,
        {"error": {"message": "Session has expired", "type": "OAuthException", "code": 190}},
    )
    owner.age(row["id"], 1.1)
    with pytest.raises(Exception, match="190"):
        owner.services.account_token(row["id"])
    assert [row["state"] for row in owner.command("list")] == ["needs_owner"]


def test_facebook_asks_which_page_and_keeps_its_token_alone(tmp_path: Path) -> None:
    owner = Owner(tmp_path, "facebook", facebook_pages(page(101), page(102)))
    sent = owner.sent()
    assert set(sent["scope"].split(",")) == {"public_profile", "pages_show_list", "pages_read_engagement"}
    asked = owner.back(sent)
    text = asked.get_data(as_text=True)
    assert "Page 101" in text
    assert "Page 102" in text
    assert "SECRET" not in text
    assert owner.command("list") == []
    action, fields = form_of(asked)
    origin = {"Origin": "http://127.0.0.1:8000"}
    other = owner.app.test_client().post(action, data={**fields, "page": "102"}, headers=origin)
    assert other.status_code == 403, "another browser cannot choose"
    done = owner.client.post(action, data={**fields, "page": "102"}, headers=origin)
    assert "Page 102" in done.get_data(as_text=True), done.get_data(as_text=True)
    [row] = owner.command("list")
    assert (row["name"], row["handle"], row["expires"]) == ("Page 102", "page102", None)
    assert owner.services.account_token(row["id"]) == "PAGE-102-SECRET"
    again = owner.client.post(action, data={**fields, "page": "101"}, headers=origin)
    assert again.status_code == 400
    assert len(owner.command("list")) == 1


def test_facebook_takes_the_only_page_without_asking(tmp_path: Path) -> None:
    owner = Owner(tmp_path, "facebook", facebook_pages(page(101)))
    assert owner.connect()["name"] == "Page 101"


def test_facebook_without_a_page_says_so(tmp_path: Path) -> None:
    owner = Owner(tmp_path, "facebook", facebook_pages())
    reply = owner.back(owner.sent())
    assert reply.status_code == 422
    assert "There is no Page to connect" in reply.get_data(as_text=True)


def test_tiktok_asks_with_its_own_names_and_is_told_at_the_end(tmp_path: Path) -> None:
    api = "https://open.tiktokapis.com/v2"
    user = {"data": {"user": {"open_id": "o-1", "display_name": "Ann"}}, "error": {"code": "ok"}}
    pages = {
        f"{api}/oauth/token/": Tokens(scope="user.info.basic,video.list", open_id="o-1", expires_in=86_400),
        f"{api}/user/info/": user,
        f"{api}/oauth/revoke/": {},
    }
    owner = Owner(tmp_path, "tiktok", pages)
    row = owner.connect()
    owner.age(row["id"], 0.9)
    assert owner.services.account_token(row["id"]) == "ACCESS-2-SECRET"
    renewal = owner.internet.to(f"{api}/oauth/token/")[-1].form
    assert (renewal["client_key"], renewal["client_secret"]) == ("id", "secret")
    said = owner.command("disconnect", row["id"])
    assert said["revoked"] is True
    asked = owner.internet.to(f"{api}/oauth/revoke/")
    assert [one.form["token"] for one in asked] == ["REFRESH-2-SECRET", "ACCESS-2-SECRET"]
    assert {one.form["client_key"] for one in asked} == {"id"}


def test_reddit_is_asked_for_a_lasting_permission(tmp_path: Path) -> None:
    tokens = Tokens(scope="identity read history", expires_in=3600)
    base = "https://www.reddit.com/api/v1"
    pages = {f"{base}/access_token": tokens, "https://oauth.reddit.com/api/v1/me": {"id": "t2x", "name": "ann"}}
    owner = Owner(tmp_path, "reddit", pages)
    sent = owner.sent()
    assert sent["duration"] == "permanent"
    assert set(sent["scope"].split()) == {"identity", "read", "history"}
    assert owner.back(sent).status_code == 200


def test_linkedin_knows_its_owner_without_openid(tmp_path: Path) -> None:
    me = {"id": "Ab1", "localizedFirstName": "Ann", "localizedLastName": "Example", "vanityName": "ann"}
    token = {
        "access_token": "LINKEDIN-SECRET",
        "expires_in": 5_184_000,
        "scope": "r_basicprofile,r_organization_social",
    }
    url = "https://www.linkedin.com/oauth/v2/accessToken"
    owner = Owner(tmp_path, "linkedin", {url: token, "https://api.linkedin.com/v2/me": me})
    row = owner.connect()
    assert (row["name"], row["handle"]) == ("Ann Example", "ann")
    owner.age(row["id"], 0.9)
    assert owner.services.account_token(row["id"]) == "LINKEDIN-SECRET", "without renewal it is used to its end"
    assert owner.command("list")[0]["state"] == "ok"
    owner.age(row["id"], 0.2)
    with pytest.raises(Exception, match="does not renew"):
        owner.services.account_token(row["id"])
    assert owner.command("list")[0]["state"] == "needs_owner"


@pytest.mark.parametrize("key", ["pinterest", "github"])
def test_the_others(key: str, tmp_path: Path) -> None:
    data: Any = {
        "pinterest": (
            "https://api.pinterest.com/v5/oauth/token",
            Tokens(scope="boards:read pins:read user_accounts:read"),
            ("https://api.pinterest.com/v5/user_account", {"id": "7", "username": "ann"}),
        ),
        "github": (
            "https://github.com/login/oauth/access_token",
            {"access_token": "gho_SECRET", "scope": "", "token_type": "bearer"},
            ("https://api.github.com/user", {"id": 7, "login": "ann"}),
        ),
    }
    token, reply, (url, me) = data[key]
    owner = Owner(tmp_path, key, {token: reply, url: me})
    row = owner.connect()
    assert row["handle"] == "ann"
    [asked] = owner.internet.to(token)
    assert asked.form.get("continuous_refresh") == ("true" if key == "pinterest" else None)
    assert (row["expires"] is None) == (key == "github")


def test_a_network_of_somebody_elses_that_works_like_google(tmp_path: Path) -> None:
    def who(told: Told) -> Profile:
        return Profile("films", "https://films.example", told.replies[0]["sub"], name="Ann")

    lasting = Lasting(extra={"access_type": "offline", "prompt": "consent"}, life=timedelta(hours=1))
    films = Network(
        key="films",
        name="Films",
        colour="000000",
        login=Login(
            who,
            authorize="https://films.example/authorize",
            tokens="https://films.example/token",
            revoke="https://films.example/revoke",
            gives_back=False,
            ask=(Ask("https://films.example/me"),),
            lasting=lasting,
        ),
        feed=Feed(lambda _: Page(), Request, source="me", access="account", scopes=("films.readonly",)),
    )
    pages = {
        "https://films.example/token": Tokens(scope="openid films.readonly"),
        "https://films.example/me": {"sub": "1"},
        "https://films.example/revoke": {},
    }
    owner = Owner(tmp_path, "x", pages)
    object.__setattr__(owner.services, "networks", Networks((films,)))
    settings = owner.services.settings
    object.__setattr__(settings, "networks", {"FILMS_CLIENT_ID": "id", "FILMS_CLIENT_SECRET": "secret"})
    owner.key = "films"
    sent = owner.sent()
    assert (sent["access_type"], sent["prompt"]) == ("offline", "consent")
    assert owner.back(sent).status_code == 200
    [row] = owner.command("list")
    assert owner.command("disconnect", row["id"])["revoked"] is True


# --- what goes wrong ---


def test_a_missing_scope_is_named_and_nothing_is_kept(tmp_path: Path) -> None:
    owner = Owner(tmp_path, "x", x_pages(Tokens(scope="users.read offline.access")))
    reply = owner.back(owner.sent())
    text = reply.get_data(as_text=True)
    assert reply.status_code == 403
    assert "Missing: tweet.read" in text
    assert owner.command("list") == []
    assert owner.internet.to(X_REVOKE), "the token is given back"


def test_facebook_permissions_that_were_declined_are_named(tmp_path: Path) -> None:
    owner = Owner(tmp_path, "facebook", facebook_pages(page(1), declined="pages_read_engagement"))
    assert "Missing: pages_read_engagement" in owner.back(owner.sent()).get_data(as_text=True)


def test_who_says_no_may_open_the_address_again(tmp_path: Path) -> None:
    owner = Owner(tmp_path, "x", x_pages())
    address = owner.address()
    sent = owner.sent(address)
    reply = owner.back(sent, error="access_denied")
    assert reply.status_code == 403
    assert "You said no" in reply.get_data(as_text=True)
    assert owner.back(owner.sent(address)).status_code == 200


def test_a_network_that_fails_is_a_page(tmp_path: Path) -> None:
    owner = Owner(tmp_path, "x", x_pages(me=(503, {"title": "down"})))
    reply = owner.back(owner.sent())
    assert reply.status_code == 502
    assert "X did not answer as it should" in reply.get_data(as_text=True)
    assert owner.internet.to(X_REVOKE)


def test_the_owner_is_told_what_will_be_read(tmp_path: Path) -> None:
    owner = Owner(tmp_path, "x", x_pages())
    shown = owner.client.get(owner.address(), headers={"Accept-Language": "de"})
    text = shown.get_data(as_text=True)
    assert "X mit Blog verbinden" in text
    assert "Ihre Beiträge" in text
    assert shown.headers["Referrer-Policy"] in ("same-origin", "no-referrer")
    assert shown.headers["Cache-Control"] == "no-store"


def test_nothing_is_kept_of_somebody_who_logs_in(tmp_path: Path) -> None:
    owner = Owner(tmp_path, "x", x_pages())
    party = a_party(owner.app, name="Other")
    shown = follow(owner.client, owner.client.get(party.address()))
    link = next(link for link in links_of(shown) if link.startswith("/login/x?"))
    sent = {k: v[0] for k, v in parse_qs(urlsplit(owner.client.get(link).headers["Location"]).query).items()}
    assert "offline.access" not in sent["scope"]
    assert owner.back(sent).status_code == 303
    assert owner.internet.to(X_REVOKE)
    assert owner.command("list") == []


def test_no_log_and_no_file_holds_a_token(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        owner = Owner(tmp_path, "facebook", facebook_pages(page(101), page(102)))
        asked = owner.back(owner.sent())
        files = b"".join(path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file())
        assert b"SECRET" not in files, "while the owner chooses"
        action, fields = form_of(asked)
        owner.client.post(action, data={**fields, "page": "102"}, headers={"Origin": "http://127.0.0.1:8000"})
        [row] = owner.command("list")
        owner.command("disconnect", row["id"])
    files = b"".join(path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file())
    assert b"SECRET" not in files
    assert "SECRET" not in caplog.text
    assert owner.site.key in files.decode("latin-1")


@pytest.mark.parametrize("key", META)
def test_no_log_has_a_token_that_goes_through_an_address(
    key: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    said: Any = META[key]
    pages = {said["token"]: said["short"], said["me"][0]: said["me"][1]}
    pages[f"{said['host']}/access_token"] = {"access_token": "LONG-SECRET", "expires_in": 5_183_944}
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("login").debug("heard")  # what else is logged hangs on which tests ran before
        owner = Owner(tmp_path, key, pages, **{f"{key}_client_secret": "CLIENT-SECRET"})
        row = owner.connect()
        owner.age(row["id"], 0.9)
        assert owner.services.account_token(row["id"]) == "LONG-SECRET", "the network does not renew, and is asked"
        owner.command("disconnect", row["id"])
    assert len(owner.internet.to(f"{said['host']}/refresh_access_token")) == 1
    assert caplog.records
    assert "SECRET" not in caplog.text


def test_what_owners_read_is_in_the_words_and_every_network_says_where_it_was_read() -> None:
    from networks import BUILT_IN
    from widgets.words import Catalog

    words = Catalog(Path(__file__).resolve().parents[2] / "login" / "languages").words("en")
    connectable = [n for n in BUILT_IN if n.feed and n.feed.access == "account"]
    assert {n.key for n in connectable} == {n.key for n in BUILT_IN if n.login and n.login.lasting}
    table = (Path(__file__).resolve().parents[2] / "docs" / "accounts.md").read_text("utf-8")
    for network in connectable:
        assert network.login
        assert network.login.lasting
        assert all(words.text(key) for key in network.login.lasting.reads)
        assert network.login.lasting.docs.startswith("https://")
        assert f"| {network.name} |" in table
        assert network.feed
        for scope in (*network.login.lasting.scopes, *network.feed.scopes):
            assert f"`{scope}`" in table, (network.key, scope)
