"""RSS: a feed to follow; the account is the feed's whole address. Atom and JSON Feed are meant as well.

Read are RSS 0.9x, 1.0 and 2.0, Atom, JSON Feed, podcasts, and pages marked up with microformats; a plain page leads
to the feed that it announces. RSS 2.0: https://www.rssboard.org/rss-specification
"""

import re
from datetime import date

from core.errors import Invalid
from networks import _websub
from networks._walk import web
from networks.parts import Follow, Network
from networks.records import Answer, Feed, Page, Policy, Request
from networks.webhooks import WebSub

ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, "
    "application/json;q=0.8, text/html;q=0.7, */*;q=0.1"
)


# --- Feed ---


def _ask(source: str) -> Request:
    given = source.strip().removeprefix("feed:").lstrip("/")
    address = web(given) or (web(f"https://{given}") if re.match(r"[\w-]+(?:\.[\w-]+)+(?:[:/?#]|$)", given) else "")
    if not address:
        raise Invalid("Write the feed's address: https://example.org/feed.", field="source")
    return Request(address)


def _translate(answer: Answer) -> Page:
    from networks._documents import page

    return page(answer)


NETWORK = Network(
    key="rss",
    name="RSS",
    colour="FFA500",
    follow=Follow(
        "{account}",
        r"(?P<account>https?://[A-Za-z0-9](?:[A-Za-z0-9.\-]{0,251}[A-Za-z0-9])?(?::[0-9]{1,5})?"
        r"(?:[/?][A-Za-z0-9\-._~:/?#\[\]@!$&()*+,;=%]{0,1800})?)",
    ),
    feed=Feed(_translate, _ask, source="https://example.org/feed", headers={"Accept": ACCEPT}, limits="standard"),
    # --- Webhook: from the hub that the feed names ---
    webhook=_websub.webhook(WebSub()),
    # A feed is published to be read elsewhere; its words and pictures stay their author's, who may take them back.
    policy=Policy(
        chrome=("author", "link"), source="https://www.rssboard.org/rss-specification", read=date(2026, 11, 22)
    ),
    docs="https://www.rssboard.org/rss-specification",
)
