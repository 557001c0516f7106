"""The words a layout is written in: boxes in rows and columns that hold texts, pictures and shapes.

Lengths are pixels on a card of 1200x630; on other sizes they grow or shrink with the card. Colours are named by the
part they play in the card's theme, so that every layout works with every theme. Whatever shows an absent field is
left out with its gap. Right-to-left cards are mirrored whole.

Text is written with fields in braces: ``"{title}"``; `og.layouts.names` says which there are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from core.errors import Invalid
from og.drawing.colours import THEMES
from og.layouts.names import NAMES as VALUES

Role = Literal["background", "surface", "faint", "muted", "ink", "accent", "accent_ink", "on_accent"]
# Width by height: from 2.1, 1.25 and 0.8 up, and below; "small" has a side under 300 pixels.
Shape = Literal["wide", "landscape", "square", "tall", "small"]
Length = Annotated[float, Field(ge=0, le=2400)]
Share = Annotated[float, Field(ge=0, le=1)]
# A text is tried in so many sizes at most: each costs a look at all lines.
_SIZES = 12
# Nodes of one layout, and how deep they stand in one another: far above what any card can show.
_NODES, _DEPTH = 200, 12
_FIELD = re.compile(r"\{(\w*)\}")
_PHOTOS = Literal["avatar", "logo", "picture", "background"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class Node(_Strict):
    """What every part of a layout may say.

    ``needs`` and ``without``: fields that must be there, or absent. ``shapes``: cards it is for, all if empty;
    a name with "-" before it is one it is not for. ``drop``: where room is short, parts go by this number, highest
    first; 0 stays. ``grow``: its share of the room that is left over.
    """

    needs: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    shapes: tuple[str, ...] = ()
    drop: int = Field(0, ge=0, le=9)
    grow: float = Field(0, ge=0, le=100)

    @field_validator("needs", "without")
    @classmethod
    def _fields(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in VALUES:
                raise ValueError(f"there is no field {name!r}")
        return names

    @field_validator("shapes")
    @classmethod
    def _shapes(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name.removeprefix("-") not in Shape.__args__:  # type: ignore[attr-defined]
                raise ValueError(f"there is no shape {name!r}")
        return names


class Text(Node):
    """Words. ``text`` is one template or several, of which those with all fields there are joined by ``join``.

    ``sizes`` are tried largest first until ``lines`` and the height are kept; ``least`` is in real pixels: what
    cannot be read is not drawn smaller. ``leading`` is times the size, ``tracking`` in em.
    """

    type: Literal["text"]
    text: str | tuple[str, ...]
    join: str = " · "
    sizes: tuple[Length, ...] = Field((30,), min_length=1, max_length=_SIZES)
    least: Length = 11
    weight: Literal[400, 500, 600, 700, 800] = 400
    family: Literal["sans", "display", "mono"] = "sans"
    leading: float = Field(1.2, ge=0.8, le=3)
    tracking: float = Field(0, ge=-0.1, le=0.5)
    lines: int = Field(0, ge=0, le=40)
    keep: int = Field(1, ge=1, le=10, description="Lines that what stands before it must leave it.")
    align: Literal["start", "center", "end"] = "start"
    balance: bool = False
    color: Role = "ink"
    upper: bool = False
    direction: Literal["auto", "ltr"] = "auto"

    @property
    def templates(self) -> tuple[str, ...]:
        """The templates, always several."""
        return (self.text,) if isinstance(self.text, str) else self.text

    @field_validator("text")
    @classmethod
    def _known(cls, text: str | tuple[str, ...]) -> str | tuple[str, ...]:
        for template in (text,) if isinstance(text, str) else text:
            for name in _FIELD.findall(template):
                if name not in VALUES:
                    raise ValueError(f"there is no field {{{name}}}")
        return text


class Code(Node):
    """Program text: every line of its own, colours for its parts, cut at the edge."""

    type: Literal["code"]
    text: str = "{title}"
    sizes: tuple[Length, ...] = Field((30,), min_length=1, max_length=_SIZES)
    leading: float = Field(1.5, ge=1, le=3)


class Picture(Node):
    """A picture: cut to fill its box (``cover``) or whole inside it (``contain``); 0 is as wide or high as may be."""

    type: Literal["picture"]
    field: _PHOTOS
    width: Length = 0
    height: Length = 0
    fit: Literal["cover", "contain"] = "cover"
    shape: Literal["plain", "round"] = "plain"
    radius: Length = 0
    shadow: bool = False
    bleed: bool = Field(False, description="Fills its side of the card to the edge, beyond the padding.")


class Rule(Node):
    """A filled rectangle; a width of 0 is all there is."""

    type: Literal["rule"]
    width: Length = 0
    height: Length = 4
    color: Role = "accent"
    radius: Length = 0


class Mark(Node):
    """A drawn sign."""

    type: Literal["mark"]
    name: Literal["quote", "play", "dots", "calendar", "branch", "wave", "star"]
    size: Length = 64
    color: Role = "accent"


class Progress(Node):
    """A bar as long as the card's ``progress``."""

    type: Literal["progress"]
    width: Length = 0
    height: Length = 12


class Qr(Node):
    """A QR code on a light plate."""

    type: Literal["qr"]
    size: Length = 160


class Space(Node):
    """Nothing, so high and wide; it may grow."""

    type: Literal["space"]
    size: Length = 0


class Box(Node):
    """Parts in a row or a column; ``auto`` is a row on wide cards and a column on others."""

    type: Literal["box"]
    direction: Literal["row", "column", "auto"] = "column"
    children: tuple[AnyNode, ...]
    gap: Length = 0
    align: Literal["start", "center", "end", "stretch"] = "start"
    justify: Literal["start", "center", "end", "between"] = "start"
    padding: tuple[Length, ...] = Field((), max_length=4)
    width: Length = 0
    height: Length = 0
    share: Share = Field(0, description="Its part of the row's width, or of the column's height.")
    fill: Role | None = None
    radius: Length = 0
    shadow: bool = False
    border: Role | None = None


AnyNode = Annotated[Text | Code | Picture | Rule | Mark | Progress | Qr | Space | Box, Field(discriminator="type")]
Box.model_rebuild()


class Decor(_Strict):
    """A shape behind everything, by parts of the card's width and height; a disc's ``width`` is of the short side."""

    type: Literal["disc", "ring", "bar"]
    x: float = Field(0, ge=-1, le=2)
    y: float = Field(0, ge=-1, le=2)
    width: float = Field(1, ge=0, le=3)
    height: float = Field(1, ge=0, le=3)
    color: Role = "accent"
    alpha: Share = 1


class Layout(_Strict):
    """A whole layout. ``lines`` names the texts whose line ends are kept; ``sample`` is a card to show it with."""

    key: str = Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")
    title: str = Field(min_length=1, max_length=60)
    summary: str = Field(min_length=1, max_length=200)
    theme: str = "paper"
    pattern: str = "none"
    lines: tuple[Literal["title", "description"], ...] = ()
    padding: Length = 72
    decor: tuple[Decor, ...] = Field((), max_length=20)
    scrim: Literal["whole", "words"] = "whole"
    body: Box
    sample: dict[str, Any] = Field(default_factory=dict)

    @field_validator("theme")
    @classmethod
    def _theme(cls, name: str) -> str:
        if name not in THEMES:
            raise ValueError(f"there is no theme {name!r}: {', '.join(THEMES)}")
        return name

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of the card's fields it shows, in the order of the card."""
        return tuple(name for name in VALUES if name in set(_shown(self.body)) | {"background"})


def _shown(node: Any) -> Iterator[str]:
    if isinstance(node, Box):
        for child in node.children:
            yield from _shown(child)
    elif isinstance(node, Text):
        yield from (VALUES[name] for template in node.templates for name in _FIELD.findall(template))
    elif isinstance(node, Code):
        yield from (VALUES[name] for name in _FIELD.findall(node.text))
    elif isinstance(node, Picture):
        yield node.field
    elif isinstance(node, (Progress, Qr)):
        yield node.type


def parse(text: str, name: str) -> Layout:
    """Return the layout some JSON says; raise Invalid, which names the place and what is wrong there."""
    try:
        data = json.loads(text)
        if _deepest(data) > _DEPTH:
            raise Invalid(f"{name}: boxes stand too deep in one another.", code="bad_layout", field=name)
        layout = Layout.model_validate(data)
    except (ValueError, RecursionError) as exc:
        raise Invalid(f"{name}: {_said(exc)}", code="bad_layout", field=name) from exc
    if sum(1 for _ in _nodes(layout.body)) > _NODES:
        raise Invalid(f"{name}: more than {_NODES} parts.", code="bad_layout", field=name)
    return layout


def _deepest(data: Any, depth: int = 0) -> int:
    children = data.get("children") or data.get("body") if isinstance(data, dict) else data
    if not isinstance(children, (dict, list)) or depth > 4 * _DEPTH:
        return depth
    within = [children] if isinstance(children, dict) else children
    return max((_deepest(child, depth + 1) for child in within if isinstance(child, (dict, list))), default=depth)


def _nodes(node: Any) -> Iterator[Any]:
    yield node
    for child in getattr(node, "children", ()):
        yield from _nodes(child)


def _said(exc: Exception) -> str:
    """Return the first fault in words: where, and what."""
    if not isinstance(exc, ValidationError):
        return f"is no JSON: {exc}"
    fault = exc.errors(include_url=False)[0]
    place = ".".join(str(part) for part in fault["loc"]) or "the layout"
    more = len(exc.errors()) - 1
    return f"{place}: {fault['msg']}" + (f" (and {more} more)" if more else "")
