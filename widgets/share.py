"""The share widget: links to the networks' own share pages, and actions such as copy where there is none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar, Literal
from urllib.parse import urlencode

from pydantic import Field, ValidationInfo, field_validator

from networks.icons import icon
from networks.intents import Content, intent, row
from networks.parts import Network
from widgets.base import Context, Options, Refused, Widget, address, by_network, flag, network_keys, words_of

DEFAULT_NETWORKS = ("facebook", "x", "linkedin", "mastodon", "bluesky", "whatsapp", "email", "copy")
# As much as any network takes of a text, several times over; more is a mistake.
LONGEST_TEXT = 5000
# The words of the page's language that travel with the widget's data, by the name the script has for them …
WORDS = {"label": "share", "on": "share_on", "opens": "opens"}
# … and those that only the action of a button on the page needs.
ACTION_WORDS = {
    "copy": ("copied", "copy_failed"),
    "native": ("copied", "copy_failed"),
    "qr": ("qr_title", "qr_hint", "close"),
    "server": ("server_title", "server_label", "server_hint", "server_remember", "server_go", "server_bad", "close"),
}


class ShareOptions(Options):
    """What a page owner may say about share buttons."""

    networks: tuple[str, ...] = Field(DEFAULT_NETWORKS, max_length=40, description="Which networks, in which order.")
    url: str = Field("", description="The page to share. Default: the page's canonical address, when clicked.")
    text: str = Field("", max_length=LONGEST_TEXT, description="The words to share. Default: the page's title.")
    texts: dict[str, str] = Field({}, description="Words for one network only, such as `text-x`.")
    hashtags: tuple[str, ...] = Field((), max_length=30, description="Hashtags, for networks that have them.")
    via: dict[str, str] = Field({}, description="Your accounts to be named, as `x:me mastodon:@me@example.social`.")
    image: str = Field("", description="A picture's address, for Pinterest and others that ask for one.")
    utm: str = Field(
        "", max_length=300, description="Campaign parameters to add, as `utm_source={network}&utm_medium=share`."
    )
    layout: Literal["inline", "vertical", "floating", "menu"] = Field(
        "inline", description="A row, a column, a bar that floats beside the page, or one button with a menu."
    )
    size: Literal["small", "medium", "large"] = Field("medium", description="Marks of 16, 24 or 32 pixels.")
    labels: bool = Field(False, description="Whether names stand beside the marks.")
    color: Literal["mono", "brand"] = Field("mono", description="The page's own colour, or each network's.")
    counts: bool = Field(False, description="Whether the site's own click counts show, if the site counts clicks.")

    families: ClassVar[Mapping[str, str]] = {"text": "texts"}

    @field_validator("networks", mode="before")
    @classmethod
    def _networks(cls, value: object, info: ValidationInfo) -> list[str]:
        return network_keys(value, info) or list(DEFAULT_NETWORKS)

    @field_validator("url", "image", mode="before")
    @classmethod
    def _address(cls, value: object, info: ValidationInfo) -> str:
        return address(value, info.field_name or "url")

    @field_validator("hashtags", mode="before")
    @classmethod
    def _hashtags(cls, value: object) -> list[str]:
        """Keep what may stand in a hashtag: letters, marks, digits and the underscore (UTS 31 §2.5)."""
        return [tag for tag in (re.sub(r"[^\w\u200c]", "", word)[:100] for word in words_of(value)) if tag]

    @field_validator("via", mode="before")
    @classmethod
    def _via(cls, value: object, info: ValidationInfo) -> object:
        return value if isinstance(value, dict) else by_network(value, info)

    @field_validator("utm", mode="before")
    @classmethod
    def _utm(cls, value: object) -> str:
        """Only parameters: nothing that could end the query or start another address."""
        text = str(value).strip().lstrip("?&")
        if not re.fullmatch(r"[\w\-.~%=&+{}]*", text):
            raise Refused("Write campaign parameters as utm_source={network}&utm_medium=share.", field="utm")
        return text

    @field_validator("texts")
    @classmethod
    def _texts(cls, value: dict[str, str]) -> dict[str, str]:
        if any(len(text) > LONGEST_TEXT for text in value.values()):
            raise Refused(f"A text is longer than {LONGEST_TEXT} characters.", field="text")
        return value

    @field_validator("labels", "counts", mode="before")
    @classmethod
    def _flag(cls, value: object) -> object:
        return flag(value)

    def content(self) -> Content:
        """Return what is shared, for `networks.intents`."""
        return Content(self.url, self.text, self.hashtags, self.image, self.utm, self.texts, self.via)


def hop(network: Network, options: ShareOptions, context: Context) -> str:
    """Return the address on our server that asks or acts for visitors without scripts."""
    given = {"url": options.url, "text": options.texts.get(network.key) or options.text, "site": options.site}
    query = urlencode({k: v for k, v in given.items() if v})
    return f"{context.base_url}/share/{network.key}" + (f"?{query}" if query else "")


def href(network: Network, options: ShareOptions, context: Context) -> str:
    """Return where a plain link goes: straight to the network where that is possible, else to our hop."""
    if network.share and network.share.direct and options.url:
        return intent(network, options.content())
    return hop(network, options, context)


def data(options: ShareOptions, context: Context) -> dict[str, Any]:
    """Return what the template and the script read."""
    shown = [context.networks[key] for key in options.networks]
    live = [network for network in shown if network.share is not None and not network.dead]
    counts = context.clicks(options.url) if context.clicks and options.counts and options.url else None
    return {
        "widget": "share",
        "lang": context.words.lang,
        "dir": context.words.dir,
        "words": words(live, context, menu=options.layout == "menu"),
        "buttons": [_button(network, options, context, counts) for network in live],
        **({"count": True} if context.site and context.site.options.clicks else {}),
        **_hints(shown),
    }


def words(shown: list[Network], context: Context, *, menu: bool = False) -> dict[str, str]:
    """Return what the script says, no more than these buttons need."""
    # An app's own scheme is for phones: elsewhere the script opens the native sheet, or copies.
    actions = {row(n).get("action") or ("native" if n.share and n.share.phone else "") for n in shown}
    names = {**WORDS, **({"menu": "menu"} if menu else {})}
    for action in sorted(actions & set(ACTION_WORDS)):
        names.update({word: word for word in ACTION_WORDS[action]})
    texts = context.words.subset(tuple(names.values()))
    return {short: texts[full] for short, full in names.items()}


def _button(
    network: Network, options: ShareOptions, context: Context, counts: Mapping[str, int] | None
) -> dict[str, Any]:
    said = context.words.share_label(network.key, network.name)
    button = {**row(network), "name": context.words.name(network.key, network.name), "icon": icon(network)}
    if options.color == "mono":
        del button["color"]  # each byte is sent to every visitor
    if said != context.words.text("share_on", network=network.name):
        button["label"] = said  # "Copy link", "Share by e-mail": not of the form that serves the others
    if options.url:
        button["href"] = href(network, options, context)
    if counts is not None and counts.get(network.key):
        button["clicks"] = counts[network.key]
        button["clicks_label"] = context.words.plural("shares", counts[network.key])
    return button


def _hints(shown: list[Network]) -> dict[str, list[str]]:
    dead = [network.share.farewell for network in shown if network.share and network.dead]
    mute = [f"{network.name} takes no shares" for network in shown if network.share is None]
    return {"hints": dead + mute} if dead or mute else {}


WIDGET = Widget("share", "Share buttons", ShareOptions, data)
