"""X: one text of 280 weighted characters in which every link counts 23.

Web intents: https://docs.x.com/x-for-websites/tweet-button/guides/web-intent (read 2026-08). The window is at
least 550 x 420. Hashtags and the account travel in parameters of their own and are counted with the text.
"""

import base64
import hmac
import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from networks import _post_addresses
from networks._errors import opened, problem
from networks._post_addresses import PostAddress
from networks._profiles import https, part, reply, text, the
from networks._sources import named
from networks._walk import dig, ident, loaded, record, records
from networks.oauth import Ask, Lasting, Login, Profile, Told
from networks.parts import Follow, Network, PostCard, Share
from networks.records import Answer, Feed, Page, Policy, Price, Request
from networks.webhooks import Delivery, Echo, Event, Secrets, Webhook, in_header, unique

# https://docs.x.com/fundamentals/counting-characters (read 2026-08); twitter-text config/v3.json says the same.
LIMIT = 280
LINK = 23


def profile(told: Told) -> Profile:
    """Return who it is. ``confirmed_email`` is there only where the portal has "request email" on, and is checked."""
    said = part(reply(told), "data") or {}
    handle, email = text(said.get("username")), text(said.get("confirmed_email"))
    return Profile(
        network="x",
        issuer="https://x.com",
        subject=the(said.get("id"), "id"),
        name=text(said.get("name")),
        handle=handle,
        url=f"https://x.com/{handle}" if handle else "",
        # The address names a small picture; without its suffix it is the large one.
        picture=https(said.get("profile_image_url")).replace("_normal.", "_400x400."),
        email=email,
        email_verified=bool(email),
    )


# https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code (read 2026-11): PKCE is a must, and
# users/me asks for both scopes. Revoking ends the one token.
LOGIN = Login(
    profile,
    authorize="https://x.com/i/oauth2/authorize",
    tokens="https://api.x.com/2/oauth2/token",
    revoke="https://api.x.com/2/oauth2/revoke",
    scopes=("users.read", "tweet.read", "users.email"),
    auth="basic",
    ask=(Ask("https://api.x.com/2/users/me", params={"user.fields": "profile_image_url,confirmed_email"}),),
    # Two hours, and a new refresh token with each renewal; an old one is told as an invalid request.
    lasting=Lasting(
        ask=(Ask("https://api.x.com/2/users/me", params={"user.fields": "profile_image_url"}),),
        life=timedelta(hours=2),
        lost=frozenset({"invalid_request"}),
        docs="https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code",
    ),
)


# --- Feed: each post read is billed, once a day (UTC) ---
# https://docs.x.com/x-api/users/get-posts (read 2026-11). Looking the account up is billed too, a cent a day at most.
PRICE = Price(
    post=Decimal("0.005"),
    own=Decimal("0.001"),
    source="https://docs.x.com/x-api/getting-started/pricing",
    read=date(2026, 11, 22),
)
API = "https://api.x.com/2/users"
# `max_results` of an account's posts is 5 to 100; the same page.
LEAST, SIZE = 5, 20
# What stands in an address where an account's name would, and is none.
OWN = "i|intent|home|search|hashtag|explore|share|settings|messages|notifications|login|compose"
FIELDS = (
    f"max_results={SIZE}&exclude=replies"
    "&tweet.fields=created_at,entities,attachments,public_metrics,lang,note_tweet,referenced_tweets,possibly_sensitive,"
    "edit_history_tweet_ids"
    "&expansions=author_id,attachments.media_keys,attachments.poll_ids,referenced_tweets.id,"
    "referenced_tweets.id.author_id"
    "&user.fields=name,username,profile_image_url"
    "&media.fields=url,preview_image_url,alt_text,variants,width,height,type"
    "&poll.fields=options,voting_status,end_datetime"
)


def _ask(source: str) -> Request:
    """Ask for the account's number first: posts are found by it alone."""
    handle = named(source, ("x.com", "twitter.com"), rf"(?!(?:{OWN})(?:/|\Z))[A-Za-z0-9_]{{1,15}}", "@me")
    return Request(f"{API}/by/username/{handle}", then=_posts)


def _posts(answer: Answer) -> Request:
    found = ident(dig(opened(answer), "data", "id"))
    if not found.isdecimal():
        raise problem("not_found")
    return Request(f"{API}/{found}/tweets?{FIELDS}")


def _translate(answer: Answer) -> Page:
    from networks._x_posts import page

    return page(answer)


# --- Webhook: signed with the consumer secret, which is another one than OAuth 2.0's ---
# https://docs.x.com/x-api/webhooks/introduction and /x-api/activity/event-payloads (read 2026-11). The challenge
# comes about once an hour; a day without a right answer ends the webhook.
_CRC = re.compile(r"[!-~]{1,500}")


def _handshake(query: Mapping[str, str], secrets: Secrets) -> Echo | None:
    token = query.get("crc_token", "")
    if not secrets.keys or not _CRC.fullmatch(token):
        return None
    mac = base64.b64encode(hmac.digest(secrets.keys[0], token.encode(), "sha256")).decode()
    return Echo(f'{{"response_token":"sha256={mac}"}}', "application/json")


def _events(delivery: Delivery) -> tuple[Event, ...]:
    """Read an event of the X Activity API, or events of the Account Activity API before it."""
    body = record(loaded(delivery.body))
    data = record(body.get("data"))
    return unique(list(_of_activity(data) if data else _of_account(body)))


def _of_activity(data: Mapping[str, Any]) -> Iterator[Event]:
    account = tuple(filter(None, [ident(dig(data, "filter", "user_id"))]))
    told = record(data.get("payload"))
    post = ident(told.get("id") or told.get("post_id") or dig(told, "status", "id"))
    if str(data.get("event_type", "")).startswith(("post.", "profile.", "oauth.")):
        gone = data.get("event_type") == "post.delete" and post
        yield Event("deleted", account, post) if gone else Event("changed", account)


def _of_account(body: Mapping[str, Any]) -> Iterator[Event]:
    account = tuple(filter(None, [ident(body.get("for_user_id"))]))
    for one in records(body.get("tweet_delete_events")):
        if post := ident(dig(one, "status", "id")):
            yield Event("deleted", account, post)
    if {"tweet_create_events", "tweet_delete_events", "favorite_events", "user_event"} & set(body):
        yield Event("changed", account)


WEBHOOK = Webhook(
    signed=in_header("x-twitter-webhooks-signature", {"sha256=": "sha256"}, encoding="base64"),
    events=_events,
    handshake=_handshake,
    headers=("x-twitter-webhooks-signature",),
    key_from="theirs",
    docs="https://docs.x.com/x-api/webhooks/introduction",
)

# --- Card: oEmbed takes no key and costs nothing, where the API bills each post; it tells words, author and time ---
# https://docs.x.com/x-for-websites/oembed-api (read 2026-11)


def _one(at: PostAddress) -> Request:
    page = quote(f"{at.origin}/{at.user or 'i'}/status/{at.id}", safe="")
    return Request(f"https://publish.x.com/oembed?url={page}&omit_script=1&dnt=true&hide_thread=1")


def _of_one(answer: Answer, at: PostAddress) -> Page:
    from networks._one_post import only
    from networks._x_posts import page

    return only(page(answer), at.id)


NETWORK = Network(
    key="x",
    name="X",
    colour="000000",
    hosts=("x.com", "twitter.com", "t.co"),
    share=Share(
        url="https://x.com/intent/tweet?text={text}&url={url}&hashtags={tags}&via={via}",
        limit=LIMIT,
        count="weighted",
        link=LINK,
        hashtags="param",
        window=(600, 500),
    ),
    follow=Follow(
        "https://x.com/{account}",
        r"(?:intent/(?:follow|user)\?screen_name=)?(?P<account>\w{1,15})",
    ),
    login=LOGIN,
    feed=Feed(
        _translate,
        _ask,
        source="@me",
        access="account",
        scopes=("tweet.read", "users.read", "offline.access"),
        limits="epoch",
        size=SIZE,
        cost=True,
        price=PRICE,
        count_parameter="max_results",
        least=LEAST,
    ),
    webhook=WEBHOOK,
    # https://docs.x.com/developer-terms/display-requirements and /policy (read 2026-11 in xdevplatform/docs): the
    # most current version, gone within 24 hours of being asked; logo, face, unmodified text, a word where it was
    # edited, and no other network's buttons on it; whole posts are not given to third parties as data. The face must
    # be shown, so pictures pass through here.
    policy=Policy(
        max_age=timedelta(days=1),
        delete_within=timedelta(days=1),
        media="pass",
        json=False,
        chrome=("author", "link", "logo", "time", "text", "edited", "own-actions"),
        source="https://docs.x.com/developer-terms/display-requirements",
        read=date(2026, 11, 22),
    ),
    card=PostCard(_post_addresses.x, "https://x.com/example/status/20", _one, _of_one),
    docs="https://docs.x.com/x-for-websites/tweet-button/guides/web-intent",
)
