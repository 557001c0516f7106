"""What a platform is: which tags it reads in which order, how much of them it shows, and in which shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from og.checker.rules.sources import Source
from og.record import Image, Jsonable

Shape = Literal["large", "small", "text", "gallery", "player", "none"]
Unit = Literal["bytes", "characters"]
Kind = Literal["feed", "chat", "search"]


@dataclass(frozen=True)
class Text:
    """A text of a card: the tags it is taken from, in order, and how much of it is shown.

    ``limit`` counts ``unit``; 0 is none known. ``lines`` are those of a desktop and of a phone, for drawing.
    ``ending`` stands for what is left out, within the limit.
    """

    tags: tuple[str, ...]
    limit: int = 0
    unit: Unit = "characters"
    ending: str = "…"
    lines: tuple[int, int] = (2, 2)


@dataclass(frozen=True)
class Draft:
    """What is known when a card's shape is chosen. Sizes in pixels, 0 where unknown."""

    title: str
    description: str
    images: tuple[Image, ...]
    card: str
    type: str
    site_name: str

    @property
    def image(self) -> Image | None:
        """The first picture."""
        return self.images[0] if self.images else None

    def smaller(self, width: int, height: int) -> bool:
        """Tell whether the picture is known to be smaller than this on a side."""
        image = self.image
        return bool(image and ((image.width and image.width < width) or (image.height and image.height < height)))


@dataclass(frozen=True)
class Platform:
    """One platform. ``crops`` are the ratios its shapes have; a shape without one shows the picture as it is.

    ``pair``: title and description elements count only together, and only where no other tag says anything.
    ``by_name``: a tag's key is its ``name`` where it has one, else its ``property``, told by case; and what has no
    ``content`` may say it in ``value``. ``firm``: the platform documents this itself; else guides measured it.
    """

    key: str
    name: str
    kind: Kind
    title: Text
    image: tuple[str, ...]
    shape: Callable[[Draft], Shape]
    sources: tuple[Source, ...]
    description: Text | None = None
    site: Literal["domain", "site_name"] = "domain"
    crops: Mapping[str, tuple[int, int]] = field(default_factory=lambda: MappingProxyType({}))
    notes: tuple[str, ...] = ()
    pair: bool = False
    by_name: bool = False
    firm: bool = False


@dataclass(frozen=True)
class Look(Jsonable):
    """How a page looks on a platform. ``cut`` names the texts that are shortened, ``sources`` their tags."""

    platform: Platform
    title: str
    site: str
    shape: Shape
    description: str = ""
    image: Image | None = None
    images: tuple[Image, ...] = ()
    crop: str = ""
    cut: tuple[str, ...] = ()
    color: str = ""
    card: str = ""
    sources: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    notes: tuple[str, ...] = ()
    other: Look | None = None

    HIDDEN = frozenset({"platform"})


WIDE = (1200, 630)
SQUARE = (1, 1)


def by_size(large: tuple[int, int], small: tuple[int, int] = (0, 0)) -> Callable[[Draft], Shape]:
    """Large from one size on, small from another, else without the picture. An unknown size counts as enough."""

    def shape(draft: Draft) -> Shape:
        if draft.image is None or draft.smaller(*small):
            return "text"
        return "small" if draft.smaller(*large) else "large"

    return shape


def always(shape: Shape) -> Callable[[Draft], Shape]:
    """Always one shape, where there is a picture."""
    return lambda draft: shape if draft.image else "text"
