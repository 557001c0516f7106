"""How a network tells us that something happened: what it asks when it is introduced, how it signs, what it says.

A network's file fills in a `Webhook`: data and small functions over what came, none of which knows the web server,
the database or the time. The engine (`feeds/webhooks.py`) reads the raw body, has it verified here before anything
parses it, stores it, and asks what it is about when it works through it.

A signature is an HMAC (RFC 2104) over bytes that were sent, compared in constant time with what each of our secrets
gives. There may be two secrets at a time, while one takes over from another.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from core.errors import BadReply
from networks.records import STUMBLES

# The hashes that any network signs with; SHA-1 stands in no scheme but WebSub's, which has it for old hubs.
HASHES = frozenset({"sha1", "sha256", "sha384", "sha512"})
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}){16,64}")


@dataclass(frozen=True)
class Secrets:
    """What we share with a network: ``keys`` sign, the newest first; ``token`` is what Meta repeats to us."""

    keys: tuple[bytes, ...] = field(default=(), repr=False)
    token: str = field(default="", repr=False)


@dataclass(frozen=True)
class Delivery:
    """What was sent: the body byte for byte, and the headers with their names in lower case."""

    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    def header(self, name: str) -> str:
        """Return a header, the empty string where it is not there."""
        return self.headers.get(name, "").strip()


@dataclass(frozen=True)
class Signed:
    """What a delivery claims: that an HMAC with this hash over this message gives these bytes."""

    hash: str
    mac: bytes = field(repr=False)
    message: bytes = field(repr=False)


@dataclass(frozen=True)
class Echo:
    """What a network wants to hear back at once."""

    text: str
    type: Literal["text/plain", "application/json"] = "text/plain"


@dataclass(frozen=True)
class Event:
    """One thing that happened.

    ``kind``: ``changed`` something was posted or edited; ``deleted`` the post ``subject`` (a `Post.id`) is no more;
    ``ended`` the network sends nothing more, ``subject`` says why. ``accounts`` are the names and ids that the source
    may go by; without any, all sources are meant that the subscription is for.
    """

    kind: Literal["changed", "deleted", "ended"]
    accounts: tuple[str, ...] = ()
    subject: str = ""


@dataclass(frozen=True)
class WebSub:
    """Where a feed's news can be asked for (https://www.w3.org/TR/websub/): ``hub``, where the feed names none.

    ``topic`` turns the feed's address into the one that the hub knows it by; "" where it knows none for it.
    """

    hub: str = ""
    topic: Callable[[str], str] = str


def nothing_asked(_query: Mapping[str, str], _secrets: Secrets) -> Echo | None:
    """Answer no question: how networks are introduced that ask none."""
    return None


def nothing_awaited(_delivery: Delivery) -> Echo | None:
    """Answer nothing but that it came: what most deliveries want."""
    return None


def by_body(delivery: Delivery) -> str:
    """Return an id for deliveries that bring none: the same bytes are the same delivery."""
    return "sha256:" + hashlib.sha256(delivery.body).hexdigest()


def undated(_delivery: Delivery) -> datetime | None:
    """Return no time: most networks sign none."""
    return None


@dataclass(frozen=True)
class Webhook:
    """How a network's deliveries are verified and understood.

    ``signed`` finds the claim in a delivery, None where there is none or it is not of the documented form.
    ``events`` says what it is about. ``handshake`` answers a GET, ``reply`` a verified POST that waits for words of
    its own. ``delivery`` gives the id by which a repetition is known. ``sent`` tells when it was sent, in which case
    it must be at most ``age`` old, or ahead. ``headers`` are kept beside the body: those that the functions look at.

    ``key_from`` says where the secret is from: ``app`` is the one of our application there (``apps`` are the networks
    whose ``CLIENT_SECRET`` may have signed), ``ours`` is made here and told to the network, ``theirs`` is made there.
    ``websub`` marks networks where we ask a hub for deliveries ourselves. ``token`` says that a token of ours is to
    be entered there. ``docs`` is the page that says all this.
    """

    signed: Callable[[Delivery], Signed | None]
    events: Callable[[Delivery], tuple[Event, ...]]
    handshake: Callable[[Mapping[str, str], Secrets], Echo | None] = nothing_asked
    reply: Callable[[Delivery], Echo | None] = nothing_awaited
    delivery: Callable[[Delivery], str] = by_body
    sent: Callable[[Delivery], datetime | None] = undated
    age: timedelta | None = None
    headers: tuple[str, ...] = ()
    key_from: Literal["app", "ours", "theirs"] = "ours"
    apps: tuple[str, ...] = ()
    token: bool = False
    websub: WebSub | None = None
    docs: str = ""

    def verifies(self, delivery: Delivery, secrets: Secrets) -> bool:
        """Return whether one of the secrets signed the delivery."""
        return any(self.signers(delivery, secrets.keys))

    def signers(self, delivery: Delivery, keys: Sequence[bytes]) -> list[bool]:
        """Return of each secret whether it signed; every one is tried, so it takes as long whichever did."""
        claim = self.signed(delivery)
        if claim is None or claim.hash not in HASHES:
            return [False] * len(keys)
        return [
            bool(key) and hmac.compare_digest(hmac.digest(key or b"-", claim.message, claim.hash), claim.mac)
            for key in keys
        ]

    def timely(self, delivery: Delivery, now: datetime) -> bool:
        """Return whether the delivery is no older than is taken, and not from the future."""
        if self.age is None:
            return True
        sent = self.sent(delivery)
        return sent is not None and abs(now - sent) <= self.age

    def read(self, delivery: Delivery) -> tuple[Event, ...]:
        """Return what a verified delivery is about; raise BadReply where it is not of the documented form."""
        try:
            return self.events(delivery)
        except STUMBLES as exc:
            raise BadReply("The delivery is not of the form that the network documents.", code="bad_reply") from exc


def in_header(
    name: str,
    methods: Mapping[str, str],
    *,
    encoding: Literal["hex", "base64"] = "hex",
    message: Callable[[Delivery], bytes] | None = None,
) -> Callable[[Delivery], Signed | None]:
    """Return how to find a signature that stands in a header behind its method: ``sha256=…``.

    ``methods`` are the beginnings that are taken, with the hash of each; ``message`` is what is signed, by default
    the body.
    """

    def find(delivery: Delivery) -> Signed | None:
        given = delivery.header(name)
        for prefix, kind in methods.items():
            if given.startswith(prefix):
                mac = unhexed(given[len(prefix) :]) if encoding == "hex" else unbased(given[len(prefix) :])
                return Signed(kind, mac, message(delivery) if message else delivery.body) if mac else None
        return None

    return find


def unhexed(text: str) -> bytes:
    """Return the bytes of hex digits, nothing else among them; else no bytes."""
    return bytes.fromhex(text) if _HEX.fullmatch(text) else b""


def unbased(text: str) -> bytes:
    """Return the bytes of base64 in its one right form (RFC 4648 §3.5); else no bytes."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return raw if base64.b64encode(raw).decode() == text else b""


def unique(events: list[Event]) -> tuple[Event, ...]:
    """Return each event once, in order."""
    return tuple(dict.fromkeys(events))
