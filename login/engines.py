"""What drives each way of logging in with a network, by `networks.oauth.Login.flow`.

An engine begins an attempt and says where the browser goes. When the browser is back and the network has told who it
is, the engine's route hands the `Profile` to `login.arrivals.arrived`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from login.attempts import Start
    from login.service import Logins
    from networks.parts import Network


class Engine(Protocol):
    """Begins logins with the networks of one flow."""

    def __call__(self, logins: Logins, network: Network, start: Start) -> str:
        """Begin an attempt with `Logins.attempts` and return the address to send the browser to."""


def _upstream(logins: Logins, network: Network, start: Start) -> str:
    from login.upstream.driver import begin

    return begin(logins, network, start)


ENGINES: Mapping[str, Engine] = dict.fromkeys(("oauth2", "indieauth", "atproto", "signed"), _upstream)
