"""Bluesky: one text of 300 graphemes with the address in it.

The composer shortens links in what it shows and counts; we count the whole address, so we are never over.
Intent links: https://docs.bsky.app/docs/advanced-guides/intent-links (read 2026-11)
"""

import re
from collections.abc import Callable
from datetime import date
from urllib.parse import quote

from networks import _post_addresses
from networks._errors import problem
from networks._post_addresses import PostAddress
from networks._profiles import https, reply, text, the
from networks._sources import page_on, refused
from networks._walk import ident, loaded, record
from networks.conversations import Question, Replies
from networks.oauth import Login, Profile, Told
from networks.parts import Follow, Network, PostCard, Share
from networks.records import Answer, Feed, Page, Policy, Request

# "text: maxGraphemes 300": lexicons/app/bsky/feed/post.json in https://github.com/bluesky-social/atproto
LIMIT = 300


# One for the whole network: a DID is the same person on whatever server (https://atproto.com/guides/account-migration,
# read 2026-11). Who may speak for it was asked of the DID itself.
ISSUER = "https://bsky.social"


def profile(told: Told) -> Profile:
    """Return who it is: the DID, which stays when handle and server change. The handle was checked both ways."""
    did, handle = the(told.token.get("sub"), "sub"), told.form.get("handle", "")
    said = reply(told)
    return Profile(
        network="bluesky",
        issuer=ISSUER,
        subject=did,
        name=text(said.get("displayName")) or handle or did,
        handle=handle,
        url=f"https://bsky.app/profile/{handle or did}",
        picture=https(said.get("avatar")),
    )


# https://atproto.com/specs/oauth (read 2026-11): pushed requests, DPoP, our own metadata as the client id
LOGIN = Login(profile, flow="atproto", scopes=("atproto",), auth="private_key_jwt", servers=True, credentials=())


# --- Feed: from the cached host that is meant for the public web ---
# Posts of a page, the most there are: https://docs.bsky.app/docs/api/app-bsky-feed-get-author-feed (read 2026-11)
PAGE = 100
# Handles are host names, DIDs stay: https://atproto.com/specs/handle, https://atproto.com/specs/did
ACTOR = (
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9\-]{0,62}"
    r"|did:(?:plc:[a-z2-7]{24}|web:[A-Za-z0-9.\-]{3,253})"
)
API = "https://public.api.bsky.app/xrpc/"


def _ask(source: str) -> Request:
    """Ask for an account's posts without its replies, or for a list's (its address on bsky.app, or at://)."""
    parts = page_on(source, ("bsky.app",))  # which is a handle, too
    at = parts.path.removeprefix("/profile/") if parts and parts.path.strip("/") else source.strip()
    given = at.removeprefix("at://").removeprefix("@").rstrip("/")
    found = re.fullmatch(rf"({ACTOR})(?:/(?:app\.bsky\.graph\.list|lists)/([\w.:~-]{{1,512}}))?", given, re.ASCII)
    if not found:
        refused("Write a handle such as @me.bsky.social.")
    if found[2]:
        return _named(found[1], lambda did: _list(did, found[2]))
    actor = quote(found[1], safe="")
    return Request(f"{API}app.bsky.feed.getAuthorFeed?actor={actor}&limit={PAGE}&filter=posts_no_replies")


def _list(did: str, key: str) -> Request:
    uri = quote(f"at://{did}/app.bsky.graph.list/{key}", safe="")
    return Request(f"{API}app.bsky.feed.getListFeed?list={uri}&limit={PAGE}")


def _named(actor: str, make: Callable[[str], Request]) -> Request:
    """Make a request about somebody's record, whose address has the DID in it; a handle is looked up."""
    if actor.startswith("did:"):
        return make(actor)
    lookup = f"{API}com.atproto.identity.resolveHandle?handle={quote(actor, safe='')}"
    return Request(lookup, then=lambda answer: make(_did(answer)))


def _translate(answer: Answer) -> Page:
    from networks._bluesky_posts import page

    return page(answer)


def _replies(url: str) -> Question | None:
    from networks._bluesky_replies import question

    return question(url)


# --- Card: by its address at://, which has the DID in it: handles change ---
# https://docs.bsky.app/docs/api/app-bsky-feed-get-posts (read 2026-11)


def _one(at: PostAddress) -> Request:
    return _named(at.user, lambda did: _by_did(did, at))


def _did(answer: Answer) -> str:
    """Read the DID of a handle. A handle that is none any more says nothing of the post."""
    found = ident(record(loaded(answer.body)).get("did"))
    if not re.fullmatch(ACTOR, found, re.ASCII):
        raise problem("bad_reply")
    return found


def _by_did(did: str, at: PostAddress) -> Request:
    uri = quote(f"at://{did}/app.bsky.feed.post/{at.id}", safe="")
    return Request(f"{API}app.bsky.feed.getPosts?uris={uri}")


def _of_one(answer: Answer, at: PostAddress) -> Page:
    from networks._one_post import of_bluesky

    return of_bluesky(_translate(answer), at)


NETWORK = Network(
    key="bluesky",
    name="Bluesky",
    colour="1185FE",
    hosts=("bsky.app", "bsky.social"),
    share=Share(
        url="https://bsky.app/intent/compose?text={post}",
        limit=LIMIT,
        link=None,
        hashtags="text",
        since=date(2024, 2, 6),  # opened to all: https://bsky.social/about/blog/02-06-2024-join-bluesky
    ),
    # Handles are host names: https://atproto.com/specs/handle
    follow=Follow(
        "https://bsky.app/profile/{account}",
        r"(?:profile/)?(?P<account>(?:[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9\-]{0,62}"
        r"|did:(?:plc:[a-z2-7]{24}|web:[A-Za-z0-9.\-]{3,253}))",
    ),
    login=LOGIN,
    feed=Feed(_translate, _ask, source="@me.bsky.social", limits="epoch", size=PAGE),
    replies=Replies(_replies, "https://bsky.app/profile/bsky.app/post/3l6oveex3ii2l", limits="epoch"),
    # Read 2026-11: whoever shows posts must be able to delete what its author wants deleted. Who asks not to be shown
    # to strangers (`!no-unauthenticated`) is not shown.
    policy=Policy(source="https://docs.bsky.app/docs/support/developer-guidelines", read=date(2026, 11, 22)),
    card=PostCard(_post_addresses.bluesky, "https://bsky.app/profile/bsky.app/post/3l6oveex3ii2l", _one, _of_one),
    docs="https://docs.bsky.app/docs/advanced-guides/intent-links",
)
