"""What the owner of a site may switch: declared, checked and read here."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, cast

from core.errors import Invalid
from core.origins import checked_host, few


@dataclass(frozen=True)
class SiteOptions:
    """What a site's owner may switch."""

    clicks: bool = False
    """Whether clicks on share buttons are counted."""
    clicks_minimum: int = 10
    """The count from which a button shows it."""
    preview_hosts: tuple[str, ...] = ()
    """Hosts beside those of the origins whose pages are fetched for previews."""


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
