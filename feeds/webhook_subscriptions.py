"""Where networks and hubs send to, and what we share with each: subscriptions with their secrets, sealed.

``/webhooks/<network>/<id>`` has an id that nobody guesses; it says which secret must have signed. Where the secret is
that of an application at a network, ``/webhooks/<network>`` alone works too, with the credentials of the settings and
those of sites (`feeds.webhook_apps`).
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select

from core.database import Database
from core.errors import Gone, Invalid, NotFound
from core.resealing import reseal
from core.settings import Settings
from core.times import utc_now
from core.vault import SealBroken, Vault
from feeds.tables import new_id
from feeds.webhook_apps import SiteApps
from feeds.webhook_tables import SubscriptionRow
from networks.parts import Network
from networks.webhooks import Secrets, Webhook

# 40 of 31 letters are 198 bits: the id stands in an address, and nobody guesses it.
ID = 40
# Twitch takes 10 to 100 characters (https://dev.twitch.tv/docs/api/reference/#create-eventsub-subscription), WebSub
# less than 200 bytes (https://www.w3.org/TR/websub/#subscriber-sends-subscription-request).
SHORTEST_SECRET, LONGEST_SECRET = 10, 199
# Secrets that are good at a time, the newest first: while one takes over from another.
KEPT_SECRETS = 2
# How long the one before stays good: networks try again for hours what they signed with it. As for sites' keys.
OVERLAP = timedelta(hours=24)
_PURPOSE, _TOKEN = "webhook secret", "webhook token"


@dataclass(frozen=True)
class Place:
    """An address that is sent to: its subscription, None where the settings hold the secret, and the secrets."""

    network: Network
    hook: Webhook
    row: SubscriptionRow | None
    secrets: Secrets

    @property
    def id(self) -> str:
        """The subscription's id, "" for the network's own address."""
        return self.row.id if self.row else ""


@dataclass(frozen=True)
class NewSubscription:
    """What an operator needs at the network's console: the only sight of token and secret."""

    id: str
    address: str
    token: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)


class Subscriptions:
    """The subscriptions in the database. ``networks`` are those of this server."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        settings: Settings,
        networks: Mapping[str, Network],
        now: Callable[[], datetime] = utc_now,
        own: SiteApps | None = None,
    ) -> None:
        self._database = database
        self._vault = vault
        self._settings = settings
        self._networks = networks
        self._now = now
        self._own = own

    def address(self, network: str, subscription_id: str = "") -> str:
        """Return where a network sends to."""
        return f"{self._settings.base_url}/webhooks/{network}" + (f"/{subscription_id}" if subscription_id else "")

    def place(self, key: str, subscription_id: str) -> Place:
        """Return the address that is sent to. Raises NotFound; Gone for a hub that may forget a subscription."""
        network = self._networks.get(key)
        if network is None or network.webhook is None:
            raise NotFound("No network of this name sends anything here.", code="unknown_network")
        hook = network.webhook
        if not subscription_id:
            return Place(network, hook, None, self._of_settings(network, hook))
        with self._database.session() as session:
            row = session.get(SubscriptionRow, subscription_id[:100])
        if row is None or row.network != key:
            raise (Gone if hook.websub else NotFound)("There is no such subscription.", code="no_subscription")
        return Place(network, hook, row, self._of_row(row, hook))

    def add(self, key: str, *, secret: str = "", account: str = "") -> NewSubscription:
        """Make an address for a network to send to; Invalid says why that cannot be."""
        hook = self._hook(key)
        if hook.websub is not None:
            raise Invalid(f"{key} needs none by hand: its hub is asked when a feed is added.", field="network")
        given = checked_secret(secret) if secret else ""
        if hook.key_from == "app" and not given and not self._app_keys(hook):
            wanted = " or ".join(f"HANDBILL_{app.upper()}_CLIENT_SECRET" for app in hook.apps)
            raise Invalid(f"Give --secret, or set {wanted}.", field="secret")
        made = given or (new_secret() if hook.key_from == "ours" else "")
        token = secrets.token_urlsafe(24) if hook.token else ""
        row = self.new(key, secret=made, token=token, account=account.strip())
        return NewSubscription(row.id, self.address(key, row.id), token, "" if given else made)

    def shared(self, key: str) -> NewSubscription:
        """Return the network's own address, where our application's secret signs; Invalid where it does not."""
        hook = self._hook(key)
        if not self._has_app(hook):
            text = f"{key} has no application whose secret would count there, in the settings or of a site."
            raise Invalid(text, field="network")
        return NewSubscription("", self.address(key), self.server_token(key) if hook.token else "")

    def new(self, network: str, *, secret: str, token: str = "", account: str = "", **values: Any) -> SubscriptionRow:
        """Store a subscription and return it."""
        made = {"account": account[:300], "hub": "", "topic": "", "state": "waiting", "problem": "", "failures": 0}
        row = SubscriptionRow(**{**made, **values, "network": network, "created": self._now()}, id=new_id(ID))
        row.sealed = self._seal(row, [(secret, "")] if secret else [], token)
        with self._database.session(write=True) as session:
            session.add(row)
        return row

    def rotate(self, subscription_id: str, secret: str = "", overlap: timedelta = OVERLAP) -> str:
        """Put a new secret in front; the one before ends after the overlap. Return it where it was made here.

        Raises NotFound, and Invalid where the network makes the secret and none is given.
        """
        given = checked_secret(secret) if secret else ""
        with self._database.session(write=True) as session:
            row = session.get(SubscriptionRow, subscription_id)
            if row is None:
                raise NotFound("There is no such subscription.", code="no_subscription")
            hook = self._hook(row.network)
            if not given and hook.key_from != "ours":
                raise Invalid("Give --secret: this network's secret is not made here.", field="secret")
            keys, token = self._opened(row)
            made, end = given or new_secret(), (self._now() + overlap).isoformat()
            old = [(key, min(until or end, end)) for key, until in keys]
            row.sealed = self._seal(row, [(made, ""), *old][:KEPT_SECRETS], token)
        return "" if given else made

    def all(self) -> list[SubscriptionRow]:
        """Return the subscriptions, the oldest first."""
        query = select(SubscriptionRow).order_by(SubscriptionRow.created, SubscriptionRow.id)
        with self._database.session() as session:
            return list(session.scalars(query))

    def remove(self, subscription_id: str) -> None:
        """Delete a subscription: what is sent there from now on is refused. Raises NotFound."""
        with self._database.session(write=True) as session:
            gone = delete(SubscriptionRow).where(SubscriptionRow.id == subscription_id).returning(SubscriptionRow.id)
            if session.execute(gone).first() is None:
                raise NotFound("There is no such subscription.", code="no_subscription")

    def note(self, row: SubscriptionRow, **changes: Any) -> None:
        """Change what is stored of a subscription; one that is gone meanwhile stays gone."""
        with self._database.session(write=True) as session:
            stored = session.get(SubscriptionRow, row.id)
            for name, value in changes.items() if stored else ():
                setattr(stored, name, value)

    def secret_of(self, row: SubscriptionRow) -> str:
        """Return the newest secret of a subscription, "" where it has none of its own."""
        return next((key for key, _ in self._opened(row)[0]), "")

    def usable(self, row: SubscriptionRow) -> bool:
        """Return whether anything can be proved to a subscription's address: one of its secrets opens."""
        return bool(self._of_row(row, self._hook(row.network)).keys)

    def reseal(self) -> None:
        """Seal under the newest key what another one sealed, so that this other can be taken away."""
        reseal(self._database, self._vault, SubscriptionRow, _PURPOSE, self._resealed)

    def server_token(self, network: str) -> str:
        """Return what is to be entered as token for the network's own address: the same each time."""
        return self._vault.sign(_TOKEN, network.encode())

    def _hook(self, key: str) -> Webhook:
        network = self._networks.get(key)
        if network is None or network.webhook is None:
            raise Invalid(f"{key} sends nothing that we understand.", field="network")
        return network.webhook

    def _of_settings(self, network: Network, hook: Webhook) -> Secrets:
        if not self._has_app(hook):
            raise NotFound("This address needs the id of a subscription.", code="no_subscription")
        return Secrets(self._app_keys(hook), self.server_token(network.key) if hook.token else "")

    def _has_app(self, hook: Webhook) -> bool:
        """Return whether there is an application, the server's or a site's, whose secret signs."""
        return hook.key_from == "app" and bool(self._app_keys(hook) or (self._own and self._own.secrets(hook)))

    def _of_row(self, row: SubscriptionRow, hook: Webhook) -> Secrets:
        keys, token = self._opened(row)
        own = tuple(key.encode() for key, _ in keys)
        return Secrets(own or (self._app_keys(hook) if hook.key_from == "app" else ()), token)

    def _app_keys(self, hook: Webhook) -> tuple[bytes, ...]:
        named = (self._settings.networks.get(f"{app.upper()}_CLIENT_SECRET", "") for app in hook.apps)
        return tuple(key.encode() for key in named if key)

    def _seal(self, row: SubscriptionRow, keys: list[tuple[str, str]], token: str) -> str:
        return self._vault.seal(_PURPOSE, json.dumps({"keys": keys, "token": token}).encode(), _context(row))

    def _opened(self, row: SubscriptionRow) -> tuple[list[tuple[str, str]], str]:
        """Return a subscription's living secrets, each with its end or "", and its token.

        Nothing where the key that sealed them was taken away.
        """
        try:
            said = json.loads(self._vault.open(_PURPOSE, row.sealed, _context(row)))
        except SealBroken:
            return [], ""
        now = self._now().isoformat()
        return [(key, until) for key, until in said["keys"] if not until or until > now], str(said["token"])

    def _resealed(self, row: SubscriptionRow) -> str | None:
        keys, token = self._opened(row)
        return self._seal(row, keys, token) if keys or token else None


def _context(row: SubscriptionRow) -> str:
    return f"{row.id} {row.network}"


def new_secret() -> str:
    """Return a fresh secret of 256 bits."""
    return secrets.token_urlsafe(32)


def checked_secret(secret: str) -> str:
    """Return a secret that an operator gave; Invalid where it cannot be one."""
    given = secret.strip()
    if not SHORTEST_SECRET <= len(given.encode()) <= LONGEST_SECRET or not given.isprintable():
        raise Invalid(f"A secret has {SHORTEST_SECRET} to {LONGEST_SECRET} printable characters.", field="secret")
    return given
