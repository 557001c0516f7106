"""YouTube: no address shares a page there; the native sheet or a copied link does. Followed is a channel.

Channel addresses: https://support.google.com/youtube/answer/6180214. A bare name is a handle.
"""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from urllib.parse import quote, unquote

from networks import _websub
from networks._errors import opened, problem
from networks._sources import page_on, refused
from networks._walk import dig, ident
from networks.parts import Follow, Network, Share
from networks.records import Answer, Feed, More, Page, Policy, Request
from networks.webhooks import WebSub

# --- Feed: the channel's Atom feed needs no key (last 15 videos); the Data API v3 tells more ---
# https://developers.google.com/youtube/v3/determine_quota_cost (read 2026-11): a page costs 1 unit of 10,000 a day
FEED = "https://www.youtube.com/feeds/videos.xml"
API = "https://www.googleapis.com/youtube/v3"
CHANNEL = r"UC[\w-]{22}"


# What a source may be; a middle dot may stand in a handle (https://support.google.com/youtube/answer/11585688), and
# c/ and user/ are names from before there were handles (https://support.google.com/youtube/answer/2657968).
KINDS = {
    "channel": CHANNEL, "playlist": r"(?:PL|UU|OL|FL)[\w-]{10,60}", "handle": r"@[\w.\-\u00b7]{3,30}",
    "user": r"user/[A-Za-z0-9]{1,60}", "c": r"c/[\w.\-]{1,100}",
}  # fmt: skip


def _named(source: str) -> tuple[str, str]:
    """Return the kind of a source and its name."""
    given, parts = source.strip(), page_on(source, ("youtube.com",))
    if parts:
        listed = re.search(r"(?:^|&)(?:list|channel_id|playlist_id)=([\w-]{2,60})", parts.query)
        path = re.match(r"(?:channel/)?((?:c/|user/)?[^/]*)", unquote(parts.path).strip("/"))
        given = listed[1] if listed else path[1] if path else ""
    for kind, pattern in KINDS.items():
        if re.fullmatch(pattern, given):
            return kind, given
    return refused("Write @name, a channel's id (UC…) or a playlist's (PL…).")


def _ask(source: str) -> Request:
    kind, name = _named(source)
    if kind in ("handle", "user", "c"):
        return Request(f"https://www.youtube.com/{quote(name)}", headers={"Accept": "text/html"}, then=_channel)
    return Request(f"{FEED}?{kind}_id={name}")


def _channel(answer: Answer) -> Request:
    """Find a channel's id in its page: the page names its own feed."""
    page = answer.body.decode("utf-8", "replace")
    found = re.search(rf"videos\.xml\?channel_id=({CHANNEL})", page)
    found = found or re.search(rf'"(?:externalId|channelId)":"({CHANNEL})"', page)
    if not found:
        raise problem("not_found")
    return Request(f"{FEED}?channel_id={found[1]}")


def _ask_with(source: str) -> Request:
    """Ask the Data API: a channel's uploads are the playlist whose id begins with UU instead of UC."""
    kind, name = _named(source)
    if kind in ("handle", "user", "c"):
        plain = name.removeprefix("user/").removeprefix("c/")  # whose name was under c/ has it as a handle now
        by = f"forUsername={plain}" if kind == "user" else f"forHandle={quote('@' + plain.removeprefix('@'))}"
        return Request(f"{API}/channels?part=contentDetails&{by}", then=_uploads)
    return _videos("UU" + name[2:] if kind == "channel" else name)


def _uploads(answer: Answer) -> Request:
    found = ident(dig(opened(answer), "items", 0, "contentDetails", "relatedPlaylists", "uploads"))
    if not found:
        raise problem("not_found")
    return _videos(found)


def _videos(playlist: str) -> Request:
    return Request(
        f"{API}/playlistItems?part=snippet,contentDetails,status&maxResults=50&playlistId={quote(playlist)}"
    )


def _details(first: Answer) -> Request | None:
    """Ask what a playlist does not say of its videos: how often they were seen, and for which age they are."""
    from networks._youtube_posts import named

    ids = ",".join(named(first)[:50])  # as many at once: https://developers.google.com/youtube/v3/docs/videos/list
    parts = "part=snippet,contentDetails,statistics"
    return Request(f"{API}/videos?{parts}&maxResults=50&id={quote(ids, safe=',')}") if ids else None


def _with_details(page: Page, _first: Answer, found: Sequence[Answer]) -> Page:
    from networks._youtube_posts import with_details

    return with_details(page, found[0])


def _translate(answer: Answer) -> Page:
    from networks._youtube_posts import page

    return page(answer)


# --- Webhook: the feeds name no hub, and the hub knows them by another address ---
# https://developers.google.com/youtube/v3/guides/push_notifications (read 2026-11)
HUB = "https://pubsubhubbub.appspot.com/subscribe"


def _topic(feed: str) -> str:
    found = re.search(rf"[?&](?:channel_id=({CHANNEL})|playlistId=(UU[\w-]{{22}})(?:&|$))", feed)
    channel = found and (found[1] or "UC" + found[2][2:])
    return f"https://www.youtube.com/xml/feeds/videos.xml?channel_id={channel}" if channel else ""


WEBHOOK = _websub.webhook(WebSub(HUB, _topic), lambda ref: ref.rpartition(":")[2])

NETWORK = Network(
    key="youtube",
    name="YouTube",
    colour="FF0000",
    hosts=(
        "youtube.com",
        "youtu.be",
        "youtube-nocookie.com",
    ),
    share=Share(fallback=True),
    follow=Follow(
        "https://www.youtube.com/{kind}{account}",
        r"(?P<kind>channel/(?=UC)|c/|user/)?@?(?P<account>[A-Za-z0-9_.\-]{3,30})",
        kind="@",
    ),
    feed=Feed(
        _translate,
        _ask,
        source="@name, UC… or PL…",
        ask_with=_ask_with,
        access="key",
        optional=True,
        key_parameter="key",
        size=50,
        more=(More(_details, _with_details),),
    ),
    webhook=WEBHOOK,
    # III.E.4.d, "not longer than 30 calendar days" for what is read without the channel's consent; III.E.1, films are
    # neither kept nor passed on (their words as quoted on 2026-09-16).
    policy=Policy(
        max_age=timedelta(days=30),
        delete_within=timedelta(days=7),
        media="pass",
        chrome=("author", "link", "logo"),
        source="https://developers.google.com/youtube/terms/developer-policies",
        read=date(2026, 11, 22),
    ),
    docs="https://support.google.com/youtube/answer/6180214",
)
