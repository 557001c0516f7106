"""What is good once is so on PostgreSQL too, where writers do not queue as on SQLite: codes, refresh tokens,
attempts, invitations, and the renewal of a kept token over two processes."""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from flask import Flask

from core.database import Database
from core.schema import upgrade
from core.settings import Settings
from core.times import utc_now
from core.vault import Vault
from login.attempts import Start
from login.invitations import Invitations
from login.problems import LoginFailed
from login.tables import TokenRow
from networks.accounts import Accounts, Tokens
from networks.oauth import Profile
from tests.doubles import a_site, an_app
from tests.login.parties import a_code, a_party, tokens

pytestmark = pytest.mark.servers
Found = TypeVar("Found")
VAULT = Vault(Settings(secret_key=("k" * 40,)))
ANN = Profile("x", "https://x.com", "42", name="Ann")


@pytest.fixture
def there(postgres_url: str) -> str:
    """The address of a PostgreSQL database with our tables."""
    database = Database(postgres_url)
    upgrade(database)
    database.close()
    return postgres_url


@pytest.fixture
def app(tmp_path: Path, there: str) -> Iterator[Flask]:
    made = an_app(tmp_path, database_url=there.replace("postgresql+psycopg", "postgresql"))
    yield made
    made.extensions["handbill"].close()


def race(count: int, act: Callable[[], Found]) -> list[Found]:
    """Do the same thing many times at once; return what came of each."""
    found: list[Found] = []
    start = threading.Barrier(count)

    def run() -> None:
        start.wait()
        found.append(act())

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == count
    return found


def went(act: Callable[[], Any]) -> bool:
    """Whether something was done, and not refused."""
    try:
        act()
    except LoginFailed:
        return False
    return True


def test_5_18_33_one_of_many_succeeds(app: Flask) -> None:
    party, client = a_party(app), app.test_client()
    code = a_code(client, party)
    statuses = race(8, lambda: party.exchange(app.test_client(), code).status_code)
    assert (statuses.count(200), statuses.count(400)) == (1, 7)

    given = tokens(app.test_client(), party, scope="openid offline_access")["refresh_token"]
    statuses = race(6, lambda: party.refresh(app.test_client(), given).status_code)
    assert statuses.count(200) <= 1
    with app.extensions["handbill"].database.session() as session:
        assert session.query(TokenRow).filter(TokenRow.kind == "refresh", TokenRow.used.is_(None)).count() <= 1

    logins = app.extensions["handbill"].logins
    begun = logins.attempts.begin(Start("github", "b" * 40))
    assert sum(race(8, lambda: went(lambda: logins.attempts.take(begun.state, "b" * 40, "github")))) == 1

    invitations = Invitations(app.extensions["handbill"].database)
    token = invitations.invite(party.site.key, "x")
    found = invitations.look(token, "b" * 40)
    assert sum(race(8, lambda: went(lambda: invitations.use(found.hash, "b" * 40)))) == 1


def test_39_many_first_logins_of_one_person_make_one(app: Flask) -> None:
    logins = app.extensions["handbill"].logins
    assert len({account.person_id for account in race(8, lambda: logins.people.met(ANN))}) == 1
    key, [person] = a_site(app).key, {logins.people.met(ANN).person_id}
    assert len(set(race(8, lambda: logins.people.subject(person, key)))) == 1


def _use(url: str, account_id: str, calls: Path, start: Any, got: Any) -> None:
    """Want the token ten times at once, in a process of its own."""
    database = Database(url)
    accounts = Accounts(database, VAULT)

    def renew(_: Tokens) -> Tokens:
        with calls.open("a") as file:
            file.write("x")
        time.sleep(0.3)
        return Tokens("ACCESS-2", "REFRESH-2", utc_now() + timedelta(hours=2))

    start.wait(60)
    got.put(race(10, lambda: accounts.access(account_id, renew)))
    database.close()


def test_48_one_renewal_for_twenty_over_two_processes(app: Flask, there: str, tmp_path: Path) -> None:
    accounts = Accounts(app.extensions["handbill"].database, VAULT)
    ended = Tokens("ACCESS-1", "REFRESH-1", utc_now() - timedelta(seconds=1))
    made = accounts.connect(a_site(app).key, ANN, ended, ())
    context = multiprocessing.get_context("spawn")
    start, got, calls = context.Barrier(2), context.Queue(), tmp_path / "calls"
    workers = [context.Process(target=_use, args=(there, made.id, calls, start, got)) for _ in range(2)]
    for worker in workers:
        worker.start()
    found = [token for _ in workers for token in got.get(timeout=60)]
    for worker in workers:
        worker.join()
    assert found == ["ACCESS-2"] * 20
    assert calls.read_text() == "x"
