"""The preview as a value, and its JSON form (docs/preview.md). Absent is absent: never an empty text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any


def _plain(value: Any) -> Any:
    """Return a field as JSON: values as objects without what they lack, tuples as lists."""
    if hasattr(value, "as_json"):
        return value.as_json()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return dict(value) if isinstance(value, Mapping) else value


class Jsonable:
    """A value whose fields, those that are there, are its JSON."""

    HIDDEN: frozenset[str] = frozenset()

    def as_json(self) -> dict[str, Any]:
        """Return the fields that hold something."""
        return {name: _plain(value) for name, value in vars(self).items() if value and name not in self.HIDDEN}


@dataclass(frozen=True)
class Image(Jsonable):
    """A picture; width and height in pixels, as the page declares them or as its bytes say."""

    url: str
    width: int = 0
    height: int = 0
    type: str = ""
    alt: str = ""


@dataclass(frozen=True)
class Media(Jsonable):
    """A film or a sound; width and height in pixels."""

    url: str
    type: str = ""
    width: int = 0
    height: int = 0


@dataclass(frozen=True)
class Icon(Jsonable):
    """An icon of the site. ``sizes`` as HTML has it: ``32x32``, ``any``."""

    url: str
    rel: str = ""
    sizes: str = ""
    type: str = ""


@dataclass(frozen=True)
class Feed(Jsonable):
    """A feed the page names."""

    url: str
    type: str = ""
    title: str = ""


@dataclass(frozen=True)
class OEmbed(Jsonable):
    """Where the page's oEmbed answer is."""

    url: str
    type: str = ""


@dataclass(frozen=True)
class Player(Jsonable):
    """A player of a provider we know, its https address built by us; width and height in pixels."""

    provider: str
    src: str
    width: int = 0
    height: int = 0


@dataclass(frozen=True)
class Preview(Jsonable):
    """What a page is about. ``sources`` says for each field which rule's candidate gave it.

    ``vocabulary`` (every meta of Open Graph and its kin by key) and ``me`` (rel=me) are for callers in this process.
    """

    url: str = ""
    canonical: str = ""
    title: str = ""
    description: str = ""
    image: Image | None = None
    images: tuple[Image, ...] = ()
    video: Media | None = None
    audio: Media | None = None
    site_name: str = ""
    type: str = ""
    author: str = ""
    published: str = ""
    modified: str = ""
    lang: str = ""
    dir: str = ""
    favicon: str = ""
    icons: tuple[Icon, ...] = ()
    theme_color: str = ""
    feeds: tuple[Feed, ...] = ()
    oembed: tuple[OEmbed, ...] = ()
    player: Player | None = None
    card: str = ""
    robots: str = ""
    creator: str = ""
    blocked: str = ""
    shortlink: str = ""
    amp: str = ""
    hreflang: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    sources: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    me: tuple[str, ...] = ()
    vocabulary: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))

    HIDDEN = frozenset({"me", "vocabulary"})
