"""The cache: made once however many ask, stale before slow, and never a reason to fail."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.cache import Cache, build
from core.cache_entry import Entry, Life
from core.errors import AddressRefused, Busy, NotFound, Problem, TooSlow, Unreachable
from core.settings import Settings
from tests.core.cache_doubles import Clock, Loads, close, eventually, refreshing, together

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache(cache_settings: Settings, clock: Clock) -> Iterator[Cache]:
    cache = build(cache_settings)
    cache._clock = clock
    yield cache
    eventually(lambda: not refreshing())
    close(cache)


VALUES = [None, 0, "", "ü👋\0", [1, [2.5]], {"a": {"b": None}}, b"", b"\x00\xff\n{}", True]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_values_come_back_as_they_were_made(cache: Cache, value: object) -> None:
    loads = Loads(value)
    first, second = (cache.fetch("k", loads, fresh=60) for _ in range(2))
    assert first.value == second.value == value
    assert type(first.value) is type(second.value) is type(value)
    assert (loads.count, second.stale) == (1, False)


def test_the_first_caller_gets_what_the_next_ones_get(cache: Cache) -> None:
    assert [cache.fetch("k", Loads({"a": (1, 2)}), fresh=60).value for _ in range(2)] == [{"a": [1, 2]}] * 2


def test_what_cannot_be_kept_is_a_mistake_seen_at_once(cache: Cache) -> None:
    with pytest.raises(TypeError):
        cache.fetch("k", Loads(object()), fresh=60)
    assert cache.fetch("k", Loads("fine"), fresh=60).value == "fine"


def test_get_set_delete(cache: Cache, clock: Clock) -> None:
    cache.set("k", {"a": 1}, 60)
    assert cache.get("k") == {"a": 1}
    assert cache.fetch("k", Loads(), fresh=60).value == {"a": 1}
    clock.at += 60
    assert cache.get("k") is None
    cache.set("k", 2, 60)
    cache.delete("k")
    cache.delete("never there")
    assert cache.get("k") is None


@pytest.mark.parametrize("key", ["", "\0", "\udcff", "k" * 100_000, "../../etc/passwd", "k:lease"])
def test_any_text_is_a_key(cache: Cache, key: str) -> None:
    assert [cache.fetch(key, Loads(n), fresh=60).value for n in range(2)] == [0, 0]
    assert cache.fetch(key + "other", Loads(2), fresh=60).value == 2


def test_nothing_is_kept_for_no_time(cache: Cache) -> None:
    assert [cache.fetch("k", Loads(n), fresh=0).value for n in range(3)] == [0, 1, 2]


def test_a_stale_value_is_served_at_once_while_one_makes_it_anew(cache: Cache, clock: Clock) -> None:
    cache.fetch("k", Loads("old"), fresh=10, stale=100)
    clock.at += 30
    gate = threading.Event()
    loads = Loads("new")

    def slow() -> object:
        gate.wait(10)
        return loads()

    for _ in range(20):
        answer = cache.fetch("k", slow, fresh=10, stale=100)
        assert (answer.value, answer.stale, answer.age) == ("old", True, 30)
    gate.set()
    eventually(lambda: cache.get("k") == "new")
    assert loads.count == 1
    assert cache.fetch("k", loads, fresh=10, stale=100).stale is False


def test_too_old_is_not_served(cache: Cache, clock: Clock) -> None:
    cache.fetch("k", Loads("old"), fresh=10, stale=100)
    clock.at += 111
    assert cache.fetch("k", Loads("new"), fresh=10, stale=100).value == "new"


PROBLEMS = [
    Unreachable("No such name."),
    TooSlow("Too slow.", retry_at=datetime(2031, 1, 2, 3, 4, 5, tzinfo=UTC)),
    AddressRefused("A private address.", field="url"),
    Problem("Something else.", code="special"),
]


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda p: p.code)
def test_errors_are_remembered_for_a_while(cache: Cache, clock: Clock, problem: Problem) -> None:
    loads = Loads(problem)
    for _ in range(3):
        with pytest.raises(type(problem)) as caught:
            cache.fetch("k", loads, fresh=60, negative=30)
        assert caught.value.as_json() == problem.as_json()
        assert caught.value.status == problem.status
    assert loads.count == 1
    clock.at += 30
    assert cache.fetch("k", Loads("back"), fresh=60, negative=30).value == "back"


@pytest.mark.parametrize(("problem", "negative"), [(Unreachable("Gone."), 0), (Busy("Not now."), 30)])
def test_errors_that_are_not_remembered(cache: Cache, problem: Problem, negative: float) -> None:
    loads = Loads(problem)
    for _ in range(3):
        with pytest.raises(type(problem)):
            cache.fetch("k", loads, fresh=60, negative=negative)
    assert loads.count == 3


def test_stale_data_beats_an_error(cache: Cache, clock: Clock) -> None:
    cache.fetch("k", Loads("old"), fresh=10, stale=1000)
    clock.at += 20
    fails = Loads(Unreachable("Gone."))
    assert cache.fetch("k", fails, fresh=10, stale=1000, negative=60).value == "old"
    eventually(lambda: fails.count == 1 and not refreshing())
    for _ in range(5):
        assert cache.fetch("k", fails, fresh=10, stale=1000, negative=60).stale
    clock.at += 59
    assert cache.fetch("k", fails, fresh=10, stale=1000, negative=60).value == "old"
    eventually(lambda: not refreshing())
    assert fails.count == 1
    clock.at += 1
    assert cache.fetch("k", Loads("new"), fresh=10, stale=1000, negative=60).value == "old"
    eventually(lambda: cache.get("k") == "new")


def test_a_mistake_in_load_is_not_swallowed(cache: Cache) -> None:
    with pytest.raises(ZeroDivisionError):
        cache.fetch("k", lambda: 1 // 0, fresh=60, negative=60)
    assert cache.fetch("k", Loads("fine"), fresh=60).value == "fine"


def test_threads_make_it_once_and_own_what_they_get(cache: Cache) -> None:
    loads = Loads({"list": [1]}, seconds=0.2)
    values = together(8, lambda: cache.fetch("k", loads, fresh=60).value)
    assert values == [{"list": [1]}] * 8
    assert len({id(value) for value in values}) == 8
    assert loads.count == 1


def test_threads_share_an_error(cache: Cache) -> None:
    loads = Loads(Unreachable("Gone."), seconds=0.2)
    errors = together(8, lambda: cache.fetch("k", loads, fresh=60))
    assert [type(e) for e in errors] == [Unreachable] * 8
    assert len({id(e) for e in errors}) == 8
    assert loads.count == 1


def test_more_than_may_wait_are_told_to_come_back(cache: Cache) -> None:
    loads = Loads("v", seconds=0.3)
    answers = together(16, lambda: cache.fetch("k", loads, fresh=60))
    busy = [answer for answer in answers if isinstance(answer, Busy)]
    assert len(busy) == 6
    assert all(answer.retry_at for answer in busy)


def test_one_who_waits_too_long_is_told_to_come_back(cache_settings: Settings) -> None:
    cache = build(cache_settings)
    cache._wait = 0.1
    name = next(iter(_names(cache)))
    assert cache._store.add(name + ":lease", b"another process", timeout=10)
    with pytest.raises(Busy):
        cache.fetch("k", Loads(), fresh=60)
    close(cache)


def _names(cache: Cache) -> set[str]:
    from core.cache_fetch import _name

    return {_name("k")}


CODE = """
import sys, threading, time
from pathlib import Path
from core.cache import build
from core.settings import Settings
data, log, redis = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
cache = build(Settings(data=data, redis_url=redis))

def load():
    with log.open("a") as file:
        file.write("loaded\\n")
    time.sleep(0.4)
    return "made"

values = []
threads = [threading.Thread(target=lambda: values.append(cache.fetch("k", load, fresh=60).value)) for _ in range(8)]
print("ready", flush=True)
sys.stdin.readline()
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(values == ["made"] * 8)
"""


def test_processes_make_it_once(cache_settings: Settings, tmp_path: Path) -> None:
    log = tmp_path / "log"
    command = [sys.executable, "-c", CODE, str(cache_settings.data), str(log), cache_settings.redis_url]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": ROOT}
    processes = [subprocess.Popen(command, **pipes) for _ in range(2)]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.communicate()[0] for process in processes] == ["True\n"] * 2
    assert log.read_text() == "loaded\n"


def test_an_entry_survives_its_bytes() -> None:
    entry = Entry.of({"a": [1]}, 100.5, Life(10, 20, 30)).failed(TooSlow("slow", field="url"), 105, 30)
    assert Entry.decoded(entry.encoded()) == entry
    assert (entry.fresh(110), entry.fresh(110.5), entry.usable(130), entry.usable(130.5)) == (
        True,
        False,
        True,
        False,
    )
    assert (entry.held(134.9), entry.held(135), entry.seconds_left(130)) == (True, False, 5)


def test_an_error_may_be_held_by_what_it_is(cache: Cache, clock: Clock) -> None:
    def held(problem: Problem) -> float:
        return 100 if isinstance(problem, NotFound) else 10

    for key, problem, seconds in (("gone", NotFound("no"), 100), ("slow", TooSlow("no"), 10)):
        loads = Loads(problem)
        for step, count in ((0.0, 1), (seconds - 1, 1), (2, 2)):
            clock.at += step
            with pytest.raises(type(problem)):
                cache.fetch(key, loads, fresh=60, negative=held)
            assert loads.count == count


def test_a_value_can_be_looked_at_however_stale(cache: Cache, clock: Clock) -> None:
    assert cache.peek("k") is None
    cache.set("k", "v", 10, stale=100)
    clock.at += 50
    assert (cache.get("k"), cache.peek("k")) == (None, "v")
    found = cache.fetch("k", Loads("new"), fresh=60)
    assert (found.value, found.stale) == ("v", True)
    eventually(lambda: cache.get("k") == "new")


def test_another_process_may_be_told_to_make_it_anew(cache: Cache, clock: Clock) -> None:
    cache.fetch("k", Loads("old"), fresh=10, stale=100)
    clock.at += 30
    told, loads = Loads(True), Loads("new")
    answer = cache.fetch("k", loads, fresh=10, stale=100, elsewhere=lambda: bool(told()))
    assert (answer.value, answer.stale) == ("old", True)
    eventually(lambda: told.count and not refreshing())
    assert loads.count == 0, "the other one does it"
    cache.fetch("k", loads, fresh=10, stale=100, elsewhere=lambda: False)
    eventually(lambda: cache.get("k") == "new")


def test_a_job_makes_what_is_stale_anew_and_nothing_else(cache: Cache, clock: Clock) -> None:
    cache.fetch("k", Loads("old"), fresh=10, stale=100)
    loads = Loads("new")
    cache.renew("k", loads, fresh=10, stale=100)
    assert loads.count == 0, "it is fresh"
    clock.at += 30
    cache.renew("k", loads, fresh=10, stale=100)
    cache.renew("k", loads, fresh=10, stale=100)
    assert (cache.get("k"), loads.count) == ("new", 1)


def test_a_job_that_fails_leaves_the_old_value_and_is_not_repeated_at_once(cache: Cache, clock: Clock) -> None:
    cache.fetch("k", Loads("old"), fresh=10, stale=100)
    clock.at += 30
    loads = Loads(Unreachable("no"))
    cache.renew("k", loads, fresh=10, stale=100, negative=60)
    cache.renew("k", loads, fresh=10, stale=100, negative=60)
    assert (cache.fetch("k", loads, fresh=10, stale=100).value, loads.count) == ("old", 1)
