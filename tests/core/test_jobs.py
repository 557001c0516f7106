"""What both kinds of jobs promise: the eager one for tests, and the real one on each database with its worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.errors import Busy, HostBusy
from core.jobs import MOST_WAIT, WAITS, Job, Jobs, reason
from core.jobs_dbos import DbosJobs
from core.jobs_eager import EagerJobs
from core.settings import Settings
from core.times import utc_now
from tests.core.jobs_doubles import nothing, until

QUICK = (0.05, 0.05)


class Desk:
    """A handler that notes what it was asked to do, and fails where it is told to."""

    def __init__(self) -> None:
        self.done: list[dict[str, Any]] = []
        self.fail: dict[str, Exception] = {}
        self.jobs: Jobs

    def handlers(self) -> dict[str, Callable[[dict[str, Any], Any], object]]:
        return {"note": self.note, "chain": self.chain, "keep.failing": self.note}

    def note(self, payload: dict[str, Any], services: Any) -> None:
        assert services is self
        self.done.append(payload)
        if (error := self.fail.get(payload.get("of", ""))) is not None:
            raise error

    def chain(self, payload: dict[str, Any], services: Any) -> None:
        self.note(payload, services)
        if payload["n"]:
            self.jobs.enqueue("chain", {**payload, "n": payload["n"] - 1})

    def did(self, of: str) -> list[Any]:
        return [payload["n"] for payload in self.done if payload.get("of") == of]


@pytest.fixture(params=["eager", "sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    """A handler with jobs of each kind, ready to run."""
    desk = Desk()
    if request.param == "eager":
        desk.jobs = EagerJobs(desk.handlers(), desk, waits=QUICK)
        yield desk
        return
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else ""
    desk.jobs = jobs = DbosJobs(Settings(data=tmp_path, database_url=url), desk.handlers(), waits=QUICK)
    jobs.upgrade()
    jobs.launch("tests", desk, poll=0.02)
    yield desk
    jobs.drain(5)
    jobs.close()


def settle(desk: Desk) -> None:
    """Let everything run, the delayed too, until nothing is left."""
    if isinstance(desk.jobs, EagerJobs):
        while desk.jobs.run_delayed():
            pass
        return

    def nothing_left() -> bool:
        found = desk.jobs.status(0)
        return not (found.waiting + found.delayed + found.running)

    until(nothing_left)


Promise = Callable[[Desk], Iterator[None]]
PROMISES: list[Promise] = []


def promise(function: Promise) -> Promise:
    """A test in parts: at each ``yield`` all wait together for what was put. A worker takes seconds to start."""
    PROMISES.append(function)
    return function


def test_jobs_keep_every_promise(desk: Desk) -> None:
    going = [function(desk) for function in PROMISES]
    while going:
        going = [part for part in going if next(part, "over") is None]
        settle(desk)


@promise
def a_payload_arrives_as_it_was(desk: Desk) -> Iterator[None]:
    n = {"text": "Grüße \0 👋 'x\" \\", "list": [1, 2.5, None, True], "big": 2**53, "nested": {"a": {"b": []}}}
    desk.jobs.enqueue("note", {"of": "payload", "n": n})
    desk.jobs.enqueue("note")
    yield
    assert desk.did("payload") == [n]
    assert {} in desk.done


@promise
def a_delayed_job_waits(desk: Desk) -> Iterator[None]:
    desk.jobs.enqueue("note", {"of": "delay", "n": "late"}, delay=1.5)
    desk.jobs.enqueue("note", {"of": "delay", "n": "soon"})
    yield
    assert desk.did("delay") == ["soon", "late"]


@promise
def a_dedupe_key_gives_the_same_job(desk: Desk) -> Iterator[None]:
    given = {desk.jobs.enqueue("note", {"of": "dedupe", "n": n}, dedupe="a", delay=0.5) for n in range(5)}
    other = desk.jobs.enqueue("note", {"of": "dedupe", "n": 7}, dedupe="b")
    yield
    assert len(given) == 1
    assert other not in given
    assert sorted(desk.did("dedupe")) == [0, 7]
    assert desk.jobs.enqueue("note", {"of": "dedupe", "n": 8}, dedupe="a") not in given, (
        "when done, it may come again"
    )
    yield
    assert sorted(desk.did("dedupe")) == [0, 7, 8]


@promise
def a_failing_job_is_tried_again(desk: Desk) -> Iterator[None]:
    desk.fail["once"] = KeyError("x")
    desk.jobs.enqueue("note", {"of": "once", "n": 1}, key="k")
    until(lambda: desk.did("once"))
    del desk.fail["once"]
    yield
    assert desk.did("once") == [1, 1]


@promise
def a_job_that_goes_on_failing_is_kept_with_its_reason(desk: Desk) -> Iterator[None]:
    desk.fail["always"] = RuntimeError("no luck with password=hunter2 at https://a.example/?token=abc")
    job = desk.jobs.enqueue("keep.failing", {"of": "always", "n": 1})
    yield
    assert len(desk.did("always")) == len(QUICK) + 1
    status = desk.jobs.status()
    assert status.failed == 1, "and no other has"
    [failed] = status.newest_failed
    assert (failed.id, failed.name, failed.attempts) == (job, "keep.failing", len(QUICK) + 1)
    assert failed.error.startswith("RuntimeError: no luck")
    assert "hunter2" not in failed.error
    assert "abc" not in failed.error
    assert failed.at is not None
    assert abs(failed.at - utc_now()) < timedelta(minutes=1)


@promise
def a_dedupe_key_holds_while_a_job_is_to_be_tried_again(desk: Desk) -> Iterator[None]:
    desk.fail["busy"] = Busy("later", retry_at=utc_now() + timedelta(seconds=2))
    first = desk.jobs.enqueue("note", {"of": "busy", "n": 1}, dedupe="d", key="k2")
    until(lambda: desk.did("busy"))
    until(lambda: not desk.jobs.status(0).running)
    del desk.fail["busy"]
    assert desk.jobs.enqueue("note", {"of": "busy", "n": "not needed"}, dedupe="d", key="k2") == first
    yield
    assert desk.did("busy") == [1, 1]


@promise
def jobs_put_jobs(desk: Desk) -> Iterator[None]:
    desk.jobs.enqueue("chain", {"of": "chain", "n": 3})
    yield
    assert desk.did("chain") == [3, 2, 1, 0]


MISTAKES: list[tuple[str, dict[str, Any], str]] = [
    ("nobody", {}, "no job is called"),
    ("note", {"payload": {"x": object()}}, "must be JSON"),
    ("note", {"payload": {"x": float("nan")}}, "JSON"),
    ("note", {"payload": {"x": "y" * 70_000}}, "may have 65536 bytes"),
    ("note", {"payload": {"x": "\ud800"}}, "surrogates"),
    ("note", {"key": "k" * 201}, "key"),
    ("note", {"dedupe": "a\0b"}, "dedupe"),
    ("note", {"delay": -1}, "delay"),
]


@pytest.mark.parametrize(("name", "given", "words"), MISTAKES)
def test_a_mistake_is_said_at_once(name: str, given: dict[str, Any], words: str) -> None:
    jobs = EagerJobs({"note": nothing})
    with pytest.raises(ValueError, match=words):
        jobs.enqueue(name, **given)


@pytest.mark.parametrize(("cron", "name"), [("* * * *", "note"), ("every day", "note"), ("* * * * *", "nobody")])
def test_a_schedule_that_is_none_is_said_at_once(cron: str, name: str) -> None:
    with pytest.raises(ValueError, match=r"cron|no job"):
        EagerJobs({"note": nothing}).every(cron, name)


def test_a_name_that_does_not_fit_is_said_at_once() -> None:
    with pytest.raises(ValueError, match="lower-case"):
        EagerJobs({"Bad Name": nothing})


def test_waits_grow_and_heed_who_says_when_to_come_back() -> None:
    jobs = EagerJobs({})
    for attempt, least in enumerate(WAITS, 1):
        job = Job("id", "x", {}, attempt=attempt)
        assert least <= jobs._wait(job, KeyError()) <= least * 1.2
    asked = HostBusy("wait", retry_at=utc_now() + timedelta(minutes=15))
    assert 890 < jobs._wait(Job("id", "x", {}), asked) < 900 * 1.2
    unheard_of = HostBusy("wait", retry_at=utc_now() + timedelta(days=9))
    assert jobs._wait(Job("id", "x", {}), unheard_of) <= MOST_WAIT * 1.2


def test_a_reason_is_never_empty_nor_long() -> None:
    assert reason(KeyError()) == "KeyError"
    assert len(reason(ValueError("x" * 9999))) < 600


def test_a_job_of_another_program_fails_and_the_next_goes_on() -> None:
    done: list[object] = []
    jobs = EagerJobs({"note": lambda payload, _services: done.append(payload)}, waits=())
    jobs._put(Job("old", "gone", {}), 0)
    jobs.enqueue("note")
    assert done == [{}]
    assert [f.error for f in jobs.failed] == ["LookupError: no job is called 'gone' here"]


def test_an_eager_schedule_is_run_by_hand() -> None:
    done: list[dict[str, Any]] = []
    jobs = EagerJobs({"note": lambda payload, _services: done.append(payload)})
    jobs.every("0 3 * * *", "note")
    jobs.run_due("note")
    assert list(done[0]) == ["due"]
