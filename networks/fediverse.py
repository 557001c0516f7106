"""The fediverse: any server of any software. The visitor says which; we ask the server how it wants to be told.

`networks/servers.py` looks for FEP-3b86 (https://w3id.org/fep/3b86, read 2026-11), then goes by NodeInfo. The address
below is Mastodon's, which Pleroma, Akkoma, GoToSocial front ends and others took over: it is what is left when the
server tells us nothing.
"""

from datetime import date
from urllib.parse import quote

from networks import _post_addresses
from networks._named import Found, Named
from networks._post_addresses import PostAddress
from networks._sources import on_server
from networks.conversations import Question, Replies
from networks.parts import Follow, Network, PostCard, Share
from networks.records import Answer, Author, Feed, Page, Policy, Post, Request

# Mastodon's, the smallest of the widespread ones (Misskey 3,000, Pleroma 5,000):
# https://docs.joinmastodon.org/user/posting/#text (read 2026-11)
LIMIT = 500
LINK = 23

# ActivityPub §3.2; servers that negotiate strictly know one of the two.
ACTIVITY = 'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"'


# --- Feed: WebFinger (RFC 7033), then the actor, its outbox, and the outbox's first page ---


def _ask(source: str) -> Request:
    server, user = on_server(source)
    handle = quote(f"acct:{user}@{server.partition('://')[2]}", safe="")
    jrd = {"Accept": "application/jrd+json, application/json;q=0.9"}
    return Request(f"{server}/.well-known/webfinger?resource={handle}", headers=jrd, then=_actor)


def _actor(answer: Answer) -> Request:
    from networks._activitypub import actor_of

    return Request(actor_of(answer), then=_outbox)


def _outbox(answer: Answer) -> Request:
    from networks._activitypub import outbox_of

    return Request(outbox_of(answer), then=_first)


def _first(answer: Answer) -> Request:
    from networks._activitypub import first_of

    return Request(first_of(answer))


def _translate(answer: Answer) -> Page:
    from networks._fediverse_posts import page

    return page(answer, "fediverse")


def _replies(url: str) -> Question | None:
    from networks._activitypub_replies import question

    return question(url)


def _who(post: Post) -> Request | None:
    """Ask for an author of whom nothing but the address is known: objects name theirs by it alone."""
    author = post.author
    return Request(author.url) if author and author.url and not author.avatar else None


def _ask_named(url: str) -> Request | None:
    from networks._activitypub_named import ask

    return ask(url)


def _named_post(answer: Answer) -> Found | None:
    from networks._activitypub_named import post

    return post(answer)


def _named_person(answer: Answer) -> Author | None:
    from networks._activitypub_named import person

    return person(answer)


NAMED = Named(_ask_named, _named_post, _named_person)


# --- Card: the address itself, asked for as ActivityPub §3.2 says ---


def _one(at: PostAddress) -> Request:
    return Request(f"{at.origin}/{at.id}")


def _of_one(answer: Answer, at: PostAddress) -> Page:
    from networks._one_post import of_activitypub

    return of_activitypub(answer, at)


NETWORK = Network(
    key="fediverse",
    name="Fediverse",
    colour="7C3AED",
    share=Share(
        url="https://{server}/share?text={post}",
        action="server",
        limit=LIMIT,
        link=LINK,
        hashtags="text",
        window=(600, 640),
    ),
    follow=Follow(
        "https://{server}/@{account}",
        r"(?P<account>\w(?:[\w.\-]{0,60}\w)?)@(?P<server>(?:[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?\.)+"
        r"[A-Za-z0-9\-]{2,63}(?::[0-9]{2,5})?)",
        remote=True,
    ),
    feed=Feed(
        _translate,
        _ask,
        source="@me@example.social",
        headers={"Accept": ACTIVITY},
        limits="iso",
        who=_who,
        named=NAMED,
    ),
    replies=Replies(
        _replies,
        "https://example.org/notes/1",
        headers={"Accept": ACTIVITY},
        limits="iso",
        last=True,
        named=NAMED,
    ),
    policy=Policy(source="https://www.w3.org/TR/activitypub/#security-considerations", read=date(2026, 11, 22)),
    card=PostCard(_post_addresses.fediverse, "https://misskey.io/notes/9abcdefghi", _one, _of_one, who=_who),
    docs="https://w3id.org/fep/3b86",
)
