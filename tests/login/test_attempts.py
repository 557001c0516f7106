"""Attempts: once, in one browser, for one network, ten minutes, and not without bound. (Threats 15, 33 to 36.)"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from core.database import Database
from core.settings import Settings
from core.vault import Vault
from login import attempts as module
from login.attempts import Attempts, Start
from login.problems import LoginFailed
from login.tables import AttemptRow
from tests.doubles import an_app

BROWSER, OTHER = "b" * 40, "o" * 40
START = Start("github", BROWSER, extra={"dpop": "a key"})


class Clock:
    """A time that a test moves."""

    def __init__(self) -> None:
        self.at = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def attempts(database: Database, clock: Clock) -> Attempts:
    return Attempts(database, Vault(Settings(secret_key=("k" * 40,))), clock)


def rows(database: Database) -> int:
    with database.session() as session:
        return session.scalar(select(func.count()).select_from(AttemptRow)) or 0


def test_an_attempt_comes_back_whole(attempts: Attempts) -> None:
    begun = attempts.begin(START)
    attempt = attempts.take(begun.state, BROWSER, "github")
    assert (attempt.verifier, attempt.nonce) == (begun.verifier, begun.nonce)
    assert attempt.extra == {"dpop": "a key"}
    assert len({begun.state, begun.verifier, begun.nonce}) == 3


def test_33_it_is_good_once(attempts: Attempts) -> None:
    begun = attempts.begin(START)
    attempts.take(begun.state, BROWSER, "github")
    with pytest.raises(LoginFailed):
        attempts.take(begun.state, BROWSER, "github")


@pytest.mark.parametrize(
    ("browser", "network", "server"),
    [(OTHER, "github", ""), ("", "github", ""), (BROWSER, "gitlab", ""), (BROWSER, "github", "evil.example")],
)
def test_33_35_any_other_browser_network_or_server_ends_it(
    attempts: Attempts, browser: str, network: str, server: str
) -> None:
    begun = attempts.begin(START)
    with pytest.raises(LoginFailed, match="attempt over"):
        attempts.take(begun.state, browser, network, server)
    with pytest.raises(LoginFailed):
        attempts.take(begun.state, BROWSER, "github")


def test_33_it_lives_ten_minutes(attempts: Attempts, clock: Clock) -> None:
    begun, late = attempts.begin(START), attempts.begin(START)
    clock.at += timedelta(minutes=9, seconds=59)
    attempts.take(begun.state, BROWSER, "github")
    clock.at += timedelta(seconds=1)
    with pytest.raises(LoginFailed):
        attempts.take(late.state, BROWSER, "github")


def test_33_two_tabs_do_not_disturb_each_other(attempts: Attempts) -> None:
    one, two = attempts.begin(START), attempts.begin(START)
    assert attempts.take(two.state, BROWSER, "github").nonce == two.nonce
    assert attempts.take(one.state, BROWSER, "github").nonce == one.nonce


@pytest.mark.parametrize("state", ["", "x", "\x00", "é\ud83d", "x" * 100_000])
def test_33_what_was_never_a_state_is_refused(attempts: Attempts, state: str) -> None:
    with pytest.raises(LoginFailed):
        attempts.take(state, BROWSER, "github")


def test_36_a_copy_of_the_table_finishes_nobodys_login(attempts: Attempts, database: Database) -> None:
    begun = attempts.begin(START)
    with database.session() as session:
        stored = " ".join(
            str(value) for row in session.execute(text("SELECT * FROM login_attempts")) for value in row
        )
    for secret in (begun.state, begun.verifier, begun.nonce, BROWSER, "a key"):
        assert secret not in stored


def test_a_row_moved_does_not_open(attempts: Attempts, database: Database) -> None:
    begun, other = attempts.begin(START), attempts.begin(START)
    with database.session() as session:
        session.execute(text("UPDATE login_attempts SET sealed = (SELECT max(sealed) FROM login_attempts)"))
    opened = 0
    for one in (begun, other):
        try:
            opened += attempts.take(one.state, BROWSER, "github").nonce == one.nonce
        except LoginFailed:
            continue
    assert opened == 1, "the row it belongs to"


def test_15_they_do_not_grow_without_bound(
    attempts: Attempts, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST", 200)
    for n in range(500):
        attempts.begin(Start("github", f"browser {n}"))
    assert rows(database) == 200


def test_15_one_browser_keeps_ten(attempts: Attempts, database: Database, clock: Clock) -> None:
    begun = []
    for _ in range(15):
        clock.at += timedelta(seconds=1)
        begun.append(attempts.begin(START))
    assert rows(database) == 10
    assert attempts.take(begun[-1].state, BROWSER, "github")
    with pytest.raises(LoginFailed):
        attempts.take(begun[0].state, BROWSER, "github")


def test_15_ended_ones_go_with_the_next(attempts: Attempts, database: Database, clock: Clock) -> None:
    attempts.begin(START)
    clock.at += timedelta(minutes=11)
    attempts.begin(START)
    assert rows(database) == 1
    clock.at += timedelta(minutes=11)
    attempts.sweep()
    assert rows(database) == 0


def test_15_who_only_looks_leaves_nothing_and_is_counted(tmp_path: Path) -> None:
    from login.routes import LOOKS
    from tests.login.parties import a_party

    app = an_app(tmp_path, limits="on")
    party, client = a_party(app), app.test_client()
    services = app.extensions["handbill"]
    assert client.get(party.address()).status_code == 200
    for _ in range(LOOKS.amount - 1):
        services.limits.hit(LOOKS, "127.0.0.1")
    assert client.get(party.address()).status_code == 429
    # Saying no keeps an answer for two minutes, saying yes makes a code: both are counted too.
    request = party.address(popup="on", state="a").partition("?")[2]
    assert client.get("/oauth/popup", query_string={"request": request}).status_code == 429
    assert client.post("/oauth/authorize/answer", data={"request": request}).status_code == 429
    assert rows(services.database) == 0
    app.extensions["handbill"].close()
