"""The cache's backends on flask-caching: files in the data folder, or Redis, which several machines may share.

The only file of the cache that knows Flask, because flask-caching does. `core.cache_fetch` is what callers use.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from flask import Flask
from flask_caching import Cache as FlaskCaching
from flask_caching.backends import FileSystemCache, RedisCache

from core import redis
from core.cache_fetch import Cache, Cached
from core.errors import Misconfigured
from core.patience import Upstreams
from core.settings import Settings

__all__ = ["Cache", "Cached", "build"]
log = logging.getLogger(__name__)

# The files are measured after every so many bytes written by a process, as a share of what they may take.
_MEASURE_EACH = 1 / 20
# A sweep leaves this much, so that the next is not due at once.
_LEAVE = 0.8
# Files that a killed process left half written, seconds: nobody writes one for an hour.
_ABANDONED = 3600


def build(settings: Settings, app: Flask | None = None, patience: Upstreams | None = None) -> Cache:
    """Return the cache that the settings ask for. Raises Misconfigured where it cannot be had."""
    app = app or Flask("handbill-cache")
    try:
        config = _redis_config(settings) if settings.redis_url else _file_config(settings)
        extension = FlaskCaching(with_jinja2_ext=False, config=config)
        extension.init_app(app)
    except (ImportError, ValueError) as exc:
        raise redis.misconfigured() from exc
    except OSError as exc:
        raise Misconfigured(f"The cache cannot be made: {exc}.", field="HANDBILL_DATA") from exc
    return Cache(app.extensions["cache"][extension], errors=_errors(settings), patience=patience)


def _redis_config(settings: Settings) -> dict[str, Any]:
    return {
        "CACHE_TYPE": "core.cache.RedisStore",
        "CACHE_REDIS_URL": settings.redis_url,
        "CACHE_KEY_PREFIX": "hb:",
        "CACHE_OPTIONS": redis.options(),
    }


def _file_config(settings: Settings) -> dict[str, Any]:
    return {
        "CACHE_TYPE": "core.cache.FileStore",
        "CACHE_DIR": str(settings.data.absolute() / "cache"),
        "CACHE_THRESHOLD": 0,  # flask-caching's bound counts files, in a file of its own; ours counts bytes
        "CACHE_OPTIONS": {"most": settings.cache_bytes},
    }


def _errors(settings: Settings) -> tuple[type[Exception], ...]:
    if not settings.redis_url:
        return (OSError,)
    from redis.exceptions import RedisError

    return (OSError, RedisError)


class AsIs:
    """Stores the bytes it is given: `core.cache_entry` has made them. flask-caching's own default is pickle."""

    def dump(self, value: Any, f: IO[bytes], protocol: int = 0) -> None:  # noqa: ARG002
        """Write."""
        f.write(value)

    def load(self, f: IO[bytes]) -> bytes:
        """Read."""
        return f.read()

    def dumps(self, value: bytes, protocol: int = 0) -> bytes:  # noqa: ARG002
        """Return as it is."""
        return value

    def loads(self, bvalue: bytes | None) -> bytes | None:
        """Return as it is."""
        return bvalue


class RedisStore(RedisCache):
    """Redis, with an `add` that cannot leave a key without an end where its process dies in the middle."""

    serializer: Any = AsIs()

    def add(self, key: str, value: Any, timeout: Any = None) -> bool:
        """Store where nothing is (SET NX EX, https://redis.io/docs/latest/commands/set/)."""
        name = f"{self._get_prefix()}{key}"
        return bool(self._write_client.set(name, value, nx=True, ex=self._normalize_timeout(timeout)))


class FileStore(FileSystemCache):
    """Files, with an `add` of which one of many succeeds, and a bound in bytes on the disk."""

    serializer: Any = AsIs()

    def __init__(self, cache_dir: str, most: int, **options: Any) -> None:
        Path(cache_dir).mkdir(mode=0o700, parents=True, exist_ok=True)
        super().__init__(cache_dir, **options)
        self._most = most
        self._guard = Path(cache_dir + ".lock")
        self._written = most  # measured at the first write: other processes wrote before this one began
        self._sweeping = threading.Lock()

    def add(self, key: str, value: Any, timeout: Any = None) -> bool:
        """Store where nothing is, or what is there has ended."""
        with self._guarded():
            if self.has(key):
                return False
            if not self.set(key, value, timeout):
                raise OSError(f"nothing can be stored in {self._path}")  # else all would wait for nobody
            return True

    def set(self, key: str, value: Any, timeout: Any = None, mgmt_element: bool = False) -> bool:
        """Store; where much has been written since the last look, measure in a thread what is there."""
        stored = super().set(key, value, timeout, mgmt_element)
        self._written += len(value)
        if self._written >= self._most * _MEASURE_EACH and self._sweeping.acquire(blocking=False):
            self._written = 0
            threading.Thread(target=self._sweep_and_release, name="hb-cache-sweep", daemon=True).start()
        return stored

    def sweep(self) -> int:
        """Delete what has ended, and the oldest where all is too large; return the bytes that are left."""
        files = sorted(self._measured())
        left = sum(size for _made, size, _path in files)
        if left <= self._most:
            return left
        for _made, size, path in files:
            if left <= self._most * _LEAVE:
                break
            path.unlink(missing_ok=True)
            left -= size
        return left

    def _sweep_and_release(self) -> None:
        try:
            self.sweep()
        except OSError as exc:  # the folder is gone or cannot be read; who next stores something is told
            log.info("the cache could not be swept: %s", exc)
        finally:
            self._sweeping.release()

    def _measured(self) -> Iterator[tuple[float, int, Path]]:
        """Yield when each file was made, the bytes it takes on the disk, and where it is; ended ones are deleted."""
        now = time.time()
        for item in os.scandir(self._path):
            try:
                stat, path = item.stat(follow_symlinks=False), Path(item.path)
                if self._ended(path, now - stat.st_mtime, now):
                    path.unlink(missing_ok=True)
                else:
                    yield stat.st_mtime, stat.st_blocks * 512, path
            except FileNotFoundError:
                continue  # another process sweeps too

    def _ended(self, path: Path, age: float, now: float) -> bool:
        if path.name.endswith(self._fs_transaction_suffix):
            return age > _ABANDONED
        with path.open("rb") as file:  # cachelib's layout: four bytes say when it ends, 0 is never
            end = int.from_bytes(file.read(4), "little")
        return 0 < end < now

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        import fcntl

        with self._guard.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
