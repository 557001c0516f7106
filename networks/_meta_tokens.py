"""Kept tokens of Meta's platforms: short ones are exchanged for sixty days, and those renewed while they live.

https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived,
https://developers.facebook.com/docs/instagram-platform/reference/access_token and /refresh_access_token,
https://developers.facebook.com/docs/threads/get-started/long-lived-tokens (read 2026-11). A token must be a day old
to be renewed: of sixty days it is (`networks.accounts.RENEW_AT`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from networks._profiles import https, part, text, the
from networks._walk import record, records
from networks.oauth import Ask, Lasting, Owned, Profile

LIFE = timedelta(days=60)
# Expired, revoked, a changed password, an account that must be confirmed:
# https://developers.facebook.com/docs/graph-api/guides/error-handling (read 2026-11)
LOST = frozenset({"190", "102", "463", "467", "458", "459", "460", "464"})


def lasting(host: str, product: str, docs: str) -> Lasting:
    """Return how tokens of Instagram and of Threads are kept; ``product`` is what their grants begin with."""
    short = {"grant_type": f"{product}_exchange_token", "client_secret": "{client_secret}", "access_token": "{token}"}
    long = {"grant_type": f"{product}_refresh_token", "access_token": "{token}"}
    return Lasting(
        exchange=Ask(f"https://{host}/access_token", params=short, bearer=False),
        renew=Ask(f"https://{host}/refresh_access_token", params=long, bearer=False),
        life=LIFE,
        lost=LOST,
        docs=docs,
    )


def permissions(reply: Any) -> frozenset[str]:
    """Return what was allowed, of the answer to ``/me/permissions``."""
    rows = records(record(reply).get("data"))
    return frozenset(text(row.get("permission")) for row in rows if row.get("status") == "granted")


def pages(reply: Any) -> tuple[Owned, ...]:
    """Return the Pages that somebody manages, each with its token, of the answer to ``/me/accounts``."""
    rows = records(record(reply).get("data"))
    return tuple(_page(row) for row in rows if text(row.get("access_token")))


def _page(row: Mapping[str, Any]) -> Owned:
    profile = Profile(
        network="facebook",
        issuer="https://www.facebook.com",
        subject=the(row.get("id"), "id"),
        name=text(row.get("name")),
        handle=text(row.get("username")),
        url=https(row.get("link")),
        picture=https(part(row, "picture", "data", "url")),
    )
    return Owned(profile, text(row.get("access_token")))
