"""Mastodon: the visitor says which server, then one text of 500 graphemes in which every link counts 23.

Everything goes in `text`: Mastodon joins `title`, `text` and `url` itself, and a line break in `url` broke the page
(mastodon issue 33681). Servers may allow more than 500; we stay within what all of them take.
Counting: `StatusLengthValidator` in https://github.com/mastodon/mastodon (4.6, read 2026-11): grapheme clusters,
23 for a link, only the local part of a mention.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from urllib.parse import quote, unquote, urlsplit

from core.errors import BadReply
from networks import _post_addresses
from networks._errors import problem
from networks._post_addresses import PostAddress
from networks._profiles import https, reply, text, the
from networks._sources import on_server
from networks._walk import dig, ident, loaded, origin, record, web
from networks.conversations import Question, Replies
from networks.oauth import Ask, Login, Profile, Told
from networks.parts import Follow, Network, PostCard, Share
from networks.records import Answer, Feed, Page, Policy, Request
from networks.webhooks import Delivery, Event, Webhook, in_header

# https://docs.joinmastodon.org/user/posting/#text (read 2026-11)
LIMIT = 500
LINK = 23


def profile(told: Told) -> Profile:
    """Return who it is: the account's number on its server. Mastodon tells apps no e-mail address.

    A server may claim anything of its people, so the server is part of who they are: ``user@server``.
    """
    said = reply(told)
    host = told.server.removeprefix("https://").removeprefix("http://")
    name = text(said.get("username")) or text(said.get("acct"))
    return Profile(
        network="mastodon",
        issuer=told.server,
        subject=the(said.get("id"), "id"),
        name=text(said.get("display_name")) or name,
        handle=f"{name}@{host}" if name else "",
        url=https(said.get("url")),
        picture=https(said.get("avatar_static")) or https(said.get("avatar")),
    )


def misskey_profile(told: Told) -> Profile:
    """Return who it is on a Misskey (`api/i`, packages/backend/src/server/api/endpoints/i.ts, read 2026-11)."""
    said = reply(told)
    name = text(said.get("username"))
    mastodon = {"display_name": text(said.get("name")) or name, "avatar": said.get("avatarUrl")}
    page = f"{told.server}/@{quote(name, safe='')}" if name else ""
    return profile(replace(told, replies=({"id": said.get("id"), "username": name, "url": page, **mastodon},)))


# Misskey has no API of Mastodon's. It knows a client by the address of its page, and wants PKCE:
# packages/backend/src/server/oauth/OAuth2ProviderService.ts in misskey-dev/misskey (2023.9 and newer; read 2026-11).
# A token cannot be given back by whom it was given to: its owner takes it away, under "Installed apps".
MISSKEY = Login(
    misskey_profile,
    authorize="{server}/oauth/authorize",
    tokens="{server}/oauth/token",
    scopes=("read:account",),
    auth="none",
    servers=True,
    credentials=(),
    ask=(Ask("{server}/api/i", method="POST", json=True),),
)

# https://docs.joinmastodon.org/methods/oauth/ and /methods/apps/ (read 2026-11). The client is registered on each
# server when somebody first comes from there (login/upstream/servers.py). Servers older than 4.3 know no `profile`.
LOGIN = Login(
    profile,
    authorize="{server}/oauth/authorize",
    tokens="{server}/oauth/token",
    revoke="{server}/oauth/revoke",
    register="{server}/api/v1/apps",
    by_address=MISSKEY,
    scopes=("profile",),
    servers=True,
    credentials=(),
    ask=(Ask("{server}/api/v1/accounts/verify_credentials"),),
)


# --- Feed ---
# Statuses of a page, the most there are: https://docs.joinmastodon.org/methods/accounts/#statuses (read 2026-11)
PAGE = 40
# https://www.rfc-editor.org/rfc/rfc7033#section-10.2
JRD = "application/jrd+json, application/json;q=0.9"
# A hashtag on a server, and its page there.
_TAG = re.compile(r"#(?P<tag>\w{1,100})@(?P<server>[\w.\-]{4,253}(?::\d{1,5})?)")
_TAG_PAGE = re.compile(r"https://(?P<server>[\w.\-]{4,253}(?::\d{1,5})?)/(?:web/)?tags/(?P<tag>\w{1,100})/?")


def _ask(source: str) -> Request:
    """Ask for the account's number first: statuses are found by it alone. A hashtag has a timeline of its own."""
    tag = _TAG.fullmatch(source.strip()) or _TAG_PAGE.fullmatch(unquote(source.strip()))
    if tag:
        return Request(f"https://{tag['server'].lower()}/api/v1/timelines/tag/{quote(tag['tag'])}?limit={PAGE}")
    server, user = on_server(source)
    return _lookup(
        server, user, lambda answer: _statuses(server, answer) if _is_api(answer) else _finger(server, user)
    )


def _lookup(server: str, user: str, then: Callable[[Answer], Request]) -> Request:
    return Request(f"{server}/api/v1/accounts/lookup?acct={quote(user)}", then=then)


def _is_api(answer: Answer) -> bool:
    """Whether a server with this API has answered, if only that it refuses; else the host may lend its name alone."""
    try:
        loaded(answer.body)
    except BadReply:
        return answer.status not in (200, 404, 405)
    return True


def _finger(server: str, user: str) -> Request:
    """Ask where an account lives whose host has no such API: https://docs.joinmastodon.org/spec/webfinger/."""
    handle = quote(f"acct:{user}@{server.partition('://')[2]}", safe="")
    return Request(f"{server}/.well-known/webfinger?resource={handle}", headers={"Accept": JRD}, then=_there)


def _there(answer: Answer) -> Request:
    """Look the account up on the server that its WebFinger answer names, by the name that it says is its own."""
    from networks._activitypub import actor_of

    server = origin(actor_of(answer))
    said = re.fullmatch(r"acct:([^@]{1,100})@.*", ident(record(loaded(answer.body)).get("subject")))
    if not said:
        raise problem("not_found")
    return _lookup(server, said[1], lambda found: _statuses(server, found))


def _statuses(server: str, answer: Answer) -> Request:
    from networks._mastodon_posts import id_of_lookup

    return Request(f"{server}/api/v1/accounts/{quote(id_of_lookup(answer), safe='')}/statuses?limit={PAGE}")


def _translate(answer: Answer) -> Page:
    from networks._fediverse_posts import page

    return page(answer, "mastodon")


def _replies(url: str) -> Question | None:
    from networks._mastodon_replies import question

    return question(url)


# --- Webhook: of a server's administrators, for all its accounts; nothing tells of deleted statuses ---
# https://docs.joinmastodon.org/admin/webhooks/ (read 2026-11)


def _events(delivery: Delivery) -> tuple[Event, ...]:
    body = record(loaded(delivery.body))
    user, page = ident(dig(body, "object", "account", "username")), web(dig(body, "object", "account", "url"))
    if not str(body.get("event", "")).startswith("status.") or not user or not page:
        return ()
    return (Event("changed", (f"{user}@{urlsplit(page).netloc}", page)),)


WEBHOOK = Webhook(
    signed=in_header("x-hub-signature", {"sha256=": "sha256"}),
    events=_events,
    headers=("x-hub-signature",),
    key_from="theirs",
    docs="https://docs.joinmastodon.org/admin/webhooks/",
)

# --- Card: https://docs.joinmastodon.org/methods/statuses/#get (read 2026-11); any server of any name may be one ---


def _one(at: PostAddress) -> Request:
    return Request(f"{at.origin}/api/v1/statuses/{at.id}")


def _of_one(answer: Answer, at: PostAddress) -> Page:
    from networks._one_post import of_mastodon

    return of_mastodon(answer, at)


NETWORK = Network(
    key="mastodon",
    name="Mastodon",
    colour="6364FF",
    hosts=("mastodon.social", "mastodon.online", "joinmastodon.org"),
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
    login=LOGIN,
    feed=Feed(_translate, _ask, source="@me@example.social or #tag@example.social", limits="iso", size=PAGE),
    webhook=WEBHOOK,
    replies=Replies(_replies, "https://mastodon.social/@Gargron/1", limits="iso"),
    policy=Policy(source="https://docs.joinmastodon.org/spec/activitypub/", read=date(2026, 11, 22)),
    card=PostCard(_post_addresses.mastodon, "https://mastodon.social/@Gargron/100254678717223630", _one, _of_one),
    docs="https://docs.joinmastodon.org/user/posting/",
)
