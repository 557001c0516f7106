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
from networks.oauth import Ask, Owned, Profile

LIFE = timedelta(days=60)
# Expired, revoked, a changed password, an account that must be confirmed:
# https://developers.facebook.com/docs/graph-api/guides/error-handling (read 2026-11)
LOST = frozenset({"190", "102", "463", "467", "458", "459", "460", "464"})


def exchange(url: str, grant: str) -> Ask:
    """Ask for a token of sixty days in exchange for a short one."""
    params = {"grant_type": grant, "client_secret": "{client_secret}", "access_token": "{token}"}
    return Ask(url, params=params, bearer=False)


def renew(url: str, grant: str) -> Ask:
    """Ask for sixty days more."""
    return Ask(url, params={"grant_type": grant, "access_token": "{token}"}, bearer=False)


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
