"""TikTok: no address shares a page there; its Share Kit is for native apps. The native sheet or a copied link does.

Share Kit: https://developers.tiktok.com/doc/share-kit-android-quickstart-v2
"""

import json
import re
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote

from networks import _post_addresses
from networks._post_addresses import PostAddress
from networks._profiles import https, part, reply, text, the
from networks._sources import mine
from networks._walk import ident, loaded, record
from networks.oauth import Ask, Lasting, Login, Profile, Told
from networks.parts import Follow, Network, PostCard, Share
from networks.records import Answer, Feed, Page, Policy, Request
from networks.webhooks import Delivery, Event, Signed, Webhook, unhexed


def profile(told: Told) -> Profile:
    """Return who it is. The id is scoped to our app; success says code "ok", and errors too come with status 200."""
    said = part(reply(told), "data", "user") or {}
    return Profile(
        network="tiktok",
        issuer="https://www.tiktok.com",
        subject=the(said.get("open_id"), "open_id"),
        name=text(said.get("display_name")),
        picture=https(said.get("avatar_url")),
    )


# https://developers.tiktok.com/doc/login-kit-web (read 2026-11). Revoking withdraws the consent: not done.
LOGIN = Login(
    profile,
    authorize="https://www.tiktok.com/v2/auth/authorize/",
    tokens="https://open.tiktokapis.com/v2/oauth/token/",
    scopes=("user.info.basic",),
    separator=",",
    client_id="client_key",
    gives_back=False,
    per_app=True,
    ask=(Ask("https://open.tiktokapis.com/v2/user/info/", params={"fields": "open_id,avatar_url,display_name"}),),
    # A day, renewed with a refresh token of a year that may be a new one each time:
    # https://developers.tiktok.com/doc/oauth-user-access-token-management (read 2026-11)
    lasting=Lasting(
        revoke="https://open.tiktokapis.com/v2/oauth/revoke/",
        life=timedelta(days=1),
        docs="https://developers.tiktok.com/doc/oauth-user-access-token-management",
    ),
)


# --- Feed: https://developers.tiktok.com/doc/tiktok-api-v2-video-list (read 2026-11): POST, 20 at most ---
VIDEO_LIST = "https://open.tiktokapis.com/v2/video/list/"
VIDEO_FIELDS = (
    "id,create_time,cover_image_url,share_url,video_description,duration,width,height,title,embed_link,like_count,"
    "comment_count,share_count,view_count"
)


def _ask(source: str) -> Request:
    mine(source)
    return _resume(f"{VIDEO_LIST}?fields={VIDEO_FIELDS}")


def _resume(url: str) -> Request:
    """Ask for a page: its place travels in the body, which `Page.next` carries as a parameter."""
    found = re.search(r"[?&]cursor=(\d{1,15})", url)
    body = {"max_count": 20} | ({"cursor": int(found[1])} if found else {})
    fields = f"{VIDEO_LIST}?fields={VIDEO_FIELDS}"
    return Request(fields, "POST", {"Content-Type": "application/json"}, json.dumps(body).encode())


def _translate(answer: Answer) -> Page:
    from networks._tiktok_posts import page

    return page(answer)


# --- Webhook: https://developers.tiktok.com/doc/webhooks-verification (read 2026-11) ---
# The page leaves the age to us; five minutes are what others of this form allow (https://docs.stripe.com/webhooks).
AGE = timedelta(minutes=5)


def _fields(delivery: Delivery) -> dict[str, str]:
    pairs = (part.strip().partition("=") for part in delivery.header("tiktok-signature").split(","))
    return {name: value for name, _, value in pairs}


def _signed(delivery: Delivery) -> Signed | None:
    told = _fields(delivery)
    mac, time = unhexed(told.get("s", "")), told.get("t", "")
    return Signed("sha256", mac, time.encode() + b"." + delivery.body) if mac and time else None


def _sent(delivery: Delivery) -> datetime | None:
    time = _fields(delivery).get("t", "")
    return datetime.fromtimestamp(int(time), UTC) if re.fullmatch(r"[0-9]{1,11}", time) else None


def _events(delivery: Delivery) -> tuple[Event, ...]:
    """Read whom an event is about. Who has withdrawn the permission is found out when the videos are asked for."""
    user = ident(record(loaded(delivery.body)).get("user_openid"))
    return (Event("changed", (user,)),) if user else ()


WEBHOOK = Webhook(
    signed=_signed,
    events=_events,
    sent=_sent,
    age=AGE,
    headers=("tiktok-signature",),
    key_from="app",
    apps=("tiktok",),
    docs="https://developers.tiktok.com/doc/webhooks-verification",
)

# --- Card: oEmbed takes no key: https://developers.tiktok.com/doc/embed-videos (read 2026-11) ---


def _one(at: PostAddress) -> Request:
    page = quote(f"{at.origin}/@{at.user}/video/{at.id}", safe="")
    return Request(f"https://www.tiktok.com/oembed?url={page}")


def _of_one(answer: Answer, at: PostAddress) -> Page:
    from networks._one_post import of_tiktok

    return of_tiktok(answer, at)


NETWORK = Network(
    key="tiktok",
    name="TikTok",
    colour="000000",
    hosts=("tiktok.com",),
    share=Share(fallback=True),
    follow=Follow("https://www.tiktok.com/@{account}", r"(?P<account>[\w.]{1,23}\w)"),
    login=LOGIN,
    feed=Feed(
        _translate,
        _ask,
        source="me",
        resume=_resume,
        access="account",
        scopes=("user.info.basic", "video.list"),
        size=20,
    ),
    webhook=WEBHOOK,
    # https://developers.tiktok.com/doc/tiktok-api-v2-video-object (2026-08-24, read 2026-11): a cover's address lives
    # six hours. The terms themselves were not found again; a day is ours.
    policy=Policy(
        max_age=timedelta(days=1),
        delete_within=timedelta(days=1),
        media="pass",
        media_age=timedelta(hours=6),
        own_only=True,
        chrome=("author", "link", "logo"),
        source="https://www.tiktok.com/legal/page/global/tik-tok-developer-terms-of-service/en",
        read=date(2026, 11, 22),
    ),
    card=PostCard(_post_addresses.tiktok, "https://www.tiktok.com/@example/video/6718335390845095173", _one, _of_one),
    docs="https://developers.tiktok.com/products/share-kit/",
)
