"""Meta's notices that somebody took our app away, or wants their data deleted: what becomes of connected accounts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from feeds.jobs import put_due
from feeds.tables import PostRow, SourceRow
from networks._sources import of_graph
from networks.account_tables import AccountOwnerRow
from networks.accounts import NeedsOwner
from networks.oauth import Profile
from tests.login.owners import Owner, facebook_pages, page
from tests.login.parties import form_of
from tests.login.test_connecting import META
from tests.login.test_upstream_odd import a_signed_request, about

POST = {"id": "101_1", "message": "Hello", "created_time": "2026-11-20T10:00:00+0000", "text": "Hello"}
POST |= {"caption": "Hello", "timestamp": "2026-11-20T10:00:00+0000", "media_type": "IMAGE"}
POST |= {"permalink_url": "https://www.facebook.com/1", "permalink": "https://www.instagram.com/p/1/"}
POST |= {"media_url": "https://cdn.example/1.jpg"}
# Whom the callback names: at Instagram the id that is scoped to our app, which is not the account's.
USER = {"facebook": "10158", "instagram": "990", "threads": "178"}


def lists(key: str) -> dict[str, Any]:
    """What a network answers with, up to the list of posts."""
    host = {"facebook": "graph.facebook.com", "instagram": "graph.instagram.com"}.get(key, "")
    path = {"facebook": "me/published_posts", "instagram": "me/media"}.get(key, "")
    url = of_graph(host, path, "", 1).partition("?")[0] if host else "https://graph.threads.net/v1.0/me/threads"
    if key == "facebook":
        return {**facebook_pages(page(101)), url: {"data": [POST]}}
    said: Any = META[key]
    long = {"access_token": "LONG-SECRET", "token_type": "bearer", "expires_in": 5_183_944}
    me = {**said["me"][1], "id": USER[key]}
    pages = {said["token"]: said["short"], said["me"][0]: me, f"{said['host']}/access_token": long}
    return {**pages, url: {"data": [POST]}}


class Fan(Owner):
    """An owner who has connected an account, and a feed that was read with it."""

    def __init__(self, folder: Path, key: str) -> None:
        super().__init__(folder, key, lists(key))
        self.account = self.connect()["id"]
        feeds = self.services.feeds
        self.feed = feeds.add("Ann", self.site.key, [f"{key}:me"], accounts=[self.account]).id
        [read] = feeds.refresh(self.feed)
        assert read.new == 1, read

    def says(self, what: str, user: str) -> int:
        """The network sends a signed request; return how it was answered."""
        given = {"signed_request": a_signed_request(about(user))}
        status: int = self.app.test_client().post(f"/login/{self.key}/{what}", data=given).status_code
        put_due({}, self.services)
        return status

    def source(self) -> tuple[str, str, int]:
        """The state of the feed's source, its trouble, and how many posts are stored."""
        with self.services.database.session() as session:
            row = session.query(SourceRow).one()
            return row.state, row.problem, session.query(PostRow).count()


@pytest.mark.parametrize("key", USER)
def test_50_who_takes_the_app_away_has_no_token_here(key: str, tmp_path: Path) -> None:
    fan = Fan(tmp_path, key)
    assert fan.says("deauthorize", "4711") == 200
    assert fan.source() == ("ok", "", 1), "it was about nobody here"
    assert fan.stored(fan.account).sealed
    for _ in range(2):
        assert fan.says("deauthorize", USER[key]) == 200
    assert fan.stored(fan.account).sealed == "", "erased, not only marked"
    assert fan.source() == ("needs_owner", "needs_owner", 1)
    assert [kind for kind, _ in fan.events()] == ["account.needs_owner"], "told once"
    with pytest.raises(NeedsOwner):
        fan.services.account_token(fan.account)
    fan.services.accounts.store.reseal()
    assert fan.connect()["id"] == fan.account, "and they may come back"
    put_due({}, fan.services)
    assert fan.source()[0] == "ok"


@pytest.mark.parametrize("key", USER)
def test_50_who_wants_their_data_deleted_leaves_nothing(key: str, tmp_path: Path) -> None:
    fan = Fan(tmp_path, key)
    for _ in range(2):
        assert fan.says("delete-data", USER[key]) == 200
    assert fan.command("list") == []
    assert fan.source() == ("needs_owner", "no_account", 0)
    assert [kind for kind, _ in fan.events()] == ["account.disconnected"]
    with fan.services.database.session() as session:
        assert session.query(AccountOwnerRow).count() == 0


def test_50_the_page_that_was_chosen_is_found_by_its_owner(tmp_path: Path) -> None:
    owner = Owner(tmp_path, "facebook", facebook_pages(page(101), page(102)))
    action, fields = form_of(owner.back(owner.sent()))
    origin = {"Origin": "http://127.0.0.1:8000"}
    assert owner.client.post(action, data={**fields, "page": "102"}, headers=origin).status_code == 200
    [row] = owner.command("list")
    given = {"signed_request": a_signed_request(about("102"))}
    owner.client.post("/login/threads/delete-data", data=given)
    assert len(owner.command("list")) == 1, "another network's word is not taken"
    assert owner.stored(row["id"]).subject == "102"
    given = {"signed_request": a_signed_request(about("10158"))}
    assert owner.client.post("/login/facebook/delete-data", data=given).status_code == 200
    assert owner.command("list") == []


def test_50_a_renewal_under_way_does_not_bring_it_back(tmp_path: Path) -> None:
    """The owner takes the app away while a token of theirs is being renewed: what comes is not stored."""
    fan = Fan(tmp_path, "threads")
    fan.age(fan.account, 0.9)

    def renewed(_: object) -> Any:
        fan.says("deauthorize", USER["threads"])
        return {"access_token": "LONGER-SECRET", "expires_in": 5_183_944}

    fan.internet.pages["https://graph.threads.net/refresh_access_token"] = renewed
    with pytest.raises(NeedsOwner):
        fan.services.account_token(fan.account)
    assert fan.stored(fan.account).sealed == ""


def test_50_a_login_is_found_by_the_id_that_the_callback_names(tmp_path: Path) -> None:
    owner = Owner(tmp_path, "instagram", {})
    people = owner.services.logins.people
    profile = Profile("instagram", "https://www.instagram.com", "178", name="Ann", aliases=("990",))
    person = people.met(profile).person_id
    people.met(replace(profile, subject="990", aliases=(), issuer="https://other.example"))
    given = {"signed_request": a_signed_request(about("990"))}
    assert owner.client.post("/login/instagram/delete-data", data=given).status_code == 200
    assert people.accounts(person) == []
