"""Sealing stored secrets anew under the newest key, so that the one before can be taken away (core/vault.py)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import inspect, select, update

from core.database import Database
from core.vault import SealBroken, Vault


def reseal(database: Database, vault: Vault, table: Any, purpose: str, fresh: Callable[[Any], str | None]) -> None:
    """Seal under the newest key what another one sealed in a table's column ``sealed``.

    ``fresh`` seals a row's secret anew; None where it does not open, which stays as it is.
    """
    with database.session() as session:
        rows = [row for row in session.scalars(select(table)) if row.sealed and _worn(vault, purpose, row.sealed)]
    for row in rows:
        sealed = fresh(row)
        if sealed is None:
            continue
        # Only where it is still the same: somebody may have stored a newer one meanwhile.
        same = [column == getattr(row, column.key) for column in (*inspect(table).primary_key, table.sealed)]
        with database.session(write=True) as session:
            session.execute(update(table).where(*same).values(sealed=sealed))


def _worn(vault: Vault, purpose: str, sealed: str) -> bool:
    try:
        return vault.worn(purpose, sealed)
    except SealBroken:
        return False  # damaged: one row must not hold up the others
