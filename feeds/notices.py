"""What sites are told by webhook of their feeds: events in, notices out. Imports nothing heavy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from core.notice import Notice, Teller

if TYPE_CHECKING:
    from core.events import Event


def needs_owner(event: Event) -> Iterator[Notice]:
    """A network does not show a source to the account it is read with any more, though the account is good."""
    said = {"source": event.subject, "network": event.data["network"], "address": event.data["address"]}
    yield Notice(event.data["site"], event.kind, event.subject, said)


TELLERS: Mapping[str, Teller] = MappingProxyType({"feed.needs_owner": needs_owner})
"""What is made of each kind of event, for `app.py`."""
