"""GitHub: no address shares a page there; the native sheet or a copied link does. Followed is a person or a group.

Names: "may only contain alphanumeric characters or single hyphens", 39 at most
(https://docs.github.com/en/enterprise-cloud@latest/admin/managing-iam/iam-configuration-reference/username-considerations-for-external-authentication)
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from networks import _post_addresses
from networks._post_addresses import PostAddress
from networks._profiles import https, reply, text, the, verified
from networks._sources import page_on, refused
from networks._walk import dig, ident, loaded, record
from networks.oauth import Ask, Lasting, Login, Profile, Told
from networks.parts import Follow, Network, PostCard, Share
from networks.records import Answer, Feed, Page, Policy, Request
from networks.webhooks import Delivery, Event, Webhook, by_body, in_header


def profile(told: Told) -> Profile:
    """Return who it is. The address is the primary one of the list, and verified where the list says so.

    An app that may not ask for the list is told the address that somebody shows to everybody, if any.
    """
    said = reply(told)
    found = told.replies[1] if len(told.replies) > 1 and isinstance(told.replies[1], list) else []
    primary = next((e for e in found if isinstance(e, dict) and e.get("primary") is True), {})
    return Profile(
        network="github",
        issuer="https://github.com",
        subject=the(said.get("id"), "id"),
        name=text(said.get("name")) or text(said.get("login")),
        handle=text(said.get("login")),
        url=https(said.get("html_url")),
        picture=https(said.get("avatar_url")),
        email=text(primary.get("email")) or ("" if found else text(said.get("email"))),
        email_verified=verified(primary.get("verified")),
    )


# https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps (read 2026-11). Ending a token
# takes another kind of request than RFC 7009's, and would not ask the person again; tokens unused for a year end.
LOGIN = Login(
    profile,
    authorize="https://github.com/login/oauth/authorize",
    tokens="https://github.com/login/oauth/access_token",
    scopes=("read:user", "user:email"),
    ask=(
        Ask("https://api.github.com/user", headers={"X-GitHub-Api-Version": "2022-11-28"}),
        Ask("https://api.github.com/user/emails", headers={"X-GitHub-Api-Version": "2022-11-28"}, optional=True),
    ),
    # Without a scope a token reads what is public. Those of an OAuth app have no end; those of a GitHub App live
    # eight hours and bring a refresh token of six months, which the reply says:
    # https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens
    lasting=Lasting(
        ask=(Ask("https://api.github.com/user", headers={"X-GitHub-Api-Version": "2022-11-28"}),),
        lost=frozenset({"bad_refresh_token"}),
        reads=("connect_reads_public", "connect_reads_profile"),
        docs="https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps",
    ),
)


# --- Feed: https://docs.github.com/en/rest/releases/releases, /en/rest/activity/events (read 2026-11) ---
API = "https://api.github.com"
# 60 requests an hour without a token; answers that have not changed (304) are free.
ACCEPT = "application/vnd.github.html+json"


def _ask(source: str) -> Request:
    """Ask for a repository's releases, or for what a person or an organisation did in public."""
    parts = page_on(source, ("github.com",))
    path = (parts.path if parts else source.strip().removeprefix("@")).strip("/")
    path = re.sub(r"^orgs/([^/]+).*", r"\1", path)
    found = re.match(
        r"([A-Za-z0-9](?:[A-Za-z0-9_\-]{0,38}))(?:/([\w.\-]{1,100})(/(?:releases|commits|events|issues)(?=/|\Z))?)?"
        + (r"(?=/|\Z)" if parts else r"\Z"),
        path,
    )
    name = (found[2] or "").removesuffix(".git") if found else ""
    if not found or name in (".", "..") or (found[2] and not name):
        refused("Write owner/repository for its releases, or a name for what somebody does.")
    if not name:
        return Request(f"{API}/users/{found[1]}/events/public")
    return Request(f"{API}/repos/{found[1]}/{name}{found[3] or '/releases'}")


def _translate(answer: Answer) -> Page:
    from networks._github_posts import page

    return page(answer)


# --- Webhook: https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries (read 2026-11) ---
# What is not delivered is not sent again by itself (/en/webhooks/using-webhooks/handling-failed-webhook-deliveries).
# The events and actions after which a post is not there any more, and which part tells of it.
REMOVED = {
    ("release", "deleted"): "release", ("release", "unpublished"): "release",
    ("issues", "deleted"): "issue", ("issues", "transferred"): "issue",
}  # fmt: skip


def _events(delivery: Delivery) -> tuple[Event, ...]:
    """Read which repository and whom an event is about: all the ways in which a source may name them."""
    if delivery.header("x-github-event") == "ping":
        return ()
    body = _told(delivery.body)
    repository = ident(dig(body, "repository", "full_name"))
    below = [f"{repository}/{kind}" for kind in ("releases", "commits", "events", "issues")] if repository else []
    who = [ident(dig(body, *path, "login")) for path in (("repository", "owner"), ("sender",), ("organization",))]
    accounts = tuple(filter(None, [repository, *below, *who]))
    thing = record(body.get(REMOVED.get((delivery.header("x-github-event"), ident(body.get("action"))), "")))
    gone = ident(thing.get("node_id")) or ident(thing.get("id"))
    found = Event("deleted", accounts, gone) if gone else Event("changed", accounts)
    return (found,) if accounts else ()


def _told(body: bytes) -> Mapping[str, Any]:
    """Return what was sent, which is a form with one field unless JSON was chosen in the repository's settings."""
    form = re.fullmatch(rb"payload=([^&]*)", body)
    return record(loaded(unquote_to_bytes(form[1].replace(b"+", b" ")) if form else body))


WEBHOOK = Webhook(
    signed=in_header("x-hub-signature-256", {"sha256=": "sha256"}),
    events=_events,
    delivery=lambda delivery: delivery.header("x-github-delivery")[:100] or by_body(delivery),
    headers=("x-github-delivery", "x-github-event", "x-hub-signature-256"),
    docs="https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries",
)

# --- Card: releases, issues, pull requests, and comments on these; nobody's credential, since it may see more ---
# https://docs.github.com/en/rest/releases/releases#get-a-release-by-tag-name, /en/rest/issues (read 2026-11)


def _one(at: PostAddress) -> Request:
    return Request(f"{API}/repos/{quote(at.id)}")


def _of_one(answer: Answer, at: PostAddress) -> Page:
    from networks._one_post import of_github

    return of_github(_translate(answer), at)


NETWORK = Network(
    key="github",
    name="GitHub",
    colour="181717",
    hosts=(
        "github.com",
        "gist.github.com",
        "github.io",
    ),
    share=Share(fallback=True),
    follow=Follow("https://github.com/{account}", r"(?P<account>[A-Za-z0-9](?:[A-Za-z0-9_\-]{0,38}))"),
    login=LOGIN,
    feed=Feed(
        _translate,
        _ask,
        source="owner/repository or @name",
        access="account",
        optional=True,
        headers={"Accept": ACCEPT, "X-GitHub-Api-Version": "2022-11-28"},
        limits="epoch",
        size=30,
    ),
    webhook=WEBHOOK,
    # Section H, read 2026-11 in github/docs: no spam, no sale of people's data, no tokens shared to get round limits.
    policy=Policy(
        source="https://docs.github.com/en/site-policy/github-terms/github-terms-of-service#h-api-terms",
        read=date(2026, 11, 22),
    ),
    card=PostCard(_post_addresses.github, "https://github.com/python/cpython/releases/tag/v3.11.0", _one, _of_one),
    docs="https://docs.github.com/en/get-started/exploring-projects-on-github/following-people",
)
