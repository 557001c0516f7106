"""What the owner of a site may switch: declared, checked and read here."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, cast

from core.errors import Invalid
from core.origins import checked_addresses, checked_host, few


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
    login_logout_notice: str = ""
    """Address that is told when somebody logs out (OpenID Connect Back-Channel Logout 1.0)."""


def stored_options(stored: Mapping[str, Any]) -> SiteOptions:
    """Read stored options; one that a newer program wrote is passed over, since both may run during an upgrade."""
    known = {item.name for item in fields(SiteOptions)}
    values = {name: tuple(v) if isinstance(v, list) else v for name, v in stored.items() if name in known}
    return SiteOptions(**cast(Any, values))


def checked_option(name: str, value: Any) -> Any:
    """Return an option's value as it is stored; Invalid names an unknown option, or a value that will not do."""
    checks: dict[str, Callable[[Any], Any]] = {
        "clicks": _checked_flag,
        "clicks_minimum": _checked_minimum,
        "preview_hosts": _checked_hosts,
        "login_networks": _checked_networks,
        "login_trusted": _checked_trust,
        "login_subject": lambda value: _checked_word("login_subject", value, ("pairwise", "public")),
        "login_algorithm": lambda value: _checked_word("login_algorithm", value, ("RS256", "ES256")),
        "login_logo": lambda value: _checked_address("login_logo", value),
        "login_logout_notice": lambda value: _checked_address("login_logout_notice", value),
    }
    if name not in checks:
        near = difflib.get_close_matches(name, checks, n=1)
        hint = f" Did you mean {near[0]}?" if near else f" There are: {', '.join(checks)}."
        raise Invalid(f"A site has no option {name}.{hint}", field=name)
    return checks[name](value)


def _checked_flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Invalid("clicks must be true or false.", field="clicks")
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
    keys = [str(key).strip().lower() for key in value]
    if unfit := [key for key in keys if not key.isascii() or not key.isalnum()]:
        raise Invalid(f"{unfit[0][:40]!r} is not a network's key.", field="login_networks")
    return few("login_networks", keys)


def _checked_trust(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Invalid("login_trusted must be true or false.", field="login_trusted")
    return value


def _checked_word(name: str, value: Any, words: tuple[str, ...]) -> str:
    if value not in words:
        raise Invalid(f"{name} must be {' or '.join(words)}.", field=name)
    return str(value)


def _checked_address(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise Invalid(f"{name} must be an address, or empty.", field=name)
    return checked_addresses(name, [value])[0] if value.strip() else ""
