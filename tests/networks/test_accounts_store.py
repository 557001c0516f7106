"""Connected accounts: what is stored can be read here only, and is renewed by one at a time."""

from __future__ import annotations

import multiprocessing
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.database import Database
from core.errors import FetchFailed, NotFound
from core.events import Events
from core.schema import upgrade
from core.sites import Sites
from core.vault import Vault
from networks.account_tables import NetworkAccountRow
from networks.accounts import Accounts, NeedsOwner, Tokens
from networks.oauth import Profile
from tests.doubles import some_settings

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ANN = Profile("x", "https://x.com", "42", name="Ann", handle="ann")
KEYS = "k" * 40


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def store(folder: Path, clock: Clock | None = None, key: str = KEYS) -> Accounts:
    settings = some_settings(folder, secret_key=key)
    database = Database(f"sqlite:///{folder / 'a.sqlite'}")
    upgrade(database)
    made = Accounts(database, Vault(settings), clock or Clock())
    made.database = database  # type: ignore[attr-defined]
    return made


def a_site(accounts: Accounts) -> str:
    return Sites(accounts._database).add("Blog", origins=("https://blog.example.org",), return_to=()).key


def tokens(hours: float | None = 2, access: str = "ACCESS-1", refresh: str = "REFRESH-1") -> Tokens:
    return Tokens(access, refresh, None if hours is None else NOW + timedelta(hours=hours))


def never(_: Tokens) -> Tokens:
    raise AssertionError("nothing is to be renewed")


def row(accounts: Accounts, account_id: str) -> NetworkAccountRow:
    with accounts._database.session() as session:
        return session.get_one(NetworkAccountRow, account_id)


def test_a_token_is_used_while_it_is_young(tmp_path: Path) -> None:
    clock = Clock()
    accounts = store(tmp_path, clock)
    made = accounts.connect(a_site(accounts), ANN, tokens(), ("tweet.read",))
    clock.now += timedelta(minutes=90)
    assert accounts.access(made.id, never) == "ACCESS-1"
    assert accounts.due() == []


def test_it_is_renewed_before_it_ends(tmp_path: Path) -> None:
    clock = Clock()
    accounts = store(tmp_path, clock)
    made = accounts.connect(a_site(accounts), ANN, tokens(), ())
    clock.now += timedelta(minutes=100)
    assert accounts.due() == [made.id]
    seen: list[Tokens] = []

    def renew(old: Tokens) -> Tokens:
        seen.append(old)
        return Tokens("ACCESS-2", "", clock.now + timedelta(hours=2))

    assert accounts.access(made.id, renew) == "ACCESS-2"
    assert seen[0].refresh == "REFRESH-1"
    assert accounts.access(made.id, never) == "ACCESS-2"
    clock.now += timedelta(hours=2)
    accounts.access(made.id, renew)
    assert seen[1].refresh == "REFRESH-1"  # a network that gives no new one lets us keep the old


def test_47_what_is_stored_opens_in_its_own_row_only(tmp_path: Path) -> None:
    accounts = store(tmp_path)
    site = a_site(accounts)
    one = accounts.connect(site, ANN, tokens(), ())
    two = accounts.connect(site, Profile("x", "https://x.com", "43"), tokens(access="ACCESS-OTHER"), ())
    for secret in (b"ACCESS-1", b"REFRESH-1", b"ACCESS-OTHER"):
        assert secret not in (tmp_path / "a.sqlite").read_bytes()
    other = row(accounts, two.id).sealed
    with accounts._database.session(write=True) as session:
        session.get_one(NetworkAccountRow, one.id).sealed = other
    with pytest.raises(NeedsOwner):
        accounts.access(one.id, never)


def test_47_a_key_can_be_changed(tmp_path: Path) -> None:
    made = store(tmp_path)
    account = made.connect(a_site(made), ANN, tokens(), ())
    assert store(tmp_path, key=f"{'n' * 40},{KEYS}").access(account.id, never) == "ACCESS-1"
    with pytest.raises(NeedsOwner):
        store(tmp_path, key="n" * 40).access(account.id, never)


def test_the_owner_is_asked_once(tmp_path: Path) -> None:
    clock = Clock()
    accounts = store(tmp_path, clock)
    made = accounts.connect(a_site(accounts), ANN, tokens(), ())
    clock.now += timedelta(hours=3)

    def refuse(_: Tokens) -> Tokens:
        raise NeedsOwner("invalid_grant")

    for _ in range(3):
        with pytest.raises(NeedsOwner):
            accounts.access(made.id, refuse)
    assert accounts.find(made.id).state == "needs_owner"
    told: list[str] = []
    Events(accounts._database).consume("test", lambda event: told.append(event.kind))
    assert told == ["account.needs_owner"]
    accounts.connect(made.site_key, ANN, tokens(access="ACCESS-3", hours=None), ())
    assert accounts.access(made.id, never) == "ACCESS-3"


def test_a_network_that_is_down_does_not_cost_the_account(tmp_path: Path) -> None:
    clock = Clock()
    accounts = store(tmp_path, clock)
    made = accounts.connect(a_site(accounts), ANN, tokens(), ())

    def down(_: Tokens) -> Tokens:
        raise FetchFailed("down")

    clock.now += timedelta(minutes=110)
    assert accounts.access(made.id, down) == "ACCESS-1"  # the old one is still good
    clock.now += timedelta(minutes=20)
    with pytest.raises(FetchFailed):
        accounts.access(made.id, down)
    assert accounts.access(made.id, lambda _: Tokens("ACCESS-2", "r", clock.now + timedelta(hours=2))) == "ACCESS-2"


def test_disconnecting_gives_back_what_there_was(tmp_path: Path) -> None:
    accounts = store(tmp_path)
    made = accounts.connect(a_site(accounts), ANN, tokens(), ())
    given = accounts.disconnect(made.id)
    assert given
    assert given.refresh == "REFRESH-1"
    assert accounts.all() == []
    with pytest.raises(NotFound):
        accounts.find(made.id)


# --- 48: twenty at once, in two processes, are one renewal ---


def _use(folder: Path, account_id: str, calls: Path, got: object) -> None:
    clock = Clock()
    clock.now += timedelta(hours=3)
    accounts = store(folder, clock)

    def renew(_: Tokens) -> Tokens:
        with calls.open("a") as file:
            file.write("x")
        time.sleep(0.3)
        return Tokens("ACCESS-2", "REFRESH-2", clock.now + timedelta(hours=2))

    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(accounts.access(account_id, renew))) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    got.put(found)  # type: ignore[attr-defined]


def test_48_one_renewal_for_twenty_over_two_processes(tmp_path: Path) -> None:
    accounts = store(tmp_path)
    made = accounts.connect(a_site(accounts), ANN, tokens(), ())
    context = multiprocessing.get_context("spawn")
    got, calls = context.Queue(), tmp_path / "calls"
    workers = [context.Process(target=_use, args=(tmp_path, made.id, calls, got)) for _ in range(2)]
    for worker in workers:
        worker.start()
    found = [token for _ in workers for token in got.get(timeout=60)]
    for worker in workers:
        worker.join()
    assert found == ["ACCESS-2"] * 20
    assert calls.read_text() == "x"
