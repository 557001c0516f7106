"""What the log-in page offers: networks as buttons, and one line on what the site will be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from networks.icons import icon

if TYPE_CHECKING:
    from core.sites import Site
    from login.service import Logins
    from networks.parts import Network

# The networks without a brand of their own, and the words for them.
_UNBRANDED = {"indieauth": "website"}


@dataclass(frozen=True)
class Way:
    """One button: the network's key, its mark as path data, what it says, and where it leads.

    ``fields`` are what a form has in place of the link, for a network that is a form of our own.
    """

    key: str
    icon: str
    label: str
    href: str
    fields: Mapping[str, str] = field(default_factory=dict)


def ways(logins: Logins, words: Any, site: Site | None, fields: Mapping[str, str], browser: str) -> list[Way]:
    """Return a button for each network that a site's visitors can log in with.

    Each carries a ticket which says that this page told this browser who asks and for what.
    """
    return [way(logins, words, network, fields, browser) for network in logins.offered(site)]


def way(logins: Logins, words: Any, network: Network, fields: Mapping[str, str], browser: str) -> Way:
    """Return a network's button."""
    from login.targets import ticket_about

    ticket = logins.marks.make("shown", browser, *ticket_about(fields))
    carried = {**fields, "ticket": ticket}
    href = f"/login/{network.key}?{urlencode(carried)}"
    own = network.login is not None and network.login.development
    return Way(network.key, icon(network), label(words, network), href, carried if own else {})


def label(words: Any, network: Network) -> str:
    """Return what a network's button says, in the wording its brand asks for."""
    wording = network.login.wording if network.login else "continue"
    name = words.text(_UNBRANDED[network.key]) if network.key in _UNBRANDED else network.name
    return str(words.text("sign_in_with" if wording == "sign_in" else "continue_with", network=name))


def tells(words: Any, site: Site, scopes: frozenset[str]) -> list[str]:
    """Return the sentences that say what a site will be told."""
    seen = "_".join(name for name in ("profile", "email") if name in scopes)
    lines = [words.text(f"tells_{seen or 'id'}", site=site.name)]
    return lines + ([words.text("tells_offline")] if "offline_access" in scopes else [])
