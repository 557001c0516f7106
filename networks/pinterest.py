"""Pinterest: pins a picture, so it needs one; the page's address and words go with it.

Without `media` Pinterest looks for pictures in the page itself.
Save button: https://developers.pinterest.com/docs/web-features/buttons/ (read 2026-11)
"""

import re
from datetime import date, timedelta

from networks import _post_addresses
from networks._profiles import https, reply, text, the
from networks._sources import mine
from networks.oauth import Ask, Lasting, Login, Profile, Told
from networks.parts import Follow, Network, PostCard, Share
from networks.records import Answer, Feed, Page, Policy, Request

# What people can type. https://help.pinterest.com/business/article/pinterest-product-specs; the same figure in
# https://developers.buffer.com/guides/character-limits (read 2026-11)
LIMIT = 500


def profile(told: Told) -> Profile:
    """Return who it is, by the id: names can be changed. Pinterest tells no e-mail address."""
    said = reply(told)
    handle = text(said.get("username"))
    return Profile(
        network="pinterest",
        issuer="https://www.pinterest.com",
        subject=the(said.get("id"), "id"),
        name=text(said.get("business_name")) or handle,
        handle=handle,
        url=f"https://www.pinterest.com/{handle}/" if handle else "",
        picture=https(said.get("profile_image")),
    )


# https://developers.pinterest.com/docs/getting-started/set-up-authentication-and-authorization/ (read 2026-11)
LOGIN = Login(
    profile,
    authorize="https://www.pinterest.com/oauth/",
    tokens="https://api.pinterest.com/v5/oauth/token",
    scopes=("user_accounts:read",),
    separator=",",
    auth="basic",
    pkce=False,
    ask=(Ask("https://api.pinterest.com/v5/user_account"),),
    # Thirty days; the refresh token lives sixty and is a new one each time, in applications from before 2025-09-25 on
    # demand only (the same page, read 2026-11).
    lasting=Lasting(
        token_extra={"continuous_refresh": "true"},
        life=timedelta(days=30),
        reads=("connect_reads_boards", "connect_reads_profile"),
        docs="https://developers.pinterest.com/docs/getting-started/set-up-authentication-and-authorization/",
    ),
)


# --- Feed: https://developers.pinterest.com/docs/api/v5/pins-list (5.23, read 2026-11): 250 at most ---
API = "https://api.pinterest.com/v5"


def _ask(source: str) -> Request:
    """Ask for the account's own pins, or for those of one of its boards by its number."""
    board = re.fullmatch(r"(?:board/)?(\d{5,25})", source.strip())
    if board:
        return Request(f"{API}/boards/{board[1]}/pins?page_size=50")
    mine(source)
    return Request(f"{API}/pins?page_size=50")


def _translate(answer: Answer) -> Page:
    from networks._pinterest_posts import page

    return page(answer)


NETWORK = Network(
    key="pinterest",
    name="Pinterest",
    colour="BD081C",
    hosts=("pinterest.com", "pin.it"),
    share=Share(
        url="https://www.pinterest.com/pin/create/button/?url={url}&media={image}&description={text}",
        limit=LIMIT,
        count="points",
        window=(750, 650),
        image=True,
    ),
    follow=Follow("https://www.pinterest.com/{account}/", r"(?P<account>[A-Za-z0-9_]{3,30})"),
    login=LOGIN,
    feed=Feed(
        _translate,
        _ask,
        source="me, or a board's number",
        access="account",
        scopes=("boards:read", "pins:read", "user_accounts:read"),
        limits="seconds",
        size=50,
    ),
    # https://policy.pinterest.com/en/developer-guidelines (read 2026-11): "you may not store any information", one
    # asks "each time"; nothing is covered or filtered; each Pin leads to its page and is said to be from Pinterest;
    # nothing is given to third parties. An hour is the shortest in which a server can ask again for many who look.
    policy=Policy(
        max_age=timedelta(hours=1),
        delete_within=timedelta(hours=1),
        media="pass",
        json=False,
        own_only=True,
        chrome=("author", "link", "logo"),
        caution="Pinterest's guidelines allow nothing to be stored, and nothing to be combined with what is from "
        "elsewhere: posts are kept for an hour at most; show them in a feed of their own.",
        source="https://policy.pinterest.com/en/developer-guidelines",
        read=date(2026, 11, 22),
    ),
    # Only what a feed of the site has: nothing tells of one pin without an account that may read it
    card=PostCard(_post_addresses.pinterest, example="https://www.pinterest.com/pin/12345678/"),
    docs="https://developers.pinterest.com/docs/web-features/buttons/",
)
