"""Where pictures are kept: bounded, and what is looked at stays."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from core.errors import Misconfigured
from og.media_service.store import Shelf, shelf
from tests.core.cache_doubles import eventually, refreshing

MOST = 1_000_000


def taken(folder: Path) -> int:
    return sum(path.stat().st_blocks * 512 for path in folder.iterdir())


def aged(folder: Path, seconds: float) -> None:
    for path in folder.iterdir():
        os.utime(path, (time.time() - seconds,) * 2)


def test_a_sweep_takes_what_was_not_asked_for(tmp_path: Path) -> None:
    cache = shelf(tmp_path / "media", MOST)
    store = cache._store
    assert isinstance(store, Shelf)
    for n in range(60):
        cache.set(str(n), b"x" * 10_000, 60)
    eventually(lambda: not refreshing())
    aged(tmp_path / "media", 7200)
    assert cache.get("0") == b"x" * 10_000
    for n in range(60, 100):
        cache.set(str(n), b"x" * 10_000, 60)
    eventually(lambda: not refreshing())
    store.sweep()
    assert taken(tmp_path / "media") <= MOST
    assert cache.get("0") is not None, "it was asked for"
    assert all(cache.get(str(n)) for n in range(60, 100)), "they are new"
    assert not all(cache.get(str(n)) for n in range(1, 60))


def test_it_stays_within_its_bytes_by_itself(tmp_path: Path) -> None:
    cache = shelf(tmp_path / "media", MOST)
    for n in range(400):
        cache.set(str(n), b"x" * 10_000, 60)
        if n % 20 == 0:
            eventually(lambda: not refreshing())
    eventually(lambda: not refreshing())
    assert taken(tmp_path / "media") <= MOST * 1.1


def test_only_we_may_read_it(tmp_path: Path) -> None:
    shelf(tmp_path / "media", MOST).set("a", b"x", 60)
    assert (tmp_path / "media").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "media").iterdir()} == {0o600}


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "media").write_text("a file")
    with pytest.raises(Misconfigured) as caught:
        shelf(tmp_path / "media", MOST)
    assert caught.value.field == "HANDBILL_DATA"
