"""What a site is told about somebody: the claims of ID tokens and of /oauth/userinfo (OpenID Connect Core §5).

The protocol's own claims are written last, so nothing that a network says of a person can change them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from login.people import Account

# The width of the picture that sites get, in pixels: what a comment shows, at a phone's density.
PICTURE_WIDTH = 160


def about(account: Account, scope: str, subject: str, picture: Callable[[str, int], str]) -> dict[str, Any]:
    """Return what a scope lets a site know of the owner of an account. Absent is absent, never empty.

    ``picture`` gives our own address for somebody else's picture: a site's visitors never ask a network for it.
    """
    scopes, profile = scope.split(), account.profile
    told: dict[str, Any] = {}
    if "profile" in scopes:
        told |= {
            "name": profile.name,
            "preferred_username": profile.handle,
            "profile": profile.url,
            "picture": picture(profile.picture, PICTURE_WIDTH) if profile.picture else "",
            "locale": profile.lang,
        }
    if "email" in scopes and profile.email:
        told |= {"email": profile.email, "email_verified": profile.email_verified}
    told = {name: value for name, value in told.items() if value != ""}
    return {**told, "sub": subject, "network": profile.network}
