"""Draw a card: words, colours and pictures in, a PNG, JPEG or WebP out, in some milliseconds.

    picture = draw({"title": "Hello", "site": "example.org"})

The same card and the same `VERSION` give the same bytes on one machine; on another, fonts found there may draw what
the bundled ones lack. How it is fast: what a site's cards have in common is painted and encoded once
(`og.drawing.layer`).
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from og.card import Card, alt, read
from og.drawing import backdrop, inking
from og.drawing.encode import Encoded, encoded
from og.drawing.layer import Band, Kept, Layer, Sheet, keep_blocks
from og.drawing.parts import Part
from og.drawing.pictures import Client, Source, load
from og.drawing.place import placed
from og.drawing.scene import Scene, runs_left, unit
from og.layouts import Layouts, built_in
from og.layouts.schema import Box, Code, Layout, Space, Text

if TYPE_CHECKING:
    VERSION: str

# Counted up whenever the same card would give another picture through a change in the code, fonts included.
_DRAWING = 3
# Bytes of layers kept with their encoded rows: some six of 1200x630.
_LAYERS = 18_000_000
# What a site's cards have in common is kept when it is met again; so many are remembered.
_MET = 256
# Pixels from which on a picture beside the words makes a card one with a photo, for the encoder.
_PHOTO = 200


@dataclass(frozen=True)
class Picture:
    """A drawn card. ``type`` is the media type really made; ``width`` and ``height`` are in pixels."""

    data: bytes
    type: str
    width: int
    height: int
    alt: str
    warnings: tuple[str, ...]


def draw(
    card: Card | Mapping[str, Any],
    http: Client | None = None,
    *,
    local: bool = False,
    layouts: Layouts | None = None,
) -> Picture:
    """Draw a card. Its pictures are fetched by ``http``; without it they are left out, with a warning each.

    ``local`` lets pictures be files of this machine: for the command line. Raises Invalid as `og.card.read` does.
    """
    keep_blocks()
    known = built_in() if layouts is None else layouts
    read_card, told = (card, ()) if isinstance(card, Card) else read(card, known)
    warnings = list(told)
    layout = known[read_card.layout]
    made = _drawn(read_card, layout, http, warnings, local=local)
    return Picture(made.data, made.type, made.width, made.height, alt(read_card), tuple(dict.fromkeys(warnings)))


def version(layouts: Layouts | None = None) -> str:
    """Return what changes when the same card would give other bytes: the drawing's number and the layouts' digest."""
    known = built_in() if layouts is None else layouts
    return hashlib.sha256(f"{_DRAWING} {known.version}".encode()).hexdigest()[:12]


def __getattr__(name: str) -> str:
    if name == "VERSION":  # the layouts are not read before somebody asks
        return version()
    raise AttributeError(name)


def _drawn(card: Card, layout: Layout, http: Client | None, warnings: list[str], *, local: bool) -> Encoded:
    sources = load(card, http, unit(card.width, card.height), warnings, local=local)
    photo = sources.get("background")
    if photo is None:
        scene = Scene(card, layout, backdrop.colours_of(card, layout, warnings), sources, warnings)
        parts = placed(scene)
        base = _base(scene, None)
    else:
        photo = backdrop.opaque(photo, card)
        colours, part = backdrop.on_photo(card, layout, photo, warnings)
        scene = Scene(card, layout, colours, sources, warnings)
        parts = placed(scene)
        rows = backdrop.rows_of(_rows_of_words(scene, parts), card.height) if layout.scrim == "words" else ()
        base = _base(scene, backdrop.Behind(photo, part, rows))
    layer, fresh = _layer(scene, base, parts)
    return encoded(_painted(layer, scene, fresh), card.format, card.max_bytes, warnings)


def _rows_of_words(scene: Scene, parts: list[Part]) -> list[Band]:
    bands = (inking.band(part, scene) for part in parts if not isinstance(part.node, (Box, Space)))
    return [rows for rows in bands if rows is not None]


@dataclass(frozen=True)
class _Base:
    key: Hashable
    layer: Layer


def _base(scene: Scene, behind: backdrop.Behind | None) -> _Base:
    """Return what lies behind the words, made or kept."""
    card, rtl = scene.card, runs_left(scene.card)
    name = backdrop.key(card, scene.layout, scene.palette, behind, rtl=rtl)
    layer = _layers().get(name)
    if layer is None:
        made = backdrop.made(card, scene.layout, scene.palette, behind, unit=scene.unit, rtl=rtl)
        layer = _layers().put(name, made)
    return _Base(name, layer)


def _layer(scene: Scene, base: _Base, parts: list[Part]) -> tuple[Layer, list[Part]]:
    """Return the layer to paint on, with what a site's cards have in common, and the parts that are not on it yet.

    It is kept from the second time on; the bytes of a card do not depend on whether it was.
    """
    keys = [(part, inking.key(part, scene)) for part in parts]
    rich = base.layer.rich or any(isinstance(p.content, Source) and p.width > _PHOTO for p in parts)
    vivid = not rich and any(isinstance(p.node, (Text, Code)) and inking.is_vivid(p, scene) for p in parts)
    name = (base.key, vivid, tuple(key for _, key in keys if key is not None))
    layer = _layers().get(name)
    if layer is None:
        image = _painted(base.layer, scene, [part for part, key in keys if key is not None]).whole()
        layer = Layer(image, rich=rich, vivid=vivid)
        if _met(hash(name)):
            _layers().put(name, layer)
    return layer, [part for part, key in keys if key is None]


def _painted(layer: Layer, scene: Scene, parts: list[Part]) -> Sheet:
    """Return a sheet of a layer with parts painted on it."""
    bands = (inking.band(part, scene) for part in parts)
    sheet = Sheet(layer, [rows for rows in bands if rows is not None])
    for part in parts:
        inking.paint_part(sheet.image, scene, part, sheet.top)
    return sheet


@lru_cache(maxsize=1)
def _layers() -> Kept[Layer]:
    return Kept(_LAYERS, lambda layer: layer.weight)


_met_lock = threading.Lock()
_met_before: OrderedDict[int, None] = OrderedDict()


def _met(number: int) -> bool:
    """Return whether this was met before, and remember it."""
    with _met_lock:
        known = number in _met_before
        _met_before[number] = None
        _met_before.move_to_end(number)
        if len(_met_before) > _MET:
            _met_before.popitem(last=False)
        return known
