"""What a widget is: options in, data out, one template.

A widget's `Options` model is at once the HTML attributes, the query parameters, the JSON fields, the builder's form
and the table in the docs. Third parties add a widget by an entry point in the group ``handbill.widgets``.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from core.addresses import web_address
from core.errors import Invalid
from networks import Networks
from widgets.words import Words

if TYPE_CHECKING:
    from core.sites import Site
    from feeds.conversation import Conversation
    from feeds.show import Shown, ShownAuthor, ShownPost
    from networks.parts import Network
    from networks.records import Author, Post
    from widgets.page_reader import Reader

O = TypeVar("O", bound="Options")  # noqa: E741 -- pydantic's own letter for it

# A language tag is at most this long in practice (RFC 5646 §4.4.1 recommends room for 35).
LONGEST_TAG = 35


class Options(BaseModel):
    """The options all widgets share."""

    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=True)

    site: str = Field(
        "", max_length=64, description="The site's public key; the script tag's `data-site` serves all."
    )
    theme: Literal["auto", "light", "dark"] = Field(
        "auto", description="Colours: the visitor's scheme, or a fixed one."
    )
    lang: str = Field("", max_length=LONGEST_TAG, description="Language of the words. Default: the page's own.")

    # Families of options, one for each network: attribute prefix -> the field that gathers them.
    families: ClassVar[Mapping[str, str]] = {}
    # What our own links say, and no owner: no form asks for it.
    ours: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def attributes(cls) -> dict[str, str]:
        """Return attribute name -> field name."""
        return {name.replace("_", "-"): name for name in cls.model_fields if name not in cls.families.values()}


@dataclass(frozen=True)
class Context:
    """What a widget's data is made from beside its options.

    ``offered`` tells which networks the visitors of a site can log in with on this server; ``feed`` what there is of
    a feed: its id, how many posts, where to go on, and the language. ``conversation`` gives what is said about a
    page: its address, posts about it, how many answers, and the site; ``show_post`` and ``show_author`` what is to be
    drawn of a post in a language, and of somebody on a network.
    """

    networks: Networks
    words: Words
    base_url: str
    site: Site | None = None
    clicks: Callable[[str], Mapping[str, int]] | None = None
    reader: Callable[[], Reader] | None = None
    offered: Callable[[Site | None], Iterable[Network]] | None = None
    feed: Callable[[str, int, str, str], Shown] | None = None
    conversation: Callable[[str, Sequence[str], int, Site | None], Conversation] | None = None
    show_post: Callable[[Post, str], ShownPost] | None = None
    show_author: Callable[[Author, str], ShownAuthor] | None = None


@dataclass(frozen=True)
class Widget:
    """A widget by its key, as in ``<hb-KEY>``.

    ``data`` turns options into what the template and the script both read. Built-in ones have the template
    ``templates/widgets/KEY.html``; a third party's gives its text as ``source``. ``reads``: whether its data comes
    from other people's pages, by the context's reader. ``told``: what of the data may be in JSON, where not all may.
    ``lifetime``: how long an answer may be kept, as Cache-Control says it. ``sheet``: whether its HTML has a style
    sheet of its own in our frames.
    """

    key: str
    summary: str
    options: type[Options]
    data: Callable[[Any, Context], dict[str, Any]]
    source: str = ""
    reads: bool = False
    told: Callable[[dict[str, Any], Context], dict[str, Any]] | None = None
    lifetime: str = ""
    sheet: bool = False


def parse(model: type[O], given: Mapping[str, str], networks: Networks) -> tuple[O, list[str]]:
    """Read options from attributes or query parameters; return them with a hint for each unknown name.

    Raises Invalid, naming the first field that is wrong.
    """
    known = model.attributes()
    values: dict[str, Any] = {name: {} for name in model.families.values()}
    hints = []
    for name, value in given.items():
        prefix, _, rest = name.partition("-")
        if name in known:
            values[known[name]] = value
        elif prefix in model.families and rest in networks:
            values[model.families[prefix]][rest] = value
        else:
            hints.append(_hint(name, [*known, *(f"{p}-x" for p in model.families)]))
    try:
        return model.model_validate(values, context={"networks": networks}), hints
    except ValidationError as exc:
        raise _invalid(exc) from exc


def _hint(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"unknown option {name[:40]!r}" + (f", did you mean {near[0]!r}?" if near else "")


def _invalid(exc: ValidationError) -> Invalid:
    first = exc.errors(include_url=False, include_input=False)[0]
    cause = first.get("ctx", {}).get("error")
    field = str(first["loc"][0]).replace("_", "-") if first["loc"] else ""
    if isinstance(cause, Invalid):
        return Invalid(cause.message, code=cause.code, field=cause.field or field)
    return Invalid(f"{field}: {first['msg']}.", field=field)


# --- reading values as people write them ---


def words_of(value: object) -> list[str]:
    """Split a list as written in an attribute: by spaces or commas; repeats are dropped."""
    parts = value if isinstance(value, (list, tuple)) else re.split(r"[\s,]+", str(value))
    return list(dict.fromkeys(str(part).strip() for part in parts if str(part).strip()))


def flag(value: object) -> object:
    """Read an attribute that is there or not (``labels``, ``labels=""``, ``labels=off``)."""
    word = str(value).strip().lower()
    if word in ("", "1", "true", "yes", "on", "labels", "counts"):
        return True
    return False if word in ("0", "false", "no", "off", "none") else value


def network_keys(value: object, info: ValidationInfo) -> list[str]:
    """Read a list of network keys; raise Refused, naming the nearest, for an unknown one."""
    networks: Networks = (info.context or {})["networks"]
    keys = [key.lower() for key in words_of(value)]
    for key in keys:
        if key not in networks:
            near = difflib.get_close_matches(key, list(networks), n=1, cutoff=0.6)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise Refused(f"There is no network {key[:40]!r}.{hint}", code="unknown_network")
    return keys


def by_network(value: object, info: ValidationInfo) -> dict[str, str]:
    """Read ``x:me mastodon:@me@example.social`` as network -> rest; raise Refused where it is not of that form."""
    pairs = {}
    for part in words_of(value):
        key, mark, rest = part.partition(":")
        if not mark or not rest:
            raise Refused(f"Write network:name, not {part[:80]!r}.")
        network_keys(key, info)
        pairs[key.lower()] = rest
    return pairs


class Refused(Invalid, ValueError):
    """An Invalid that pydantic carries to the caller whole."""


def address(value: object, field: str) -> str:
    """Read an http(s) address or nothing; raise Refused for anything else."""
    text = str(value).strip()
    if not text:
        return ""
    try:
        return web_address(text, field)
    except Invalid as exc:
        raise Refused(exc.message, code=exc.code, field=exc.field) from exc


# --- for the builder and the docs ---


@dataclass(frozen=True)
class Described:
    """An option as the builder and the docs show it. ``kind`` is choice, bool, number, list or text."""

    name: str
    kind: str
    default: str
    help: str
    choices: tuple[str, ...] = ()


def describe(model: type[Options]) -> list[Described]:
    """Return every option of a widget, its own before the shared ones."""
    shared = set(Options.model_fields)
    names = [n for n in model.model_fields if n not in shared] + list(Options.model_fields)
    return [_described(model, name) for name in names]


def _described(model: type[Options], name: str) -> Described:
    info = model.model_fields[name]
    families = {field: prefix for prefix, field in model.families.items()}
    attribute = f"{families[name]}-NETWORK" if name in families else name.replace("_", "-")
    default = info.get_default(call_default_factory=True)
    shown = " ".join(default) if isinstance(default, (tuple, list, dict)) else _shown(default)
    if get_origin(info.annotation) is Literal:
        return Described(attribute, "choice", shown, info.description or "", get_args(info.annotation))
    kind = {bool: "bool", int: "number", str: "text"}.get(info.annotation, "list")  # type: ignore[arg-type]
    return Described(attribute, kind, shown, info.description or "")


def _shown(default: object) -> str:
    return "" if default is False else "on" if default is True else str(default)


__all__ = [
    "Context",
    "Described",
    "Options",
    "Refused",
    "Widget",
    "address",
    "by_network",
    "describe",
    "field_validator",
    "flag",
    "network_keys",
    "parse",
    "words_of",
]
