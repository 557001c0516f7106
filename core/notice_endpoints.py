"""Where sites are told: their addresses, and the secrets that notices to them are signed with.

A secret is ``whsec_`` and 32 random bytes in base64 (Standard Webhooks: 24 to 64). It is shown once and kept sealed,
bound to its site. After a change the old one signs beside the new one for a day.
"""

from __future__ import annotations

import json
import secrets
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from core.database import Database
from core.errors import AddressRefused, Invalid, NotFound
from core.netguard import Guard
from core.notice_tables import EndpointRow
from core.origins import checked_addresses
from core.resealing import reseal
from core.settings import Settings
from core.sites import SiteRow
from core.times import utc_now
from core.vault import SealBroken, Vault

PREFIX = "whsec_"
SECRET_BYTES = 32
# How long two secrets sign: long enough to put the new one into use on the next working day, as with API keys.
OVERLAP = timedelta(hours=24)
_PURPOSE = "notice secret"


@dataclass(frozen=True)
class Endpoint:
    """Where a site is told. ``secrets`` are those in force, the newest first."""

    site_key: str
    url: str
    state: str
    problem: str
    created: datetime
    failing: datetime | None
    secrets: tuple[str, ...] = field(default=(), repr=False)


class Endpoints:
    """The addresses of all sites."""

    def __init__(
        self, database: Database, vault: Vault, settings: Settings, now: Callable[[], datetime] = utc_now
    ) -> None:
        self._database = database
        self._vault = vault
        self._settings = settings
        self._now = now

    def set(self, site_key: str, url: str) -> str:
        """Have a site told at an address, and return the secret, this once. An address it had before is replaced.

        Raises NotFound for an unknown site, Invalid for an address that is not https or that is never asked.
        """
        address, secret = self._checked(url), _new_secret()
        with self._database.session(write=True) as session:
            if session.get(SiteRow, site_key.replace("\0", "")) is None:
                raise NotFound(f"There is no site {site_key[:40]!r}.", field="key")
            row = EndpointRow(site_key=site_key, url=address, state="active", problem="", created=self._now())
            row.sealed, row.failing = self._sealed(site_key, [(secret, None)]), None
            session.merge(row)
        return secret

    def rotate(self, site_key: str, overlap: timedelta = OVERLAP) -> str:
        """Put a new secret in front and return it, this once; the old one signs too until the overlap is over."""
        secret, now = _new_secret(), self._now()
        with self._database.session(write=True) as session:
            row = _row(session, site_key)
            old = [(one, min(until or now + overlap, now + overlap)) for one, until in self._opened(row)[:1]]
            row.sealed = self._sealed(site_key, [(secret, None), *old])
        return secret

    def remove(self, site_key: str) -> None:
        """Tell a site no more. Raises NotFound."""
        with self._database.session(write=True) as session:
            session.delete(_row(session, site_key))

    def find(self, site_key: str) -> Endpoint:
        """Return where a site is told. Raises NotFound."""
        with self._database.session() as session:
            return self._endpoint(_row(session, site_key))

    def all(self) -> list[Endpoint]:
        """Return every address, without its secrets."""
        with self._database.session() as session:
            rows = session.scalars(select(EndpointRow).order_by(EndpointRow.created, EndpointRow.site_key))
            return [_bare(row) for row in rows]

    def any(self) -> bool:
        """Return whether there is an address at all."""
        with self._database.session() as session:
            return bool(session.scalar(select(exists().select_from(EndpointRow))))

    def reseal(self) -> None:
        """Seal under the newest key what another one sealed, so that this other can be taken away."""
        reseal(self._database, self._vault, EndpointRow, _PURPOSE, self._resealed)

    # --- how it goes ---

    def arrived(self, site_key: str) -> None:
        """Note that a notice arrived: an address that was off is on again."""
        with self._database.session(write=True) as session:
            mine = update(EndpointRow).where(EndpointRow.site_key == site_key)
            session.execute(mine.values(state="active", problem="", failing=None))

    def _checked(self, url: str) -> str:
        [address] = checked_addresses("url", [url])
        guard = Guard(allow=self._settings.http_allow, own=(self._settings.base_url, self._settings.studio_url))
        try:
            found = guard.address(address)
        except AddressRefused as exc:
            raise Invalid(f"Nothing is sent to this address: {exc.message}", field="url") from exc
        # What is sent is signed, not sealed: who was deleted where is nobody's business on the way.
        if found.scheme != "https" and not guard.is_allowed(found.host, found.port):
            raise Invalid("The address must begin with https://.", field="url")
        return address

    def _sealed(self, site_key: str, kept: list[tuple[str, datetime | None]]) -> str:
        data = [{"secret": secret, "until": until.isoformat() if until else None} for secret, until in kept]
        return self._vault.seal(_PURPOSE, json.dumps(data).encode(), site_key)

    def _opened(self, row: EndpointRow) -> list[tuple[str, datetime | None]]:
        """Return the secrets that still sign, each with its end; none where the key that sealed them is gone."""
        try:
            said: list[dict[str, Any]] = json.loads(self._vault.open(_PURPOSE, row.sealed, row.site_key))
        except SealBroken:
            return []
        found = [(one["secret"], datetime.fromisoformat(one["until"]) if one["until"] else None) for one in said]
        return [(secret, until) for secret, until in found if until is None or until > self._now()]

    def _resealed(self, row: EndpointRow) -> str | None:
        kept = self._opened(row)
        return self._sealed(row.site_key, kept) if kept else None

    def _endpoint(self, row: EndpointRow) -> Endpoint:
        kept = tuple(secret for secret, _ in self._opened(row))
        return Endpoint(row.site_key, row.url, row.state, row.problem, row.created, row.failing, kept)


def _bare(row: EndpointRow) -> Endpoint:
    return Endpoint(row.site_key, row.url, row.state, row.problem, row.created, row.failing)


def _row(session: Session, site_key: str) -> EndpointRow:
    row = session.get(EndpointRow, site_key.replace("\0", ""))
    if row is None:
        raise NotFound("This site has no webhook: sites webhook set KEY URL.", code="no_webhook", field="key")
    return row


def _new_secret() -> str:
    return PREFIX + b64encode(secrets.token_bytes(SECRET_BYTES)).decode("ascii")
