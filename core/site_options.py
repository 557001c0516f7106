"""What the owner of a site may switch: declared, checked and read here."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, cast

from core.errors import Invalid
from core.origins import checked_addresses, checked_host, few

# RFC 5646 §2.1, as far as it tells a tag from something else; and #rgb or #rrggbb (CSS Color 4 §5.2).
_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}")
_COLOUR = re.compile(r"#([0-9a-f]{3}|[0-9a-f]{6})")


@dataclass(frozen=True)
class SiteOptions:
    """What a site's owner may switch."""

    clicks: bool = False
    """Whether clicks on share buttons are counted."""
    clicks_minimum: int = 10
    """The count from which a button shows it."""
    preview_hosts: tuple[str, ...] = ()
    """Hosts beside those of the origins whose pages are fetched for previews."""
    login_networks: tuple[str, ...] = ()
    """Networks the site's visitors log in with, in this order; empty for all that the server has."""
    login_trusted: bool = False
    """Whether the operator runs the site too: its visitors are not asked whether it may know them."""
    login_subject: str = "pairwise"
    """`pairwise`: the site knows people by ids of its own; `public`: by those that all such sites see."""
    login_algorithm: str = "RS256"
    """What its ID tokens are signed with: `RS256` or `ES256`."""
    login_logo: str = ""
    """Address of the logo that the log-in page shows."""
    login_logo_dark: str = ""
    """Address of the logo on dark ground; without it the other one is there too."""
    login_accent: str = ""
    """The one colour of the log-in page, as `#rrggbb`; empty for our own."""
    login_theme: str = "auto"
    """`auto` follows the visitor's scheme; `light` and `dark` are fixed."""
    login_languages: tuple[str, ...] = ()
    """Languages of the log-in page; the first is for whoever reads none of them. Empty for all there are."""
    login_logout_notice: str = ""
    """Address that is told when somebody logs out (OpenID Connect Back-Channel Logout 1.0)."""
    replies_approve: bool = False
    """Whether replies are shown under its pages only when they were approved."""


def stored_options(stored: Mapping[str, Any]) -> SiteOptions:
    """Read stored options; one that a newer program wrote is passed over, since both may run during an upgrade."""
    known = {item.name for item in fields(SiteOptions)}
    values = {name: tuple(v) if isinstance(v, list) else v for name, v in stored.items() if name in known}
    return SiteOptions(**cast(Any, values))


def checked_option(name: str, value: Any) -> Any:
    """Return an option's value as it is stored; Invalid names an unknown option, or a value that will not do."""
    checks: dict[str, Callable[[Any], Any]] = {
        "clicks": lambda value: _checked_flag("clicks", value),
        "clicks_minimum": _checked_minimum,
        "preview_hosts": _checked_hosts,
        "login_networks": _checked_networks,
        "login_trusted": lambda value: _checked_flag("login_trusted", value),
        "replies_approve": lambda value: _checked_flag("replies_approve", value),
        "login_subject": lambda value: _checked_word("login_subject", value, ("pairwise", "public")),
        "login_algorithm": lambda value: _checked_word("login_algorithm", value, ("RS256", "ES256")),
        "login_logo": lambda value: _checked_address("login_logo", value),
        "login_logo_dark": lambda value: _checked_address("login_logo_dark", value),
        "login_accent": _checked_colour,
        "login_theme": lambda value: _checked_word("login_theme", value, ("auto", "light", "dark")),
        "login_languages": _checked_languages,
        "login_logout_notice": lambda value: _checked_address("login_logout_notice", value),
    }
    if name not in checks:
        near = difflib.get_close_matches(name, checks, n=1)
        hint = f" Did you mean {near[0]}?" if near else f" There are: {', '.join(checks)}."
        raise Invalid(f"A site has no option {name}.{hint}", field=name)
    return checks[name](value)


def _checked_flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise Invalid(f"{name} must be true or false.", field=name)
    return value


def _checked_minimum(value: Any) -> int:
    # Down to 1: a zero on every button tells visitors that nobody reads this.
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 1_000_000:
        raise Invalid("clicks_minimum must be a whole number from 1 to 1000000.", field="clicks_minimum")
    return value


def _checked_hosts(value: Any) -> list[str]:
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise Invalid("preview_hosts must be a list of host names.", field="preview_hosts")
    return few("preview_hosts", [checked_host(host) for host in value])


def _checked_networks(value: Any) -> list[str]:
    # Which networks there are is known on a floor above: a key that is none is passed over there.
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise Invalid("login_networks must be a list of networks' keys.", field="login_networks")
    keys = [key for key in (str(key).strip().lower() for key in value) if key]  # an empty one alone: all again
    if unfit := [key for key in keys if not key.isascii() or not key.isalnum()]:
        raise Invalid(f"{unfit[0][:40]!r} is not a network's key.", field="login_networks")
    return few("login_networks", keys)


def _checked_word(name: str, value: Any, words: tuple[str, ...]) -> str:
    if value not in words:
        raise Invalid(f"{name} must be {' or '.join(words)}.", field=name)
    return str(value)


def _checked_languages(value: Any) -> list[str]:
    # Which languages there are is known on a floor above.
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise Invalid("login_languages must be a list of language tags.", field="login_languages")
    tags = [tag for tag in (str(tag).strip() for tag in value) if tag]
    if unfit := [tag for tag in tags if not _TAG.fullmatch(tag)]:
        raise Invalid(f"{unfit[0][:40]!r} is not a language tag such as de or pt-BR.", field="login_languages")
    return few("login_languages", tags)


def _checked_colour(value: Any) -> str:
    text = str(value).strip().lower()
    if text and not _COLOUR.fullmatch(text):
        raise Invalid(f"login_accent must be a colour such as #0b5cad, not {text[:40]!r}.", field="login_accent")
    return "#" + "".join(digit * 2 for digit in text[1:]) if len(text) == 4 else text


def _checked_address(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise Invalid(f"{name} must be an address, or empty.", field=name)
    return checked_addresses(name, [value])[0] if value.strip() else ""
