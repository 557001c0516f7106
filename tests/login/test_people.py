"""People and accounts: who is the same person, and who is not. (Threats 39 to 42, 44.)"""

from __future__ import annotations

import threading
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.database import Database
from core.errors import NotFound
from login.people import People
from login.problems import LoginFailed
from networks.oauth import Profile
from tests.login.parties import ANN, BOB, a_party, form_of, links_of, log_in, sent_to

GITHUB = Profile("github", "https://github.com", "42", "Ann", "ann", email="ann@example.org", email_verified=True)
GOOGLE = Profile("google", "https://accounts.google.com", "g-1", "Ann", email="ann@example.org", email_verified=True)


@pytest.fixture
def people(database: Database) -> People:
    """Everybody, on each engine in turn."""
    return People(database)


def changed(profile: Profile, **by: object) -> Profile:
    from dataclasses import replace

    return replace(profile, **by)  # type: ignore[arg-type]


def test_39_a_new_name_is_the_same_account(people: People) -> None:
    first = people.met(GITHUB)
    again = people.met(changed(GITHUB, name="Anna", handle="anna", email="anna@example.org"))
    assert (again.id, again.person_id) == (first.id, first.person_id)
    assert again.profile.handle == "anna"


@pytest.mark.parametrize(
    "other",
    [
        changed(GITHUB, subject="43"),
        changed(GITHUB, subject="042"),
        changed(GITHUB, subject=" 42"),
        changed(GITHUB, issuer="https://ghe.example.org"),
        GOOGLE,
    ],
)
def test_39_another_subject_issuer_or_network_is_somebody_else(people: People, other: Profile) -> None:
    """Whatever else is equal: name, handle, a verified e-mail address."""
    assert people.met(GITHUB).person_id != people.met(other).person_id


@pytest.mark.parametrize("first", ["Subject", "subject"])
def test_39_subjects_differ_in_case(people: People, first: str) -> None:
    one, other = people.met(changed(GITHUB, subject=first)), people.met(changed(GITHUB, subject=first.swapcase()))
    assert one.person_id != other.person_id


def test_40_an_address_that_is_absent_is_not_verified(people: People) -> None:
    assert people.met(changed(GITHUB, email="")).profile.email_verified is False


@pytest.mark.parametrize("email", ["an\u202en@example.org", "a" * 300 + "@example.org"])
def test_40_an_address_that_is_not_kept_whole_is_not_verified(people: People, email: str) -> None:
    kept = people.met(changed(GITHUB, email=email)).profile
    assert kept.email != email
    assert not kept.email_verified


def test_41_no_two_people_become_one_by_an_address(people: People) -> None:
    """The classic merge: an attacker is first with the victim's address, from a network that does not check."""
    attacker = people.met(changed(GITHUB, subject="666", email_verified=False))
    victim = people.met(GOOGLE)
    assert attacker.person_id != victim.person_id
    assert [a.profile.network for a in people.accounts(attacker.person_id)] == ["github"]
    assert [a.profile.network for a in people.accounts(victim.person_id)] == ["google"]


def test_41_an_account_of_somebody_else_is_not_taken(people: People) -> None:
    ann, bob = people.met(GITHUB), people.met(GOOGLE)
    with pytest.raises(LoginFailed) as caught:
        people.link(bob.person_id, GITHUB)
    assert caught.value.code == "account_taken"
    assert people.met(GITHUB).person_id == ann.person_id


def test_an_account_joined_logs_in_as_its_owner(people: People) -> None:
    ann = people.met(GITHUB)
    people.link(ann.person_id, GOOGLE)
    people.link(ann.person_id, GOOGLE)
    assert people.met(GOOGLE).person_id == ann.person_id
    assert len(people.accounts(ann.person_id)) == 2


def test_42_the_last_account_stays(people: People) -> None:
    ann = people.met(GITHUB)
    with pytest.raises(LoginFailed) as caught:
        people.unlink(ann.person_id, ann.id)
    assert caught.value.code == "last_account"
    google = people.link(ann.person_id, GOOGLE)
    with pytest.raises(NotFound):
        people.unlink(people.met(changed(GITHUB, subject="7")).person_id, google.id)
    people.unlink(ann.person_id, ann.id)
    assert people.met(GITHUB).person_id != ann.person_id, "whoever holds it now is new here"


def test_44_a_hostile_profile_is_kept_small_and_plain(people: People) -> None:
    evil = Profile(
        "mastodon", "https://evil.example", "u" * 500, name="x" * 10_000 + "\0", url="javascript:alert(1)",
        picture="http://127.0.0.1/x.png", email="e" * 5000, lang="\0",
    )  # fmt: skip
    kept = people.met(evil).profile
    assert len(kept.name) == 300
    assert (kept.url, kept.picture, kept.lang) == ("", "", "")
    for subject in ("", "s" * 600, "a\0"):
        with pytest.raises(LoginFailed):
            people.met(changed(evil, subject=subject))


def test_who_comes_twice_at_once_is_one_person(people: People) -> None:
    found: list[str] = []
    start = threading.Barrier(6)

    def come() -> None:
        start.wait()
        found.append(people.met(GITHUB).person_id)

    threads = [threading.Thread(target=come) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert len(set(found)) == 1


def adding(client: FlaskClient) -> str:
    """The link on one's own page that adds a developer's account."""
    return next(link for link in links_of(client.get("/account")) if link.startswith("/login/developer"))


def add(client: FlaskClient, link: str, who: dict[str, str]) -> int:
    page = client.get(link)
    if page.status_code != 200:
        return page.status_code
    action, fields = form_of(page)
    return client.post(action, data={**fields, **who}).status_code


def test_41_accounts_are_joined_by_who_has_just_logged_in(app: Flask, client: FlaskClient) -> None:
    import time_machine

    party = a_party(app)
    log_in(client, party.address())
    link = adding(client)
    other = app.test_client()
    log_in(other, party.address(), {**BOB, "subject": "carol"})
    assert add(other, link, BOB) == 400, "the link is another session's"
    assert add(app.test_client(), link, BOB) == 400
    assert add(client, link, BOB) == 303
    assert "Bob Example" in client.get("/account").get_data(as_text=True)
    assert add(client, adding(client), {**BOB, "subject": "carol"}) == 409
    from datetime import UTC, datetime, timedelta

    late = adding(client)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=6), tick=False):
        assert add(client, late, {**BOB, "subject": "dora"}) == 403
        assert "Log in again" in client.get("/account").get_data(as_text=True)


def test_41_an_attackers_open_session_sees_nothing_of_a_victim(app: Flask, client: FlaskClient) -> None:
    """The unexpired session and the trojan identifier: the victim's login makes a person of its own."""
    party = a_party(app)
    log_in(client, party.address(), {**ANN, "subject": "attacker"})
    victim = app.test_client()
    log_in(victim, party.address(), ANN)
    ids = []
    for browser in (client, victim):
        token = party.exchange(browser, sent_to(browser.get(party.address()))["code"]).get_json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        ids.append(browser.get("/oauth/userinfo", headers=headers).get_json()["sub"])
    assert ids[0] != ids[1]


def test_42_taking_an_account_away_ends_its_sessions(app: Flask, client: FlaskClient) -> None:
    party = a_party(app)
    log_in(client, party.address())
    add(client, adding(client), BOB)
    bobs = app.test_client()
    log_in(bobs, party.address(), BOB)
    assert "code" in sent_to(bobs.get(party.address()))
    ann = app.test_client()
    log_in(ann, party.address())
    text = ann.get("/account").get_data(as_text=True)
    account = text.split('name="account" value="')[2].split('"')[0]
    token = text.split('name="token" value="')[1].split('"')[0]
    form = {"account": account, "token": token}
    assert ann.post("/account/unlink", data=form).status_code == 403, "without an Origin"
    assert ann.post("/account/unlink", data=form, headers={"Origin": "http://127.0.0.1:8000"}).status_code == 303
    assert sent_to(bobs.get(party.address(prompt="none")))["error"] == "login_required"


def test_a_page_that_asks_for_a_login_of_a_strangers_site_is_refused(client: FlaskClient) -> None:
    assert client.get("/login/developer?site=nobody&return_to=" + quote("https://x.example/")).status_code == 400
