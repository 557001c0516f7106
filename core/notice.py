"""One thing that one site is told by webhook, and what makes it of an event. Imports nothing heavy."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from core.times import written

if TYPE_CHECKING:
    from core.events import Event


@dataclass(frozen=True)
class Notice:
    """What a site is told: ``kind`` such as ``user.deleted``, and ``data``, small JSON without secrets.

    ``about`` is whom or what it is about, as the site knows them: notices about the same are sent in order.
    """

    site_key: str
    kind: str
    about: str
    data: Mapping[str, Any] = field(default_factory=dict)

    def body(self, at: datetime) -> str:
        """Return what is sent, in ASCII: type, time of the event, data (Standard Webhooks, "payload structure")."""
        said = {"type": self.kind, "timestamp": written(at), "data": dict(self.data)}
        return json.dumps(said, separators=(",", ":"), allow_nan=False)


Teller = Callable[["Event"], Iterable[Notice]]
"""Makes notices of an event; whom it does not concern is not told."""
