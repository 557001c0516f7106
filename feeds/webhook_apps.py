"""Whose application signed a delivery at a network's own address: this server's, or one that a site has of its own.

A delivery of Meta does not say which application it is of, and nothing is read that nobody signed: the secret of each
is tried, all of them each time. What a site's own application signed is about that site's feeds alone, since whoever
has the secret can say anything in its name.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from core.site_credentials import SiteCredentials
from networks.webhooks import Delivery, Webhook

log = logging.getLogger(__name__)
# Bytes hashed for one delivery with the secrets of sites: SHA-256 takes a tenth of a second for them, and anybody may
# send. Meta's deliveries have some kilobytes, so that all sites that there may be are tried; one of the largest size
# that is taken is tried with the 33 that have had theirs longest.
MOST_HASHED = 32 * 2**20
# What a short delivery counts: below this it is the work of an HMAC itself that counts.
LEAST = 1024
# How a delivery's row says that a site's application signed it, before the site's key.
SITE = "site:"


class SiteApps:
    """The secrets of sites' own applications, at the networks whose applications may sign."""

    def __init__(self, credentials: SiteCredentials) -> None:
        self._credentials = credentials

    def secrets(self, hook: Webhook) -> dict[bytes, list[str]]:
        """Return each secret with the keys of the sites that have it, those that have had it longest first."""
        found: dict[bytes, list[str]] = {}
        for app in hook.apps if hook.key_from == "app" else ():
            for own in self._credentials.at(app):
                if secret := own.values.get("CLIENT_SECRET"):
                    found.setdefault(secret.encode(), []).append(own.site_key)
        return found

    def signer(self, hook: Webhook, delivery: Delivery, keys: Sequence[bytes]) -> str | None:
        """Return who signed: "" for one of these keys, else `SITE` and the key of a site that has the secret.

        None for nobody. All secrets are tried, so it takes as long whosever it was.
        """
        own = self.secrets(hook)
        most = MOST_HASHED // max(len(delivery.body), LEAST)
        if len(own) > most:
            log.warning("a large delivery was tried with %d of %d applications of sites", most, len(own))
        tried = [*keys, *list(own)[:most]]
        fits = [key for key, fit in zip(tried, hook.signers(delivery, tried), strict=True) if fit]
        if not fits:
            return None
        return "" if fits[0] in keys else SITE + own[fits[0]][0]

    def sites(self, hook: Webhook, signer: str) -> tuple[str, ...] | None:
        """Return the keys of the sites that a delivery may be about, None for all: those with the same secret."""
        if not signer.startswith(SITE):
            return None
        site = signer.removeprefix(SITE)
        sharing = (own for own in self.secrets(hook).values() if site in own)
        return (site, *(key for own in sharing for key in own if key != site))
