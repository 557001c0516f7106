"""WebSub: a feed names a hub, the hub sends the feed's news (https://www.w3.org/TR/websub/, 2018-01-23).

Whom the hub answers for is in the subscription, not in the body, so that a body is read for one thing alone: which
entries it says were deleted (RFC 6721). The feed itself is read anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

from networks.webhooks import Delivery, Event, Webhook, WebSub, in_header, unique

DOCS = "https://www.w3.org/TR/websub/#signature-validation"
# §7.1: the method stands before the signature. Google's hub signs with SHA-1.
METHODS = {"sha256=": "sha256", "sha512=": "sha512", "sha384=": "sha384", "sha1=": "sha1"}
# Tags longer than this hold something else than an id and a time; bounded, so that a long one takes no long search.
_DELETED = re.compile(rb"<(?:[A-Za-z][\w-]{0,30}:)?deleted-entry\s([^<>]{1,2000})>")
_REF = re.compile(r"""(?:^|\s)ref\s*=\s*(?:"([^"]{1,1000})"|'([^']{1,1000})')""")


def webhook(websub: WebSub, key: Callable[[str], str] = str) -> Webhook:
    """Return the part; ``key`` turns an entry's id into the one that its post has here."""

    def events(delivery: Delivery) -> tuple[Event, ...]:
        deleted = [Event("deleted", subject=key(ref)) for ref in deleted_entries(delivery.body)]
        return unique([*deleted, Event("changed")])

    return Webhook(
        signed=in_header("x-hub-signature", METHODS),
        events=events,
        headers=("content-type", "x-hub-signature"),
        websub=websub,
        docs=DOCS,
    )


def deleted_entries(body: bytes) -> list[str]:
    """Return the ids of the entries that an Atom document says were deleted (RFC 6721 §3)."""
    tags = (found[1].decode("utf-8", "replace") for found in _DELETED.finditer(body))
    refs = (found for tag in tags if (found := _REF.search(tag)))
    return [unescape(ref[1] or ref[2]) for ref in refs]
