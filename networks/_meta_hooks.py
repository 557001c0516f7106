"""Webhooks of Meta's platforms: one handshake and one signature for Facebook, Instagram and Threads.

https://developers.facebook.com/docs/graph-api/webhooks/getting-started (v26.0, read 2026-11). The signature is over
the body as sent, in which Meta writes what is not ASCII as ``\\uXXXX``: one parsed and written anew has another.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator, Mapping

from networks._walk import dig, ident, loaded, record, records
from networks.webhooks import Delivery, Echo, Event, Secrets, Webhook, in_header, unique

DOCS = "https://developers.facebook.com/docs/graph-api/webhooks/getting-started"
# What an item of a Page's feed is when it is a post of its own; the others are comments and reactions to one
# (https://developers.facebook.com/docs/graph-api/webhooks/reference/page/#feed).
POSTS = frozenset({"album", "event", "link", "note", "photo", "post", "share", "status", "video"})
REMOVED = frozenset({"remove", "delete"})
# Challenges are numbers of about ten digits; what else could come is not worth repeating.
_CHALLENGE = re.compile(r"[\w.~-]{1,200}")


def webhook(*apps: str) -> Webhook:
    """Return the part; ``apps`` are the networks whose application's secret may have signed."""
    return Webhook(
        signed=in_header("x-hub-signature-256", {"sha256=": "sha256"}),
        events=events,
        handshake=handshake,
        headers=("x-hub-signature-256",),
        key_from="app",
        apps=apps,
        token=True,
        docs=DOCS,
    )


def handshake(query: Mapping[str, str], secrets: Secrets) -> Echo | None:
    """Repeat the challenge to whoever knows the token that was entered in the App Dashboard."""
    given, challenge = query.get("hub.verify_token", ""), query.get("hub.challenge", "")
    same = hmac.compare_digest(given.encode("utf-8", "replace"), secrets.token.encode())
    asked = query.get("hub.mode") == "subscribe" and bool(_CHALLENGE.fullmatch(challenge))
    return Echo(challenge) if same and secrets.token and asked else None


def events(delivery: Delivery) -> tuple[Event, ...]:
    """Return what changed: up to a thousand changes come in one delivery, and the posts are read anew once."""
    body = record(loaded(delivery.body))
    if "values" in body:
        return unique(list(_of_threads(body)))
    return unique([event for entry in records(body.get("entry")) for event in _of_entry(entry)])


def _of_entry(entry: Mapping[str, object]) -> Iterator[Event]:
    accounts = tuple(filter(None, [ident(entry.get("id"))]))
    for change in records(entry.get("changes")) or [{}]:
        value = record(change.get("value"))
        removed = change.get("field") == "feed" and value.get("verb") in REMOVED and value.get("item") in POSTS
        post = ident(value.get("post_id"))
        yield Event("deleted", accounts, post) if removed and post else Event("changed", accounts)


def _of_threads(body: Mapping[str, object]) -> Iterator[Event]:
    """Return what a delivery of Threads is about (https://developers.facebook.com/docs/threads/webhooks)."""
    for one in records(body.get("values")):
        value = record(one.get("value"))
        owner = record(value.get("owner"))
        named = [value.get("owner_id"), owner.get("owner_id"), owner.get("id"), dig(value, "root_post", "owner_id")]
        # Who published or deleted is told by name; who is mentioned, by number, as what the delivery is about.
        named += [value.get("username")] if one.get("field") in ("publish", "delete") else []
        named += [body.get("target_id")] if one.get("field") == "mentions" else []
        accounts = tuple(filter(None, map(ident, named)))[:1]
        post = ident(value.get("id"))
        removed = one.get("field") == "delete" and post
        yield Event("deleted", accounts, post) if removed else Event("changed", accounts)
