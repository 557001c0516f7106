"""What stays the same from card to card: the background, and with it what a site shows on all of its cards.

A layer is a picture that is copied before new text is painted on it. The rows that no new text touches are encoded
once and kept with it. Layers are few, and bounded in bytes.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import TYPE_CHECKING, Generic, TypeVar

from core.memory import give_back_early
from og.drawing import jpeg, png

if TYPE_CHECKING:
    from PIL import Image

T = TypeVar("T")
# Pillow's memory comes in blocks, as large as a picture up to 16 MB. Two are kept for the next card: else each card's
# pages come fresh from the system, which was a third of its time. Smaller or more blocks made the process larger
# (https://pillow.readthedocs.io/en/stable/reference/block_allocator.html, 13.0).
_BLOCKS = 2
# Runs of rows kept for a layer: titles of one to five lines leave a handful each.
_RUNS = 24
# Rows between two texts that are packed with them: a run of its own costs more than it saves.
_NEAR = 12

Band = tuple[int, int]


class Layer:
    """A picture, and its rows encoded. ``rich``: it shows a photo; ``vivid``: words on it are in colour."""

    def __init__(self, image: Image.Image, *, rich: bool, vivid: bool = False) -> None:
        self.image = image
        self.rich = rich
        self.vivid = vivid
        self._runs: OrderedDict[Band, png.Run] = OrderedDict()
        self._rows: jpeg.Rows | None = None

    @property
    def weight(self) -> int:
        """What it takes in memory, bytes, at most, with what may be kept of its rows."""
        return self.image.width * self.image.height * 3 * (5 if self.rich else 4) // 3

    def run(self, top: int, bottom: int) -> png.Run:
        """Return rows packed for a PNG, once."""
        found = self._runs.get((top, bottom))
        if found is None:
            found = png.packed(self.image, top, bottom, rich=self.rich, kept=True)
            self._runs[top, bottom] = found
            if len(self._runs) > _RUNS:
                self._runs.popitem(last=False)
        return found

    def rows(self) -> jpeg.Rows:
        """Return it as JPEG in rows of blocks, encoded once."""
        if self._rows is None:
            self._rows = jpeg.encoded(self.image, vivid=self.vivid)
        return self._rows


class Sheet:
    """A layer to be painted on, in some bands of rows only: just those are copied, and encoded anew.

    ``image`` is a copy of the layer from row ``top`` on, as far as the bands reach.
    """

    def __init__(self, layer: Layer, bands: list[Band]) -> None:
        self.layer = layer
        self.size = layer.image.size
        self.bands = merged(bands, layer.image.height)
        first, end = (self.bands[0][0], self.bands[-1][1]) if self.bands else (0, 1)
        self.top = first // jpeg.ROWS * jpeg.ROWS
        self._foot = min(layer.image.height, -(-end // jpeg.ROWS) * jpeg.ROWS)
        self.image = layer.image.crop((0, self.top, layer.image.width, self._foot))

    def png(self) -> bytes:
        """Return the whole card as PNG."""
        runs, at = [], 0
        for top, bottom in self.bands:
            if top > at:
                runs.append(self.layer.run(at, top))
            runs.append(png.packed(self.image, top - self.top, bottom - self.top, rich=self.layer.rich))
            at = bottom
        if at < self.size[1]:
            runs.append(self.layer.run(at, self.size[1]))
        return png.joined(*self.size, runs)

    def jpeg(self) -> bytes:
        """Return the whole card as JPEG."""
        kept = self.layer.rows()
        rows, step = list(kept.rows), jpeg.VIVID_ROWS if self.layer.vivid else jpeg.ROWS
        for top, bottom in self.bands:
            first, end = top // step, -(-bottom // step)
            rows[first:end] = jpeg.encoded(self._part(first * step, end * step), vivid=self.layer.vivid).rows
        return jpeg.joined(jpeg.Rows(kept.head, rows))

    def _part(self, top: int, bottom: int) -> Image.Image:
        bottom = min(bottom, self.size[1])
        if (top, bottom) == (self.top, self._foot):
            return self.image
        return self.image.crop((0, top - self.top, self.size[0], bottom - self.top))

    def whole(self) -> Image.Image:
        """Return the whole card as a picture."""
        image = self.layer.image.copy()
        image.paste(self.image, (0, self.top))
        return image


def merged(bands: list[Band], height: int) -> list[Band]:
    """Return bands of rows in order, those that meet or nearly do made one, all within the height."""
    found: list[Band] = []
    for top, bottom in sorted((max(0, t), min(height, b)) for t, b in bands):
        if top >= bottom:
            continue
        if found and top - found[-1][1] < _NEAR:
            found[-1] = (found[-1][0], max(found[-1][1], bottom))
        else:
            found.append((top, bottom))
    return found


@lru_cache(maxsize=1)
def keep_blocks() -> None:
    """Have Pillow keep some of the memory it was given, once for the process; the rest goes back."""
    from PIL import _imaging

    give_back_early()
    _imaging.set_blocks_max(_BLOCKS)


class Kept(Generic[T]):
    """Values by key, the least used let go when they take more bytes than they may. Shared by all threads."""

    def __init__(self, most: int, size: Callable[[T], int]) -> None:
        self._most, self._size = most, size
        self._found: OrderedDict[Hashable, tuple[T, int]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> T | None:
        """Return a value, or None."""
        with self._lock:
            if key not in self._found:
                return None
            self._found.move_to_end(key)
            return self._found[key][0]

    def put(self, key: Hashable, value: T) -> T:
        """Keep a value and return it."""
        size = self._size(value)
        if size > self._most:
            return value
        with self._lock:
            if key in self._found:
                self._bytes -= self._found.pop(key)[1]
            self._found[key] = (value, size)
            self._bytes += size
            while self._bytes > self._most:
                self._bytes -= self._found.popitem(last=False)[1][1]
        return value
