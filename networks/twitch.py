"""Twitch: no address shares a page there; the native sheet or a copied link does. Followed is a channel.

Names: https://help.twitch.tv/s/article/creating-an-account-with-twitch
"""

import re
from dataclasses import replace
from datetime import datetime, timedelta

from networks._profiles import openid
from networks._times import iso
from networks._walk import dig, ident, loaded, text
from networks.oauth import Login, Profile, Told
from networks.parts import Follow, Network, Share
from networks.webhooks import Delivery, Echo, Event, Webhook, by_body, in_header


def profile(told: Told) -> Profile:
    """Return who it is; the claims asked for by name are in the ID token. Its name there is the one that is shown."""
    found = openid(told, "twitch")
    return replace(found, name=found.name or found.handle)


# https://dev.twitch.tv/docs/authentication/getting-tokens-oidc/ (read 2026-11): the address, name and picture come
# only where the `claims` parameter asks for them (OpenID Connect Core §5.5).
CLAIMS = '{"id_token":{"email":null,"email_verified":null,"picture":null,"preferred_username":null}}'
LOGIN = Login(
    profile,
    issuer="https://id.twitch.tv/oauth2",
    revoke="https://id.twitch.tv/oauth2/revoke",
    scopes=("openid", "user:read:email"),
    nonce=True,
    pkce=False,
    extra={"claims": CLAIMS},
)

# --- Webhook: EventSub, https://dev.twitch.tv/docs/eventsub/handling-webhook-events (read 2026-11) ---
# "If the message is older than 10 minutes, ignore it": the same page, on guarding against replays.
AGE = timedelta(minutes=10)
ID, KIND, SENT, SIGNATURE = (f"twitch-eventsub-message-{name}" for name in ("id", "type", "timestamp", "signature"))
_CHALLENGE = re.compile(r"[\w.~-]{1,500}")


def _message(delivery: Delivery) -> bytes:
    return delivery.header(ID).encode() + delivery.header(SENT).encode() + delivery.body


def _sent(delivery: Delivery) -> datetime | None:
    time = iso(delivery.header(SENT))
    return datetime.fromisoformat(time) if time else None


def _reply(delivery: Delivery) -> Echo | None:
    if delivery.header(KIND) != "webhook_callback_verification":
        return None
    challenge = text(dig(loaded(delivery.body), "challenge"))
    return Echo(challenge) if _CHALLENGE.fullmatch(challenge) else None


def _events(delivery: Delivery) -> tuple[Event, ...]:
    body = loaded(delivery.body)
    if delivery.header(KIND) == "revocation":
        return (Event("ended", subject=ident(dig(body, "subscription", "status"))),)
    names = (dig(body, "event", "broadcaster_user_id"), dig(body, "event", "broadcaster_user_login"))
    accounts = tuple(filter(None, map(ident, names)))
    return (Event("changed", accounts),) if accounts else ()


WEBHOOK = Webhook(
    signed=in_header(SIGNATURE, {"sha256=": "sha256"}, message=_message),
    events=_events,
    reply=_reply,
    delivery=lambda delivery: delivery.header(ID)[:100] or by_body(delivery),
    sent=_sent,
    age=AGE,
    headers=(ID, KIND, SENT, SIGNATURE),
    docs="https://dev.twitch.tv/docs/eventsub/handling-webhook-events",
)

NETWORK = Network(
    key="twitch",
    name="Twitch",
    colour="9146FF",
    hosts=("twitch.tv",),
    share=Share(fallback=True),
    follow=Follow("https://www.twitch.tv/{account}", r"(?P<account>[A-Za-z0-9]\w{2,24})"),
    login=LOGIN,
    webhook=WEBHOOK,
    docs="https://help.twitch.tv/s/article/creating-an-account-with-twitch",
)
