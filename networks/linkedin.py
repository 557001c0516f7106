"""LinkedIn: takes the page's address and nothing else; title and picture come from the page's tags.

The old `shareArticle` form still answers, but `title`, `summary` and `source` have had no effect for years. LinkedIn
keeps what it read of a page for about a week: https://www.linkedin.com/post-inspector/ makes it read again.
Sharing: https://learn.microsoft.com/linkedin/consumer/integrations/self-serve/plugins/share-plugin (read 2026-11)
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from urllib.parse import quote, unquote

from networks import _post_addresses
from networks._errors import opened, problem
from networks._profiles import openid, reply, text, the, words
from networks._sources import page_on, refused
from networks._walk import dig, ident, loaded, record, records
from networks.oauth import Ask, Lasting, Login, Profile, Told
from networks.parts import Follow, Network, PostCard, Share
from networks.records import Answer, Feed, More, Page, Policy, Request
from networks.webhooks import Delivery, Echo, Event, Secrets, Webhook, by_body, in_header, unique


def profile(told: Told) -> Profile:
    """Return who it is: LinkedIn checks addresses before it shows them, and says so."""
    return openid(told, "linkedin")


def member(told: Told) -> Profile:
    """Return who a member is whose application may read organisations' posts, and so may not ask by OpenID."""
    said = reply(told)
    handle = text(said.get("vanityName"))
    return Profile(
        network="linkedin",
        issuer="https://www.linkedin.com",
        subject=the(said.get("id"), "id"),
        name=words(said.get("localizedFirstName"), said.get("localizedLastName")),
        handle=handle,
        url=f"https://www.linkedin.com/in/{handle}" if handle else "",
    )


# https://learn.microsoft.com/en-us/linkedin/shared/authentication/programmatic-refresh-tokens (read 2026-11): refresh
# tokens are for approved partners, for others a token lives sixty days and then the owner is asked again. Community
# Management must be an application's only product, which rules out the OpenID scopes.
LASTING = Lasting(
    scopes=("r_basicprofile",),
    ask=(Ask("https://api.linkedin.com/v2/me"),),
    profile=member,
    life=timedelta(days=60),
    reads=("connect_reads_organizations", "connect_reads_profile"),
    docs="https://learn.microsoft.com/en-us/linkedin/shared/authentication/programmatic-refresh-tokens",
)


# https://learn.microsoft.com/linkedin/consumer/integrations/self-serve/sign-in-with-linkedin-v2 (read 2026-11). Web
# apps that send PKCE get invalid_client (nextauthjs issue 8831), and the ID token carries no nonce back (authlib
# issue 763): it comes straight from the token endpoint over TLS, which is the exception we make for it.
LOGIN = Login(
    profile,
    issuer="https://www.linkedin.com/oauth",
    authorize="https://www.linkedin.com/oauth/v2/authorization",
    tokens="https://www.linkedin.com/oauth/v2/accessToken",
    scopes=("openid", "profile", "email"),
    pkce=False,
    per_app=True,
    lasting=LASTING,
)


# --- Feed: for applications with the Community Management product ---
# https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api (read 2026-11)
API = "https://api.linkedin.com/rest"
# A version lives at least a year; without one the API refuses.
VERSION = "202607"
RESTLI = {"Linkedin-Version": VERSION, "X-Restli-Protocol-Version": "2.0.0"}


def _ask(source: str) -> Request:
    """Ask for an organisation's posts: by its number at once, by its name after a look-up."""
    parts = page_on(source, ("linkedin.com",))
    given = parts.path.strip("/") if parts else source.strip().strip("/").removeprefix("urn:li:organization:")
    found = re.match(r"(company/|school/|showcase/)?([\w\-%]{1,100})" + (r"(?=/|\Z)" if parts else r"\Z"), given)
    if not found or (parts and not found[1]):  # members have no posts that others may read
        refused("Write an organisation such as company/name, or its number.")
    name = unquote(found[2])
    if name.isdecimal():
        return _posts(name)
    return Request(f"{API}/organizations?q=vanityName&vanityName={quote(name)}", headers=RESTLI, then=_found)


def _found(answer: Answer) -> Request:
    key = ident(dig(opened(answer), "elements", 0, "id"))
    if not key.isdecimal():
        raise problem("not_found")
    return _posts(key)


def _posts(organisation: str) -> Request:
    author = quote(f"urn:li:organization:{organisation}", safe="")
    return Request(f"{API}/posts?q=author&author={author}&count=20&sortBy=LAST_MODIFIED", headers=RESTLI)


def _resume(url: str) -> Request:
    return Request(url, headers=RESTLI)


# The list names pictures, films and the organisation by their ids. `_linkedin_more` is asked for at first use.
def _images(first: Answer) -> Request | None:
    from networks import _linkedin_more

    return _linkedin_more.images(first)


def _films(first: Answer) -> Request | None:
    from networks import _linkedin_more

    return _linkedin_more.films(first)


def _organisation(first: Answer) -> Request | None:
    from networks import _linkedin_more

    return _linkedin_more.organisation(first)


def _logo(organisation: Answer) -> Request | None:
    from networks import _linkedin_more

    return _linkedin_more.logo(organisation)


def _with_media(page: Page, first: Answer, found: Sequence[Answer]) -> Page:
    from networks import _linkedin_more

    return _linkedin_more.with_media(page, first, found)


def _with_author(page: Page, first: Answer, found: Sequence[Answer]) -> Page:
    from networks import _linkedin_more

    return _linkedin_more.with_author(page, first, found)


MORE = (More(_organisation, _with_author, after=_logo), More(_images, _with_media), More(_films, _with_media))


def _translate(answer: Answer) -> Page:
    from networks._linkedin_posts import page

    return page(answer)


# --- Webhook ---
# https://learn.microsoft.com/en-us/linkedin/shared/api-guide/webhook-validation (read 2026-11): asked anew every two
# hours, answered within three seconds. What is signed is the body with these words before it; in the header they may
# stand or not.
SIGNED = "hmacsha256="
_CODE = re.compile(r"[\w.-]{1,200}")


def _handshake(query: Mapping[str, str], secrets: Secrets) -> Echo | None:
    code = query.get("challengeCode", "")
    if not secrets.keys or not _CODE.fullmatch(code):
        return None
    answer = hmac.digest(secrets.keys[0], code.encode(), "sha256").hex()
    return Echo(json.dumps({"challengeCode": code, "challengeResponse": answer}), "application/json")


def _events(delivery: Delivery) -> tuple[Event, ...]:
    told = records(record(loaded(delivery.body)).get("notifications"))
    named = (ident(one.get("organizationalEntity")) for one in told)
    return unique([Event("changed", (urn, urn.rpartition(":")[2])) for urn in named if urn])


def _delivery(delivery: Delivery) -> str:
    """Return an id made of the notifications' ids; a body that is sent again may have others beside them."""
    told = records(record(loaded(delivery.body)).get("notifications"))
    ids = sorted(filter(None, (ident(one.get("notificationId")) for one in told)))
    return "ids:" + hashlib.sha256("\n".join(ids).encode()).hexdigest() if ids else by_body(delivery)


WEBHOOK = Webhook(
    signed=in_header(
        "x-li-signature",
        {SIGNED: "sha256", "": "sha256"},
        message=lambda delivery: SIGNED.encode() + delivery.body,
    ),
    events=_events,
    handshake=_handshake,
    delivery=_delivery,
    headers=("x-li-signature",),
    key_from="app",
    apps=("linkedin",),
    docs="https://learn.microsoft.com/en-us/linkedin/shared/api-guide/webhook-validation",
)

NETWORK = Network(
    key="linkedin",
    name="LinkedIn",
    colour="0A66C2",
    hosts=("linkedin.com", "lnkd.in"),
    share=Share(url="https://www.linkedin.com/sharing/share-offsite/?url={url}", window=(600, 640)),
    # People are under in/, and a bare name means a person; names in other scripts come percent-encoded.
    follow=Follow(
        "https://www.linkedin.com/{kind}/{account}",
        r"(?:(?P<kind>in|company|school|showcase)/)?(?P<account>(?:[A-Za-z0-9\-_]|%[89A-Fa-f][0-9A-Fa-f]){1,200})",
        kind="in",
    ),
    login=LOGIN,
    feed=Feed(
        _translate,
        _ask,
        source="company/name, or the organisation's number",
        resume=_resume,
        access="account",
        scopes=("r_organization_social",),
        headers=RESTLI,
        size=20,
        more=MORE,
    ),
    webhook=WEBHOOK,
    # Data Storage Requirements (its beginning read 2026-11, in the edition of June 2026; the rows as quoted in June
    # and August): what members do may be kept for 48 hours, their profiles for 24; the shortest counts.
    policy=Policy(
        max_age=timedelta(days=1),
        delete_within=timedelta(days=1),
        media="pass",
        media_age=timedelta(hours=12),
        json=False,
        own_only=True,
        caution="LinkedIn's page of restricted uses forbids it to show what its Community Management API gives as "
        "a feed on a website: you need its written permission. "
        "https://learn.microsoft.com/en-us/linkedin/marketing/restricted-use-cases",
        source="https://learn.microsoft.com/en-us/linkedin/marketing/data-storage-requirements",
        read=date(2026, 11, 22),
    ),
    # Only what a feed of the site has: nothing tells of one post without an account that may read it
    card=PostCard(_post_addresses.linkedin, example="https://www.linkedin.com/feed/update/urn:li:share:71000000000"),
    docs="https://learn.microsoft.com/linkedin/consumer/integrations/self-serve/plugins/share-plugin",
)
