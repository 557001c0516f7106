"""Workers as real processes: killed in the middle of work, asked to stop, and taken over by others."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import jobs_beats as beats
from core.database import Database
from core.errors import Misconfigured
from core.jobs_worker import own_name
from core.schema import upgrade
from tests.core.jobs_doubles import AWorker, SomeServices, Workers, lines, some_services, until


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    made = Workers()
    yield made
    made.end()


@pytest.fixture
def services(tmp_path: Path) -> Iterator[SomeServices]:
    made = some_services(tmp_path / "data")
    yield made
    made.close()


@pytest.fixture
def on_postgres(tmp_path: Path, postgres_url: str) -> Iterator[SomeServices]:
    made = some_services(tmp_path / "data", postgres_url, tmp_path / "trace")
    yield made
    made.close()


def said(services: SomeServices, word: str) -> list[str]:
    return [line[1] for line in lines(services.trace) if line[0] == word]


def end(*ending: AWorker) -> list[int]:
    for worker in ending:
        worker.send(signal.SIGTERM)
    return [worker.wait() for worker in ending]


def put(services: SomeServices, count: int, seconds: float, key: str = "", first: int = 0) -> set[str]:
    names = range(first, first + count)
    for n in names:
        services.jobs.enqueue("slow", {"n": n, "seconds": seconds}, key=key)
    return {str(n) for n in names}


def left(services: SomeServices) -> int:
    status = services.jobs.status()
    return status.waiting + status.running


def test_what_a_killed_worker_had_begun_runs_again_when_it_is_back(services: SomeServices, workers: Workers) -> None:
    wanted = put(services, 5, 0) | put(services, 20, 1.0, first=5)
    worker = workers.start(services)
    until(lambda: left(services) <= 20)
    until(lambda: len(said(services, "begin")) > 15)
    worker.kill()
    begun, ended = said(services, "begin"), said(services, "end")
    in_flight = set(begun) - set(ended)
    assert len(in_flight) > 5
    worker = workers.start(services)
    until(lambda: set(said(services, "end")) == wanted)
    again = said(services, "begin")[len(begun) :]
    assert in_flight <= set(again), "what was cut off runs again"
    assert not set(again) & {str(n) for n in range(5)}, "what was finished for long does not"
    assert end(worker) == [0]
    until(lambda: services.jobs.status().running == 0)


@pytest.mark.servers
def test_the_work_of_a_worker_that_never_returns_is_taken_over(
    on_postgres: SomeServices, workers: Workers, tmp_path: Path
) -> None:
    wanted = put(on_postgres, 20, 1.0) | put(on_postgres, 3, 0.3, key="one", first=20)
    first = workers.start(on_postgres, tmp_path / "first")
    until(lambda: len(said(on_postgres, "begin")) >= 15)
    with on_postgres.database.session() as session:
        before = beats.living(session, 60)
    second = workers.start(on_postgres, tmp_path / "second")
    first.kill()
    in_flight = set(said(on_postgres, "begin")) - set(said(on_postgres, "end"))
    assert in_flight
    until(lambda: set(said(on_postgres, "end")) == wanted)
    until(lambda: on_postgres.jobs.status().running == 0)
    with on_postgres.database.session() as session:
        assert not before & beats.living(session, 60), "the dead are forgotten"
    assert end(second) == [0]
    with on_postgres.database.session() as session:
        assert beats.living(session, 60) == set(), "who leaves in order too"
    assert on_postgres.jobs.status().failed == 0


@pytest.mark.servers
def test_jobs_of_one_key_stay_in_turn_when_their_worker_dies(
    on_postgres: SomeServices, workers: Workers, tmp_path: Path
) -> None:
    put(on_postgres, 4, 0.4, key="one")
    first, second = workers.start(on_postgres, tmp_path / "first"), workers.start(on_postgres, tmp_path / "second")
    until(lambda: said(on_postgres, "begin"))
    first_pid = lines(on_postgres.trace)[0][2]
    killed, other = (first, second) if str(first.pid) == first_pid else (second, first)
    killed.kill()
    until(lambda: len(set(said(on_postgres, "end"))) == 4)
    end(other)
    words = [(line[0], line[1]) for line in lines(on_postgres.trace)]
    running = ""
    for word, n in words:
        assert word == "end" or running in {"", n}, f"{n} began while {running} ran: {words}"
        running = n if word == "begin" else ""
    assert [n for word, n in words if word == "end"] == ["0", "1", "2", "3"]


def test_a_worker_listens_on_no_port_and_when_asked_to_stop_finishes_what_runs(
    services: SomeServices, workers: Workers
) -> None:
    put(services, 40, 1.0)
    worker = workers.start(services)
    until(lambda: said(services, "begin"))
    assert listening(worker.pid) == set()
    assert end(worker) == [0]
    begun = said(services, "begin")
    assert set(begun) == set(said(services, "end"))
    assert len(begun) < 40
    status = services.jobs.status()
    assert (status.running, status.waiting) == (0, 40 - len(begun))
    with services.database.session() as session:
        assert beats.living(session, 60) == set()


def test_a_worker_asked_to_stop_does_not_wait_for_ever(services: SomeServices, workers: Workers) -> None:
    put(services, 1, 300)
    worker = workers.start(services, grace=1.0)
    until(lambda: said(services, "begin"))
    assert end(worker) == [7], "which says that something was cut off"
    assert services.jobs.status().running == 1
    with services.database.session() as session:
        assert beats.living(session, 60), "it stays down, so that somebody takes the work over"


def test_a_job_that_kills_its_worker_is_given_up(services: SomeServices, workers: Workers) -> None:
    services.jobs.enqueue("die", {"n": "x"})
    assert workers.start(services, deaths=0).wait() == -signal.SIGKILL
    worker = workers.start(services, deaths=0)
    until(lambda: services.jobs.status().failed == 1)
    [failed] = services.jobs.status().newest_failed
    assert failed.name == "die"
    assert "worker died" in failed.error
    assert said(services, "begin") == ["x"]
    assert end(worker) == [0]


def listening(pid: int) -> set[str]:
    """The sockets of a process that are bound to a port."""
    mine = {str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink()}
    tables = [Path(f"/proc/net/{kind}").read_text() for kind in ("tcp", "tcp6", "udp", "udp6")]
    return mine & {f"socket:[{row.split()[9]}]" for table in tables for row in table.splitlines()[1:]}


def test_each_worker_has_a_name_that_stays(tmp_path: Path) -> None:
    with own_name(tmp_path, shared=False) as first, own_name(tmp_path, shared=False) as second:
        assert first != second
    with own_name(tmp_path, shared=False) as again:
        assert again == first
    with own_name(tmp_path / "copy", shared=True) as other:
        assert other not in {first, second}


def test_too_many_workers_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.jobs_worker._MOST_WORKERS", 1)
    with own_name(tmp_path, shared=False), pytest.raises(Misconfigured), own_name(tmp_path, shared=False):
        pass


def test_who_lives_is_told_by_the_databases_clock(database: Database) -> None:
    with database.session() as session:
        assert beats.state(session) == beats.NOBODY
    beats.beat(database, "a")
    with database.session() as session:
        assert beats.state(session) == beats.OK
        assert beats.living(session) == {"a"}
        assert beats.living(session, 0) == set()
        assert beats.silent_ones(session, 0) == {"a"}
    beats.leave(database, "a")
    with database.session() as session:
        assert beats.state(session) == beats.NOBODY


@pytest.mark.servers
def test_only_one_worker_at_a_time_looks_after_the_dead(postgres_url: str) -> None:
    from core.jobs_worker import _alone

    first, second = Database(postgres_url), Database(postgres_url)
    upgrade(first)
    with _alone(first) as mine, _alone(second) as theirs:
        assert mine is not None
        assert theirs is None
    with _alone(second) as mine:
        assert mine is not None
    first.close()
    second.close()


def test_a_stop_from_within_ends_a_worker(services: SomeServices) -> None:
    from core.jobs_worker import Pace, run

    stop = threading.Event()
    stop.set()
    assert run(services, stop=stop, pace=Pace(poll=0.05))
    assert services.jobs.status().running == 0
