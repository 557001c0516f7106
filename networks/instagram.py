"""Instagram: no address shares a page there. On a phone the native sheet reaches its app, best with a picture.

Sharing to stories from native apps only: https://developers.facebook.com/docs/instagram-platform/sharing-to-stories
"""

from datetime import date, timedelta

from networks import _meta_hooks, _meta_tokens, _post_addresses
from networks._profiles import https, reply, text, the
from networks._sources import mine, of_graph
from networks.oauth import Ask, Login, Profile, Told
from networks.parts import Follow, Network, PostCard, Share
from networks.records import Answer, Feed, Page, Policy, Request


def profile(told: Told) -> Profile:
    """Return who it is: professional accounts only, and never an e-mail address."""
    said = reply(told)
    handle = text(said.get("username"))
    ids = map(text, (said.get("id"), told.token.get("user_id")))
    return Profile(
        network="instagram",
        issuer="https://www.instagram.com",
        subject=the(said.get("user_id"), "user_id"),
        name=text(said.get("name")) or handle,
        handle=handle,
        url=f"https://www.instagram.com/{handle}/" if handle else "",
        picture=https(said.get("profile_picture_url")),
        # `user_id` is the account's, `id` the one that is scoped to our app, by which callbacks may call it.
        aliases=tuple(filter(None, dict.fromkeys(ids))),
    )


# https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login (read
# 2026-11). There is no login for other accounts since the Basic Display API ended on 2024-12-04.
LOGIN = Login(
    profile,
    authorize="https://www.instagram.com/oauth/authorize",
    tokens="https://api.instagram.com/oauth/access_token",
    scopes=("instagram_business_basic",),
    separator=",",
    pkce=False,
    signed_requests=True,
    per_app=True,
    ask=(
        Ask(
            "https://graph.instagram.com/me",
            params={"fields": "id,user_id,username,name,profile_picture_url", "access_token": "{token}"},
            bearer=False,
        ),
    ),
    lasting=_meta_tokens.lasting(
        "graph.instagram.com", "ig", "https://developers.facebook.com/docs/instagram-platform/reference/access_token"
    ),
)


# --- Feed: business and creator accounts only ---
# https://developers.facebook.com/docs/instagram-platform/reference/instagram-user/media (v26.0, read 2026-11)
MEDIA_FIELDS = (
    "id,caption,media_type,media_product_type,media_url,thumbnail_url,permalink,shortcode,timestamp,username,alt_text,"
    "like_count,comments_count,children{id,media_type,media_url,thumbnail_url,alt_text}"
)


def _ask(source: str) -> Request:
    mine(source)
    return Request(of_graph("graph.instagram.com", "me/media", MEDIA_FIELDS, 25))


def _translate(answer: Answer) -> Page:
    from networks._instagram_posts import read

    return read(answer)


# --- Webhook: signed with the secret of the Instagram app, or with that of the Meta app it belongs to ---
WEBHOOK = _meta_hooks.webhook("instagram", "facebook")

NETWORK = Network(
    key="instagram",
    name="Instagram",
    colour="FF0069",
    hosts=(
        "instagram.com",
        "instagr.am",
        "ig.me",
    ),
    share=Share(fallback=True),
    # "30 symbols, letters, numbers, full stops and underscores": https://help.instagram.com/182492381886913
    follow=Follow("https://www.instagram.com/{account}/", r"(?P<account>\w(?:[\w.]{0,28}\w)?)"),
    login=LOGIN,
    feed=Feed(
        _translate,
        _ask,
        source="me",
        access="account",
        scopes=("instagram_business_basic",),
        limits="meta",
        size=25,
    ),
    webhook=WEBHOOK,
    # Platform Terms §3.d as for Facebook; Developer Policies §6 (both 2026-02-03, as quoted in full in August 2026):
    # nothing is imported or backed up. The addresses of pictures are signed and die.
    policy=Policy(
        max_age=timedelta(days=7),
        delete_within=timedelta(days=1),
        media="pass",
        media_age=timedelta(days=1),
        own_only=True,
        caution="Meta's Developer Policies (§6) ask for its permission before Instagram is used to simply display "
        "people's photos and videos: https://developers.facebook.com/devpolicy/",
        source="https://developers.facebook.com/terms/",
        read=date(2026, 11, 22),
    ),
    # Only what a feed of the site has: Meta's oEmbed may be neither kept nor drawn anew (https://developers.facebook.com/docs/instagram-platform/oembed).
    card=PostCard(_post_addresses.instagram, example="https://www.instagram.com/p/CabcDEF_12/"),
    docs="https://developers.facebook.com/docs/instagram-platform/sharing-to-stories",
)
