"""What a rule of the checker is: data that says what is wrong, why, how to mend it and who says so; and a finder.

Severity tells firm facts and advice apart. ``error``: a platform's or a standard's own document says that it breaks.
``warning``: such a document says that it degrades, or that it is not allowed. ``hint``: advice, from guides, from
measurements by others, or from a platform's recommendations; nothing breaks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal, Protocol

from og.checker.positions import Page, Tag
from og.checker.rules.sources import Source
from og.reader.addresses import absolute
from og.reader.jsonld import Node, graph_of, main_node
from og.record import Image, Preview

Severity = Literal["error", "warning", "hint"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "hint")

# What there is to do, by group: the page lists findings under these.
GROUPS: Mapping[str, str] = MappingProxyType(
    {
        "reach": "Let platforms read the page",
        "words": "Write the title and the text",
        "picture": "Give a picture that fits",
        "address": "Point to one address",
        "form": "Write the tags in the form that is read",
        "cards": "Choose the card",
        "search": "Decide what search engines may show",
        "languages": "Say the language",
        "more": "Add what some platforms show",
    }
)


@dataclass(frozen=True)
class Fault:
    """One place where a rule is broken. ``what`` and ``fix`` say it more exactly than the rule can."""

    tag: Tag | None = None
    what: str = ""
    fix: str = ""
    platforms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Known:
    """What is known of a picture from its bytes; 0 and "" are unknown. ``status`` is of HTTP, ``bytes`` its size,
    ``problem`` why it could not be had at all."""

    width: int = 0
    height: int = 0
    type: str = ""
    bytes: int = 0
    status: int = 0
    problem: str = ""

    @property
    def missing(self) -> bool:
        """Whether there is no picture to show."""
        return bool(self.problem or self.status >= 400 or (self.type and not self.type.startswith("image/")))


class Surroundings(Protocol):
    """What of `og.checker.around.Around` the rules look at."""

    @property
    def closed_to(self) -> tuple[str, ...]:
        """The platforms that robots.txt keeps from the page."""

    @property
    def headers(self) -> Mapping[str, str]:
        """What the page was sent with, by lower-case name."""

    @property
    def hops(self) -> tuple[str, ...]:
        """The addresses that redirected to it."""


@dataclass(frozen=True)
class Nothing:
    """Nothing was seen besides the page."""

    closed_to: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    hops: tuple[str, ...] = ()


@dataclass(frozen=True)
class Subject:
    """The page under test. ``pictures`` are those whose bytes somebody has looked at, by full address."""

    page: Page
    preview: Preview
    content_type: str = ""
    raw: bytes = b""
    pictures: Mapping[str, Known] = field(default_factory=lambda: MappingProxyType({}))
    around: Surroundings = field(default_factory=Nothing)

    @property
    def url(self) -> str:
        """Where the page is, as far as is known."""
        return self.page.url or self.preview.url

    @cached_property
    def base(self) -> str:
        """What the page's addresses are relative to."""
        tag = self.page.first("base")
        return (absolute(tag.href, self.url) if tag and tag.href else "") or self.url

    def address(self, value: str) -> str:
        """Return an address in full, or the empty string."""
        return absolute(value, self.base)

    @cached_property
    def node(self) -> Node:
        """The JSON-LD node the page is about; empty where none is."""
        graph = graph_of(tag.text.encode() for tag in self.page.json_blocks)
        return main_node(graph, frozenset({self.url}))

    @cached_property
    def images(self) -> tuple[Image, ...]:
        """The page's preview pictures, with the size that their bytes have where that is known."""
        return tuple(self._measured(image) for image in self.preview.images)

    @property
    def image(self) -> Image | None:
        """The first of them."""
        return self.images[0] if self.images else None

    def _measured(self, image: Image) -> Image:
        known = self.pictures.get(image.url, Known())
        return Image(
            image.url, known.width or image.width, known.height or image.height, known.type or image.type, image.alt
        )

    @cached_property
    def image_tag(self) -> Tag | None:
        """The tag that names the first picture."""
        image = self.image
        tags = (tag for key in IMAGE_KEYS for tag in self.page.by_key.get(key, ()))
        # the reader takes "&amp;" for what it means, platforms for what it says
        return next(
            (tag for tag in tags if image and self.address(tag.value.replace("&amp;", "&")) == image.url), None
        )

    @cached_property
    def head(self) -> Tag | None:
        """Where tags that are missing belong: a tag of its own, so that no other is taken for it."""
        tag = self.page.first("head") or self.page.first("title") or self.page.first("html")
        return replace(tag) if tag else None


IMAGE_KEYS = (
    "og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src",
)  # fmt: skip
Find = Callable[[Subject], Iterable[Fault]]


@dataclass(frozen=True)
class Rule:
    """One rule. ``what`` and ``fix`` are said where a fault does not say it more exactly."""

    code: str
    severity: Severity
    group: str
    what: str
    why: str
    fix: str
    platforms: tuple[str, ...]
    source: Source
    find: Find

    @property
    def firm(self) -> bool:
        """Whether this is a documented fact; else it is advice."""
        return self.severity != "hint"


def rule(
    code: str, severity: Severity, group: str, platforms: tuple[str, ...], source: Source, **said: str
) -> Callable[[Find], Rule]:
    """Make a rule of a finder; ``said`` are its ``what``, ``why`` and ``fix``."""

    def made(find: Find) -> Rule:
        return Rule(code, severity, group, said["what"], said["why"], said["fix"], platforms, source, find)

    return made


def gathered(module: Mapping[str, Any]) -> tuple[Rule, ...]:
    """Return the rules of a module, in the order they are written."""
    return tuple(value for value in module.values() if isinstance(value, Rule))


# Platforms by what they read, for rules that concern many.
EVERY = (
    "facebook", "x", "linkedin", "slack", "discord", "whatsapp", "telegram", "imessage", "mastodon", "bluesky",
    "threads", "reddit", "pinterest", "google",
)  # fmt: skip
CARDS = tuple(name for name in EVERY if name != "google")
META = ("facebook", "threads", "whatsapp")
