"""Accounts connected by a site's own application: renewed and given back by the same, or their owner is asked."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from networks.accounts import NeedsOwner
from tests.login.owners import X_REVOKE, X_TOKEN, Owner, facebook_pages, page, x_pages
from tests.login.test_upstream_odd import a_signed_request, about

OWN = {"CLIENT_ID": "own-id", "CLIENT_SECRET": "own-secret"}


def enter(owner: Owner, **changes: str) -> None:
    owner.services.logins.apps.store.set(owner.site.key, owner.key, {**OWN, **changes})


def proofs(owner: Owner, url: str = X_TOKEN) -> list[str]:
    """With which id and secret each request came."""
    found = [asked.headers["authorization"].removeprefix("Basic ") for asked in owner.internet.to(url)]
    return [base64.b64decode(proof).decode() for proof in found]


def test_an_account_is_renewed_with_what_it_was_connected_with(tmp_path: Path) -> None:
    owner = Owner(tmp_path, "x", x_pages())
    account = owner.connect()["id"]  # with the server's
    enter(owner)
    owner.age(account, 1.1)
    owner.services.account_token(account)
    assert proofs(owner) == ["id:secret"] * 2

    assert owner.connect()["id"] == account  # connected anew, with the site's
    owner.age(account, 1.1)
    owner.services.account_token(account)
    assert proofs(owner)[2:] == ["own-id:own-secret"] * 2
    assert owner.command("disconnect", account)["revoked"] is True
    assert set(proofs(owner, X_REVOKE)) == {"own-id:own-secret"}


def test_a_new_secret_is_the_same_application_and_another_one_is_not(tmp_path: Path) -> None:
    owner = Owner(tmp_path, "x", x_pages(), x_client_id="", x_client_secret="")
    enter(owner)
    account = owner.connect()["id"]
    enter(owner, CLIENT_SECRET="next")
    owner.age(account, 1.1)
    owner.services.account_token(account)
    assert proofs(owner)[-1] == "own-id:next"
    enter(owner, CLIENT_ID="third")
    owner.age(account, 1.1)
    asked = len(owner.internet.asked)
    with pytest.raises(NeedsOwner):
        owner.services.account_token(account)
    assert len(owner.internet.asked) == asked
    assert owner.command("list")[0]["state"] == "needs_owner"
    assert owner.connect()["id"] == account
    assert owner.command("list")[0]["state"] == "ok"


def test_without_any_application_there_is_nothing_to_connect(tmp_path: Path) -> None:
    owner = Owner(tmp_path, "x", x_pages(), x_client_id="", x_client_secret="")
    assert owner.command("connect", "x", "--site", owner.site.key)["error"]["code"] == "invalid"
    enter(owner)
    assert owner.command("connect", "x", "--site", owner.site.key)["address"]


def test_credentials_taken_away_while_the_owner_is_at_the_network(tmp_path: Path) -> None:
    owner = Owner(tmp_path, "x", x_pages(), x_client_id="", x_client_secret="")
    enter(owner)
    sent = owner.sent()
    assert sent["client_id"] == "own-id"
    owner.services.logins.apps.store.remove(owner.site.key, "x")
    assert owner.back(sent).status_code == 404
    assert owner.command("list") == []


def test_a_choice_of_pages_is_kept_with_the_sites_application(tmp_path: Path) -> None:
    """And the site's application may say that its owner took it away, while the server's may not."""
    owner = Owner(tmp_path, "facebook", facebook_pages(page(101)))
    owner.services.logins.apps.store.set(owner.site.key, "facebook", {"CLIENT_ID": "id2", "CLIENT_SECRET": "s2"})
    owner.internet.pages.update(facebook_pages(page(101)))
    sent = owner.sent()
    assert sent["client_id"] == "id2"
    token = owner.internet.pages["https://graph.facebook.com/v24.0/oauth/access_token"]

    def of_two(asked: object) -> object:
        query = {**asked.query, "client_id": "id", "client_secret": "secret"}  # type: ignore[attr-defined]
        return token(type("Asked", (), {"query": query})())

    owner.internet.pages["https://graph.facebook.com/v24.0/oauth/access_token"] = of_two
    assert owner.back(sent).status_code == 200
    for key, state in (("secret", "ok"), ("s2", "needs_owner")):
        said = {"signed_request": a_signed_request(about("101"), key)}
        assert owner.client.post("/login/facebook/deauthorize", data=said).status_code == 200
        assert owner.command("list")[0]["state"] == state
