"""Threads: words, and the page as a link attachment of its own.

Hashtags are left out: `tag` takes one topic, without a #, and refuses full stops and ampersands.
Web intents: https://developers.facebook.com/documentation/threads/threads-web-intents (2026-03-19)
"""

from datetime import date, timedelta

from networks import _meta_hooks, _meta_tokens, _post_addresses
from networks._profiles import https, reply, text, the
from networks._sources import mine
from networks.oauth import Ask, Login, Profile, Told
from networks.parts import Follow, Network, PostCard, Share
from networks.records import Answer, Feed, Page, Policy, Request

# "Text posts are limited to 500 characters. Emojis are counted as the number of UTF-8 bytes": code points come
# nearer to that than graphemes do. https://developers.facebook.com/documentation/threads/posts (2026-04-14)
LIMIT = 500


def profile(told: Told) -> Profile:
    """Return who it is; Threads tells no e-mail address."""
    said = reply(told)
    handle = text(said.get("username"))
    return Profile(
        network="threads",
        issuer="https://www.threads.net",
        subject=the(said.get("id"), "id"),
        name=text(said.get("name")) or handle,
        handle=handle,
        url=f"https://www.threads.com/@{handle}" if handle else "",
        picture=https(said.get("threads_profile_picture_url")),
    )


# https://developers.facebook.com/docs/threads/get-started/get-access-tokens-and-permissions (read 2026-11)
LOGIN = Login(
    profile,
    authorize="https://threads.net/oauth/authorize",
    tokens="https://graph.threads.net/oauth/access_token",
    scopes=("threads_basic",),
    separator=",",
    pkce=False,
    signed_requests=True,
    per_app=True,
    ask=(
        Ask(
            "https://graph.threads.net/v1.0/me",
            params={"fields": "id,username,name,threads_profile_picture_url", "access_token": "{token}"},
            bearer=False,
        ),
    ),
    lasting=_meta_tokens.lasting(
        "graph.threads.net", "th", "https://developers.facebook.com/docs/threads/get-started/long-lived-tokens"
    ),
)


# --- Feed ---
# Posts of a page, 100 at most:
# https://developers.facebook.com/docs/threads/retrieve-and-discover-posts (read 2026-11)
PAGE = 50
OWN_FIELDS = (
    "id,media_type,media_product_type,media_url,gif_url,thumbnail_url,permalink,username,text,timestamp,shortcode,"
    "alt_text,is_quote_post,link_attachment_url,topic_tag,is_spoiler_media,poll_attachment,"
    "children{id,media_type,media_url,thumbnail_url,alt_text}"
)
OTHER_FIELDS = "id,text,permalink,timestamp,username,media_type,media_url,thumbnail_url,alt_text"


def _ask(source: str) -> Request:
    mine(source)
    fields = f"{OWN_FIELDS},quoted_post{{{OTHER_FIELDS}}},reposted_post{{{OTHER_FIELDS}}}"
    return Request(f"https://graph.threads.net/v1.0/me/threads?fields={fields}&limit={PAGE}")


def _translate(answer: Answer) -> Page:
    from networks._threads_posts import read

    return read(answer)


# --- Webhook: https://developers.facebook.com/docs/threads/webhooks (read 2026-11) ---
WEBHOOK = _meta_hooks.webhook("threads", "facebook")

NETWORK = Network(
    key="threads",
    name="Threads",
    colour="000000",
    hosts=("threads.com", "threads.net"),
    share=Share(
        url="https://www.threads.com/intent/post?text={text}&url={url}",
        limit=LIMIT,
        count="points",
        since=date(2023, 7, 5),  # https://about.fb.com/news/2023/07/introducing-threads-new-app-text-sharing/
    ),
    follow=Follow("https://www.threads.com/@{account}", r"(?P<account>\w(?:[\w.]{0,28}\w)?)"),
    login=LOGIN,
    feed=Feed(_translate, _ask, source="me", access="account", scopes=("threads_basic",), limits="meta", size=PAGE),
    webhook=WEBHOOK,
    # For its creator's own display, the overview says (not found again in November 2026). Platform Terms §3.d as for
    # Facebook.
    policy=Policy(
        max_age=timedelta(days=7),
        delete_within=timedelta(days=1),
        media_age=timedelta(days=1),
        own_only=True,
        source="https://developers.facebook.com/docs/threads/overview",
        read=date(2026, 11, 22),
    ),
    # Only what a feed of the site has: Meta's oEmbed may be neither kept nor drawn anew (https://developers.facebook.com/docs/threads).
    card=PostCard(_post_addresses.threads, example="https://www.threads.com/@example/post/CabcDEF_12"),
    docs="https://developers.facebook.com/documentation/threads/threads-web-intents",
)
