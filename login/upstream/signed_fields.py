"""Telegram: no code and no token; the fields come back signed with a key that only it and we know.

https://core.telegram.org/widgets/login#checking-authorization (read 2026-11): HMAC-SHA256 over the fields as sorted
``name=value`` lines, under the SHA-256 of the bot's token. The answer names no state, so ours stands in the address
it comes back to.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING

from login.problems import LoginFailed
from login.upstream.door import Door, Prepared
from login.upstream.oauth_client import with_query
from networks.oauth import Told

if TYPE_CHECKING:
    from login.attempts import Attempt, Begun
    from networks.oauth import Profile

# Seconds for which an answer is good. The page says "you can additionally check auth_date"; a login lasts minutes.
AGE = 600
# Seconds that clocks may differ.
AHEAD = 60
# What Telegram signs; whatever else stands in the query is ours (the state) or a stranger's.
FIELDS = frozenset({"id", "first_name", "last_name", "username", "photo_url", "auth_date", "hash"})


class SignedFlow:
    """The flow ``signed``."""

    def prepare(self, door: Door, typed: str) -> Prepared:  # noqa: ARG002 -- nothing is typed in, nothing asked
        """Nothing is to be found out."""
        return Prepared()

    def at(self, door: Door, server: str) -> Door:  # noqa: ARG002 -- there is only one
        """Return the door as it is."""
        return door

    def address(self, door: Door, prepared: Prepared, begun: Begun) -> str:  # noqa: ARG002 -- as above
        """Return the page that asks."""
        back = with_query(door.back, {"state": begun.state})
        bot = door.client.values["BOT_TOKEN"].partition(":")[0]
        return with_query(door.login.authorize, {"bot_id": bot, "origin": door.origin, "return_to": back})

    def profile(self, door: Door, attempt: Attempt, fields: Mapping[str, str]) -> Profile:  # noqa: ARG002
        """Return who it is, having checked the signature and the time."""
        signed = {name: value for name, value in fields.items() if name in FIELDS}
        if not sound(signed, door.client.values["BOT_TOKEN"]):
            raise LoginFailed("network_failed", "the signature is wrong")
        try:
            age = time.time() - int(signed.get("auth_date", ""))
            if not -AHEAD <= age <= AGE:
                raise LoginFailed("attempt_over")
            return door.login.profile(Told(form=signed))
        except ValueError as exc:
            raise LoginFailed("network_failed", "the fields cannot be read") from exc


def sound(fields: Mapping[str, str], bot_token: str) -> bool:
    """Return whether Telegram signed these fields. A line feed in a value could make two fields of one: refused."""
    if any("\n" in value for value in fields.values()):
        return False
    lines = "\n".join(f"{name}={value}" for name, value in sorted(fields.items()) if name != "hash")
    made = hmac.new(sha256(bot_token.encode()).digest(), lines.encode("utf-8", "surrogatepass"), sha256).hexdigest()
    return hmac.compare_digest(made.encode(), fields.get("hash", "").encode("utf-8", "surrogatepass"))
