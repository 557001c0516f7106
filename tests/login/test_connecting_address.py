"""The address that connects an account, good once; and what becomes of an account that is connected."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from core.errors import FetchFailed
from core.times import utc_now
from core.vault import Vault
from login.jobs import renew_accounts
from login.tables import AttemptRow
from networks.accounts import Accounts, NeedsOwner
from tests.doubles import some_settings
from tests.login.owners import X_REVOKE, X_SCOPE, X_TOKEN, Owner, Tokens, facebook_pages, page, x_pages

OVER = "This address does not work any more"
NEXT = {"access_token": "NEXT-SECRET", "refresh_token": "NEXT-REFRESH-SECRET", "expires_in": 7200}


@pytest.fixture
def owner(tmp_path: Path) -> Owner:
    return Owner(tmp_path, "x", x_pages())


# --- the address ---


def test_it_is_good_once(owner: Owner) -> None:
    address = owner.address()
    assert owner.back(owner.sent(address)).status_code == 200
    again = owner.client.get(address)
    assert again.status_code == 404
    assert OVER in again.get_data(as_text=True)


def test_two_tabs_of_one_browser_connect_one_account(owner: Owner) -> None:
    address = owner.address()
    first, second = owner.sent(address), owner.sent(address)
    assert owner.back(second).status_code == 200
    late = owner.back(first)
    assert late.status_code == 404
    assert OVER in late.get_data(as_text=True)
    assert len(owner.internet.to(X_REVOKE)) == 2, "what came too late is given back"
    assert len(owner.command("list")) == 1


def test_whoever_only_looks_takes_nothing_away(owner: Owner) -> None:
    address = owner.address()
    for _ in range(3):
        assert owner.app.test_client().get(address).status_code == 200
    assert owner.back(owner.sent(address)).status_code == 200


def test_it_belongs_to_the_browser_that_went_on(owner: Owner) -> None:
    address, other = owner.address(), owner.app.test_client()
    shown_before = other.get(address)
    assert shown_before.status_code == 200
    sent = owner.sent(address)
    assert other.get(address).status_code == 404
    assert owner.back(sent, other).status_code == 400, "and so does what comes back"
    assert owner.command("list") == []


def test_the_mark_of_one_browser_is_worth_nothing_in_another(owner: Owner) -> None:
    from tests.login.parties import links_of

    address, other = owner.address(), owner.app.test_client()
    [link] = [x for x in links_of(owner.client.get(address)) if x.startswith("/accounts/connect/")]
    assert other.get(link).status_code == 200, "the page that asks, not the way on"
    assert other.get(address + "?go=x").status_code == 200


def test_it_ends_after_an_hour(owner: Owner) -> None:
    address = owner.address()
    sent = owner.sent(address)
    with owner.services.database.session(write=True) as session:
        session.execute(update(AttemptRow).where(AttemptRow.request == "connect").values(expires=utc_now()))
    assert owner.client.get(address).status_code == 404
    assert owner.back(sent).status_code == 404
    assert owner.command("list") == []


def test_it_is_stored_as_a_hash_and_swept_away(owner: Owner) -> None:
    token = owner.address().rpartition("/")[2]
    with owner.services.database.session(write=True) as session:
        row = session.query(AttemptRow).one()
        assert token not in "".join(str(value) for value in vars(row).values())
        assert timedelta(minutes=59) < row.expires - utc_now() < timedelta(minutes=61)
        row.expires = utc_now()
    owner.services.logins.attempts.sweep()
    with owner.services.database.session() as session:
        assert session.query(AttemptRow).all() == []


@pytest.mark.parametrize("address", ["/accounts/connect/x", f"/accounts/connect/{'y' * 2000}"])
def test_a_made_up_address_is_a_page(owner: Owner, address: str) -> None:
    reply = owner.client.get(address)
    assert reply.status_code == 404
    assert OVER in reply.get_data(as_text=True)


@pytest.mark.parametrize(
    ("words", "field"),
    [(("mastodonn",), "network"), (("mastodon",), "network"), (("tiktok",), "network"), (("x", "none"), "site")],
)
def test_the_command_says_what_is_wrong(owner: Owner, words: tuple[str, ...], field: str) -> None:
    said = owner.command("connect", words[0], "--site", words[1] if len(words) > 1 else owner.site.key)
    assert said["error"]["field"] == field
    if words[0] == "tiktok":
        assert "HANDBILL_TIKTOK_CLIENT_ID" in said["error"]["message"]


def test_a_choice_that_was_not_offered_is_refused(tmp_path: Path) -> None:
    from tests.login.parties import form_of

    owner = Owner(tmp_path, "facebook", facebook_pages(page(101), page(102)))
    action, fields = form_of(owner.back(owner.sent()))
    origin = {"Origin": "http://127.0.0.1:8000"}
    assert owner.client.post(action, data={**fields, "page": "999"}, headers=origin).status_code == 404
    assert owner.client.post(action, data=fields, headers={"Origin": "https://evil.example"}).status_code == 403
    assert owner.command("list") == []


# --- afterwards ---


def test_48_twenty_at_once_renew_once(owner: Owner) -> None:
    account = owner.connect()["id"]
    owner.age(account, 1.1)
    found: list[str] = []
    ask = owner.services.account_token
    threads = [threading.Thread(target=lambda: found.append(ask(account))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["ACCESS-2-SECRET"] * 20
    assert len(owner.internet.to(X_TOKEN)) == 2


def test_the_job_renews_ahead_and_goes_on_after_one_that_fails(owner: Owner) -> None:
    first = owner.connect()["id"]
    owner.internet.pages["https://api.x.com/2/users/me"] = {"data": {"id": "8", "username": "bob", "name": "Bob"}}
    owner.internet.pages[X_TOKEN] = Tokens(scope=X_SCOPE)
    second = owner.connect()["id"]
    for account in (first, second):
        owner.age(account, 0.9)
    answers: list[Any] = [(503, {}), NEXT, NEXT]
    owner.internet.pages[X_TOKEN] = lambda _: answers.pop(0)
    renew_accounts({}, owner.services)
    assert {row["state"] for row in owner.command("list")} == {"ok"}
    assert len(owner.services.accounts.store.due()) == 1
    renew_accounts({}, owner.services)
    assert owner.services.accounts.store.due() == []


def test_the_owner_is_told_once_and_connects_anew(tmp_path: Path) -> None:
    tokens = Tokens(scope=X_SCOPE)
    owner = Owner(tmp_path, "x", x_pages(tokens))
    account = owner.connect()["id"]
    tokens.revoked = True
    owner.age(account, 0.9)
    renew_accounts({}, owner.services)
    renew_accounts({}, owner.services)
    with pytest.raises(NeedsOwner):
        owner.services.account_token(account)
    [(kind, told)] = owner.events()
    assert kind == "account.needs_owner"
    assert (told["network"], told["site"], told["handle"]) == ("x", owner.site.key, "ann")
    assert len(owner.internet.to(X_TOKEN)) == 2, "it is not asked again"
    tokens.revoked = False
    assert owner.connect()["id"] == account
    assert owner.services.account_token(account).startswith("ACCESS-")


def test_a_mistake_of_the_operators_does_not_cost_the_account(owner: Owner) -> None:
    account = owner.connect()["id"]
    owner.internet.pages[X_TOKEN] = (401, {"error": "invalid_client"})
    owner.age(account, 0.9)
    assert owner.services.account_token(account) == "ACCESS-1-SECRET"
    owner.age(account, 2)
    with pytest.raises(FetchFailed):
        owner.services.account_token(account)
    assert owner.command("list")[0]["state"] == "ok"


def test_a_token_that_is_refused_before_its_time_is_renewed_or_its_owner_asked(owner: Owner, tmp_path: Path) -> None:
    account = owner.connect()["id"]
    owner.services.accounts.refused(account, "ANOTHER", "401")
    assert owner.services.account_token(account) == "ACCESS-1-SECRET"
    owner.services.accounts.refused(account, "ACCESS-1-SECRET", "401")
    assert owner.services.account_token(account) == "ACCESS-2-SECRET"
    other = Owner(tmp_path / "other", "facebook", facebook_pages(page(101)))
    without = other.connect()["id"]
    other.services.accounts.refused(without, "PAGE-101-SECRET", "190")
    with pytest.raises(NeedsOwner):
        other.services.account_token(without)


def test_disconnecting_gives_the_tokens_back_and_is_an_event(owner: Owner) -> None:
    account = owner.connect()["id"]
    said = owner.command("disconnect", account)
    assert (said["id"], said["revoked"]) == (account, True)
    assert [asked.form["token"] for asked in owner.internet.to(X_REVOKE)] == ["REFRESH-1-SECRET", "ACCESS-1-SECRET"]
    assert owner.command("list") == []
    told = {"network": "x", "site": owner.site.key, "handle": "ann"}
    assert owner.events() == [("account.disconnected", told)]
    assert owner.command("disconnect", account)["error"]["code"] == "no_account"


def test_an_account_goes_even_where_its_network_does_not_answer(owner: Owner) -> None:
    account = owner.connect()["id"]
    owner.internet.pages[X_REVOKE] = (503, {})
    assert owner.command("disconnect", account)["revoked"] is False
    assert owner.command("list") == []


def test_whoever_takes_the_app_away_at_the_network_is_left_alone(tmp_path: Path) -> None:
    from login.upstream.leaving import forget, leave

    owner = Owner(tmp_path, "x", x_pages())
    owner.connect()
    [app] = owner.services.logins.apps.all(owner.services.networks["x"])
    leave(owner.services.database, app, "2244994945")
    assert owner.command("list")[0]["state"] == "needs_owner"
    forget(owner.services.database, app, "2244994945")
    assert owner.command("list") == []
    assert [kind for kind, _ in owner.events()] == ["account.needs_owner", "account.disconnected"]


def test_a_key_can_be_taken_away_once_the_job_has_run(tmp_path: Path) -> None:
    old, new = "k" * 40, "n" * 40
    owner = Owner(tmp_path, "facebook", facebook_pages(page(101)), secret_key=old)
    account, database = owner.connect()["id"], owner.services.database

    def under(keys: str) -> Accounts:
        return Accounts(database, Vault(some_settings(tmp_path, secret_key=keys)))

    def never(_: object) -> Any:
        raise AssertionError("nothing is to be renewed")

    under(f"{new},{old}").reseal()
    assert under(new).access(account, never) == "PAGE-101-SECRET"
    with pytest.raises(NeedsOwner):
        under(old).access(account, never)


def test_a_feed_is_read_with_the_accounts_token(tmp_path: Path) -> None:
    host = "https://graph.threads.net"
    owner = Owner(
        tmp_path,
        "threads",
        {
            f"{host}/oauth/access_token": {"access_token": "SHORT-SECRET", "user_id": 178},
            f"{host}/access_token": {"access_token": "LONG-SECRET", "expires_in": 5_183_944},
            f"{host}/refresh_access_token": {"access_token": "LONGER-SECRET", "expires_in": 5_183_944},
            f"{host}/v1.0/me": {"id": "178", "username": "ann"},
            f"{host}/v1.0/me/threads": {
                "data": [{"id": "1", "text": "Hello", "timestamp": "2026-11-20T10:00:00+0000"}]
            },
        },
    )
    account = owner.connect()["id"]
    feeds = owner.services.feeds
    feed = feeds.add("Ann", owner.site.key, ["threads:me"], accounts=[account])
    read = feeds.refresh(feed.id)
    assert [one.new for one in read] == [1], read
    assert owner.internet.to(f"{host}/v1.0/me/threads")[-1].headers["authorization"] == "Bearer LONG-SECRET"
    owner.age(account, 0.9)
    feeds.refresh(feed.id)
    assert owner.internet.to(f"{host}/v1.0/me/threads")[-1].headers["authorization"] == "Bearer LONGER-SECRET"
