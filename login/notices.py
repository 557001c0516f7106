"""What sites are told by webhook of logins and connected accounts: events in, notices out.

A notice names a person by the site's own id of them and nothing else: no other site's id, no address, no token.
Imported at every start, so it imports nothing heavy. See docs/webhooks.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from core.notice import Notice, Teller

if TYPE_CHECKING:
    from core.events import Event


def user_deleted(event: Event) -> Iterator[Notice]:
    """Somebody's data was deleted here, by their wish or their network's: the site should delete what it has."""
    for site_key, sub in event.data.items():
        yield Notice(site_key, "user.deleted", sub, {"sub": sub})


def user_unlinked(event: Event) -> Iterator[Notice]:
    """An account that the site was told of is no way in any more; the person may have others."""
    for site_key, sub in event.data["sites"].items():
        said = {"sub": sub, "network": event.data["network"], "by": event.data["by"]}
        yield Notice(site_key, "user.unlinked", sub, said)


def user_disconnected(event: Event) -> Iterator[Notice]:
    """Somebody took back what the site may know of them."""
    for site_key, sub in event.data.items():
        yield Notice(site_key, "user.disconnected", sub, {"sub": sub})


def account(event: Event) -> Iterator[Notice]:
    """A connected account of the site needs its owner, or is gone: its feeds stand still."""
    said = {"account": event.subject, "network": event.data["network"], "handle": event.data["handle"]}
    yield Notice(event.data["site"], event.kind, event.subject, said)


TELLERS: Mapping[str, Teller] = MappingProxyType(
    {
        "login.person_deleted": user_deleted,
        "login.account_unlinked": user_unlinked,
        "login.site_disconnected": user_disconnected,
        "account.needs_owner": account,
        "account.disconnected": account,
    }
)
"""What is made of each kind of event, for `app.py`."""
