"""A site's own credentials at networks: sealed, read by whoever asks a network in the site's name.

    credentials.set("site-key", "github", {"CLIENT_ID": "…", "CLIENT_SECRET": "…"})
    credentials.of("site-key")          # {"github": {"CLIENT_ID": …}}

Which values a network gives, and which of them are secret, is known on a floor above. All of one site at one network
are one record (AES-256-GCM, `core.vault`), bound to table, site and network: copied to another row it does not open.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ForeignKey, Text, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.database import Base, Database, UtcTime
from core.errors import Invalid, NotFound
from core.recent import Recent
from core.resealing import reseal
from core.sites import SiteRow
from core.times import utc_now
from core.vault import SealBroken, Vault

log = logging.getLogger(__name__)

# A private key in PEM has under 4 KB (RSA 4096), a client secret under 100 characters.
VALUE_MAX = 8192
# Sites with an application of their own at one network. A notice of the network is tried with each one's secret
# (`login.routes_upstream`): a thousand HMACs of a kilobyte are some milliseconds.
MOST_OF_NETWORK = 1000
# How long a process may not notice what another one changed, seconds; as for sites (`core.sites`).
_NOTICED = 5.0
_REMEMBERED = 256
_PURPOSE = "site credentials"

Values = Mapping[str, str]


class SiteCredentialRow(Base):
    """What a site has at a network. ``sealed`` holds the values, the names too."""

    __tablename__ = "site_credentials"

    site_key: Mapped[str] = mapped_column(Text, ForeignKey(SiteRow.key, ondelete="CASCADE"), primary_key=True)
    network: Mapped[str] = mapped_column(primary_key=True, index=True)
    sealed: Mapped[str]
    changed: Mapped[datetime] = mapped_column(UtcTime)


@dataclass(frozen=True)
class Own:
    """A site's credentials at a network. ``values`` is empty where they do not open any more."""

    site_key: str
    network: str
    changed: datetime
    values: Values = field(repr=False)


class SiteCredentials:
    """The credentials of all sites, with the last ones asked for kept in memory for a few seconds."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        now: Callable[[], datetime] = utc_now,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._vault = vault
        self._now = now
        self._of_site: Recent[tuple[Own, ...]] = Recent(_REMEMBERED, _NOTICED, clock)
        self._of_network: Recent[tuple[Own, ...]] = Recent(_REMEMBERED, _NOTICED, clock)

    def set(self, site_key: str, network: str, values: Values) -> Own:
        """Store all that a site has at a network; what was there before goes. Raises NotFound and Invalid."""
        _check(values)
        sealed = self._sealed(site_key, network, values)
        row = SiteCredentialRow(site_key=site_key, network=network, sealed=sealed, changed=self._now())
        with self._database.session(write=True) as session:
            if "\0" in site_key or session.get(SiteRow, site_key) is None:
                raise NotFound(f"There is no site {site_key[:40]!r}.", code="unknown_site", field="key")
            _check_room(session, site_key, network)
            session.merge(row)
        self._forget()
        return Own(site_key, network, row.changed, dict(values))

    def remove(self, site_key: str, network: str) -> None:
        """Delete what a site has at a network. Raises NotFound where it has nothing there."""
        mine = (SiteCredentialRow.site_key == site_key, SiteCredentialRow.network == network)
        with self._database.session(write=True) as session:
            gone = session.scalar(delete(SiteCredentialRow).where(*mine).returning(SiteCredentialRow.network))
        if gone is None:
            raise NotFound("This site has no credentials of its own at that network.", field="network")
        self._forget()

    def of(self, site_key: str) -> Mapping[str, Own]:
        """Return a site's own credentials by network. At most a few seconds old."""
        mine = SiteCredentialRow.site_key == site_key
        found = self._of_site.get(site_key, lambda: self._read(mine)) if site_key and "\0" not in site_key else ()
        return {own.network: own for own in found}

    def at(self, network: str) -> tuple[Own, ...]:
        """Return what all sites have at a network, the oldest first. At most a few seconds old."""
        theirs = SiteCredentialRow.network == network
        return self._of_network.get(network, lambda: self._read(theirs))

    def all(self) -> tuple[Own, ...]:
        """Return what all sites have, the oldest first, as it is now."""
        return self._read(SiteCredentialRow.network != "")

    def reseal(self) -> None:
        """Seal under the newest key what another one sealed, so that this other can be taken away."""
        reseal(self._database, self._vault, SiteCredentialRow, _PURPOSE, self._resealed)

    def _sealed(self, site_key: str, network: str, values: Values) -> str:
        return self._vault.seal(_PURPOSE, json.dumps(dict(values)).encode(), _context(site_key, network))

    def _resealed(self, row: SiteCredentialRow) -> str | None:
        values = self._opened(row)
        return self._sealed(row.site_key, row.network, values) if values else None

    def _read(self, wanted: object) -> tuple[Own, ...]:
        query = select(SiteCredentialRow).where(wanted)  # type: ignore[arg-type]
        with self._database.session() as session:
            rows = list(session.scalars(query.order_by(SiteCredentialRow.changed, SiteCredentialRow.site_key)))
        return tuple(Own(row.site_key, row.network, row.changed, self._opened(row)) for row in rows)

    def _opened(self, row: SiteCredentialRow) -> Values:
        try:
            said: Values = json.loads(self._vault.open(_PURPOSE, row.sealed, _context(row.site_key, row.network)))
        except SealBroken:
            log.warning(
                "a site's credentials do not open: enter them anew",
                extra={"site": row.site_key, "network": row.network},
            )
            return {}
        return said

    def _forget(self) -> None:
        self._of_site.clear()
        self._of_network.clear()


def _context(site_key: str, network: str) -> str:
    return f"site_credentials {site_key} {network}"


def _check(values: Values) -> None:
    for name, value in values.items():
        if not 0 < len(value) <= VALUE_MAX or "\0" in value:
            raise Invalid(f"{name} must have 1 to {VALUE_MAX} characters.", field=name)


def _check_room(session: Session, site_key: str, network: str) -> None:
    theirs = (SiteCredentialRow.network == network, SiteCredentialRow.site_key != site_key)
    if (session.scalar(select(func.count()).select_from(SiteCredentialRow).where(*theirs)) or 0) >= MOST_OF_NETWORK:
        raise Invalid(
            f"At most {MOST_OF_NETWORK} sites have credentials of their own at one network.", field="network"
        )
