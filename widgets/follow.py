"""The follow widget: links to the owner's accounts, marked ``rel="me"`` so that networks can verify them."""

from __future__ import annotations

from typing import Any, Literal
from urllib.parse import urlencode

from pydantic import Field, ValidationInfo, field_validator

from networks.icons import icon
from networks.parts import Network
from widgets.base import Context, Options, Refused, Widget, flag, network_keys, words_of

# The words that travel with the data, by the name the script has for them.
WORDS = {"label": "follow", "opens": "opens"}


class FollowOptions(Options):
    """What a page owner may say about follow buttons."""

    accounts: tuple[str, ...] = Field(
        (), max_length=40, description="Your accounts, as `mastodon:@me@example.social github:me`."
    )
    layout: Literal["inline", "vertical"] = Field("inline", description="A row or a column.")
    size: Literal["small", "medium", "large"] = Field("medium", description="Marks of 16, 24 or 32 pixels.")
    labels: bool = Field(False, description="Whether names stand beside the marks.")
    color: Literal["mono", "brand"] = Field("mono", description="The page's own colour, or each network's.")

    @field_validator("accounts", mode="before")
    @classmethod
    def _accounts(cls, value: object, info: ValidationInfo) -> list[str]:
        return [_account(part, info) for part in words_of(value)]

    @field_validator("labels", mode="before")
    @classmethod
    def _flag(cls, value: object) -> object:
        return flag(value)


def _account(part: str, info: ValidationInfo) -> str:
    """Return network:account, checked against the network's form."""
    key, mark, rest = part.partition(":")
    if not mark or not rest:
        raise Refused(f"Write network:account, not {part[:80]!r}.", field="accounts")
    [key] = network_keys(key, info)
    network: Network = (info.context or {})["networks"][key]
    if network.follow is None:
        raise Refused(f"{network.name} has no accounts to follow.", field="accounts")
    account = network.account(rest)
    if account is None:
        raise Refused(f"{rest[:80]!r} is not an account on {network.name}.", field="accounts")
    return f"{key}:{account}"


def data(options: FollowOptions, context: Context) -> dict[str, Any]:
    """Return what the template and the script read."""
    return {
        "widget": "follow",
        "lang": context.words.lang,
        "dir": context.words.dir,
        "words": {short: context.words.text(full) for short, full in WORDS.items()},
        "buttons": [_button(account, options, context) for account in options.accounts],
    }


def _button(account: str, options: FollowOptions, context: Context) -> dict[str, Any]:
    key, _, rest = account.partition(":")
    network = context.networks[key]
    assert network.follow is not None  # noqa: S101 -- the options were checked
    button: dict[str, Any] = {
        "key": key,
        "name": context.words.name(key, network.name),
        **({"color": network.colour} if options.color == "brand" else {}),
        "account": rest,
        "label": context.words.follow_label(key, network.name, rest),
        "icon": icon(network),
        "href": network.follow.address(rest),
    }
    if network.follow.remote:
        button["remote"] = f"{context.base_url}/follow/{key}?{urlencode({'account': rest})}"
    return button


WIDGET = Widget("follow", "Follow buttons", FollowOptions, data)
