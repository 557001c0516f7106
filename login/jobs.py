"""Jobs of the log-in floor: clearing away what has ended, telling sites of log-outs, renewing connected accounts."""

from __future__ import annotations

from typing import Any


def sweep(_payload: dict[str, Any], services: Any) -> None:
    """Delete what has ended, and see to the signing keys."""
    logins = services.logins
    logins.attempts.sweep()
    logins.sessions.sweep()
    logins.grants.sweep()
    logins.keys.rotate()
    logins.keys.reseal()
    logins.apps.store.reseal()


def tell_logout(payload: dict[str, Any], services: Any) -> None:
    """Tell one site that somebody has logged out (`login.logout.tell`)."""
    from login.logout import tell

    tell(services, payload)


def renew_accounts(_payload: dict[str, Any], services: Any) -> None:
    """Renew the tokens of connected accounts ahead of their end."""
    from login.renewing import renew_due

    renew_due(services.accounts)
