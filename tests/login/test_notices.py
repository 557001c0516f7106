"""Sites are told by webhook of what becomes of the people they know, each by its own name for them, and no other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pytest_httpserver import HTTPServer

from core.jobs import Job
from core.jobs_eager import EagerJobs
from core.notices import Notices
from core.services import Services
from login.upstream.leaving import forget, leave
from tests.core.notice_receiver import Receiver
from tests.doubles import an_app
from tests.login.parties import ANN, BASE, BOB, Party, a_party, claims, tokens

OWN = {"Origin": BASE}
ANNS_OTHER = {**ANN, "subject": "ann2"}


class World:
    """A server, and sites that are told."""

    def __init__(self, folder: Path, server: HTTPServer) -> None:
        self.app: Flask = an_app(folder, http_allow=f"{server.host}:{server.port}")
        self.services: Services = self.app.extensions["handbill"]
        self.jobs = EagerJobs(self.services.handlers, self.services)
        self.services.__dict__["jobs"] = self.jobs
        self.notices = Notices(self.services)
        self._server = server
        self._told: dict[str, tuple[Receiver, str]] = {}

    def a_site(self, **options: Any) -> Party:
        """A site that is told, and whose visitors log in."""
        party = a_party(self.app)
        self.services.sites.configure(party.site.key, **options)
        receiver = Receiver(self._server, f"/{party.site.key}")
        self._told[party.site.key] = (receiver, self.notices.endpoints.set(party.site.key, receiver.url))
        return party

    def heard(self, party: Party) -> list[tuple[str, dict[str, Any]]]:
        """What a site was told since the last time, checked as it should."""
        receiver, secret = self._told[party.site.key]
        found = [(said["type"], said["data"]) for said in receiver.said(secret)]
        receiver.got.clear()
        return found

    def link(self, who: str, other: str) -> None:
        """Join a second account to somebody."""
        people = self.services.logins.people
        with self.services.database.session() as session:
            from login.tables import AccountRow

            account_id = session.query(AccountRow).filter_by(subject=who).one().id
        account = people.account(account_id)
        people.link(account.person_id, replace(account.profile, subject=other))

    def account_id(self, client: FlaskClient, subject: str) -> str:
        found = client.get("/account/export").get_json()["accounts"]
        return next(str(one["id"]) for one in found if one["subject"] == subject)


@pytest.fixture
def world(tmp_path: Path, httpserver: HTTPServer) -> Iterator[World]:
    made = World(tmp_path, httpserver)
    yield made
    made.services.close()


def sub_of(client: FlaskClient, party: Party, who: dict[str, str] = ANN) -> str:
    """Log in; return what the site knows the person as."""
    return str(claims(client, tokens(client, party, who)["id_token"])["sub"])


def form(client: FlaskClient, **fields: str) -> dict[str, str]:
    token = client.get("/account").get_data(as_text=True).split('name="token" value="')[1].split('"')[0]
    return {"token": token, **fields}


def test_67_an_unlinked_account_is_told_to_those_who_were_told_of_it(world: World) -> None:
    first, second, shared = world.a_site(), world.a_site(), world.a_site(login_subject="public")
    client, elsewhere = world.app.test_client(), world.app.test_client()
    by_first, by_shared = sub_of(client, first), sub_of(world.app.test_client(), shared)
    world.link("ann", "ann2")
    by_second = sub_of(elsewhere, second, ANNS_OTHER)
    assert len({by_first, by_second, by_shared}) == 3
    gone = form(client, account=world.account_id(client, "ann"))
    assert client.post("/account/unlink", data=gone, headers=OWN).status_code == 303
    said = {"network": "developer", "by": "person"}
    assert world.heard(first) == [("user.unlinked", {"sub": by_first, **said})]
    assert world.heard(shared) == [("user.unlinked", {"sub": by_shared, **said})]
    assert world.heard(second) == [], "it never heard of that account"


def test_67_a_deletion_is_told_to_every_site_that_knows_the_person(world: World) -> None:
    first, second, stranger = world.a_site(), world.a_site(login_trusted=True), world.a_site()
    client = world.app.test_client()
    subs = [sub_of(client, first), sub_of(world.app.test_client(), second)]
    sub_of(world.app.test_client(), stranger, BOB)
    assert client.post("/account/delete", data=form(client, sure="yes"), headers=OWN).status_code == 200
    told = [world.heard(party) for party in (first, second)]
    assert told == [[("user.deleted", {"sub": sub})] for sub in subs]
    assert world.heard(stranger) == []
    kept = json.dumps([[row.body, row.about] for party in (first, second) for row in rows(world, party)])
    assert "example.org" not in kept, "no address"
    assert "Ann" not in kept


def rows(world: World, party: Party) -> list[Any]:
    return world.notices.newest(party.site.key, 10)


def test_67_a_site_that_is_let_go_of_is_told_and_no_other(world: World) -> None:
    first, second = world.a_site(), world.a_site()
    client = world.app.test_client()
    by_first = sub_of(client, first)
    sub_of(world.app.test_client(), second)
    for _ in range(3):
        client.post("/account/disconnect", data=form(client, site=first.site.key), headers=OWN)
    assert world.heard(first) == [("user.disconnected", {"sub": by_first})], "once, however often it is pressed"
    assert world.heard(second) == []


def test_67_what_the_network_says_is_told_once(world: World) -> None:
    """Meta's notices, however often they come: unlinked where the app was taken away, deleted where that is asked."""
    site = world.a_site()
    sub = sub_of(world.app.test_client(), site)
    app = world.services.logins.apps.of(world.services.networks["developer"], "")
    for _ in range(2):
        leave(world.services.database, app, "ann")
        world.jobs.enqueue("notices.spread")
    assert world.heard(site) == [("user.unlinked", {"sub": sub, "network": "developer", "by": "network"})]
    assert sub_of(world.app.test_client(), site) == sub, "they may come back"
    world.link("ann", "ann2")
    for subject in ("ann", "ann", "ann2", "ann2"):
        forget(world.services.database, app, subject)
        world.jobs.enqueue("notices.spread")
    assert [kind for kind, _ in world.heard(site)] == ["user.unlinked", "user.deleted"]
    assert rows(world, site)[0].about == sub


def test_connected_accounts_are_told_to_their_site(world: World) -> None:
    from networks.accounts import Accounts, Tokens, withdrawn
    from networks.oauth import Profile

    site, other = world.a_site(), world.a_site()
    store = Accounts(world.services.database, world.services.vault)
    profile = Profile("threads", "https://www.threads.net", "178", handle="ann", email="ann@example.org")
    made = store.connect(site.site.key, profile, Tokens("ACCESS-SECRET"), ("threads_basic",))
    with world.services.database.session(write=True) as session:
        withdrawn(session, "threads", "178")
    store.disconnect(made.id)
    world.jobs.enqueue("notices.spread")
    said = {"account": made.id, "network": "threads", "handle": "ann"}
    assert world.heard(site) == [("account.needs_owner", said), ("account.disconnected", said)]
    assert world.heard(other) == []


def test_a_feed_that_stands_still_is_told_to_its_site(world: World) -> None:
    from core.events import record

    site = world.a_site()
    told = {"network": "threads", "site": site.site.key, "address": "me", "why": "words of a stranger"}
    with world.services.database.session() as session:
        record(session, "feed.needs_owner", "source", told)
    world.jobs.enqueue("notices.spread")
    assert world.heard(site) == [("feed.needs_owner", {"source": "source", "network": "threads", "address": "me"})]


def test_nothing_is_put_where_nobody_is_told(app: Flask, client: FlaskClient) -> None:
    services = app.extensions["handbill"]
    services.__dict__["jobs"] = EagerJobs({})  # putting anything would fail
    party = a_party(app)
    tokens(client, party)
    assert client.post("/account/delete", data=form(client, sure="yes"), headers=OWN).status_code == 200


def test_logouts_are_told_to_a_site_one_after_the_other(world: World, httpserver: HTTPServer) -> None:
    """A site that lets us wait holds one place of the queue, whoever logs out how often."""
    put: list[Job] = []
    world.services.jobs._put = lambda job, _delay: put.append(job) or job.id
    sites = [world.a_site(login_logout_notice=httpserver.url_for(f"/out/{n}")) for n in range(2)]
    for party in sites:
        for _ in range(2):
            client = world.app.test_client()
            sub_of(client, party)
            client.post("/account/log-out", data=form(client), headers=OWN)
    keys = [job.key for job in put if job.name == "login.tell_logout"]
    assert keys == [party.site.key for party in sites for _ in range(2)]


def test_what_sites_were_told_is_ones_own_to_see(world: World) -> None:
    site, client = world.a_site(), world.app.test_client()
    sub_of(client, site)
    [account] = client.get("/account/export").get_json()["accounts"]
    assert (account["told_to"], account["aliases"]) == ([site.site.key], [])
