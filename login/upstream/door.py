"""One network as a login goes through it: what it declares, who we are there, and what we ask with.

A flow (`oauth_client.py`, `indieauth.py`, `atproto.py`, `signed_fields.py` beside this file) is driven in
three steps, because what the first learns must be kept with the attempt before the browser leaves:

    prepared = flow.prepare(door, typed)              # may ask the network where to go
    door = flow.at(door, prepared.server)
    begun = attempts.begin(Start(…, server=prepared.server, extra=prepared.extra))
    address = flow.address(door, prepared, begun)     # the browser goes there
    …
    profile = flow.profile(flow.at(door, attempt.server), attempt, fields)  # the browser is back with these
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from core.addresses import normal
from core.errors import AddressRefused, BadReply, FetchFailed
from login.problems import LoginFailed

if TYPE_CHECKING:
    from core.cache_fetch import Cache
    from core.http import Http, Reply
    from login.attempts import Attempt, Begun
    from login.keys import SigningKey
    from networks.oauth import Login, Profile

# Seconds for one question to a network. A login asks up to four in a row, and a person waits for all of them
# (oauth threats, 53: a page within ten seconds).
DEADLINE = 5.0
# Seconds for what may fail without harm, such as giving a token back.
SHORT = 2.0
# Token replies and profiles have a few kilobytes; a key set of a large provider about twenty.
LARGEST = 256 * 1024
# Algorithms whose key is the client's secret (OpenID Connect Core §9, §10.1), and the bytes that it must have
# (RFC 7518 §3.2).
SHARED = {"HS256": 32, "HS384": 48, "HS512": 64}
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Client:
    """Us, as a network knows us. ``values`` are its credentials by suffix, such as ``CLIENT_SECRET``."""

    id: str
    values: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def secret(self) -> str:
        """The shared secret, "" for none."""
        return self.values.get("CLIENT_SECRET", "")


@dataclass(frozen=True)
class Door:
    """Everything that driving one login takes.

    ``origin`` is our own, ``name`` what we call ourselves there, ``back`` our callback (RFC 6749 §3.1.2). ``allow``
    are hosts of this machine that development lets through. ``signer`` gives our published key of an algorithm.
    ``issuer`` and ``assertions`` are what a proof that is signed with it names and may be signed by. ``directory``
    and ``resolver`` are origins that tell who is who on the AT Protocol.
    """

    key: str
    login: Login
    client: Client
    origin: str
    name: str
    back: str
    http: Http
    cache: Cache
    allow: tuple[str, ...] = ()
    signer: Callable[[str], SigningKey] | None = field(default=None, repr=False)
    issuer: str = ""
    assertions: tuple[str, ...] = ()
    directory: str = ""
    resolver: str = ""

    def ask(self, method: str, url: str, **given: Any) -> Reply:
        """Ask the network, without following redirects: a token goes where it was meant for, or nowhere.

        Plain http is for hosts of this machine only (RFC 6749 §1.6 and §3.2, OpenID Connect Discovery §3). Raises
        FetchFailed.
        """
        given.setdefault("deadline", DEADLINE)
        return self.http.request(method, self.checked(url), max_bytes=LARGEST, redirects=0, **given)

    def checked(self, url: str) -> str:
        """Return an address of the network that we ask, or send a browser to, as browsers write it.

        A stranger's server may have named it. Raises AddressRefused for what is none, and for one without TLS.
        """
        address = normal(url)
        if not address:
            raise AddressRefused("The network names an address that is none.")
        if not address.startswith("https://") and not self._is_let_through(address):
            raise AddressRefused("The network names an address without TLS.")
        return address

    def _is_let_through(self, url: str) -> bool:
        place = urlsplit(url).netloc
        return place in self.allow or f"{place}:80" in self.allow


@dataclass(frozen=True)
class Prepared:
    """What is known before the browser leaves. ``extra`` is kept with the attempt, sealed."""

    server: str = ""
    extra: Mapping[str, object] = field(default_factory=dict, repr=False)


class Flow(Protocol):
    """How one kind of network is driven. Every step raises LoginFailed, with words for the person."""

    def prepare(self, door: Door, typed: str) -> Prepared:
        """Find out where to go. ``typed`` is the server or address that somebody typed, where one is asked for."""

    def at(self, door: Door, server: str) -> Door:
        """Return the door of one server among many; the door itself where there is only one."""

    def address(self, door: Door, prepared: Prepared, begun: Begun) -> str:
        """Return the address that the browser goes to."""

    def profile(self, door: Door, attempt: Attempt, fields: Mapping[str, str]) -> Profile:
        """Return who it is, from what came back."""


def refused(fields: Mapping[str, str]) -> LoginFailed | None:
    """Return the failure that a callback tells of (RFC 6749 §4.1.2.1); None where it tells of none.

    ``error_description`` is a stranger's text that came through the browser: it is not shown.
    """
    error = fields.get("error", "")
    if not error:
        return None
    said_no = ("access_denied", "user_cancelled_login", "user_cancelled_authorize", "user_denied", "consent_required")
    told = re.sub(r"[^\w.:-]", "?", error[:60])  # it goes into a log
    return LoginFailed("denied" if error in said_no else "network_failed", f"the network said {told}")


def json_of(reply: Reply, what: str) -> Any:
    """Return a reply's JSON; LoginFailed where it is none or the status is no success."""
    if not 200 <= reply.status < 300:
        raise LoginFailed("network_failed", f"{what}: status {reply.status}")
    try:
        return reply.json()
    except BadReply as exc:
        raise LoginFailed("network_failed", f"{what}: not JSON") from exc


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Turn what a translation of a stranger's reply stumbles over into a LoginFailed."""
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as exc:
        raise LoginFailed("network_failed", f"the {what} cannot be read: {type(exc).__name__}") from exc


def failed(what: str, exc: FetchFailed) -> LoginFailed:
    """Return the failure of a question that got no answer."""
    return LoginFailed("network_failed", f"{what}: {exc.message}")
