"""Reddit: a link post with a title; the visitor chooses the community there.

`/submit` is the form to use: `/web/submit` answers "page not found" (react-share went back to it in 5.3).
"""

import re
from dataclasses import replace
from datetime import date, timedelta

from networks import _post_addresses
from networks._post_addresses import PostAddress
from networks._profiles import https, part, reply, text, the
from networks._sources import page_on, refused
from networks.oauth import Ask, Lasting, Login, Profile, Told
from networks.parts import Follow, Network, PostCard, Share
from networks.records import Answer, Feed, Page, Policy, Request

# Titles: "title of the submission. up to 300 characters long" — https://www.reddit.com/dev/api#POST_api_submit
LIMIT = 300


def profile(told: Told) -> Profile:
    """Return who it is; Reddit tells no e-mail address."""
    said = reply(told)
    handle = text(said.get("name"))
    return Profile(
        network="reddit",
        issuer="https://www.reddit.com",
        subject=the(said.get("id"), "id"),
        name=text(part(said, "subreddit", "title")) or handle,
        handle=handle,
        url=f"https://www.reddit.com/user/{handle}" if handle else "",
        picture=https(said.get("icon_img")).replace("&amp;", "&"),
    )


# https://github.com/reddit-archive/reddit/wiki/OAuth2 (read 2026-11): a temporary token,
# ended when it has done its work
LOGIN = Login(
    profile,
    authorize="https://www.reddit.com/api/v1/authorize",
    tokens="https://www.reddit.com/api/v1/access_token",
    revoke="https://www.reddit.com/api/v1/revoke_token",
    scopes=("identity",),
    auth="basic",
    pkce=False,
    extra={"duration": "temporary"},
    ask=(Ask("https://oauth.reddit.com/api/v1/me", params={"raw_json": "1"}),),
    # An hour or a day, as the reply says; the refresh token stays the same until it is revoked.
    lasting=Lasting(
        scopes=("identity",),
        extra={"duration": "permanent"},
        life=timedelta(hours=1),
        reads=("connect_reads_posts", "connect_reads_public", "connect_reads_profile"),
        docs="https://github.com/reddit-archive/reddit/wiki/OAuth2",
    ),
)


# --- Feed: without an account the RSS form, which servers are often refused; with one, the API ---
# Posts of a page, the most there are: https://www.reddit.com/dev/api#listings (read 2026-11)
PAGE = 100


def _place(source: str) -> tuple[str, str]:
    """Return ``r`` or ``user`` and the name, of ``r/python``, ``u/me`` or an address."""
    parts = page_on(source, ("reddit.com",))
    path = parts.path if parts else source.strip()
    found = re.fullmatch(r"/?(r|u|user)/([A-Za-z0-9_-]{2,50})(?:/.*)?", path)
    if not found:
        refused("Write r/name for a community, or u/name for a person.")
    return ("r" if found[1] == "r" else "user"), found[2]


def _ask(source: str) -> Request:
    kind, name = _place(source)
    return Request(f"https://www.reddit.com/{kind}/{name}/{'new' if kind == 'r' else 'submitted'}/.rss?limit={PAGE}")


def _ask_with(source: str) -> Request:
    kind, name = _place(source)
    listing = "new" if kind == "r" else "submitted"
    return Request(f"https://oauth.reddit.com/{kind}/{name}/{listing}?raw_json=1&limit={PAGE}")


def _translate(answer: Answer) -> Page:
    from networks._reddit_posts import page

    return page(answer)


# --- Card: with an account only; without one servers are refused (https://www.reddit.com/dev/api#GET_api_info) ---


def _one_with(at: PostAddress) -> Request:
    return Request(f"https://oauth.reddit.com/api/info?raw_json=1&id={at.id}")


def _of_one(answer: Answer, at: PostAddress) -> Page:
    from networks._one_post import only

    page = _translate(answer)
    return only(replace(page, posts=()) if at.id in page.gone else page, at.id)


NETWORK = Network(
    key="reddit",
    name="Reddit",
    colour="FF4500",
    hosts=("reddit.com", "redd.it"),
    share=Share(
        url="https://www.reddit.com/submit?url={url}&title={text}",
        limit=LIMIT,
        count="points",
        window=(900, 700),
    ),
    follow=Follow(
        "https://www.reddit.com/{kind}/{account}",
        r"(?:(?P<kind>u|user|r)/)?(?P<account>[\w\-]{2,21})",
        kind="user",
    ),
    login=LOGIN,
    feed=Feed(
        _translate,
        _ask,
        source="r/name or u/name",
        ask_with=_ask_with,
        access="account",
        optional=True,
        scopes=("read", "history"),
        limits="seconds",
        size=PAGE,
    ),
    # What was deleted there goes here too: two days are what those who build on it keep to. Neither the Data API
    # Terms (2026-07-20) nor the Data API Wiki (2026-05-11) could be read again in November 2026.
    policy=Policy(
        max_age=timedelta(days=2),
        delete_within=timedelta(days=2),
        media="pass",
        source="https://redditinc.com/policies/data-api-terms",
        read=date(2026, 11, 22),
    ),
    card=PostCard(
        _post_addresses.reddit,
        "https://www.reddit.com/r/python/comments/abc123/title/",
        translate=_of_one,
        ask_with=_one_with,
    ),
    docs="https://www.reddit.com/dev/api#POST_api_submit",
)
