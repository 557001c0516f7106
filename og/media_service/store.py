"""Where pictures are kept: files in a folder of their own, within so many bytes; what was not asked for goes first.

They are files also where the cache is Redis: memory is dear, and another machine can make its own.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from core.cache import Cache, FileStore
from core.errors import Misconfigured
from core.patience import Upstreams

# A file's time is when it was last asked for, to so many seconds: more exact would be a write for every reading.
_TOUCH_EACH = 3600


class Shelf(FileStore):
    """Files of which a sweep takes first those not asked for the longest."""

    def get(self, key: str) -> Any:
        """Return what is stored, and remember that it was asked for."""
        found = super().get(key)
        if found is not None:
            self._touch(self._get_filename(key))
        return found

    def _touch(self, path: str) -> None:
        try:
            if time.time() - os.stat(path).st_mtime > _TOUCH_EACH:  # noqa: PTH116 -- half the time of a Path
                os.utime(path)
        except OSError:
            return  # swept just now, or the folder cannot be written: it is read all the same


def shelf(folder: Path, most: int, patience: Upstreams | None = None) -> Cache:
    """Return the cache of pictures in a folder, of at most so many bytes. Raises Misconfigured without the folder."""
    try:
        store = Shelf(str(folder.absolute()), most, threshold=0)
    except OSError as exc:
        raise Misconfigured(f"The folder of pictures cannot be made: {exc}.", field="HANDBILL_DATA") from exc
    return Cache(store, errors=(OSError,), patience=patience)
