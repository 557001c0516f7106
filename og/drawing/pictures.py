"""The pictures a card shows: fetched through the client that is handed in, decoded with care, made ready for pasting.

A picture that fails is left out, and said in a warning: the card is drawn in any case. Pictures are asked for all at
once, each with a deadline; sizes are looked at before pixels are made (`og.pictures.pixels`).
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from core.errors import BadReply, FetchFailed, Problem
from og.drawing.layer import Kept
from og.pictures.workbench import Workbench

if TYPE_CHECKING:
    from PIL import Image

    from og.card import Card

# Bytes of one picture: a photo from a phone.
MAX_BYTES = 5_000_000
# Seconds for one picture; they are fetched at once, so this is for all of them. Who asks for previews waits 3 to 10.
DEADLINE = 4.0
ACCEPT = "image/webp,image/avif,image/png,image/jpeg,image/*;q=0.8"
# Design pixels (on a card of 1200x630) that pictures other than the large ones take at most on any layout.
_SMALL = 640
# Pixels of the longer side: below are the dots that pages count their visitors with.
_SMALLEST = 8
# Bytes of decoded pictures kept: a site's logo and its authors' portraits come with every card.
_KEPT = 16_000_000
# From this alpha on a dot of a logo is seen.
_OPAQUE = 32


class Client(Protocol):
    """What we need of `core.http.Http`."""

    def get(self, url: str, *, accept: str = ..., max_bytes: int = ..., deadline: float = ...) -> Any:
        """Fetch an address."""


@dataclass(frozen=True)
class Source:
    """A picture decoded, upright, RGB or RGBA, no larger than it is shown. ``key`` tells its bytes and size."""

    key: str
    image: Image.Image

    @property
    def aspect(self) -> float:
        """Width by height."""
        return self.image.width / self.image.height


def load(card: Card, http: Client | None, unit: float, warnings: list[str], *, local: bool) -> dict[str, Source]:
    """Return the pictures of a card by field, without those that failed; ``unit`` is pixels to the design's pixel."""
    wanted = card.pictures
    if not wanted:
        return {}
    if len(wanted) == 1 or not any("://" in address[:10] for address in wanted.values()):
        found = [_loaded(card, name, address, http, unit, local) for name, address in wanted.items()]
    else:
        with ThreadPoolExecutor(len(wanted), thread_name_prefix="hb-card") as pool:
            jobs = [pool.submit(_loaded, card, n, a, http, unit, local) for n, a in wanted.items()]
            found = [job.result() for job in jobs]
    named = dict(zip(wanted, found, strict=True))
    warnings += [f"{name}: {problem}" for name, problem in named.items() if isinstance(problem, str)]
    return {name: source for name, source in named.items() if isinstance(source, Source)}


def _loaded(card: Card, name: str, address: str, http: Client | None, unit: float, local: bool) -> Source | str:
    """Return a picture, or why there is none."""
    most = (card.width, card.height) if name in ("background", "picture") else (math.ceil(_SMALL * unit),) * 2
    scheme = address.partition(":")[0].lower() if ":" in address[:12] else ""
    try:
        if scheme in ("http", "https"):
            if http is None:
                raise FetchFailed("Pictures are not fetched here.")
            data = _fetched(address, http)
            return _source(hashlib.sha256(data).hexdigest(), lambda: data, most, cover=name != "logo")
        if not local or scheme == "file":
            raise BadReply("A picture is the address of one, with http or https.", code="not_a_picture")
        return _source(_stamp(address), lambda: _file(address), most, cover=name != "logo")
    except Problem as problem:
        return f"{problem.message} The card was drawn without it."


def _fetched(address: str, http: Client) -> bytes:
    reply = http.get(address, accept=ACCEPT, max_bytes=MAX_BYTES, deadline=DEADLINE)
    if reply.status != 200 or not reply.body:
        raise FetchFailed(f"The picture's server answered with status {reply.status}.")
    return bytes(reply.body)


def _stamp(path: str) -> str:
    """Return what tells a file from others and from what it was before, without reading it."""
    try:
        found = Path(path).stat()
    except (OSError, ValueError) as exc:
        raise FetchFailed("There is no such file that can be read.") from exc
    return f"{found.st_dev} {found.st_ino} {found.st_mtime_ns} {found.st_size}"


def _file(path: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as exc:
        raise FetchFailed("There is no such file that can be read.") from exc
    if len(data) > MAX_BYTES:
        raise BadReply(f"The picture has more than {MAX_BYTES // 1_000_000} MB.", code="picture_too_large")
    return data


def _source(name: str, data: Callable[[], bytes], most: tuple[int, int], *, cover: bool) -> Source:
    """Return a picture at the size at which it fills (``cover``) or fits into ``most``, decoded or kept."""
    key = f"{name} {most[0]}x{most[1]} {cover}"
    found = _sources().get(key)
    if found is not None:
        return found
    from og.pictures.pixels import opened  # decoders are loaded where there is something to decode

    choose = max if cover else min

    def fit(width: int, height: int) -> tuple[int, int]:
        # A strip of a picture that fills the card would be many cards wide: it is made no larger than two.
        most_of_all = 2 * max(most)
        scale = min(1.0, choose(most[0] / width, most[1] / height), most_of_all / width, most_of_all / height)
        return max(1, round(width * scale)), max(1, round(height * scale))

    image = opened(data(), fit, _bench())
    if max(image.size) < _SMALLEST:
        raise BadReply("The picture is too small to be shown.", code="picture_too_small")
    return _sources().put(key, Source(key, image))


@lru_cache(maxsize=1)
def _sources() -> Kept[Source]:
    return Kept(_KEPT, lambda source: source.image.width * source.image.height * 4)


@lru_cache(maxsize=1)
def _bench() -> Workbench:
    return Workbench()


def shaped(source: Source, width: int, height: int, *, cover: bool) -> Image.Image:
    """Return a picture at a size: cut to fill it, or whole within it."""
    from PIL import Image

    image = source.image
    if cover:
        return image.resize((width, height), Image.Resampling.LANCZOS, _middle(image.size, (width, height)))
    scale = min(width / image.width, height / image.height)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image if image.size == size else image.resize(size, Image.Resampling.LANCZOS)


def _middle(size: tuple[int, int], shape: tuple[int, int]) -> tuple[float, float, float, float]:
    """Return the part of a picture that has a shape; of high ones somewhat above the middle, where faces are."""
    scale = min(size[0] / shape[0], size[1] / shape[1])
    # Rounding may carry an edge a hair's breadth outside, which Pillow refuses.
    width, height = min(shape[0] * scale, size[0]), min(shape[1] * scale, size[1])
    left, top = (size[0] - width) / 2, (size[1] - height) * 0.38
    return left, top, min(left + width, size[0]), min(top + height, size[1])


def luminances(image: Image.Image) -> tuple[float, float] | None:
    """Return the least and the greatest luminance of what is opaque in a picture with transparency, else None.

    Of a logo without transparency there is nothing to save: it brings its own ground along.
    """
    from PIL import Image

    if image.mode != "RGBA":
        return None
    small = image.resize((24, 24), Image.Resampling.BOX)
    dots: Mapping[int, Any] = dict(enumerate(small.get_flattened_data()))
    from og.drawing.colours import luminance

    seen = [luminance(tuple(dot[:3])) for dot in dots.values() if dot[3] >= _OPAQUE]
    return (min(seen), max(seen)) if seen else None
