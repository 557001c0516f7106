"""The keys that ID tokens are signed with: made by ourselves, sealed in the database, changed every three months.

Each algorithm has a line of keys. A new one is published a day before it signs, so that whoever keeps our key set
knows it by then, and stays published as long as anything it signed may be shown to us or to anybody (RFC 9700 says
nothing on this; OpenID Connect Core §10.1.1 asks for the overlap). An operator changes nothing and schedules nothing:
the hourly sweep does it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from core.database import Database
from core.recent import Recent
from core.times import utc_now
from core.vault import SealBroken, Vault
from login.tables import SigningKeyRow, new_id

log = logging.getLogger(__name__)

# RS256 because every client reads it (OpenID Connect Core §15.1 makes it mandatory); ES256 where a site asks for it.
ALGORITHMS = ("RS256", "ES256")
DEFAULT = "RS256"
# NIST SP 800-57 part 1 §5.6.1: 112 bits of security, good through 2030; larger ones cost each login.
RSA_BITS = 2048
# How long a key signs. Nothing asks for less; the change is only worth something if it is done often enough to work.
SIGNS = timedelta(days=90)
# How long before that it is published: far above the 3,600 seconds for which the set may be kept
# (`login/routes_oauth.py`), which are those of large providers.
ANNOUNCED = timedelta(days=1)
# How long after it is still published: ID tokens end within minutes, but come back as hints when people log out.
KEPT = timedelta(days=14)
# Seconds a process keeps the unsealed keys.
_NOTICED = 60.0
_PURPOSE = "signing key"


@dataclass(frozen=True)
class SigningKey:
    """A key as JSON Web Keys (RFC 7517): ``public`` for everybody, ``private`` for signing."""

    id: str
    algorithm: str
    signs_from: datetime
    public: dict[str, Any]
    private: dict[str, Any] | None = field(repr=False)


class Keys:
    """The signing keys of this server."""

    def __init__(self, database: Database, vault: Vault, now: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._vault = vault
        self._now = now
        self._recent: Recent[tuple[SigningKey, ...]] = Recent(4, _NOTICED)

    def signer(self, algorithm: str = DEFAULT) -> SigningKey:
        """Return the key that signs now; the first is made when it is first wanted."""
        return self._signer(algorithm) or self._first(algorithm)

    def published(self) -> list[dict[str, Any]]:
        """Return the public keys, as the ``keys`` of a JSON Web Key Set (RFC 7517 §5).

        The set may be kept for an hour, so it has a key of each algorithm before any site is switched to it.
        """
        for algorithm in ALGORITHMS:
            self.signer(algorithm)
        return [key.public for key in self._all()]

    def rotate(self) -> None:
        """Make the next key where the newest will soon have signed long enough; take away those long done."""
        for algorithm in {key.algorithm for key in self._read()}:
            newest = max(key.signs_from for key in self._read() if key.algorithm == algorithm)
            if newest + SIGNS - ANNOUNCED <= self._now():
                self.make(algorithm, self._now() + ANNOUNCED)
        self._retire()
        self._recent.clear()

    def make(self, algorithm: str, signs_from: datetime) -> None:
        """Make a key that signs from a time on. Of several processes that try at once, one succeeds."""
        key_id = new_id()
        public, private = _fresh(algorithm, key_id)
        line = [key for key in self._rows() if key.algorithm == algorithm]
        row = SigningKeyRow(
            id=key_id,
            algorithm=algorithm,
            number=max((key.number for key in line), default=0) + 1,
            public=public,
            private=self._vault.seal(_PURPOSE, json.dumps(private).encode(), key_id),
            created=self._now(),
            signs_from=signs_from,
        )
        try:
            with self._database.session(write=True) as session:
                session.add(row)
        except IntegrityError:
            log.info("another process made the next signing key")
        self._recent.clear()

    def reseal(self) -> int:
        """Seal the private halves under the first secret key; return how many were under another."""
        count = 0
        with self._database.session(write=True) as session:
            for row in session.scalars(select(SigningKeyRow)):
                if self._vault.worn(_PURPOSE, row.private) and (private := self._opened(row)) is not None:
                    row.private = self._vault.seal(_PURPOSE, json.dumps(private).encode(), row.id)
                    count += 1
        return count

    def _signer(self, algorithm: str) -> SigningKey | None:
        usable = [key for key in self._all() if key.algorithm == algorithm and key.private is not None]
        ready = [key for key in usable if key.signs_from <= self._now()]
        return max(ready, key=lambda key: key.signs_from, default=None)

    def _first(self, algorithm: str) -> SigningKey:
        """Make a key that signs at once: there is none, or none that this server's secret opens any more."""
        self.make(algorithm, self._now())
        made = self._signer(algorithm)
        if made is None:
            raise SealBroken(f"there is no {algorithm} key, and none could be made")
        return made

    def _all(self) -> tuple[SigningKey, ...]:
        return self._recent.get("keys", self._read)

    def _read(self) -> tuple[SigningKey, ...]:
        rows = self._rows()
        return tuple(SigningKey(r.id, r.algorithm, r.signs_from, r.public, self._opened(r)) for r in rows)

    def _rows(self) -> list[SigningKeyRow]:
        with self._database.session() as session:
            return list(session.scalars(select(SigningKeyRow).order_by(SigningKeyRow.signs_from, SigningKeyRow.id)))

    def _opened(self, row: SigningKeyRow) -> dict[str, Any] | None:
        try:
            private: dict[str, Any] = json.loads(self._vault.open(_PURPOSE, row.private, row.id))
        except SealBroken:
            log.warning(
                "a signing key was sealed under a secret key that is gone; it is published, and signs no more"
            )
            return None
        return private

    def _retire(self) -> None:
        """Delete each key whose successor has signed for as long as anybody may still show what it signed."""
        rows, now = self._rows(), self._now()
        for algorithm in {row.algorithm for row in rows}:
            line = [row for row in rows if row.algorithm == algorithm]
            done = [row.id for row, successor in pairwise(line) if successor.signs_from + KEPT <= now]
            with self._database.session() as session:
                session.execute(delete(SigningKeyRow).where(SigningKeyRow.id.in_(done)))


def _fresh(algorithm: str, key_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a new key, public and private, as JSON Web Keys."""
    from joserfc.jwk import ECKey, RSAKey

    about: Any = {"kid": key_id, "use": "sig", "alg": algorithm}
    key: Any = RSAKey.generate_key(RSA_BITS, about) if algorithm == "RS256" else ECKey.generate_key("P-256", about)
    return dict(key.as_dict(private=False)), dict(key.as_dict(private=True))
