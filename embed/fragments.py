"""A widget as server HTML: the element with its attributes and real links inside, and the words for each link."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from widgets.base import Context, Options
from widgets.card import plain_picture
from widgets.share import ShareOptions, href

# What is on the element only as data for the server.
_NOT_WRITTEN = frozenset({"counts"})


def attributes(options: Options, given: Mapping[str, str]) -> Markup:
    """Return the element's attributes: those the caller gave, escaped, unknown ones left out."""
    known = options.attributes()
    written = [
        Markup(' {}="{}"').format(name, value) if value else Markup(" {}").format(name)
        for name, value in given.items()
        if name in known or name.partition("-")[0] in options.families
    ]
    return Markup("").join(written)


def label(button: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """Return a link's name for those who hear it: what it does, and that it opens a window."""
    said = button.get("label") or words.get("on", "").replace("{network}", button["name"])
    opens = "" if button.get("action") else f" ({words['opens']})"
    return said + opens


def with_links(data: dict[str, Any], options: Options, context: Context) -> dict[str, Any]:
    """Return the data with an address on every button, so that the HTML works without scripts.

    A card's picture gets the size that it has without a style sheet.
    """
    if "picture" in data:
        return {**data, "picture": plain_picture(data)}
    if not isinstance(options, ShareOptions):
        return data
    buttons = [
        {**b, "href": b.get("href") or href(context.networks[b["key"]], options, context)} for b in data["buttons"]
    ]
    return {**data, "buttons": buttons}
