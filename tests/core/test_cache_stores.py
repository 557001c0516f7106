"""The cache's backends: files that are damaged, gone or too many, and a Redis that dies."""

from __future__ import annotations

import json
import logging
import time
from pathlib import Path

import pytest
from flask import Flask

from core.cache import Cache, FileStore, build
from core.errors import Misconfigured
from core.settings import Settings
from tests.core.cache_doubles import Clock, Loads, close, eventually, refreshing, together
from tests.servers import RedisServer


def test_of_many_that_add_at_once_one_succeeds(cache_settings: Settings) -> None:
    cache = build(cache_settings)
    answers = together(8, lambda: [bool(cache._store.add(str(n), b"x", timeout=60)) for n in range(100)])
    assert [sum(each) for each in zip(*answers, strict=True)] == [1] * 100
    close(cache)


@pytest.fixture
def files(tmp_path: Path) -> Cache:
    return build(Settings(data=tmp_path / "data", cache_bytes=1_000_000))


DAMAGE = {
    "empty": lambda data: data[:0],
    "cut off": lambda data: data[:-3],
    "head only": lambda data: data[:4],
    "flipped": lambda data: data[:-2] + bytes([data[-2] ^ 1]) + data[-1:],
    "zeros": lambda data: b"\0" * len(data),
    "text": lambda data: data[:4] + b"hello\nthere",
    "deep": lambda data: data[:4] + b"[" * 100_000,
    "pickle": lambda data: data[:4] + b"\x80\x04cos\nsystem\n(S'touch pwned'\ntR.",
    "other layout": lambda data: data[:4] + b'[1,2,3]\n"v"',
    "unknown error": lambda data: data[:4] + b'[0,false,false,0,0,0,{"type":"X"},9e9]\n',
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_file_is_a_miss(files: Cache, tmp_path: Path, damage: str) -> None:
    files.fetch("k", Loads({"v": "value"}), fresh=60)
    (path,) = [p for p in (tmp_path / "data" / "cache").iterdir() if p.is_file()]
    path.write_bytes(DAMAGE[damage](path.read_bytes()))
    assert files.get("k") is None
    assert files.fetch("k", Loads("again"), fresh=60).value == "again"
    assert files.get("k") == "again"


def test_the_files_stay_within_their_bytes(files: Cache, tmp_path: Path) -> None:
    store = files._store
    assert isinstance(store, FileStore)
    for n in range(300):
        files.set(str(n), "x" * 9_000, 60)
    eventually(lambda: not refreshing())
    store.sweep()
    folder = tmp_path / "data" / "cache"
    assert sum(p.stat().st_blocks * 512 for p in folder.iterdir()) <= 1_000_000
    assert files.get("299") is not None
    assert files.get("0") is None
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_sweep_takes_what_has_ended_and_what_was_abandoned(files: Cache, tmp_path: Path) -> None:
    import os

    store, folder = files._store, tmp_path / "data" / "cache"
    assert isinstance(store, FileStore)
    store.set("short", b"x", timeout=1)
    store.set("long", b"x", timeout=60)
    for name, age in (("old.__wz_cache", 7200), ("new.__wz_cache", 0)):
        (folder / name).write_bytes(b"half")
        os.utime(folder / name, (time.time() - age,) * 2)
    eventually(lambda: store.get("short") is None)
    store.sweep()
    assert not (folder / "old.__wz_cache").exists()
    assert (folder / "new.__wz_cache").exists()
    assert (store.get("long"), len(list(folder.iterdir()))) == (b"x", 2)


def test_without_its_folder_everything_is_made_each_time(
    files: Cache, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    import shutil

    eventually(lambda: not refreshing())
    shutil.rmtree(tmp_path / "data")
    with caplog.at_level(logging.WARNING):
        assert [files.fetch("k", Loads(n), fresh=60).value for n in range(5)] == [0, 1, 2, 3, 4]
    assert len([r for r in caplog.records if "nothing is kept" in r.getMessage()]) == 1


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(Misconfigured) as caught:
        build(Settings(data=tmp_path / "data"))
    assert caught.value.field == "HANDBILL_DATA"


def test_nothing_is_pickled(files: Cache, tmp_path: Path) -> None:
    files.set("k", {"a": 1}, 60)
    (path,) = [p for p in (tmp_path / "data" / "cache").iterdir() if p.is_file()]
    head, body = path.read_bytes()[4:].split(b"\n", 1)
    assert json.loads(body) == {"a": 1}
    assert len(json.loads(head)) == 8


def test_an_application_of_ones_own_may_carry_it(tmp_path: Path) -> None:
    app = Flask("own")
    cache = build(Settings(data=tmp_path), app)
    assert cache._store in app.extensions["cache"].values()


@pytest.mark.servers
def test_a_redis_that_dies_costs_speed_and_nothing_else(
    tmp_path: Path, redis_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    cache, clock = build(Settings(data=tmp_path, redis_url=redis_server.url)), Clock()
    cache._clock = clock
    loads = Loads("v")
    assert [cache.fetch("k", loads, fresh=60).value for _ in range(2)] == ["v", "v"]

    def killing() -> str:
        redis_server.kill()
        return "made while it died"

    with caplog.at_level(logging.WARNING):
        assert cache.fetch("other", killing, fresh=60).value == "made while it died"
        assert [cache.fetch("k", loads, fresh=60).value for _ in range(20)] == ["v"] * 20
        assert cache.get("k") is None
    assert loads.count == 21
    assert len([r for r in caplog.records if "nothing is kept" in r.getMessage()]) == 1
    redis_server.start()
    clock.at += 10
    assert [cache.fetch("k", loads, fresh=60).value for _ in range(3)] == ["v"] * 3
    assert loads.count == 22
    close(cache)


@pytest.mark.parametrize("url", ["what://host", "localhost"])
def test_a_redis_address_that_is_none(tmp_path: Path, url: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        build(Settings(data=tmp_path, redis_url=url))
    assert caught.value.field == "HANDBILL_REDIS_URL"
